//! The client that a person means by a few characters: its id, its name, or a part of either.

use super::resolve::{damaged, shown};
use super::{ClientFile, Directory, Found};
use crate::diagnostic::{Diagnostic, Origin};
use crate::error::Result;
use crate::schema::names::{normal, reads_as_id, searchable};

/// Clients that a message lists.
const LISTED: usize = 10;
/// How alike texts are that may have been meant.
const ALIKE: f64 = 0.9;

/// The position of the client that a text names: by id, by name, by an id without its leading zeros, by a part of the
/// name or the id that no other client has. Clients are sorted by id.
///
/// # Errors
/// No client, or several of them.
pub fn client(clients: &[Box<ClientFile>], text: &str) -> Result<usize> {
    let text = text.trim();
    match Directory::of(clients).look(text, None) {
        Found::Several(fitting) => return Err(several(text, &fitting, clients).into()),
        found => {
            if let Some(client) = found.client() {
                return Ok(client);
            }
        }
    }
    for fitting in [by_damaged_id(clients, text), by_part(clients, text)] {
        match fitting.as_slice() {
            [] => {}
            [client] => return Ok(*client),
            _ => return Err(several(text, &fitting, clients).into()),
        }
    }
    let unknown = Diagnostic::error("client-not-found", Origin::default())
        .with("text", text)
        .with("clients", clients.len());
    Err(match alike(clients, text) {
        Some(near) => unknown.with("suggestion", shown(&clients[near])),
        None => unknown,
    }
    .into())
}

/// Clients whose id differs in case and leading zeros only.
fn by_damaged_id(clients: &[Box<ClientFile>], text: &str) -> Vec<usize> {
    let wanted = damaged(text);
    if wanted.is_empty() || !reads_as_id(text) {
        return Vec::new();
    }
    all(clients, |client| reads_as_id(&client.id) && damaged(&client.id) == wanted)
}

fn by_part(clients: &[Box<ClientFile>], text: &str) -> Vec<usize> {
    let (wanted, bare) = (searchable(text), normal(text).bare);
    // A legal form alone says nothing.
    if wanted.is_empty() || bare.is_empty() {
        return Vec::new();
    }
    all(clients, |client| {
        let texts = [&client.id, &client.name].into_iter().chain(&client.aliases);
        texts.map(|text| searchable(text)).any(|text| text.contains(&wanted))
    })
}

fn all(clients: &[Box<ClientFile>], fits: impl Fn(&ClientFile) -> bool) -> Vec<usize> {
    clients.iter().enumerate().filter(|(_, client)| fits(client)).map(|(at, _)| at).collect()
}

fn several(text: &str, fitting: &[usize], clients: &[Box<ClientFile>]) -> Diagnostic {
    let listed = fitting.iter().take(LISTED).map(|at| {
        let client = &clients[*at];
        if client.name == client.id {
            client.id.clone()
        } else {
            format!("{} {}", client.id, client.name)
        }
    });
    let error = Diagnostic::error("client-several", Origin::default())
        .with("text", text)
        .with("clients", fitting.len())
        .with("list", listed.collect::<Vec<_>>());
    if fitting.len() > LISTED { error.with("more", fitting.len() - LISTED) } else { error }
}

/// The client whose id, name, or a word of it, is most like the text; of equals the first by id.
fn alike(clients: &[Box<ClientFile>], text: &str) -> Option<usize> {
    let wanted = searchable(text);
    let likeness = |client: &ClientFile| {
        let texts = [&client.id, &client.name].into_iter().chain(&client.aliases);
        texts
            .flat_map(|text| {
                let words = text.split_whitespace().map(searchable);
                [searchable(text), normal(text).bare].into_iter().chain(words)
            })
            .map(|known| strsim::jaro_winkler(&wanted, &known))
            .fold(0.0, f64::max)
    };
    let mut best = (ALIKE, None);
    for (at, client) in clients.iter().enumerate() {
        let likeness = likeness(client);
        if likeness >= best.0 && (best.1.is_none() || likeness > best.0) {
            best = (likeness, Some(at));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Fact;

    #[expect(clippy::vec_box, reason = "clients stay boxed up to the review")]
    fn clients() -> Vec<Box<ClientFile>> {
        [
            ("0042", "Torutakai Energy K.K."),
            ("0142", "Corverbach Energy GmbH"),
            ("C1", "深圳市鸿运达科技有限公司"),
            ("C2", "宁波海曙外贸集团"),
            ("C3", "Acme GmbH"),
            ("C4", "ACME Ltd"),
        ]
        .map(|(id, name)| {
            Box::new(ClientFile {
                id: id.to_owned(),
                name: name.to_owned(),
                ..ClientFile::default()
            })
        })
        .to_vec()
    }

    #[test]
    fn ids_names_and_parts_of_them_find_a_client() {
        for (text, found) in [
            ("0042", 0),
            ("42", 0),
            ("142", 1),
            ("torutakai energy", 0),
            ("ＴＯＲＵ", 0),
            ("鸿运", 2),
            (" 海曙 外贸 ", 3),
            ("c1", 2),
            ("acme gmbh", 4),
        ] {
            assert_eq!(client(&clients(), text).expect(text), found, "{text}");
        }
    }

    #[test]
    fn several_are_listed_and_what_may_be_meant_is_said() {
        let error = |text: &str| {
            let error = client(&clients(), text).expect_err(text);
            error.diagnostics.into_iter().next().expect("a reason")
        };
        let several = error("energy");
        assert_eq!(several.code, "client-several");
        let list = ["0042 Torutakai Energy K.K.", "0142 Corverbach Energy GmbH"];
        assert_eq!(several.facts["list"], Fact::from(list.map(ToOwned::to_owned).to_vec()));
        assert_eq!(error("acme").code, "client-several");
        let unknown = error("Torutaki");
        assert_eq!(unknown.code, "client-not-found");
        assert_eq!(unknown.facts["suggestion"], Fact::from("Torutakai Energy K.K. (0042)"));
        for text in ["", "GmbH", "Zzz", "?"] {
            assert!(!error(text).facts.contains_key("suggestion"), "{text}");
        }
    }
}
