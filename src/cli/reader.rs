//! The hidden command under which the program reads legacy workbooks for itself, in a process with limits.

use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use crate::source::isolation;

use super::env;

/// Has legacy workbooks read by this very program.
pub(super) fn set_up() {
    if let Some(program) = env::program() {
        isolation::use_program(program);
    }
}

/// Reads for a parent if that is what the program was started for.
pub(super) fn run(arguments: &[OsString]) -> Option<ExitCode> {
    let [_, command, size] = arguments else {
        return None;
    };
    if command != isolation::COMMAND {
        return None;
    }
    let size = size.to_str().and_then(|size| size.parse().ok()).unwrap_or(0);
    isolation::limit(size);
    Some(serve().map_or(ExitCode::from(2), |()| ExitCode::SUCCESS))
}

/// A thread takes in the requests, so that the end of the parent is seen while a file is being read.
fn serve() -> io::Result<()> {
    let (mut requests, mut sender) = io::pipe()?;
    std::thread::spawn(move || {
        let _ = io::copy(&mut io::stdin().lock(), &mut sender);
        #[expect(clippy::exit, reason = "whatever the reader is doing, nobody wants it any more")]
        std::process::exit(0);
    });
    isolation::serve(&mut requests, &mut io::stdout())
}
