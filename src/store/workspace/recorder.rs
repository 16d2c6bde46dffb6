//! Keeps the rows of a sheet while it is read.
//!
//! A [`Capture`] stands before the sink of each thread. It turns cells into typed columns, and keeps a row as given
//! where the sink had something to say about it or where its typed values would not read the same. The [`Recorder`]
//! puts the pieces of all threads back into the order of the source, so that the same file gives the same bytes.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::super::sheet::{Seen, Sheet};
use super::partition::{Buffer, Slot, Writer, Written};
use crate::diagnostic::{Diagnostic, Origin, column_letters};
use crate::error::{Error, Result};
use crate::period::Day;
use crate::schema::Kind;
use crate::schema::heading::Layout;
use crate::schema::value::Reading;
use crate::source::{Cell, RowSink};

/// Rows after which a thread hands over what it has, where the text has no blocks.
const PIECE: usize = 65_536;
/// Rows of a row group, at least.
const GROUP: usize = 131_072;
/// Pieces that may wait for the writer.
const WAITING: usize = 48;

/// A sink that can tell whether it had something to say about a row.
pub(in super::super) trait Account {
    /// Grows whenever a row is more than its typed values: it was left out, remarked on, rounded.
    fn remarks(&self) -> u64;
    /// Rows left out so far.
    fn left_out(&self) -> u64;
    /// Why the last of them was.
    fn reason(&self) -> &'static str;
}

/// What the typed columns of a partition rest on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Kept {
    /// Canonical table.
    pub table: String,
    /// Row of the headings.
    pub header_row: u64,
    /// Its columns.
    pub columns: Vec<KeptColumn>,
    /// What surveys saw.
    pub seen: Seen,
}

/// A column of a sheet that was imported.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct KeptColumn {
    /// Heading as given.
    pub heading: String,
    /// Field.
    pub field: Option<String>,
    /// How it was read.
    pub reading: Reading,
}

impl Kept {
    /// What is to be noted of a sheet.
    pub(super) fn of(sheet: &Sheet) -> Self {
        let columns = sheet.layout.columns.iter().zip(&sheet.readings);
        Self {
            table: sheet.layout.table.code().to_owned(),
            header_row: sheet.layout.header_row,
            columns: columns
                .map(|(column, reading)| KeptColumn {
                    heading: column.heading.clone(),
                    field: field(&sheet.layout, column.field),
                    reading: *reading,
                })
                .collect(),
            seen: sheet.seen.clone(),
        }
    }

    /// Whether the columns still mean the same.
    pub(in super::super) fn fits(&self, layout: &Layout) -> bool {
        self.table == layout.table.code()
            && self.header_row == layout.header_row
            && self.columns.len() == layout.columns.len()
            && self.columns.iter().zip(&layout.columns).all(|(kept, column)| {
                kept.heading == column.heading && kept.field == field(layout, column.field)
            })
    }

    /// Whether cells are still read the same way. Readings that a later survey of all rows settled count as they are.
    pub(in super::super) fn reads(&self, readings: &[Reading]) -> bool {
        self.columns.iter().map(|column| column.reading).eq(readings.iter().copied())
    }
}

fn field(layout: &Layout, position: Option<usize>) -> Option<String> {
    position.map(|at| layout.table.fields()[at].name.to_owned())
}

/// What all captures of a sheet share.
struct Plan {
    header_row: u64,
    end: Option<u64>,
    slots: Vec<Slot>,
    /// The column whose dates tell the time that the rows cover.
    date: Option<usize>,
}

#[derive(Default)]
struct Flow {
    plan: Option<Arc<Plan>>,
    /// Whether pieces are numbered by the blocks of the text.
    blocks: bool,
    /// Pieces that came before their turn.
    early: BTreeMap<u64, DataFrame>,
    next: u64,
    group: Vec<DataFrame>,
    height: usize,
    ready: VecDeque<DataFrame>,
    stats: Stats,
}

/// What is counted on the way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stats {
    pub rows: u64,
    pub left_out: u64,
    pub from: Option<Day>,
    pub to: Option<Day>,
}

impl Stats {
    fn add(&mut self, other: Self) {
        self.rows += other.rows;
        self.left_out += other.left_out;
        self.from = [self.from, other.from].into_iter().flatten().min();
        self.to = self.to.max(other.to);
    }
}

/// Gathers the rows of a sheet into a partition.
#[derive(Clone)]
pub(in super::super) struct Recorder(Arc<Shared>);

struct Shared {
    /// The folder of the table; none when nothing is to be written.
    folder: Option<PathBuf>,
    flow: Mutex<Flow>,
    writer: Mutex<Option<Writer>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Recorder {
    /// A recorder that writes into a folder, or only counts.
    pub(super) fn new(folder: Option<&Path>) -> Self {
        Self(Arc::new(Shared {
            folder: folder.map(Path::to_owned),
            flow: Mutex::default(),
            writer: Mutex::default(),
        }))
    }

    /// Begins anew: what has been kept so far was read in a way that did not hold.
    pub(in super::super) fn begin(&self, layout: &Layout, readings: &[Reading]) -> Result<()> {
        let slots = slots(layout, readings);
        let required = layout.table.required().iter().flat_map(|group| group.iter());
        let date = required
            .filter_map(|field| layout.column_of(field))
            .find(|at| slots[*at].kind == Some(Kind::Date));
        let plan = Plan { header_row: layout.header_row, end: layout.end, slots, date };
        *lock(&self.0.flow) = Flow { plan: Some(Arc::new(plan)), next: 1, ..Flow::default() };
        self.open()
    }

    fn open(&self) -> Result<()> {
        let plan = lock(&self.0.flow).plan.clone();
        let writer = match (&self.0.folder, plan) {
            (Some(folder), Some(plan)) => Some(Writer::create(folder, &plan.slots)?),
            _ => None,
        };
        *lock(&self.0.writer) = writer;
        Ok(())
    }

    /// A capture before a sink.
    pub(in super::super) fn capture<S>(&self, inner: S) -> Capture<S> {
        let plan = lock(&self.0.flow).plan.clone().unwrap_or_else(|| {
            Arc::new(Plan { header_row: 0, end: None, slots: Vec::new(), date: None })
        });
        Capture {
            inner,
            recorder: self.clone(),
            buffer: Buffer::new(&plan.slots),
            plan,
            stats: Stats::default(),
            piece: 1,
            blocks: false,
            used: false,
            failed: None,
        }
    }

    /// Takes a piece; whichever thread finds the writer free writes what is ready.
    fn take(&self, blocks: bool, piece: u64, frame: DataFrame, stats: Stats) -> Result<()> {
        let mut flow = lock(&self.0.flow);
        if flow.blocks && !blocks {
            // The text turned out to be odd and is read again from its beginning, in one go.
            let plan = flow.plan.take();
            *flow = Flow { plan, next: 1, ..Flow::default() };
            drop(flow);
            self.open()?;
            flow = lock(&self.0.flow);
        }
        flow.blocks = blocks;
        flow.stats.add(stats);
        flow.early.insert(piece, frame);
        loop {
            let next = flow.next;
            let Some(frame) = flow.early.remove(&next) else {
                break;
            };
            flow.next += 1;
            flow.height += frame.height();
            flow.group.push(frame);
            if flow.height >= GROUP {
                flow.close_group()?;
            }
        }
        let waiting = flow.early.len() + flow.ready.len() * (GROUP / PIECE);
        let idle = flow.ready.is_empty();
        drop(flow);
        if idle {
            return Ok(());
        }
        let writer = if waiting > WAITING {
            Some(lock(&self.0.writer))
        } else {
            match self.0.writer.try_lock() {
                Ok(writer) => Some(writer),
                Err(std::sync::TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
                Err(std::sync::TryLockError::WouldBlock) => None,
            }
        };
        writer.map_or(Ok(()), |mut writer| self.drain(writer.as_mut()))
    }

    fn drain(&self, mut writer: Option<&mut Writer>) -> Result<()> {
        loop {
            let Some(frame) = lock(&self.0.flow).ready.pop_front() else {
                return Ok(());
            };
            if let Some(writer) = &mut writer {
                writer.write(&frame)?;
            }
        }
    }

    /// Ends the partition. `None` for the file when nothing was to be written.
    pub(super) fn finish(&self) -> Result<(Option<Written>, Stats)> {
        let stats = {
            let mut flow = lock(&self.0.flow);
            if !flow.early.is_empty() {
                // Never to be seen: it would mean that rows are missing.
                let gap = Diagnostic::error("internal", Origin::default());
                return Err(gap.with("reason", "import: pieces missing").into());
            }
            flow.close_group()?;
            flow.stats
        };
        let mut writer = lock(&self.0.writer).take();
        if self.0.folder.is_some() && writer.is_none() {
            // Never to be seen: it would mean that a table is recognised but not read.
            let unread = Diagnostic::error("internal", Origin::default());
            return Err(unread.with("reason", "import: sheet not read").into());
        }
        self.drain(writer.as_mut())?;
        Ok((writer.map(Writer::finish).transpose()?, stats))
    }
}

impl Flow {
    fn close_group(&mut self) -> Result<()> {
        let mut frames = std::mem::take(&mut self.group).into_iter();
        self.height = 0;
        let Some(mut all) = frames.next() else {
            return Ok(());
        };
        for frame in frames {
            all.vstack_mut_owned(frame).map_err(super::partition::failed)?;
        }
        if all.height() > 0 {
            self.ready.push_back(all);
        }
        Ok(())
    }
}

/// The columns of a partition: names that are told apart, and what they hold.
fn slots(layout: &Layout, readings: &[Reading]) -> Vec<Slot> {
    let mut names: Vec<String> =
        ["row", "left_out", "given"].iter().map(|name| (*name).to_owned()).collect();
    let fields = layout.columns.iter().filter_map(|column| field(layout, column.field));
    names.extend(fields);
    let own = |at: usize, heading: &str, names: &mut Vec<String>| {
        let base = if heading.is_empty() {
            format!("column_{}", column_letters(at))
        } else {
            heading.to_owned()
        };
        let mut name = base.clone();
        let mut count = 1;
        while names.contains(&name) {
            count += 1;
            name = format!("{base}_{count}");
        }
        names.push(name.clone());
        name
    };
    let columns = layout.columns.iter().zip(readings).enumerate();
    columns
        .map(|(at, (column, reading))| Slot {
            name: field(layout, column.field)
                .unwrap_or_else(|| own(at, &column.heading, &mut names)),
            kind: column.field.map(|field| layout.table.fields()[field].kind),
            reading: *reading,
        })
        .collect()
}

/// Keeps the rows that pass to a sink.
pub(in super::super) struct Capture<S> {
    inner: S,
    recorder: Recorder,
    plan: Arc<Plan>,
    buffer: Buffer,
    stats: Stats,
    /// Number of the piece being filled, from 1.
    piece: u64,
    blocks: bool,
    /// Whether there was any row or block.
    used: bool,
    failed: Option<Error>,
}

impl<S: Account> Capture<S> {
    /// Hands over the last piece and gives the sink back.
    pub(in super::super) fn end(mut self) -> Result<S> {
        if self.used {
            self.hand_over();
        }
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.inner),
        }
    }

    fn hand_over(&mut self) {
        let stats = std::mem::take(&mut self.stats);
        let taken = self
            .buffer
            .take(&self.plan.slots)
            .and_then(|frame| self.recorder.take(self.blocks, self.piece, frame, stats));
        if let Err(error) = taken {
            self.failed.get_or_insert(error);
        }
    }
}

impl<S: RowSink + Account> RowSink for Capture<S> {
    fn block(&mut self, number: u64) {
        if self.used {
            self.hand_over();
        }
        (self.used, self.blocks, self.piece) = (true, true, number);
        self.inner.block(number);
    }

    fn row(&mut self, number: u64, cells: &[Cell<'_>]) -> ControlFlow<()> {
        self.used = true;
        let before = (self.inner.remarks(), self.inner.left_out());
        let flow = self.inner.row(number, cells);
        if number <= self.plan.header_row || self.plan.end.is_some_and(|end| number >= end) {
            return flow;
        }
        let left_out = (self.inner.left_out() != before.1).then(|| self.inner.reason());
        let remarked = self.inner.remarks() != before.0;
        self.buffer.push(&self.plan.slots, number, cells, left_out, remarked);
        self.stats.rows += 1;
        if left_out.is_some() {
            self.stats.left_out += 1;
        } else if let Some(day) = self.plan.date.and_then(|at| self.buffer.last_date(at)) {
            self.stats.from = Some(self.stats.from.map_or(day, |from| from.min(day)));
            self.stats.to = self.stats.to.max(Some(day));
        }
        if !self.blocks && self.buffer.height() >= PIECE {
            self.hand_over();
            self.piece += 1;
        }
        if self.failed.is_some() { ControlFlow::Break(()) } else { flow }
    }
}
