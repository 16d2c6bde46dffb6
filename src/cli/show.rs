//! `kam show`: the page of one client.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use crate::client_page::{self, ClientPage, Extract, HistoryRow};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Error;
use crate::history::{Kept, Shelf};
use crate::locale::Lang;
use crate::period::Day;
use crate::render::client_page as render;
use crate::review::{Context, Review};
use crate::source::Input;
use crate::store::{ClientRows, Loaded};

use super::analysis::{self, Reading};
use super::args::{Show as Arguments, ShowFormat};
use super::ui::Ui;
use super::{Outcome, env, files, review};

pub(super) fn run(arguments: &Arguments, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let started = env::now();
    let formats: Vec<ShowFormat> =
        arguments.output.iter().map(|path| format_of(path)).collect::<Result<_, Error>>()?;
    let mut loaded = Loaded::default();
    let mut rows = ClientRows::default();
    let reading = Reading { client: Some((&arguments.client, &mut rows)), ..Reading::default() };
    let (settings, inputs, context) =
        analysis::load_into(&mut loaded, &arguments.analysis, reading, ui)?;
    check(&arguments.output, &inputs)?;
    let extract = Extract::of(&loaded, rows);
    let context = Context { portfolio: true, ..context };
    let (review, earlier) = analysis::reviewed(loaded, &arguments.analysis, &settings, context)?;
    let earlier: Vec<Input> = earlier.iter().map(|earlier| Input::file(&earlier.file)).collect();
    check(&arguments.output, &earlier)?;
    let diagnostics = analysis::told(&review);
    // The process ends with the command: freeing a review of many clients would only take time.
    let review: ManuallyDrop<Review> = ManuallyDrop::new(review);
    let page = extract.and_then(|extract| client_page::page(extract, &review, context.threads));
    let mut page = page.ok_or_else(|| {
        let error = Diagnostic::error("internal", Origin::default());
        Error::from(error.with("reason", "the client is not in its review"))
    })?;
    let start = settings.loaded.config.fiscal_year_start;
    let shelf = settings.workspace.as_deref().map(Shelf::of);
    let kept = shelf.map_or_else(|| Ok(Vec::new()), |shelf| shelf.kept(start))?;
    page.history = past(kept, &page.profile.client_id, review.as_of)?;
    ui.answer(&answer(&page, arguments.format, ui.lang, ui.width())?)?;
    ui.diagnostics(&diagnostics);
    let mut ready = Vec::new();
    for (path, format) in arguments.output.iter().zip(formats).filter(|_| !arguments.dry_run) {
        let bytes = answer(&page, format, ui.lang, None)?;
        ready.push(files::prepare(path, |out| Ok(out.write_all(&bytes)?))?);
    }
    let paths = arguments.output.iter().map(PathBuf::as_path);
    review::put(ready, paths, arguments.dry_run, ui)?;
    let (errors, warnings) = review::counts(&diagnostics);
    let seconds = started.elapsed().as_secs_f64();
    let clients = review.totals.clients;
    ui.say(&render::verdict(clients, ui.lang, seconds, errors, warnings));
    Ok(Outcome::Done)
}

/// What saved reviews up to a day say of a client, the oldest first.
fn past(kept: Vec<Kept>, client: &str, until: Day) -> Result<Vec<HistoryRow>, Error> {
    let mut rows = Vec::new();
    for kept in kept.into_iter().filter(|kept| kept.as_of.is_none_or(|day| day <= until)) {
        let saved = kept.place.open()?;
        let found = saved.clients.into_iter().find(|it| it.client_id == client);
        rows.extend(found.map(|found| HistoryRow {
            period: saved.period,
            as_of: saved.as_of,
            score: found.score,
            tier: found.tier,
            rank: found.rank,
        }));
    }
    Ok(rows)
}

fn check(outputs: &[PathBuf], inputs: &[Input]) -> Result<(), Error> {
    // Nothing that people type into is written here, so an older page is replaced.
    outputs.iter().try_for_each(|path| files::check(path, inputs, true))
}

fn answer(
    page: &ClientPage,
    format: ShowFormat,
    lang: Lang,
    width: Option<usize>,
) -> anyhow::Result<Vec<u8>> {
    Ok(match format {
        ShowFormat::Table => render::table(page, lang, width).into_bytes(),
        ShowFormat::Json => render::json(page)?,
        ShowFormat::Markdown => render::markdown(page, lang).into_bytes(),
    })
}

fn format_of(path: &Path) -> Result<ShowFormat, Error> {
    match path.extension().map(|extension| extension.to_string_lossy().to_lowercase()).as_deref() {
        Some("json") => Ok(ShowFormat::Json),
        Some("md") => Ok(ShowFormat::Markdown),
        Some("txt") => Ok(ShowFormat::Table),
        _ => {
            let known = [".json", ".md", ".txt"].map(ToOwned::to_owned).to_vec();
            let origin = Origin::file(path.display().to_string());
            Err(Diagnostic::error("output-format", origin).with("known", known).into())
        }
    }
}
