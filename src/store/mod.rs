//! Everything that is read: from inputs to the ledger and the side tables, with an account of every row.
//!
//! Side tables are read first, because transactions need the products; then the transactions of all inputs are read
//! into one ledger, and at last clients are told apart ([`resolve`]).

mod currencies;
mod decided;
mod directory;
mod discounts;
mod figures;
mod given;
mod inputs;
mod likeness;
mod lookup;
mod others;
mod overlap;
mod parts;
mod plan;
mod rates;
mod recent;
mod reject;
mod report;
mod resolve;
mod rollup;
mod sale_rows;
mod shaped;
mod sheet;
mod side;
mod sink;
mod totals;
mod transactions;
mod types;
mod unfiled;
mod watch;
pub mod workspace;

use std::collections::BTreeMap;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, Diagnostics, Origin};
use crate::error::{Error, Result};
use crate::ledger::{Ledger, Part};
use crate::money::Money;
use crate::period::Day;
use crate::source::Input;

use overlap::Replaced;
use parts::Starts;
use sheet::Sheet;
use transactions::Means;

pub use decided::Decided;
pub use directory::{Directory, Found};
pub use lookup::client as look_up;
pub use report::{ColumnReport, Control, InCurrency, InputReport, LeftOut};
pub use sale_rows::{ClientRows, Question, SaleRow};
pub use side::{
    At, ClientFile, ClientMore, Contact, Contract, Dated, Feedback, Interaction, Opportunity,
    Project, Rated, Ratings, Receivable, Relations,
};

/// What reading depends on besides the settings.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads to read with.
    pub threads: usize,
    /// Today, to tell dates in the future.
    pub today: Day,
    /// Codes whose rows may be left out without counting as errors.
    pub skip: Vec<String>,
    /// Whether any error stops the run.
    pub strict: bool,
    /// Whether to hash the inputs.
    pub hash: bool,
    /// Whether to read on however many rows have errors, to find them all.
    pub all: bool,
}

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The transactions; its clients are positions in `clients`.
    pub ledger: Ledger,
    /// One per client, sorted by id; those without a row in a client file have only id and name.
    pub clients: Vec<Box<ClientFile>>,
    /// Yearly growth by normalised industry.
    pub industries: BTreeMap<String, f64>,
    /// What other tables say of clients.
    pub relations: Relations,
    /// Every transaction row accounted for.
    pub control: Control,
    /// What there is to say.
    pub diagnostics: Diagnostics,
    /// The inputs.
    pub inputs: Vec<InputReport>,
    /// Currency named by the input.
    pub currency: Option<String>,
    /// What the settings decide of which client.
    pub decided: Decided,
    /// Where tables begin that stand below another one.
    starts: Starts,
}

impl Loaded {
    /// Forgets what has no date of its own, for a look at an earlier day: account managers, ratings, status, industries' growth,
    /// stages of deals, decisions on clients. What clients are called, and everything dated, stays.
    pub fn forget_undated(&mut self) {
        for client in &mut self.clients {
            client.owner = None;
            client.rated = Rated::default();
            if let Some(more) = &mut client.more {
                more.forget_undated();
            }
        }
        self.industries.clear();
        self.relations.opportunities.clear();
        self.decided = Decided::default();
    }

    /// Whether tables or encodings were met on the way that the reading did not rest on; then nothing is left of it but what is
    /// known by now.
    fn begins_anew(&mut self) -> bool {
        let grew = self.starts.grew();
        if grew {
            let starts = std::mem::take(&mut self.starts).again();
            *self = Self { starts, ..Self::default() };
        }
        grew
    }
}

/// Reads inputs.
///
/// # Errors
/// Unreadable inputs, no transactions among them, undecidable dates, mixed currencies, more rows with errors than
/// `max_rejected` allows (any, when strict).
pub fn load(files: &[Input], config: &Config, options: &Options) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    load_into(&mut loaded, files, config, options, None)?;
    Ok(loaded)
}

/// Takes diagnostics one by one, with what is known of the inputs.
pub type Listing<'a> = &'a mut (dyn FnMut(&[InputReport], Diagnostic) + Send);

/// Reads inputs into something empty; what was found on the way stays there whatever stops the reading.
///
/// A `listing` gets every diagnostic of a transaction row, however many there are: the rows are read once more for it.
/// All others are kept in full.
///
/// # Errors
/// As [`load`].
pub fn load_into(
    loaded: &mut Loaded,
    files: &[Input],
    config: &Config,
    options: &Options,
    listing: Option<Listing<'_>>,
) -> Result<()> {
    read_all(loaded, files, config, options, listing, None).map(|_| ())
}

/// Reads inputs into something empty, and the newest rows of one client, for which transactions are read once more.
///
/// # Errors
/// As [`load`]; and where no client, or more than one, is what the question names.
pub fn load_client(
    loaded: &mut Loaded,
    files: &[Input],
    config: &Config,
    options: &Options,
    question: &Question<'_>,
) -> Result<ClientRows> {
    let found = read_all(loaded, files, config, options, None, Some(question))?;
    Ok(found.unwrap_or_default())
}

fn read_all(
    loaded: &mut Loaded,
    files: &[Input],
    config: &Config,
    options: &Options,
    listing: Option<Listing<'_>>,
    question: Option<&Question<'_>>,
) -> Result<Option<ClientRows>> {
    let mut listing = listing;
    loop {
        if listing.is_some() {
            loaded.diagnostics.keep_all();
        }
        let each: Option<Listing<'_>> = match &mut listing {
            Some(each) => Some(&mut **each),
            None => None,
        };
        let outcome = attempt(loaded, files, config, options, each, question);
        loaded.starts.note_encodings(&outcome);
        if !loaded.begins_anew() {
            return outcome;
        }
    }
}

/// Reads inputs with what is known of the parts of their sheets; ends early where more of them turn up.
fn attempt(
    loaded: &mut Loaded,
    files: &[Input],
    config: &Config,
    options: &Options,
    listing: Option<Listing<'_>>,
    question: Option<&Question<'_>>,
) -> Result<Option<ClientRows>> {
    let mut sheets = inputs::open(files, config, options, loaded)?;
    if loaded.starts.grew() {
        return Ok(None);
    }
    let mut side = side::read(&mut sheets, config, options, loaded)?;
    if loaded.starts.grew() {
        return Ok(None);
    }
    let rates = rates::read(&mut sheets, config, options, loaded)?;
    let named_by_id = sheets.iter().any(Sheet::names_clients_by_id);
    // Told only when all tables are known: that of the clients may stand far below the transactions.
    let mut problems = side::metrics_lacking(&sheets, config);
    let mut sheets: Vec<&mut Sheet> =
        sheets.iter_mut().filter(|sheet| sheet.layout.table.code() == "transactions").collect();
    let means = Means {
        products: &side.products,
        rates: &rates,
        config,
        options,
        several: sheets.len() > 1,
    };
    let mut readings = Vec::with_capacity(sheets.len());
    for sheet in &mut sheets {
        match transactions::read(sheet, means, &Replaced::default(), &mut loaded.inputs) {
            Ok(reading) => {
                sheet.note_start(reading.next_table, &config.columns, &mut loaded.starts)?;
                readings.push(reading);
            }
            Err(error) => problems.extend(error.diagnostics),
        }
    }
    if loaded.starts.grew() {
        return Ok(None);
    }
    let mut money = transactions::Totals::default();
    if !problems.is_empty() {
        // What was found on the sheets that could be read is said all the same.
        for reading in readings {
            reading.add_to(loaded, &mut money)?;
        }
        return Err(Error { diagnostics: problems });
    }
    let mut replaced: Vec<Replaced> = Vec::new();
    if means.several {
        let found = overlap::settle(&mut sheets, &mut readings, means, &mut loaded.inputs)?;
        loaded.diagnostics.extend(found.diagnostics);
        replaced = found.replaced;
    }
    if let Some(each) = listing {
        replaced.resize_with(sheets.len(), Replaced::default);
        for (sheet, replaced) in sheets.iter().zip(&replaced) {
            transactions::list(sheet, means, replaced, &loaded.inputs, each)?;
        }
    }
    let mut parts: Vec<Part> = Vec::new();
    for reading in readings {
        parts.extend(reading.add_to(loaded, &mut money)?);
    }
    if !options.all {
        check(loaded, config, &options.skip, options.strict)?;
    }
    loaded.currency = money.currencies.settle(&rates, loaded)?;
    side.convert(&rates, loaded);
    loaded.ledger = Part::merge(parts, options.threads);
    loaded.industries = side.industries;
    loaded.relations = side.relations;
    let keys = question.map(|_| loaded.ledger.clients.clone());
    let of_key = resolve::clients(loaded, side.clients, named_by_id, &side.keys, config.rollup);
    decided::decided(loaded, config);
    let Some((question, keys)) = question.zip(keys) else {
        return Ok(None);
    };
    let client = lookup::client(&loaded.clients, question.client)?;
    let names = keys.into_iter().zip(of_key).filter(|(_, of)| *of as usize == client);
    let names = names.map(|(key, _)| key).collect();
    replaced.resize_with(sheets.len(), Replaced::default);
    let several = sheets.len() > 1;
    let means = Means { products: &side.products, rates: &rates, config, options, several };
    let mut found = ClientRows { client, rows: Vec::new() };
    for (sheet, replaced) in sheets.iter().zip(&replaced) {
        found.rows.extend(sale_rows::newest(sheet, means, replaced, &names, question)?);
    }
    sale_rows::order(&mut found.rows, question.most);
    Ok(Some(found))
}

/// Whether there are rows, and few enough of them could not be used.
///
/// # Errors
/// The first problem of each code, and last what they amount to.
pub fn check(loaded: &Loaded, config: &Config, skip: &[String], strict: bool) -> Result<()> {
    let rejected: u64 = loaded
        .control
        .by_reason
        .iter()
        .filter(|(code, _)| reject::is_error(code) && !skip.iter().any(|skip| skip == *code))
        .map(|(_, left_out)| left_out.rows)
        .sum();
    // A share such as 0.29 is a little less in binary: 29 rows of 100 are within it.
    let share = config.max_rejected * loaded.control.rows_in_file as f64;
    let allowed = if strict { 0.0 } else { (share + 1e-6).floor() };
    let errors = loaded.diagnostics.count(crate::diagnostic::Severity::Error);
    if rejected as f64 > allowed || (strict && errors > 0) {
        let mut diagnostics: Vec<Diagnostic> = loaded
            .diagnostics
            .groups()
            .filter(|(_, group)| group.severity == crate::diagnostic::Severity::Error)
            .filter_map(|(_, group)| {
                let first = group.details.first()?.clone();
                Some(if group.count > 1 { first.with("count", group.count) } else { first })
            })
            .collect();
        diagnostics.push(
            Diagnostic::error("too-many-errors", Origin::default())
                .with("rejected", rejected.max(errors))
                .with("rows", loaded.control.rows_in_file)
                .with("allowed", allowed.floor() as u64),
        );
        return Err(Error { diagnostics });
    }
    // A template that nobody has filled in holds examples, and nothing else.
    let examples = loaded.control.by_reason.get("example-row").map_or(0, |left_out| left_out.rows);
    if loaded.control.rows_in_file == examples {
        let origin = match loaded.inputs.as_slice() {
            [only] => Origin { sheet: only.sheet.clone(), ..Origin::file(&only.file) },
            _ => Origin::default(),
        };
        return Err(Diagnostic::error("no-rows", origin).into());
    }
    Ok(())
}

/// Accounts for one row that is left out.
fn leave_out(control: &mut Control, reason: &'static str, amount: Option<Money>) {
    let left_out = control.by_reason.entry(reason).or_default();
    left_out.rows += 1;
    control.rows_left_out += 1;
    if let Some(amount) = amount {
        left_out.amount += amount;
        control.amount_left_out += amount;
    }
}
