//! Writing files: whole or not at all, never over an input, never over a workbook that somebody has edited.
//!
//! An output is written to a temporary file in its own folder, flushed to the disk and renamed. The temporary file stays
//! locked while its writer lives, so the next run can tell one that a killed run has left behind, and removes it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::NamedTempFile;

use crate::error::{Error, Result};
use crate::render::workbook;
use crate::source::{Input, Place};

use super::prompt;

/// The temporary files and folders of the moment, for the interrupt handler.
static CURRENT: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// How often a folder is removed that somebody still writes into.
const ATTEMPTS: usize = 20;

/// Makes Ctrl-C and termination remove what is temporary and end the program with code 130.
pub(super) fn remove_on_interrupt() {
    let _ = ctrlc::set_handler(|| {
        // Held to the end: nothing is put in its place any more.
        let mut current = CURRENT.lock().unwrap_or_else(PoisonError::into_inner);
        for path in current.drain(..) {
            if fs::remove_file(&path).is_err() {
                let gone = |_: &usize| fs::remove_dir_all(&path).is_ok() || !path.exists();
                let _ = (0..ATTEMPTS).find(gone);
            }
        }
        prompt::restore_terminal();
        #[expect(
            clippy::exit,
            reason = "the one place where the program ends from another thread"
        )]
        std::process::exit(130);
    });
}

/// Does something that an interrupt must not cut in two; it may change what one removes.
pub(super) fn uninterrupted<T>(act: impl FnOnce(&mut Vec<PathBuf>) -> T) -> T {
    act(&mut CURRENT.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Refuses outputs that are inputs or cannot be written, and workbooks that were edited since kam wrote them.
pub(super) fn check(path: &Path, inputs: &[Input], force: bool) -> Result<()> {
    check_locked(path, inputs, force, None)
}

/// The same where an encrypted workbook may stand in its place, which opens with the password of the new one.
pub(super) fn check_locked(
    path: &Path,
    inputs: &[Input],
    force: bool,
    password: Option<&str>,
) -> Result<()> {
    let name = || path.display().to_string();
    for input in inputs {
        let is_input = match &input.place {
            Place::File(input) => same_file(path, input),
            Place::Memory(_) => false,
            Place::Stored(stored) => {
                let parts = stored.sheets.iter().flat_map(|sheet| &sheet.parts);
                let partitions = parts.filter_map(|part| part.partition.as_ref());
                same_file(path, &stored.original)
                    || partitions
                        .map(|partition| Path::new(&partition.name))
                        .any(|it| same_file(path, it))
            }
        };
        if is_input {
            return Err(Error::file("output-is-input", name()));
        }
    }
    check_place(path)?;
    let exists = is_workbook(path) && path.exists();
    if exists && !force && !workbook::is_as_written(path, password) {
        return Err(Error::file("output-changed", name()));
    }
    Ok(())
}

/// Refuses folders, and files in a folder that is not there or takes none: better now than after a long answer.
fn check_place(path: &Path) -> Result<()> {
    let cannot = |error: &io::Error| Error::io("cannot-write", path.display().to_string(), error);
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(cannot(&io::ErrorKind::IsADirectory.into()));
    }
    // A file without a name: nothing to see, nothing to leave behind.
    tempfile::tempfile_in(folder_of(&target)).map(drop).map_err(|error| cannot(&error))
}

/// Whether a file is a workbook by its name.
pub(super) fn is_workbook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"))
}

/// Refuses a file that is there already.
pub(super) fn check_new(path: &Path, inputs: &[Input], force: bool) -> Result<()> {
    if !force && path.exists() {
        return Err(Error::file("file-exists", path.display().to_string()));
    }
    check(path, inputs, true)
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) if a == b => return true,
        (Ok(_), Ok(_)) => {}
        _ => return false,
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if let (Ok(a), Ok(b)) = (fs::metadata(a), fs::metadata(b)) {
            return a.dev() == b.dev() && a.ino() == b.ino();
        }
    }
    false
}

/// What a file is written through.
pub(super) trait Sink: Write + Seek + Send {}

impl<T: Write + Seek + Send> Sink for T {}

/// Writes a file through `write`.
pub(super) fn write(
    path: &Path,
    write: impl FnOnce(&mut dyn Sink) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    prepare(path, write)?.put()
}

/// Makes room for this many files that are open at once, as far as the system lets us.
pub(super) fn expect(count: usize) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        /// What is open besides.
        const OTHERS: u64 = 128;
        let limit = getrlimit(Resource::Nofile);
        let wanted = count as u64 + OTHERS;
        if limit.current.is_some_and(|current| current < wanted) {
            let current = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
            let _ = setrlimit(
                Resource::Nofile,
                Rlimit { current: Some(current), maximum: limit.maximum },
            );
        }
    }
    #[cfg(not(unix))]
    let _ = count;
}

/// A file that is written but not yet in its place; dropped, it leaves nothing behind.
pub(super) struct Ready {
    temporary: NamedTempFile<File>,
    /// Where it goes.
    target: PathBuf,
    /// As the user named it.
    name: String,
}

impl Ready {
    /// Puts the file in its place.
    pub(super) fn put(self) -> anyhow::Result<()> {
        let Self { temporary, target, name } = self;
        let written = temporary.path().to_owned();
        let put = temporary.persist(&target);
        CURRENT.lock().unwrap_or_else(PoisonError::into_inner).retain(|path| *path != written);
        put.map_err(|error| Error::io("cannot-write", name, &error.error))?;
        // A folder cannot be flushed everywhere; where it can, the new name survives a power cut.
        if let Ok(folder) = File::open(folder_of(&target)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file through `write` beside its place. Several files are prepared first and then put in their places, so that
/// all of them appear or none does.
pub(super) fn prepare(
    path: &Path,
    write: impl FnOnce(&mut dyn Sink) -> anyhow::Result<()>,
) -> anyhow::Result<Ready> {
    let shown = path.display().to_string();
    let cannot = |error: &io::Error| Error::io("cannot-write", shown.clone(), error);
    // A link stays a link: what it points to is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if target.is_dir() {
        return Err(cannot(&io::Error::from(io::ErrorKind::IsADirectory)).into());
    }
    let folder = folder_of(&target);
    let name =
        target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let prefix = format!(".{name}.kam-");
    remove_left_behind(folder, &prefix);
    // The mode is that of any new file under the umask.
    let temporary = tempfile::Builder::new()
        .prefix(&prefix)
        .suffix(".tmp")
        .make_in(folder, |path| OpenOptions::new().write(true).create_new(true).open(path))
        .map_err(|error| cannot(&error))?;
    let _ = temporary.as_file().lock();
    CURRENT.lock().unwrap_or_else(PoisonError::into_inner).push(temporary.path().to_owned());
    let mut out = BufWriter::with_capacity(1 << 20, temporary.as_file());
    write(&mut out).map_err(|error| match system_error(&error) {
        Some(system) => cannot(&system).into(),
        None => error,
    })?;
    out.flush().map_err(|error| cannot(&error))?;
    drop(out);
    temporary.as_file().sync_all().map_err(|error| cannot(&error))?;
    Ok(Ready { temporary, target, name: shown })
}

/// The error of the operating system that a writer met, also within that of a serialiser.
pub(super) fn system_error(error: &anyhow::Error) -> Option<io::Error> {
    error.chain().find_map(|cause| {
        let kind = match cause.downcast_ref::<io::Error>() {
            Some(system) => system.kind(),
            None => cause.downcast_ref::<serde_json::Error>()?.io_error_kind()?,
        };
        Some(io::Error::new(kind, cause.to_string()))
    })
}

/// Removes temporary files of this output whose writers are gone.
fn remove_left_behind(folder: &Path, prefix: &str) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(prefix) && name.ends_with(".tmp") {
            let abandoned = OpenOptions::new()
                .write(true)
                .open(entry.path())
                .is_ok_and(|file| file.try_lock().is_ok());
            if abandoned {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("out.json");
        write(&path, |out| Ok(out.write_all(b"old")?)).expect("written");
        let failed = write(&path, |out| {
            out.write_all(b"new, half")?;
            anyhow::bail!("no")
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).expect("file"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1);
    }

    #[test]
    fn a_disk_that_fills_up_is_no_bug_of_ours() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("out.json");
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let plain = write(&path, |_| Err(full().into()));
        let serialised = write(&path, |_| Err(serde_json::Error::io(full()).into()));
        for failed in [plain, serialised] {
            let error = failed.expect_err("full").downcast::<Error>().expect("told");
            assert_eq!(error.diagnostics[0].code, "disk-full");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 0);
    }

    #[test]
    fn what_a_killed_run_left_behind_is_removed() {
        let folder = tempfile::tempdir().expect("folder");
        let left = folder.path().join(".out.json.kam-abc.tmp");
        fs::write(&left, b"half").expect("written");
        write(&folder.path().join("out.json"), |out| Ok(out.write_all(b"whole")?))
            .expect("written");
        assert!(!left.exists());
    }

    #[test]
    fn an_output_must_not_be_an_input() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, b"x").expect("written");
        let link = folder.path().join("b.csv");
        fs::hard_link(&path, &link).expect("linked");
        assert!(check(&link, &[Input::file(&path)], true).is_err());
        assert!(check(&folder.path().join("c.csv"), &[Input::file(&path)], true).is_ok());
    }
}
