//! The `kam` program.

fn main() {}
