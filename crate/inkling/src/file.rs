//! What every safetensors file of this project has in common: numbers under names, and one JSON text in the metadata that says what they are.

use std::collections::HashMap;

use half::f16;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::weights::Weights;
use crate::{Error, Result};

/// How a file holds its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 16-bit floats: half the size, three decimal digits.
    Half,
    /// 32-bit floats, as they are.
    Single,
}

/// A file with `header` under `key`. A number that is not finite, or is not any more as a 16-bit float (beyond 65,504), is an error that names its tensor.
pub(crate) fn write(
    key: &str,
    header: &impl Serialize,
    tensors: impl IntoIterator<Item = (String, Weights)>,
    precision: Precision,
) -> Result<Vec<u8>> {
    let mut written = vec![];
    for (name, Weights { shape, values }) in tensors {
        let (dtype, bytes): (_, Vec<u8>) = match precision {
            Precision::Single => {
                (Dtype::F32, values.iter().flat_map(|x| x.to_le_bytes()).collect())
            }
            Precision::Half => {
                (Dtype::F16, values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes()).collect())
            }
        };
        let finite = |x: &f32| match precision {
            Precision::Single => x.is_finite(),
            Precision::Half => f16::from_f32(*x).is_finite(),
        };
        if !values.iter().all(finite) {
            return Err(refused(format!("{name} holds numbers that the file cannot hold")));
        }
        written.push((name, dtype, shape, bytes));
    }
    let views = written
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            Ok((name, TensorView::new(*dtype, shape.clone(), bytes)?))
        })
        .collect::<std::result::Result<Vec<_>, SafeTensorError>>()
        .map_err(refused)?;
    let header = serde_json::to_string(header).map_err(refused)?;
    safetensors::serialize(views, Some(HashMap::from([(key.to_owned(), header)]))).map_err(refused)
}

/// The header under `key`, and the tensors, not yet looked at. Costs no more memory than the header needs.
pub(crate) fn open<'a, H: DeserializeOwned>(
    key: &str,
    bytes: &'a [u8],
) -> Result<(H, SafeTensors<'a>)> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
    let header = metadata.metadata().as_ref().and_then(|m| m.get(key));
    let Some(header) = header else {
        return Err(refused(format!(
            "it was written by another program: its metadata have no entry \"{key}\""
        )));
    };
    let header = serde_json::from_str(header)
        .map_err(|e| refused(format!("its description of the model cannot be read ({e})")))?;
    Ok((header, SafeTensors::deserialize(bytes).map_err(unreadable)?))
}

/// A tensor of 16-bit or 32-bit floats; any other is an error.
pub(crate) fn numbers(name: &str, view: &TensorView<'_>) -> Result<Weights> {
    let data = view.data();
    let values = match view.dtype() {
        Dtype::F32 => {
            data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
        }
        Dtype::F16 => {
            data.chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
        }
        other => {
            return Err(refused(format!("{name} holds {other:?}, not 16-bit or 32-bit floats")));
        }
    };
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

pub(crate) fn refused(error: impl std::fmt::Display) -> Error {
    Error::Checkpoint(error.to_string())
}
