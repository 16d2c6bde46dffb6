//! The score of one client, added up before the reader's eyes.

use anyhow::Result;

use super::method::{headings, measured, section};
use super::style::Kind;
use super::{Book, Pen};
use crate::score::Model;

pub(super) fn write(book: &Book, pen: &mut Pen, row: &mut u32) -> Result<()> {
    let review = book.review;
    let Some((client, score)) = review
        .clients
        .iter()
        .filter(|client| client.segment.is_none())
        .find_map(|client| client.score.map(|score| (client, score)))
    else {
        return Ok(());
    };
    section(book, pen, row, "example")?;
    let who = [("client", client.name.clone()), ("id", client.client_id.clone())];
    pen.merged(*row, (0, 4), &book.f("method.example_of", &who), &book.style.long_note)?;
    *row += 1;
    headings(book, pen, row, &["metric", "value", "points", "weight", "adds"])?;
    let settings = &review.config.score;
    let model = Model::of(settings);
    for (metric, weight) in &review.weights {
        let known = model.iter().find(|known| known.code() == *metric);
        let value = known.and_then(|known| known.value(&client.features, settings));
        let points = client.points.get(metric);
        let words = match (value, points) {
            (Some(value), _) => measured(metric, value),
            (None, Some(_)) => String::new(),
            (None, None) => book.t("method.no_data"),
        };
        pen.long(*row, 0, &book.metric(metric))?;
        pen.text(*row, 1, &words)?;
        pen.known(*row, 2, points, Kind::Fine)?;
        pen.number(*row, 3, *weight, Kind::Plain)?;
        pen.known(*row, 4, client.adds.get(metric), Kind::Fine)?;
        *row += 1;
    }
    let style = book.style;
    pen.free(*row, 0, &book.t("column.score"), &style.total)?;
    for column in 1..4 {
        pen.free(*row, column, "", &style.total)?;
    }
    pen.number_as(*row, 4, score, Kind::Fine, style.total(Kind::Fine))?;
    *row += 2;
    Ok(())
}
