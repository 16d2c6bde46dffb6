//! Business lines that clients do not buy yet.
//!
//! Only active clients whose lines are known are judged. Sales by line are gross: the ledger keeps the positive amounts
//! of a line, returns belong to orders.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use crate::features::Portfolio;
use crate::ledger::{BLANK_LINE, Ledger};
use crate::money::Money;
use crate::period::Window;
use crate::schema::aliases;
use crate::store::ClientFile;

/// Missing lines named per client.
const MISSING: usize = 5;
/// Clients judged of an industry from which it says what its clients buy.
const PEERS: u32 = 5;
/// Clients and lines of the matrix.
const MATRIX: (usize, usize) = (20, 10);

/// Business lines that clients do not buy yet, over the last 12 months.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Whitespace {
    /// Active clients whose business lines are known.
    pub judged: usize,
    /// The lines that any of them buys, the largest potential first.
    pub lines: Vec<LineGap>,
    /// What each of them does not buy, by client id.
    pub clients: Vec<ClientGaps>,
    /// The lines of the matrix: those sold most, the largest first.
    pub matrix_lines: Vec<LineName>,
    /// The largest clients by those lines.
    pub matrix: Vec<MatrixRow>,
}

/// One business line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LineGap {
    /// Its name.
    pub line: LineName,
    /// Clients that buy it.
    pub buyers: usize,
    /// Clients that do not.
    pub non_buyers: usize,
    /// Gross sales.
    pub gross_sales: Money,
    /// Median gross sales of a client that buys it.
    pub median_sales: Money,
    /// `median_sales × non_buyers`: what it would bring if all others bought it as the middle buyer does. An upper limit to
    /// compare lines by, not a forecast.
    pub potential: Money,
}

/// The lines that one client does not buy.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClientGaps {
    /// Id of the client.
    pub client_id: String,
    /// At most five, the likeliest first: by the share of clients of the same industry that buy the line (where at least
    /// five of it are judged), then by the share of all, then by name.
    #[serde(serialize_with = "shared")]
    pub missing: Arc<[LineName]>,
}

/// Writes a list that several clients share.
fn shared<S: Serializer>(lines: &Arc<[LineName]>, serializer: S) -> Result<S::Ok, S::Error> {
    lines.serialize(serializer)
}

/// What one client buys, line by line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatrixRow {
    /// Id of the client.
    pub client_id: String,
    /// Its name.
    pub name: String,
    /// Gross sales of each line of the matrix.
    pub sales: Vec<Money>,
}

/// The name of a business line, shared by all that speak of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineName(Arc<str>);

impl LineName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for LineName {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl Serialize for LineName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What one client buys of one line.
#[derive(Clone, Copy)]
struct Bought {
    client: u32,
    line: u32,
    sales: Money,
}

/// The whitespace; `None` where fewer than two lines are bought.
pub(super) fn whitespace(
    ledger: &Ledger,
    files: &[Box<ClientFile>],
    portfolio: &Portfolio,
) -> Option<Whitespace> {
    let judged: Vec<bool> = portfolio
        .features
        .iter()
        .map(|features| features.orders > 0 && features.lines.is_some())
        .collect();
    let bought = bought(ledger, &judged, portfolio.windows.ttm);
    let count = judged.iter().filter(|judged| **judged).count();
    let names: Vec<LineName> = ledger.line_names.iter().map(|name| name.as_str().into()).collect();
    let mut sales: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for item in &bought {
        sales.entry(item.line).or_default().push(item.sales.0);
    }
    if sales.len() < 2 {
        return None;
    }
    let mut lines: Vec<LineGap> =
        sales.iter_mut().map(|(line, sales)| gap(&names[*line as usize], sales, count)).collect();
    lines.sort_by(|a, b| b.potential.cmp(&a.potential).then_with(|| a.line.cmp(&b.line)));
    let ranking = Ranking::of(&bought, &judged, files, &names);
    let mut clients = Vec::with_capacity(count);
    let mut rest = bought.as_slice();
    // Many clients lack the same lines.
    let mut lists: BTreeMap<Vec<u32>, Arc<[LineName]>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate().filter(|(at, _)| judged[*at]) {
        let length = rest.iter().take_while(|item| item.client as usize == at).count();
        let (own, after) = rest.split_at(length);
        rest = after;
        let missing = ranking.missing(at, own);
        let missing = if let Some(known) = lists.get(&missing) {
            Arc::clone(known)
        } else {
            let list = missing.iter().map(|line| names[*line as usize].clone()).collect();
            Arc::clone(lists.entry(missing).or_insert(list))
        };
        clients.push(ClientGaps { client_id: file.id.clone(), missing });
    }
    let (matrix_lines, matrix) = matrix(&bought, &sales, files, portfolio, &names);
    Some(Whitespace { judged: count, lines, clients, matrix_lines, matrix })
}

/// What each client that is judged buys, by client and line.
fn bought(ledger: &Ledger, judged: &[bool], window: Window) -> Vec<Bought> {
    let mut bought: Vec<Bought> = Vec::new();
    let rows = ledger.lines.iter().filter(|row| {
        row.line != BLANK_LINE
            && row.positive > Money::ZERO
            && window.contains(row.date)
            && judged[row.client as usize]
    });
    for row in rows {
        bought.push(Bought { client: row.client, line: row.line, sales: row.positive });
    }
    // Sums are integers: rows with the same key may stand in any order.
    bought.sort_unstable_by_key(|item| (item.client, item.line));
    bought.dedup_by(|next, kept| {
        let same = (next.client, next.line) == (kept.client, kept.line);
        if same {
            kept.sales += next.sales;
        }
        same
    });
    bought
}

fn gap(line: &LineName, sales: &mut [i64], judged: usize) -> LineGap {
    sales.sort_unstable();
    let (buyers, median_sales) = (sales.len(), median(sales));
    let non_buyers = judged.saturating_sub(buyers);
    let potential = i128::from(median_sales.0) * non_buyers as i128;
    LineGap {
        line: line.clone(),
        buyers,
        non_buyers,
        gross_sales: Money(sales.iter().sum()),
        median_sales,
        potential: Money(i64::try_from(potential).unwrap_or(i64::MAX)),
    }
}

/// The median of sorted amounts, all of them positive; between two, half a unit is rounded up.
fn median(sorted: &[i64]) -> Money {
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(above), 0) => Money((sorted[middle - 1] + above + 1) / 2),
        (Some(value), _) => Money(*value),
        (None, _) => Money::ZERO,
    }
}

/// In which order missing lines are named.
struct Ranking {
    /// All lines, the one with most buyers first.
    all: Vec<u32>,
    /// The same among the clients of one industry, for lines that any of them buys.
    industries: BTreeMap<String, Vec<u32>>,
    /// The industry of each client, where it has enough clients.
    of_client: Vec<Option<String>>,
}

impl Ranking {
    fn of(
        bought: &[Bought],
        judged: &[bool],
        files: &[Box<ClientFile>],
        names: &[LineName],
    ) -> Self {
        let mut peers: BTreeMap<String, u32> = BTreeMap::new();
        let mut of_client: Vec<Option<String>> = files
            .iter()
            .zip(judged)
            .map(|(file, judged)| {
                let industry = file.industry.as_deref().filter(|_| *judged)?;
                Some(aliases::normalise(industry)).filter(|name| !name.is_empty())
            })
            .collect();
        for industry in of_client.iter().flatten() {
            *peers.entry(industry.clone()).or_default() += 1;
        }
        for industry in &mut of_client {
            if industry.as_ref().is_some_and(|name| peers[name] < PEERS) {
                *industry = None;
            }
        }
        let mut all: BTreeMap<u32, u32> = BTreeMap::new();
        let mut industries: BTreeMap<String, BTreeMap<u32, u32>> = BTreeMap::new();
        for item in bought {
            *all.entry(item.line).or_default() += 1;
            if let Some(industry) = &of_client[item.client as usize] {
                // Cloned once per industry only.
                if !industries.contains_key(industry) {
                    industries.insert(industry.clone(), BTreeMap::new());
                }
                if let Some(lines) = industries.get_mut(industry) {
                    *lines.entry(item.line).or_default() += 1;
                }
            }
        }
        let ranked = |buyers: &BTreeMap<u32, u32>| -> Vec<u32> {
            let mut lines: Vec<u32> = buyers.keys().copied().collect();
            lines.sort_by_key(|line| {
                (Reverse(buyers[line]), Reverse(all[line]), &names[*line as usize])
            });
            lines
        };
        Self {
            industries: industries
                .iter()
                .map(|(name, buyers)| (name.clone(), ranked(buyers)))
                .collect(),
            all: ranked(&all),
            of_client,
        }
    }

    /// The lines that a client does not buy, the likeliest first.
    fn missing(&self, client: usize, own: &[Bought]) -> Vec<u32> {
        let peers = self.of_client[client].as_ref().and_then(|name| self.industries.get(name));
        let peers = peers.map(Vec::as_slice).unwrap_or_default();
        let mut missing = Vec::with_capacity(MISSING);
        for line in peers.iter().chain(&self.all) {
            if missing.len() == MISSING {
                break;
            }
            let bought = own.binary_search_by_key(line, |item| item.line).is_ok();
            if !bought && !missing.contains(line) {
                missing.push(*line);
            }
        }
        missing
    }
}

/// The lines sold most, and what the largest clients buy of them.
fn matrix(
    bought: &[Bought],
    sales: &BTreeMap<u32, Vec<i64>>,
    files: &[Box<ClientFile>],
    portfolio: &Portfolio,
    names: &[LineName],
) -> (Vec<LineName>, Vec<MatrixRow>) {
    let mut lines: Vec<(i64, u32)> =
        sales.iter().map(|(line, sales)| (sales.iter().sum(), *line)).collect();
    lines.sort_by_key(|(sum, line)| (Reverse(*sum), &names[*line as usize]));
    lines.truncate(MATRIX.1);
    let mut clients: Vec<u32> = bought.iter().map(|item| item.client).collect();
    clients.dedup();
    clients.sort_by_key(|at| (Reverse(portfolio.features[*at as usize].net_sales), *at));
    clients.truncate(MATRIX.0);
    let rows = clients.into_iter().map(|at| {
        let file = &files[at as usize];
        let amount = |line: &u32| {
            let found = bought.binary_search_by_key(&(at, *line), |item| (item.client, item.line));
            found.map_or(Money::ZERO, |found| bought[found].sales)
        };
        MatrixRow {
            client_id: file.id.clone(),
            name: file.name.clone(),
            sales: lines.iter().map(|(_, line)| amount(line)).collect(),
        }
    });
    let rows = rows.collect();
    (lines.iter().map(|(_, line)| names[*line as usize].clone()).collect(), rows)
}
