//! The range of each setting, written once.

use crate::error::{Field, OutOfRange, Result};

/// The values that a setting may take, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The setting.
    pub field: Field,
    /// The smallest value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    /// Whether only whole numbers are allowed.
    pub integer: bool,
}

impl Range {
    /// Latent size.
    pub const LATENT: Range = Range::integer(Field::Latent, 1, 256);
    /// Classes of a conditional model; 0 for any other.
    pub const LABELS: Range = Range::integer(Field::Labels, 0, 64);
    /// Weight of the KL.
    pub const BETA: Range = Range::float(Field::Beta, 0.0, 100.0);
    /// Nats per latent below which the KL is not pushed down.
    pub const FREE_BITS: Range = Range::float(Field::FreeBits, 0.0, 10.0);
    /// Steps over which beta rises.
    pub const WARMUP_STEPS: Range = Range::integer(Field::WarmupSteps, 0, 10_000_000);
    /// Variance of a Gaussian likelihood.
    pub const VARIANCE: Range = Range::float(Field::Variance, 1e-4, 10.0);
    /// Adam's highest learning rate.
    pub const LEARNING_RATE: Range = Range::float(Field::LearningRate, 1e-6, 1.0);
    /// Images in a batch.
    pub const BATCH: Range = Range::integer(Field::Batch, 1, 1024);
    /// Epochs of a run.
    pub const EPOCHS: Range = Range::integer(Field::Epochs, 1, 1000);
    /// Seeds of every kind.
    pub const SEED: Range = Range::integer(Field::Seed, 0, u32::MAX);
    /// Share of a batch that is dynamically binarised.
    pub const BINARISED: Range = Range::float(Field::Binarised, 0.0, 1.0);
    /// Generated digits in a data set.
    pub const DIGITS: Range = Range::integer(Field::Count, 60, 600_000);
    /// Copies of each of a person's own images.
    pub const TIMES: Range = Range::integer(Field::Times, 1, 1000);
    /// Latents on the way from one to another, both included.
    pub const FRAMES: Range = Range::integer(Field::Frames, 2, 1000);
    /// How far a classifier's training images are distorted.
    pub const DISTORTION: Range = Range::float(Field::Distortion, 0.0, 0.5);

    /// A range of whole numbers.
    pub const fn integer(field: Field, low: u32, high: u32) -> Self {
        Self { field, low: low as f64, high: high as f64, integer: true }
    }

    /// A range of real numbers.
    pub const fn float(field: Field, low: f64, high: f64) -> Self {
        Self { field, low, high, integer: false }
    }

    /// Refuses a value outside the range, NaN, and a fraction where whole numbers are wanted, with
    /// an [`Error::Range`](crate::Error::Range).
    pub fn check(&self, value: f64) -> Result<()> {
        let Range { field, low, high, integer } = *self;
        match (low..=high).contains(&value) && (!integer || value.fract() == 0.0) {
            true => Ok(()),
            false => Err(OutOfRange { field, low, high, integer, value }.into()),
        }
    }

    /// [`check`](Self::check) for a count.
    pub fn check_count(&self, value: usize) -> Result<()> {
        self.check(value as f64)
    }

    /// The whole number that `value` is. Refuses what [`check`](Self::check) refuses.
    pub fn count(&self, value: f64) -> Result<usize> {
        self.check(value).map(|()| value as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    #[test]
    fn both_ends_are_in_and_everything_else_is_out() {
        for value in [1.0, 128.0, 1024.0] {
            assert_eq!(Range::BATCH.count(value), Ok(value as usize));
        }
        for value in [0.0, 1025.0, 1.5, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(Range::BATCH.count(value), Err(Error::Range(_))), "{value}");
        }
        assert_eq!(Range::BETA.check(0.5), Ok(()));
        assert!(Range::BETA.check(f64::NAN).is_err());
        assert!(Range::WARMUP_STEPS.check_count(usize::MAX).is_err());
    }
}
