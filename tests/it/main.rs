//! Everything that is tested from outside: the library on whole inputs, and the real binary.

mod conformance;
mod floors;
mod registry;
