//! One sheet of a workbook, row by row: what of a review it tells.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use super::super::layout::{self, Layout};
use super::words::{Words, is};
use crate::money::Money;
use crate::period::Day;
use crate::review::Scope;
use crate::schema::value;
use crate::signal::Level;
use crate::source::{Cell, RowSink};
use crate::tier::Tier;

/// Headings and what stands above them are within these rows; further down nobody looks for them.
const HEAD: u64 = 50;

/// The findings of a client of the follow-up list, each with the day on which it was seen first where that is told.
pub(super) type Followed = Vec<(String, Option<Day>)>;

/// The band of a client on the sheet of the model.
pub(super) struct Band {
    /// By the policy alone.
    pub reviewed: String,
    /// The higher one that the review kept, where it kept one.
    pub kept: Option<String>,
}

/// A row of the sheet of the clients.
#[derive(Default)]
pub(super) struct Line {
    pub client_id: String,
    pub name: String,
    pub owner: Option<String>,
    pub stage: Option<String>,
    pub tier: Option<String>,
    pub movement: Option<String>,
    pub rank: Option<usize>,
    pub score: Option<f64>,
    pub adds: BTreeMap<String, f64>,
    pub net_sales: Option<Money>,
    pub signals: Vec<(String, Level)>,
}

/// The rows of a sheet.
pub(super) struct Rows<'w> {
    words: &'w [Words],
    sheet: Sheet<'w>,
    pub as_of: Option<Day>,
    pub period: Option<String>,
    pub currency: Option<String>,
    /// Whose clients they are, where they are those of one account manager.
    pub scope: Option<Scope>,
    pub is_clients: bool,
    pub lines: Vec<Line>,
    pub lacking: Option<Vec<String>>,
    pub tiers: Vec<String>,
    pub bands: HashMap<String, Band>,
    pub followed: HashMap<String, Followed>,
}

/// What a sheet has turned out to be.
enum Sheet<'w> {
    Unknown,
    /// The names of the tiers are in this column of the rows that follow.
    Tiers(usize),
    Clients(Box<Columns<'w>>),
    Bands {
        client_id: usize,
        band: usize,
        /// Only where the review kept a band of somebody.
        kept: Option<usize>,
    },
    Actions(Box<Layout>),
}

/// Where things stand on the sheet of the clients.
struct Columns<'w> {
    words: &'w Words,
    client_id: usize,
    client: usize,
    stage: usize,
    tier: usize,
    score: usize,
    owner: Option<usize>,
    movement: Option<usize>,
    rank: Option<usize>,
    net_sales: Option<usize>,
    signals: Option<usize>,
    metrics: Vec<(&'static str, usize)>,
}

impl<'w> Columns<'w> {
    /// Headings that only this sheet has.
    const OWN: [&'static str; 2] = ["column.stage", "column.coverage"];
    const NEEDED: [&'static str; 6] = [
        "column.client_id",
        "column.client",
        "column.stage",
        "column.tier",
        "column.score",
        "column.coverage",
    ];

    /// The columns by a row of headings, or the headings that it lacks; none where it is no such row.
    fn of(words: &'w Words, cells: &[Cell<'_>]) -> Option<Result<Self, Vec<String>>> {
        let at = |key: &str| words.column(key, cells);
        let own = Self::OWN.into_iter().filter_map(at).count();
        if own == 0 || (at("column.client_id").is_none() && at("column.client").is_none()) {
            return None;
        }
        let [Some(client_id), Some(client), Some(stage), Some(tier), Some(score), Some(coverage)] =
            Self::NEEDED.map(at)
        else {
            let lacking = Self::NEEDED.into_iter().filter(|key| at(key).is_none());
            return Some(Err(lacking.map(|key| words.heading(key).to_owned()).collect()));
        };
        let heading = words.heading("column.net_sales");
        // A metric is called the same, and stands before it.
        let net_sales = cells.iter().rposition(|cell| is(cell, heading));
        let metrics = words.metrics(cells, coverage);
        Some(Ok(Self {
            words,
            client_id,
            client,
            stage,
            tier,
            score,
            owner: at("column.owner"),
            movement: at("column.movement"),
            rank: at("column.rank"),
            metrics: metrics.into_iter().filter(|(_, at)| Some(*at) != net_sales).collect(),
            net_sales,
            signals: at("column.signals"),
        }))
    }

    fn line(&self, cells: &[Cell<'_>]) -> Option<Line> {
        let cell = |at: usize| cells.get(at).unwrap_or(&Cell::Blank);
        let text = |at: usize| Some(shown(cell(at))).filter(|text| !text.is_empty());
        let client_id = text(self.client_id)?;
        let signals = self.signals.and_then(text).map(|text| self.words.findings(&text));
        Some(Line {
            name: text(self.client).unwrap_or_else(|| client_id.clone()),
            client_id,
            owner: self.owner.and_then(text),
            stage: text(self.stage)
                .and_then(|word| self.words.stages.get(&word))
                .map(|code| (*code).to_owned()),
            tier: text(self.tier),
            movement: self
                .movement
                .and_then(text)
                .and_then(|word| self.words.movements.get(&word))
                .map(|code| (*code).to_owned()),
            rank: self.rank.and_then(|at| number(cell(at))).map(|rank| rank as usize),
            score: number(cell(self.score)),
            adds: self
                .metrics
                .iter()
                .filter_map(|(code, at)| Some(((*code).to_owned(), number(cell(*at))?)))
                .collect(),
            net_sales: self.net_sales.and_then(|at| number(cell(at))).and_then(Money::nearest),
            signals: signals.unwrap_or_default(),
        })
    }
}

fn shown(cell: &Cell<'_>) -> String {
    value::shown(cell).trim().to_owned()
}

fn number(cell: &Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Number(number) => Some(*number),
        Cell::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

impl<'w> Rows<'w> {
    pub(super) fn new(words: &'w [Words]) -> Self {
        Self {
            words,
            sheet: Sheet::Unknown,
            as_of: None,
            period: None,
            currency: None,
            scope: None,
            is_clients: false,
            lines: Vec::new(),
            lacking: None,
            tiers: Vec::new(),
            bands: HashMap::new(),
            followed: HashMap::new(),
        }
    }

    /// What stands above the headings.
    fn above(&mut self, cells: &[Cell<'_>]) {
        for cell in cells {
            let Cell::Text(text) = cell else { continue };
            let text = text.trim();
            for words in self.words {
                if let (None, Some(day)) = (self.as_of, words.day(text)) {
                    self.as_of = Some(day);
                    let (currency, scope) = words.unit(text, day).unzip();
                    (self.currency, self.scope) = (currency, scope.flatten());
                }
                if self.period.is_none() {
                    self.period = words.period(text);
                }
            }
        }
    }

    /// What a row of headings makes of the sheet.
    fn headings(&mut self, cells: &[Cell<'_>]) {
        if let Some(layout) = Layout::of(cells) {
            self.sheet = Sheet::Actions(Box::new(layout));
            return;
        }
        for words in self.words {
            match Columns::of(words, cells) {
                Some(Ok(columns)) => {
                    self.is_clients = true;
                    self.sheet = Sheet::Clients(Box::new(columns));
                    return;
                }
                Some(Err(lacking)) => self.lacking = Some(lacking),
                None => {}
            }
            let at = |key| words.column(key, cells);
            let reviewed = at("model.rank_reviewed").and_then(|_| at("model.band_reviewed"));
            if let (Some(client_id), Some(band)) = (at("column.client_id"), reviewed) {
                let kept = at("model.held");
                self.sheet = Sheet::Bands { client_id, band, kept };
                return;
            }
            // The table of tiers on the overview, or that of the cuts on the sheet of the model.
            let overview = at("column.avg_score").and_then(|_| at("column.at_risk"));
            let listed = overview.or_else(|| at("model.reviewed"));
            if let (Some(tier), Some(_)) = (at("column.tier"), listed) {
                self.sheet = Sheet::Tiers(tier);
                return;
            }
        }
    }
}

impl RowSink for Rows<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        let text = |at: usize| cells.get(at).map(shown).filter(|text| !text.is_empty());
        match &self.sheet {
            Sheet::Unknown => {
                self.above(cells);
                self.headings(cells);
                if matches!(self.sheet, Sheet::Unknown) && number > HEAD {
                    return ControlFlow::Break(());
                }
            }
            Sheet::Tiers(at) => {
                self.tiers.extend(text(*at));
                if self.tiers.len() == Tier::ALL.len() {
                    self.sheet = Sheet::Unknown;
                }
            }
            Sheet::Clients(columns) => self.lines.extend(columns.line(cells)),
            Sheet::Bands { client_id, band, kept } => {
                if let (Some(client), Some(reviewed)) = (text(*client_id), text(*band)) {
                    let kept = kept.and_then(text);
                    self.bands.insert(client, Band { reviewed, kept });
                }
            }
            Sheet::Actions(layout) => {
                if let Some((client, signals)) = layout.key(cells) {
                    let codes = layout::findings(signals);
                    let codes = codes.map(|(code, day)| (code.to_owned(), day)).collect();
                    self.followed.insert(client.to_owned(), codes);
                }
            }
        }
        ControlFlow::Continue(())
    }
}
