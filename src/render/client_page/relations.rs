//! What the tables beside the transactions say of a client.

use crate::client_page::{
    ClientPage, ContactRow, ContractRow, DealRow, FeedbackRow, InteractionRow, InvoiceRow,
    MilestoneRow,
};
use crate::diagnostic::Origin;
use crate::locale::{Lang, grouped, percent, whole_money};
use crate::render::sentence;
use crate::render::table::Align;
use crate::review::MentionRow;

use super::sections::{section, titled};
use super::words::{UNKNOWN, amount, known, place, table, text};
use super::{Part, Section};

const LEFT: Align = Align::Left;
const RIGHT: Align = Align::Right;

pub(super) fn sections(page: &ClientPage, lang: Lang) -> Vec<Option<Section>> {
    let list = |key: &str, columns: &[(&str, Align)], rows: Vec<Vec<String>>| {
        let parts = if rows.is_empty() {
            Vec::new()
        } else {
            let short = rows.iter().map(|row| row[..row.len() - 1].to_vec()).collect();
            let short = table(lang, &columns[..columns.len() - 1], short);
            vec![Part::Placed(table(lang, columns, rows), short)]
        };
        section(titled(lang, key), parts)
    };
    // Notes are too long for the cell of a table.
    let noted = |key: &str, lines: Vec<String>| {
        let parts = if lines.is_empty() { Vec::new() } else { vec![Part::List(lines)] };
        section(titled(lang, key), parts)
    };
    vec![
        noted("feedback", feedback(page, lang)),
        list(
            "invoices",
            &[
                ("invoice", LEFT),
                ("due", LEFT),
                ("days_overdue", RIGHT),
                ("outstanding", RIGHT),
                ("amount", RIGHT),
                ("place", LEFT),
            ],
            invoices(page, lang),
        ),
        list(
            "contracts",
            &[
                ("contract", LEFT),
                ("business_line", LEFT),
                ("start", LEFT),
                ("end", LEFT),
                ("days_left", RIGHT),
                ("amount", RIGHT),
                ("place", LEFT),
            ],
            contracts(page, lang),
        ),
        list(
            "deals",
            &[
                ("deal", LEFT),
                ("stage", LEFT),
                ("amount", RIGHT),
                ("probability", RIGHT),
                ("expected_close", LEFT),
                ("competitor", LEFT),
                ("place", LEFT),
            ],
            deals(page, lang),
        ),
        list(
            "milestones",
            &[
                ("project", LEFT),
                ("milestone", LEFT),
                ("due", LEFT),
                ("days_late", RIGHT),
                ("owner", LEFT),
                ("place", LEFT),
            ],
            milestones(page, lang),
        ),
        noted("mentions", mentions(page, lang)),
        noted("interactions", interactions(page, lang)),
        list(
            "contacts",
            &[
                ("name", LEFT),
                ("title", LEFT),
                ("role", LEFT),
                ("key", LEFT),
                ("left", LEFT),
                ("phone", LEFT),
                ("email", LEFT),
                ("birthday", LEFT),
                ("place", LEFT),
            ],
            contacts(page, lang),
        ),
    ]
}

/// A note with what is known of it before, and where it stands behind.
fn note(lang: Lang, about: &[String], note: Option<&String>, origin: Option<&Origin>) -> String {
    let known: Vec<String> = about.iter().filter(|text| !text.is_empty()).cloned().collect();
    let about = known.join(&lang.text("location.list"));
    let said = match note {
        Some(note) => lang.fill("show.note", &[("about", about), ("note", note.clone())]),
        None => about,
    };
    match origin {
        Some(origin) => {
            let values = [("sentence", said), ("place", place(lang, origin))];
            lang.fill("location.behind", &values)
        }
        None => said,
    }
}

fn feedback(page: &ClientPage, lang: Lang) -> Vec<String> {
    let line = |row: &FeedbackRow| {
        let key = if row.overdue { "show.days_overdue" } else { "show.days_open" };
        let about = [
            row.opened.to_string(),
            text(row.kind.as_ref()),
            lang.fill(
                "show.severity",
                &[("level", lang.text(&format!("level.{}", row.severity.code())))],
            ),
            lang.fill(key, &[("days", grouped(row.days.into()))]),
            text(row.owner.as_ref()),
        ];
        note(lang, &about, row.note.as_ref(), Some(&row.origin))
    };
    page.relations.feedback.iter().map(line).collect()
}

fn mentions(page: &ClientPage, lang: Lang) -> Vec<String> {
    let line = |row: &MentionRow| {
        let about = lang.text(&format!("show.set.{}", row.set));
        let about = sentence::capitalised(lang, &about);
        note(lang, &[about], Some(&row.excerpt), row.origin.as_ref())
    };
    page.mentions.iter().map(line).collect()
}

fn interactions(page: &ClientPage, lang: Lang) -> Vec<String> {
    let line = |row: &InteractionRow| {
        let about = [
            row.date.to_string(),
            text(row.kind.as_ref()),
            text(row.owner.as_ref()),
            text(row.contact.as_ref()),
        ];
        note(lang, &about, row.note.as_ref(), None)
    };
    page.relations.interactions.iter().map(line).collect()
}

fn invoices(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &InvoiceRow| {
        vec![
            text(row.invoice.as_ref()),
            row.due.to_string(),
            grouped(row.days_overdue.into()),
            whole_money(row.outstanding),
            amount(row.amount),
            place(lang, &row.origin),
        ]
    };
    page.relations.invoices.iter().map(row).collect()
}

/// Contracts that run; where none does, the one that ended last.
fn contracts(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let all = &page.relations.contracts;
    let running = all.iter().take_while(|row| row.days_left >= 0).count();
    let row = |row: &ContractRow| {
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
    all.iter().take(running.max(1)).map(row).collect()
}

fn deals(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &DealRow| {
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
    let row = |row: &MilestoneRow| {
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

fn contacts(page: &ClientPage, lang: Lang) -> Vec<Vec<String>> {
    let row = |row: &ContactRow| {
        vec![
            row.name.clone(),
            text(row.title.as_ref()),
            text(row.role.as_ref()),
            if row.key { lang.text("show.yes") } else { String::new() },
            row.left.map(|day| day.to_string()).unwrap_or_default(),
            text(row.phone.as_ref()),
            text(row.email.as_ref()),
            text(row.birthday.as_ref()),
            place(lang, &row.origin),
        ]
    };
    page.relations.contacts.iter().map(row).collect()
}
