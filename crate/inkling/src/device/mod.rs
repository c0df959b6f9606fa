//! Devices and reading numbers back from them.

use burn::tensor::{Device, Distribution, Tensor};

use crate::{Error, Result};

/// Burn's CPU backend.
#[cfg(feature = "cpu")]
pub fn cpu() -> Device {
    Device::flex()
}

/// Reads one-dimensional tensors back in one go: on some browsers every read-back costs 100 ms, whatever its size.
pub async fn read_flat(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>> {
    #[cfg(feature = "webgpu")]
    return crate::kernels::read_all(tensors).await;
    #[cfg(not(feature = "webgpu"))]
    {
        let mut numbers = vec![];
        for tensor in tensors {
            numbers.push(read(tensor).await?);
        }
        Ok(numbers)
    }
}

/// Reads one tensor back.
pub async fn read<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>> {
    let data = tensor.into_data_async().await.map_err(|e| Error::Device(format!("{e:?}")))?;
    data.try_to_vec().map_err(|e| Error::Device(format!("{e:?}")))
}

/// Draws from N(0, 1), `[rows, columns]`, made on the device. They depend on `seed` alone (and on the kind of device).
pub fn noise(rows: usize, columns: usize, seed: u64, device: &Device) -> Tensor<2> {
    draw(Distribution::Normal(0.0, 1.0), [rows, columns], seed, device)
}

/// Draws from 0..1, all alike, as [`noise`].
pub fn uniform(rows: usize, columns: usize, seed: u64, device: &Device) -> Tensor<2> {
    draw(Distribution::Uniform(0.0, 1.0), [rows, columns], seed, device)
}

fn draw(distribution: Distribution, shape: [usize; 2], seed: u64, device: &Device) -> Tensor<2> {
    // The generator is one for the whole process: between seeding it and drawing, nobody else may use it.
    static GENERATOR: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = GENERATOR.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    device.seed(seed);
    Tensor::random(shape, distribution, device)
}

/// WebGPU in a browser (Vulkan, Metal or DirectX elsewhere) with the adapter's name. The adapter is asked for with high performance, and again when
/// the first answer is none, as browsers still starting their GPU process give it.
///
/// `on_lost` is called with the reason if the device is lost or a shader or command fails later: nothing on it can be used then. Once per process.
#[cfg(feature = "webgpu")]
pub async fn webgpu(on_lost: fn(&str)) -> Result<(Device, String)> {
    use burn_wgpu::{RuntimeOptions, WgpuDevice, graphics};

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
    Ok((Device::from(device), setup.adapter.get_info().name))
}
