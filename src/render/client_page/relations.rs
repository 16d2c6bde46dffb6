//! What the tables beside the transactions say of a client.

use crate::client_page::ClientPage;
use crate::locale::{Lang, grouped, percent};
use crate::render::table::Align;

use super::sections::{section, titled};
use super::words::{UNKNOWN, amount, known, place, table, text, whole};
use super::{Part, Section};

const LEFT: Align = Align::Left;
const RIGHT: Align = Align::Right;

pub(super) fn sections(page: &ClientPage, lang: Lang) -> Vec<Option<Section>> {
    let list = |key: &str, columns: &[(&str, Align)], rows: Vec<Vec<String>>| {
        let parts = if rows.is_empty() {
            Vec::new()
        } else {
            vec![Part::Table(table(lang, columns, rows))]
        };
        section(titled(lang, key), parts)
    };
    vec![
        list(
            "feedback",
            &[("opened", LEFT), ("severity", LEFT), ("kind", LEFT), ("days_open", RIGHT),
                ("overdue", LEFT), ("owner", LEFT), ("note", LEFT), ("place", LEFT)],
            feedback(page, lang),
        ),
        list(
            "invoices",
            &[("invoice", LEFT), ("due", LEFT), ("days_overdue", RIGHT), ("outstanding", RIGHT),
                ("amount", RIGHT), ("place", LEFT)],
            invoices(page, lang),
        ),
        list(
            "contracts",
            &[("contract", LEFT), ("business_line", LEFT), ("start", LEFT), ("end", LEFT),
                ("days_left", RIGHT), ("amount", RIGHT), ("place", LEFT)],
            contracts(page, lang),
        ),
        list(
            "deals",
            &[("deal", LEFT), ("stage", LEFT), ("amount", RIGHT), ("probability", RIGHT),
                ("expected_close", LEFT), ("competitor", LEFT), ("place", LEFT)],
            deals(page, lang),
        ),
        list(
            "milestones",
            &[("project", LEFT), ("milestone", LEFT), ("due", LEFT), ("days_late", RIGHT),
                ("owner", LEFT), ("place", LEFT)],
            milestones(page, lang),
        ),
        list(
            "mentions",
            &[("set", LEFT), ("note", LEFT), ("place", LEFT)],
            mentions(page, lang),
        ),
        list(
            "interactions",
            &[("date", LEFT), ("kind", LEFT), ("owner", LEFT), ("contact", LEFT), ("note", LEFT)],
            interactions(page),
        ),
        list(
            "contacts",
            &[("name", LEFT), ("title", LEFT), ("role", LEFT), ("key", LEFT), ("left", LEFT),
                ("phone", LEFT), ("email", LEFT), ("birthday", LEFT)],
            contacts(page, lang),
        ),
    ]
}

fn feedback(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &crate::client_page::FeedbackRow| {
        vec![
            row.opened.to_string(),
            lang.text(&format!("level.{}", row.severity.code())),
            text(row.kind.as_ref()),
            grouped(row.days.into()),
            lang.text(if row.overdue { "show.yes" } else { "show.no" }),
            text(row.owner.as_ref()),
            text(row.note.as_ref()),
            place(lang, &row.origin),
        ]
    };
    page.relations.feedback.iter().map(row).collect()
}

fn invoices(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &crate::client_page::InvoiceRow| {
        vec![
            text(row.invoice.as_ref()),
            row.due.to_string(),
            grouped(row.days_overdue.into()),
            whole(row.outstanding),
            amount(row.amount),
            place(lang, &row.origin),
        ]
    };
    page.relations.invoices.iter().map(row).collect()
}

fn contracts(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &crate::client_page::ContractRow| {
        vec![
            text(row.name.as_ref().or(row.contract_id.as_ref())),
            text(row.business_line.as_ref()),
            row.start.map(|day| day.to_string()).unwrap_or_default(),
            row.end.to_string(),
            grouped(row.days_left.into()),
            amount(row.amount),
            place(lang, &row.origin),
        ]
    };
    page.relations.contracts.iter().map(row).collect()
}

fn deals(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &crate::client_page::DealRow| {
        vec![
            row.name.clone(),
            text(row.stage.as_ref()),
            amount(row.amount),
            row.probability.map_or_else(|| UNKNOWN.to_owned(), |chance| percent(chance, 0)),
            known(row.expected_close),
            text(row.competitor.as_ref()),
            place(lang, &row.origin),
        ]
    };
    page.relations.deals.iter().map(row).collect()
}

fn milestones(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &crate::client_page::MilestoneRow| {
        vec![
            row.project.clone(),
            text(row.milestone.as_ref()),
            row.due.to_string(),
            grouped(row.days_late.into()),
            text(row.owner.as_ref()),
            place(lang, &row.origin),
        ]
    };
    page.relations.milestones.iter().map(row).collect()
}

fn mentions(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &crate::review::MentionRow| {
        vec![
            lang.text(&format!("show.set.{}", row.set)),
            row.excerpt.clone(),
            row.origin.as_ref().map(|origin| place(lang, origin)).unwrap_or_default(),
        ]
    };
    page.mentions.iter().map(row).collect()
}

fn interactions(page: &ClientPage) -> Vec<Vec<String>> {
    let row = |row: &crate::client_page::InteractionRow| {
        vec![
            row.date.to_string(),
            text(row.kind.as_ref()),
            text(row.owner.as_ref()),
            text(row.contact.as_ref()),
            text(row.note.as_ref()),
        ]
    };
    page.relations.interactions.iter().map(row).collect()
}

fn contacts(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &crate::client_page::ContactRow| {
        vec![
            row.name.clone(),
            text(row.title.as_ref()),
            text(row.role.as_ref()),
            if row.key { lang.text("show.yes") } else { String::new() },
            row.left.map(|day| day.to_string()).unwrap_or_default(),
            text(row.phone.as_ref()),
            text(row.email.as_ref()),
            text(row.birthday.as_ref()),
        ]
    };
    page.relations.contacts.iter().map(row).collect()
}
