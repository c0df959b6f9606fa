//! The model in training: configured, trained, measured, saved and restored.

use inkling::model::Preset;
use inkling::settings::Range;
use inkling::train::{Progress, TrainConfig, Trainer};
use wasm_bindgen::prelude::*;

use super::query::Query;
use super::{Answer, Data, Engine, seed_of};
use crate::error::Failure;
use crate::run::Run;
use crate::types::{self, from_js, to_js};

#[wasm_bindgen]
impl Engine {
    /// A fresh, untrained model in place of the present one. A conditional one has as many labels
    /// as the data set has classes, ten at least.
    #[wasm_bindgen(unchecked_return_type = "ModelInfo")]
    pub fn configure(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "TrainConfig")] config: JsValue,
    ) -> Answer {
        let config: types::TrainConfig = from_js(config)?;
        let preset = Preset::named(&config.preset)?;
        let latent = Range::LATENT.count(config.latent)?;
        let mut model = preset.config(latent, config.beta, seed_of(config.seed)?);
        if let Some(likelihood) = config.likelihood {
            model.likelihood = likelihood.with(config.variance.unwrap_or(preset.variance()));
        }
        if let Some(steps) = config.warmup_steps {
            model.warmup_steps = Range::WARMUP_STEPS.count(steps)?;
        }
        model.free_bits = config.free_bits.unwrap_or(model.free_bits);
        let training = TrainConfig {
            batch: Range::BATCH.count(config.batch)?,
            epochs: Range::EPOCHS.count(config.epochs)?,
            learning_rate: config.learning_rate,
        };
        let Data { dataset, uploaded } = self.data()?;
        if preset.labels > 0 {
            let classes = dataset.train.classes().max(dataset.held_out.classes());
            model.labels = classes.clamp(preset.labels, Range::LABELS.high as usize);
        }
        let run = Run::new(preset, Trainer::new(&model, training, uploaded.clone())?);
        let info = run.info(false);
        self.run = Some(run);
        to_js(&info)
    }

    /// A run of its own that begins with the weights of a pretrained model, in place of the present
    /// one.
    #[wasm_bindgen(js_name = continuePretrained, unchecked_return_type = "ModelInfo")]
    pub async fn continue_pretrained(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "ContinueQuery")] query: JsValue,
    ) -> Answer {
        let query = Query(query);
        let training = TrainConfig {
            batch: query.count(Range::BATCH)?,
            epochs: query.count(Range::EPOCHS)?,
            learning_rate: query.number("learningRate"),
        };
        let beta = query.has("beta").then(|| query.number("beta"));
        beta.map_or(Ok(()), |beta| Range::BETA.check(beta))?;
        let mut model = self.model(query.model().as_deref())?.with_seed(query.seed()?);
        if query.has("labels") {
            model = model.with_labels(query.count(Range::LABELS)?).await?;
        }
        let preset = Preset::of(model.config())?;
        let uploaded = self.data()?.uploaded.clone();
        let mut trainer = Trainer::continued(&model, training, uploaded).await?;
        beta.map_or(Ok(()), |beta| trainer.set_beta(beta))?;
        let run = Run::new(preset, trainer);
        let info = run.info(false);
        self.run = Some(run);
        to_js(&info)
    }

    /// Changes the learning rate, beta, its warm-up, the free bits or the number of epochs from the
    /// next step on. If one of them is refused, all stay.
    #[wasm_bindgen(js_name = updateHyperparameters)]
    pub fn update_hyperparameters(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Hyperparameters")] change: JsValue,
    ) -> Result<(), Failure> {
        let types::Hyperparameters { learning_rate, beta, epochs, warmup_steps, free_bits } =
            from_js(change)?;
        // All are checked before any is changed.
        learning_rate.map_or(Ok(()), |rate| Range::LEARNING_RATE.check(rate))?;
        beta.map_or(Ok(()), |beta| Range::BETA.check(beta))?;
        free_bits.map_or(Ok(()), |bits| Range::FREE_BITS.check(bits))?;
        let epochs = epochs.map(|epochs| Range::EPOCHS.count(epochs)).transpose()?;
        let warmup = warmup_steps.map(|steps| Range::WARMUP_STEPS.count(steps)).transpose()?;
        let trainer = &mut self.run_mut()?.inner.trainer;
        learning_rate.map_or(Ok(()), |rate| trainer.set_learning_rate(rate))?;
        beta.map_or(Ok(()), |beta| trainer.set_beta(beta))?;
        free_bits.map_or(Ok(()), |bits| trainer.set_free_bits(bits))?;
        warmup.map_or(Ok(()), |steps| trainer.set_warmup_steps(steps))?;
        epochs.map_or(Ok(()), |epochs| trainer.set_epochs(epochs))?;
        Ok(())
    }

    /// Trains for about `budget_ms`, one step at least. Measures the held-out loss when it is due:
    /// at the end of each epoch, and now and then before.
    ///
    /// On WebGPU it queues steps and reads the losses of earlier ones: `settle` reads the rest.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub async fn advance(&mut self, budget_ms: f64) -> Answer {
        to_js(&types::Progress::from(self.run_mut()?.inner.advance(budget_ms).await?))
    }

    /// Waits for all steps that `advance` has queued, and reads their losses.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub async fn settle(&mut self) -> Answer {
        to_js(&types::Progress::from(self.run_mut()?.inner.settle().await?))
    }

    /// Starts compiling the shaders that training needs, and returns without waiting, so that the
    /// first step starts at once. Changes nothing.
    pub fn prepare(&mut self) -> Result<(), Failure> {
        Ok(self.run_mut()?.inner.trainer.prepare()?)
    }

    /// One step.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub async fn step(&mut self) -> Answer {
        to_js(&types::Progress::from(self.run_mut()?.inner.step().await?))
    }

    /// How far training is, with the held-out loss measured now.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub async fn measure(&mut self) -> Answer {
        let run = &mut self.run_mut()?.inner;
        let settled = run.settle().await?;
        let held_out = Some(run.measure().await?);
        to_js(&types::Progress::from(Progress { held_out, ..settled }))
    }

    /// How far training is.
    #[wasm_bindgen(unchecked_return_type = "Progress")]
    pub fn progress(&self) -> Answer {
        to_js(&types::Progress::from(self.run()?.inner.progress()))
    }

    /// Weights, optimiser and progress as a safetensors file. A run that has diverged is refused.
    pub async fn checkpoint(&self) -> Result<Vec<u8>, Failure> {
        Ok(self.run()?.inner.trainer.checkpoint().await?)
    }

    /// The run that `checkpoint` wrote, in place of the present one.
    #[wasm_bindgen(unchecked_return_type = "ModelInfo")]
    pub fn restore(&mut self, bytes: Vec<u8>) -> Answer {
        let uploaded = self.data()?.uploaded.clone();
        let trainer = Trainer::restore(&bytes, uploaded)?;
        let preset = trainer.preset()?;
        let run = Run::new(preset, trainer);
        let info = run.info(true);
        self.run = Some(run);
        to_js(&info)
    }
}
