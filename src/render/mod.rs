//! To come.

pub mod sentence;
pub mod workbook;

#[cfg(test)]
mod fixture;
