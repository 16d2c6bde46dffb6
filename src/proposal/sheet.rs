//! From what was seen and answered to the proposal.

use std::collections::{BTreeMap, BTreeSet};

use super::fit::{self, ClientKey, cells, fits};
use super::look::{Look, Looks};
use super::settings::{self, Read};
use super::{
    Answers, Choice, Column, Evidence, FieldColumns, How, Proposal, Question, Setting, Sheet, Take,
    Unused,
};
use crate::config::Config;
use crate::diagnostic::Fact;
use crate::schema::aliases::{self, Unit};
use crate::schema::column::{Given, decide};
use crate::schema::heading::{self, Layout, UserColumns};
use crate::schema::value::{DateOrder, Reading};
use crate::schema::{Kind, Table, day, table};
use crate::source::{Cell, OwnedCell};

const TRANSACTIONS: &str = "transactions";
/// Tables that tell what was sold where nothing else does, the surest first.
const SOLD: [&str; 3] = ["receivables", "contracts", "opportunities"];

/// A sheet that is used.
struct Used<'a> {
    look: &'a Look,
    layout: Layout,
    /// Whether the table has to be named for the sheet to be read as it.
    named: bool,
}

/// Makes a proposal of what was seen and what the user has said.
#[must_use]
pub fn propose(looks: &Looks, answers: &Answers, config: &Config) -> Proposal {
    let mut unused = Vec::new();
    let mut questions = Vec::new();
    let usable: Vec<&Look> =
        looks.sheets.iter().filter(|look| is_usable(look, answers, &mut unused)).collect();
    let mut columns = complete(&answers.columns, &usable);
    let mut used: Vec<Used<'_>> = Vec::new();
    let mut rest = Vec::new();
    for look in usable {
        match recognise(look, &columns, None) {
            Some(layout) => used.push(Used { look, layout, named: false }),
            None => rest.push(look),
        }
    }
    let mut by_values = Vec::new();
    let has_transactions =
        |used: &[Used<'_>]| used.iter().any(|sheet| sheet.layout.table.code() == TRANSACTIONS);
    if !has_transactions(&used) {
        find_transactions(
            &mut used,
            &mut rest,
            &mut columns,
            &mut by_values,
            &mut questions,
            answers,
        );
    }
    used.sort_by_key(|sheet| looks.sheets.iter().position(|look| std::ptr::eq(look, sheet.look)));
    unused.extend(rest.into_iter().map(|look| no_table(look, &columns)));
    which_sheets(&used, answers, &mut questions);
    let keys = client_keys(&used);
    let sheets: Vec<Sheet> =
        used.iter().map(|used| sheet(used, answers, &by_values, &keys, &mut questions)).collect();
    let transactions: Vec<Read<'_>> = used
        .iter()
        .filter(|sheet| sheet.layout.table.code() == TRANSACTIONS)
        .map(|sheet| (sheet.look, &sheet.layout))
        .collect();
    let headings: BTreeSet<String> = sheets
        .iter()
        .flat_map(|sheet| &sheet.columns)
        .filter(|column| column.field.is_some())
        .map(|column| column.heading.clone())
        .collect();
    let (all, open) = settings::settings(&transactions, &headings, answers, config);
    questions.extend(open);
    questions.retain(|question| !answers.has(question));
    let columns = field_columns(&sheets, answers, &by_values);
    Proposal { sheets, unused, settings: all, columns, questions }
}

fn is_usable(look: &Look, answers: &Answers, unused: &mut Vec<Unused>) -> bool {
    let named = look.sheet.as_ref().is_some_and(|name| answers.sheets.contains(name));
    let why = if look.sheet.is_some() && !answers.sheets.is_empty() && !named {
        Evidence::new("sheet_not_chosen")
    } else if look.hidden && !named {
        Evidence::new("sheet_hidden")
    } else if look.sample.is_empty() {
        Evidence::new("sheet_empty")
    } else {
        return true;
    };
    let (file, sheet) = (look.file.clone(), look.sheet.clone());
    unused.push(Unused { file, sheet, evidence: vec![why] });
    false
}

fn no_table(look: &Look, columns: &UserColumns) -> Unused {
    let nearest = heading::recognise(&look.sample, columns, None, None).err().unwrap_or_default();
    let seen = if nearest.headings.is_empty() { headings(look) } else { nearest.headings };
    let why = match nearest.table {
        Some(table) => {
            Evidence::new("sheet_lacks").with("table", table).with("missing", nearest.missing)
        }
        None => Evidence::new("sheet_unknown"),
    };
    let seen: Vec<String> = seen.into_iter().filter(|heading| !heading.is_empty()).collect();
    let seen = Evidence::new("headings").with("headings", seen);
    Unused { file: look.file.clone(), sheet: look.sheet.clone(), evidence: vec![why, seen] }
}

fn recognise(
    look: &Look,
    columns: &UserColumns,
    wanted: Option<&'static dyn Table>,
) -> Option<Layout> {
    heading::recognise(&look.sample, columns, wanted, None)
        .ok()
        .filter(|layout| layout.header_row == look.header_row || look.header_row == 0)
        .or_else(|| {
            let row = Some(look.header_row).filter(|_| look.several)?;
            heading::recognise(&look.sample, columns, wanted, Some(row)).ok()
        })
}

/// The texts of the row of headings.
fn headings(look: &Look) -> Vec<String> {
    let row = look.sample.iter().find(|row| row.number == look.header_row);
    let text = |cell: &OwnedCell| match cell {
        OwnedCell::Text(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => String::new(),
    };
    row.map(|row| row.cells.iter().map(text).collect()).unwrap_or_default()
}

/// The user's headings replace the built-in ones of a field in all files: where a file has none of them, the heading
/// that it was recognised by is added.
fn complete(told: &UserColumns, looks: &[&Look]) -> UserColumns {
    let mut all = told.clone();
    for look in looks {
        let seen: Vec<String> =
            headings(look).iter().map(|heading| aliases::normalise(heading)).collect();
        let Some(layout) = recognise(look, &UserColumns::new(), None) else { continue };
        let Some(fields) = all.get_mut(layout.table.code()) else { continue };
        for (field, named) in fields.iter_mut().filter(|(_, named)| !named.is_empty()) {
            let has = named.iter().any(|name| seen.contains(&aliases::normalise(name)));
            if let (false, Some(at)) = (has, layout.column_of(field)) {
                named.push(layout.columns[at].heading.clone());
            }
        }
    }
    all
}

/// Columns that were found by their values: table, field, heading, evidence.
type ByValues = Vec<(&'static str, String)>;

/// Looks for transactions among sheets whose headings do not say so.
fn find_transactions<'a>(
    used: &mut Vec<Used<'a>>,
    rest: &mut Vec<&'a Look>,
    columns: &mut UserColumns,
    by_values: &mut ByValues,
    questions: &mut Vec<Question>,
    answers: &Answers,
) {
    // Deals, contracts or invoices tell what was sold where nothing else does; the review reads them so by itself.
    for kind in SOLD {
        let mut found = false;
        for sheet in used.iter_mut().filter(|sheet| sheet.layout.table.code() == kind) {
            let sold = heading::as_transactions(&sheet.look.sample, columns, &sheet.layout);
            if let Some(layout) = sold {
                sheet.layout = layout;
                found = true;
            }
        }
        if found {
            return;
        }
    }
    let keys_of = |used: &[Used<'a>], but: &Look| -> Vec<ClientKey<'a>> {
        client_keys(used).into_iter().filter(|key| key.file != but.file).collect()
    };
    let mut candidates: Vec<&'a Look> = rest.clone();
    candidates.extend(used.iter().map(|sheet| sheet.look));
    for look in candidates {
        let keys = keys_of(used, look);
        let Some(found) = guess(look, columns, &keys, answers) else { continue };
        let Guess { columns: with, taken, open } = found;
        questions.extend(open);
        if let Some(layout) = recognise(look, &with, table(TRANSACTIONS)) {
            let named = recognise(look, &with, None)
                .is_none_or(|layout| layout.table.code() != TRANSACTIONS);
            *columns = with;
            by_values.extend(taken);
            rest.retain(|other| !std::ptr::eq(*other, look));
            used.retain(|other| !std::ptr::eq(other.look, look));
            used.push(Used { look, layout, named });
        }
        return;
    }
}

struct Guess {
    columns: UserColumns,
    taken: ByValues,
    open: Vec<Question>,
}

/// The columns that transactions still lack, by their values; nothing when one of them cannot be found.
fn guess(
    look: &Look,
    columns: &UserColumns,
    keys: &[ClientKey<'_>],
    answers: &Answers,
) -> Option<Guess> {
    let row = look.sample.iter().find(|row| row.number == look.header_row)?;
    let nearest = heading::recognise(
        std::slice::from_ref(row),
        columns,
        table(TRANSACTIONS),
        Some(look.header_row),
    )
    .err()?;
    let headings = headings(look);
    let missing = if nearest.missing.is_empty() {
        vec!["client/client_name".to_owned(), "date".to_owned(), "amount/unit_price".to_owned()]
    } else {
        nearest.missing
    };
    let mut taken: Vec<bool> = headings.iter().map(|heading| is_known(heading)).collect();
    let mut guess = Guess { columns: columns.clone(), taken: Vec::new(), open: Vec::new() };
    for group in missing {
        let (found, clear) = fits(look, &group, &taken, keys);
        let best = found.iter().find(|fit| !headings[fit.at].is_empty())?;
        let (field, heading) = (best.field, headings[best.at].clone());
        taken[best.at] = true;
        if !clear {
            let flag_value = format!("{TRANSACTIONS}.{field}=");
            guess.open.push(Question {
                code: "column",
                facts: BTreeMap::from([
                    ("field", Fact::from(field)),
                    ("file", Fact::from(look.file.as_str())),
                ]),
                flag: "--column",
                flag_value,
                take: Take::One,
                choices: found
                    .iter()
                    .filter(|fit| !headings[fit.at].is_empty())
                    .map(|fit| Choice {
                        answer: headings[fit.at].clone(),
                        evidence: fit.evidence.clone(),
                    })
                    .collect(),
                proposed: Some(0),
                safe: false,
            });
        }
        let named = guess.columns.entry(TRANSACTIONS.to_owned()).or_default();
        named.entry(field.to_owned()).or_default().push(heading.clone());
        guess.taken.push((field, heading));
    }
    guess.open.retain(|question| !answers.has(question));
    Some(guess)
}

/// Whether a heading is that of some field of transactions, so that its values need not be looked at.
fn is_known(heading: &str) -> bool {
    let normal = aliases::normalise(heading);
    aliases::of_table(TRANSACTIONS)
        .is_some_and(|fields| fields.values().any(|aliases| aliases.contains(&normal)))
}

fn client_keys<'a>(used: &[Used<'a>]) -> Vec<ClientKey<'a>> {
    let mut keys = Vec::new();
    for sheet in used.iter().filter(|sheet| sheet.layout.table.code() == "clients") {
        for field in ["client_id", "name"] {
            if let Some(at) = sheet.layout.column_of(field)
                && let Some(profile) = sheet.look.columns.get(at)
            {
                keys.push(ClientKey {
                    file: &sheet.look.file,
                    heading: sheet.layout.columns[at].heading.clone(),
                    field,
                    sketch: &profile.sketch,
                });
            }
        }
    }
    keys
}

/// Where one workbook has several sheets of transactions, they may be months, or one may hold the others.
fn which_sheets(used: &[Used<'_>], answers: &Answers, questions: &mut Vec<Question>) {
    if !answers.sheets.is_empty() {
        return;
    }
    let mut by_file: BTreeMap<&str, Vec<&Look>> = BTreeMap::new();
    for sheet in used.iter().filter(|sheet| sheet.layout.table.code() == TRANSACTIONS) {
        by_file.entry(&sheet.look.file).or_default().push(sheet.look);
    }
    let sheets_of = |looks: &[&Look]| -> usize {
        looks.iter().map(|look| &look.sheet).collect::<BTreeSet<_>>().len()
    };
    for (file, looks) in by_file.into_iter().filter(|(_, looks)| sheets_of(looks) > 1) {
        let all = used.iter().filter(|sheet| sheet.look.file == file);
        let mut named: BTreeSet<&Option<String>> = BTreeSet::new();
        let choices: Vec<Choice> = all
            .filter(|sheet| named.insert(&sheet.look.sheet))
            .filter_map(|sheet| {
                let rows = Evidence::new("sheet_rows")
                    .with("table", sheet.layout.table.code())
                    .with("rows", sheet.look.rows);
                Some(Choice { answer: sheet.look.sheet.clone()?, evidence: vec![rows] })
            })
            .collect();
        questions.push(Question {
            code: "sheets",
            facts: BTreeMap::from([
                ("file", Fact::from(file)),
                ("count", Fact::from(sheets_of(&looks))),
            ]),
            flag: "--sheet",
            flag_value: String::new(),
            take: Take::Many,
            choices,
            proposed: Some(0),
            safe: true,
        });
    }
}

fn told(answers: &Answers, table: &str, field: &str) -> bool {
    answers.columns.get(table).is_some_and(|fields| fields.contains_key(field))
}

fn sheet(
    used: &Used<'_>,
    answers: &Answers,
    by_values: &ByValues,
    keys: &[ClientKey<'_>],
    questions: &mut Vec<Question>,
) -> Sheet {
    let Used { look, layout, .. } = used;
    let code = layout.table.code();
    let readings = readings(used, answers, questions);
    let mut columns = Vec::new();
    for (at, column) in layout.columns.iter().enumerate() {
        let Some(profile) = look.columns.get(at) else { continue };
        let field = column.field.map(|field| layout.table.fields()[field]);
        let Some(field) = field else {
            columns.push(unused_column(used, at));
            continue;
        };
        let reading = readings[at];
        let mut evidence = cells(
            profile,
            field.kind,
            look.rows,
            reading.power,
            reading.date_order,
            reading.decimal_comma,
        );
        if code == TRANSACTIONS && matches!(field.name, "client" | "client_name") {
            let joined = fit::joined(profile, keys);
            evidence.extend(joined.map(|(key, found, compared)| fit::join(key, found, compared)));
        }
        let how = if told(answers, code, field.name) {
            How::Told
        } else if by_values
            .iter()
            .any(|(name, heading)| *name == field.name && *heading == column.heading)
        {
            How::Values
        } else {
            How::Heading
        };
        columns.push(Column {
            heading: column.heading.clone(),
            field: Some(field.name),
            how,
            evidence,
            suggestions: Vec::new(),
        });
    }
    if code == TRANSACTIONS {
        which_amount(used, answers, questions);
    }
    Sheet {
        file: look.file.clone(),
        sheet: look.sheet.clone(),
        format: look.format,
        table: code,
        header_row: layout.header_row,
        rows: look.rows,
        settings: source_settings(used, answers, &readings),
        columns,
    }
}

fn unused_column(used: &Used<'_>, at: usize) -> Column {
    let Used { look, layout, .. } = used;
    let heading = layout.columns[at].heading.clone();
    let passed = layout.passed_over.iter().find(|(passed, ..)| *passed == heading);
    let profile = &look.columns[at];
    let evidence = match passed {
        Some((_, field, taken)) => {
            Evidence::new("passed_over").with("field", *field).with("taken", taken.clone())
        }
        None if heading.is_empty() => Evidence::new("no_heading"),
        None => Evidence::new("no_field"),
    };
    let free = |field: &crate::schema::Field| layout.column_of(field.name).is_none();
    let suggestions =
        if passed.is_some() { Vec::new() } else { fit::suggestions(&heading, layout.table, free) };
    let mut all = vec![evidence];
    all.extend(cells(profile, fit::kind(profile), look.rows, 0, None, false).into_iter().take(1));
    Column { heading, field: None, how: How::Heading, evidence: all, suggestions }
}

/// How each column is read, and the questions that its cells leave open.
fn readings(used: &Used<'_>, answers: &Answers, questions: &mut Vec<Question>) -> Vec<Reading> {
    let Used { look, layout, .. } = used;
    let given = Given {
        decimal_comma: answers.decimal_comma,
        date_order: answers.date_order,
        power: match answers.unit.as_deref().and_then(aliases::unit_word) {
            Some(Unit::Power(power)) if layout.table.code() == TRANSACTIONS => Some(power),
            _ => None,
        },
    };
    let mut readings = Vec::new();
    for (at, column) in layout.columns.iter().enumerate() {
        let field = column.field.map(|field| layout.table.fields()[field]);
        let (Some(field), Some(profile)) = (field, look.columns.get(at)) else {
            readings.push(Reading::default());
            continue;
        };
        match decide(field, column.unit, &profile.evidence, given) {
            Ok(reading) => readings.push(reading),
            Err(example) => {
                questions.push(date_question(look, &column.heading, &example));
                readings.push(Reading::default());
            }
        }
        let numeric = matches!(field.kind, Kind::Money | Kind::Number | Kind::Share);
        if let (true, None, Some(number)) =
            (numeric, answers.decimal_comma, profile.evidence.open_number())
        {
            questions.push(decimal_question(look, &column.heading, number));
        }
    }
    readings
}

fn place(look: &Look, heading: &str, cell: &str) -> BTreeMap<&'static str, Fact> {
    BTreeMap::from([
        ("file", Fact::from(look.file.as_str())),
        ("heading", Fact::from(heading)),
        ("cell", Fact::from(cell)),
    ])
}

fn date_question(look: &Look, heading: &str, example: &str) -> Question {
    let choice = |order: DateOrder| {
        let reading = Reading { date_order: Some(order), ..Reading::default() };
        let day = day::day(&Cell::Text(example), reading).ok().flatten();
        let read = day.map(|day| Evidence::new("read_as").with("value", day));
        Choice { answer: order.code().to_owned(), evidence: read.into_iter().collect() }
    };
    Question {
        code: "date_order",
        facts: place(look, heading, example),
        flag: "--date-order",
        flag_value: String::new(),
        take: Take::One,
        choices: vec![choice(DateOrder::Dmy), choice(DateOrder::Mdy)],
        proposed: None,
        safe: false,
    }
}

fn decimal_question(look: &Look, heading: &str, number: &str) -> Question {
    let choice = |mark: &str| {
        let reading = Reading { decimal_comma: mark == ",", ..Reading::default() };
        let read = crate::schema::value::exact(&Cell::Text(number), reading).ok().flatten();
        let read = read
            .map(|exact| Evidence::new("read_as").with("value", crate::money::Money(exact.units)));
        Choice { answer: mark.to_owned(), evidence: read.into_iter().collect() }
    };
    Question {
        code: "decimal",
        facts: place(look, heading, number),
        flag: "--decimal",
        flag_value: String::new(),
        take: Take::One,
        choices: vec![choice("."), choice(",")],
        proposed: Some(0),
        safe: true,
    }
}

/// Where several columns fit the amount, the one that was taken and the others.
fn which_amount(used: &Used<'_>, answers: &Answers, questions: &mut Vec<Question>) {
    let Used { look, layout, .. } = used;
    let Some(taken) = layout.column_of("amount") else { return };
    if told(answers, TRANSACTIONS, "amount") {
        return;
    }
    let others = layout.passed_over.iter().filter(|(_, field, _)| *field == "amount");
    let others = others.filter_map(|(heading, ..)| {
        layout.columns.iter().position(|column| column.heading == *heading)
    });
    let choices: Vec<Choice> = std::iter::once(taken)
        .chain(others)
        .filter_map(|at| {
            let heading = layout.columns[at].heading.clone();
            let mut evidence = cells(look.columns.get(at)?, Kind::Money, look.rows, 0, None, false);
            let basis = aliases::basis(&heading);
            if basis != aliases::Basis::Unknown {
                evidence.insert(0, Evidence::new("basis").with("basis", basis.code()));
            }
            Some(Choice { answer: heading, evidence })
        })
        .collect();
    if choices.len() > 1 {
        questions.push(Question {
            code: "amount",
            facts: BTreeMap::from([("file", Fact::from(look.file.as_str()))]),
            flag: "--column",
            flag_value: format!("{TRANSACTIONS}.amount="),
            take: Take::One,
            choices,
            proposed: Some(0),
            safe: true,
        });
    }
}

fn source_settings(used: &Used<'_>, answers: &Answers, readings: &[Reading]) -> Vec<Setting> {
    let Used { look, layout, named } = used;
    let mut all = Vec::new();
    let mut set = |key, value: toml::Value, pinned, evidence: Evidence| {
        all.push(Setting { key, value, pinned, evidence: vec![evidence] });
    };
    let code = layout.table.code();
    let matched = layout.columns.iter().filter(|column| column.field.is_some()).count();
    // Deals are read as the pipeline too, which naming the table would end.
    let also = heading::recognise(&look.sample, &UserColumns::new(), None, None)
        .ok()
        .map(|own| own.table.code())
        .filter(|own| SOLD.contains(own) && code == TRANSACTIONS && !*named);
    // Either would be said of the whole sheet, and hide the other tables on it.
    let alone = !look.several;
    let found = if also.is_some() { "table_sold" } else { "table_found" };
    let table = Evidence::new(if *named { "table_named" } else { found })
        .with("count", matched)
        .with("columns", layout.columns.iter().filter(|c| !c.heading.is_empty()).count());
    let table = also.iter().fold(table, |table, own| table.with("table", *own));
    if alone || *named {
        set("table", also.unwrap_or(code).into(), *named, table);
    }
    if let Some(sheet) = &look.sheet {
        let chosen = !answers.sheets.is_empty();
        let code = if chosen { "given" } else { "sheet_found" };
        set("sheet", sheet.as_str().into(), chosen, Evidence::new(code));
    }
    let row = i64::try_from(layout.header_row).unwrap_or(i64::MAX);
    let above = look.sample.iter().filter(|row| row.number < layout.header_row).count();
    if alone {
        set("header_row", row.into(), false, Evidence::new("header_row").with("count", above));
    }
    if let Some((encoding, guessed)) = &look.encoding {
        let code = if *guessed { "encoding_guess" } else { "encoding_sure" };
        set("encoding", encoding.to_lowercase().into(), *guessed, Evidence::new(code));
    }
    if let Some(delimiter) = &look.delimiter {
        let name = if delimiter == "\t" { "tab".to_owned() } else { delimiter.clone() };
        set("delimiter", name.into(), false, Evidence::new("delimiter"));
    }
    for (column, reading) in layout.columns.iter().zip(readings) {
        let kind = column.field.map(|field| layout.table.fields()[field].kind);
        if let (Some(Kind::Date), Some(order)) = (kind, reading.date_order) {
            let at = layout.columns.iter().position(|other| std::ptr::eq(other, column));
            let profile = at.and_then(|at| look.columns.get(at));
            let seen = profile.map_or(0, |p| p.evidence.day_first + p.evidence.month_first);
            if seen + profile.map_or(0, |p| p.evidence.undecided) == 0 {
                continue;
            }
            let given = answers.date_order.is_some();
            let evidence = if given {
                Evidence::new("given")
            } else {
                Evidence::new("order_seen")
                    .with("heading", column.heading.clone())
                    .with("count", seen)
            };
            set("date_order", order.code().into(), given, evidence);
            break;
        }
    }
    if let Some(comma) = answers.decimal_comma {
        set("decimal", if comma { "," } else { "." }.into(), true, Evidence::new("given"));
    } else if let Some(column) =
        layout.columns.iter().zip(readings).find(|(_, reading)| reading.decimal_comma)
    {
        let evidence = Evidence::new("decimal_seen").with("heading", column.0.heading.clone());
        set("decimal", ",".into(), false, evidence);
    }
    if let (Some(unit), TRANSACTIONS) = (&answers.unit, code) {
        set("unit", unit.as_str().into(), true, Evidence::new("given"));
    } else {
        let of_heading = layout.columns.iter().zip(readings).find(|(_, reading)| reading.power > 0);
        if let Some((column, reading)) = of_heading {
            let evidence = Evidence::new("unit_heading")
                .with("heading", column.heading.clone())
                .with("factor", 10_u64.pow(reading.power));
            set("unit", unit_name(reading.power).into(), false, evidence);
        }
    }
    all
}

fn unit_name(power: u32) -> &'static str {
    match power {
        3 => "千",
        4 => "万",
        6 => "百万",
        _ => "亿",
    }
}

/// The headings of each field over all sheets.
fn field_columns(
    sheets: &[Sheet],
    answers: &Answers,
    by_values: &ByValues,
) -> BTreeMap<&'static str, Vec<FieldColumns>> {
    let mut all: BTreeMap<&'static str, Vec<FieldColumns>> = BTreeMap::new();
    for sheet in sheets {
        let fields = all.entry(sheet.table).or_default();
        for column in &sheet.columns {
            let Some(field) = column.field else { continue };
            let guessed =
                sheet.table == TRANSACTIONS && by_values.iter().any(|(name, _)| *name == field);
            let pinned = told(answers, sheet.table, field) || guessed;
            match fields.iter_mut().find(|known| known.field == field) {
                Some(known) if known.headings.contains(&column.heading) => {}
                Some(known) => known.headings.push(column.heading.clone()),
                None => fields.push(FieldColumns {
                    field,
                    headings: vec![column.heading.clone()],
                    pinned,
                    evidence: column.evidence.clone(),
                }),
            }
        }
    }
    // A field that no column is to be: its list is empty.
    for (table, fields) in &answers.columns {
        for field in fields.iter().filter(|(_, headings)| headings.is_empty()).map(|(f, _)| f) {
            let known = crate::schema::table(table)
                .and_then(|t| Some((t.code(), t.fields()[t.position(field)?].name)));
            if let Some((table, field)) = known {
                all.entry(table).or_default().push(FieldColumns {
                    field,
                    headings: Vec::new(),
                    pinned: true,
                    evidence: vec![Evidence::new("given")],
                });
            }
        }
    }
    all
}
