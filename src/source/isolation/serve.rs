//! The child's end: opens what it is given and answers until its input ends.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use super::wire::{self, Kind, OwnedTask};
use crate::source::workbook::Workbook;
use crate::source::{Cell, RowSink};

/// Rows are sent when they make up this many bytes.
const FRAME: usize = 256 << 10;

/// Answers the parent at the other end of the streams. Its file is hostile until proven otherwise: call
/// [`limit`](super::limit) first.
///
/// # Errors
/// The parent is gone, or is no parent.
pub fn serve(input: &mut (dyn Read + Send), output: &mut (dyn Write + Send)) -> io::Result<()> {
    let (task, bytes) = wire::receive_task(input)?;
    let opened = match task {
        OwnedTask::Read(format) => Workbook::open_bytes(bytes, format),
        OwnedTask::Decrypt(password) => Workbook::decrypt_bytes(bytes, password.as_deref()),
    };
    let mut book = match opened {
        Ok(book) => book,
        Err(flaw) => return wire::send(output, Kind::Flaw, &wire::put_flaw(&flaw)),
    };
    wire::send(output, Kind::Sheets, &wire::put_sheets(book.format(), book.sheets()))?;
    while let Some((kind, sheet)) = wire::receive_request(input)? {
        // An answer to the last frame of a sheet that has ended may come late.
        if kind != Kind::Read {
            continue;
        }
        let mut sender = Sender { input, output, rows: Vec::new(), failed: None };
        let read = book.push(sheet as usize, &mut sender);
        if let Some(error) = sender.failed {
            return Err(error);
        }
        let rest = std::mem::take(&mut sender.rows);
        match read {
            Ok(()) => {
                if !rest.is_empty() {
                    wire::send(output, Kind::Rows, &rest)?;
                }
                wire::send(output, Kind::End, &[])?;
            }
            Err(flaw) => return wire::send(output, Kind::Flaw, &wire::put_flaw(&flaw)),
        }
    }
    Ok(())
}

struct Sender<'a> {
    input: &'a mut (dyn Read + Send),
    output: &'a mut (dyn Write + Send),
    rows: Vec<u8>,
    failed: Option<io::Error>,
}

impl Sender<'_> {
    /// Sends what has been gathered and hears whether more is wanted.
    fn flush(&mut self) -> io::Result<ControlFlow<()>> {
        wire::send(self.output, Kind::Rows, &self.rows)?;
        self.rows.clear();
        match wire::receive_request(self.input)? {
            Some((Kind::More, _)) => Ok(ControlFlow::Continue(())),
            Some((Kind::Enough, _)) => Ok(ControlFlow::Break(())),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

impl RowSink for Sender<'_> {
    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        wire::put_row(&mut self.rows, number, cells);
        if self.rows.len() < FRAME {
            return ControlFlow::Continue(());
        }
        self.flush().unwrap_or_else(|error| {
            self.failed = Some(error);
            ControlFlow::Break(())
        })
    }
}
