//! Arguments. Their help texts are in the catalogues, under `help`.

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::annotate::COLUMNS;

use super::usage::filled;
use super::whatif::{top, weight};

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

#[derive(Debug, Parser)]
#[command(name = "kam", version, styles = STYLES, max_term_width = 100, subcommand_required = true, arg_required_else_help = true)]
#[command(disable_help_subcommand = true, disable_help_flag = true, disable_version_flag = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
pub(super) struct Global {
    #[arg(long, global = true, display_order = 901, env = "KAM_LANG", value_name = "zh|en", value_parser = ["zh", "en", "auto"], hide_env = true)]
    pub lang: Option<String>,
    #[arg(
        long,
        global = true,
        display_order = 902,
        value_name = "WHEN",
        default_value = "auto",
        hide_default_value = true
    )]
    pub color: When,
    #[arg(short, long, global = true, display_order = 903)]
    pub quiet: bool,
    #[arg(
        long,
        global = true,
        display_order = 904,
        value_name = "FORMAT",
        default_value = "text",
        hide_default_value = true
    )]
    pub log_format: Log,
    // Their own texts are English only.
    #[arg(short, long, global = true, display_order = 905, action = ArgAction::Help)]
    help: Option<bool>,
    #[arg(short = 'V', long, display_order = 906, action = ArgAction::Version)]
    version: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

/// How stderr speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Log {
    Text,
    Concise,
    Json,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Demo(Demo),
    Init(Init),
    Template(Template),
    Check(Check),
    Import(Import),
    Review(Review),
    Diff(Diff),
    Show(Show),
    Annotate(Annotate),
    Score(List),
    Tier(List),
    Churn(List),
    Whatif(WhatIf),
    Explain(Explain),
    Config(Config),
    Completions(Completions),
}

#[derive(Debug, Args)]
pub(super) struct Demo {
    #[arg(value_name = "DIR", default_value = "kam-demo", value_hint = ValueHint::DirPath)]
    pub folder: PathBuf,
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    #[arg(id = "init_files", value_name = "FILES", required_unless_present = "calibrate", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    #[arg(
        id = "init_output",
        short = 'o',
        long = "output",
        value_name = "FILE",
        default_value = "kam.toml",
        value_hint = ValueHint::FilePath
    )]
    pub output: PathBuf,
    #[arg(long)]
    pub yes: bool,
    /// The frozen scale goes beside the settings and rests on them, so nothing of what proposes settings fits it.
    #[arg(long, conflicts_with_all = ["init_output", "date_order", "decimal", "unit", "column", "init_sheet", "won_stage", "fiscal_year_start"])]
    pub calibrate: bool,
    #[arg(id = "init_force", long = "force")]
    pub force: bool,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long, value_name = "dmy|mdy|ymd", value_parser = ["dmy", "mdy", "ymd"])]
    pub date_order: Option<String>,
    #[arg(long, value_name = ".|,", value_parser = [".", ","])]
    pub decimal: Option<String>,
    #[arg(long, value_name = "UNIT", value_parser = filled)]
    pub unit: Option<String>,
    #[arg(long, value_name = "CODE", env = "KAM_CURRENCY", hide_env = true)]
    pub currency: Option<String>,
    #[arg(long, value_name = "TABLE.FIELD=HEADING", value_parser = filled)]
    pub column: Vec<String>,
    #[arg(id = "init_sheet", long = "sheet", value_name = "NAME", value_parser = filled)]
    pub sheet: Vec<String>,
    #[arg(long, value_name = "STAGE", value_parser = filled)]
    pub won_stage: Vec<String>,
    #[arg(id = "init_as_of", long = "as-of", value_name = "DATE", value_parser = filled)]
    pub as_of: Option<String>,
    #[arg(id = "init_policy", long = "policy", value_name = "POLICY", value_parser = ["rank", "share", "all"])]
    pub policy: Option<String>,
    #[arg(long, value_name = "MONTH", value_parser = clap::value_parser!(u32).range(1..=12))]
    pub fiscal_year_start: Option<u32>,
    #[arg(long, value_name = "N", env = "KAM_THREADS", hide_env = true)]
    pub threads: Option<usize>,
}

#[derive(Debug, Args)]
pub(super) struct Template {
    #[arg(
        id = "template_output",
        short = 'o',
        long = "output",
        value_name = "FILE",
        default_value = "kam-template.xlsx",
        value_hint = ValueHint::FilePath
    )]
    pub output: PathBuf,
    #[arg(long)]
    pub force: bool,
    #[arg(long)]
    pub dry_run: bool,
}

/// What every analysis takes.
#[derive(Clone, Debug, Args)]
pub(super) struct Analysis {
    #[arg(value_name = "FILES", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    #[arg(short, long, value_name = "FILE", env = "KAM_CONFIG", value_hint = ValueHint::FilePath, hide_env = true)]
    pub config: Option<PathBuf>,
    /// `KAM_AS_OF` where there is neither this nor a period: no variable stands against a flag.
    #[arg(long, value_name = "DATE", value_parser = filled)]
    pub as_of: Option<String>,
    #[arg(long, value_name = "PERIOD", conflicts_with = "as_of", value_parser = filled)]
    pub period: Option<String>,
    #[arg(long, value_name = "POLICY", env = "KAM_POLICY", value_parser = ["rank", "share", "all"], hide_env = true)]
    pub policy: Option<String>,
    #[arg(long, value_name = "CODE", env = "KAM_CURRENCY", hide_env = true)]
    pub currency: Option<String>,
    #[arg(long)]
    pub strict: bool,
    #[arg(long, value_name = "CODE", value_parser = filled)]
    pub skip: Vec<String>,
    #[arg(long, value_name = "DAYS")]
    pub max_age: Option<u32>,
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub previous: Option<PathBuf>,
    /// Whether a frozen scale does not count.
    #[arg(skip)]
    pub calibrate: bool,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
    #[arg(long, value_name = "N", env = "KAM_THREADS", hide_env = true)]
    pub threads: Option<usize>,
}

/// Where the answer goes.
#[derive(Debug, Args)]
pub(super) struct Output {
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Vec<PathBuf>,
    #[arg(
        long,
        value_name = "table|csv|json|jsonl|markdown",
        default_value = "table",
        hide_default_value = true
    )]
    pub format: Format,
    #[arg(long)]
    pub force: bool,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long, value_name = "low|medium|high", value_parser = ["low", "medium", "high"])]
    pub fail_on: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Table,
    Csv,
    Json,
    Jsonl,
    Markdown,
}

#[derive(Debug, Args)]
pub(super) struct Review {
    #[command(flatten)]
    pub analysis: Analysis,
    #[arg(long)]
    pub save: bool,
    #[arg(long, value_name = "FROM..TO", value_parser = filled, conflicts_with_all = ["as_of", "period", "previous", "split", "output"])]
    pub replay: Option<String>,
    #[command(flatten)]
    pub output: Output,
    #[arg(long, value_name = "owner", requires = "output")]
    pub split: Option<SplitBy>,
    #[arg(long, value_name = "FILE", requires = "split", value_hint = ValueHint::FilePath)]
    pub passwords: Option<PathBuf>,
}

/// What a review is split by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitBy {
    Owner,
}

#[derive(Debug, Args)]
pub(super) struct Diff {
    #[arg(value_name = "REVIEWS", num_args = 0..=2, value_hint = ValueHint::AnyPath)]
    pub reviews: Vec<PathBuf>,
    #[arg(short, long, value_name = "FILE", env = "KAM_CONFIG", value_hint = ValueHint::FilePath, hide_env = true)]
    pub config: Option<PathBuf>,
    #[arg(
        long,
        value_name = "table|csv|json|jsonl|markdown",
        default_value = "table",
        hide_default_value = true
    )]
    pub format: Format,
    #[arg(id = "diff_output", short = 'o', long = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Vec<PathBuf>,
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub(super) struct Show {
    #[arg(id = "show_client", value_name = "CLIENT", value_parser = filled)]
    pub client: String,
    #[command(flatten)]
    pub analysis: Analysis,
    #[arg(id = "show_output", short = 'o', long = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Vec<PathBuf>,
    #[arg(
        id = "show_format",
        long = "format",
        value_name = "table|json|markdown",
        default_value = "table",
        hide_default_value = true
    )]
    pub format: ShowFormat,
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ShowFormat {
    Table,
    Json,
    Markdown,
}

#[derive(Debug, Args)]
pub(super) struct Annotate {
    #[arg(value_name = "WORKBOOK", value_hint = ValueHint::FilePath)]
    pub workbook: PathBuf,
    #[command(flatten)]
    pub analysis: Analysis,
    #[arg(long, value_name = "PATH", conflicts_with = "files", value_hint = ValueHint::AnyPath)]
    pub review: Option<PathBuf>,
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        value_parser = PossibleValuesParser::new(COLUMNS.iter().map(|column| column.code))
    )]
    pub columns: Vec<String>,
    #[arg(id = "annotate_sheet", long = "sheet", value_name = "NAME", value_parser = filled)]
    pub sheet: Option<String>,
    #[arg(id = "annotate_output", short = 'o', long = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    #[arg(id = "annotate_force", long = "force")]
    pub force: bool,
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    pub analysis: Analysis,
    #[command(flatten)]
    pub output: Output,
}

#[derive(Debug, Args)]
pub(super) struct WhatIf {
    #[command(flatten)]
    pub analysis: Analysis,
    #[arg(long, value_name = "METRIC=WEIGHT", value_parser = weight, allow_hyphen_values = true)]
    pub weight: Vec<(String, f64)>,
    #[arg(long, value_name = "TIER=SHARE", value_parser = top, value_delimiter = ',', allow_hyphen_values = true)]
    pub top: Vec<(String, f64)>,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub other: Option<PathBuf>,
    #[arg(long)]
    pub sensitivity: bool,
    #[arg(long, value_name = "N", requires = "sensitivity")]
    pub draws: Option<u32>,
    #[arg(id = "whatif_seed", long = "seed", value_name = "N", requires = "sensitivity", value_parser = clap::value_parser!(i64).range(0..))]
    pub seed: Option<i64>,
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Vec<PathBuf>,
    #[arg(
        long,
        value_name = "table|csv|json|jsonl|markdown",
        default_value = "table",
        hide_default_value = true
    )]
    pub format: Format,
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub analysis: Analysis,
    #[arg(
        long,
        value_name = "full|concise|json|jsonl",
        default_value = "full",
        hide_default_value = true
    )]
    pub format: CheckFormat,
    #[arg(id = "check_output", short = 'o', long = "output", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    Full,
    Concise,
    Json,
    Jsonl,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    #[arg(value_name = "FILES", required_unless_present_any = ["list", "remove"], conflicts_with_all = ["list", "remove"], value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    #[arg(short, long, value_name = "FILE", env = "KAM_CONFIG", value_hint = ValueHint::FilePath, hide_env = true)]
    pub config: Option<PathBuf>,
    #[arg(long, conflicts_with = "remove")]
    pub list: bool,
    #[arg(
        id = "list_format",
        long = "format",
        value_name = "table|json",
        default_value = "table",
        hide_default_value = true
    )]
    pub list_format: ListFormat,
    #[arg(long, value_name = "SOURCE", value_parser = filled)]
    pub remove: Vec<String>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long)]
    pub strict: bool,
    #[arg(long, value_name = "CODE", value_parser = filled)]
    pub skip: Vec<String>,
    #[arg(long, value_name = "N", env = "KAM_THREADS", hide_env = true)]
    pub threads: Option<usize>,
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub password_file: Option<PathBuf>,
    #[arg(long, conflicts_with_all = ["list", "remove", "dry_run", "strict", "skip"])]
    pub raw: bool,
    #[arg(id = "raw_output", short = 'o', long = "output", value_name = "FILE", requires = "raw", value_hint = ValueHint::FilePath)]
    pub output: Option<PathBuf>,
    #[arg(long, requires = "raw")]
    pub all: bool,
    #[arg(long, value_name = "NAME", requires = "raw", value_parser = filled)]
    pub sheet: Option<String>,
    #[arg(long, value_name = "NAME", requires = "raw", value_parser = filled)]
    pub encoding: Option<String>,
    #[arg(long, value_name = "CHAR", requires = "raw", value_parser = NonEmptyStringValueParser::new())]
    pub delimiter: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Table,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    #[arg(value_name = "CODE", value_parser = filled)]
    pub code: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Config {
    #[arg(short, long, value_name = "FILE", env = "KAM_CONFIG", value_hint = ValueHint::FilePath, hide_env = true)]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}
