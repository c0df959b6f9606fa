//! The WebGPU device: opening it, its tensors' memory, and reading several of them at once.

use std::fmt;

use burn::backend::ops::{FloatTensorOps, IntTensorOps};
use burn::backend::{DispatchDevice, TensorMetadata};
use burn::tensor::{Device, Int, Tensor, TensorData};
use burn_cubecl::kernel::into_contiguous;
use burn_wgpu::{CubeBackend, CubeTensor, WgpuDevice, wgpu};

use super::gpu_size::{self, GpuSize, Sizing};
use super::handle::memory;
use super::server;
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
    /// Whether sums are split among more workgroups.
    pub size: GpuSize,
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.name, self.interface)?;
        if self.software {
            write!(f, ", in software")?;
        }
        match self.size {
            GpuSize::Usual => Ok(()),
            GpuSize::Large => write!(f, ", computing as on a large GPU"),
        }
    }
}

/// Opens WebGPU in a browser (Vulkan, Metal or DirectX elsewhere) and returns the device with its
/// adapter. Without an adapter it is [`Error::Device`].
///
/// Asks for a high-performance adapter, and asks a second time if there is none: browsers that are
/// still starting their GPU process answer so. The device has no optional feature and WebGPU's
/// default limits, so that every device runs the same kernels. Only buffers may be as large as the
/// adapter allows: they hold the data set.
///
/// `on_lost` is called with the reason if the device is lost, or a shader or command fails later.
/// The device is unusable then. Call this once per process.
///
/// Takes the GPU for one of usual size; [`webgpu_sized`] does more for a large one.
pub async fn webgpu(on_lost: fn(&str)) -> Result<(Device, Adapter)> {
    webgpu_sized(on_lost, Sizing::Given(GpuSize::Usual)).await
}

/// As [`webgpu`]. `sizing` decides among how many workgroups a sum is split, for as long as the
/// device lives.
pub async fn webgpu_sized(on_lost: fn(&str), sizing: Sizing) -> Result<(Device, Adapter)> {
    // OpenGL lacks what the kernels need.
    let backends = wgpu::Backends::PRIMARY;
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let options = wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    };
    let adapter = match instance.request_adapter(&options).await {
        Ok(adapter) => adapter,
        Err(_) => instance.request_adapter(&options).await.map_err(failed)?,
    };
    let descriptor = wgpu::DeviceDescriptor {
        required_limits: limits(&adapter.limits()),
        // CubeCL allocates large blocks itself.
        memory_hints: wgpu::MemoryHints::MemoryUsage,
        ..Default::default()
    };
    let (device, queue) = adapter.request_device(&descriptor).await.map_err(failed)?;
    device.set_device_lost_callback(move |_, reason| on_lost(&reason));
    device.on_uncaptured_error(std::sync::Arc::new(move |error: wgpu::Error| {
        on_lost(&error.to_string());
    }));
    let (id, info) = (WgpuDevice::default(), adapter.get_info());
    let software = info.device_type == wgpu::DeviceType::Cpu;
    let size = match sizing {
        Sizing::Given(size) => size,
        Sizing::Timed(_) if software => GpuSize::Usual,
        Sizing::Timed(clock) => gpu_size::timed(&device, &queue, clock).await,
    };
    server::register(&id, &info, size, device, queue)?;
    let interface = format!("{:?}", info.backend);
    let adapter = Adapter { name: info.name, interface, software, size };
    Ok((Device::from(id), adapter))
}

/// The most bytes of a buffer that this device can bind to a kernel.
pub(crate) fn largest_buffer(device: &Device) -> usize {
    let any = primitive(floats::<1>(TensorData::new(vec![0f32], [1]), device));
    usize::try_from(any.client.properties().memory.max_page_size).unwrap_or(usize::MAX)
}

/// The limits to ask for: WebGPU's defaults, and the adapter's where those are lower or where more
/// helps.
fn limits(adapter: &wgpu::Limits) -> wgpu::Limits {
    wgpu::Limits {
        max_buffer_size: adapter.max_buffer_size,
        max_storage_buffer_binding_size: adapter.max_storage_buffer_binding_size,
        ..wgpu::Limits::default().or_worse_values_from(adapter)
    }
}

fn failed(error: impl fmt::Display) -> Error {
    Error::Device(error.to_string())
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

/// A tensor of these `f32`, outside any graph. Panics on another device.
pub(super) fn floats<const D: usize>(data: TensorData, device: &Device) -> Tensor<D> {
    Tensor::from_primitive::<CubeBackend>(match device.clone().without_autodiff().as_dispatch() {
        DispatchDevice::Cube(device) => CubeBackend::float_from_data(data, device),
        _ => panic!("a WebGPU device"),
    })
}

/// As [`floats`], for `i32`.
pub(super) fn ints<const D: usize>(data: TensorData, device: &Device) -> Tensor<D, Int> {
    Tensor::from_primitive::<CubeBackend>(match device.clone().without_autodiff().as_dispatch() {
        DispatchDevice::Cube(device) => CubeBackend::int_from_data(data, device),
        _ => panic!("a WebGPU device"),
    })
}

/// Reads several tensors back with one request: no kernel gathers them, and a browser that is slow
/// to answer is slow only once. An empty list is an empty answer; a failed read is
/// [`Error::Device`].
pub(super) async fn read_all(cubes: Vec<CubeTensor>) -> Result<Vec<Vec<f32>>> {
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
