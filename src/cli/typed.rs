//! What people typed into the workbooks that are about to be replaced: the new ones take it over.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Origin};
use crate::history::FollowUps;
use crate::review::Review;
use crate::source::{Input, Place, secret};

/// Carries over what was typed into the workbooks of `kept` reviews, then into those that stand where new ones will, each
/// with the password of the new one: these are known to be unchanged otherwise, or the user wants them replaced whatever
/// they are.
pub(super) fn carry<'a>(
    review: &mut Review,
    kept: &'a [PathBuf],
    replaced: impl Iterator<Item = (&'a Path, Option<&'a str>)>,
) -> Vec<Diagnostic> {
    let mut typed = FollowUps::default();
    let mut said = Vec::new();
    let kept = kept.iter().map(|path| (path.as_path(), None, true));
    for (path, password, is_ours) in kept.chain(replaced.map(|(path, it)| (path, it, false))) {
        let name = path.display().to_string();
        let lost = || Diagnostic::warning("follow-ups-unreadable", Origin::file(&name));
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(_) => {
                said.extend(is_ours.then(lost));
                continue;
            }
        };
        let Some(bytes) = secret::readable(bytes, &name, password) else {
            said.push(Diagnostic::warning("follow-ups-locked", Origin::file(name)));
            continue;
        };
        match FollowUps::read(&Input { name: name.clone(), place: Place::Memory(Arc::from(bytes)) })
        {
            Ok(Some(found)) => typed.extend(found),
            // A file of somebody else's may be replaced: nothing was typed into it for us.
            Ok(None) | Err(_) if !is_ours => {}
            Ok(None) | Err(_) => said.push(lost()),
        }
    }
    said.extend(typed.carry(review));
    said
}
