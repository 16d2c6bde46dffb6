//! Everything that is tested from outside: the library on whole inputs, and the real binary.

#![allow(clippy::disallowed_methods, reason = "tests may look at their surroundings")]

mod conformance;
mod floors;
mod registry;
