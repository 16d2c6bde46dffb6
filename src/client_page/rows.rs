//! Rows of a page, each with file, sheet and row.

use serde::Serialize;

use crate::diagnostic::Origin;
use crate::features::Urgency;
use crate::money::Money;
use crate::period::Day;

/// What the tables beside the transactions say of a client.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Relations {
    /// People, those who are there first.
    pub contacts: Vec<ContactRow>,
    /// The last visits, calls and mails, the newest first.
    pub interactions: Vec<InteractionRow>,
    /// Contracts, the one that ends last first.
    pub contracts: Vec<ContractRow>,
    /// Open deals.
    pub deals: Vec<DealRow>,
    /// Open feedback, the most severe first.
    pub feedback: Vec<FeedbackRow>,
    /// Invoices that are not paid in full, the oldest first.
    pub invoices: Vec<InvoiceRow>,
    /// Milestones of projects that are not done.
    pub milestones: Vec<MilestoneRow>,
}

macro_rules! rows {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
            /// File, sheet and row.
            pub origin: Origin,
        }
    )*};
}

rows! {
    /// A transaction row.
    OrderLine {
        /// Its date.
        date: Day,
        /// Its amount, in the currency of the review.
        amount: Money,
        /// The order it belongs to.
        order_id: Option<String>,
        /// Business line.
        business_line: Option<String>,
    }
    /// A person at the client.
    ContactRow {
        /// Name.
        name: String,
        /// Title.
        title: Option<String>,
        /// Part in decisions.
        role: Option<String>,
        /// Whether it is a key person.
        key: bool,
        /// There since.
        since: Option<Day>,
        /// Left on.
        left: Option<Day>,
        /// Birthday; without the year as `--04-12`.
        birthday: Option<String>,
        /// Phone number.
        phone: Option<String>,
        /// Mail address.
        email: Option<String>,
    }
    /// A visit, call, mail, chat or meeting.
    InteractionRow {
        /// Its day.
        date: Day,
        /// Kind as written.
        kind: Option<String>,
        /// Who of us.
        owner: Option<String>,
        /// Who of them.
        contact: Option<String>,
        /// What was said.
        note: Option<String>,
    }
    /// A contract.
    ContractRow {
        /// Its id.
        contract_id: Option<String>,
        /// Its name.
        name: Option<String>,
        /// First day.
        start: Option<Day>,
        /// Last day.
        end: Day,
        /// Days until then; negative when it has ended.
        days_left: i32,
        /// Its amount.
        amount: Option<Money>,
        /// Business line.
        business_line: Option<String>,
    }
    /// An open deal.
    DealRow {
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
        /// Competitor named.
        competitor: Option<String>,
    }
    /// Feedback that waits for an answer.
    FeedbackRow {
        /// Opened on.
        opened: Day,
        /// Kind as written.
        kind: Option<String>,
        /// How severe it is.
        severity: Urgency,
        /// Days since it was opened.
        days: i32,
        /// Whether that is longer than promised.
        overdue: bool,
        /// Who deals with it.
        owner: Option<String>,
        /// What was said.
        note: Option<String>,
    }
    /// An invoice that is not paid in full.
    InvoiceRow {
        /// Its number.
        invoice: Option<String>,
        /// Issued on.
        issued: Option<Day>,
        /// Due on.
        due: Day,
        /// Days since then; 0 when it is not due.
        days_overdue: i32,
        /// Its amount.
        amount: Option<Money>,
        /// What is still to be paid.
        outstanding: Money,
    }
    /// A milestone that is not done.
    MilestoneRow {
        /// Name of the project.
        project: String,
        /// Name of the milestone.
        milestone: Option<String>,
        /// Due on.
        due: Day,
        /// Days since then; 0 when it is not due.
        days_late: i32,
        /// Who is responsible.
        owner: Option<String>,
    }
}
