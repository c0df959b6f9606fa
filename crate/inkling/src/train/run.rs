//! A run as a person watches it: trains in slices of time, and measures the held-out loss when it
//! is due. It knows no browser; whoever drives it passes a clock in.

use super::losses::Losses;
use super::pace::Pace;
use super::trainer::Trainer;
use crate::Result;
use crate::device::Kind;

/// Held-out images to measure. Always the same, so that the curve shows the model and not the
/// choice of images.
const HELD_OUT: usize = 500;
/// Fewer for a model without an encoder: the code of each image has to be sought step by step.
const HELD_OUT_CODES: usize = 50;

/// A model in training, and the pace at which it trains.
#[derive(Debug)]
pub struct Run {
    /// What trains.
    pub trainer: Trainer,
    pace: Pace,
    clock: fn() -> f64,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Whether it was begun, and whether all epochs are done.
    pub state: State,
    /// Steps done.
    pub step: usize,
    /// Steps in all epochs.
    pub total_steps: usize,
    /// Epochs begun.
    pub epoch: usize,
    /// Epochs in all.
    pub epochs: usize,
    /// The present speed; 0 while nothing trains.
    pub steps_per_second: f64,
    /// Estimated time to the end of the last epoch; 0 while nothing trains.
    pub seconds_left: f64,
    /// Mean training losses of the steps since the last report, if there were any.
    pub losses: Option<Losses>,
    /// Held-out losses, if they were measured now.
    pub held_out: Option<Losses>,
}

/// The state of a run between two calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No step was taken yet.
    Idle,
    /// Steps were taken, and some are left.
    Paused,
    /// All epochs are done.
    Finished,
}

impl Run {
    /// A run of `trainer`. `clock` gives the milliseconds since some fixed moment.
    pub fn new(trainer: Trainer, clock: fn() -> f64) -> Self {
        Self { trainer, pace: Pace::default(), clock }
    }

    /// Trains for about `budget_ms`: one step at least, none if all are done, and not past the end
    /// of an epoch. Reads the losses back once, and measures the held-out loss when it is due: at
    /// the end of each epoch, and now and then before.
    ///
    /// If the loss is not finite any more, that is an error: see [`Trainer::take_losses`].
    pub async fn advance(&mut self, budget_ms: f64) -> Result<Progress> {
        let start = (self.clock)();
        // On the CPU device a step is done when the call returns, so the clock can be asked after
        // each. On WebGPU steps are only queued: there the pace says how many fit.
        let is_cpu = Kind::of(&self.trainer.data().device).is_cpu();
        let mut left = self.pace.steps_in(budget_ms);
        let mut done = 0;
        let mut epoch_ended = false;
        // The number of epochs may have been lowered below what is done.
        while left > 0 && !epoch_ended && !self.trainer.finished() {
            let in_epoch = self.trainer.steps_left_in_epoch();
            let together = if is_cpu { 1 } else { left };
            let queued = self.trainer.steps(together.min(in_epoch))?;
            (left, done) = (left - queued, done + queued);
            epoch_ended = queued == in_epoch || self.trainer.finished();
            if is_cpu && (self.clock)() - start > budget_ms {
                break;
            }
        }
        let losses = self.trainer.take_losses().await?;
        if done > 0 {
            self.pace.took(done, (self.clock)() - start);
        }
        let held_out = match self.pace.held_out_is_due((self.clock)(), epoch_ended) {
            true => Some(self.measure().await?),
            false => None,
        };
        let mut progress = Progress { losses, held_out, ..self.progress() };
        if !self.trainer.finished() {
            let steps_left = progress.total_steps - progress.step;
            progress.steps_per_second = self.pace.steps_per_second();
            progress.seconds_left = steps_left as f64 / progress.steps_per_second;
        }
        Ok(progress)
    }

    /// Takes one step, and measures the held-out loss if that is quick. After the last epoch it is
    /// an error.
    pub async fn step(&mut self) -> Result<Progress> {
        self.trainer.step()?;
        let losses = self.trainer.take_losses().await?;
        let held_out = match self.pace.held_out_is_quick() {
            true => Some(self.measure().await?),
            false => None,
        };
        Ok(Progress { losses, held_out, ..self.progress() })
    }

    /// Measures the held-out loss now.
    pub async fn measure(&mut self) -> Result<Losses> {
        let start = (self.clock)();
        let count = match self.trainer.codes() {
            Some(_) => HELD_OUT_CODES,
            None => HELD_OUT,
        };
        let losses = self.trainer.held_out(count).await?;
        self.pace.measured_held_out(start, (self.clock)());
        Ok(losses)
    }

    /// How far the run is, without losses.
    pub fn progress(&self) -> Progress {
        let trainer = &self.trainer;
        let step = trainer.steps_done();
        Progress {
            state: match step {
                _ if trainer.finished() => State::Finished,
                0 => State::Idle,
                _ => State::Paused,
            },
            step,
            total_steps: trainer.total_steps(),
            epoch: trainer.epochs_begun(),
            epochs: trainer.config().epochs,
            steps_per_second: 0.0,
            seconds_left: 0.0,
            losses: None,
            held_out: None,
        }
    }
}
