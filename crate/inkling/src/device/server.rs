//! CubeCL's server for a wgpu device that was opened by us.
//!
//! CubeCL can open a device by itself, but then its kernels may use whatever the adapter offers,
//! and in a browser it panics at the first tensor if the adapter has no `timestamp-query`: Chrome
//! on Qualcomm phones, Safari on Intel Macs (`Timings::system` in cubecl-wgpu's `stream.rs`). It
//! reads both from the adapter, so a device of ours with fewer features does not help. Here every
//! property comes from the device, and nothing is ever profiled.

use burn_wgpu::{AutoCompiler, MemoryConfiguration, WgpuDevice, wgpu};
use cubecl::client::Client;
use cubecl::features::{AtomicUsage, TypeUsage};
use cubecl::ir::{
    AddressType, DeviceIdentity, DeviceProperties, ElemType, FloatKind, HardwareProperties,
    IntKind, MemoryDeviceProperties, TargetProperties, Type, UIntKind,
};
use cubecl::server::ServerUtilities;
use cubecl::wgpu::WgpuServer;
use cubecl_common::device::{Device, ServiceId};
use cubecl_common::profile::TimingMethod;
use cubecl_server::allocator::ContiguousMemoryLayoutPolicy;
use cubecl_server::logging::ServerLogger;

use super::gpu_size::GpuSize;
use crate::{Error, Result};

/// What CubeCL assumes of an adapter that does not say how large its subgroups are. No kernel uses
/// them, but Burn's reductions choose their workgroups by these numbers.
const SUBGROUP_SIZES: (u32, u32) = (8, 128);

/// Has CubeCL run everything for `id` on this device. A second device for the same `id` is
/// [`Error::Device`].
pub(super) fn register(
    id: &WgpuDevice,
    adapter: &wgpu::AdapterInfo,
    size: GpuSize,
    device: wgpu::Device,
    queue: wgpu::Queue,
) -> Result<()> {
    let properties = properties(adapter, size, &device.limits());
    let (memory, alignment) = (properties.memory.clone(), properties.memory.alignment as usize);
    let (utilities, captures) = ServerUtilities::init(
        ServiceId::of::<WgpuServer<AutoCompiler>>(id.to_id()),
        "wgpu<wgsl>",
        properties,
        TargetProperties::default(),
        ServerLogger::default().into(),
        ContiguousMemoryLayoutPolicy::new(alignment),
    );
    let server = WgpuServer::<AutoCompiler>::new(
        memory,
        MemoryConfiguration::default(),
        Default::default(),
        device,
        queue,
        tasks(size),
        adapter.backend,
        TIMING,
        utilities,
        captures,
    );
    let taken = |_| Error::Device("there is a server for this device already".into());
    Client::try_init(id.to_id(), server).map_err(taken)?;
    Ok(())
}

/// The most launches in one submission: 32, as CubeCL has it, or on a large GPU as many as a step
/// of any preset takes. Whatever the browser draws waits for the end of a submission, and a browser
/// ends a GPU's process that is silent for some seconds: slower GPUs get short ones.
fn tasks(size: GpuSize) -> usize {
    match size {
        GpuSize::Usual => 32,
        GpuSize::Large => 128,
    }
}

/// By the device's own clock: nothing happens until somebody profiles. The other method panics at
/// once in a browser.
const TIMING: TimingMethod = TimingMethod::Device;

/// What kernels may use: the limits of the device, and only types that every device has.
fn properties(
    adapter: &wgpu::AdapterInfo,
    size: GpuSize,
    limits: &wgpu::Limits,
) -> DeviceProperties {
    let memory = MemoryDeviceProperties::new(
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size),
        limits.min_uniform_buffer_offset_alignment.max(limits.min_storage_buffer_offset_alignment)
            as u64,
    );
    let (plane_size_min, plane_size_max) =
        match (adapter.subgroup_min_size, adapter.subgroup_max_size) {
            (0, 0) => SUBGROUP_SIZES,
            sizes => sizes,
        };
    let groups = limits.max_compute_workgroups_per_dimension;
    let hardware = HardwareProperties {
        load_width: 128,
        vector_register_count: None,
        plane_size_min,
        plane_size_max,
        // CubeCL binds one buffer of its own.
        max_bindings: limits.max_storage_buffers_per_shader_stage.saturating_sub(1),
        max_shared_memory_size: limits.max_compute_workgroup_storage_size as usize,
        max_cube_count: (groups, groups, groups),
        max_units_per_cube: limits.max_compute_invocations_per_workgroup,
        max_cube_dim: (
            limits.max_compute_workgroup_size_x,
            limits.max_compute_workgroup_size_y,
            limits.max_compute_workgroup_size_z,
        ),
        num_streaming_multiprocessors: size.multiprocessors(),
        num_cpu_cores: None,
        last_level_cache_size: None,
        num_tensor_cores: None,
        min_tensor_cores_dim: None,
        max_vector_size: 4,
        cube_mma_reserved_shared_memory: 0,
    };
    let identity = DeviceIdentity {
        name: adapter.name.clone(),
        fingerprint: format!("wgsl_{}_{}", adapter.vendor, adapter.device),
        physical: None,
    };
    let mut properties =
        DeviceProperties::new(Default::default(), memory, hardware, TIMING, identity);
    properties.register_address_type(AddressType::U32);
    let [int, uint] = [ElemType::Int(IntKind::I32), ElemType::UInt(UIntKind::U32)];
    let floats = [ElemType::Float(FloatKind::F32), ElemType::Float(FloatKind::Flex32)];
    for kind in [int, uint, ElemType::Index, ElemType::Bool].into_iter().chain(floats) {
        properties.register_type_usage(kind, TypeUsage::all());
    }
    for kind in [int, uint] {
        let usage = AtomicUsage::LoadStore | AtomicUsage::Exchange | AtomicUsage::Add;
        properties.register_atomic_type_usage(Type::atomic(kind), usage);
    }
    properties
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_properties_carry_the_size_of_the_gpu() {
        let adapter = wgpu::AdapterInfo::new(wgpu::DeviceType::DiscreteGpu, wgpu::Backend::Vulkan);
        for size in [GpuSize::Usual, GpuSize::Large] {
            let found = properties(&adapter, size, &wgpu::Limits::default());
            assert_eq!(GpuSize::of(&found), size);
        }
    }
}
