//! The review as JSON: the contract for scripts.

use std::io::Write;

use crate::review::Review;

/// Writes the review, indented by two spaces, with a line end.
pub fn write(review: &Review, out: &mut dyn Write) -> anyhow::Result<()> {
    serde_json::to_writer_pretty(&mut *out, review)?;
    out.write_all(b"\n")?;
    Ok(())
}
