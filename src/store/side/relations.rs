//! The tables that speak of clients: contacts, interactions, contracts, opportunities, feedback, receivables, projects.
//!
//! Their rows keep where they stand, since evidence points there. Each names its client by a text; [`Keys`] collects
//! those, and once clients are told apart every row gets the position of its client.

use std::collections::HashMap;

use super::rows::Row;
use crate::diagnostic::Origin;
use crate::money::Money;
use crate::period::Day;
use crate::schema::birthday::Birthday;
use crate::store::sheet::Sheet;

/// Parts the name of what stands twice from the rest of its row.
pub(super) const REST: char = '\u{1f}';

/// Where a row stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct At {
    /// Its sheet, as [`Relations::origin`] numbers them.
    pub sheet: u32,
    /// Its number, from 1.
    pub row: u64,
}

/// A row of one of these tables.
pub trait Dated {
    /// Position of its client in [`super::super::Loaded::clients`].
    fn client(&self) -> u32;
    /// Gives it another client.
    fn set_client(&mut self, client: u32);
    /// Where it stands.
    fn at(&self) -> At;
    /// The day from which it is known; `None` where it has none.
    fn known_from(&self) -> Option<Day>;
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident known from $date:expr; { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            /// Position of its client.
            pub client: u32,
            /// Where it stands.
            pub at: At,
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl Dated for $name {
            fn client(&self) -> u32 {
                self.client
            }
            fn set_client(&mut self, client: u32) {
                self.client = client;
            }
            fn at(&self) -> At {
                self.at
            }
            fn known_from(&self) -> Option<Day> {
                let date: fn(&Self) -> Option<Day> = $date;
                date(self)
            }
        }
    )*};
}

rows! {
    /// A person at a client.
    Contact known from |row| row.since; {
        /// Name.
        name: String,
        /// Title.
        title: Option<String>,
        /// Part in decisions.
        role: Option<String>,
        /// Whether it is a key person, as written.
        key: Option<String>,
        /// There since.
        since: Option<Day>,
        /// Left on.
        left: Option<Day>,
        /// Birthday.
        birthday: Option<Birthday>,
        /// Phone number.
        phone: Option<String>,
        /// Mail address.
        email: Option<String>,
    }
    /// A visit, call, mail, chat or meeting.
    Interaction known from |row| Some(row.date); {
        /// Its day.
        date: Day,
        /// Kind as written.
        kind: Option<String>,
        /// Who of us.
        owner: Option<String>,
        /// Who of them.
        contact: Option<String>,
        /// Hours until the reply.
        reply_hours: Option<f64>,
        /// What was said.
        note: Option<String>,
    }
    /// A contract.
    Contract known from |row| row.signed.or(row.start); {
        /// Its id.
        contract_id: Option<String>,
        /// Its name.
        name: Option<String>,
        /// Signed on.
        signed: Option<Day>,
        /// First day.
        start: Option<Day>,
        /// Last day.
        end: Day,
        /// Its amount.
        amount: Option<Money>,
        /// Business line.
        business_line: Option<String>,
        /// Account manager.
        owner: Option<String>,
    }
    /// A deal in the pipeline.
    Opportunity known from |row| row.created; {
        /// Its name.
        name: String,
        /// Stage as written.
        stage: Option<String>,
        /// Its amount.
        amount: Option<Money>,
        /// Chance to win it, 0–1.
        probability: Option<f64>,
        /// Day on which it is expected to close.
        expected_close: Option<Day>,
        /// Account manager.
        owner: Option<String>,
        /// Competitor named.
        competitor: Option<String>,
        /// Created on.
        created: Option<Day>,
        /// Kind as written.
        kind: Option<String>,
    }
    /// A complaint, question, suggestion or answer to a survey.
    Feedback known from |row| Some(row.opened); {
        /// Opened on.
        opened: Day,
        /// Kind as written.
        kind: Option<String>,
        /// Severity as written.
        severity: Option<String>,
        /// Category as written.
        category: Option<String>,
        /// Satisfaction, 1–5.
        csat: Option<f64>,
        /// Recommendation, 0–10.
        nps: Option<f64>,
        /// Answered on.
        responded: Option<Day>,
        /// Resolved on.
        resolved: Option<Day>,
        /// Called back on.
        called_back: Option<Day>,
        /// Status as written.
        status: Option<String>,
        /// Who deals with it.
        owner: Option<String>,
        /// What was said.
        note: Option<String>,
    }
    /// An invoice and what is still to be paid of it.
    Receivable known from |row| row.issued.or(Some(row.due)); {
        /// Its number.
        invoice: Option<String>,
        /// Issued on.
        issued: Option<Day>,
        /// Due on.
        due: Day,
        /// Paid on.
        paid: Option<Day>,
        /// Its amount.
        amount: Option<Money>,
        /// What was received.
        received: Option<Money>,
        /// What is still to be paid.
        outstanding: Option<Money>,
    }
    /// A milestone of a project.
    Project known from |row| Some(row.due); {
        /// Name of the project.
        name: String,
        /// Name of the milestone.
        milestone: Option<String>,
        /// Due on.
        due: Day,
        /// Done on.
        done: Option<Day>,
        /// Status as written.
        status: Option<String>,
        /// Who is responsible.
        owner: Option<String>,
    }
}

/// The tables that speak of clients, each sorted by client, the day from which a row is known, and its place.
#[derive(Clone, Debug, Default)]
pub struct Relations {
    /// People.
    pub contacts: Vec<Contact>,
    /// Visits, calls, mails, meetings.
    pub interactions: Vec<Interaction>,
    /// Contracts.
    pub contracts: Vec<Contract>,
    /// Deals.
    pub opportunities: Vec<Opportunity>,
    /// Complaints, questions, surveys.
    pub feedback: Vec<Feedback>,
    /// Invoices.
    pub receivables: Vec<Receivable>,
    /// Milestones.
    pub projects: Vec<Project>,
    /// The sheets that rows stand in, by number.
    pub sheets: Vec<Origin>,
}

/// The texts by which these tables name clients.
#[derive(Debug, Default)]
pub(in crate::store) struct Keys {
    by_key: HashMap<String, u32>,
    /// Each of them once.
    pub list: Vec<Key>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Key {
    /// Id, or name in place of it.
    pub id: String,
    /// The name beside the id: the first by bytes.
    pub name: Option<String>,
    /// A table that names it: the first by bytes.
    pub table: &'static str,
    /// Whether a deal names it: who does not buy yet is a prospect.
    pub in_deals: bool,
}

impl Keys {
    fn number(&mut self, row: &mut Row, table: &'static str) -> Option<u32> {
        let (key, name) = match (row.text("client"), row.text("client_name")) {
            (Some(key), name) => (key, name),
            (None, name) => (name?, None),
        };
        if let Some(at) = self.by_key.get(&key) {
            let known = &mut self.list[*at as usize];
            if name.is_some() && (known.name.is_none() || name < known.name) {
                known.name = name;
            }
            known.table = known.table.min(table);
            known.in_deals |= table == "opportunities";
            return Some(*at);
        }
        let at = self.list.len() as u32;
        self.by_key.insert(key.clone(), at);
        self.list.push(Key { id: key, name, table, in_deals: table == "opportunities" });
        Some(at)
    }
}

impl Relations {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.contacts.is_empty()
            && self.interactions.is_empty()
            && self.contracts.is_empty()
            && self.opportunities.is_empty()
            && self.feedback.is_empty()
            && self.receivables.is_empty()
            && self.projects.is_empty()
    }

    /// File, sheet and row of a place.
    #[must_use]
    pub fn origin(&self, at: At) -> Origin {
        let sheet = self.sheets.get(at.sheet as usize).cloned().unwrap_or_default();
        Origin { row: Some(at.row), ..sheet }
    }

    /// The number of a sheet.
    pub(super) fn sheet(&mut self, sheet: &Sheet) -> u32 {
        self.sheets.push(sheet.origin.clone());
        self.sheets.len() as u32 - 1
    }

    /// Adds a row to its table, and returns what must not stand there twice.
    pub(super) fn take(
        &mut self,
        table: &'static str,
        row: &mut Row,
        at: At,
        keys: &mut Keys,
    ) -> Option<String> {
        let client = keys.number(row, table)?;
        match table {
            "contacts" => self.contacts.push(Contact {
                client,
                at,
                name: row.text("name")?,
                title: row.text("title"),
                role: row.text("role"),
                key: row.text("key"),
                since: row.day("since"),
                left: row.day("left"),
                birthday: row.birthday,
                phone: row.text("phone"),
                email: row.text("email"),
            }),
            "interactions" => self.interactions.push(Interaction {
                client,
                at,
                date: row.day("date")?,
                kind: row.text("kind"),
                owner: row.text("owner"),
                contact: row.text("contact"),
                reply_hours: row.number("reply_hours"),
                note: row.text("note"),
            }),
            "contracts" => self.contracts.push(Contract {
                client,
                at,
                contract_id: row.text("contract_id"),
                name: row.text("name"),
                signed: row.day("signed"),
                start: row.day("start"),
                end: row.day("end")?,
                amount: row.money("amount"),
                business_line: row.text("business_line"),
                owner: row.text("owner"),
            }),
            "opportunities" => self.opportunities.push(Opportunity {
                client,
                at,
                name: row.text("name")?,
                stage: row.text("stage"),
                amount: row.money("amount"),
                probability: row.number("probability"),
                expected_close: row.day("expected_close"),
                owner: row.text("owner"),
                competitor: row.text("competitor"),
                created: row.day("created"),
                kind: row.text("kind"),
            }),
            "feedback" => self.feedback.push(Feedback {
                client,
                at,
                opened: row.day("opened")?,
                kind: row.text("kind"),
                severity: row.text("severity"),
                category: row.text("category"),
                csat: row.number("csat"),
                nps: row.number("nps"),
                responded: row.day("responded"),
                resolved: row.day("resolved"),
                called_back: row.day("called_back"),
                status: row.text("status"),
                owner: row.text("owner"),
                note: row.text("note"),
            }),
            "receivables" => {
                let receivable = Receivable {
                    client,
                    at,
                    invoice: row.text("invoice"),
                    issued: row.day("issued"),
                    due: row.day("due")?,
                    paid: row.day("paid"),
                    amount: row.money("amount"),
                    received: row.money("received"),
                    outstanding: row.money("outstanding"),
                };
                // Instalments share the number of their invoice; the same row twice is one invoice in two exports.
                let whole = Receivable { at: At::default(), ..receivable.clone() };
                let key = receivable.invoice.as_ref().map(|id| format!("{id}{REST}{whole:?}"));
                self.receivables.push(receivable);
                return key;
            }
            _ => self.projects.push(Project {
                client,
                at,
                name: row.text("name")?,
                milestone: row.text("milestone"),
                due: row.day("due")?,
                done: row.day("done"),
                status: row.text("status"),
                owner: row.text("owner"),
            }),
        }
        None
    }

    /// Takes back the row that was added last, because it stands there already; only invoices must not stand twice.
    pub(super) fn drop_last(&mut self, table: &str) -> bool {
        table == "receivables" && self.receivables.pop().is_some()
    }

    /// Decides once per sheet what no single row can tell: whether bare chances are percentages.
    pub(super) fn settle(&mut self) {
        let above = |row: &&Opportunity| row.probability.is_some_and(|chance| chance > 1.0);
        let mut sheets: Vec<u32> =
            self.opportunities.iter().filter(above).map(|row| row.at.sheet).collect();
        sheets.dedup();
        for row in &mut self.opportunities {
            if sheets.contains(&row.at.sheet) {
                row.probability = row.probability.map(|chance| chance / 100.0);
            }
            row.probability = row.probability.filter(|chance| (0.0..=1.0).contains(chance));
        }
    }

    /// Gives every row its client: `to` holds the position for each key.
    pub(in crate::store) fn assign(&mut self, to: &[u32]) {
        fn table<R: Dated>(rows: &mut [R], to: &[u32]) {
            for row in rows.iter_mut() {
                row.set_client(to[row.client() as usize]);
            }
            rows.sort_by_key(|row| (row.client(), row.known_from(), row.at()));
        }
        table(&mut self.contacts, to);
        table(&mut self.interactions, to);
        table(&mut self.contracts, to);
        table(&mut self.opportunities, to);
        table(&mut self.feedback, to);
        table(&mut self.receivables, to);
        table(&mut self.projects, to);
    }
}
