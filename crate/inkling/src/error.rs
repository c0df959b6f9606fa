//! What can go wrong, in variants that code can match. This module imports nothing of the crate.

mod data;
mod excerpt;
mod field;
mod file;
mod range;

pub use data::{DataError, Element, Format};
pub use excerpt::{cause, excerpt};
pub use field::Field;
pub use file::FileError;
pub use range::OutOfRange;

/// `Result` with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can go wrong in this crate. Code matches the variants, people read `Display`.
///
/// A call that fails changes nothing, unless its documentation says otherwise.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A number is outside its range.
    #[error(transparent)]
    Range(#[from] OutOfRange),
    /// A name that stands for nothing.
    #[error("{field} must be one of {}, not {value}", .allowed.join(", "))]
    UnknownChoice {
        /// The setting.
        field: Field,
        /// The names that are known.
        allowed: Vec<&'static str>,
        /// The name that was refused, cut to a length that can be shown.
        value: String,
    },
    /// An array's length is not a positive multiple of what one item needs.
    #[error("{field}: {found} numbers are not a whole number of items of {expected}")]
    Shape {
        /// The argument.
        field: Field,
        /// Numbers in one item.
        expected: usize,
        /// Numbers found.
        found: usize,
    },
    /// Two latents of different sizes, or none at all.
    #[error("two latents of one size are needed, not of {expected} and {found} numbers")]
    LatentMismatch {
        /// Numbers in the first.
        expected: usize,
        /// Numbers in the second.
        found: usize,
    },
    /// An argument holds NaN or an infinity.
    #[error("{field} holds a number that is not finite")]
    NotFinite {
        /// The argument.
        field: Field,
    },
    /// A measurement needs more images.
    #[error("{found} images are too few: at least {expected} are needed")]
    TooFewImages {
        /// Images needed.
        expected: usize,
        /// Images found.
        found: usize,
    },
    /// A label above 9.
    #[error("the label {value} is no digit")]
    NotADigit {
        /// The label.
        value: u8,
    },
    /// The model has no encoder, and the call needs a posterior.
    #[error("a model without an encoder has no posterior")]
    NoEncoder,
    /// A model without an encoder cannot be conditional.
    #[error("a model without an encoder cannot have labels")]
    LabelsWithoutEncoder,
    /// A conditional model, and images without labels.
    #[error("a conditional model needs images with labels")]
    NeedsLabels,
    /// A conditional model, and images of more classes than it has.
    #[error("the images have the label {found}, and the model has {labels} labels, from 0 on")]
    UnknownLabel {
        /// The label.
        found: usize,
        /// Labels of the model.
        labels: usize,
    },
    /// The call needs a conditional model.
    #[error("this model has no labels")]
    NotConditional,
    /// Every step of the run has been taken.
    #[error("all {epochs} epochs are done: ask for more, 1000 at most, or start afresh")]
    Finished {
        /// Epochs of the run.
        epochs: usize,
    },
    /// A loss or a weight is no longer a finite number. The model is spoilt.
    #[error(
        "training has diverged: the loss is not a finite number any more. Try a lower learning rate"
    )]
    Diverged,
    /// A loss was asked for before the first step.
    #[error("there was no step yet")]
    NoStep,
    /// A model without an encoder has a code for each training image, and the device cannot hold
    /// that many.
    #[error("this device holds {high} codes of this latent size, not {found}, one for each image")]
    TooManyCodes {
        /// Training images.
        found: usize,
        /// The most that fit the device.
        high: usize,
    },
    /// A data file or a data set cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A checkpoint or a model file cannot be used.
    #[error("this is not a usable checkpoint: {0}")]
    File(#[from] FileError),
    /// The device could not be opened, was lost, or failed a computation.
    #[error("the device failed: {}", cause(.0))]
    Device(String),
    /// The device computed something else than it should have.
    #[error("the device computes wrong numbers")]
    WrongNumbers,
    /// A state that this crate should never reach.
    #[error("{0}")]
    Internal(&'static str),
}

impl Error {
    /// The class of the error, for control flow in JavaScript: `config` (a setting or an argument
    /// is wrong), `data` (a file is), `state` (the call does not fit now), `device` or `internal`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Range(_)
            | Error::UnknownChoice { .. }
            | Error::LabelsWithoutEncoder
            | Error::TooManyCodes { .. } => "config",
            Error::Data(_) | Error::File(_) => "data",
            Error::Device(_) | Error::WrongNumbers => "device",
            Error::Internal(_) => "internal",
            _ => "state",
        }
    }

    /// The same error, if the setting that is out of range was read from a file.
    pub(crate) fn in_file(self) -> Self {
        match self {
            Error::Range(range) => FileError::BadSetting(range).into(),
            Error::LabelsWithoutEncoder => {
                FileError::BadDescription { detail: self.to_string() }.into()
            }
            other => other,
        }
    }

    /// An [`UnknownChoice`](Error::UnknownChoice) of `value`, which is cut to a length that can be
    /// shown.
    pub fn unknown_choice(
        field: Field,
        allowed: impl IntoIterator<Item = &'static str>,
        value: &str,
    ) -> Self {
        let allowed = allowed.into_iter().collect();
        Error::UnknownChoice { field, allowed, value: excerpt(value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_said_in_words() {
        let field = Field::LearningRate;
        let range = OutOfRange { field, low: 1e-6, high: 1.0, integer: false, value: 2.0 };
        let error = Error::from(range);
        let words = "learning rate must be a number from 0.000001 to 1, not 2";
        assert_eq!((error.to_string().as_str(), error.code()), (words, "config"));
        let error = error.in_file();
        let words = format!("this is not a usable checkpoint: {words}");
        assert_eq!((error.to_string(), error.code()), (words, "data"));
    }
}
