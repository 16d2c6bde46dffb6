//! Everything that is tested from outside: the library on whole inputs, and the real binary.

#![allow(clippy::disallowed_methods, reason = "tests may look at their surroundings")]

mod annotate;
mod archives;
mod bad;
mod browser;
mod cli;
mod conformance;
mod deals;
mod decisions;
mod dialects;
mod earlier;
mod encodings;
mod errors;
mod exports;
mod files;
mod floors;
mod follow_ups;
mod history;
mod hostile;
mod identity;
mod init;
mod labels;
mod layouts;
mod live;
mod mentions;
mod metrics;
mod overlap;
mod portfolio;
mod readme;
mod registry;
mod same;
mod segments;
mod show;
mod side_currency;
mod split;
mod support;
mod systems;
mod tables;
mod template;
mod totals;
mod values;
mod whatif;
mod workspace;
