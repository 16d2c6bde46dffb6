//! Why a run had to stop: one or more diagnostics, so that a person gets all problems at once and in their language.

mod cause;

use std::fmt;
use std::io::ErrorKind;

pub use cause::Cause;

use crate::diagnostic::{Diagnostic, Origin};

/// The result of anything that can fail on user input.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Problems that stopped a run.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// What was wrong; never empty.
    pub diagnostics: Vec<Diagnostic>,
}

impl Error {
    /// One problem with a whole file.
    #[must_use]
    pub fn file(code: &'static str, file: impl Into<String>) -> Self {
        Diagnostic::error(code, Origin::file(file)).into()
    }

    /// An operating-system error on a file. A full disk and a file that is not there are told as that, since the remedy is
    /// another.
    #[must_use]
    pub fn io(code: &'static str, file: impl Into<String>, error: &std::io::Error) -> Self {
        let is_full = matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded);
        let code = match code {
            "cannot-write" if is_full => "disk-full",
            "file-unreadable" if error.kind() == ErrorKind::NotFound => "file-missing",
            _ => code,
        };
        Cause::io(error).of(Diagnostic::error(code, Origin::file(file))).into()
    }
}

impl From<Diagnostic> for Error {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostics: vec![diagnostic] }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}", diagnostic.code)?;
            if !diagnostic.origin.file.is_empty() {
                write!(f, " in {}", diagnostic.origin.file)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_as_that() {
        let code = |code, kind: ErrorKind| Error::io(code, "a", &kind.into()).diagnostics[0].code;
        assert_eq!(code("cannot-write", ErrorKind::StorageFull), "disk-full");
        assert_eq!(code("cannot-write", ErrorKind::PermissionDenied), "cannot-write");
        assert_eq!(code("file-unreadable", ErrorKind::StorageFull), "file-unreadable");
        assert_eq!(code("file-unreadable", ErrorKind::NotFound), "file-missing");
        assert_eq!(code("cannot-write", ErrorKind::NotFound), "cannot-write");
    }
}
