//! `kam init`: settings proposed from the user's own files, each with what it rests on.

use std::path::{Component, Path, PathBuf};

use crate::config::Config;
use crate::config::load::{self, Layer};
use crate::diagnostic::{Diagnostic, Fact, Origin};
use crate::error::{Error, Result};
use crate::locale::Lang;
use crate::proposal::{self, Answers, Proposal, Question, Take};
use crate::render::{proposal as drawn, proposal_toml};
use crate::review::{self, Context};
use crate::schema::aliases::{Unit, unit_word};
use crate::schema::value::DateOrder;
use crate::schema::{currency, table};
use crate::source::secret::use_passwords;
use crate::source::{Input, Place};
use crate::store::{self, Options};

use super::args::Init;
use super::progress::Progress;
use super::ui::Ui;
use super::{Outcome, analysis, files, password, prompt};

pub(super) fn run(arguments: &Init, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let to_stdout = arguments.output == Path::new("-");
    let folder = folder_of(&arguments.output);
    let inputs: Vec<Input> = arguments.files.iter().map(|file| input(file, &folder)).collect();
    if !to_stdout && !arguments.dry_run {
        files::check_new(&arguments.output, &inputs, arguments.force)?;
    }
    let config = load::load(&analysis::user_layers()?, &[])?.config;
    let today = analysis::today()?;
    let threads = arguments
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, Into::into))
        .clamp(1, 256);
    let mut answers = answers(arguments, ui)?;
    use_passwords(password::gather(None, &inputs, ui)?);
    let progress = Progress::start(ui, &ui.lang.text("summary.reading"));
    let looks = proposal::look(&inputs, &answers.columns, today, threads);
    progress.stop();
    let looks = looks?;
    let mut proposed = proposal::propose(&looks, &answers, &config);
    if !ui.lang_given {
        ui.lang = language(&proposed, &config).unwrap_or(ui.lang);
    }
    let asks = prompt::somebody_there() && !arguments.yes;
    let mut settled: Vec<Question> = Vec::new();
    while let Some(question) = proposed
        .questions
        .iter()
        .find(|question| !settled.iter().any(|other| same(other, question)))
        .cloned()
    {
        let answer = if asks { prompt::ask(&question, ui)? } else { None };
        if let Some(answer) = &answer {
            answers.answer(&question, answer);
            proposed = proposal::propose(&looks, &answers, &config);
        }
        // A question that is left unanswered stands; it is not put twice.
        settled.push(question);
    }
    leave(&proposed, arguments.yes, ui)?;
    let stopped =
        judge(&mut proposed, &inputs, Context { today, threads, portfolio: false }, ui.lang)?;
    let text = proposal_toml::toml(&proposed, ui.lang);
    let said = drawn::proposal(&proposed, ui.lang, ui.width());
    if to_stdout {
        ui.say(&said);
        ui.answer(text.as_bytes())?;
    } else {
        ui.answer(said.as_bytes())?;
        let name = arguments.output.display().to_string();
        let key = if arguments.dry_run { "summary.would_write" } else { "summary.wrote" };
        if !arguments.dry_run {
            files::write(&arguments.output, |out| Ok(out.write_all(text.as_bytes())?))?;
        }
        ui.say(&ui.lang.fill(key, &[("file", name)]));
    }
    for problem in stopped.iter().flat_map(|error| &error.diagnostics) {
        ui.say(&ui.drawn(problem, None));
    }
    if stopped.is_some() {
        ui.say(&ui.lang.text("init.review_stops"));
    } else if !to_stdout && !arguments.dry_run {
        ui.say(&next(&arguments.output, ui.lang));
    }
    Ok(Outcome::Done)
}

fn same(a: &Question, b: &Question) -> bool {
    a.code == b.code && a.facts == b.facts && a.flag_value == b.flag_value
}

/// The language of the settings, else of the headings.
fn language(proposed: &Proposal, config: &Config) -> Option<Lang> {
    let of_headings = proposed.settings.iter().find(|setting| setting.key == "lang")?;
    let code = match config.lang.as_str() {
        "zh" | "en" => config.lang.as_str(),
        _ => of_headings.value.as_str()?,
    };
    Lang::ALL.into_iter().find(|lang| lang.code() == code)
}

/// What the flags say.
fn answers(arguments: &Init, ui: &Ui) -> Result<Answers> {
    let orders = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd];
    let mut answers = Answers {
        date_order: arguments
            .date_order
            .as_ref()
            .and_then(|given| orders.into_iter().find(|order| order.code() == given)),
        decimal_comma: arguments.decimal.as_ref().map(|mark| mark == ","),
        unit: arguments.unit.clone(),
        currency: arguments.currency.as_ref().map(|given| currency::code(given).into_owned()),
        sheets: arguments.sheet.clone(),
        won_stage: arguments.won_stage.clone(),
        as_of: arguments.as_of.clone(),
        policy: arguments.policy.clone(),
        lang: ui.lang_given.then(|| ui.lang.code().to_owned()),
        fiscal_year_start: arguments.fiscal_year_start,
        ..Answers::default()
    };
    if let Some(unit) = &answers.unit
        && !matches!(unit_word(unit), Some(Unit::Power(_) | Unit::Plain))
    {
        let unknown = Diagnostic::error("unknown-unit", Origin::file("--unit"));
        return Err(unknown.with("unit", unit.clone()).into());
    }
    for given in &arguments.column {
        let (table, field, heading) = column(given)?;
        answers.column(table, field, heading);
    }
    Ok(answers)
}

/// `transactions.amount=Total` taken apart.
fn column(given: &str) -> Result<(&'static str, &str, &str)> {
    let wrong = |known: Vec<String>| -> Error {
        Diagnostic::error("init-column", Origin::default())
            .with("given", given)
            .with("known", known)
            .into()
    };
    let tables = || crate::schema::TABLES.iter().map(|table| table.code().to_owned()).collect();
    let parts = given.split_once('=').and_then(|(key, heading)| {
        let (table, field) = key.split_once('.')?;
        Some((table, field, heading))
    });
    let Some((name, field, heading)) = parts.filter(|(.., heading)| !heading.is_empty()) else {
        return Err(wrong(tables()));
    };
    let Some(table) = table(name) else { return Err(wrong(tables())) };
    if table.position(field).is_none() {
        return Err(wrong(table.fields().iter().map(|field| field.name.to_owned()).collect()));
    }
    Ok((table.code(), field, heading))
}

/// What stays open when nobody answered: the proposal where it does no harm, else what is to be answered, all at once.
fn leave(proposed: &Proposal, yes: bool, ui: &Ui) -> Result<()> {
    let mut problems = Vec::new();
    let mut assumed = Vec::new();
    for question in &proposed.questions {
        let choice = question.proposed.and_then(|at| question.choices.get(at));
        let flag = |answer: &str| drawn::flag(question, answer);
        match choice {
            Some(choice) if question.safe || yes => {
                let other = question.choices.iter().find(|other| *other != choice);
                let answer = match (question.take, choice.answer.as_str()) {
                    (Take::Many, _) => ui.lang.text("init.asked_all"),
                    (_, "") => ui.lang.text("init.asked_none"),
                    _ => drawn::choice(ui.lang, question, choice),
                };
                let values = [
                    ("question", drawn::question(ui.lang, question)),
                    ("answer", answer),
                    ("flag", flag(other.map_or("CODE", |other| other.answer.as_str()))),
                ];
                assumed.push(ui.lang.fill("init.assumed", &values));
            }
            _ => {
                let flags: Vec<String> =
                    question.choices.iter().map(|choice| flag(&choice.answer)).collect();
                let mut open = Diagnostic::error("init-question", Origin::default())
                    .with("question", question.code)
                    .with("flags", flags);
                let readings: Vec<String> = question
                    .choices
                    .iter()
                    .filter_map(|choice| {
                        let read = choice.evidence.iter().find_map(|one| one.facts.get("value"))?;
                        Some(format!("{} = {}", choice.answer, ui.lang.fact(read)))
                    })
                    .collect();
                open.facts.insert("readings", readings.into());
                for (name, fact) in &question.facts {
                    match (*name, fact) {
                        ("file", Fact::Text(file)) => open.origin.file.clone_from(file),
                        ("heading", Fact::Text(text)) => {
                            open.origin.heading = Some((**text).clone());
                        }
                        ("cell", Fact::Text(text)) => open.cell = Some((**text).clone()),
                        (name, fact) => {
                            open.facts.insert(name, fact.clone());
                        }
                    }
                }
                problems.push(open);
            }
        }
    }
    if !problems.is_empty() {
        return Err(Error { diagnostics: problems });
    }
    for line in assumed {
        ui.say(&line);
    }
    Ok(())
}

/// Reviews in memory with the settings as they will be written, and adds what that says about the policy. Problems of
/// rows are handed back: settings may be written all the same.
fn judge(
    proposed: &mut Proposal,
    inputs: &[Input],
    context: Context,
    lang: Lang,
) -> Result<Option<Error>> {
    let mut layers = analysis::user_layers()?;
    layers.push(Layer { name: "kam.toml".to_owned(), text: proposal_toml::toml(proposed, lang) });
    let config = load::load(&layers, &[])?.config;
    let options = Options {
        threads: context.threads,
        today: context.today,
        skip: Vec::new(),
        strict: false,
        hash: false,
        all: false,
    };
    let used: Vec<Input> = inputs
        .iter()
        .filter(|input| config.source.iter().any(|source| source.path == input.name))
        .cloned()
        .collect();
    // Without a sheet of transactions there is nothing to write: the whole input says why.
    let has = proposed.sheets.iter().any(|sheet| sheet.table == "transactions");
    let loaded = store::load(if has { &used } else { inputs }, &config, &options);
    let reviewed = loaded.and_then(|loaded| review::review(loaded, &config, context));
    match reviewed {
        Ok(review) => {
            proposal::judge(proposed, &review, &config);
            Ok(None)
        }
        Err(error) if has => Ok(Some(error)),
        Err(error) => Err(error),
    }
}

/// The commands that come next.
fn next(output: &Path, lang: Lang) -> String {
    let plain = output == Path::new("kam.toml");
    let at = |command: &str| {
        if plain {
            format!("kam {command}")
        } else {
            let name = output.display().to_string();
            let name = if name.contains(' ') { format!("\"{name}\"") } else { name };
            format!("kam {command} -c {name}")
        }
    };
    let values = [
        ("review", at("review") + " -o review.xlsx"),
        ("check", at("check")),
        ("config", at("config")),
    ];
    lang.fill("init.wrote_next", &values)
}

fn folder_of(output: &Path) -> PathBuf {
    match output.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// An input under the name that the settings will give it: its path from their folder.
fn input(file: &Path, folder: &Path) -> Input {
    if file == Path::new("-") {
        return Input { name: "-".to_owned(), place: Place::Memory(std::sync::Arc::from([])) };
    }
    // A link keeps its own name: what it points to may change.
    let name = match (folder_of(file).canonicalize(), folder.canonicalize(), file.file_name()) {
        (Ok(theirs), Ok(folder), Some(name)) => from_folder(&theirs.join(name), &folder),
        _ => file.to_owned(),
    };
    Input { name: name.display().to_string(), place: Place::File(file.to_owned()) }
}

fn from_folder(file: &Path, folder: &Path) -> PathBuf {
    let shared = file.components().zip(folder.components()).take_while(|(a, b)| a == b).count();
    if shared <= 1 {
        // Nothing but the root in common: a path of dots would say less.
        return file.to_owned();
    }
    let up = folder.components().skip(shared).map(|_| Component::ParentDir);
    up.chain(file.components().skip(shared)).collect()
}
