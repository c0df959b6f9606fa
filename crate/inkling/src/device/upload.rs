//! Numbers on their way to a device.

use burn::tensor::{Device, Int, Tensor, TensorData};

use super::Kind;
#[cfg(feature = "webgpu")]
use super::webgpu;

/// A tensor of these `f32`. As Burn's own `from_data`, which on WebGPU could also turn every type
/// of number into every other: 130 kB of code for visitors to download.
pub(crate) fn floats<const D: usize>(data: TensorData, device: &Device) -> Tensor<D> {
    match Kind::of(device) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => Tensor::from_data(data, device),
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => {
            let tensor = webgpu::floats(data, device);
            if device.is_autodiff() { tensor.autodiff() } else { tensor }
        }
    }
}

/// A tensor of zeros. Burn's own kernel for it knows every type of number, too.
pub(crate) fn zeros<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    floats(TensorData::zeros::<f32, _>(shape), device)
}

/// As [`floats`], for `i32`.
pub(crate) fn ints<const D: usize>(data: TensorData, device: &Device) -> Tensor<D, Int> {
    match Kind::of(device) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => Tensor::from_data(data, device),
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => webgpu::ints(data, device),
    }
}
