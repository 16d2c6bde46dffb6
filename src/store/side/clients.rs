//! The client file: what it says about each client, the columns of the user's own included.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use super::rows::Row;
use crate::money::Money;
use crate::period::Day;
use crate::schema::heading::Layout;

/// What the client file says about a client. `None` is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientFile {
    /// Id; the name where the file has no ids.
    pub id: String,
    /// Name; the id where it has no names.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Industry.
    pub industry: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Account manager.
    pub owner: Option<String>,
    /// The company that it belongs to, by id or name.
    pub parent: Option<String>,
    /// Its figures.
    pub rated: Rated,
    /// What else the file says; `None` for clients that it does not list.
    pub more: Option<Box<ClientMore>>,
}

/// Figures that the client file gives. `None` is unknown.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    /// Yearly demand.
    pub annual_potential: Option<Money>,
    /// Fit to the client's needs, 1–5.
    pub needs_fit: Option<f64>,
    /// Executive visits in the last 12 months.
    pub exec_visits: Option<f64>,
    /// Joint projects in the last 36 months.
    pub joint_projects: Option<f64>,
    /// Awards in the last 36 months.
    pub awards: Option<f64>,
    /// Referrals in the last 12 months.
    pub referrals: Option<f64>,
    /// Yearly growth of its industry, where the client file has it.
    pub industry_growth: Option<f64>,
}

impl Ratings {
    const UNKNOWN: Self = Self {
        annual_potential: None,
        needs_fit: None,
        exec_visits: None,
        joint_projects: None,
        awards: None,
        referrals: None,
        industry_growth: None,
    };
}

/// [`Ratings`] that take no room while nothing is known: most runs have many clients that no file lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rated(Option<Box<Ratings>>);

impl Deref for Rated {
    type Target = Ratings;

    fn deref(&self) -> &Ratings {
        self.0.as_deref().unwrap_or(&Ratings::UNKNOWN)
    }
}

impl DerefMut for Rated {
    fn deref_mut(&mut self) -> &mut Ratings {
        self.0.get_or_insert_with(|| Box::new(Ratings::UNKNOWN))
    }
}

impl From<Ratings> for Rated {
    fn from(ratings: Ratings) -> Self {
        Self(Some(Box::new(ratings)))
    }
}

impl Rated {
    /// Fills what is unknown from a later row of the same client.
    pub(in crate::store) fn fill(&mut self, other: &Self) {
        let (Some(own), Some(other)) = (&mut self.0, &other.0) else {
            if self.0.is_none() {
                self.clone_from(other);
            }
            return;
        };
        own.annual_potential = own.annual_potential.or(other.annual_potential);
        own.needs_fit = own.needs_fit.or(other.needs_fit);
        own.exec_visits = own.exec_visits.or(other.exec_visits);
        own.joint_projects = own.joint_projects.or(other.joint_projects);
        own.awards = own.awards.or(other.awards);
        own.referrals = own.referrals.or(other.referrals);
        own.industry_growth = own.industry_growth.or(other.industry_growth);
    }
}

/// What the client file says beyond that, kept apart because most runs have clients that no file lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClientMore {
    /// Client since.
    pub since: Option<Day>,
    /// Last contact.
    pub last_contact: Option<Day>,
    /// Status.
    pub status: Option<String>,
    /// Our share of what it buys.
    pub market_share: Option<f64>,
    /// What it is a benchmark for.
    pub benchmark: Option<String>,
    /// Tier that it had before.
    pub previous_tier: Option<String>,
    /// Whether the file has a column of account managers: a blank cell then says that there is none.
    pub owner_column: bool,
    /// Values of metrics of the user's own, by their position in the settings.
    pub metrics: Vec<(u32, f64)>,
    /// Headings of its file, shared by all clients of the file.
    headings: Headings,
    /// Cells under headings that stand for no field: position of the heading, text as written.
    others: Vec<(u32, Box<str>)>,
}

impl ClientMore {
    /// Forgets what has no date of its own.
    pub(in crate::store) fn forget_undated(&mut self) {
        self.last_contact = None;
        self.status = None;
        self.market_share = None;
        self.benchmark = None;
        self.previous_tier = None;
        self.owner_column = false;
        self.metrics.clear();
        self.others.clear();
    }

    /// The cells under headings of the user's own: heading and text as written, in the order of the file.
    pub fn others(&self) -> impl Iterator<Item = (&str, &str)> {
        self.others
            .iter()
            .filter_map(|(at, text)| Some((self.headings.0.get(*at as usize)?.as_str(), &**text)))
    }

    /// Fills what is blank from a later row of the same client.
    pub(in crate::store) fn fill(&mut self, more: Self) {
        let Self { headings, others, .. } = more;
        self.since = self.since.or(more.since);
        self.last_contact = self.last_contact.max(more.last_contact);
        self.status = self.status.take().or(more.status);
        self.market_share = self.market_share.or(more.market_share);
        self.benchmark = self.benchmark.take().or(more.benchmark);
        self.previous_tier = self.previous_tier.take().or(more.previous_tier);
        self.owner_column |= more.owner_column;
        for (metric, value) in more.metrics {
            if self.metrics.iter().all(|(known, _)| *known != metric) {
                self.metrics.push((metric, value));
            }
        }
        if self.others.is_empty() {
            (self.headings, self.others) = (headings, others);
            return;
        }
        // Rows of two files: their headings stand side by side.
        let shift = self.headings.0.len() as u32;
        let own: Vec<String> = self.others().map(|(heading, _)| heading.to_owned()).collect();
        let is_new = |(at, _): &(u32, Box<str>)| {
            headings.0.get(*at as usize).is_some_and(|heading| !own.contains(heading))
        };
        let new: Vec<(u32, Box<str>)> = others.into_iter().filter(is_new).collect();
        if !new.is_empty() {
            let both = self.headings.0.iter().chain(headings.0.iter()).cloned().collect();
            self.headings = Headings(Arc::new(both));
            self.others.extend(new.into_iter().map(|(at, text)| (at + shift, text)));
        }
    }
}

/// The headings of a client file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Headings(Arc<Vec<String>>);

impl Headings {
    pub(super) fn of(layout: &Layout) -> (Self, bool) {
        let headings = layout.columns.iter().map(|column| column.heading.clone()).collect();
        (Self(Arc::new(headings)), layout.column_of("owner").is_some())
    }
}

/// The client of a row. Rows without id and name do not get here.
pub(super) fn client(row: &mut Row, file: Option<&(Headings, bool)>) -> ClientFile {
    let (id, name) = (row.text("client_id"), row.text("name"));
    let id = id.or_else(|| name.clone()).unwrap_or_default();
    let aliases = row.text("aliases").map(|list| {
        list.split([';', '；', '|', '、']).map(|alias| alias.trim().to_owned()).collect()
    });
    let (headings, owner_column) = file.cloned().unwrap_or_default();
    let others = std::mem::take(&mut row.others);
    ClientFile {
        name: name.unwrap_or_else(|| id.clone()),
        id,
        aliases: aliases.unwrap_or_default(),
        industry: row.text("industry"),
        region: row.text("region"),
        owner: row.text("owner"),
        parent: row.text("parent"),
        rated: Rated::from(Ratings {
            annual_potential: row.money("annual_potential"),
            needs_fit: row.number("needs_fit"),
            exec_visits: row.number("exec_visits"),
            joint_projects: row.number("joint_projects"),
            awards: row.number("awards"),
            referrals: row.number("referrals"),
            industry_growth: row.number("industry_growth"),
        }),
        more: Some(Box::new(ClientMore {
            since: row.day("since"),
            last_contact: row.day("last_contact"),
            status: row.text("status"),
            market_share: row.number("market_share"),
            benchmark: row.text("benchmark"),
            previous_tier: row.text("previous_tier"),
            owner_column,
            metrics: std::mem::take(&mut row.metrics),
            headings,
            others: others.into_iter().map(|(at, text)| (at as u32, text.into())).collect(),
        })),
    }
}
