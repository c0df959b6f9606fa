//! A training run in one safetensors file: weights under their names, `adam.*` and `codes.*` beside them, and the
//! configuration and the progress as JSON in the metadata.

use std::collections::{BTreeMap, HashMap};

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::codes::Codes;
use super::trainer::{DeviceData, TrainConfig, Trainer, diverged};
use crate::device::{read, read_flat};
use crate::model::VaeConfig;
use crate::model::weights::{self, Weights};
use crate::{Error, Result};

const KEY: &str = "inkling";
const ADAM: &str = "adam.";
const CODES: &str = "codes.";

#[derive(Serialize, Deserialize)]
struct Header {
    model: VaeConfig,
    train: TrainConfig,
    step: usize,
}

impl Trainer {
    /// Everything that [`restore`](Self::restore) needs. One read-back; three more for a model without an encoder, whose codes are
    /// too many to be gathered in one buffer. A run that has diverged is an error.
    pub async fn checkpoint(&self) -> Result<Vec<u8>> {
        let header =
            Header { model: self.model.config().clone(), train: self.config, step: self.step };
        let mut tensors = weights::collect(&self.model);
        let prefixed = |(name, shape, tensor)| (format!("{ADAM}{name}"), shape, tensor);
        tensors.extend(self.moments().into_iter().map(prefixed));
        let (mut names, flat): (Vec<_>, Vec<_>) =
            tensors.into_iter().map(|(name, shape, tensor)| ((name, shape), tensor)).unzip();
        let mut numbers = read_flat(flat).await?;
        if let Some(Codes { values, first, second }) = &self.codes {
            for (name, tensor) in [("values", values), ("first", first), ("second", second)] {
                names.push((format!("{CODES}{name}"), tensor.dims().to_vec()));
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
            .collect::<std::result::Result<Vec<_>, safetensors::SafeTensorError>>()
            .map_err(broken)?;
        let header = serde_json::to_string(&header).map_err(broken)?;
        let metadata = HashMap::from([(KEY.to_owned(), header)]);
        safetensors::serialize(views, Some(metadata)).map_err(broken)
    }

    /// The run that [`checkpoint`](Self::checkpoint) wrote, to be trained on with `data`, which must have as many images
    /// if the model has no encoder. Anything else than such a file is an error.
    pub fn restore(bytes: &[u8], data: DeviceData) -> Result<Self> {
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let header = metadata.metadata().as_ref().and_then(|m| m.get(KEY));
        let Some(header) = header else {
            return Err(Error::Checkpoint("it was not written by this program".into()));
        };
        let header: Header = serde_json::from_str(header).map_err(broken)?;
        let file = SafeTensors::deserialize(bytes).map_err(broken)?;
        let mut parameters = BTreeMap::new();
        let mut moments = BTreeMap::new();
        let mut codes = BTreeMap::new();
        for (name, view) in file.tensors() {
            let weights = numbers(&name, &view)?;
            if let Some(name) = name.strip_prefix(ADAM) {
                moments.insert(name.to_owned(), weights);
            } else if let Some(name) = name.strip_prefix(CODES) {
                codes.insert(name.to_owned(), weights);
            } else {
                parameters.insert(name, weights);
            }
        }
        let device = data.device.clone();
        let mut trainer = Trainer::new(&header.model, header.train, data)?;
        trainer.model = weights::write(trainer.model, parameters)?.train();
        trainer.adam = Adam::restore(&trainer.model, header.step, moments, &device)?;
        trainer.step = header.step;
        if let Some(fresh) = &mut trainer.codes {
            for (name, tensor) in [
                ("values", &mut fresh.values),
                ("first", &mut fresh.first),
                ("second", &mut fresh.second),
            ] {
                *tensor = rows(codes.remove(name), tensor)?;
            }
        }
        Ok(trainer)
    }
}

fn rows(found: Option<Weights>, like: &Tensor<2>) -> Result<Tensor<2>> {
    let shape = like.dims();
    match found {
        Some(Weights { shape: found, values })
            if found == shape && values.iter().all(|x| x.is_finite()) =>
        {
            Ok(Tensor::from_data(TensorData::new(values, shape), &like.device()))
        }
        _ => Err(Error::Checkpoint(format!(
            "its codes are not {} finite ones of {} latents, one for each training image",
            shape[0], shape[1]
        ))),
    }
}

fn numbers(name: &str, view: &TensorView<'_>) -> Result<Weights> {
    if view.dtype() != Dtype::F32 {
        return Err(Error::Checkpoint(format!(
            "{name} holds {:?}, not 32-bit floats",
            view.dtype()
        )));
    }
    let values =
        view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    Ok(Weights { shape: view.shape().to_vec(), values })
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::Checkpoint(error.to_string())
}
