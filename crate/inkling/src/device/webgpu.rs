//! The WebGPU device: opening it, its tensors' memory, and reading several of them at once.

use std::fmt;

use burn::backend::TensorMetadata;
use burn::tensor::{Device, Int, Tensor};
use burn_cubecl::kernel::into_contiguous;
use burn_wgpu::{CubeBackend, CubeTensor, RuntimeOptions, WgpuDevice, graphics};

use super::handle::memory;
use crate::{Error, Result};

/// What is known about a GPU before it computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adapter {
    /// Its name as its driver gives it. A browser may give an empty one.
    pub name: String,
    /// The interface to it: Vulkan, Metal, Dx12, Gl or BrowserWebGpu.
    pub interface: String,
    /// Whether it is a program on the CPU, which is slower than this library's CPU device.
    pub software: bool,
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.name, self.interface)?;
        if self.software { write!(f, ", in software") } else { Ok(()) }
    }
}

/// Opens WebGPU in a browser (Vulkan, Metal or DirectX elsewhere) and returns the device with its
/// adapter. Without an adapter it is [`Error::Device`].
///
/// Asks for a high-performance adapter, and asks a second time if there is none: browsers that are
/// still starting their GPU process answer so.
///
/// `on_lost` is called with the reason if the device is lost, or a shader or command fails later.
/// The device is unusable then. Call this once per process.
pub async fn webgpu(on_lost: fn(&str)) -> Result<(Device, Adapter)> {
    let open = || async {
        let device = WgpuDevice::default();
        let setup = burn_wgpu::try_init_setup_async::<graphics::AutoGraphicsApi>(
            &device,
            RuntimeOptions::default(),
        );
        setup.await.map(|setup| (device, setup))
    };
    let opened = match open().await {
        Ok(opened) => Ok(opened),
        Err(_) => open().await,
    };
    let (device, setup) = opened.map_err(|e| Error::Device(e.to_string()))?;
    setup.device.set_device_lost_callback(move |_, reason| on_lost(&reason));
    setup.device.on_uncaptured_error(std::sync::Arc::new(move |error: burn_wgpu::wgpu::Error| {
        on_lost(&error.to_string());
    }));
    let info = setup.adapter.get_info();
    let adapter = Adapter {
        name: info.name,
        interface: format!("{:?}", info.backend),
        software: info.device_type == burn_wgpu::wgpu::DeviceType::Cpu,
    };
    Ok((Device::from(device), adapter))
}

/// The most bytes of a buffer that this device can bind to a kernel.
pub(super) fn largest_buffer(device: &Device) -> usize {
    let any = primitive(Tensor::<1>::empty([1], device));
    usize::try_from(any.client.properties().memory.max_page_size).unwrap_or(usize::MAX)
}

/// The tensor's memory in row-major order, as every kernel reads it. Panics on another device.
pub(crate) fn primitive<const D: usize>(tensor: Tensor<D>) -> CubeTensor {
    into_contiguous(memory::<CubeBackend, D>(tensor))
}

/// As [`primitive`], for whole numbers.
pub(crate) fn int<const D: usize>(tensor: Tensor<D, Int>) -> CubeTensor {
    let tensor = tensor.try_into_primitive::<CubeBackend>();
    into_contiguous(tensor.expect("a tensor on the WebGPU device"))
}

/// The inverse of [`primitive`].
pub(crate) fn tensor<const D: usize>(primitive: CubeTensor) -> Tensor<D> {
    Tensor::from_primitive::<CubeBackend>(primitive)
}

/// Reads several tensors back with one request: no kernel gathers them, and a browser that is slow
/// to answer is slow only once. An empty list is an empty answer; a failed read is
/// [`Error::Device`].
pub(super) async fn read_all(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>> {
    let cubes: Vec<CubeTensor> = tensors.into_iter().map(primitive).collect();
    let Some(first) = cubes.first() else {
        return Ok(vec![]);
    };
    let read = first.client.read_async(cubes.iter().map(|cube| cube.handle.clone()).collect());
    let bytes = read.await.map_err(|error| Error::Device(error.to_string()))?;
    let numbers = cubes.iter().zip(bytes).map(|(cube, bytes)| {
        let numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        // The memory may be longer than the tensor.
        numbers.take(cube.shape().num_elements()).collect()
    });
    Ok(numbers.collect())
}
