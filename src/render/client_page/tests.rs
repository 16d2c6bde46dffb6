use super::*;
use crate::client_page::{Extract, HistoryRow, KeptBand, page};
use crate::render::fixture;
use crate::review::Held;
use crate::store::{ClientFile, ClientRows, Loaded};
use crate::tier::Tier;

/// The page of the first client of the fixture that needs action.
fn shown() -> ClientPage {
    let review = fixture::review();
    let client = &review.clients[review.actions[0]];
    let file = ClientFile {
        id: client.client_id.clone(),
        name: client.name.clone(),
        ..ClientFile::default()
    };
    let mut loaded = Loaded::default();
    loaded.clients.push(Box::new(file));
    let extract = Extract::of(&loaded, ClientRows::default()).expect("a client");
    page(extract, &review, 1).expect("in the review")
}

#[test]
fn every_text_is_there_and_sections_stand_apart() {
    let page = shown();
    for lang in Lang::ALL {
        for text in [table(&page, lang, Some(80)), table(&page, lang, None), markdown(&page, lang)]
        {
            assert!(!text.contains("show.") && !text.contains('{'), "{text}");
            assert!(!text.contains("\n\n\n") && text.ends_with('\n'), "{text}");
        }
        let narrow = table(&page, lang, Some(60));
        assert!(narrow.lines().all(|line| line.width() <= 60), "{narrow}");
    }
}

#[test]
fn names_stay_text() {
    let mut page = shown();
    page.profile.name = "<b>Acme*\u{1b}[31m|x".to_owned();
    page.profile.owner = Some("a\nb".to_owned());
    let text = table(&page, Lang::En, None);
    assert!(!text.contains('\u{1b}') && text.contains("a b\n"), "{text}");
    let text = markdown(&page, Lang::En);
    assert!(text.starts_with("# &lt;b&gt;Acme\\* \\[31m\\|x ("), "{text}");
}

#[test]
fn earlier_reviews_are_shown_where_there_are_any() {
    let mut page = shown();
    let heading = Lang::En.text("show.section.history");
    assert!(!table(&page, Lang::En, None).contains(&heading));
    page.history.push(HistoryRow {
        period: "2026Q1".to_owned(),
        as_of: page.as_of,
        score: Some(71.25),
        tier: Some(Tier::Core),
        rank: Some(12),
    });
    let text = table(&page, Lang::En, None);
    assert!(text.contains(&heading) && text.contains("2026Q1  Core"), "{text}");
}

#[test]
fn a_kept_band_is_said() {
    let mut page = shown();
    page.score = Some(61.04);
    page.tier.kept = Some(KeptBand {
        held: Held { band: Tier::Core, raw: Tier::Potential },
        points: 5.0,
        score_before: Some(65.0),
    });
    let said = "Kept in Core: its rank by score would give Potential, but hysteresis of 5 points holds it (score 65.0 -> 61.0).";
    for text in [table(&page, Lang::En, None), markdown(&page, Lang::En).replace('\\', "")] {
        assert!(text.replace("&gt;", ">").contains(said), "{text}");
    }
    assert!(table(&page, Lang::Zh, None).contains("按得分排名应为"), "in Chinese");
    let value: serde_json::Value =
        serde_json::from_slice(&json(&page).expect("JSON")).expect("JSON");
    assert_eq!(value["tier"]["kept"]["raw"], "potential");
}

#[test]
fn json_is_whole() {
    let bytes = json(&shown()).expect("JSON");
    let value: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
    for key in ["profile", "metrics", "tier", "features", "orders", "monthly", "contacts", "deals"]
    {
        assert!(value.get(key).is_some(), "{key}");
    }
    assert!(bytes.ends_with(b"}\n"));
}
