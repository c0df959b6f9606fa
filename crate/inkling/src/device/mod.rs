//! Devices, random numbers made on them, and reading numbers back from them.

#[cfg(all(feature = "cpu", target_family = "wasm"))]
pub mod cores;
#[cfg(feature = "webgpu")]
mod gpu_size;
pub(crate) mod handle;
#[cfg(all(feature = "cpu", any(test, target_family = "wasm")))]
pub(crate) mod pool;
#[cfg(feature = "webgpu")]
mod server;
pub(crate) mod upload;
#[cfg(feature = "webgpu")]
pub(crate) mod webgpu;

#[cfg(all(feature = "webgpu", feature = "checks"))]
pub use gpu_size::as_if_gpu_were;
#[cfg(feature = "webgpu")]
pub use gpu_size::{GpuSize, Sizing};
#[cfg(feature = "webgpu")]
pub use webgpu::{Adapter, webgpu, webgpu_sized};

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use burn::tensor::{Device, Distribution, Tensor};

#[cfg(feature = "cpu")]
use crate::Error;
use crate::Result;

/// Burn's CPU backend.
#[cfg(feature = "cpu")]
pub fn cpu() -> Device {
    Device::flex()
}

/// The two kinds of device, as far as they are compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    #[cfg(feature = "cpu")]
    Cpu,
    #[cfg(feature = "webgpu")]
    WebGpu,
}

impl Kind {
    /// The kind of `device`. A constant in a build with one device, so that nothing of the other
    /// is linked: a visitor of the page downloads only one of them.
    pub(crate) fn of(device: &Device) -> Self {
        #[cfg(all(feature = "cpu", feature = "webgpu"))]
        return match device.clone().without_autodiff().as_dispatch() {
            burn::backend::DispatchDevice::Cube(_) => Kind::WebGpu,
            _ => Kind::Cpu,
        };
        #[cfg(not(all(feature = "cpu", feature = "webgpu")))]
        return Self::only(device);
    }

    /// The kind of the device that the tensor is on.
    pub(crate) fn of_tensor<const D: usize>(tensor: &Tensor<D>) -> Self {
        #[cfg(all(feature = "cpu", feature = "webgpu"))]
        return Self::of(&tensor.device());
        #[cfg(not(all(feature = "cpu", feature = "webgpu")))]
        return Self::only(tensor);
    }

    /// Whether it is the CPU device.
    pub(crate) fn is_cpu(self) -> bool {
        match self {
            #[cfg(feature = "cpu")]
            Kind::Cpu => true,
            #[cfg(feature = "webgpu")]
            Kind::WebGpu => false,
        }
    }

    #[cfg(not(all(feature = "cpu", feature = "webgpu")))]
    fn only<T>(_: &T) -> Self {
        #[cfg(feature = "cpu")]
        return Kind::Cpu;
        #[cfg(feature = "webgpu")]
        return Kind::WebGpu;
    }
}

/// The most bytes of a tensor that the device's kernels can work on.
pub(crate) fn largest_buffer(device: &Device) -> usize {
    match Kind::of(device) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => usize::MAX,
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => webgpu::largest_buffer(device),
    }
}

/// Reads one-dimensional tensors back in one go: some browsers take 100 ms for each read-back,
/// whatever its size. All of them must be on one device; a failed read is [`Error::Device`].
pub async fn read_flat(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>> {
    #[cfg(feature = "webgpu")]
    if tensors.first().is_some_and(|first| Kind::of_tensor(first) == Kind::WebGpu) {
        return webgpu::read_all(tensors.into_iter().map(webgpu::primitive).collect()).await;
    }
    let mut numbers = vec![];
    for tensor in tensors {
        numbers.push(read(tensor).await?);
    }
    Ok(numbers)
}

/// Numbers on their way from the device.
pub(crate) type Reading = Pin<Box<dyn Future<Output = Result<Vec<Vec<f32>>>>>>;

/// As [`read_flat`], but the tensors are read as they are now: whatever is queued afterwards may
/// change their memory before the answer is there.
pub(crate) fn start_reading(tensors: Vec<Tensor<1>>) -> Reading {
    let mut reading: Reading = Box::pin(read_flat(tensors));
    // The first poll queues the copies. Whoever awaits the answer polls again, with a waker.
    match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(numbers) => Box::pin(std::future::ready(numbers)),
        Poll::Pending => reading,
    }
}

/// Reads one tensor back. A failed read is [`Error::Device`].
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    match Kind::of_tensor(&tensor) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => {
            let data = tensor.into_data_async().await;
            let data = data.map_err(|e| Error::Device(format!("{e:?}")))?;
            data.try_to_vec().map_err(|e| Error::Device(format!("{e:?}")))
        }
        // Burn's own would also read every other type of number.
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => Ok(webgpu::read_all(vec![webgpu::primitive(tensor)]).await?.concat()),
    }
}

/// Draws from N(0, 1), `[rows, columns]`, made on the device. They depend on `seed` alone, and on
/// the kind of device.
pub fn noise(rows: usize, columns: usize, seed: u64, device: &Device) -> Tensor<2> {
    draw(Distribution::Normal(0.0, 1.0), [rows, columns], seed, device)
}

/// Uniform draws from 0..1, otherwise as [`noise`].
pub fn uniform(rows: usize, columns: usize, seed: u64, device: &Device) -> Tensor<2> {
    draw(Distribution::Uniform(0.0, 1.0), [rows, columns], seed, device)
}

fn draw(distribution: Distribution, shape: [usize; 2], seed: u64, device: &Device) -> Tensor<2> {
    // The whole process shares one generator. Nobody else may use it between seeding and drawing.
    static GENERATOR: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = GENERATOR.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    device.seed(seed);
    Tensor::random(shape, distribution, device)
}
