//! What columns mean: canonical tables and fields, headings and their aliases, and how cells become values.
//!
//! A sheet becomes a table, or several ([`regions`]), in three steps: its headings are matched with the aliases
//! ([`heading`]), its columns are read as a whole to decide what no single cell can tell, such as the order of day and
//! month ([`column`]), and each cell is turned into a value ([`value`]). Where a row leans on those above it, [`shape`]
//! says how.

pub mod aliases;
pub mod birthday;
pub mod column;
mod context;
pub mod currency;
pub mod day;
pub mod example;
pub mod heading;
mod headings;
pub mod id;
pub mod names;
pub mod regions;
pub mod shape;
pub mod tables;
pub mod total;
pub mod value;

/// What the cells of a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text that identifies something: leading zeros count.
    Id,
    /// Any text.
    Text,
    /// An amount of money.
    Money,
    /// A plain number.
    Number,
    /// A share such as `15%` or `0.15`.
    Share,
    /// A day.
    Date,
}

impl Kind {
    /// The code used in the catalogue.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "text",
            Self::Money => "money",
            Self::Number => "number",
            Self::Share => "share",
            Self::Date => "date",
        }
    }
}

/// One canonical field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in settings, messages and JSON.
    pub name: &'static str,
    /// What its cells are.
    pub kind: Kind,
}

/// A canonical table. Each one is a file in `tables/` and a line in [`TABLES`].
pub trait Table: Sync {
    /// Its name in settings, messages and JSON.
    fn code(&self) -> &'static str;
    /// Its fields.
    fn fields(&self) -> &'static [Field];
    /// What must be there: of each group at least one field.
    fn required(&self) -> &'static [&'static [&'static str]];
    /// Fields of which one must be there for a sheet to be taken for this table unasked: what all must have is too common
    /// to tell it from others. Empty asks for none.
    fn telltale(&self) -> &'static [&'static str] {
        &[]
    }
    /// Its documentation in both languages: the head of its file.
    fn doc(&self) -> &'static str;

    /// The position of a field.
    fn position(&self, field: &str) -> Option<usize> {
        self.fields().iter().position(|known| known.name == field)
    }
}

/// All canonical tables, in the order in which they win when headings fit several equally well ([`heading`] has the rule).
pub const TABLES: &[&dyn Table] = &[
    &tables::Transactions,
    &tables::Interactions,
    &tables::Clients,
    &tables::Contacts,
    &tables::Products,
    &tables::Industries,
    &tables::Contracts,
    &tables::Opportunities,
    &tables::Feedback,
    &tables::Receivables,
    &tables::Projects,
    &tables::Rates,
];

/// The table of a code.
#[must_use]
pub fn table(code: &str) -> Option<&'static dyn Table> {
    TABLES.iter().copied().find(|table| table.code() == code)
}

/// The part of a file's head that is in one language: the text before the line `——`, or after it.
#[must_use]
pub fn doc_part(source: &str, first: bool) -> String {
    let lines: Vec<&str> = source
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .map(|line| line.trim_start_matches("//!").trim_start_matches(' '))
        .collect();
    let cut = lines.iter().position(|line| *line == "——").unwrap_or(lines.len());
    let part = if first { &lines[..cut] } else { lines.get(cut + 1..).unwrap_or_default() };
    part.join("\n").trim().to_owned()
}
