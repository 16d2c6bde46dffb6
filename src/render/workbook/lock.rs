//! Workbooks that open with a password only.

#[cfg(feature = "crypt")]
use std::io::{Cursor, Write as _};

use anyhow::Result;

/// Whether this build encrypts.
pub const CAN_LOCK: bool = cfg!(feature = "crypt");

/// A workbook as a file that opens with a password only, by the agile encryption of Excel 2010 and later: AES-256, the key
/// from 100,000 rounds of SHA-512. Keys and salts are random: no two files are the same.
///
/// # Errors
///
/// Where this build does not encrypt: nothing that was to be secret is written in the clear instead.
#[cfg(feature = "crypt")]
pub fn locked(bytes: &[u8], password: &str) -> Result<Vec<u8>> {
    let mut writer = ms_offcrypto_writer::Ecma376AgileWriter::create(
        &mut rand::rng(),
        password,
        Cursor::new(Vec::new()),
    )?;
    writer.write_all(bytes)?;
    Ok(writer.into_inner()?.into_inner())
}

/// Refuses: this build does not encrypt, and nothing that was to be secret is written in the clear instead.
///
/// # Errors
///
/// Always.
#[cfg(not(feature = "crypt"))]
pub fn locked(_: &[u8], _: &str) -> Result<Vec<u8>> {
    anyhow::bail!("built without encryption")
}

#[cfg(all(test, feature = "crypt"))]
mod tests {
    use super::*;
    use crate::source::secret;

    #[test]
    fn opens_with_its_password_alone() {
        // Lengths around the pieces that are encrypted one by one; deriving a key takes its time.
        for (length, password) in [(0, "a"), (4_092, "密码 Ünï 🔑"), (4_093, "a b")] {
            let plain: Vec<u8> =
                b"PK\x03\x04".iter().copied().chain((0..length).map(|at| at as u8)).collect();
            let locked = locked(&plain, password).expect("locked");
            assert!(!locked.windows(4).any(|part| part == b"PK\x03\x04"));
            assert_eq!(secret::opened(locked.clone(), password), Some(plain));
            assert_eq!(secret::opened(locked, "another"), None);
        }
        assert_ne!(locked(b"PK", "a").expect("locked"), locked(b"PK", "a").expect("locked"));
    }
}
