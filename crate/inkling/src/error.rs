use crate::data::DataError;

/// Everything that can go wrong in this crate, in words that a person can act on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is outside its range; nothing was changed.
    #[error("{field} must be {range}, not {value}")]
    Config {
        /// The setting's name as the person sees it.
        field: &'static str,
        /// The values that it may take.
        range: String,
        /// The value that was refused.
        value: String,
    },
    /// A file or data set cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A checkpoint cannot be used.
    #[error("this is not a usable checkpoint: {0}")]
    Checkpoint(String),
    /// A call that does not fit the present state, a step after the last epoch, say.
    #[error("{0}")]
    State(String),
    /// The device could not be opened, was lost, or failed a computation.
    #[error("the device failed: {0}")]
    Device(String),
}

/// `Result` with this crate's [`enum@Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn config(
        field: &'static str,
        range: impl Into<String>,
        value: impl ToString,
    ) -> Self {
        Error::Config { field, range: range.into(), value: value.to_string() }
    }

    /// A short code for the border to JavaScript: `config`, `data`, `state` or `device`.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Config { .. } => "config",
            Error::Data(_) | Error::Checkpoint(_) => "data",
            Error::State(_) => "state",
            Error::Device(_) => "device",
        }
    }
}
