//! A run can go on with other data than it began with: then its epochs have had different lengths.

use serde::{Deserialize, Serialize};

/// How much of a run was on earlier data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Earlier {
    /// Steps.
    pub(super) steps: usize,
    /// The epochs that those steps were, the last one perhaps a part of one.
    pub(super) epochs: f64,
}

impl Earlier {
    /// What is earlier for a run that stands at `step`, where an epoch had `before` steps until
    /// now and has `now` from now on.
    pub(super) fn at(self, step: usize, before: usize, now: usize) -> Self {
        match before == now {
            true => self,
            false => Self { steps: step, epochs: self.epochs_at(step, before) },
        }
    }

    /// Whether a file may say so: finite, not negative, and no later than `step`.
    pub(super) fn is_valid(self, step: usize) -> bool {
        self.steps <= step && self.epochs >= 0.0 && self.epochs <= self.steps as f64
    }

    /// Epochs done after `step` steps, where an epoch has `per_epoch` steps now.
    pub(super) fn epochs_at(self, step: usize, per_epoch: usize) -> f64 {
        self.epochs + (step - self.steps) as f64 / per_epoch as f64
    }

    /// The steps of a run of `epochs` epochs, those done included.
    pub(super) fn total(self, epochs: usize, per_epoch: usize) -> usize {
        let left = (epochs as f64 - self.epochs).max(0.0);
        self.steps + whole(left * per_epoch as f64)
    }

    /// The epoch that the step after `step` others belongs to, and its place in it. New data begin
    /// with an epoch of their own.
    pub(super) fn place(self, step: usize, per_epoch: usize) -> (usize, usize) {
        let since = step - self.steps;
        (whole(self.epochs) + since / per_epoch, since % per_epoch)
    }
}

/// The least whole number that is not below, but for rounding errors.
pub(super) fn whole(x: f64) -> usize {
    (x - 1e-6).ceil().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_on_one_data_set_counts_plainly() {
        let run = Earlier::default();
        assert_eq!(
            (run.place(0, 79), run.place(79, 79), run.place(100, 79)),
            ((0, 0), (1, 0), (1, 21))
        );
        assert_eq!(run.total(10, 79), 790);
        for (step, epochs) in [(0, 0), (1, 1), (79, 1), (80, 2), (790, 10)] {
            assert_eq!(whole(run.epochs_at(step, 79)), epochs, "{step}");
        }
        assert_eq!(run.at(100, 79, 79), run);
    }

    #[test]
    fn epochs_keep_their_length_when_the_data_change() {
        // Two and a half epochs of 400 steps, then data with 80 steps an epoch.
        let run = Earlier::default().at(1000, 400, 80);
        assert_eq!(run, Earlier { steps: 1000, epochs: 2.5 });
        assert_eq!(
            whole(run.epochs_at(1000, 80)),
            3,
            "the third epoch has begun, not the thirteenth"
        );
        assert_eq!(whole(run.epochs_at(1041, 80)), 4);
        assert_eq!(run.total(10, 80), 1600, "seven and a half epochs are left");
        assert_eq!(run.place(1000, 80), (3, 0));
        // Back on the first data, half of an epoch later.
        assert_eq!(run.at(1040, 80, 400), Earlier { steps: 1040, epochs: 3.0 });
        assert_eq!(run.total(2, 80), 1000, "fewer epochs than are done leave no step");
    }

    #[test]
    fn nonsense_from_a_file_is_found() {
        assert!(Earlier { steps: 10, epochs: 0.5 }.is_valid(10));
        for (steps, epochs) in [(11, 0.5), (10, f64::NAN), (10, -1.0), (10, 11.0)] {
            assert!(!Earlier { steps, epochs }.is_valid(10), "{steps} {epochs}");
        }
    }
}
