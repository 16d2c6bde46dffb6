//! The join.
/// To come.
pub struct Inputs;
/// To come.
pub fn review() {}
