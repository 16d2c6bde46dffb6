//! What people typed into the workbooks that are about to be replaced: the new ones take it over.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Origin};
use crate::history::FollowUps;
use crate::review::Review;
use crate::source::{Input, Place, secret};

/// Carries over what was typed into workbooks that stand where new ones will, each with the password of the new one. They
/// are known to be unchanged otherwise, or the user wants them replaced whatever they are.
pub(super) fn carry<'a>(
    review: &mut Review,
    replaced: impl Iterator<Item = (&'a Path, Option<&'a str>)>,
) -> Vec<Diagnostic> {
    let mut typed = FollowUps::default();
    let mut said = Vec::new();
    for (path, password) in replaced {
        let name = path.display().to_string();
        let Ok(bytes) = std::fs::read(path) else { continue };
        let Some(bytes) = secret::readable(bytes, &name, password) else {
            said.push(Diagnostic::warning("follow-ups-locked", Origin::file(name)));
            continue;
        };
        // One that cannot be read is not ours.
        if let Ok(Some(found)) =
            FollowUps::read(&Input { name, place: Place::Memory(Arc::from(bytes)) })
        {
            typed.extend(found);
        }
    }
    said.extend(typed.carry(review));
    said
}
