//! The environment and the clock: the only place that asks them, so that results depend on nothing but inputs,
//! settings and flags (`.clippy.toml` bans these calls everywhere else).

#![expect(clippy::disallowed_methods, reason = "this is their one place")]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::civil::Date;

/// A variable that is set to text and not blank.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// A variable, whatever its bytes.
pub(super) fn raw(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// The folder that the user's settings file is kept under.
pub(super) fn settings_folder() -> Option<PathBuf> {
    raw("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| raw("HOME").map(|home| Path::new(&home).join(".config")))
        .or_else(|| raw("APPDATA").map(PathBuf::from))
}

/// The folder that the program was started in.
pub(super) fn folder() -> Option<PathBuf> {
    std::env::current_dir().ok()
}

/// The file that this program was started from. On Linux that is a link of the system's, which also leads to a program
/// that has been replaced while it runs.
pub(super) fn program() -> Option<PathBuf> {
    let link = Path::new("/proc/self/exe");
    if cfg!(target_os = "linux") && link.exists() {
        return Some(link.to_owned());
    }
    std::env::current_exe().ok()
}

/// The date where the user is.
pub(super) fn date() -> Date {
    jiff::Zoned::now().date()
}

/// Now, to say how long a run took.
pub(super) fn now() -> Instant {
    Instant::now()
}
