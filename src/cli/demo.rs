//! `kam demo`: a made-up workspace, and its review.

use std::fs;
use std::path::{Path, PathBuf};

use crate::demo;
use crate::error::{Error, Result};

use super::args::{Analysis, Demo, Format, Output, Review};
use super::ui::Ui;
use super::{Outcome, files, review};

pub(super) fn run(arguments: &Demo, ui: &mut Ui) -> anyhow::Result<Outcome> {
    let folder = &arguments.folder;
    check(folder)?;
    fs::create_dir_all(folder)
        .map_err(|error| Error::io("cannot-write", folder.display().to_string(), &error))?;
    for file in demo::generate(ui.lang, arguments.seed.unwrap_or(demo::SEED)) {
        files::write(&folder.join(&file.name), |out| Ok(out.write_all(&file.bytes)?))?;
    }
    ui.say(&ui.lang.fill("summary.wrote", &[("file", folder.display().to_string())]));
    let analysis = Analysis {
        previous: None,
        calibrate: false,
        files: Vec::new(),
        config: Some(folder.join("kam.toml")),
        as_of: None,
        period: None,
        policy: None,
        currency: None,
        strict: false,
        skip: Vec::new(),
        max_age: None,
        password_file: None,
        threads: None,
    };
    let output = Output {
        output: vec![book(folder)],
        format: Format::Table,
        force: false,
        dry_run: false,
        fail_on: None,
    };
    let review =
        Review { analysis, output, save: false, replay: None, split: None, passwords: None };
    let outcome = review::run(&review, ui)?;
    ui.say(&ui.lang.fill("summary.demo_next", &[("folder", folder.display().to_string())]));
    Ok(outcome)
}

fn book(folder: &Path) -> PathBuf {
    folder.join("review.xlsx")
}

/// The folder must be new, empty, or one that `kam demo` has made.
fn check(folder: &Path) -> Result<()> {
    let name = || folder.display().to_string();
    if !folder.exists() {
        return Ok(());
    }
    let mut entries =
        fs::read_dir(folder).map_err(|error| Error::io("cannot-write", name(), &error))?;
    let ours = fs::read_to_string(folder.join("kam.toml")).is_ok_and(|text| demo::is_demo(&text));
    if entries.next().is_some() && !ours {
        Err(Error::file("not-a-demo-folder", name()))
    } else {
        Ok(())
    }
}
