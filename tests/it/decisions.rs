//! `[[override]]` and `[[snooze]]`: what people decide comes last, is shown beside what was computed, and is nobody else's
//! business.

use serde_json::Value;

use crate::support::Bench;

fn bench() -> Bench {
    let bench = Bench::new();
    bench.kam(&["demo", "d", "--lang", "en"]).code(0);
    bench
}

fn json(bench: &Bench) -> Value {
    serde_json::from_str(&bench.kam_in("d", &["review", "--format", "json"]).code(0).out)
        .expect("JSON")
}

fn decide(bench: &Bench, text: &str) {
    let settings = String::from_utf8(bench.files()["d/kam.toml"].clone()).expect("text");
    bench.write("d/kam.toml", format!("{settings}\n{text}"));
}

fn client<'a>(review: &'a Value, id: &str) -> &'a Value {
    let mut clients = review["clients"].as_array().expect("clients").iter();
    clients.find(|client| client["client_id"] == id).expect("the client")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn an_override_comes_last_and_the_computed_tier_stays() {
    let bench = bench();
    let before = json(&bench);
    let clients = before["clients"].as_array().expect("clients");
    let given = clients.iter().find(|client| client["tier"] == "standard").expect("a client");
    let (id, as_of) = (text(&given["client_id"]), text(&before["as_of"]));
    let (name, none) = (text(&given["name"]), &Value::Null);
    decide(
        &bench,
        &format!(
            "[[override]]\nclient = \"{name}\"\ntier = \"strategic\"\nreason = \"=board | <b>\"\nuntil = {as_of}\n"
        ),
    );
    let after = json(&bench);
    let decided = client(&after, id);
    assert_eq!(decided["tier"], "strategic");
    assert_eq!((&decided["tier_computed"], &decided["rising"]), (&given["tier"], &false.into()));
    assert_eq!(decided["override"]["reason"], "=board | <b>");
    assert_eq!(decided["override"]["until"], as_of, "the last day is included");
    assert_eq!(after["totals"]["overridden"], 1);
    for (tier, change) in [("strategic", 1), ("standard", -1)] {
        let count = |review: &Value| {
            let mut tiers = review["tiers"].as_array().expect("tiers").iter();
            tiers.find(|row| row["tier"] == tier).and_then(|row| row["clients"].as_i64())
        };
        assert_eq!(count(&after), count(&before).map(|count| count + change), "{tier}");
    }
    for other in clients.iter().filter(|client| client["client_id"] != id) {
        let now = client(&after, text(&other["client_id"]));
        assert_eq!((&now["tier"], &now["override"]), (&other["tier"], none));
        assert_eq!(now["tier"], now["tier_computed"]);
    }
    let list = bench.kam_in("d", &["tier", "--format", "csv"]).code(0).out;
    let line = list.lines().find(|line| line.starts_with(&format!("{},{id},", decided["rank"])));
    let line = line.expect("its line");
    assert!(line.contains(",strategic,") && line.contains(",standard,'=board | <b>,"), "{line}");
    let table = bench.kam_in("d", &["tier"]).code(0).out;
    assert!(table.contains("Computed") && table.contains("=board"), "{table}");
    let summary = bench.kam_in("d", &["review"]).code(0).out;
    assert!(summary.contains("Tiers given by an override of the settings: 1"), "{summary}");
    bench.kam_in("d", &["review", "-o", "r.html", "-o", "r.md", "-o", "r.xlsx", "-q"]).code(0);
    let files = bench.files();
    let page = String::from_utf8_lossy(&files["d/r.html"]);
    assert!(page.contains("Computed tier: Standard; override: =board | &lt;b&gt; (until "));

    // The day after, it is told and ignored.
    let day = kam::period::Day::parse_iso(as_of).expect("a day").plus_days(1).to_string();
    let later = bench.kam_in("d", &["review", "--as-of", &day, "--format", "json"]).code(0);
    assert!(later.err.contains("[override-expired]"), "{}", later.err);
    let later: Value = serde_json::from_str(&later.out).expect("JSON");
    let now = client(&later, id);
    assert_eq!((&now["override"], &now["tier"]), (none, &now["tier_computed"]));
}

#[test]
fn a_snoozed_finding_counts_nowhere_but_as_snoozed() {
    let bench = bench();
    let before = json(&bench);
    let clients = before["clients"].as_array().expect("clients");
    let found = clients
        .iter()
        .find(|client| {
            client["active"] == true
                && client["signals"].as_array().is_some_and(|signals| signals.len() == 1)
                && (client["risk_level"] == "high" || client["risk_level"] == "medium")
        })
        .expect("a client with one finding");
    let (id, code) = (text(&found["client_id"]), text(&found["signals"][0]["code"]));
    let snooze = |until: &str| {
        format!(
            "[[snooze]]\nclient = \"{id}\"\ncode = \"{code}\"\nuntil = \"{until}\"\nreason = \"plant rebuilt\"\n"
        )
    };
    decide(&bench, &(snooze("2099-01-01") + &snooze("2099-12-31")));
    let after = json(&bench);
    let quiet = client(&after, id);
    assert_eq!(quiet["signals"].as_array().map(Vec::len), Some(0));
    let silenced = serde_json::json!([{
        "code": code, "level": found["signals"][0]["level"], "until": "2099-12-31", "reason": "plant rebuilt",
    }]);
    assert_eq!(quiet["snoozed"], silenced);
    for (field, value) in [("risk", 0.0.into()), ("priority", 0.0.into()), ("due", Value::Null)] {
        assert_eq!(quiet[field], value, "{field}");
    }
    assert_eq!((&quiet["risk_level"], &quiet["next_step"]), (&"none".into(), &Value::Null));
    assert_eq!((&quiet["tier"], &quiet["score"]), (&found["tier"], &found["score"]));
    assert_eq!(after["totals"]["snoozed"], 1);
    assert_eq!(after["judged"], before["judged"], "it fired all the same");
    let at_risk = |review: &Value| review["totals"]["at_risk_clients"].as_i64();
    assert_eq!(at_risk(&after), at_risk(&before).map(|count| count - 1));
    let list = bench.kam_in("d", &["churn"]).code(0).out;
    let name = text(&found["name"]);
    assert!(!list.contains(name) && list.contains("not counted above: 1"), "{list}");
}

#[test]
fn a_client_page_names_all_decisions_on_the_client() {
    let bench = bench();
    let before = json(&bench);
    let clients = before["clients"].as_array().expect("clients");
    let some = |client: &&Value| client["tier"] == "standard" && client["signals"][0].is_object();
    let chosen = clients.iter().find(some).expect("a client");
    let (id, as_of) = (text(&chosen["client_id"]), text(&before["as_of"]));
    let (signal, level) = (text(&chosen["signals"][0]["code"]), &chosen["signals"][0]["level"]);
    let other = if signal == "lines_down" { "sales_down" } else { "lines_down" };
    decide(
        &bench,
        &format!(
            "[[override]]\nclient = \"{id}\"\ntier = \"core\"\nreason = \"old\"\nuntil = 2020-01-31\n\
             [[override]]\nclient = \"{id}\"\ntier = \"strategic\"\nreason = \"frame contract\"\nby = \"the board\"\n\
             [[snooze]]\nclient = \"{id}\"\ncode = \"{signal}\"\nuntil = {as_of}\nreason = \"rebuilt\"\n\
             [[snooze]]\nclient = \"{id}\"\ncode = \"{other}\"\nuntil = 2099-12-31\nreason = \"known\"\n"
        ),
    );
    let page = bench.kam_in("d", &["show", id, "--format", "json"]).code(0).out;
    let page: Value = serde_json::from_str(&page).expect("JSON");
    let rows = page["decisions"].as_array().expect("decisions");
    let states: Vec<&str> = rows.iter().map(|row| text(&row["state"])).collect();
    assert_eq!(states, ["expired", "in_force", "in_force", "in_force"]);
    assert_eq!((&rows[1]["tier"], text(&rows[1]["by"])), (&"strategic".into(), "the board"));
    assert_eq!((&rows[2]["signal"], &rows[2]["level"]), (&signal.into(), level));
    assert_eq!((&rows[3]["signal"], &rows[3]["level"]), (&other.into(), &Value::Null));
    let en = bench.kam_in("d", &["show", id, "--lang", "en"]).code(0).out;
    for said in [
        "Override, tier Strategic: frame contract (by the board, without an end; in force)",
        "Override, tier Core: old (until 2020-01-31; expired, ignored)",
        "(finds nothing at present): known (until 2099-12-31; in force)",
    ] {
        assert!(en.contains(said), "{said} in {en}");
    }
    let zh = bench.kam_in("d", &["show", id, "--lang", "zh", "--format", "markdown"]).code(0).out;
    assert!(zh.contains("人工决定") && zh.contains("决定人 the board"), "{zh}");
    let table = bench.kam_in("d", &["review", "--lang", "en", "-o", "r.html", "-q"]).code(0);
    assert!(!table.err.contains("error"), "{}", table.err);
    let files = bench.files();
    let html = String::from_utf8_lossy(&files["d/r.html"]);
    assert!(html.contains("frame contract (by the board)"), "who decided it");
}

#[test]
fn account_managers_see_decisions_on_their_own_clients_only() {
    let bench = bench();
    let before = json(&bench);
    let clients = before["clients"].as_array().expect("clients");
    let active = |client: &&Value| client["tier"] == "standard" && !client["owner"].is_null();
    let one = clients.iter().find(active).expect("a client");
    let owner = text(&one["owner"]);
    decide(
        &bench,
        &format!(
            "[[override]]\nclient = \"{}\"\ntier = \"core\"\nreason = \"SECRET REASON\"\n",
            text(&one["client_id"])
        ),
    );
    bench.kam_in("d", &["review", "--split", "owner", "-o", "part.json", "-q"]).code(0);
    let files = bench.files();
    let mut seen = 0;
    for (name, bytes) in files.iter().filter(|(name, _)| name.contains("part")) {
        let part: Value = serde_json::from_slice(bytes).expect("JSON");
        assert!(part["config"].get("override").is_none(), "{name}");
        let tells = String::from_utf8_lossy(bytes).contains("SECRET REASON");
        let theirs = part["scope"]["owner"] == owner;
        assert_eq!(tells, theirs, "{name}");
        assert_eq!(part["totals"]["overridden"], i32::from(theirs), "{name}");
        seen += 1;
    }
    assert!(seen > 2);
}

#[test]
fn a_tier_that_was_given_is_not_explained_by_a_metric() {
    let bench = bench();
    let review = |more: &[&str]| {
        bench.kam_in("d", &[&["review", "--save"], more].concat()).code(0);
    };
    review(&["--as-of", "2026-03-31"]);
    let clients = json(&bench)["clients"].clone();
    let mut clients = clients.as_array().expect("clients").iter();
    let given = clients.find(|client| client["tier"] == "strategic").expect("a client");
    let id = text(&given["client_id"]).to_owned();
    let settings = bench.files()["d/kam.toml"].clone();
    decide(
        &bench,
        &format!("[[override]]\nclient = \"{id}\"\ntier = \"standard\"\nreason = \"board\"\n"),
    );
    review(&["--as-of", "2026-06-30"]);
    bench.write("d/kam.toml", settings);
    review(&["--as-of", "2026-07-01"]);
    let diff = |lang: &str, before: &str, after: &str| {
        let args = ["diff", before, after, "--lang", lang, "--format"];
        let run = |format| bench.kam_in("d", &[&args[..], &[format]].concat()).code(0).out;
        let json: Value = serde_json::from_str(&run("json")).expect("JSON");
        assert_eq!(client(&json, &id)["override"], true);
        run("markdown")
    };
    assert!(diff("en", "2026Q1", "2026Q2").contains("tier given: board"));
    assert!(diff("zh", "2026Q1", "2026Q2").contains("等级由人工指定：board"));
    assert!(diff("en", "2026Q2", "2026-07-01").contains("tier given before, no longer"));
}
