use inkling::model::{Likelihood, Preset};
use inkling::train::{self, State, Trainer};

use crate::clock::now_ms;
use crate::types;

/// A run and the preset that it was configured from, in the words of the page.
pub(crate) struct Run {
    pub(crate) inner: train::Run,
    preset: &'static Preset,
}

impl Run {
    pub(crate) fn new(preset: &'static Preset, mut trainer: Trainer) -> Self {
        trainer.set_preset(preset);
        Self { inner: train::Run::new(trainer, now_ms), preset }
    }

    /// The model as configured; with how far it is if `restored`.
    pub(crate) fn info(&self, restored: bool) -> types::ModelInfo {
        let trainer = &self.inner.trainer;
        let model = trainer.model();
        let (config, training) = (model.config(), trainer.config());
        types::ModelInfo {
            config: types::TrainConfig {
                preset: self.preset.name.into(),
                latent: config.latent as f64,
                beta: config.beta,
                learning_rate: training.learning_rate,
                batch: training.batch as f64,
                epochs: training.epochs as f64,
                seed: config.seed.into(),
                likelihood: Some(config.likelihood.into()),
                variance: Some(match config.likelihood {
                    Likelihood::Gaussian { variance } => variance,
                    _ => self.preset.variance(),
                }),
                warmup_steps: Some(config.warmup_steps as f64),
                free_bits: Some(config.free_bits),
            },
            parameters: model.parameters(),
            latent: config.latent,
            labels: config.labels,
            steps_per_epoch: trainer.steps_per_epoch(),
            progress: restored.then(|| self.inner.progress().into()),
        }
    }
}

impl From<train::Progress> for types::Progress {
    fn from(progress: train::Progress) -> Self {
        let state = match progress.state {
            State::Idle => "idle",
            State::Paused => "paused",
            State::Finished => "finished",
        };
        Self {
            state,
            step: progress.step,
            total_steps: progress.total_steps,
            epoch: progress.epoch,
            epochs: progress.epochs,
            steps_per_second: progress.steps_per_second,
            seconds_left: progress.seconds_left,
            losses: progress.losses.map(Into::into),
            held_out: progress.held_out.map(Into::into),
        }
    }
}
