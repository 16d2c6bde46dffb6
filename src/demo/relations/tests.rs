//! The story of these tables, as the features of a review tell it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::config::load::{self, Layer};
use crate::demo::clients::{client_id, population};
use crate::demo::generate;
use crate::features::RelationFeatures;
use crate::money::Money;
use crate::review::{Context, Review, review};
use crate::source::{Input, Place};
use crate::store::{self, Options};

/// A demo as the program reads it: its review, and the clients of each role.
fn reviewed(lang: Lang, seed: u64) -> (Review, BTreeMap<String, Role>, Vec<&'static str>) {
    let files = generate(lang, seed);
    let settings = files.iter().find(|file| file.name == "kam.toml").expect("settings");
    let text = String::from_utf8(settings.bytes.clone()).expect("text");
    let config =
        load::load(&[Layer { name: "kam.toml".to_owned(), text }], &[]).expect("valid").config;
    let inputs: Vec<Input> = config
        .source
        .iter()
        .map(|source| {
            let file = files.iter().find(|file| file.name == source.path).expect("the file");
            let place = Place::Memory(Arc::from(file.bytes.clone()));
            Input { name: file.name.clone(), place }
        })
        .collect();
    assert_eq!(
        inputs.len(),
        files.len() - 2,
        "the settings name every file but themselves and the read-me"
    );
    let context = Context { today: AS_OF, threads: 1, portfolio: true };
    let options = Options {
        threads: 1,
        today: AS_OF,
        skip: Vec::new(),
        strict: true,
        hash: false,
        all: false,
    };
    let loaded = store::load(&inputs, &config, &options).expect("readable");
    let said: Vec<&str> = loaded
        .diagnostics
        .groups()
        .map(|(code, _)| code)
        .filter(|code| !["amount-basis", "near-duplicate", "owner-guess"].contains(code))
        .collect();
    let roles = population(lang, seed).into_iter().enumerate();
    let roles = roles.map(|(position, client)| (client_id(position), client.role)).collect();
    (review(loaded, &config, context).expect("a review"), roles, said)
}

#[test]
fn the_tables_tell_the_story_of_the_orders() {
    for (lang, seed) in [(Lang::Zh, 1), (Lang::En, 1), (Lang::Zh, 2), (Lang::En, 3)] {
        let (review, roles, said) = reviewed(lang, seed);
        assert!(said.is_empty(), "nothing of these tables is odd: {said:?}");
        let of = |role: Role| -> &RelationFeatures {
            let client =
                review.clients.iter().find(|client| roles.get(&client.client_id) == Some(&role));
            client.expect("somebody plays it").features.relations()
        };

        let slow = of(Role::Slow);
        assert!(slow.overdue_amount > Some(Money::ZERO) && slow.overdue_days_max > Some(60));

        let fading = of(Role::Fading);
        assert!(fading.complaints_recent >= Some(3) && fading.complaints_base <= Some(1));
        assert_eq!((fading.feedback_overdue_high, fading.csat_last), (Some(1), Some(2.0)));
        let (recent, base) = (fading.reply_hours_recent, fading.reply_hours_base);
        assert!(recent.expect("replies") >= 2.0 * base.expect("replies"));
        assert_eq!(fading.milestone_days_late_max, Some(21));

        let squeezed = of(Role::Squeezed);
        assert_eq!(squeezed.competitor_mentions_recent, Some(2), "a note and a deal");
        assert!(squeezed.front_line_mentions_recent >= Some(1));
        assert!(squeezed.overdue_days_max > Some(0), "it pays later than agreed");

        let silent = of(Role::Silent);
        assert!((39..=44).contains(&silent.days_since_last_contact.expect("a contact")));
        assert_eq!(silent.front_line_mentions_recent, Some(1));

        let unvisited = of(Role::Unvisited);
        assert_eq!((unvisited.key_contact_left, unvisited.key_contacts), (Some(22), Some(0)));
        assert_eq!((unvisited.contract_ends_in, unvisited.renewal_open), (Some(75), Some(true)));
        let narrow = of(Role::Narrow);
        assert_eq!((narrow.contract_ends_in, narrow.renewal_open), (Some(26), Some(false)));
    }
}

#[test]
fn the_others_give_hardly_any_cause_for_worry() {
    for (lang, seed) in [(Lang::Zh, 1), (Lang::En, 1), (Lang::En, 3)] {
        let (review, roles, _) = reviewed(lang, seed);
        let plain = |id: &str| matches!(roles.get(id), Some(Role::Plain | Role::Anchor));
        let mut worries: BTreeMap<&str, u32> = BTreeMap::new();
        for client in review.clients.iter().filter(|client| plain(&client.client_id)) {
            let features = client.features.relations();
            let gap =
                if client.tier.is_some_and(|tier| tier.code() == "standard") { 38 } else { 18 };
            for (worry, there) in [
                ("overdue", features.overdue_days_max > Some(30)),
                ("silent", features.days_since_last_contact > Some(gap)),
                ("complains", features.complaints_recent > Some(1)),
                ("feedback", features.feedback_overdue_high > Some(0)),
                ("competitor", features.competitor_mentions_recent > Some(0)),
                ("front line", features.front_line_mentions_recent > Some(0)),
                ("alone", features.active_contacts < Some(2)),
                ("late", features.milestone_days_late_max > Some(0)),
                ("contract", features.contract_ends_in.is_some_and(|days| days < 90)),
            ] {
                *worries.entry(worry).or_default() += u32::from(there);
            }
        }
        assert!(worries.values().sum::<u32>() <= 4, "{lang:?} {seed}: {worries:?}");
    }
}
