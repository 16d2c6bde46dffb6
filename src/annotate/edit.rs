//! From a workbook and a review to the annotated workbook.

use std::io::{BufReader, Read, Seek, Write};
use std::ops::RangeInclusive;

use super::Trouble;
use super::book::Book;
use super::column::{COLUMNS, Column, Value};
use super::package::Package;
use super::place::{Means, Places, place};
use super::reference::{ROWS, Range, letters};
use super::sheet::{self, Edit};
use super::styles::Styles;
use super::survey::{Survey, survey};
use super::table::TablePart;
use super::target::{Matched, Target};
use crate::config::Labels;
use crate::diagnostic::{Diagnostic, Origin};
use crate::history::SavedClient;
use crate::locale::Lang;
use crate::render::tier;
use crate::source::{Document, OwnedCell};
use crate::tier::Tier;

/// What to write where.
pub struct Request<'a> {
    /// Name of the workbook in messages.
    pub file: &'a str,
    /// The sheet.
    pub target: &'a Target,
    /// The clients of its rows.
    pub matched: &'a Matched,
    /// The clients of the review.
    pub clients: &'a [SavedClient],
    /// The columns wanted.
    pub columns: &'a [&'static Column],
    /// The language of headings and words.
    pub lang: Lang,
    /// What tiers are called.
    pub labels: &'a Labels,
}

/// What was done.
#[derive(Debug)]
pub struct Done {
    /// The letters of each column that holds values now, from left to right, with its heading.
    pub columns: Vec<(String, String)>,
    /// Rows of the table that hold its totals: first and last.
    pub totals: Option<(u64, u64)>,
    /// What there is to say.
    pub diagnostics: Vec<Diagnostic>,
}

impl Request<'_> {
    fn origin(&self) -> Origin {
        Origin { sheet: self.target.name.clone(), ..Origin::file(self.file) }
    }

    /// The values of every client in the order of these columns.
    pub(super) fn values(&self, columns: &[&'static Column]) -> Vec<Vec<Value>> {
        let of = |client| {
            columns.iter().map(|column| column.value(client, self.labels, self.lang)).collect()
        };
        self.clients.iter().map(of).collect()
    }
}

/// The parts that matter, found.
struct Found {
    book: Book,
    book_part: String,
    /// Position of the sheet in the workbook.
    sheet: usize,
    sheet_part: String,
    styles_part: Option<String>,
    table: Option<TablePart>,
    /// Ranges of the other tables of the sheet.
    other_tables: Vec<Range>,
}

/// Writes an xlsx or xlsm workbook with columns of a review.
///
/// `input` is the package itself, unencrypted; `document` is the same workbook, opened to be read.
///
/// # Errors
/// A damaged package, `workbook-signed`, `no-room`; errors of `out` as they are.
pub fn annotate(
    input: impl Read + Seek,
    document: &mut Document,
    request: &Request<'_>,
    out: impl Write + Seek,
) -> anyhow::Result<Done> {
    let headings = ours(document, request)?;
    pass(input, &headings, request, out).map_err(|trouble| trouble.into_error(request.file))
}

/// Columns of ours by their headings in the last row of headings.
fn ours(
    document: &mut Document,
    request: &Request<'_>,
) -> anyhow::Result<Vec<(&'static Column, u32)>> {
    let (_, row) = request.target.headings();
    let rows = request.target.first_rows(document)?;
    let Some(row) = rows.iter().find(|it| it.number == u64::from(row)) else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for (index, cell) in row.cells.iter().enumerate() {
        let OwnedCell::Text(text) = cell else { continue };
        let is_ours = |column: &&Column| {
            Lang::ALL.iter().any(|lang| column.heading(*lang).eq_ignore_ascii_case(text.trim()))
        };
        found.extend(COLUMNS.iter().find(is_ours).map(|column| (column, index as u32)));
    }
    Ok(found)
}

fn pass(
    input: impl Read + Seek,
    by_heading: &[(&'static Column, u32)],
    request: &Request<'_>,
    out: impl Write + Seek,
) -> Result<Done, Trouble> {
    let mut package = Package::open(input)?;
    let found = find(&mut package, request)?;
    let Found { book, table, .. } = &found;
    let (first, heading) = request.target.headings();
    let by_text = |column: &Column| by_heading.iter().find(|(it, _)| it.code == column.code);
    // Names do not always move with their columns: a heading of ours says more.
    let by_name = |column: &'static Column| {
        let index = book.column(found.sheet, column.code)?;
        by_heading.iter().all(|(_, taken)| *taken != index).then_some((column, index))
    };
    let there: Vec<(&'static Column, u32)> = COLUMNS
        .iter()
        .filter_map(|column| by_text(column).copied().or_else(|| by_name(column)))
        .collect();
    let renamed: Vec<u32> = there
        .iter()
        .filter(|(column, _)| by_text(column).is_none())
        .map(|(_, index)| *index)
        .collect();
    let mut survey = survey(
        stream(&mut package, &found.sheet_part)?,
        first..=heading,
        table.as_ref().map(|table| table.range),
    )?;
    // Tables may be blank, and are taken all the same.
    for range in &found.other_tables {
        let own = table.as_ref().map(|table| table.range);
        survey.take(range.top, range.bottom, range.right, &(first..=heading), own);
    }
    if !survey.has_rows {
        return Err(crate::source::package::Flaw::Damaged(found.sheet_part).into());
    }
    let columns = &request.target.layout.columns;
    let mut named = columns.iter().enumerate().filter(|(at, column)| {
        !column.heading.is_empty() && there.iter().all(|(_, index)| *index as usize != *at)
    });
    let end = named.next_back().map_or(0, |(at, _)| at as u32 + 1);
    let means = Means {
        wanted: request.columns,
        there: &there,
        survey: &survey,
        table: table.as_ref(),
        heading,
        end,
        lang: request.lang,
    };
    let no_room = || Trouble::Refused(Diagnostic::error("no-room", request.origin()).into());
    let places = place(&means).ok_or_else(no_room)?;
    let beside = end.saturating_sub(1);
    let kept = write(&mut package, &found, &places, &survey, beside, request, out)?;
    Ok(Done {
        columns: places
            .placed
            .iter()
            .map(|placed| (letters(placed.index), placed.heading.clone()))
            .collect(),
        totals: table.as_ref().filter(|table| table.total_rows > 0).map(|table| {
            let last = u64::from(table.range.bottom);
            (last + 1 - u64::from(table.total_rows), last)
        }),
        diagnostics: said(&survey, &places, &kept, &renamed, request),
    })
}

/// Finds the parts.
fn find(package: &mut Package<impl Read + Seek>, request: &Request<'_>) -> Result<Found, Trouble> {
    let damaged = |what: &str| crate::source::package::Flaw::Damaged(what.to_owned());
    let root = package.relations(None)?;
    if package.has_folder("_xmlsignatures/") || root.iter().any(|it| it.kind == "origin") {
        let signed = Diagnostic::error("workbook-signed", Origin::file(request.file));
        return Err(Trouble::Refused(signed.into()));
    }
    let main = root.into_iter().find(|it| it.kind == "officeDocument").map(|it| it.target);
    let book_part = main.unwrap_or_else(|| "xl/workbook.xml".to_owned());
    let book = Book::read(&package.bytes(&book_part)?)?;
    let relations = package.relations(Some(&book_part))?;
    let name = request.target.name.as_deref().unwrap_or_default();
    let sheet = book.sheets.iter().position(|(known, _)| known == name);
    let sheet = sheet.ok_or_else(|| damaged(name))?;
    let relation = relations.iter().find(|it| it.id == book.sheets[sheet].1);
    let sheet_part = relation.map(|it| it.target.clone()).ok_or_else(|| damaged(name))?;
    let styles = relations.iter().find(|it| it.kind == "styles").map(|it| it.target.clone());
    let styles_part = styles.filter(|part| package.has(part));
    let (_, heading) = request.target.headings();
    let (mut table, mut other_tables) = (None, Vec::new());
    for relation in package.relations(Some(&sheet_part))? {
        if relation.kind != "table" || !package.has(&relation.target) {
            continue;
        }
        let Some(mut read) = TablePart::read(&relation.target, &package.bytes(&relation.target)?)?
        else {
            continue;
        };
        if request.target.keys().any(|column| read.range.holds(heading, column)) {
            let fed = package.relations(Some(&relation.target))?;
            read.is_fed |= fed.iter().any(|it| it.kind == "queryTable");
            table = Some(read);
        } else {
            other_tables.push(read.range);
        }
    }
    Ok(Found { book, book_part, sheet, sheet_part, styles_part, table, other_tables })
}

fn stream<'p, R: Read + Seek>(
    package: &'p mut Package<R>,
    part: &str,
) -> Result<BufReader<impl Read + use<'p, R>>, Trouble> {
    Ok(BufReader::with_capacity(super::package::BLOCK, package.part(part)?))
}

/// Writes the package; returns the cells with formulas that were left as they are.
fn write(
    package: &mut Package<impl Read + Seek>,
    found: &Found,
    places: &Places,
    survey: &Survey,
    beside: u32,
    request: &Request<'_>,
    out: impl Write + Seek,
) -> Result<Vec<(u32, u32)>, Trouble> {
    let ours = &places.placed;
    let (first, heading) = request.target.headings();
    let table = found.table.as_ref().filter(|table| {
        places.in_table || ours.iter().any(|it| table.range.holds(heading, it.index))
    });
    let body: RangeInclusive<u32> = match table {
        Some(table) => heading + 1..=table.range.bottom,
        None => heading + 1..=request.matched.last,
    };
    let records = body.clone();
    let last_record = table.map_or(ROWS, |table| table.range.bottom - table.total_rows);
    let columns: Vec<&'static Column> = ours.iter().map(|placed| placed.column).collect();
    let values = request.values(&columns);
    let of_row = |row: u32| {
        let client = request.matched.client(row).filter(|_| row <= last_record)?;
        records.contains(&row).then(|| values[client].as_slice())
    };
    let any_new = ours.iter().any(|placed| placed.is_new);
    let tiers = [Tier::Strategic, Tier::Core, Tier::Potential];
    let edit = Edit {
        placed: ours,
        headings: first..=heading,
        body,
        values: &of_row,
        beside,
        filter: places.filter,
        formats_to: Some(table.map_or(ROWS, |table| table.range.bottom)),
        tiers: tiers.map(|tier| tier::label(request.labels, request.lang, tier)),
        survey,
    };
    let fills = ours.iter().any(|it| it.column.code == "tier" && edit.needs_format(it));
    let mut styles = match &found.styles_part {
        Some(part) => Some(Styles::read(&package.bytes(part)?)?),
        None => None,
    };
    let grown = found.table.as_ref().filter(|_| places.in_table && any_new);
    let names: Vec<String> =
        ours.iter().filter(|it| it.is_new).map(|it| it.heading.clone()).collect();
    let mut changes = vec![found.book_part.as_str()];
    changes.extend(grown.map(|table| table.part.as_str()));
    changes.push(&found.sheet_part);
    changes.extend(found.styles_part.as_deref());
    let mut kept = Vec::new();
    package.write(out, &changes, |part, package, out| {
        if part == found.sheet_part {
            let stream = stream(package, part)?;
            kept = sheet::edit(stream, &edit, styles.as_mut(), out)?;
        } else if part == found.book_part {
            let bytes = package.bytes(part)?;
            found.book.write(&bytes, found.sheet, heading, ours, places.filter, out)?;
        } else if let Some(table) = grown.filter(|table| table.part == part) {
            table.write(&package.bytes(part)?, &names, out)?;
        } else if let Some(styles) = &styles {
            styles.write(&package.bytes(part)?, fills, out)?;
        }
        Ok(())
    })?;
    Ok(kept)
}

/// What there is to say of a workbook that was annotated.
fn said(
    survey: &Survey,
    places: &Places,
    kept: &[(u32, u32)],
    renamed: &[u32],
    request: &Request<'_>,
) -> Vec<Diagnostic> {
    let mut said = Vec::new();
    for column in renamed {
        let headings = &request.target.layout.columns;
        let heading = headings.get(*column as usize).map(|column| column.heading.clone());
        let origin = Origin { column: Some(*column as usize), heading, ..request.origin() };
        said.push(Diagnostic::warning("column-renamed", origin));
    }
    if survey.protected {
        said.push(Diagnostic::warning("sheet-protected", request.origin()));
    }
    if let Some(reason) = places.apart {
        let apart = Diagnostic::notice("beside-table", request.origin());
        said.push(apart.with("reason", reason));
    }
    if let Some((row, column)) = kept.first() {
        let origin = Origin {
            row: Some(u64::from(*row)),
            column: Some(*column as usize),
            ..request.origin()
        };
        said.push(Diagnostic::warning("formula-kept", origin).with("cells", kept.len()));
    }
    said
}
