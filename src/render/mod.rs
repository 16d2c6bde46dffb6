//! Reviews to bytes: one renderer per file. Renderers never compute figures.

pub mod excerpt;
pub mod json;
pub mod listing;
pub mod sentence;
pub mod summary;
pub mod table;
pub mod workbook;

#[cfg(test)]
mod fixture;
