//! Why something failed: a code where the kind is known, and the words of a library or the system only where it is not.
//!
//! Those words are English and written for programmers, so they never stand in a sentence: the catalogue has one for each
//! code under `reason`, and what is left is shown as a detail that is marked as such.

use std::io::{self, ErrorKind};

use serde_json::error::Category;

use crate::diagnostic::Diagnostic;

/// How the message of the TOML parser begins, and the code of what is wrong.
const TOML: [(&str, &str); 45] = [
    ("string values must be quoted", "toml-bare"),
    ("invalid basic string", "toml-quotes"),
    ("invalid literal string", "toml-quotes"),
    ("invalid multi-line", "toml-quotes"),
    ("missing opening quote", "toml-quotes"),
    ("keys cannot be multi-line", "toml-name"),
    ("invalid unquoted key", "toml-name"),
    ("unquoted keys cannot be empty", "toml-name"),
    ("duplicate key", "toml-twice"),
    ("unclosed", "toml-bracket"),
    ("missing array opening", "toml-bracket"),
    ("missing inline table opening", "toml-bracket"),
    ("missing table open", "toml-bracket"),
    ("missing comma", "toml-comma"),
    ("extra comma", "toml-comma"),
    ("extra `=`", "toml-equals"),
    ("extra assignment", "toml-comma"),
    ("unexpected `=`", "toml-equals"),
    ("key with no value", "toml-value"),
    ("missing value", "toml-value"),
    ("missing assignment", "toml-value"),
    ("missing escaped value", "toml-backslash"),
    ("too few unicode", "toml-backslash"),
    ("invalid value", "toml-bare"),
    ("invalid boolean", "toml-flag"),
    ("unexpected key or value", "toml-line"),
    ("unexpected content", "toml-line"),
    ("invalid key-value", "toml-line"),
    ("invalid inline", "toml-line"),
    ("invalid date", "toml-date"),
    ("invalid time", "toml-date"),
    ("invalid comment character", "toml-character"),
    ("carriage return", "toml-character"),
    ("invalid binary", "toml-number"),
    ("invalid hexadecimal", "toml-number"),
    ("invalid octal", "toml-number"),
    ("invalid integer", "toml-number"),
    ("invalid float", "toml-number"),
    ("invalid fraction", "toml-number"),
    ("invalid mantissa", "toml-number"),
    ("invalid exponent", "toml-number"),
    ("unexpected leading zero", "toml-number"),
    ("`_` may only", "toml-number"),
    ("radix must be", "toml-number"),
    ("cannot recurse", "toml-depth"),
];

/// Codes that stand for themselves where a cause is handed on as a text.
const CODES: [&str; 16] = [
    "not-found",
    "permission",
    "is-folder",
    "no-folder",
    "read-only",
    "disk-full",
    "busy",
    "timed-out",
    "file-name",
    "cut-off",
    "too-large",
    "already-there",
    "device",
    "too-many-files",
    "links",
    "not-utf8",
];

/// Why something failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    code: Option<&'static str>,
    /// Line and column, from 1.
    place: Option<(usize, usize)>,
    /// What is missing.
    name: Option<String>,
    detail: Option<String>,
}

impl Cause {
    /// A known kind.
    #[must_use]
    pub fn code(code: &'static str) -> Self {
        Self { code: Some(code), ..Self::default() }
    }

    /// The words of a library, or one of the codes that [`Cause::into_text`] gives.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        match CODES.iter().find(|code| **code == text) {
            Some(code) => Self::code(code),
            None => Self { detail: Some(text).filter(|text| !text.is_empty()), ..Self::default() },
        }
    }

    /// An error of the operating system.
    #[must_use]
    pub fn io(error: &io::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::NotFound => "not-found",
            ErrorKind::PermissionDenied => "permission",
            ErrorKind::IsADirectory => "is-folder",
            ErrorKind::NotADirectory => "no-folder",
            ErrorKind::ReadOnlyFilesystem => "read-only",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "disk-full",
            ErrorKind::ResourceBusy | ErrorKind::ExecutableFileBusy => "busy",
            ErrorKind::TimedOut => "timed-out",
            ErrorKind::InvalidFilename => "file-name",
            ErrorKind::UnexpectedEof => "cut-off",
            ErrorKind::FileTooLarge => "too-large",
            ErrorKind::AlreadyExists => "already-there",
            _ => {
                return system(error.raw_os_error())
                    .map_or_else(|| Self::text(error.to_string()), Self::code);
            }
        };
        Self::code(code)
    }

    /// What is wrong with a TOML text, by the message of its parser.
    #[must_use]
    pub fn toml(message: &str) -> Self {
        match TOML.iter().find(|(beginning, _)| message.starts_with(beginning)) {
            Some((_, code)) => Self::code(code),
            None => Self::text(message),
        }
    }

    /// What is wrong with a JSON text.
    #[must_use]
    pub fn json(error: &serde_json::Error) -> Self {
        let place = Some((error.line(), error.column())).filter(|(line, _)| *line > 0);
        match error.classify() {
            Category::Io => match error.io_error_kind() {
                Some(kind) => Self::io(&kind.into()),
                None => Self::text(error.to_string()),
            },
            Category::Eof if place.is_none_or(|place| place <= (1, 0)) => Self::code("json-empty"),
            Category::Eof => Self { place, ..Self::code("json-end") },
            Category::Syntax => Self { place, ..Self::code("json-syntax") },
            Category::Data => {
                let text = error.to_string();
                let name =
                    text.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
                match name {
                    Some(name) => {
                        Self { name: Some(name.to_owned()), ..Self::code("json-missing") }
                    }
                    None => Self { detail: Some(text), ..Self::code("json-other") },
                }
            }
        }
    }

    /// As one text, for where only that can be handed on.
    #[must_use]
    pub fn into_text(self) -> String {
        self.code.map(ToOwned::to_owned).or(self.detail).unwrap_or_default()
    }

    /// The problem with this as its reason.
    #[must_use]
    pub fn of(self, mut problem: Diagnostic) -> Diagnostic {
        if let Some(code) = self.code {
            problem = problem.with("reason", code);
        }
        if let Some((line, column)) = self.place {
            problem = problem.with("line", line).with("position", column);
        }
        if let Some(name) = self.name {
            problem = problem.with("name", name);
        }
        match self.detail {
            Some(detail) => problem.with("detail", detail),
            None => problem,
        }
    }
}

/// The code of an error that only its number tells.
fn system(number: Option<i32>) -> Option<&'static str> {
    match number? {
        5 if cfg!(unix) => Some("device"),
        24 if cfg!(unix) => Some("too-many-files"),
        40 if cfg!(target_os = "linux") => Some("links"),
        // another program has it open, or a part of it locked
        32 | 33 if cfg!(windows) => Some("busy"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Origin;
    use crate::locale::Lang;

    fn toml_code(text: &str) -> Option<&'static str> {
        let (_, errors) = toml::de::DeTable::parse_recoverable(text);
        Cause::toml(errors.first().expect("wrong").message()).code
    }

    #[test]
    fn slips_in_settings_have_codes() {
        for (text, code) in [
            ("a = “x”", "toml-bare"),
            ("a = x", "toml-bare"),
            ("a = \"x", "toml-quotes"),
            ("a = 'x", "toml-quotes"),
            ("a = \"\"\"x", "toml-quotes"),
            ("客户 = 1", "toml-name"),
            ("a b = 1", "toml-value"),
            ("= 1", "toml-name"),
            ("a = 1\na = 2", "toml-twice"),
            ("[a]\n[a]", "toml-twice"),
            ("a = [1", "toml-bracket"),
            ("[a", "toml-bracket"),
            ("[[a]", "toml-bracket"),
            ("a = {b = 1", "toml-bracket"),
            ("a = [1 2]", "toml-bare"),
            ("a = [\"x\" \"y\"]", "toml-comma"),
            ("a = [\"x\",,\"y\"]", "toml-comma"),
            ("a = {b = 1 c = 2}", "toml-comma"),
            ("a == 1", "toml-equals"),
            ("a", "toml-value"),
            ("a =", "toml-bare"),
            ("a = 1 2", "toml-bare"),
            ("a = \"x\" \"y\"", "toml-line"),
            ("a = True", "toml-flag"),
            ("a = \"C:\\Users\"", "toml-backslash"),
            ("a = \"C:\\data\"", "toml-backslash"),
            ("a = 2026-13-01", "toml-date"),
            ("a = 2026-6-1", "toml-date"),
            ("a = 012", "toml-number"),
            ("a = 1__2", "toml-number"),
            ("a = 1.", "toml-number"),
            ("{\"a\": 1}", "toml-line"),
            ("a = 10%", "toml-bare"),
            ("# \u{1}", "toml-character"),
        ] {
            assert_eq!(toml_code(text), Some(code), "{text}: {:?}", {
                let (_, errors) = toml::de::DeTable::parse_recoverable(text);
                errors.first().map(|error| error.message().to_owned())
            });
        }
    }

    #[test]
    fn json_is_told_by_line_and_column() {
        #[derive(Debug, serde::Deserialize)]
        struct It {
            #[serde(rename = "a")]
            _a: u8,
        }
        let cause = |text: &str| Cause::json(&serde_json::from_str::<It>(text).expect_err("wrong"));
        assert_eq!(cause("").code, Some("json-empty"));
        assert_eq!(
            (cause("{\n\"a\"").code, cause("{\n\"a\"").place),
            (Some("json-end"), Some((2, 3)))
        );
        assert_eq!((cause("{,}").code, cause("{,}").place), (Some("json-syntax"), Some((1, 2))));
        assert_eq!(cause("{}").name.as_deref(), Some("a"));
        assert_eq!(cause("{\"a\": \"x\"}").code, Some("json-other"));
        assert!(cause("{\"a\": \"x\"}").detail.is_some());
    }

    #[test]
    fn what_is_not_known_is_only_a_detail() {
        let told =
            |cause: Cause| cause.of(Diagnostic::error("file-damaged", Origin::default())).facts;
        assert!(told(Cause::text("")).is_empty());
        assert_eq!(told(Cause::text("bad block")).keys().copied().collect::<Vec<_>>(), ["detail"]);
        let cut: io::Error = ErrorKind::UnexpectedEof.into();
        assert_eq!(Cause::text(Cause::io(&cut).into_text()), Cause::code("cut-off"));
    }

    #[test]
    fn every_code_has_words() {
        let json = ["json-empty", "json-end", "json-syntax", "json-missing", "json-other"];
        let all = TOML.iter().map(|(_, code)| *code).chain(CODES).chain(json).chain(["changed"]);
        for code in all {
            for lang in Lang::ALL {
                assert!(lang.find(&format!("reason.{code}")).is_some(), "{code} {}", lang.code());
            }
        }
    }
}
