//! A parameter's numbers, and how floats are read from a file.

use half::f16;
use safetensors::tensor::{Dtype, TensorView};

use crate::Result;
use crate::error::{FileError, excerpt};

/// A parameter's shape and numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its numbers, the last dimension fastest.
    pub values: Vec<f32>,
}

/// The numbers of a tensor of 16-bit or 32-bit floats. Any other type is a
/// [`FileError::TensorType`].
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
            let found = format!("{other:?}");
            return Err(FileError::TensorType { name: excerpt(name), found }.into());
        }
    };
    Ok(Weights { shape: view.shape().to_vec(), values })
}
