//! Everything that is tested from outside: the library on whole inputs, and the real binary.

mod bad;
mod cli;
mod conformance;
mod errors;
mod files;
mod floors;
mod registry;
mod same;
mod support;
