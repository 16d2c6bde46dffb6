//! The passwords of files: a table of account managers and passwords, in any format that can be read.
//!
//! A password is never printed, not even in part, and no diagnostic carries the cell.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;

use crate::diagnostic::{Diagnostic, Origin};
use crate::error::{Error, Result};
use crate::locale::Lang;
use crate::review::Scope;
use crate::schema::{aliases, value};
use crate::source::{Document, Hints, Input, OwnedCell, OwnedRow};

/// Headings of the passwords.
const PASSWORD: [&str; 6] = ["password", "passwords", "passphrase", "密码", "口令", "打开密码"];
/// Characters that Excel lets people type.
const LONGEST: usize = 255;

/// Passwords by account manager, as the table names them.
#[derive(Default)]
pub(super) struct Passwords(BTreeMap<String, String>);

/// Whose files are encrypted with what, in the order of the reviews.
#[derive(Default)]
pub(super) struct Matched {
    pub(super) passwords: Vec<Option<String>>,
    /// Account managers that the review does not know, and those who get no password.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Passwords {
    /// Reads the table.
    ///
    /// # Errors
    /// An unreadable file, no headings, a password that is empty or no text, two passwords for one.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let input = Input::file(path);
        // Passwords hold anything: only the headings tell how cells are told apart.
        let mut problem = None;
        for delimiter in [",", ";", "tab"] {
            match rows(&input, delimiter) {
                Ok(rows) => {
                    if let Some(columns) = rows.first().and_then(columns) {
                        return Self::of(&rows[1..], columns, &input.name);
                    }
                }
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        Err(problem.unwrap_or_else(|| wrong(&input.name, None, "headings").into()))
    }

    fn of(rows: &[OwnedRow], (owner, password): (usize, usize), file: &str) -> Result<Self> {
        let mut passwords = BTreeMap::new();
        let mut problems = Vec::new();
        for row in rows {
            let cell = |at: usize| row.cells.get(at).unwrap_or(&OwnedCell::Blank);
            let name = value::shown(&cell(owner).borrow()).trim().to_owned();
            let problem =
                |reason| wrong(file, Some(row.number), reason).with("owner", name.clone());
            let word = match cell(password) {
                OwnedCell::Text(text) => text.clone(),
                OwnedCell::Blank => String::new(),
                number @ (OwnedCell::Number(_) | OwnedCell::Decimal(..)) => {
                    value::shown(&number.borrow())
                }
                OwnedCell::Date(..) | OwnedCell::Bool(_) | OwnedCell::Error(_) => {
                    problems.push(problem("text"));
                    continue;
                }
            };
            if name.is_empty() {
                problems.push(problem("owner"));
            } else if word.trim().is_empty() {
                problems.push(problem("empty"));
            } else if word.encode_utf16().count() > LONGEST {
                problems.push(problem("long"));
            } else if passwords.insert(name.clone(), word.clone()).is_some_and(|was| was != word) {
                problems.push(problem("twice"));
            }
        }
        if problems.is_empty() { Ok(Self(passwords)) } else { Err(Error { diagnostics: problems }) }
    }

    /// Finds whose they are: by the name as written, else by one that differs in width and capitals alone.
    pub(super) fn matched(&self, scopes: &[&Scope], file: &str, lang: Lang) -> Matched {
        let mut used = BTreeSet::new();
        let passwords: Vec<Option<String>> = scopes
            .iter()
            .map(|scope| {
                let named = self.entry(scope, scopes)?;
                used.insert(named.as_str());
                self.0.get(named).cloned()
            })
            .collect();
        let mut diagnostics = Vec::new();
        let unknown: Vec<String> =
            self.0.keys().filter(|name| !used.contains(name.as_str())).cloned().collect();
        let bare: Vec<String> = scopes
            .iter()
            .zip(&passwords)
            .filter(|(_, password)| password.is_none())
            .map(|(scope, _)| named(scope, lang))
            .collect();
        for (code, owners) in [("password-owner", unknown), ("password-missing", bare)] {
            if !owners.is_empty() && !self.0.is_empty() {
                let warning = Diagnostic::warning(code, Origin::file(file));
                diagnostics.push(warning.with("owners", owners));
            }
        }
        Matched { passwords, diagnostics }
    }

    /// The name in the table that stands for a scope.
    fn entry(&self, scope: &Scope, scopes: &[&Scope]) -> Option<&String> {
        let owners = || scopes.iter().filter_map(|scope| scope.owner.as_deref());
        let Some(owner) = scope.owner.as_deref() else {
            // Clients without an account manager go by the word in the name of their file.
            let words = Lang::ALL.map(|lang| lang.text("scope.file"));
            return self.0.keys().find(|name| {
                words.contains(*name) && owners().all(|owner| owner != name.as_str())
            });
        };
        if let Some((name, _)) = self.0.get_key_value(owner) {
            return Some(name);
        }
        let alike = |other: &str| folded(other) == folded(owner);
        let alone = owners().filter(|other| alike(other)).count() == 1;
        let mut found = self.0.keys().filter(|name| alike(name));
        found.next().filter(|_| alone && found.next().is_none())
    }
}

/// An account manager, or the word for none.
pub(super) fn named(scope: &Scope, lang: Lang) -> String {
    scope.owner.clone().unwrap_or_else(|| lang.text("scope.file"))
}

fn folded(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// The rows of the first sheet, headings included.
fn rows(input: &Input, delimiter: &str) -> Result<Vec<OwnedRow>> {
    let mut hints = Hints { delimiter: Some(delimiter.to_owned()), ..Hints::default() };
    loop {
        let rows = Document::open(input, &hints)
            .and_then(|mut document| document.sample(0, 1, usize::MAX));
        match rows {
            Err(error) if hints.learn(&error) => {}
            rows => return rows,
        }
    }
}

/// Where account managers and passwords stand.
fn columns(headings: &OwnedRow) -> Option<(usize, usize)> {
    let owners: Vec<String> = aliases::as_written("clients", "owner")
        .iter()
        .map(|alias| aliases::normalise(alias))
        .collect();
    let headings: Vec<String> = headings
        .cells
        .iter()
        .map(|cell| aliases::normalise(&value::shown(&cell.borrow())))
        .collect();
    let owner = headings.iter().position(|heading| owners.contains(heading))?;
    let password = headings.iter().position(|heading| PASSWORD.contains(&heading.as_str()))?;
    Some((owner, password))
}

fn wrong(file: &str, row: Option<u64>, reason: &'static str) -> Diagnostic {
    let origin = Origin { row, ..Origin::file(file) };
    Diagnostic::error("password-list", origin).with("reason", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Passwords> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("p.csv");
        std::fs::write(&path, bytes).expect("written");
        Passwords::read(&path)
    }

    fn matched(list: &Passwords, owners: &[Option<&str>]) -> (Vec<Option<String>>, Vec<String>) {
        let scopes: Vec<Scope> =
            owners.iter().map(|owner| Scope { owner: owner.map(ToOwned::to_owned) }).collect();
        let found = list.matched(&scopes.iter().collect::<Vec<_>>(), "p.csv", Lang::En);
        let said = found.diagnostics.iter().map(|said| format!("{} {:?}", said.code, said.facts));
        (found.passwords, said.collect())
    }

    #[test]
    fn headings_are_tolerated_in_both_languages() {
        let (gbk, _, _) = encoding_rs::GBK.encode("客户经理,密码\n王芳,\"a;b|c \"\"\"\n");
        for bytes in [
            "owner,password\n王芳,\"a;b|c \"\"\"\n".as_bytes(),
            "\u{feff}Password;Account Manager\n\"a;b|c \"\"\";王芳\n".as_bytes(),
            "负责人\t口令\n王芳\t\"a;b|c \"\"\"\n".as_bytes(),
            gbk.as_ref(),
        ] {
            let list = read(bytes).expect("read");
            assert_eq!(list.0.get("王芳").map(String::as_str), Some("a;b|c \""), "{bytes:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        for (text, reason) in [
            ("who,what\na,secret\n", "headings"),
            ("owner,password\na,\n", "empty"),
            ("owner,password\na,  \n", "empty"),
            ("owner,password\n,secret\n", "owner"),
            ("owner,password\na,secret\na,secret2\n", "twice"),
        ] {
            let error = read(text.as_bytes()).err().expect("wrong");
            let said = format!("{:?}", error.diagnostics);
            assert!(said.contains(reason) && !said.contains("secret"), "{said}");
        }
        assert!(read(b"owner,password\na,x\na,x\n").is_ok(), "the same twice is no question");
    }

    #[test]
    fn account_managers_are_found_by_their_names() {
        let list = read("owner,password\nLi Wei,1\nｃｈｅｎ,2\nnobody,3\nno-owner,4\n".as_bytes())
            .expect("read");
        let owners = [Some("Li Wei"), Some("li wei"), Some("Chen"), None];
        let (found, said) = matched(&list, &owners);
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(found, [text("1"), None, text("2"), text("4")]);
        let bare = read(b"owner,password\nChen,1\n").expect("read");
        let (_, missing) = matched(&bare, &[Some("Chen"), None]);
        assert!(missing[0].contains("no-owner"), "{missing:?}");
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("password-owner") && said[0].contains("nobody"), "{said:?}");
        assert!(said[1].starts_with("password-missing") && said[1].contains("li wei"), "{said:?}");
    }
}
