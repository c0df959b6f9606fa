use thiserror::Error;

use super::field::Field;

/// A number outside its range, or a fraction where only whole numbers are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{field} must be {} from {low} to {high}, not {value}", kind(*.integer))]
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
