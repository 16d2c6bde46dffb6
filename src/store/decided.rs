//! The clients that overrides and snoozes of the settings mean, found as those of any table.

use super::directory::{Directory, Found};
use super::resolve::{shown, suggestions};
use super::{ClientFile, Loaded};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, Origin};

/// What the settings decide of which client: pairs of the position of a client and that of the decision in the settings.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// `[[override]]`.
    pub overrides: Vec<(usize, usize)>,
    /// `[[snooze]]`.
    pub snoozes: Vec<(usize, usize)>,
}

/// Finds the clients; a decision that names none, or several, is told and left alone.
pub(super) fn decided(loaded: &mut Loaded, config: &Config) {
    if config.overrides.is_empty() && config.snoozes.is_empty() {
        return;
    }
    let directory = Directory::of(&loaded.clients);
    let mut told = Vec::new();
    let mut find = |setting: &'static str, names: &mut dyn Iterator<Item = &String>| {
        let mut found = Vec::new();
        for (decision, name) in names.enumerate() {
            match directory.look(name.trim(), None) {
                Found::Id(client) | Found::Name(client) | Found::Alias(client) => {
                    found.push((client, decision));
                }
                Found::Several(fitting) => {
                    told.push(several(setting, name, &fitting, &loaded.clients));
                }
                Found::Nothing => told.push(unknown(setting, name, &loaded.clients)),
            }
        }
        found
    };
    let overrides = find("override", &mut config.overrides.iter().map(|given| &given.client));
    let snoozes = find("snooze", &mut config.snoozes.iter().map(|given| &given.client));
    loaded.decided = Decided { overrides, snoozes };
    loaded.diagnostics.extend(told);
}

fn told(setting: &'static str, name: &str) -> Diagnostic {
    Diagnostic::warning("decided-client", Origin::default())
        .with_cell(name)
        .with("setting", setting)
}

fn several(
    setting: &'static str,
    name: &str,
    fitting: &[usize],
    clients: &[Box<ClientFile>],
) -> Diagnostic {
    let list: Vec<String> = fitting.iter().map(|at| shown(&clients[*at])).collect();
    told(setting, name).with("clients", list)
}

fn unknown(setting: &'static str, name: &str, clients: &[Box<ClientFile>]) -> Diagnostic {
    let named = ClientFile { id: name.to_owned(), name: name.to_owned(), ..ClientFile::default() };
    match suggestions(&[&named], clients).first().copied().flatten() {
        Some(near) => told(setting, name).with("suggestion", shown(&clients[near])),
        None => told(setting, name),
    }
}
