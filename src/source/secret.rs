//! Workbooks that open with a password.
//!
//! The passwords are what the user gave for this run; they are kept apart from the inputs, which are printed and hashed,
//! and appear in no message. A workbook that only asks to be opened as read-only is encrypted too, with a password that
//! Excel itself knows, so that one is tried where none is given.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use office_crypto::{DecryptError, decrypt_from_bytes};

use super::package::{self, Flaw, Kind, guarded};
use super::{Input, Place};
use crate::error::Error;

/// What Excel encrypts with where the user gave no password of his own.
const OF_EXCEL: &str = "VelvetSweatshop";
/// How every package begins. A wrong password decrypts to anything else.
const PACKAGE: &[u8] = b"PK\x03\x04";

static PASSWORDS: RwLock<Passwords> = RwLock::new(Passwords::none());

/// The passwords of a run.
#[derive(Clone, Default)]
pub struct Passwords {
    /// For inputs that have none of their own.
    pub any: Option<String>,
    /// By the name of the input.
    pub by_input: BTreeMap<String, String>,
}

impl Passwords {
    const fn none() -> Self {
        Self { any: None, by_input: BTreeMap::new() }
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

/// Has these passwords tried for the inputs opened from now on.
pub fn use_passwords(passwords: Passwords) {
    *PASSWORDS.write().unwrap_or_else(PoisonError::into_inner) = passwords;
}

/// The password for an input.
pub(super) fn password(input: &str) -> Option<String> {
    let passwords = PASSWORDS.read().unwrap_or_else(PoisonError::into_inner);
    passwords.by_input.get(input).or(passwords.any.as_ref()).cloned()
}

/// The package in a workbook that is encrypted, opened with the password that is known for it, and that password.
pub fn decrypted(input: &Input) -> Result<(Vec<u8>, String), Error> {
    let bytes = match &input.place {
        Place::File(path) => std::fs::read(path)
            .map_err(|error| Error::io("file-unreadable", &input.name, &error))?,
        Place::Memory(bytes) => bytes.to_vec(),
        Place::Stored(_) => return Err(Error::file("file-encrypted", &input.name)),
    };
    let password = password(&input.name);
    let plain = decrypt(bytes, password.as_deref());
    let plain = plain.map_err(|flaw| flaw.into_error(&input.name))?;
    Ok((plain, password.unwrap_or_else(|| OF_EXCEL.to_owned())))
}

/// The package in an encrypted workbook, where the password opens it.
#[must_use]
pub fn opened(bytes: Vec<u8>, password: &str) -> Option<Vec<u8>> {
    decrypt(bytes, Some(password)).ok()
}

/// The bytes of a file, where it is encrypted the package in it: opened with this password, else with the one that is known
/// for an input of this name. None where neither opens it.
#[must_use]
pub fn readable(bytes: Vec<u8>, name: &str, given: Option<&str>) -> Option<Vec<u8>> {
    if package::sniff_bytes(&bytes) != Kind::Encrypted {
        return Some(bytes);
    }
    let opened = given.and_then(|given| opened(bytes.clone(), given));
    opened.or_else(|| decrypt(bytes, password(name).as_deref()).ok())
}

/// The package in an encrypted workbook.
pub(super) fn decrypt(bytes: Vec<u8>, password: Option<&str>) -> Result<Vec<u8>, Flaw> {
    let word = password.unwrap_or(OF_EXCEL);
    let decrypted = guarded(|| Ok(decrypt_from_bytes(bytes, word)))?;
    match (decrypted, password) {
        (Ok(plain), _) if plain.starts_with(PACKAGE) => Ok(plain),
        // Whatever else is wrong with it can be told only by who has the password.
        (_, None) => Err(Flaw::Encrypted),
        (Ok(_), Some(_)) => Err(Flaw::WrongPassword),
        (Err(DecryptError::Unimplemented(_)), _) => Err(Flaw::Sealed),
        (Err(error), _) => Err(Flaw::Damaged(error.to_string())),
    }
}
