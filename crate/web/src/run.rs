use inkling::model::Preset;
use inkling::train::{Pace, Trainer};

use crate::clock::now_ms;
use crate::types;

/// Held-out images that are measured: always the same, so that the curve shows the model and not the choice.
const HELD_OUT: usize = 500;
/// Fewer without an encoder: the code of each is then sought step by step.
const HELD_OUT_CODES: usize = 50;

/// A model in training, and the pace at which it trains.
pub(crate) struct Run {
    pub(crate) trainer: Trainer,
    preset: &'static Preset,
    pace: Pace,
}

impl Run {
    pub(crate) fn new(preset: &'static Preset, trainer: Trainer) -> Self {
        Self { trainer, preset, pace: Pace::default() }
    }

    /// Trains for about `budget_ms`, one step at least unless all are done.
    pub(crate) async fn advance(&mut self, budget_ms: f64) -> inkling::Result<types::Progress> {
        let start = now_ms();
        let mut steps = self.pace.steps_in(budget_ms);
        let mut done = 0;
        let mut epoch_ended = false;
        // The number of epochs may have been lowered below what is done.
        while steps > 0 && !epoch_ended && !self.trainer.finished() {
            let per_epoch = self.trainer.steps_per_epoch();
            let in_epoch = per_epoch - self.trainer.steps_done() % per_epoch;
            let together = if cfg!(feature = "cpu") { 1 } else { steps };
            let queued = self.trainer.steps(together.min(in_epoch))?;
            (steps, done) = (steps - queued, done + queued);
            epoch_ended = self.trainer.steps_done().is_multiple_of(per_epoch);
            // On the CPU each step is done when the call returns, so the clock can be believed.
            if cfg!(feature = "cpu") && now_ms() - start > budget_ms {
                break;
            }
        }
        let losses = self.trainer.take_losses().await?;
        if done > 0 {
            self.pace.took(done, now_ms() - start);
        }
        let held_out = match self.pace.held_out_is_due(now_ms(), epoch_ended) {
            true => Some(self.measure().await?),
            false => None,
        };
        let (left, speed) = (self.steps_left() as f64, self.pace.steps_per_second());
        let (steps_per_second, seconds_left) = match self.trainer.finished() {
            true => (0.0, 0.0),
            false => (speed, left / speed),
        };
        let losses = losses.map(Into::into);
        Ok(types::Progress { losses, held_out, steps_per_second, seconds_left, ..self.progress() })
    }

    /// One step.
    pub(crate) async fn step(&mut self) -> inkling::Result<types::Progress> {
        self.trainer.step()?;
        let losses = self.trainer.take_losses().await?.map(Into::into);
        let held_out = match self.pace.held_out_is_quick() {
            true => Some(self.measure().await?),
            false => None,
        };
        Ok(types::Progress { losses, held_out, ..self.progress() })
    }

    /// The held-out loss as it is now.
    pub(crate) async fn measure(&mut self) -> inkling::Result<types::Losses> {
        let start = now_ms();
        let sought = self.trainer.codes().is_some();
        let count = if sought { HELD_OUT_CODES } else { HELD_OUT };
        let losses = self.trainer.held_out(count).await?;
        self.pace.measured_held_out(start, now_ms());
        Ok(losses.into())
    }

    /// How far training is.
    pub(crate) fn progress(&self) -> types::Progress {
        let trainer = &self.trainer;
        let step = trainer.steps_done();
        types::Progress {
            state: match step {
                _ if trainer.finished() => "finished",
                0 => "idle",
                _ => "paused",
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

    fn steps_left(&self) -> usize {
        self.trainer.total_steps().saturating_sub(self.trainer.steps_done())
    }

    /// The model as configured; `restored`: with how far it is.
    pub(crate) fn info(&self, restored: bool) -> types::ModelInfo {
        let model = self.trainer.model();
        let (config, training) = (model.config(), self.trainer.config());
        types::ModelInfo {
            config: types::TrainConfig {
                preset: self.preset.name.into(),
                latent: config.latent as f64,
                beta: config.beta,
                learning_rate: training.learning_rate,
                batch: training.batch as f64,
                epochs: training.epochs as f64,
                seed: config.seed.into(),
            },
            parameters: model.parameters(),
            latent: config.latent,
            steps_per_epoch: self.trainer.steps_per_epoch(),
            progress: restored.then(|| self.progress()),
        }
    }
}
