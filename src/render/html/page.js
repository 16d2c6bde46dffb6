// Sorts, searches and draws; the page says everything without it.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const root = document.documentElement;
  const data = JSON.parse($("data").textContent);
  const score = data.columns.indexOf("score");
  const table = $("all"), rows = [...table.tBodies[0].rows];
  rows.forEach((row, index) => { row.at = index; });
  root.classList.add("js-on");
  $("adds").checked = false;

  // The language of the page follows the switch.
  const follow = () => {
    const lang = $("zh").checked ? "zh" : "en";
    root.lang = lang;
    document.title = data.title[lang];
  };
  for (const id of ["en", "zh"]) $(id).addEventListener("change", follow);
  follow();

  // A waterfall under the row of a client.
  const svg = (name, attributes, text) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    return element;
  };
  const waterfall = (values) => {
    const { left, point, row, middle, base, frame, groups } = $("waterfall").dataset;
    const drawn = svg("svg", { class: "w", viewBox: frame, role: "img", "aria-labelledby": "wt" });
    for (const [lang, id] of [["en", "we"], ["zh", "wz"]]) drawn.append(svg("use", { lang, href: "#" + id }));
    const line = (index, from, adds, style) => {
      const y = row * index, x = Number(left) + point * from, width = point * (adds ?? 0);
      drawn.append(svg("path", { ...style, d: `M${x} ${y + Number(middle)}h${width}` }));
      const shown = adds === null ? "–" : adds.toFixed(1);
      drawn.append(svg("text", { x: x + width + 4, y: y + Number(base), class: style.class ? "" : "sum" }, shown));
    };
    const adds = values.slice(data.columns.length);
    let end = 0;
    adds.forEach((value, index) => {
      line(index, end, value, { class: "g" + groups[index] });
      end += value ?? 0;
    });
    line(adds.length, 0, values[score], {});
    return drawn;
  };
  document.addEventListener("toggle", (event) => {
    const sum = event.target.open && event.target.querySelector("[data-at]");
    if (sum) sum.replaceWith(waterfall(data.clients[sum.dataset.at]));
  }, true);
  const close = (button) => {
    button.setAttribute("aria-expanded", "false");
    const row = button.closest("tr");
    if (row.more) { row.more.remove(); row.more = null; }
  };
  const toggle = (button) => {
    if (button.getAttribute("aria-expanded") === "true") { close(button); return; }
    const row = button.closest("tr");
    row.more = document.createElement("tr");
    row.more.className = "under";
    const cell = row.more.insertCell();
    cell.colSpan = table.tHead.rows[0].cells.length;
    cell.append(waterfall(data.clients[row.at]));
    row.after(row.more);
    button.setAttribute("aria-expanded", "true");
  };
  for (const row of rows) {
    if (data.clients[row.at][score] === null) continue;
    const name = row.querySelector("bdi");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "name";
    button.setAttribute("aria-expanded", "false");
    name.replaceWith(button);
    button.append(name);
    button.addEventListener("click", () => toggle(button));
  }

  // Sorting by a heading: the first click the way people look for it, the next one the other way round.
  const cellText = (cell) => (cell.querySelector(`:scope > [lang=${root.lang}]`) ?? cell).textContent.trim();
  const value = (cell, kind) => {
    if (kind === "o") return Number(cell.className.slice(1));
    const text = cellText(cell);
    if (kind === "n") { const number = parseFloat(text.replace(/[,%+]/g, "")); return Number.isNaN(number) ? null : number; }
    return text === "" ? null : text;
  };
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const list = (table, suffix) => {
    const body = table.tBodies[0], rows = [...body.rows];
    rows.forEach((row, index) => { row.at = index; });
    const headings = [...table.tHead.rows[0].cells];
    const sort = (heading, column) => {
      const kind = heading.classList.contains("n") ? "n" : heading.classList.contains("o") ? "o" : "t";
      const was = heading.getAttribute("aria-sort");
      const down = was ? was !== "descending" : kind === "n" ? heading.dataset.up === undefined : heading.dataset.down !== undefined;
      for (const other of headings) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", down ? "descending" : "ascending");
      const compare = new Intl.Collator(root.lang, { numeric: true }).compare;
      const keys = new Map(rows.map((row) => [row, value(row.cells[column], kind)]));
      body.querySelectorAll("button[aria-expanded=true]").forEach(close);
      rows.sort((a, b) => {
        const [x, y] = [keys.get(a), keys.get(b)];
        if (x === null || y === null) return (x === null) - (y === null) || a.at - b.at;
        const order = kind === "t" ? compare(x, y) : x - y;
        return (down ? -order : order) || a.at - b.at;
      });
      // Out of the page while it is rebuilt: thousands of rows move at once.
      body.remove();
      show();
      body.replaceChildren(...rows);
      table.append(body);
    };
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => sort(heading, column));
    });

    // Searching by name, number or account manager. Of thousands of rows some hundred are laid out at first.
    const owner = headings.findIndex((heading) => heading.dataset.owner !== undefined);
    const texts = new Map(rows.map((row) => [row, plain(row.querySelector("th").textContent + " " + row.cells[owner].textContent)]));
    let all = rows.length <= 1000;
    const show = () => {
      const wanted = plain($("find" + suffix).value).split(/\s+/).filter(Boolean);
      let count = 0, found = 0;
      for (const row of rows) {
        const fits = wanted.every((word) => texts.get(row).includes(word));
        found += fits;
        row.hidden = !fits || (!all && found > 500);
        if (row.more) row.more.hidden = row.hidden;
        count += !row.hidden;
      }
      $("shown" + suffix).textContent = count.toLocaleString("en");
      $("every" + suffix).hidden = count === found;
    };
    $("find" + suffix).addEventListener("input", show);
    $("every" + suffix).addEventListener("click", () => { all = true; show(); });
    show();
  };
  list(table, "");
  if ($("moved")) list($("moved"), "-moved");

  // Paper shows what lies folded.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of closed) one.open = false; });
})();
