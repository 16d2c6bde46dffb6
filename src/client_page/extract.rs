//! What a page takes from the tables before the review uses them up.

use crate::features::{DealOutcome, Urgency, Vocabulary, outstanding};
use crate::ledger::OrderRow;
use crate::money::Money;
use crate::period::{Day, Window};
use crate::review::{Month, Review};
use crate::store::{self, ClientFile, ClientRows, Dated, Loaded, SaleRow};

use super::decisions::Places;
use super::rows::{
    ContactRow, ContractRow, DealRow, FeedbackRow, InteractionRow, InvoiceRow, MilestoneRow,
    OrderLine, Relations,
};

/// Interactions that a page shows, the newest.
const INTERACTIONS: usize = 5;

/// The rows of one client.
#[derive(Clone, Debug)]
pub struct Extract {
    pub(super) file: ClientFile,
    sales: Vec<SaleRow>,
    orders: Vec<OrderRow>,
    relations: store::Relations,
    pub(super) decided: Places,
}

impl Extract {
    /// Takes the rows of a client out of all that was read; `None` where there is no such client.
    #[must_use]
    pub fn of(loaded: &Loaded, found: ClientRows) -> Option<Self> {
        fn own<R: Dated + Clone>(rows: &[R], client: usize) -> Vec<R> {
            rows.iter().filter(|row| row.client() as usize == client).cloned().collect()
        }
        let client = found.client;
        let rows = &loaded.relations;
        let orders = loaded.ledger.orders.iter().filter(|row| row.client as usize == client);
        Some(Self {
            file: ClientFile::clone(loaded.clients.get(client)?),
            sales: found.rows,
            decided: Places::of(&loaded.decided, client),
            orders: orders.copied().collect(),
            relations: store::Relations {
                contacts: own(&rows.contacts, client),
                interactions: own(&rows.interactions, client),
                contracts: own(&rows.contracts, client),
                opportunities: own(&rows.opportunities, client),
                feedback: own(&rows.feedback, client),
                receivables: own(&rows.receivables, client),
                projects: own(&rows.projects, client),
                sheets: rows.sheets.clone(),
            },
        })
    }

    pub(super) fn orders(&self) -> Vec<OrderLine> {
        let line = |row: &SaleRow| OrderLine {
            date: row.date,
            amount: row.amount,
            order_id: row.order_id.clone(),
            business_line: row.business_line.clone(),
            origin: row.origin.clone(),
        };
        self.sales.iter().map(line).collect()
    }

    /// Net sales in the months of the review.
    pub(super) fn monthly(&self, review: &Review) -> Vec<Month> {
        let sum = |month: &Month| {
            let window = Window { from: month.from, to: month.to };
            let inside = self.orders.iter().filter(|row| window.contains(row.date));
            let net_sales: Money =
                inside.map(|row| row.positive + row.negative - row.returned).sum();
            Month { net_sales, ..*month }
        };
        review.monthly.iter().map(sum).collect()
    }

    /// What the tables beside the transactions say at the as-of date; what is settled is left out.
    pub(super) fn relations(&self, review: &Review) -> Relations {
        let words = Vocabulary::new(&review.config);
        let at = At { rows: &self.relations, as_of: review.as_of, words: &words };
        Relations {
            contacts: at.contacts(),
            interactions: at.interactions(),
            contracts: at.contracts(),
            deals: at.deals(),
            feedback: at.feedback(review),
            invoices: at.invoices(),
            milestones: at.milestones(),
        }
    }
}

/// The rows at a day.
struct At<'a> {
    rows: &'a store::Relations,
    as_of: Day,
    words: &'a Vocabulary,
}

impl At<'_> {
    fn counts<R: Dated>(&self, row: &R) -> bool {
        row.known_from().is_none_or(|day| day <= self.as_of)
    }

    /// Those who are there first, key people before others.
    fn contacts(&self) -> Vec<ContactRow> {
        let known = self.rows.contacts.iter().filter(|row| self.counts(*row));
        let mut contacts: Vec<ContactRow> = known
            .map(|row| ContactRow {
                name: row.name.clone(),
                title: row.title.clone(),
                role: row.role.clone(),
                key: self.words.is_key(row),
                since: row.since,
                left: row.left.filter(|day| *day <= self.as_of),
                birthday: row.birthday.map(|birthday| birthday.to_string()),
                phone: row.phone.clone(),
                email: row.email.clone(),
                origin: self.rows.origin(row.at),
            })
            .collect();
        contacts.sort_by_key(|row| (row.left.is_some(), !row.key));
        contacts
    }

    /// The newest first.
    fn interactions(&self) -> Vec<InteractionRow> {
        let known = self.rows.interactions.iter().filter(|row| self.counts(*row));
        let newest = known.rev().take(INTERACTIONS);
        newest
            .map(|row| InteractionRow {
                date: row.date,
                kind: row.kind.clone(),
                owner: row.owner.clone(),
                contact: row.contact.clone(),
                note: row.note.clone(),
                origin: self.rows.origin(row.at),
            })
            .collect()
    }

    /// The one that ends last first.
    fn contracts(&self) -> Vec<ContractRow> {
        let known = self.rows.contracts.iter().filter(|row| self.counts(*row));
        let mut contracts: Vec<ContractRow> = known
            .map(|row| ContractRow {
                contract_id: row.contract_id.clone(),
                name: row.name.clone(),
                start: row.start,
                end: row.end,
                days_left: row.end.days_since(self.as_of),
                amount: row.amount,
                business_line: row.business_line.clone(),
                origin: self.rows.origin(row.at),
            })
            .collect();
        contracts.sort_by_key(|row| std::cmp::Reverse(row.end));
        contracts
    }

    /// Open deals, those that close first first.
    fn deals(&self) -> Vec<DealRow> {
        let open = self.rows.opportunities.iter().filter(|row| {
            let outcome = self.words.outcome(row.stage.as_deref());
            self.counts(*row) && outcome == DealOutcome::Open
        });
        let mut deals: Vec<DealRow> = open
            .map(|row| DealRow {
                name: row.name.clone(),
                stage: row.stage.clone(),
                amount: row.amount,
                probability: row.probability,
                expected_close: row.expected_close,
                competitor: row.competitor.clone(),
                origin: self.rows.origin(row.at),
            })
            .collect();
        deals.sort_by_key(|row| (row.expected_close.is_none(), row.expected_close));
        deals
    }

    /// Feedback that waits for an answer, the most severe first.
    fn feedback(&self, review: &Review) -> Vec<FeedbackRow> {
        let promise = review.config.relations.promise_days;
        let open = self.rows.feedback.iter().filter(|row| {
            let done = self.words.is_done(row.resolved, row.status.as_deref(), self.as_of);
            self.counts(*row) && !self.words.is_survey(row) && !done
        });
        let mut feedback: Vec<FeedbackRow> = open
            .map(|row| {
                let severity = self.words.urgency(row);
                let days = self.as_of.days_since(row.opened);
                let promised = match severity {
                    Urgency::High => promise.high,
                    Urgency::Medium => promise.medium,
                    Urgency::Low => promise.low,
                };
                FeedbackRow {
                    opened: row.opened,
                    kind: row.kind.clone(),
                    severity,
                    days,
                    overdue: f64::from(days) > promised,
                    owner: row.owner.clone(),
                    note: row.note.clone(),
                    origin: self.rows.origin(row.at),
                }
            })
            .collect();
        feedback.sort_by_key(|row| (row.severity, row.opened));
        feedback
    }

    /// Invoices of which something is to be paid, the oldest first.
    fn invoices(&self) -> Vec<InvoiceRow> {
        let known = self.rows.receivables.iter().filter(|row| {
            // An amount in a currency without a rate is not known.
            self.counts(*row) && row.amount.or(row.outstanding).is_some()
        });
        let mut invoices: Vec<InvoiceRow> = known
            .map(|row| InvoiceRow {
                invoice: row.invoice.clone(),
                issued: row.issued,
                due: row.due,
                days_overdue: self.as_of.days_since(row.due).max(0),
                amount: row.amount,
                outstanding: outstanding(row, self.as_of),
                origin: self.rows.origin(row.at),
            })
            .filter(|row| row.outstanding > Money::ZERO)
            .collect();
        invoices.sort_by_key(|row| row.due);
        invoices
    }

    /// Milestones that are not done. Those of which the plan says when they are due may lie ahead.
    fn milestones(&self) -> Vec<MilestoneRow> {
        let open = self
            .rows
            .projects
            .iter()
            .filter(|row| !self.words.is_done(row.done, row.status.as_deref(), self.as_of));
        let mut milestones: Vec<MilestoneRow> = open
            .map(|row| MilestoneRow {
                project: row.name.clone(),
                milestone: row.milestone.clone(),
                due: row.due,
                days_late: self.as_of.days_since(row.due).max(0),
                owner: row.owner.clone(),
                origin: self.rows.origin(row.at),
            })
            .collect();
        milestones.sort_by_key(|row| row.due);
        milestones
    }
}
