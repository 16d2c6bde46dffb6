//! What the type of a row makes of it: a sale, a return, or a document that is no sale.
//!
//! Some exports write returns and credits without a minus sign and tell them by their type alone. Whether a sheet is one of
//! those, only all of its rows tell: as soon as one return in it is negative, its amounts have their signs. So the sheet is
//! read, and once more with the signs turned around where that is needed ([`Signs`]).

use rustc_hash::FxHashMap;

use super::plan::Plan;
use super::sink::{BLANK, Sink};
use crate::money::Money;
use crate::schema::{aliases, value};
use crate::source::Cell;

/// Types that are remembered by their spelling, at most.
const REMEMBERED: usize = 1000;

/// What a row is by its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Nature {
    /// A sale, as far as the type says.
    #[default]
    Sale,
    /// A return or a credit.
    Return,
    /// A payment, a journal entry, a quotation.
    NoSale,
}

/// The types seen so far, and the row at hand.
#[derive(Debug, Default)]
pub(super) struct Types {
    known: FxHashMap<Box<str>, Nature>,
    /// What the row at hand is.
    pub(super) nature: Nature,
    /// Whether the sign of the row at hand was turned around.
    pub(super) turned: bool,
}

impl Types {
    /// What a row is by the cell that holds its type. Allocates once for each spelling.
    pub(super) fn of(&mut self, cell: &Cell<'_>, returns: &[String], no_sale: &[String]) -> Nature {
        let Some(text) = value::text(cell) else {
            return Nature::Sale;
        };
        if let Some(known) = self.known.get(text.as_ref()) {
            return *known;
        }
        let word = aliases::normalise(&text);
        let nature = if returns.contains(&word) {
            Nature::Return
        } else if no_sale.contains(&word) {
            Nature::NoSale
        } else {
            Nature::Sale
        };
        if self.known.len() < REMEMBERED {
            self.known.insert(text.into(), nature);
        }
        nature
    }
}

/// The signs of the returns among the rows of a sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signs {
    /// Returns above zero.
    plus: u64,
    /// Returns below zero.
    minus: u64,
}

impl Signs {
    /// Adds those of other rows.
    pub(super) fn add(&mut self, other: Self) {
        self.plus += other.plus;
        self.minus += other.minus;
    }

    /// Whether the returns of the sheet have no minus sign.
    pub(super) fn are_missing(self) -> bool {
        self.plus > 0 && self.minus == 0
    }
}

/// Rows whose sign was turned around.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Turned {
    pub(super) rows: u64,
    pub(super) amount: Money,
}

impl Plan<'_> {
    /// The amount of a return where the sheet writes none with a minus sign.
    pub(super) fn signed(&self, nature: Nature, amount: Money) -> Money {
        if self.unsigned_returns && nature == Nature::Return && amount > Money::ZERO {
            -amount
        } else {
            amount
        }
    }
}

impl Sink<'_> {
    /// Takes in the type of the row at hand.
    #[inline]
    pub(super) fn take_type(&mut self, cells: &[Cell<'_>]) {
        if let Some(at) = self.plan.columns.kind {
            let cell = cells.get(at).unwrap_or(&BLANK);
            self.types.turned = false;
            self.types.nature = self.types.of(cell, &self.plan.return_type, &self.plan.skip_status);
        }
    }

    /// The amount of a return with its sign.
    pub(super) fn as_return(&mut self, given: Money) -> Money {
        self.signs.plus += u64::from(given > Money::ZERO);
        self.signs.minus += u64::from(given < Money::ZERO);
        let amount = self.plan.signed(Nature::Return, given);
        self.types.turned = amount != given;
        amount
    }
}
