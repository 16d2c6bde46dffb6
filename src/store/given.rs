//! How a table is to be read, as far as settings and the sheet itself say so without a look at its cells.

use super::Loaded;
use crate::config::Source;
use crate::config::rules::nearest;
use crate::diagnostic::{Diagnostic, Fact, Origin};
use crate::error::Result;
use crate::schema::aliases::{self, Basis, Unit, unit_word};
use crate::schema::column::Given;
use crate::schema::heading::Layout;
use crate::schema::value::DateOrder;
use crate::schema::{Table, table};
use crate::source::{OwnedCell, OwnedRow};

/// The table that the settings say a source is.
pub(super) fn forced(source: Option<&Source>) -> Result<Option<&'static dyn Table>> {
    Ok(match source.and_then(|source| source.table.as_deref()) {
        None => None,
        Some(code) => Some(table(code).ok_or_else(|| unknown_table(code))?),
    })
}

/// What the settings say of a source, and the unit of its title lines where they say none.
pub(super) fn given_or_titled(
    source: Option<&Source>,
    rows: &[OwnedRow],
    layout: &Layout,
    origin: &Origin,
    loaded: &mut Loaded,
) -> Result<Given> {
    let mut given = given(source)?;
    if given.power.is_none()
        && let Some((number, text, power)) = unit_of_title(rows, layout.header_row)
    {
        given.power = Some(power);
        let origin = Origin { row: Some(number), heading: Some(text), ..origin.clone() };
        let factor = 10_u64.pow(power);
        let notice = Diagnostic::notice("unit-in-heading", origin).with("factor", factor);
        loaded.diagnostics.push(notice);
    }
    Ok(given)
}

fn given(source: Option<&Source>) -> Result<Given> {
    let Some(source) = source else {
        return Ok(Given::default());
    };
    let power = match source.unit.as_deref() {
        None => None,
        Some(word) => match unit_word(word) {
            Some(Unit::Power(power)) => Some(power),
            Some(Unit::Plain) => Some(0),
            _ => {
                return Err(Diagnostic::error("unknown-unit", Origin::file(&source.path))
                    .with("unit", word)
                    .into());
            }
        },
    };
    Ok(Given {
        decimal_comma: source.decimal.as_deref().map(|mark| mark == ","),
        date_order: match source.date_order.as_deref() {
            Some("dmy") => Some(DateOrder::Dmy),
            Some("mdy") => Some(DateOrder::Mdy),
            Some("ymd") => Some(DateOrder::Ymd),
            _ => None,
        },
        power,
    })
}

pub(super) fn filter(
    source: Option<&Source>,
    layout: &Layout,
    origin: &Origin,
) -> Result<Vec<(usize, String)>> {
    let Some(source) = source else {
        return Ok(Vec::new());
    };
    source
        .filter
        .iter()
        .map(|(name, value)| {
            let wanted = aliases::normalise(name);
            let by_heading = layout
                .columns
                .iter()
                .position(|column| aliases::normalise(&column.heading) == wanted);
            by_heading.or_else(|| layout.column_of(name)).map(|at| (at, value.clone())).ok_or_else(
                || {
                    Diagnostic::error("missing-column", origin.clone())
                        .with("missing", vec![name.clone()])
                        .into()
                },
            )
        })
        .collect()
}

/// Says which columns were chosen where several fitted, and whether amounts contain tax.
pub(super) fn note_choices(layout: &Layout, origin: &Origin, loaded: &mut Loaded) {
    for (heading, field, taken) in &layout.passed_over {
        let origin = Origin {
            row: Some(layout.header_row),
            heading: Some(heading.clone()),
            ..origin.clone()
        };
        let choice = Diagnostic::notice("column-choice", origin)
            .with("field", *field)
            .with("taken", taken.clone());
        loaded.diagnostics.push(choice);
    }
    if layout.table.code() == "transactions" {
        note_basis(layout, origin, loaded);
    }
    for column in layout.columns.iter().filter(|column| column.field.is_some()) {
        if let Some(Unit::Power(power)) = column.unit {
            let origin = Origin { heading: Some(column.heading.clone()), ..origin.clone() };
            let factor = Fact::Int(10_i64.pow(power));
            let mut notice = Diagnostic::notice("unit-in-heading", origin);
            notice.facts.insert("factor", factor);
            loaded.diagnostics.push(notice);
        }
    }
}

/// Says whether amounts contain tax, where their heading tells.
pub(super) fn note_basis(layout: &Layout, origin: &Origin, loaded: &mut Loaded) {
    if let Some(at) = layout.column_of("amount") {
        let heading = &layout.columns[at].heading;
        let basis = aliases::basis(heading);
        if basis != Basis::Unknown {
            let origin = Origin { heading: Some(heading.clone()), ..origin.clone() };
            loaded
                .diagnostics
                .push(Diagnostic::notice("amount-basis", origin).with("basis", basis.code()));
        }
    }
}

/// The unit that a line above the headings gives, such as `单位：万元`: row, text, power of ten.
fn unit_of_title(rows: &[OwnedRow], header_row: u64) -> Option<(u64, String, u32)> {
    let titles = rows.iter().take_while(|row| row.number < header_row);
    let mut texts = titles.flat_map(|row| row.cells.iter().map(move |cell| (row.number, cell)));
    texts.find_map(|(number, cell)| {
        let OwnedCell::Text(text) = cell else {
            return None;
        };
        let (_, word) = text.split_once("单位：").or_else(|| text.split_once("单位:"))?;
        let word = word.split_whitespace().next()?.trim_end_matches([')', '）']);
        match unit_word(word)? {
            Unit::Power(power) => Some((number, text.clone(), power)),
            _ => None,
        }
    })
}

pub(super) fn unknown_table(code: &str) -> Diagnostic {
    let known: Vec<&str> = crate::schema::TABLES.iter().map(|table| table.code()).collect();
    let unknown = Diagnostic::error("unknown-table", Origin::default()).with("table", code);
    among(unknown, code, &known)
}

/// Adds the names that are known, and the one most likely meant.
pub(super) fn among(unknown: Diagnostic, wrong: &str, known: &[&str]) -> Diagnostic {
    let names: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
    let unknown = unknown.with("known", names);
    match nearest(wrong, known) {
        Some(name) => unknown.with("suggestion", name),
        None => unknown,
    }
}
