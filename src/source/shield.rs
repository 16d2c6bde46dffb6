//! Keeps the panics of format libraries from ending the process.
//!
//! Files are mailed by strangers, and the libraries that read workbooks and Parquet panic on some damaged ones. Such
//! a panic is a fact about the file, not a bug of the program, so it becomes an error like any other. The process-wide
//! panic hook runs before the panic is caught: it can ask [`is_shielded`] and stay silent.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Whether this thread is inside [`shielded`], where a panic is caught and reported as damage to the file.
#[must_use]
pub fn is_shielded() -> bool {
    DEPTH.get() > 0
}

/// Calls into a library; a panic comes back as its message.
///
/// What the closure borrowed mutably may be left half-done: drop it, do not call it again.
pub fn shielded<T>(call: impl FnOnce() -> T) -> Result<T, String> {
    DEPTH.set(DEPTH.get() + 1);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    DEPTH.set(DEPTH.get() - 1);
    outcome.map_err(|payload| message(payload.as_ref()))
}

fn message(payload: &(dyn Any + Send)) -> String {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_its_message_and_the_shield_ends() {
        assert_eq!(shielded(|| 1), Ok(1));
        let caught: Result<(), String> = shielded(|| {
            assert!(is_shielded());
            panic!("row {} is broken", 7)
        });
        assert_eq!(caught, Err("row 7 is broken".to_owned()));
        assert!(!is_shielded());
    }
}
