//! Measures models on images that they were not trained on, and rates what they write.

mod bound;
mod classifier;
mod confusion;

pub use crate::train::elbo;
pub use bound::{Binarise, active_units, binarised, importance_bound};
pub use classifier::{Classifier, ClassifierConfig, ClassifierRecord, Readings};
pub use confusion::Confusion;
