//! To come.

pub mod excerpt;
