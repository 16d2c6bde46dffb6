//! The workspace: exports that were imported once and are reviewed many times.
//!
//! A folder with a `kam.toml` is a workspace. What is imported into it lies in its `data` folder:
//!
//! ```text
//! data/manifest.json                                  what there is, in the order of import
//! data/transactions/orders-1f0c3a5e9b7d2468.parquet   one partition per sheet that was recognised
//! data/clients/customers-0a1b2c3d4e5f6071.parquet
//! data/.lock                                          held by whoever writes
//! ```
//!
//! **Partitions** are plain Parquet for any other engine too: money as exact decimals of four places, dates as dates, all
//! else as text or numbers, under the names of the canonical fields (columns that are no field keep their headings).
//! `row` is the number of the row in its source; `left_out` says why a row was not used (null: it was); `given` has the
//! cells as they were wherever typed values alone would not read the same. A partition is named for the hash of its own
//! bytes, so no file of that name is ever changed, and damage shows.
//!
//! **The manifest** notes for each source all that its reading rests on: hash, format, encoding, sheets, the first rows as
//! given, what a survey of each column saw. It does not note results. A review of the workspace feeds the stored rows and
//! notes through the same code as a file ([`Stored`](crate::source::stored::Stored)), so the figures, the control totals
//! and every diagnostic are those of the files; and settings such as `skip_status` may change between import and review.
//! Only settings that change what a column *means* (its field, decimal mark, order of dates, unit, encoding) need another
//! reading: the source is then read again if it is still there unchanged, else the review stops with `stale-import`.
//!
//! **Writing** is safe against anything: partitions are written to temporary files, flushed and renamed, then the manifest
//! is; before that nothing refers to them, after that nothing refers to the old ones, which are removed last. Whatever a
//! killed run leaves behind is removed by the next import. Writers take turns; readers hold what they have opened.

mod import;
mod manifest;
mod partition;
mod recorder;

pub use import::{Imported, Outcome};
pub use manifest::{Entry, Workspace};
pub(super) use recorder::{Account, Capture, Kept, Recorder};
