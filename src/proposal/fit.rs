//! Columns by their values, where no heading tells: a column of dates, of amounts, of names that another file lists.

use super::Evidence;
use super::look::Look;
use super::profile::{Profile, Sketch};
use crate::schema::value::DateOrder;
use crate::schema::{Field, Kind};

/// Of the cells of a column that are filled, this share must be of the kind.
const PURE: f64 = 0.9;
/// Of all rows, this share must be filled.
const FILLED: f64 = 0.5;
/// Of the different values, this share must be in the client file for the column to be joined with it.
const JOINED: f64 = 0.5;

/// A column of a client file that transactions may name clients by.
pub(super) struct ClientKey<'a> {
    pub(super) file: &'a str,
    pub(super) heading: String,
    pub(super) field: &'static str,
    pub(super) sketch: &'a Sketch,
}

/// A column that may be a field.
pub(super) struct Fit {
    pub(super) at: usize,
    pub(super) field: &'static str,
    pub(super) evidence: Vec<Evidence>,
    /// The better, the higher.
    score: f64,
}

/// The columns that may be the group of fields, the best first, and whether the first is clearly the one.
pub(super) fn fits(
    look: &Look,
    group: &str,
    taken: &[bool],
    keys: &[ClientKey<'_>],
) -> (Vec<Fit>, bool) {
    let free = || (0..look.columns.len()).filter(|at| !taken.get(*at).copied().unwrap_or(false));
    let fit = |at: usize| match group {
        "date" => date(look, at),
        "amount/unit_price" => amount(look, at),
        "client/client_name" => client(look, at, keys),
        _ => None,
    };
    let mut found: Vec<Fit> = free().filter_map(fit).collect();
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.at.cmp(&b.at)));
    let clear = match found.as_slice() {
        [_] => true,
        // A join is a fact; anything else that several columns have is not.
        [first, second, ..] => first.score >= 1.0 + JOINED && second.score < 1.0,
        [] => false,
    };
    (found, clear)
}

fn share(count: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { count as f64 / of as f64 }
}

fn is_filled(look: &Look, profile: &Profile) -> bool {
    profile.filled > 0 && share(profile.filled, look.rows) >= FILLED
}

fn date(look: &Look, at: usize) -> Option<Fit> {
    let profile = &look.columns[at];
    let pure = share(profile.clear_dates, profile.filled);
    (is_filled(look, profile) && pure >= PURE).then(|| Fit {
        at,
        field: "date",
        evidence: cells(profile, Kind::Date, look.rows, 0, None, false),
        score: share(profile.clear_dates, look.rows),
    })
}

fn amount(look: &Look, at: usize) -> Option<Fit> {
    let profile = &look.columns[at];
    let amounts = profile.amounts[0].count.max(profile.amounts[1].count);
    let (different, _) = profile.sketch.different();
    // Whole numbers that are all different number the rows.
    let numbering = profile.amounts[0].fractions == 0 && different >= profile.filled;
    let fits = is_filled(look, profile)
        && share(amounts, profile.filled) >= PURE
        && share(profile.clear_dates, profile.filled) < PURE
        && !(numbering && profile.filled > 5)
        && different > 1;
    fits.then(|| Fit {
        at,
        field: "amount",
        evidence: cells(profile, Kind::Money, look.rows, 0, None, false),
        score: share(amounts, look.rows) * 0.5
            + if profile.amounts[0].fractions > 0 { 0.4 } else { 0.0 },
    })
}

fn client(look: &Look, at: usize, keys: &[ClientKey<'_>]) -> Option<Fit> {
    let profile = &look.columns[at];
    if !is_filled(look, profile) || share(profile.clear_dates, profile.filled) >= PURE {
        return None;
    }
    let mut evidence = cells(profile, Kind::Text, look.rows, 0, None, false);
    if let Some((key, found, compared)) = joined(profile, keys) {
        evidence.push(join(key, found, compared));
        let field = if key.field == "client_id" { "client" } else { "client_name" };
        return Some(Fit { at, field, evidence, score: 1.0 + share(found, compared) });
    }
    let words = share(profile.amounts[0].count, profile.filled) < 0.5;
    let (different, _) = profile.sketch.different();
    let repeats = different > 1 && share(different, profile.filled) < 0.8;
    (words && repeats).then(|| Fit {
        at,
        field: "client_name",
        evidence,
        score: share(different, profile.filled),
    })
}

/// The column of a client file that holds most of the values.
pub(super) fn joined<'k, 'a>(
    profile: &Profile,
    keys: &'k [ClientKey<'a>],
) -> Option<(&'k ClientKey<'a>, u64, u64)> {
    keys.iter()
        .map(|key| {
            let (found, compared) = profile.sketch.among(key.sketch);
            (key, found, compared)
        })
        .filter(|(_, found, compared)| *found > 0 && share(*found, *compared) >= JOINED)
        .max_by(|a, b| share(a.1, a.2).total_cmp(&share(b.1, b.2)))
}

pub(super) fn join(key: &ClientKey<'_>, found: u64, compared: u64) -> Evidence {
    Evidence::new("joined")
        .with("found", found)
        .with("compared", compared)
        .with("heading", key.heading.clone())
        .with("file", key.file)
}

/// What the cells of a column are, seen as a kind.
pub(super) fn cells(
    profile: &Profile,
    kind: Kind,
    rows: u64,
    power: u32,
    order: Option<DateOrder>,
    decimal_comma: bool,
) -> Vec<Evidence> {
    if profile.filled == 0 {
        return vec![Evidence::new("empty").with("rows", rows)];
    }
    let mut evidence = Vec::new();
    let counted = match kind {
        Kind::Date => {
            let days = profile.days(order);
            let mut dates = Evidence::new("dates").with("count", days.count).with("rows", rows);
            if let (Some(first), Some(last)) = (days.first, days.last) {
                dates = dates.with("from", first).with("to", last);
                evidence.push(dates);
            }
            days.count
        }
        Kind::Money => {
            let amounts = profile.amounts[usize::from(decimal_comma)];
            let sum = i128::from(10_i64.pow(power)) * amounts.sum;
            let found = Evidence::new("amounts").with("count", amounts.count).with("rows", rows);
            if let (true, Ok(sum)) = (amounts.count > 0, i64::try_from(sum)) {
                evidence.push(found.with("sum", crate::money::Money(sum)));
            }
            amounts.count
        }
        Kind::Number | Kind::Share => {
            let found = Evidence::new("numbers").with("count", profile.numbers).with("rows", rows);
            if let (Some(least), Some(most)) = (profile.least, profile.most) {
                let number = |number| crate::diagnostic::Fact::Number(number);
                evidence.push(found.with("least", number(least)).with("most", number(most)));
            }
            profile.numbers
        }
        Kind::Id | Kind::Text => {
            let (different, exact) = profile.sketch.different();
            let code = if exact { "texts" } else { "texts_about" };
            let found = Evidence::new(code).with("count", profile.filled).with("rows", rows);
            let only = profile.values().and_then(|values| values.keys().next());
            evidence.push(match (different, only) {
                (1, Some(only)) => Evidence::new("same")
                    .with("count", profile.filled)
                    .with("rows", rows)
                    .with("value", only.clone()),
                _ => found.with("different", different),
            });
            profile.filled
        }
    };
    let others = profile.filled.saturating_sub(counted);
    if others > 0 {
        let example = profile.first.as_ref().filter(|_| counted == 0);
        let found = Evidence::new(if example.is_some() { "others_such" } else { "others" });
        let found = found.with("count", others).with("kind", kind.code());
        evidence.push(match example {
            Some((_, text)) => found.with("cell", text.clone()),
            None => found,
        });
    }
    let blank = rows.saturating_sub(profile.filled);
    if blank > 0 {
        evidence.push(Evidence::new("blank").with("count", blank));
    }
    evidence
}

/// The kind that a column is shown as when it has no field: what most of its cells are.
pub(super) fn kind(profile: &Profile) -> Kind {
    if share(profile.clear_dates, profile.filled) >= PURE {
        Kind::Date
    } else if share(profile.numbers, profile.filled) >= PURE {
        // A sum of whatever these are would mean nothing.
        Kind::Number
    } else {
        Kind::Text
    }
}

/// Fields that a heading may have meant: those with an alias that is nearly the heading, or part of it.
pub(super) fn suggestions(
    heading: &str,
    table: &'static dyn crate::schema::Table,
    free: impl Fn(&Field) -> bool,
) -> Vec<&'static str> {
    let heading = crate::schema::aliases::normalise(heading);
    if heading.chars().count() < 2 {
        return Vec::new();
    }
    let Some(aliases) = crate::schema::aliases::of_table(table.code()) else {
        return Vec::new();
    };
    let near = |alias: &String| {
        let long = |text: &str| text.chars().count() >= if text.is_ascii() { 5 } else { 2 };
        let likeness = strsim::jaro_winkler(alias, &heading);
        if likeness >= 0.9 {
            likeness
        } else if long(alias)
            && (heading.starts_with(alias.as_str()) || heading.ends_with(alias.as_str()))
        {
            0.9
        } else {
            0.0
        }
    };
    let mut found: Vec<(f64, &'static str)> = table
        .fields()
        .iter()
        .filter(|field| free(field))
        .filter_map(|field| {
            let likeness = aliases.get(field.name)?.iter().map(near).fold(0.0, f64::max);
            (likeness > 0.0).then_some((likeness, field.name))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    found.into_iter().map(|(_, field)| field).take(2).collect()
}
