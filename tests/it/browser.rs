//! The page in a real browser, in both languages: it works, with its script and without, and asks for nothing.

mod driver;

use std::fmt::Write as _;

use serde_json::json;

use self::driver::Browser;
use crate::support::Bench;

/// Names that would be markup, a script, a template or a change of direction if they were not escaped.
const NAMES: [&str; 5] = [
    "<img src=x onerror=document.title='hacked'>",
    "</script><script>document.title='hacked'</script>",
    "{{ 7 * 7 }} \"O'Neill\" & Söhne",
    "\u{202e}drow\u{202c} 公司",
    "宁波海曙外贸集团有限公司",
];

/// A folder with a page of clients whose names are the ones above and plain ones.
fn page(lang: &str) -> Bench {
    let bench = Bench::new();
    let mut clients = "client id,name,account manager\n".to_owned();
    let mut lines = "order id,client,date,amount,margin\n".to_owned();
    for at in 0..24_usize {
        let name = NAMES.get(at).map_or_else(|| format!("Client {at}"), |name| (*name).to_owned());
        let _ = writeln!(
            clients,
            "C{at:02},\"{}\",{}",
            name.replace('"', "\"\""),
            if at % 2 == 0 { "Wei" } else { "Anna" }
        );
        for month in 0..22_usize {
            // Every third client has stopped ordering.
            if month < 17 || at % 3 != 0 {
                let (year, number) = (2024 + (month + 8) / 12, (month + 8) % 12 + 1);
                let amount = 1_000 * (at + 1) + 37 * month;
                let _ = writeln!(
                    lines,
                    "{at}-{month},C{at:02},{year}-{number:02}-15,{amount},{}",
                    amount / 4
                );
            }
        }
    }
    bench.write("clients.csv", clients);
    bench.write("transactions.csv", lines);
    let arguments = [
        "review",
        "clients.csv",
        "transactions.csv",
        "--as-of",
        "2026-06-30",
        "--currency",
        "CNY",
        "-o",
        "page.html",
        "--lang",
        lang,
    ];
    bench.kam(&arguments).code(0);
    bench
}

/// The first cells of the visible rows of the table, at a position.
fn column(browser: &Browser, at: usize) -> Vec<String> {
    let cells = browser.js(&format!(
        "[...document.querySelectorAll('#all tbody tr:not([hidden])')].map(row => row.cells[{at}].innerText)"
    ));
    cells
        .as_array()
        .expect("cells")
        .iter()
        .filter_map(|cell| cell.as_str().map(ToOwned::to_owned))
        .collect()
}

#[test]
fn the_page_sorts_searches_unfolds_and_changes_its_language() {
    let Some(browser) = Browser::start() else { return };
    for (lang, other, here, there) in
        [("en", "zh", "Needs action", "需要跟进"), ("zh", "en", "需要跟进", "Needs action")]
    {
        let bench = page(lang);
        browser.go(&bench.at("page.html"));
        assert_eq!(browser.text("document.documentElement.lang"), lang);
        assert_eq!(browser.text("document.querySelector('h2').innerText"), here);
        // No name has become more than a name.
        assert_eq!(browser.js("document.querySelectorAll('img').length"), 0);
        assert!(!browser.text("document.title").contains("hacked"));
        let names = column(&browser, 1).concat();
        assert!(NAMES.iter().all(|name| names.contains(name)), "{names}");

        browser.click(&format!("label[for={other}]"));
        assert_eq!(browser.text("document.querySelector('h2').innerText"), there);
        assert_eq!(browser.text("document.documentElement.lang"), other);
        assert!(!browser.text("document.body.innerText").contains(here));
        browser.click(&format!("label[for={lang}]"));

        // By net sales: the largest first, then, from the keyboard, the smallest.
        let sales = |texts: Vec<String>| {
            texts
                .iter()
                .map(|text| text.replace(',', "").parse::<f64>().expect("a number"))
                .collect::<Vec<_>>()
        };
        let at = 16;
        let heading = format!("#all thead th:nth-child({}) button", at + 1);
        browser.click(&heading);
        let state = format!("document.querySelector('{heading}').parentElement.ariaSort");
        assert_eq!(browser.text(&state), "descending");
        assert!(sales(column(&browser, at)).is_sorted_by(|a, b| a >= b));
        browser.keys(&heading, "\u{e007}");
        assert_eq!(browser.text(&state), "ascending");
        assert!(sales(column(&browser, at)).is_sorted());
        assert_eq!(browser.js("document.querySelectorAll('[aria-sort]').length"), 1);

        browser.keys("#find", "client 1 anna");
        assert_eq!(browser.text("document.getElementById('shown').textContent"), "6");
        assert_eq!(column(&browser, 0).len(), 6);
        assert!(column(&browser, 1).iter().all(|name| name.contains('1')));

        // Why a score: in the list, and from the table.
        browser.click(".actions summary");
        assert_eq!(browser.js("document.querySelector('.actions details').open"), true);
        assert_ne!(
            browser.js("document.querySelector('.actions svg.w').getBoundingClientRect().width"),
            0
        );
        browser.click("#all tbody tr:not([hidden]) button.name");
        let drawn = "#all tbody svg.w";
        assert_eq!(browser.js(&format!("document.querySelectorAll('{drawn}').length")), 1);
        let score =
            browser.text(&format!("document.querySelector('{drawn} text:last-child').textContent"));
        let row = "document.querySelector('#all tbody tr:not([hidden])')";
        assert_eq!(browser.text(&format!("{row}.cells[5].textContent")), score);
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}

#[test]
fn who_moved_can_be_sorted_and_searched() {
    let Some(browser) = Browser::start() else { return };
    let bench = page("en");
    let run = |as_of, out: &[&str]| {
        let files = ["review", "clients.csv", "transactions.csv", "--lang", "en", "--as-of", as_of];
        bench.kam(&[&files[..], out].concat()).code(0);
    };
    run("2025-12-31", &["-o", "before.json"]);
    run("2026-06-30", &["--previous", "before.json", "-o", "page.html"]);
    browser.go(&bench.at("page.html"));
    let shown = "document.getElementById('shown-moved').textContent";
    let all = "document.querySelectorAll('#moved tbody tr').length";
    let count = browser.js(all).as_u64().expect("a count");
    assert!(count > 2, "{count}");
    assert_eq!(browser.text(shown), count.to_string());
    let scores =
        "[...document.querySelectorAll('#moved tbody tr')].map(row => row.cells[6].innerText)";
    browser.click("#moved thead th:nth-child(7) button");
    let scores: Vec<f64> = browser
        .js(scores)
        .as_array()
        .expect("cells")
        .iter()
        .filter_map(|cell| cell.as_str()?.parse().ok())
        .collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    browser.keys("#find-moved", "no such client");
    assert_eq!(browser.text(shown), "0");
    // The other table is another list.
    assert_eq!(browser.text("document.getElementById('shown').textContent"), "24");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_page_says_everything_without_its_script() {
    let Some(browser) = Browser::start() else { return };
    browser.command("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    for (lang, other, here, there) in
        [("en", "zh", "Needs action", "需要跟进"), ("zh", "en", "需要跟进", "Needs action")]
    {
        let bench = page(lang);
        browser.go(&bench.at("page.html"));
        assert_eq!(browser.js("document.documentElement.classList.contains('js-on')"), false);
        assert_eq!(browser.text("document.querySelector('h2').innerText"), here);
        browser.click(&format!("label[for={other}]"));
        assert_eq!(browser.text("document.querySelector('h2').innerText"), there);
        // What needs the script is not there; what each metric adds is.
        assert_eq!(browser.js("document.getElementById('find').offsetParent"), json!(null));
        let shown = browser.js(
            "document.querySelector('#all tbody tr').cells[6].getBoundingClientRect().width > 0",
        );
        assert_eq!(shown, true);
        browser.click(".actions summary");
        assert_eq!(browser.js("document.querySelector('.actions details').open"), true);
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}

#[test]
fn the_page_fits_phones_screens_and_paper() {
    let Some(browser) = Browser::start() else { return };
    for lang in ["en", "zh"] {
        let bench = page(lang);
        browser.go(&bench.at("page.html"));
        for width in [360, 768, 1280] {
            let size =
                json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false });
            browser.command("Emulation.setDeviceMetricsOverride", &size);
            browser.js("document.querySelectorAll('details').forEach(one => { one.open = true })");
            let wide =
                "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            assert_eq!(browser.js(wide), 0, "{lang} at {width}");
        }
        let printed = browser.printed();
        assert!(
            printed.starts_with("JVBERi0") && printed.len() > 50_000,
            "{} bytes",
            printed.len()
        );
    }
}
