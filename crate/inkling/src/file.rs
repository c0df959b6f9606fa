//! What all safetensors files of this project share: named tensors, and one JSON text in the
//! metadata that describes them.

mod eight_bit;
mod numbers;

use std::collections::HashMap;

use half::f16;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{FileError, excerpt};
use crate::{Error, Result};

pub use eight_bit::Rounding;
pub(crate) use eight_bit::SCALE;
pub use numbers::Weights;
pub(crate) use numbers::numbers;

/// How a file stores its numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    /// 8-bit integers with a 32-bit scale for each output channel, for the large tensors; 16-bit
    /// floats for biases and for small tensors, such as those next to the latents: they are few
    /// bytes, and the loss feels their rounding most.
    Eight(Rounding),
    /// 16-bit floats: half the size, three decimal digits.
    Half,
    /// 32-bit floats, as they are.
    Single,
}

/// The bytes of a file with `header` under `key`.
///
/// A number that is not finite is a [`FileError::Unwritable`], and so is one that a 16-bit float
/// cannot hold (beyond 65,504).
pub(crate) fn write(
    key: &str,
    header: &impl Serialize,
    tensors: impl IntoIterator<Item = (String, Weights)>,
    precision: Precision,
) -> Result<Vec<u8>> {
    let mut written = vec![];
    for (name, weights) in tensors {
        let eight = match precision {
            Precision::Eight(rounding) => Some(rounding).filter(|one| one.applies_to(&weights)),
            _ => None,
        };
        let half = precision != Precision::Single && eight.is_none();
        let finite = |x: &f32| if half { f16::from_f32(*x).is_finite() } else { x.is_finite() };
        if !weights.values.iter().all(finite) {
            return Err(FileError::Unwritable { name: excerpt(&name) }.into());
        }
        if let Some(rounding) = eight {
            let (levels, scale) = eight_bit::quantise(&weights, rounding);
            written.push((format!("{SCALE}{name}"), Dtype::F32, scale.shape, le(&scale.values)));
            written.push((name, Dtype::I8, weights.shape, levels));
        } else if half {
            let halves = weights.values.iter().flat_map(|&x| f16::from_f32(x).to_le_bytes());
            written.push((name, Dtype::F16, weights.shape, halves.collect()));
        } else {
            written.push((name, Dtype::F32, weights.shape, le(&weights.values)));
        }
    }
    let views = written
        .iter()
        .map(|(name, dtype, shape, bytes)| {
            Ok((name, TensorView::new(*dtype, shape.clone(), bytes)?))
        })
        .collect::<std::result::Result<Vec<_>, SafeTensorError>>()
        .map_err(unreadable)?;
    let header = serde_json::to_string(header).map_err(description)?;
    let metadata = HashMap::from([(key.to_owned(), header)]);
    safetensors::serialize(views, Some(metadata)).map_err(unreadable)
}

fn le(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// The header under `key`, and the tensors, not yet read. Allocates no more than the header needs.
pub(crate) fn open<'a, H: DeserializeOwned>(
    key: &'static str,
    bytes: &'a [u8],
) -> Result<(H, SafeTensors<'a>)> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
    let header = metadata.metadata().as_ref().and_then(|m| m.get(key));
    let Some(header) = header else {
        return Err(FileError::Foreign { name: key }.into());
    };
    let header = serde_json::from_str(header).map_err(description)?;
    Ok((header, SafeTensors::deserialize(bytes).map_err(unreadable)?))
}

/// The weights of a tensor in any [`Precision`]. Any other type is a [`FileError::TensorType`], and
/// levels without a scale that fits them a [`FileError::BadScale`].
pub(crate) fn weights(
    name: &str,
    view: &TensorView<'_>,
    tensors: &SafeTensors<'_>,
) -> Result<Weights> {
    match view.dtype() {
        Dtype::I8 => eight_bit::scaled(name, view, tensors),
        _ => numbers(name, view),
    }
}

/// What the format's own checks found.
fn unreadable(error: SafeTensorError) -> Error {
    use SafeTensorError as E;
    let error = match error {
        E::HeaderTooSmall => FileError::TooShort,
        E::InvalidHeaderLength | E::HeaderTooLarge => FileError::NotSafetensors,
        E::InvalidHeader(_) | E::InvalidHeaderDeserialization(_) | E::JsonError(_) => {
            FileError::BadHeader
        }
        E::MetadataIncompleteBuffer => FileError::Length,
        E::InvalidOffset(name) => FileError::TensorOverlap { name: excerpt(&name) },
        E::TensorInvalidInfo | E::ValidationOverflow => FileError::TensorSize,
        other => FileError::Unreadable { detail: excerpt(&other.to_string()) },
    };
    error.into()
}

fn description(error: serde_json::Error) -> Error {
    FileError::BadDescription { detail: excerpt(&error.to_string()) }.into()
}
