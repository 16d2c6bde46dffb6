//! Everything that is tested from outside: the library on whole inputs, and the real binary.

mod conformance;
mod errors;
mod floors;
mod registry;
mod support;
