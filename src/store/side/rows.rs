//! The rows of any side table, cell by cell as their fields say.
//!
//! A cell that cannot be read counts as blank and is reported. A row without what its table needs is left out and
//! reported; totals and notes are told from those as in the transactions.

use std::ops::ControlFlow;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Origin};
use crate::error::Result;
use crate::money::Money;
use crate::period::Day;
use crate::schema::birthday::{self, Birthday};
use crate::schema::example::is_example;
use crate::schema::heading::{Layout, UserColumns};
use crate::schema::regions::next_headings;
use crate::schema::value::{self, DateOrder, Reading, Trouble};
use crate::schema::{Field, Kind, aliases, currency, day, id, total};
use crate::source::{Cell, RowSink};
use crate::store::shaped::Aside;
use crate::store::sheet::Sheet;
use crate::store::watch::Watch;
use crate::store::workspace::Account;

/// A value of a side table.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    /// An amount, and its currency where one is named.
    Money(Money, Option<Arc<str>>),
    Number(f64),
    Day(Day),
}

/// A row: values by the position of their field, and the texts of columns that are no field by their position.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub number: u64,
    fields: &'static [Field],
    values: Vec<Option<Value>>,
    pub others: Vec<(usize, String)>,
    /// Values of metrics of the user's own, by their position in the settings.
    pub metrics: Vec<(u32, f64)>,
    /// Amounts that were taken out and name their currency: field and code.
    pub named: Vec<(&'static str, String)>,
    /// Of a contact, once the whole column is known.
    pub birthday: Option<Birthday>,
}

impl Row {
    fn value(&mut self, field: &str) -> Option<Value> {
        let at = self.fields.iter().position(|known| known.name == field)?;
        self.values.get_mut(at)?.take()
    }

    /// Takes out a text.
    pub(super) fn text(&mut self, field: &str) -> Option<String> {
        match self.value(field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Takes out a number.
    pub(super) fn number(&mut self, field: &str) -> Option<f64> {
        match self.value(field)? {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Takes out an amount.
    pub(super) fn money(&mut self, field: &'static str) -> Option<Money> {
        match self.value(field)? {
            Value::Money(money, code) => {
                self.named.extend(code.map(|code| (field, code.to_string())));
                Some(money)
            }
            _ => None,
        }
    }

    /// Takes out a day.
    pub(super) fn day(&mut self, field: &str) -> Option<Day> {
        match self.value(field)? {
            Value::Day(day) => Some(day),
            _ => None,
        }
    }
}

/// Takes the rows of a sheet.
pub(super) struct Rows<'a> {
    layout: &'a Layout,
    readings: &'a [Reading],
    filter: &'a [(usize, String)],
    origin: &'a Origin,
    /// The currency that the settings give the sheet.
    currency: Option<&'a str>,
    /// Whether the transactions of the sheet tell which rows are no rows of a table.
    told: bool,
    /// Columns whose texts are kept although they are no field.
    keep_others: bool,
    /// Columns that are metrics of the user's own, with their position in the settings.
    metrics: &'a [(usize, u32)],
    /// Rows that hold what their table needs.
    pub rows: Vec<Row>,
    /// All rows.
    pub count: u64,
    /// What there is to say of cells and rows.
    pub diagnostics: Diagnostics,
    /// Whether a cell turned up that needs the whole column.
    pub open: bool,
    /// The user's headings, where those of another table may follow.
    user: Option<&'a UserColumns>,
    watch: Watch,
}

/// Reads the rows of a sheet.
pub(super) fn read<'a>(sheet: &'a Sheet, user: &'a UserColumns) -> Result<Rows<'a>> {
    let (layout, readings) = (&sheet.layout, sheet.readings.as_slice());
    let (filter, origin) = (sheet.filter.as_slice(), &sheet.origin);
    let (currency, told) = (sheet.currency.as_deref(), sheet.sold);
    let metrics = sheet.measured.as_slice();
    let user = sheet.watched.then_some(user);
    let empty = || Rows {
        layout,
        readings,
        filter,
        origin,
        currency,
        told,
        keep_others: layout.table.code() == "clients",
        metrics,
        rows: Vec::new(),
        count: 0,
        diagnostics: Diagnostics::default(),
        open: false,
        user,
        watch: Watch::default(),
    };
    let sinks = sheet.read(1, empty)?;
    Ok(sinks.into_iter().fold(empty(), |mut all, sink| {
        all.rows.extend(sink.rows);
        all.count += sink.count;
        all.diagnostics.merge(sink.diagnostics);
        all.open |= sink.open;
        all.watch.found = all.watch.found.or(sink.watch.found);
        all
    }))
}

impl Rows<'_> {
    /// Reads the birthdays of contacts: only all of them together tell whether day or month stands first.
    pub(super) fn read_birthdays(&mut self, given: Option<DateOrder>, today: Day) {
        let column = self.layout.column_of("birthday");
        let texts: Vec<Option<String>> =
            self.rows.iter_mut().map(|row| row.text("birthday")).collect();
        let order = given.or_else(|| birthday::order(texts.iter().flatten().map(String::as_str)));
        for (at, text) in texts.iter().enumerate() {
            let Some(text) = text else {
                continue;
            };
            match birthday::birthday(text, order, today) {
                Ok(birthday) => self.rows[at].birthday = birthday,
                Err(_) if self.diagnostics.count_if_full("cell-not-used") => {}
                Err(_) => {
                    let heading = column.map(|column| self.layout.columns[column].heading.clone());
                    let row = Some(self.rows[at].number);
                    let origin = Origin { row, column, heading, ..self.origin.clone() };
                    let warning = Diagnostic::warning("cell-not-used", origin)
                        .with_cell(text.as_str())
                        .with("field", "birthday")
                        .with("expected", "birthday");
                    self.diagnostics.push(warning);
                }
            }
        }
    }

    /// The row at which another table begins on the sheet, if one was met.
    pub(super) fn next_table(&self) -> Option<u64> {
        self.watch.found
    }

    /// Whether a row holds the headings once more, as on each page of a printed list.
    fn repeats_headings(&self, cells: &[Cell<'_>]) -> bool {
        let filled = cells.iter().filter(|cell| **cell != Cell::Blank).count();
        let headings = self.layout.columns.iter().zip(cells);
        let same = headings.filter(|(column, cell)| {
            !column.heading.is_empty() && value::shown(cell).trim() == column.heading
        });
        filled >= 2 && same.count() == filled
    }

    fn about(
        &self,
        code: &'static str,
        number: u64,
        cells: &[Cell<'_>],
        at: Option<usize>,
    ) -> Diagnostic {
        let heading = at.and_then(|at| self.layout.columns.get(at));
        let origin = Origin {
            row: Some(number),
            column: at,
            heading: heading.map(|column| column.heading.clone()),
            ..self.origin.clone()
        };
        let diagnostic = Diagnostic::warning(code, origin);
        let Some(at) = at else {
            return diagnostic;
        };
        let headings: Vec<String> =
            self.layout.columns.iter().map(|column| column.heading.clone()).collect();
        let mut shown: Vec<String> = cells.iter().map(value::shown).collect();
        shown.resize(headings.len().max(shown.len()), String::new());
        let cell = shown.get(at).cloned().unwrap_or_default();
        diagnostic.with_cell(cell).with_excerpt(Excerpt::Record { headings, cells: shown, at })
    }

    /// Whether a row is a total although it has what its table needs: its first text is that word, or what should name
    /// its client is.
    fn is_total(&self, row: &Row, cells: &[Cell<'_>]) -> bool {
        let name = if self.keep_others { "name" } else { "client_name" };
        let named = ["client_id", "client", name].into_iter().any(|field| {
            let at = row.fields.iter().position(|known| known.name == field);
            match at.and_then(|at| row.values[at].as_ref()) {
                Some(Value::Text(text)) => total::is_bare_total(text),
                _ => false,
            }
        });
        named || cells.iter().find_map(value::text).is_some_and(|text| total::is_bare_total(&text))
    }

    /// Says what a row is that lacks something its table needs.
    fn leave_out(&mut self, number: u64, cells: &[Cell<'_>], lacking: &'static str) {
        let filled = cells.iter().filter(|cell| **cell != Cell::Blank).count();
        let first = cells.iter().find_map(value::text);
        let code = if lacking.is_empty() || first.is_some_and(|text| total::is_total(&text)) {
            "total-row"
        } else if filled <= 1 {
            "note-row"
        } else {
            "row-incomplete"
        };
        let told = self.told && code != "row-incomplete";
        if told || self.diagnostics.count_if_full(code) {
            return;
        }
        let diagnostic = if code == "row-incomplete" {
            let at = self.layout.column_of(lacking);
            self.about(code, number, cells, at)
                .with("field", lacking)
                .with("table", self.layout.table.code())
        } else {
            let origin = Origin { row: Some(number), ..self.origin.clone() };
            Diagnostic::notice(code, origin)
        };
        self.diagnostics.push(diagnostic);
    }

    /// Gives the amounts of a row the currency that it names: in its own column, by the settings, or beside the amount.
    fn name_currencies(&self, row: &mut Row, cells: &[Cell<'_>]) {
        let in_column = self.layout.column_of("currency");
        let named = match in_column.and_then(|at| value::text(cells.get(at)?)) {
            Some(name) => Some(name.into_owned()),
            None => self.currency.map(ToOwned::to_owned),
        };
        let code: Option<Arc<str>> = named.map(|name| currency::code(&name).as_ref().into());
        for (column, cell) in self.layout.columns.iter().zip(cells) {
            let Some(Value::Money(_, of)) =
                column.field.and_then(|position| row.values[position].as_mut())
            else {
                continue;
            };
            // Amounts in the books' own currency are so whatever was invoiced.
            if aliases::is_own_currency(&column.heading) {
                continue;
            }
            *of = match (&code, cell) {
                (None, Cell::Text(text)) if in_column.is_none() => {
                    currency::of_amount(text).map(Into::into)
                }
                (code, _) => code.clone(),
            };
        }
    }

    /// Reads the cells that are metrics of the user's own, whatever else their columns are.
    fn read_metrics(&mut self, row: &mut Row, cells: &[Cell<'_>]) {
        for (column, metric) in self.metrics.iter().copied() {
            let Some(cell) = cells.get(column) else {
                continue;
            };
            match value::number(cell, self.readings[column]) {
                Ok(number) => row.metrics.extend(number.map(|number| (metric, number))),
                Err(trouble) => {
                    self.open |= needs_column(trouble, cell);
                    if self.diagnostics.count_if_full("metric-not-number") {
                        continue;
                    }
                    let warning = self.about("metric-not-number", row.number, cells, Some(column));
                    self.diagnostics.push(warning);
                }
            }
        }
    }

    /// Says that an id has lost digits.
    fn truncated(&mut self, number: u64, cells: &[Cell<'_>], at: usize) {
        if !self.told && !self.diagnostics.count_if_full("truncated-id") {
            let warning = self.about("truncated-id", number, cells, Some(at));
            self.diagnostics.push(warning);
        }
    }

    fn not_used(&mut self, number: u64, cells: &[Cell<'_>], at: usize, field: Field) {
        if self.diagnostics.count_if_full("cell-not-used") {
            return;
        }
        let diagnostic = self
            .about("cell-not-used", number, cells, Some(at))
            .with("field", field.name)
            .with("expected", field.kind.code());
        self.diagnostics.push(diagnostic);
    }
}

/// Whether the whole column might tell how a cell is to be read after all.
fn needs_column(trouble: Trouble, cell: &Cell<'_>) -> bool {
    trouble == Trouble::Undecided || value::shown(cell).contains([',', '.'])
}

fn read_cell(kind: Kind, cell: &Cell<'_>, reading: Reading) -> Result<Option<Value>, Trouble> {
    match kind {
        Kind::Id | Kind::Text => Ok(value::text(cell).map(|text| Value::Text(text.into_owned()))),
        Kind::Money => value::exact(cell, reading)
            .map(|exact| exact.map(|exact| Value::Money(Money(exact.units), None))),
        Kind::Number | Kind::Share => {
            value::number(cell, reading).map(|number| number.map(Value::Number))
        }
        Kind::Date => day::day(cell, reading).map(|day| day.map(Value::Day)),
    }
}

impl Account for Rows<'_> {
    fn remarks(&self) -> u64 {
        self.diagnostics.total()
    }

    fn left_out(&self) -> u64 {
        0
    }

    fn reason(&self) -> &'static str {
        ""
    }
}

impl Aside for Rows<'_> {
    fn remark(&mut self, remark: Diagnostic) {
        self.diagnostics.push(remark);
    }
}

impl RowSink for Rows<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let layout = self.layout;
        if !layout.holds(number) {
            return layout.beyond(number);
        }
        let wanted = |(at, wanted): &(usize, String)| {
            cells.get(*at).and_then(value::text).is_some_and(|text| text == wanted.as_str())
        };
        let filled = cells.iter().filter(|cell| **cell != Cell::Blank).count();
        let taken_for = if filled <= 1 { "note-row" } else { "" };
        if let Some(user) = self.user
            && self.watch.is_next_table(number, cells, taken_for, |cells| {
                next_headings(number, cells, user, layout).is_some()
            })
        {
            return ControlFlow::Break(());
        }
        self.count += 1;
        let special = if is_example(cells) {
            Some("example-row")
        } else {
            self.repeats_headings(cells).then_some("repeated-header")
        };
        if special.is_some() && self.told {
            return ControlFlow::Continue(());
        }
        if let Some(code) = special {
            let origin = Origin { row: Some(number), ..self.origin.clone() };
            self.diagnostics.push(Diagnostic::notice(code, origin));
            return ControlFlow::Continue(());
        }
        if !self.filter.iter().all(wanted) {
            let origin = Origin { row: Some(number), ..self.origin.clone() };
            self.diagnostics.push(Diagnostic::notice("filtered-row", origin));
            return ControlFlow::Continue(());
        }
        let fields = layout.table.fields();
        let mut row = Row { number, fields, values: vec![None; fields.len()], ..Row::default() };
        for ((at, column), cell) in layout.columns.iter().enumerate().zip(cells) {
            let Some(position) = column.field else {
                if self.keep_others
                    && !column.heading.is_empty()
                    && let Some(text) = value::text(cell)
                {
                    row.others.push((at, text.into_owned()));
                }
                continue;
            };
            if fields[position].kind == Kind::Id && id::is_truncated(cell) {
                self.truncated(number, cells, at);
            }
            match read_cell(fields[position].kind, cell, self.readings[at]) {
                Ok(value) => row.values[position] = value,
                Err(trouble) => {
                    self.open |= needs_column(trouble, cell);
                    self.not_used(number, cells, at, fields[position]);
                }
            }
        }
        self.read_metrics(&mut row, cells);
        self.name_currencies(&mut row, cells);
        let held = |field: &&str| {
            layout.table.position(field).is_some_and(|position| row.values[position].is_some())
        };
        let required = layout.table.required();
        // Of a product or an industry more than its key may be blank: the row then says nothing.
        let needed = match layout.table.code() {
            "products" | "industries" => &required[..1],
            _ => required,
        };
        if self.is_total(&row, cells) {
            self.leave_out(number, cells, "");
            return ControlFlow::Continue(());
        }
        match needed.iter().find(|group| !group.iter().any(&held)) {
            Some(group) => {
                let there = |field: &&&str| layout.column_of(field).is_some();
                let lacking = group.iter().find(there).or(group.first()).copied();
                self.leave_out(number, cells, lacking.unwrap_or("client"));
            }
            None => self.rows.push(row),
        }
        ControlFlow::Continue(())
    }
}
