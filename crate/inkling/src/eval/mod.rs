//! Measuring a model on images that it was not trained on, what it writes, and the generated digits.

mod bound;
mod classifier;
mod confusion;

pub use crate::train::elbo;
pub use bound::{Binarise, active_units, binarised, importance_bound};
pub use classifier::{Classifier, ClassifierConfig, ClassifierRecord, Readings};
pub use confusion::Confusion;
