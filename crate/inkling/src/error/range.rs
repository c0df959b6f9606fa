use std::fmt;

use thiserror::Error;

use super::field::Field;

/// A number outside its range, or a fraction where only whole numbers are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error(
    "{field} must be {} from {} to {}, not {}",
    kind(*.integer), Short(*.low), Short(*.high), Short(*.value)
)]
pub struct OutOfRange {
    /// The setting.
    pub field: Field,
    /// The smallest value allowed.
    pub low: f64,
    /// The largest value allowed.
    pub high: f64,
    /// Whether only whole numbers are allowed.
    pub integer: bool,
    /// The value that was refused.
    pub value: f64,
}

fn kind(integer: bool) -> &'static str {
    if integer { "a whole number" } else { "a number" }
}

/// A number as a person writes it. Rust would write 1e-300 with its 300 zeros.
struct Short(f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            x if x == 0.0 || !x.is_finite() || (1e-7..1e15).contains(&x.abs()) => write!(f, "{x}"),
            x => write!(f, "{x:e}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let shown = |value: f64| Short(value).to_string();
        assert_eq!([0.0, 1e-6, 0.25, -1.5].map(shown), ["0", "0.000001", "0.25", "-1.5"]);
        assert_eq!([4_294_967_295.0, 1e300].map(shown), ["4294967295", "1e300"]);
        assert_eq!([1e-300, -2.5e-300].map(shown), ["1e-300", "-2.5e-300"]);
        assert_eq!([f64::NAN, f64::INFINITY].map(shown), ["NaN", "inf"]);
    }

    #[test]
    fn what_is_refused_is_said_in_few_characters() {
        for value in [1e-300, -1e-300, f64::MAX, f64::MIN_POSITIVE, 1.0 / 3.0] {
            let field = Field::Seed;
            let refused =
                OutOfRange { field, low: 0.0, high: 4_294_967_295.0, integer: true, value };
            assert!(refused.to_string().len() < 90, "{refused}");
        }
    }
}
