//! Reviews to bytes: one renderer per file. Renderers never compute figures.

pub mod excerpt;
pub mod explain;

pub mod json;
pub mod message;
