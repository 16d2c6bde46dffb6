//! Legacy workbooks are read by a process of their own, with limits.
//!
//! The readers of xls, xlsb and ods hold a whole workbook in memory and were written for honest files: a damaged one can
//! make them reserve any amount of memory, never end, or abort the process, which no shield catches. So the program
//! starts itself once more ([`use_program`]), hands the bytes of the file to that child through its standard input, and
//! takes rows back in frames ([`wire`]). The child limits its own memory and processor time by the size of the file
//! before it looks at a byte; the parent waits for an answer only so long. Whatever becomes of the child is a fact about
//! the file. Decrypting a workbook with a password is done there too.
//!
//! The parent says after each frame whether it wants more, so neither side holds more than a frame or two, and a sample
//! of a sheet costs no more than a sample. When the parent ends, however it ends, the child's input ends and the child
//! with it.
//!
//! A program that uses this library without calling [`use_program`] reads such files in its own process, behind the
//! [`shield`](super::shield) and the checks before it.

mod serve;
mod wire;

pub use serve::serve;

use std::io::{self, BufReader, Read, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::package::Flaw;
use super::{Cell, Format, RowSink, SheetInfo};
use crate::error::Cause;
use wire::{Frame, Kind, Taken};

/// The command under which the program reads for its parent; the size of the file follows.
pub const COMMAND: &str = "__read";

/// Memory that reading may take whatever the size of the file.
const MEMORY_FREE: u64 = 512 << 20;
/// Memory for each byte of the file: a BIFF number of 14 bytes becomes a cell of 32, and the file is held besides.
const MEMORY_EACH: u64 = 40;
/// Seconds that any file may take.
const SECONDS_FREE: u64 = 8;
/// Bytes that may take one second more.
const BYTES_A_SECOND: u64 = 1 << 20;

/// The verdict on what brought a child down or made it talk nonsense.
const DIED: Flaw = Flaw::Suspicious("reader-died");

static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Has legacy workbooks read by this program, which answers to [`COMMAND`] by calling [`serve`].
pub fn use_program(path: PathBuf) {
    let _ = PROGRAM.set(path);
}

pub(super) fn program() -> Option<&'static Path> {
    PROGRAM.get().map(PathBuf::as_path)
}

/// Whether the reader of a format is one to keep at a distance.
pub(super) fn is_legacy(format: Format) -> bool {
    matches!(format, Format::Xls | Format::Xlsb | Format::Ods)
}

fn seconds(size: u64) -> u64 {
    (size / BYTES_A_SECOND).max(SECONDS_FREE)
}

/// Limits this process before it reads a file of a size: memory, processor time, and no memory dumps. Limits that are
/// lower already stay. Does nothing where the system has none.
pub fn limit(size: u64) {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let memory = MEMORY_FREE.saturating_add(size.saturating_mul(MEMORY_EACH));
        // The parent's patience is for one answer; this is for all of them, should the parent be gone.
        let time = seconds(size).saturating_mul(3);
        for (resource, most) in [(Resource::As, memory), (Resource::Cpu, time), (Resource::Core, 0)]
        {
            let most = getrlimit(resource).maximum.map_or(most, |given| given.min(most));
            let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
        }
    }
    #[cfg(not(unix))]
    let _ = size;
}

/// What the child is to do with the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task<'a> {
    /// Read them as this format.
    Read(Format),
    /// Decrypt them first, with the password if one is known.
    Decrypt(Option<&'a str>),
}

/// A workbook that a child has open.
pub(super) struct Isolated {
    child: Child,
    requests: Option<ChildStdin>,
    answers: Receiver<io::Result<Frame>>,
    patience: Duration,
    format: Format,
    sheets: Vec<SheetInfo>,
}

impl Isolated {
    /// Starts a child on the bytes of a file.
    pub(super) fn open(
        program: &Path,
        content: &mut dyn Read,
        size: u64,
        task: Task<'_>,
    ) -> Result<Self, Flaw> {
        let mut command = Command::new(program);
        command.arg(COMMAND).arg(size.to_string());
        // Passwords among them are none of its business.
        if cfg!(unix) {
            command.env_clear();
        } else {
            command.env_remove("KAM_PASSWORD");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Flaw::Unreadable(Cause::io(&error).into_text()))?;
        let (sender, answers) = sync_channel(1);
        if let Some(output) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut output = BufReader::new(output);
                while let Some(frame) = wire::receive(&mut output).transpose() {
                    let failed = frame.is_err();
                    if sender.send(frame).is_err() || failed {
                        break;
                    }
                }
            });
        }
        let mut isolated = Self {
            requests: child.stdin.take(),
            child,
            answers,
            patience: Duration::from_secs(seconds(size)),
            format: Format::Xls,
            sheets: Vec::new(),
        };
        isolated.hand_over(content, size, task)?;
        let opened = isolated.answer()?;
        if opened.kind != Kind::Sheets {
            return Err(DIED);
        }
        (isolated.format, isolated.sheets) = wire::sheets(&opened.payload).ok_or(DIED)?;
        Ok(isolated)
    }

    fn hand_over(&mut self, content: &mut dyn Read, size: u64, task: Task<'_>) -> Result<(), Flaw> {
        let Some(requests) = &mut self.requests else {
            return Err(Flaw::Unreadable(String::new()));
        };
        let mut failed = requests.write_all(&wire::task(task, size)).is_err();
        // A child that died says why by how it ended; only the file itself can fail to be read here.
        let mut block = vec![0; 64 << 10];
        let mut left = size;
        while left > 0 && !failed {
            let most = block.len().min(usize::try_from(left).unwrap_or(block.len()));
            let count = content
                .read(&mut block[..most])
                .map_err(|error| Flaw::Unreadable(Cause::io(&error).into_text()))?;
            if count == 0 {
                // The file became shorter while it was read.
                return Err(Flaw::Damaged(String::new()));
            }
            failed = requests.write_all(&block[..count]).is_err();
            left -= count as u64;
        }
        failed |= requests.flush().is_err();
        if failed { Err(self.ended()) } else { Ok(()) }
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) fn sheets(&self) -> &[SheetInfo] {
        &self.sheets
    }

    /// Pushes the rows of a sheet until the sink has enough.
    pub(super) fn read(&mut self, sheet: usize, sink: &mut dyn RowSink) -> Result<(), Flaw> {
        self.ask(&wire::request(Kind::Read, sheet as u32))?;
        let mut enough = false;
        loop {
            let frame = self.answer()?;
            match frame.kind {
                Kind::End => return Ok(()),
                Kind::Rows if enough => self.ask(&wire::request(Kind::Enough, 0))?,
                Kind::Rows => {
                    // The child prepares the next frame while this one is used.
                    self.ask(&wire::request(Kind::More, 0))?;
                    match rows(&frame.payload, sink) {
                        Some(flow) => enough = flow.is_break(),
                        None => return Err(DIED),
                    }
                }
                _ => return Err(DIED),
            }
        }
    }

    fn ask(&mut self, request: &[u8]) -> Result<(), Flaw> {
        let asked = self
            .requests
            .as_mut()
            .is_some_and(|requests| requests.write_all(request).and(requests.flush()).is_ok());
        if asked { Ok(()) } else { Err(self.ended()) }
    }

    /// The next frame, unless it is the child's verdict on the file.
    fn answer(&mut self) -> Result<Frame, Flaw> {
        match self.answers.recv_timeout(self.patience) {
            Ok(Ok(frame)) if frame.kind == Kind::Flaw => Err(wire::flaw(&frame.payload)),
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(_)) | Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
            Err(RecvTimeoutError::Timeout) => {
                let _ = self.child.kill();
                Err(Flaw::Suspicious("too-slow"))
            }
        }
    }

    /// What the end of the child says about the file.
    fn ended(&mut self) -> Flaw {
        // A last verdict may still be on its way.
        if let Ok(Ok(frame)) = self.answers.recv_timeout(Duration::from_secs(1))
            && frame.kind == Kind::Flaw
        {
            return wire::flaw(&frame.payload);
        }
        let _ = self.child.kill();
        match self.child.wait() {
            Ok(status) if is_out_of_time(status) => Flaw::Suspicious("too-slow"),
            _ => DIED,
        }
    }
}

#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

#[cfg(not(unix))]
fn is_out_of_time(_: ExitStatus) -> bool {
    false
}

impl Drop for Isolated {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hands the rows of a frame on; `None` when it makes no sense.
fn rows(payload: &[u8], sink: &mut dyn RowSink) -> Option<ControlFlow<()>> {
    let mut taken = Taken(payload);
    while !taken.0.is_empty() {
        let (number, count) = taken.row()?;
        let mut cells: Vec<Cell<'_>> = Vec::with_capacity(count.min(taken.0.len()));
        for _ in 0..count {
            cells.push(taken.cell()?);
        }
        if sink.row(number, &cells).is_break() {
            return Some(ControlFlow::Break(()));
        }
    }
    Some(ControlFlow::Continue(()))
}
