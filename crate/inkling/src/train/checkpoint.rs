//! A training run in one safetensors file: weights under their names, `adam.*` and `codes.*` beside them, and the
//! configuration and the progress as JSON in the metadata.

use std::collections::{BTreeMap, HashMap};

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::codes::Codes;
use super::schedule::Schedule;
use super::trainer::{DeviceData, TrainConfig, Trainer, diverged};
use crate::device::{read, read_flat};
use crate::model::VaeConfig;
use crate::model::weights::{self, Weights};
use crate::{Error, Result};

const KEY: &str = "inkling";
const ADAM: &str = "adam";
const CODES: &str = "codes";
/// More than any run has: 1000 epochs of 600,000 images, one by one. Beyond, counting could overflow.
const MOST_STEPS: usize = 1_000_000_000;

#[derive(Serialize, Deserialize)]
struct Header {
    model: VaeConfig,
    train: TrainConfig,
    #[serde(default)]
    schedule: Schedule,
    step: usize,
}

impl Trainer {
    /// Everything that [`restore`](Self::restore) needs. One read-back; three more for a model without an encoder, whose codes are
    /// too many to be gathered in one buffer. A run that has diverged is an error.
    pub async fn checkpoint(&self) -> Result<Vec<u8>> {
        let header = Header {
            model: self.model.config().clone(),
            train: self.config,
            schedule: self.schedule,
            step: self.step,
        };
        let mut tensors = weights::collect(&self.model);
        let prefixed = |(name, shape, tensor)| (format!("{ADAM}.{name}"), shape, tensor);
        tensors.extend(self.moments().into_iter().map(prefixed));
        let (mut names, flat): (Vec<_>, Vec<_>) =
            tensors.into_iter().map(|(name, shape, tensor)| ((name, shape), tensor)).unzip();
        let mut numbers = read_flat(flat).await?;
        if let Some(Codes { values, first, second }) = &self.codes {
            for (name, tensor) in [("values", values), ("first", first), ("second", second)] {
                names.push((format!("{CODES}.{name}"), tensor.dims().to_vec()));
                numbers.push(read(tensor.clone()).await?);
            }
        }
        // Weights that are not numbers any more must not take the place of the last good ones.
        if !numbers.iter().flatten().all(|x| x.is_finite()) {
            return Err(diverged());
        }
        let bytes: Vec<Vec<u8>> =
            numbers.iter().map(|n| n.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
        let views = names
            .into_iter()
            .zip(&bytes)
            .map(|((name, shape), bytes)| Ok((name, TensorView::new(Dtype::F32, shape, bytes)?)))
            .collect::<std::result::Result<Vec<_>, SafeTensorError>>()
            .map_err(refused)?;
        let header = serde_json::to_string(&header).map_err(refused)?;
        let metadata = HashMap::from([(KEY.to_owned(), header)]);
        safetensors::serialize(views, Some(metadata)).map_err(refused)
    }

    /// The run that [`checkpoint`](Self::checkpoint) wrote, to be trained on with `data`, which must have as many images
    /// if the model has no encoder. Anything else than such a file is an [`Error::Checkpoint`], and costs no more memory than
    /// a few times the file's size.
    pub fn restore(bytes: &[u8], data: DeviceData) -> Result<Self> {
        let (header, file) = open(bytes)?;
        let Header { model, train, schedule, step } = header;
        let (mut parameters, mut moments, mut codes) = Default::default();
        for (name, view) in file.tensors() {
            let weights = numbers(&name, &view)?;
            let (kind, name): (&mut BTreeMap<_, _>, _) = match name.split_once('.') {
                Some((ADAM, name)) => (&mut moments, name.to_owned()),
                Some((CODES, name)) => (&mut codes, name.to_owned()),
                _ => (&mut parameters, name),
            };
            kind.insert(name, weights);
        }
        let held: usize = parameters.values().map(|w| w.values.len()).sum();
        if held < model.least_weights() {
            return Err(refused("it holds fewer weights than the model that it describes"));
        }
        if model.encoder.is_none() {
            fits(&codes, data.train.count())?;
        }
        let device = data.device.clone();
        let mut trainer = Trainer::new(&model, train, data).map_err(refused)?;
        trainer.model = weights::write(trainer.model, parameters)?.train();
        trainer.adam = Adam::restore(&trainer.model, step, moments, &device)?;
        (trainer.step, trainer.schedule) = (step, schedule);
        if let Some(fresh) = &mut trainer.codes {
            for (name, tensor) in [
                ("values", &mut fresh.values),
                ("first", &mut fresh.first),
                ("second", &mut fresh.second),
            ] {
                *tensor = rows(name, codes.remove(name), tensor)?;
            }
        }
        match codes.keys().next() {
            None => Ok(trainer),
            Some(name) => Err(refused(format!("this model has no {CODES}.{name}"))),
        }
    }
}

/// The header, checked, and the tensors, not yet looked at.
fn open(bytes: &[u8]) -> Result<(Header, SafeTensors<'_>)> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
    let header = metadata.metadata().as_ref().and_then(|m| m.get(KEY));
    let Some(header) = header else {
        return Err(refused(format!(
            "it was written by another program: its metadata have no entry \"{KEY}\""
        )));
    };
    let header: Header = serde_json::from_str(header)
        .map_err(|e| refused(format!("its description of the model cannot be read ({e})")))?;
    header.model.validate().map_err(refused)?;
    header.train.validate().map_err(refused)?;
    if header.step > MOST_STEPS {
        return Err(refused(format!("no run has {} steps", header.step)));
    }
    Ok((header, SafeTensors::deserialize(bytes).map_err(unreadable)?))
}

/// Codes belong to the images that they were found for.
fn fits(codes: &BTreeMap<String, Weights>, images: usize) -> Result<()> {
    match codes.get("values").and_then(|values| values.shape.first()) {
        None => Err(refused("the codes of its training images are missing")),
        Some(&count) if count == images => Ok(()),
        Some(count) => Err(refused(format!(
            "a model without an encoder has a code for each training image, this one for {count}, and the data set has {images}: \
             load the data set that it was trained on first"
        ))),
    }
}

fn rows(name: &str, found: Option<Weights>, like: &Tensor<2>) -> Result<Tensor<2>> {
    let shape = like.dims();
    let least = if name == "second" { 0.0 } else { f32::MIN };
    match found {
        Some(Weights { shape: found, values })
            if found == shape && values.iter().all(|x| x.is_finite() && *x >= least) =>
        {
            Ok(Tensor::from_data(TensorData::new(values, shape), &like.device()))
        }
        _ => Err(refused(format!(
            "{CODES}.{name} are not {} finite codes of {} numbers",
            shape[0], shape[1]
        ))),
    }
}

fn numbers(name: &str, view: &TensorView<'_>) -> Result<Weights> {
    if view.dtype() != Dtype::F32 {
        return Err(refused(format!("{name} holds {:?}, not 32-bit floats", view.dtype())));
    }
    let values =
        view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    Ok(Weights { shape: view.shape().to_vec(), values })
}

/// What the format's own checks found, in a person's words.
fn unreadable(error: SafeTensorError) -> Error {
    use SafeTensorError as E;
    refused(match error {
        E::HeaderTooSmall => "it is empty or cut short".into(),
        E::InvalidHeaderLength | E::HeaderTooLarge => {
            "it is no safetensors file, or cut short: its header would not end within it".into()
        }
        E::InvalidHeader(_) | E::InvalidHeaderDeserialization(_) | E::JsonError(_) => {
            "it is no safetensors file: its header is not JSON of that kind".into()
        }
        E::MetadataIncompleteBuffer => "it is cut short, or longer than its header says".into(),
        E::InvalidOffset(name) => format!("{name} overlaps another tensor, or leaves a gap"),
        E::TensorInvalidInfo | E::ValidationOverflow => {
            "its header gives a tensor more or fewer bytes than its shape needs".into()
        }
        other => other.to_string(),
    })
}

fn refused(error: impl std::fmt::Display) -> Error {
    Error::Checkpoint(error.to_string())
}
