//! A device with exactly the limits that every WebGPU device has, and without any optional feature,
//! on the first Vulkan adapter; and the WGSL of the kernels that it compiles.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::{fs, thread, time::Duration};

use burn_wgpu::wgpu::hal::{Instance as _, api::Vulkan};
use burn_wgpu::{RuntimeOptions, WgpuSetup, try_init_device, wgpu};
use cubecl::config::compilation::CompilationLogLevel;
use cubecl::config::{CubeClRuntimeConfig, RuntimeConfig};
use futures_lite::future::block_on;
use inkling::burn::tensor::{Device, Tensor};

/// What the device complained about.
static ERRORS: Mutex<Vec<String>> = Mutex::new(vec![]);

/// The device, the same one for every test of a process; or why there is none.
pub fn device() -> Result<Device, String> {
    static DEVICE: OnceLock<Result<Device, String>> = OnceLock::new();
    DEVICE.get_or_init(|| block_on(open())).clone()
}

/// Fails if the device has complained since the process began: CubeCL returns results even then.
#[track_caller]
pub fn assert_no_error() {
    let errors = ERRORS.lock().unwrap();
    assert!(errors.is_empty(), "{errors:?}");
}

async fn open() -> Result<Device, String> {
    log_sources();
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::VULKAN,
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    // SAFETY: the handle is only asked for its adapters.
    let vulkan = unsafe { instance.as_hal::<Vulkan>() }.ok_or("there is no Vulkan")?;
    // SAFETY: there is no surface that could be of another instance.
    let mut adapters = unsafe { vulkan.enumerate_adapters(None) }.into_iter();
    let mut exposed = adapters.next().ok_or("there is no Vulkan adapter")?;
    // CubeCL goes by the adapter's limits, not by the device's. So the adapter must claim no more.
    exposed.features = wgpu::Features::empty();
    exposed.capabilities.limits = wgpu::Limits::default();
    // SAFETY: the adapter comes from this instance.
    let adapter = unsafe { instance.create_adapter_from_hal(exposed) };
    let asked = wgpu::DeviceDescriptor {
        required_limits: wgpu::Limits::default(),
        required_features: wgpu::Features::empty(),
        ..wgpu::DeviceDescriptor::default()
    };
    let (device, queue) = adapter.request_device(&asked).await.map_err(|e| e.to_string())?;
    device.on_uncaptured_error(std::sync::Arc::new(|error: wgpu::Error| {
        ERRORS.lock().unwrap().push(error.to_string());
    }));
    let backend = wgpu::Backend::Vulkan;
    let setup = WgpuSetup { instance, adapter, device, queue, backend };
    let device = try_init_device(setup, RuntimeOptions::default()).map_err(|e| e.to_string())?;
    Ok(Device::from(device))
}

/// Where CubeCL writes the source of each kernel.
fn log() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("kernels.log")
}

fn log_sources() {
    let _ = fs::remove_file(log());
    let mut config = CubeClRuntimeConfig::default();
    config.compilation.logger.level = CompilationLogLevel::Full;
    config.compilation.logger.file = Some(log());
    CubeClRuntimeConfig::set(config);
}

/// The WGSL of all kernels that this process has compiled on `device` so far.
pub fn sources(device: &Device) -> Vec<String> {
    // Another thread writes the log. This kernel, which is nobody else's, is the last in it.
    let last = Tensor::<1>::ones([3], device).tan();
    block_on(last.into_data_async()).unwrap();
    let text = loop {
        let text = fs::read_to_string(log()).unwrap();
        if text.contains("tan(") && text.trim_end().ends_with("[END_KERNEL_COMPILATION]") {
            break text;
        }
        thread::sleep(Duration::from_millis(20));
    };
    let kernels = text.split("[START_KERNEL_COMPILATION]").skip(1);
    let source = |kernel: &str| {
        let (_, source) = kernel.split_once("```wgsl\n").expect("WGSL, not another language");
        source.split_once("\n```").unwrap().0.to_owned()
    };
    kernels.map(source).collect()
}
