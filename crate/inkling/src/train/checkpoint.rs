//! A training run in one safetensors file: the weights under their names, the optimiser's state as
//! `adam.*`, codes as `codes.*`, and the configuration and progress as JSON in the metadata.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use safetensors::tensor::SafeTensors;
use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::codes::Codes;
use super::config::{DeviceData, TrainConfig};
use super::earlier::Earlier;
use super::schedule::Schedule;
use super::trainee::Trainee;
use super::trainer::{Epochs, Trainer};
use crate::device::upload::floats;
use crate::device::{read, read_flat};
use crate::error::{FileError, excerpt};
use crate::file::{self, Precision};
use crate::model::trained::{self, KEY};
use crate::model::weights::{self, Weights};
use crate::model::{Model, Preset, VaeConfig};
use crate::{Error, Result};

const ADAM: &str = "adam";
const CODES: &str = "codes";
/// More steps than any run has: 1000 epochs of 600,000 images, one by one. With more, counters
/// could overflow.
const MOST_STEPS: usize = 1_000_000_000;

#[derive(Serialize, Deserialize)]
struct Header {
    model: VaeConfig,
    train: TrainConfig,
    #[serde(default)]
    schedule: Schedule,
    #[serde(default)]
    binarised: f64,
    step: usize,
    #[serde(default)]
    earlier: Earlier,
    /// Steps in an epoch of the data it was last trained on. Older files do not say.
    #[serde(default)]
    steps_per_epoch: Option<usize>,
    /// Name of the preset that it began with. Older files do not say.
    #[serde(default)]
    preset: Option<String>,
}

impl Trainer {
    /// Everything that [`restore`](Self::restore) needs, with one read-back. A model without an
    /// encoder takes three more: its codes are too many for one buffer. A run that has diverged is
    /// an error.
    pub async fn checkpoint(&self) -> Result<Vec<u8>> {
        let header = Header {
            model: self.stepper.config().clone(),
            train: self.config,
            schedule: self.schedule,
            binarised: self.binarised,
            step: self.step,
            earlier: self.earlier,
            steps_per_epoch: Some(self.steps_per_epoch()),
            preset: self.preset.map(|preset| preset.name.into()),
        };
        let mut tensors = self.stepper.weights();
        let prefixed = |(name, shape, tensor)| (format!("{ADAM}.{name}"), shape, tensor);
        tensors.extend(self.stepper.moments().into_iter().map(prefixed));
        let (mut names, flat): (Vec<_>, Vec<_>) =
            tensors.into_iter().map(|(name, shape, tensor)| ((name, shape), tensor)).unzip();
        let mut numbers = read_flat(flat).await?;
        if let Some(Codes { values, first, second }) = self.stepper.codes() {
            for (name, tensor) in [("values", values), ("first", first), ("second", second)] {
                names.push((format!("{CODES}.{name}"), tensor.dims().to_vec()));
                numbers.push(read(tensor.clone()).await?);
            }
        }
        // Weights that are not finite must not replace the last good ones.
        if !numbers.iter().flatten().all(|x| x.is_finite()) {
            return Err(Error::Diverged);
        }
        let tensors = names.into_iter().zip(numbers);
        let tensors = tensors.map(|((name, shape), values)| (name, Weights { shape, values }));
        file::write(KEY, &header, tensors, Precision::Single)
    }

    /// The run that [`checkpoint`](Self::checkpoint) wrote, to be continued on `data`. If the model
    /// has no encoder, `data` must have as many images as the run had.
    ///
    /// Any other file is an [`Error::File`], and costs no more
    /// memory than a few times its size.
    pub fn restore(bytes: &[u8], data: DeviceData) -> Result<Self> {
        let (header, file) = open(bytes)?;
        let Header { model, train, schedule, binarised, step, .. } = header;
        let Header { earlier, steps_per_epoch, preset, .. } = header;
        let (mut parameters, mut moments, mut left) = Default::default();
        for (name, view) in file.tensors() {
            let weights = file::numbers(&name, &view)?;
            let (kind, name): (&mut BTreeMap<_, _>, _) = match name.split_once('.') {
                Some((ADAM, name)) => (&mut moments, name.to_owned()),
                Some((CODES, name)) => (&mut left, name.to_owned()),
                _ => (&mut parameters, name),
            };
            kind.insert(name, weights);
        }
        model.check_size(&parameters)?;
        data.check_labels(model.labels)?;
        if model.encoder.is_none() {
            fits(&left, data.train.count())?;
            Codes::check_size(data.train.count(), model.latent, &data.device)?;
        }
        let device = data.device.clone();
        let fresh = Model::new(&model, &device.clone().autodiff())?;
        let (trainee, adam) = match fresh {
            Model::Vae(vae) => {
                let vae = weights::write(vae, parameters)?.train();
                let adam = Adam::restore(&vae, step, moments, &device)?;
                (Trainee::Vae(vae), adam)
            }
            Model::Generator(generator) => {
                let generator = weights::write(generator, parameters)?.train();
                let adam = Adam::restore(&generator, step, moments, &device)?;
                let shape = [data.train.count(), model.latent];
                let mut take = |name| code_rows(name, left.remove(name), shape, &device);
                let (values, first, second) = (take("values")?, take("first")?, take("second")?);
                (Trainee::Generator(generator, Codes { values, first, second }), adam)
            }
        };
        if let Some(name) = left.keys().next() {
            let name = excerpt(&format!("{CODES}.{name}"));
            return Err(FileError::ExtraTensor { name }.into());
        }
        let now = Epochs::of(&data, &train).steps();
        let earlier = earlier.at(step, steps_per_epoch.unwrap_or(now), now);
        let mut trainer = Trainer::resumed(trainee, model.seed, adam, (step, earlier), train, data);
        trainer.schedule = schedule;
        if let Some(preset) = preset.and_then(|name| Preset::named(&name).ok()) {
            trainer.set_preset(preset);
        }
        trainer.set_binarised(binarised).map_err(Error::in_file)?;
        Ok(trainer)
    }
}

/// The header, checked, and the tensors, unchecked.
fn open(bytes: &[u8]) -> Result<(Header, SafeTensors<'_>)> {
    let opened = file::open(KEY, bytes);
    let is_ready_made =
        || file::open::<trained::Header>(KEY, bytes).is_ok_and(|(header, _)| header.card.is_some());
    if opened.is_err() && is_ready_made() {
        return Err(FileError::NoTrainingState.into());
    }
    let (header, file): (Header, _) = opened?;
    header.model.validate().map_err(Error::in_file)?;
    header.train.validate().map_err(Error::in_file)?;
    if header.step > MOST_STEPS {
        return Err(FileError::TooManySteps { found: header.step }.into());
    }
    if !header.earlier.is_valid(header.step) || header.steps_per_epoch == Some(0) {
        return Err(FileError::BadDescription { detail: "its epochs".into() }.into());
    }
    Ok((header, file))
}

/// Checks that there is a code for each image: codes belong to the images they were found for.
fn fits(codes: &BTreeMap<String, Weights>, images: usize) -> Result<()> {
    match codes.get("values").and_then(|values| values.shape.first()) {
        None => Err(FileError::NoCodes.into()),
        Some(&count) if count == images => Ok(()),
        Some(&expected) => Err(FileError::CodesMismatch { expected, found: images }.into()),
    }
}

fn code_rows(
    name: &str,
    found: Option<Weights>,
    shape: [usize; 2],
    device: &Device,
) -> Result<Tensor<2>> {
    let least = if name == "second" { 0.0 } else { f32::MIN };
    if found.as_ref().is_some_and(|found| !found.values.iter().all(|x| x.is_finite())) {
        return Err(FileError::TensorNotFinite { name: format!("{CODES}.{name}") }.into());
    }
    match found {
        Some(Weights { shape: found, values })
            if found == shape && values.iter().all(|x| *x >= least) =>
        {
            Ok(floats(TensorData::new(values, shape), device))
        }
        _ => Err(FileError::BadCodes { name: format!("{CODES}.{name}") }.into()),
    }
}
