//! The page as a whole: what is in it, what must never be, and how large it gets.

use std::collections::BTreeSet;

use super::{SCRIPT, STYLE, page, policy};
use crate::locale::{Lang, grouped};
use crate::render::fixture;
use crate::review::{
    Concentration, Control, Gone, Movement, OwnerChange, Review, ScoreChange, Since, Step,
};
use crate::tier::Tier;

const NASTY: &str = "<img src=x onerror=alert(1)>\"'&{{ x }}</script>\u{202e}evil\u{2028}{% raw %}";

fn in_both(review: &Review) -> [String; 2] {
    Lang::ALL.map(|lang| page(review, lang).expect("a page"))
}

/// The JSON inside the page.
fn data(page: &str) -> serde_json::Value {
    let (_, rest) = page.split_once("id=\"data\">").expect("data");
    let (json, _) = rest.split_once("</script>").expect("its end");
    serde_json::from_str(json).expect("JSON")
}

/// The tags of a page with their attributes, without the style and the scripts.
fn tags(page: &str) -> Vec<&str> {
    let (head, rest) = page.split_once("<style>").expect("style");
    let (_, rest) = rest.split_once("</style>").expect("its end");
    let (body, _) = rest.split_once("<script").expect("scripts");
    [head, body]
        .into_iter()
        .flat_map(|part| part.split('<').skip(1))
        .map(|part| part.split_once('>').map_or(part, |(tag, _)| tag))
        .collect()
}

/// A review in which every text of the user's is hostile.
fn hostile() -> Review {
    let mut review = fixture::review();
    for client in &mut review.clients {
        client.name = NASTY.to_owned();
        client.client_id = format!("{NASTY}{}", client.client_id);
        client.owner = Some(NASTY.to_owned());
    }
    for input in &mut review.inputs {
        input.file = NASTY.to_owned();
        input.sheet = Some(NASTY.to_owned());
    }
    review.currency = NASTY.to_owned();
    review.period = NASTY.to_owned();
    review
}

/// A part of the portfolio, which lacks what only the whole has.
fn part() -> Review {
    let mut review = fixture::review();
    for client in &mut review.clients {
        client.rank = None;
        client.features.sales_share = None;
    }
    for tier in &mut review.tiers {
        tier.share = None;
    }
    review.anchors.clear();
    review.monthly.clear();
    review.diagnostics.clear();
    review.inputs.clear();
    review.concentration = Concentration {
        top5: None,
        top10: None,
        top20: None,
        top_20_percent: None,
        top_20_percent_margin: None,
        clients_to_80_percent: None,
        hhi: None,
    };
    review.control = Control::default();
    review
}

#[test]
fn nothing_of_the_users_becomes_markup() {
    for page in in_both(&hostile()) {
        assert!(!page.contains("<img") && !page.contains("{{ x }}</"), "markup");
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "shown as text");
        assert_eq!(page.matches("</script>").count(), 2, "the data and the script");
        let all = data(&page);
        assert!(all["clients"][0][0].as_str().expect("an id").starts_with(NASTY));
        let allowed = [
            "!doctype",
            "a",
            "b",
            "bdi",
            "body",
            "button",
            "caption",
            "circle",
            "dd",
            "defs",
            "details",
            "div",
            "dl",
            "dt",
            "figcaption",
            "figure",
            "footer",
            "g",
            "h1",
            "h2",
            "h3",
            "h4",
            "head",
            "header",
            "html",
            "i",
            "input",
            "label",
            "li",
            "line",
            "main",
            "meta",
            "nav",
            "ol",
            "p",
            "path",
            "rect",
            "section",
            "small",
            "span",
            "summary",
            "svg",
            "table",
            "tbody",
            "td",
            "text",
            "th",
            "thead",
            "title",
            "tr",
            "ul",
            "use",
        ];
        let names: BTreeSet<&str> = tags(&page)
            .into_iter()
            .filter_map(|tag| tag.trim_start_matches('/').split([' ', '/']).next())
            .collect();
        let strange: Vec<&&str> = names.iter().filter(|name| !allowed.contains(name)).collect();
        assert!(strange.is_empty(), "{strange:?}");
    }
}

#[test]
fn no_attribute_needs_a_weaker_policy() {
    for page in in_both(&fixture::review()).iter().chain(&in_both(&hostile())) {
        for tag in tags(page) {
            // Values in quotes may say anything; names may not.
            let bare: String = tag.split('"').step_by(2).collect();
            for attribute in bare.split(' ').skip(1) {
                let name = attribute.split('=').next().unwrap_or_default();
                assert!(name != "style" && !name.starts_with("on"), "{tag}");
                assert!(!["src", "srcset", "action", "formaction"].contains(&name), "{tag}");
            }
            if let Some((_, link)) = tag.split_once("href=") {
                assert!(link.trim_start_matches('"').starts_with('#'), "{tag}");
            }
        }
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
        assert!(!SCRIPT.contains("innerHTML") && !SCRIPT.contains("fetch"));
    }
}

#[test]
fn the_policy_names_the_style_and_the_script_that_stand_there() {
    let [page, _] = in_both(&fixture::review());
    let between = |open: &str, close: &str| {
        let (_, rest) = page.split_once(open).expect(open);
        rest.split_once(close).expect(close).0.to_owned()
    };
    let content = between("Content-Security-Policy\" content=\"", "\">").replace("&#x27;", "'");
    let content = content.replace("&#x2f;", "/");
    let style = policy::hash(&between("<style>", "</style>"));
    let script = policy::hash(&between("<script>", "</script>"));
    assert!(content.starts_with("default-src 'none';"), "{content}");
    assert!(content.contains(&format!("style-src 'sha256-{style}';")), "{content}");
    assert!(content.contains(&format!("script-src 'sha256-{script}';")), "{content}");
}

#[test]
fn both_languages_are_complete() {
    for (page, lang) in in_both(&fixture::review()).iter().zip(Lang::ALL) {
        assert_eq!(page.matches("<i lang=en>").count(), page.matches("<i lang=zh>").count());
        for text in
            ["Needs action", "需要跟进", "no order for 74 days, usual gap 21", "74 天未下单"]
        {
            assert!(page.contains(text), "{text}");
        }
        for key in ["page.", "book.", "{count}", "{unit}", "none</"] {
            assert!(!page.contains(&format!(">{key}")), "{key}");
        }
        assert!(page.contains(&format!("<html lang=\"{}\">", lang.code())));
        assert!(page.contains(&format!("id=\"{}\" aria-label=", lang.code())));
        let checked = format!(
            " aria-label=\"{}\" checked",
            if lang == Lang::En { "English" } else { "中文" }
        );
        assert!(page.contains(&checked), "{checked}");
    }
}

#[test]
fn the_same_review_gives_the_same_bytes() {
    assert_eq!(in_both(&fixture::review()), in_both(&fixture::review()));
}

#[test]
fn numbers_are_those_of_the_review() {
    let review = fixture::review();
    let [page, _] = in_both(&review);
    let all = data(&page);
    assert_eq!(all["as_of"], "2026-06-30");
    assert_eq!(
        all["totals"]["net_sales"],
        serde_json::to_value(review.totals.net_sales).expect("money")
    );
    let columns: Vec<&str> = all["columns"]
        .as_array()
        .expect("columns")
        .iter()
        .filter_map(|name| name.as_str())
        .collect();
    let at = |name: &str| columns.iter().position(|known| *known == name).expect(name);
    for (client, shown) in review.clients.iter().zip(all["clients"].as_array().expect("clients")) {
        assert_eq!(shown[at("client_id")], client.client_id);
        assert_eq!(shown[at("score")].as_f64(), client.score);
        let adds: f64 = (columns.len()..)
            .map_while(|at| shown.get(at))
            .filter_map(serde_json::Value::as_f64)
            .sum();
        assert!((adds - client.score.unwrap_or(adds)).abs() < 0.01, "{adds}");
        let sales = grouped(client.features.net_sales.rounded(0));
        assert!(page.contains(&format!("<td>{sales}<td>")), "{sales}");
    }
    // Of the waterfall of the first client: the first bar, and the score.
    for text in ["<text x=172 y=12>16.8</text>", ">84.2</text>", "12,345", "18,080,985.25"] {
        assert!(page.contains(text), "{text}");
    }
}

#[test]
fn who_needs_action_comes_first_and_is_never_folded() {
    let [page, _] = in_both(&fixture::review());
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    assert!(place("id=\"actions\"") < place("id=\"figures\""));
    assert!(place("<ol class=\"actions\">") < place("<details"));
    let list = &page[place("<ol class=\"actions\">")..place("</ol>")];
    assert_eq!(list.matches("<div class=who>").count(), 6);
    assert_eq!(list.matches("<svg class=w").count(), 6);
    // What a client failed and has to confirm is said at its place.
    assert!(list.contains("Strategic needs: business lines"), "a failed condition");
    assert!(list.contains("slow payment; new client, on probation"), "limits");
}

#[test]
fn what_a_part_of_the_portfolio_lacks_is_left_out() {
    let [whole, _] = in_both(&fixture::review());
    let [page, _] = in_both(&part());
    for id in [
        "chart-months",
        "chart-pareto",
        "chart-tiers",
        "c-control",
        "c-problems",
        "c-inputs",
        "quality",
    ] {
        let id = format!("id=\"{id}\"");
        assert!(whole.contains(&id) && !page.contains(&id), "{id}");
    }
    for text in ["Share</i>", "Rank</i>", "Value → points", "largest clients hold"] {
        assert!(whole.contains(text) && !page.contains(text), "{text}");
    }
    assert!(page.contains("<ol class=\"actions\">") && page.contains("id=\"all\""));
}

#[test]
fn a_kept_band_is_said_in_the_list_and_in_the_table() {
    let mut review = fixture::review();
    let said = "kept in Core: its rank by score would give Potential, but hysteresis";
    assert!(!in_both(&review)[0].contains(said));
    review.clients[1].band = Some(Tier::Core);
    review.clients[1].band_raw = Some(Tier::Potential);
    review.totals.kept = 1;
    let [page, _] = in_both(&review);
    assert_eq!(page.matches(said).count(), 2);
    assert!(page.contains("by hysteresis of 5 points, though") && page.contains("滞后规则"));
}

/// The fixture with a review before it: two moved, one came, one is gone.
fn moved() -> Review {
    let mut review = fixture::review();
    let since = |score: f64, change: f64| {
        let split = ScoreChange { own: change, scale: -0.01, config: 0.01, missing: 0.0 };
        let (band, most) = (Some(Tier::Core), Some(("growth", change)));
        let (score, change, split) = (Some(score), Some(change), Some(split));
        Some(Box::new(Since { score, band, band_raw: band, change, split, given: false, most }))
    };
    for (at, client) in review.clients.iter_mut().enumerate() {
        client.tier_previous = client.tier;
        client.since = since(client.score.unwrap_or(50.0), 0.0);
        match at {
            1 => {
                (client.tier_previous, client.movement) = (Some(Tier::Strategic), Some("down"));
                client.since = since(80.5, -6.5);
            }
            7 => {
                (client.tier_previous, client.movement, client.since) = (None, Some("new"), None);
            }
            _ => {}
        }
    }
    let step = |from, to, clients| Step { from, to, clients };
    let (top, core, rest) = (Some(Tier::Strategic), Some(Tier::Core), Some(Tier::Standard));
    review.movement = Some(Movement {
        source: "reviews/2026Q1".to_owned(),
        as_of: crate::period::Day::parse_iso("2026-03-31").expect("a day"),
        period: "2026Q1".to_owned(),
        new: 1,
        up: 0,
        down: 1,
        same: 10,
        left: 1,
        reactivated: 0,
        matrix: vec![
            step(top, top, 1),
            step(top, core, 1),
            step(None, rest, 1),
            step(rest, None, 1),
        ],
        gone: vec![Gone {
            client_id: "C-0099".to_owned(),
            name: NASTY.to_owned(),
            tier: Tier::Standard,
            net_sales: None,
        }],
        owner_changes: vec![OwnerChange {
            client_id: "C-0099".to_owned(),
            name: NASTY.to_owned(),
            from: Some("Before, Bea".to_owned()),
            to: None,
        }],
    });
    review
}

#[test]
fn who_moved_is_told_with_what_moved_it() {
    let [before, _] = in_both(&fixture::review());
    assert!(!before.contains("id=\"changes\"") && !before.contains("href=\"#changes\""));
    let [page, _] = in_both(&moved());
    let section = page.split_once("<section id=\"changes\"").expect("a section").1;
    let section = section.split_once("</section>").expect("its end").0;
    for said in [
        "1 down. New 1, left 1",
        "Northwind Trading GmbH",
        "<td>80.5<td>74.0<td>-6.5<td>-6.5<td>0.0<td>0.0<td>0.0<td class=tx><i lang=en>Growth -6.5</i>",
        "广州启明电子",
        "<td class=k4>–<td class=k3>",
        "not in the data any more",
        "已不在数据中",
        "上次等级",
        "<td class=\"tx\">Before, Bea</td><td class=\"tx\">–</td>",
    ] {
        assert!(section.contains(said), "{said} in {section}");
    }
    assert_eq!(section.matches("<tr><th scope=row>").count(), 3);
    assert!(!section.contains("-0.0") && !section.contains("<img"), "{section}");
    assert_eq!(data(&page)["movement"]["matrix"][1]["to"], "core");
}

#[test]
fn nobody_to_call_and_nobody_at_all() {
    let mut review = fixture::review();
    review.actions.clear();
    let [page, _] = in_both(&review);
    assert!(page.contains("No client needs follow-up.") && !page.contains("<ol"));
    review.clients.clear();
    review.tiers.clear();
    review.monthly.clear();
    review.totals.clients = 0;
    let [page, _] = in_both(&review);
    assert!(page.contains("id=\"clients\"") && !page.contains("id=\"figures\""));
}

#[test]
fn a_thousand_clients_fit_into_a_megabyte() {
    let mut review = moved();
    let some = review.clients.clone();
    // Two of ten need action, as many as in a portfolio in trouble.
    let quiet = |at: usize| !at.is_multiple_of(5);
    review.clients = (0..1_000)
        .map(|at| {
            let mut client =
                if quiet(at) { some[3 + at % 2].clone() } else { some[at % 3].clone() };
            client.client_id = format!("C-{at:05}");
            client.name = format!("Acme Industrial Supplies {at:05} Ltd");
            client.rank = Some(at + 1);
            // As many moved as can be listed.
            if at % 5 == 1 {
                client.movement = Some("up");
                client.tier_previous = Some(Tier::Core).filter(|tier| client.tier != Some(*tier));
            }
            client
        })
        .collect();
    review.actions = (0..1_000).filter(|at| !quiet(*at)).collect();
    for page in in_both(&review) {
        assert!(page.contains("Listed are 201 of"), "more moved");
        assert!(page.len() <= 1_000_000, "{} bytes", page.len());
    }
    // Twice as many take about twice as much.
    let one = page(&review, Lang::Zh).expect("a page").len();
    let again = review.clients.clone();
    review.clients.extend(again);
    review.actions = (0..2_000).filter(|at| !quiet(*at)).collect();
    let two = page(&review, Lang::Zh).expect("a page").len();
    assert!(two < 2 * one, "{one}, then {two} bytes");
}
