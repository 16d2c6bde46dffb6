//! Key account management on spreadsheets.
//!
//! `kam` reads exports of clients and transactions, reduces them to a ledger of exact sums, computes features, scores,
//! tiers and churn signals from it, and joins them into a review that is rendered as a terminal table, JSON or a
//! workbook. The command line is a thin layer over this library.
//!
//! Modules form floors; each may use only those below it (a test enforces this):
//!
//! | floor | module | owns |
//! |---|---|---|
//! | 7 | [`cli`] | arguments, streams, clock, files written, exit codes |
//! | 6 | [`render`], [`locale`] | review → bytes; labels and sentences |
//! | 6 | [`annotate`] | the user's own workbook with columns from a review, everything else as it was |
//! | 6 | [`demo`] | a made-up but realistic workspace |
//! | 5 | [`review`] | the join: tiers with findings, priority, portfolio figures |
//! | 5 | [`client_page`] | one client: everything known of it, and what would move it |
//! | 5 | [`history`] | reviews of earlier days |
//! | 5 | [`whatif`] | other weights and rules: who moves, and how firm tiers are |
//! | 5 | [`proposal`] | settings proposed from the user's own files, with what they rest on |
//! | 4 | [`score`], [`tier`], [`signal`] | points, tiers, findings; blind to each other where they can be |
//! | 3 | [`features`] | ledger and side tables → one row per client |
//! | 2 | [`schema`], [`ledger`], [`store`] | rows → typed tables; aliases, values, checks; the ledger |
//! | 1 | [`source`] | bytes → rows: encodings, dialects, workbook formats, header row |
//! | 0 | [`error`], [`diagnostic`], [`money`], [`named`], [`parallel`], [`period`], [`config`] | what everyone may use |

pub mod annotate;
pub mod cli;
pub mod client_page;
pub mod config;
pub mod demo;
pub mod diagnostic;
pub mod error;
pub mod features;
pub mod history;
pub mod ledger;
pub mod locale;
pub mod money;
pub mod named;
pub mod parallel;
pub mod period;
pub mod proposal;
pub mod render;
pub mod review;
pub mod schema;
pub mod score;
pub mod signal;
pub mod source;
pub mod store;
pub mod tier;
pub mod whatif;

pub use error::{Error, Result};
