//! A run as a person watches it: trains in slices of time, and measures the held-out loss when it
//! is due. It knows no browser; whoever drives it passes a clock in.

use std::collections::VecDeque;

use super::losses::{ComingLosses, LossMean, Losses};
use super::pace::Pace;
use super::trainer::Trainer;
use super::window::Window;
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
    /// What trains. On WebGPU it may be ahead of [`progress`](Self::progress), which counts only
    /// steps whose losses were read.
    pub trainer: Trainer,
    pace: Pace,
    window: Window,
    /// Slices that were queued on the device and not read yet.
    flight: VecDeque<Slice>,
    clock: fn() -> f64,
}

/// Steps that were queued together.
#[derive(Debug)]
struct Slice {
    losses: ComingLosses,
    /// Held-out images that are measured with them.
    held_out: Option<usize>,
    sent: f64,
    /// Steps in flight when it was sent, its own included.
    in_flight: usize,
}

/// What has come back since the last report.
#[derive(Debug, Default)]
struct Report {
    losses: LossMean,
    held_out: Option<Losses>,
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
        let (pace, window, flight) = Default::default();
        Self { trainer, pace, window, flight, clock }
    }

    /// Trains for about `budget_ms`: one step at least, none if all are done, and not past the end
    /// of an epoch. Measures the held-out loss when it is due: at the end of each epoch, and now
    /// and then before.
    ///
    /// On WebGPU it queues a slice of steps and reads the losses of an earlier one, so that the
    /// device always has work. [`settle`](Self::settle) reads the rest.
    ///
    /// If the loss is not finite any more, that is an error: see [`Trainer::take_losses`].
    pub async fn advance(&mut self, budget_ms: f64) -> Result<Progress> {
        let report = match Kind::of(&self.trainer.data().device).is_cpu() {
            true => self.train(budget_ms).await?,
            false => self.train_ahead(budget_ms).await?,
        };
        let mut progress = self.report(report);
        if progress.state != State::Finished {
            let steps_left = progress.total_steps.saturating_sub(progress.step);
            progress.steps_per_second = match self.window.rate() {
                0.0 => self.pace.steps_per_second(),
                rate => 1000.0 * rate,
            };
            progress.seconds_left = steps_left as f64 / progress.steps_per_second;
        }
        Ok(progress)
    }

    /// Waits for all steps that are queued and reads their losses, as the last
    /// [`advance`](Self::advance) would have. Nothing queued is no error.
    pub async fn settle(&mut self) -> Result<Progress> {
        let mut report = Report::default();
        while self.read_slice(&mut report).await? {}
        Ok(self.report(report))
    }

    /// Takes one step, and measures the held-out loss if that is quick. After the last epoch it is
    /// an error.
    pub async fn step(&mut self) -> Result<Progress> {
        let mut report = Report::default();
        while self.read_slice(&mut report).await? {}
        self.trainer.step()?;
        if let Some(losses) = self.trainer.take_losses().await? {
            report.losses.add(losses, 1);
        }
        if self.pace.held_out_is_quick() {
            report.held_out = Some(self.measure().await?);
        }
        Ok(self.report(report))
    }

    /// Measures the held-out loss now.
    pub async fn measure(&mut self) -> Result<Losses> {
        let start = (self.clock)();
        let losses = self.trainer.held_out(self.held_out_images()).await?;
        self.pace.measured_held_out(start, (self.clock)());
        Ok(losses)
    }

    /// How far the run is, without losses.
    pub fn progress(&self) -> Progress {
        let trainer = &self.trainer;
        let step = trainer.steps_done() - self.in_flight();
        Progress {
            state: match step {
                _ if step >= trainer.total_steps() => State::Finished,
                0 => State::Idle,
                _ => State::Paused,
            },
            step,
            total_steps: trainer.total_steps(),
            epoch: trainer.epochs_begun_at(step),
            epochs: trainer.config().epochs,
            steps_per_second: 0.0,
            seconds_left: 0.0,
            losses: None,
            held_out: None,
        }
    }

    fn report(&self, Report { losses, held_out }: Report) -> Progress {
        Progress { losses: losses.take(), held_out, ..self.progress() }
    }

    fn held_out_images(&self) -> usize {
        if self.trainer.codes().is_some() { HELD_OUT_CODES } else { HELD_OUT }
    }

    fn in_flight(&self) -> usize {
        self.flight.iter().map(|slice| slice.losses.steps()).sum()
    }

    /// On the CPU device a step is done when the call returns, so the clock is asked after each.
    async fn train(&mut self, budget_ms: f64) -> Result<Report> {
        let start = (self.clock)();
        let mut left = self.pace.steps_in(budget_ms);
        let mut done = 0;
        let mut epoch_ended = false;
        // The number of epochs may have been lowered below what is done.
        while left > 0 && !epoch_ended && !self.trainer.finished() {
            let in_epoch = self.trainer.steps_left_in_epoch();
            self.trainer.step()?;
            (left, done) = (left - 1, done + 1);
            epoch_ended = in_epoch == 1 || self.trainer.finished();
            if (self.clock)() - start > budget_ms {
                break;
            }
        }
        let mut report = Report::default();
        if let Some(losses) = self.trainer.take_losses().await? {
            report.losses.add(losses, done);
        }
        if done > 0 {
            self.pace.took(done, (self.clock)() - start);
        }
        if self.pace.held_out_is_due((self.clock)(), epoch_ended) {
            report.held_out = Some(self.measure().await?);
        }
        Ok(report)
    }

    /// On WebGPU steps are only queued, and some browsers answer a read-back after 100 ms: the next
    /// slice is queued before the losses of the last one are read.
    async fn train_ahead(&mut self, budget_ms: f64) -> Result<Report> {
        let mut epoch_ended = false;
        if !self.trainer.finished() {
            epoch_ended = self.send_slice(budget_ms)?;
        }
        let mut report = Report::default();
        while !self.flight.is_empty()
            && (self.trainer.finished() || !self.window.has_room(budget_ms, self.in_flight()))
        {
            self.read_slice(&mut report).await?;
        }
        // While nothing is queued behind a slice, measuring tells what it costs.
        let due = self.pace.held_out_is_due((self.clock)(), epoch_ended);
        if due && self.flight.is_empty() && report.held_out.is_none() {
            report.held_out = Some(self.measure().await?);
        }
        Ok(report)
    }

    /// Queues the next steps, and the held-out loss if it is due; starts reading. Returns whether
    /// an epoch ended with them.
    fn send_slice(&mut self, budget_ms: f64) -> Result<bool> {
        let ahead = self.in_flight();
        let in_epoch = self.trainer.steps_left_in_epoch();
        let steps = self.window.slice(budget_ms, ahead).min(in_epoch);
        let steps = self.trainer.steps(steps)?;
        let epoch_ended = steps == in_epoch || self.trainer.finished();
        let now = (self.clock)();
        let waiting = self.flight.iter().any(|slice| slice.held_out.is_some());
        let due = self.pace.held_out_is_due(now, epoch_ended) && (epoch_ended || !waiting);
        let (more, held_out) = match due && !self.window.is_warming_up() {
            true => {
                let (sums, images) = self.trainer.held_out_sums(self.held_out_images())?;
                (sums, Some(images))
            }
            false => (vec![], None),
        };
        let losses = self.trainer.start_reading_losses(more);
        self.flight.push_back(Slice { losses, held_out, sent: now, in_flight: ahead + steps });
        Ok(epoch_ended)
    }

    /// Reads the oldest slice into the report; false if there is none. After an error the others
    /// are dropped: they can be no better.
    async fn read_slice(&mut self, report: &mut Report) -> Result<bool> {
        let Some(slice) = self.flight.pop_front() else { return Ok(false) };
        let Slice { losses, held_out, sent, in_flight } = slice;
        let steps = losses.steps();
        let read = match losses.wait().await {
            Ok(read) => read,
            Err(error) => {
                self.flight.clear();
                return Err(error);
            }
        };
        let now = (self.clock)();
        if let Some(losses) = read.losses {
            report.losses.add(losses, steps);
        }
        match held_out {
            Some(images) => {
                report.held_out = Some(Losses::mean(&read.more, images as f64)?);
                let cost = (now - sent - self.window.expected(in_flight)).max(0.0);
                self.pace.measured_held_out(now - cost, now);
            }
            None => self.window.answered(in_flight, in_flight == steps, now - sent),
        }
        Ok(true)
    }
}
