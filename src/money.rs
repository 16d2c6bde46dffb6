//! Exact money: integers in units of 10⁻⁴ of the currency.
//!
//! Sums of money must not depend on the order of addition, on threads or on the machine, and a rule such as
//! "at least 8 % of sales" must not misfire because a binary fraction fell just below. So amounts are never floats:
//! they are read from text (see `schema::value`) and added as integers. Floats begin after the sum, with ratios.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount in units of 10⁻⁴ of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(pub i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// How many units make one of the currency.
    pub const SCALE: i64 = 10_000;

    /// The amount as a float, correctly rounded; for ratios and for output, not for sums.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        self.0 as f64 / Self::SCALE as f64
    }

    /// The absolute amount.
    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The greater of the amount and zero.
    #[must_use]
    pub fn or_zero(self) -> Self {
        Self(self.0.max(0))
    }

    /// The amount in whole `10^-places`, half away from zero as Excel rounds; `places` is at most 4.
    #[must_use]
    pub fn rounded(self, places: u32) -> i64 {
        let unit = 10_i64.pow(4 - places.min(4));
        let half = unit / 2;
        if self.0 >= 0 {
            self.0.saturating_add(half) / unit
        } else {
            self.0.saturating_sub(half) / unit
        }
    }

    /// The amount that is nearest to a float; none where it does not fit.
    #[must_use]
    pub fn nearest(number: f64) -> Option<Self> {
        let units = (number * Self::SCALE as f64).round();
        (units.is_finite() && units.abs() < i64::MAX as f64).then_some(Self(units as i64))
    }

    /// `quantity × price`, where both are in 10⁻⁴; rounded half away from zero. `None` when it does not fit.
    #[must_use]
    pub fn product(quantity: Self, price: Self) -> Option<Self> {
        let wide = i128::from(quantity.0) * i128::from(price.0);
        let scale = i128::from(Self::SCALE);
        let half = if wide >= 0 { scale / 2 } else { -scale / 2 };
        i64::try_from((wide + half) / scale).ok().map(Self)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// Plain decimal, all places that are not zero: `-12.5`, `1200`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let (whole, part) = (magnitude / 10_000, magnitude % 10_000);
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{part:04}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl<'de> Deserialize<'de> for Money {
    /// From the number that [`Serialize`] writes; a binary number between two units goes to the nearest.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Money;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount of money")
            }
            fn visit_i64<E: serde::de::Error>(self, whole: i64) -> Result<Money, E> {
                whole.checked_mul(Money::SCALE).map(Money).ok_or_else(|| E::custom("too large"))
            }
            fn visit_u64<E: serde::de::Error>(self, whole: u64) -> Result<Money, E> {
                self.visit_i64(i64::try_from(whole).map_err(E::custom)?)
            }
            fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Money, E> {
                Money::nearest(number).ok_or_else(|| E::custom("too large"))
            }
        }
        deserializer.deserialize_any(Number).map_err(D::Error::custom)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % Self::SCALE == 0 {
            serializer.serialize_i64(self.0 / Self::SCALE)
        } else {
            serializer.serialize_f64(self.to_f64())
        }
    }
}

/// A float rounded to 12 decimals: how thresholds, cuts and equal scores are compared.
///
/// `90/100 − 1 ≤ −10 %` has to be true although its left side is −0.09999999999999998 in binary.
#[must_use]
pub fn round12(value: f64) -> f64 {
    let scaled = value * 1e12;
    if scaled.abs() < 9e15 { scaled.round() / 1e12 } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_as_plain_decimals() {
        for (units, text) in
            [(0, "0"), (12_345_678, "1234.5678"), (-5_000, "-0.5"), (100_000, "10")]
        {
            assert_eq!(Money(units).to_string(), text);
        }
    }

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(Money(50).rounded(2), 1);
        assert_eq!(Money(-50).rounded(2), -1);
        assert_eq!(Money(49).rounded(2), 0);
        assert_eq!(Money(161_175_482_370).rounded(2), 1_611_754_824);
    }

    #[test]
    fn multiplies_exactly_or_not_at_all() {
        assert_eq!(Money::product(Money(30_000), Money(18_980_900)), Some(Money(56_942_700)));
        assert_eq!(Money::product(Money(i64::MAX), Money(i64::MAX)), None);
    }

    #[test]
    fn thresholds_compare_as_written() {
        assert!(round12(90.0 / 100.0 - 1.0) <= -0.1);
    }
}
