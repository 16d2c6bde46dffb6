//! From arguments to a review: settings in layers, inputs, the clock.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::Config;
use crate::config::load::{self, Layer};
use crate::config::rules::nearest;
use crate::diagnostic::{Diagnostic, Diagnostics, Excerpt, Fact, Group, Origin};
use crate::error::{Cause, Error, Result};
use crate::history;
use crate::locale::Lang;
use crate::period::Day;
use crate::review::{self, AsOfFrom, Context, Review};
use crate::source::secret::use_passwords;
use crate::source::{Input, Place, pattern};
use crate::store::workspace::Workspace;
use crate::store::{self, ClientRows, InputReport, Loaded, Options, Question};

use super::args::Analysis;
use super::earlier::{self, Earlier};
use super::progress::Progress;
use super::ui::Ui;
use super::{env, files, password};

/// Transaction rows that the page of a client shows.
const SALE_ROWS: usize = 10;

/// Settings found and the folder they belong to.
pub(super) struct Settings {
    pub loaded: load::Loaded,
    /// Folder of the `kam.toml` in force.
    pub workspace: Option<PathBuf>,
}

/// Puts the settings together: user config, then `kam.toml` (named, or the nearest upwards), then flags.
pub(super) fn settings(
    named: Option<&Path>,
    flags: &[(String, toml::Value, String)],
) -> Result<Settings> {
    settings_on(named, flags, true)
}

/// The same, on the frozen scale of the workspace or without it.
fn settings_on(
    named: Option<&Path>,
    flags: &[(String, toml::Value, String)],
    frozen: bool,
) -> Result<Settings> {
    let (layers, workspace) = layers(named, frozen)?;
    let loaded = load::load(&layers, flags).map_err(told_of_scale)?;
    let folder = workspace.and_then(|path| path.parent().map(Path::to_owned));
    Ok(Settings { loaded, workspace: folder })
}

/// The settings that an analysis would have with another file above the usual ones, and with further flags.
pub(super) fn changed(
    arguments: &Analysis,
    lang: Option<Lang>,
    other: Option<&Path>,
    further: &[(String, toml::Value, String)],
) -> Result<load::Loaded> {
    let (mut layers, _) = layers(arguments.config.as_deref(), !arguments.calibrate)?;
    if let Some(path) = other {
        usable(path, "--other")?;
        layers.push(layer(path)?);
    }
    let mut flags = flags(arguments, lang);
    flags.extend(further.iter().cloned());
    load::load(&layers, &flags).map_err(told_of_scale)
}

/// Problems of settings, those of a frozen scale as what they are: nobody wrote it by hand.
fn told_of_scale(mut error: Error) -> Error {
    for problem in &mut error.diagnostics {
        if Path::new(&problem.origin.file).file_name().is_some_and(|it| it == history::ANCHORS) {
            problem.code = "scale-unreadable";
        }
    }
    error
}

/// The settings files, the user's first, and that of the workspace.
fn layers(named: Option<&Path>, frozen: bool) -> Result<(Vec<Layer>, Option<PathBuf>)> {
    let mut layers = user_layers()?;
    let workspace = match named {
        Some(path) => {
            usable(path, "")?;
            Some(path.to_owned())
        }
        None => nearest_config(),
    };
    if let Some(path) = &workspace {
        // A frozen scale lies beside the settings, which may still say otherwise.
        let anchors = path.with_file_name(history::ANCHORS);
        if frozen && anchors.is_file() {
            layers.push(layer(&anchors)?);
        }
        layers.push(layer(path)?);
    }
    Ok((layers, workspace))
}

/// The user's own settings, which are below those of any workspace.
pub(super) fn user_layers() -> Result<Vec<Layer>> {
    let path = user_config().filter(|path| path.is_file());
    path.map(|path| layer(&path)).into_iter().collect()
}

/// Refuses a settings file, named with a flag other than `--config`, that is none.
fn usable(path: &Path, flag: &str) -> Result<()> {
    if path.is_file() {
        return Ok(());
    }
    let cause = match path.metadata() {
        Ok(found) if found.is_dir() => Cause::code("is-folder"),
        Ok(_) => Cause::default(),
        Err(error) => Cause::io(&error),
    };
    let problem = Diagnostic::error("config-missing", Origin::file(path.display().to_string()));
    Err(cause.of(problem.with("flag", flag)).into())
}

fn layer(path: &Path) -> Result<Layer> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Error::io("file-unreadable", &name, &error))?;
    // Letters of UTF-16 are valid UTF-8 with zeros between.
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Layer { name, text }),
        _ => {
            let problem = Diagnostic::error("config-syntax", Origin::file(&name));
            Err(Cause::code("not-utf8").of(problem).into())
        }
    }
}

fn user_config() -> Option<PathBuf> {
    Some(env::settings_folder()?.join("kam").join("kam.toml"))
}

fn nearest_config() -> Option<PathBuf> {
    let here = env::folder()?;
    let found =
        here.ancestors().map(|folder| folder.join("kam.toml")).find(|path| path.is_file())?;
    // The usual case reads better without the whole path.
    if found.parent() == Some(here.as_path()) {
        Some(PathBuf::from("kam.toml"))
    } else {
        Some(found)
    }
}

/// Today, which `KAM_TODAY` overrides.
pub(super) fn today() -> Result<Day> {
    if let Some(text) = env::variable("KAM_TODAY") {
        return Day::parse_iso(&text).ok_or_else(|| {
            Diagnostic::error("config-value", Origin::file("KAM_TODAY"))
                .with("key", "KAM_TODAY")
                .with("expected", "date")
                .into()
        });
    }
    let date = env::date();
    Day::from_ymd(i32::from(date.year()), date.month() as u32, date.day() as u32).ok_or_else(|| {
        Diagnostic::error("internal", Origin::default()).with("reason", "clock").into()
    })
}

fn flags(arguments: &Analysis, lang: Option<Lang>) -> Vec<(String, toml::Value, String)> {
    let mut flags = Vec::new();
    let mut set = |key: &str, value: &str, flag: &str| {
        flags.push((key.to_owned(), toml::Value::String(value.to_owned()), flag.to_owned()));
    };
    let variable = env::variable("KAM_AS_OF").filter(|_| arguments.period.is_none());
    let as_of = match (&arguments.as_of, &variable) {
        (Some(given), _) => Some((given, "--as-of")),
        (None, variable) => variable.as_ref().map(|as_of| (as_of, "KAM_AS_OF")),
    };
    if let Some((as_of, from)) = as_of {
        set("as_of", as_of, from);
        set("period", "", from);
    }
    if let Some(period) = &arguments.period {
        set("period", period, "--period");
        set("as_of", "", "--period");
    }
    if let Some(policy) = &arguments.policy {
        set("policy", policy, "--policy");
    }
    if let Some(currency) = &arguments.currency {
        set("currency", currency, "--currency");
    }
    if let Some(lang) = lang {
        set("lang", lang.code(), "--lang");
    }
    flags
}

/// Whether a workspace has inputs that count where no file is named.
pub(super) fn has_inputs(arguments: &Analysis) -> Result<bool> {
    let settings = settings(arguments.config.as_deref(), &[])?;
    match inputs(&[], &settings) {
        Ok(inputs) => Ok(!inputs.is_empty()),
        Err(error) if error.diagnostics.iter().all(|it| it.code == "no-inputs") => Ok(false),
        Err(error) => Err(error),
    }
}

/// The inputs: the files named, else what was imported into the workspace, else its sources.
fn inputs(files: &[PathBuf], settings: &Settings) -> Result<Vec<Input>> {
    if !files.is_empty() {
        return files.iter().map(|file| input(file)).collect();
    }
    let no_inputs = || -> Error { Diagnostic::error("no-inputs", Origin::default()).into() };
    let folder = settings.workspace.as_ref().ok_or_else(no_inputs)?;
    let imported = Workspace::new(folder).inputs()?;
    if !imported.is_empty() {
        return Ok(imported);
    }
    let mut found = Vec::new();
    for source in &settings.loaded.config.source {
        let path = Path::new(&source.path);
        let matches = expand(folder, path)?;
        if matches.is_empty() {
            return Err(Error::file("file-missing", source.path.clone()));
        }
        for name in matches {
            if !found.iter().any(|input: &Input| input.name == name) {
                found.push(Input { place: Place::File(folder.join(&name)), name });
            }
        }
    }
    if found.is_empty() { Err(no_inputs()) } else { Ok(found) }
}

/// The files that a path of the settings names, relative to the folder, sorted. Only the last part may have wildcards.
fn expand(folder: &Path, path: &Path) -> Result<Vec<String>> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.contains(['*', '?']) {
        return Ok(if folder.join(path).exists() {
            vec![path.display().to_string()]
        } else {
            Vec::new()
        });
    }
    let parent = path.parent().unwrap_or(Path::new(""));
    let listed = folder.join(parent);
    // The folder of a `kam.toml` right here has no name.
    let listed = if listed.as_os_str().is_empty() { Path::new(".") } else { &listed };
    let entries = std::fs::read_dir(listed)
        .map_err(|error| Error::io("file-unreadable", listed.display().to_string(), &error))?;
    let wanted: Vec<char> = name.chars().collect();
    let mut names: Vec<String> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| pattern::glob(&wanted, &name.chars().collect::<Vec<_>>()))
        .map(|name| parent.join(name).display().to_string())
        .collect();
    names.sort();
    Ok(names)
}

/// The input that an argument names; `-` is standard input.
pub(super) fn input(file: &Path) -> Result<Input> {
    if file != Path::new("-") {
        return Ok(Input::file(file));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Error::io("file-unreadable", "-", &error))?;
    Ok(Input { name: "-".to_owned(), place: Place::Memory(Arc::from(bytes)) })
}

/// A review and what the command line still needs to know.
pub(super) struct Analysed {
    pub review: Review,
    pub diagnostics: Diagnostics,
    /// The inputs, which no output may overwrite.
    pub inputs: Vec<Input>,
    /// Folder of the settings in force.
    pub workspace: Option<PathBuf>,
    /// The workbook of the earlier review that people typed into, if there may be one.
    pub typed: Option<PathBuf>,
    /// Goalposts that were frozen for this review, by metric.
    pub frozen: Option<history::Anchors>,
}

/// How many threads to read with.
pub(super) fn threads(given: Option<usize>) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, Into::into);
    given.unwrap_or_else(all).clamp(1, 256)
}

/// The language of what was read, or of what stopped it.
pub(super) fn language(read: Result<&[InputReport], &Error>) -> Option<Lang> {
    match read {
        Ok(inputs) => language_of_headings(inputs),
        Err(error) => error.diagnostics.iter().any(is_about_chinese).then_some(Lang::Zh),
    }
}

/// Reads the inputs; `hash` when an output will name their hashes, `all` to read on however many rows have errors.
pub(super) fn load(
    arguments: &Analysis,
    hash: bool,
    all: bool,
    ui: &mut Ui,
) -> Result<(Loaded, Settings, Vec<Input>, Context)> {
    let mut loaded = Loaded::default();
    let (settings, inputs, context) =
        load_into(&mut loaded, arguments, Reading { hash, all, ..Reading::default() }, ui)?;
    Ok((loaded, settings, inputs, context))
}

/// How inputs are read.
#[derive(Default)]
pub(super) struct Reading<'a> {
    /// Whether an output will name their hashes.
    pub hash: bool,
    /// Whether to read on however many rows have errors.
    pub all: bool,
    /// A file that will be written, and must not be one of them.
    pub output: Option<&'a Path>,
    /// Takes every diagnostic of a transaction row, and the language to speak of it.
    pub each: Option<&'a mut (dyn FnMut(Lang, Diagnostic) + Send)>,
    /// A client whose newest transaction rows are wanted, and where they go.
    pub client: Option<(&'a str, &'a mut ClientRows)>,
}

/// Reads the inputs into something empty; what was found on the way stays there whatever stops the reading.
pub(super) fn load_into(
    loaded: &mut Loaded,
    arguments: &Analysis,
    reading: Reading<'_>,
    ui: &mut Ui,
) -> Result<(Settings, Vec<Input>, Context)> {
    let given = ui.lang_given.then_some(ui.lang);
    let flags = flags(arguments, given);
    let settings = settings_on(arguments.config.as_deref(), &flags, !arguments.calibrate)?;
    let config = &settings.loaded.config;
    match config.lang.as_str() {
        "zh" => ui.lang = Lang::Zh,
        "en" => ui.lang = Lang::En,
        _ => {}
    }
    check_skips(&arguments.skip)?;
    let today = today()?;
    let inputs = inputs(&arguments.files, &settings)?;
    let previous = arguments.previous.as_deref().filter(|path| path.is_file()).map(Input::file);
    let locked: Vec<Input> = inputs.iter().cloned().chain(previous).collect();
    use_passwords(password::gather(arguments.password_file.as_deref(), &locked, ui)?);
    if let Some(path) = reading.output {
        files::check(path, &inputs, true)?;
    }
    let threads = threads(arguments.threads);
    let options = Options {
        threads,
        today,
        skip: arguments.skip.clone(),
        strict: arguments.strict,
        hash: reading.hash,
        all: reading.all,
    };
    let progress = Progress::start(ui, &ui.lang.text("summary.reading"));
    let by_headings = config.lang == "auto" && !ui.lang_given;
    let usual = ui.lang;
    let mut told = reading.each.map(|each| {
        move |inputs: &[InputReport], diagnostic| {
            let found = if by_headings { language_of_headings(inputs) } else { None };
            each(found.unwrap_or(usual), diagnostic);
        }
    });
    let told = told.as_mut().map(|told| told as store::Listing<'_>);
    let read = match reading.client {
        Some((client, found)) => {
            let until = review::given_as_of(config, today).unwrap_or(today);
            let question = Question { client, until, most: SALE_ROWS };
            let read = store::load_client(loaded, &inputs, config, &options, &question);
            read.map(|rows| *found = rows)
        }
        None => store::load_into(loaded, &inputs, config, &options, told),
    };
    progress.stop();
    if by_headings {
        let said = language(read.as_ref().map(|()| loaded.inputs.as_slice()));
        // What stopped the reading may not tell, but Chinese headings met before do.
        let met = || language_of_headings(&loaded.inputs).filter(|lang| *lang == Lang::Zh);
        ui.lang = said.or_else(met).unwrap_or(ui.lang);
    }
    read?;
    Ok((settings, inputs, Context { today, threads, portfolio: false }))
}

/// What the outputs of a review will show of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    /// The hashes of the inputs.
    pub hashes: bool,
    /// The figures of the portfolio.
    pub portfolio: bool,
    /// Whether the scale is frozen: a calibrated one becomes part of the settings.
    pub freeze: bool,
}

/// Makes the review of the inputs.
pub(super) fn analyse(arguments: &Analysis, shown: Shown, ui: &mut Ui) -> Result<Analysed> {
    let (loaded, mut settings, mut inputs, context) = load(arguments, shown.hashes, false, ui)?;
    let context = Context { portfolio: shown.portfolio, ..context };
    let mut frozen = None;
    if shown.freeze {
        frozen = freeze(&loaded, &mut settings.loaded.config, context)?;
    }
    let (mut review, earlier) = reviewed(loaded, arguments, &settings, context)?;
    let (typed, file) = earlier.map(|earlier| (earlier.typed, earlier.file)).unzip();
    inputs.extend(file.map(|file| Input::file(&file)));
    for drift in history::drift(&review) {
        review.tell(drift);
    }
    let diagnostics = told(&review);
    let workspace = settings.workspace;
    Ok(Analysed { review, diagnostics, inputs, workspace, typed: typed.flatten(), frozen })
}

/// What a review was told: it has more to say than the reading.
pub(super) fn told(review: &Review) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    for group in &review.diagnostics {
        let (severity, count, details) = (group.severity, group.count, group.details.clone());
        diagnostics.insert(group.code, Group { severity, count, details });
    }
    diagnostics
}

/// Makes a calibrated scale part of the settings; none where they have one already, or nothing can be calibrated.
pub(super) fn freeze(
    loaded: &Loaded,
    config: &mut Config,
    context: Context,
) -> Result<Option<history::Anchors>> {
    if history::is_frozen(config) {
        return Ok(None);
    }
    let anchors = history::calibrated(&review::review(loaded.clone(), config, context)?);
    config.score.anchors.extend(anchors.clone());
    Ok(Some(anchors).filter(|anchors| !anchors.is_empty()))
}

/// Makes the review of what was read, unless that is older than `--max-age` allows; and the one before.
pub(super) fn reviewed(
    loaded: Loaded,
    arguments: &Analysis,
    settings: &Settings,
    context: Context,
) -> Result<(Review, Option<Earlier>)> {
    let config = &settings.loaded.config;
    let (as_of, _) = review::as_of(&loaded, config, context)?;
    let workspace = settings.workspace.as_deref();
    let earlier = earlier::before(arguments.previous.as_deref(), workspace, as_of, config)?;
    let previous = earlier.as_ref().map(|earlier| earlier.review.previous(&earlier.name));
    let dates: Vec<Day> = if arguments.max_age.is_some() {
        loaded.ledger.orders.iter().map(|row| row.date).collect()
    } else {
        Vec::new()
    };
    let mut review = review::review_after(loaded, config, context, previous.as_ref())?;
    if let Some(unknown) = earlier.as_ref().and_then(Earlier::unknown_to_next) {
        review.tell(unknown);
    }
    if let Some(earlier) = &earlier {
        let currency = review.currency.clone();
        for doubt in earlier.review.doubts(&earlier.name, &currency) {
            review.tell(doubt);
        }
    }
    if let Some(max) = arguments.max_age {
        let newest = dates.into_iter().filter(|date| *date <= review.as_of).max();
        // An as-of date that was taken from the data is never older than the data: then today counts.
        let reference = match review.as_of_from {
            AsOfFrom::Given => review.as_of,
            AsOfFrom::Data => context.today,
        };
        let age = newest.map_or(i32::MAX, |newest| reference.days_since(newest));
        if age > max as i32 {
            let stale = Diagnostic::error("stale-data", Origin::default())
                .with("days", age)
                .with("max", max as i32);
            return Err(stale.into());
        }
    }
    Ok((review, earlier))
}

/// Codes of `--skip` must be those of rows that can be left out.
pub(super) fn check_skips(skips: &[String]) -> Result<()> {
    const SKIPPABLE: [&str; 2] = ["missing-value", "type-error"];
    for skip in skips {
        if !SKIPPABLE.contains(&skip.as_str()) {
            let known: Vec<String> = SKIPPABLE.iter().map(|code| (*code).to_owned()).collect();
            let mut unknown = Diagnostic::error("unknown-skip", Origin::default())
                .with("code", skip.clone())
                .with("known", known);
            if let Some(suggestion) = nearest(skip, &SKIPPABLE) {
                unknown = unknown.with("suggestion", suggestion);
            }
            return Err(unknown.into());
        }
    }
    Ok(())
}

/// Whether a problem shows Chinese headings: then its reader reads Chinese.
fn is_about_chinese(problem: &Diagnostic) -> bool {
    let shown = match &problem.excerpt {
        Some(Excerpt::Record { headings, .. }) => headings.as_slice(),
        _ => &[],
    };
    let listed = match problem.facts.get("headings") {
        Some(Fact::List(headings)) => headings.as_slice(),
        _ => &[],
    };
    shown
        .iter()
        .chain(listed)
        .chain(&problem.origin.heading)
        .any(|heading| heading.contains(is_chinese))
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// Chinese when any heading that is used has a Chinese character.
fn language_of_headings(inputs: &[InputReport]) -> Option<Lang> {
    let mut used = inputs
        .iter()
        .flat_map(|input| &input.columns)
        .filter(|column| column.field.is_some())
        .peekable();
    used.peek()?;
    Some(if used.any(|column| column.heading.contains(is_chinese)) { Lang::Zh } else { Lang::En })
}
