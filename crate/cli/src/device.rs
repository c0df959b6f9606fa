//! `--device`: where a command computes.

use std::sync::LazyLock;
use std::time::Instant;

use anyhow::{Context, Result};
use clap::ValueEnum;
use futures_lite::future::block_on;
use inkling::burn::tensor::Device;
use inkling::device::{Sizing, cpu, webgpu_sized};

#[derive(clap::Args)]
pub(crate) struct DeviceArguments {
    /// Where to compute. Default: the GPU, unless it is only emulated in software.
    #[arg(long, value_enum)]
    device: Option<Choice>,
}

#[derive(Debug, Clone, Copy, PartialEq, ValueEnum)]
enum Choice {
    /// All cores of the CPU.
    Cpu,
    /// The fastest GPU, by Vulkan, Metal or DirectX.
    Gpu,
}

impl DeviceArguments {
    /// Opens the device, and says on stderr in one line which it is and why. If a GPU is asked for
    /// and there is none, it is an error.
    pub(crate) fn open(&self) -> Result<Device> {
        let (device, line) = match self.device {
            Some(Choice::Cpu) => (cpu(), "the CPU, as asked for".to_owned()),
            Some(Choice::Gpu) => {
                let (device, adapter) = block_on(webgpu_sized(lost, Sizing::Timed(now_ms)))
                    .context(
                        "--device gpu: no GPU can be used. `--device cpu` computes without one",
                    )?;
                (device, format!("{adapter}, as asked for"))
            }
            None => match block_on(webgpu_sized(lost, Sizing::Timed(now_ms))) {
                Ok((_, adapter)) if adapter.software => {
                    (cpu(), format!("the CPU, because the only GPU is slower: {adapter}"))
                }
                Ok((device, adapter)) => (device, format!("{adapter}")),
                Err(error) => (cpu(), format!("the CPU, because no GPU can be used: {error}")),
            },
        };
        // An error of the driver may have several lines.
        eprintln!("device: {}", line.split_whitespace().collect::<Vec<_>>().join(" "));
        Ok(device)
    }
}

/// Nothing can be computed any more, and what is being waited for never comes.
fn lost(reason: &str) {
    eprintln!("error: the GPU failed: {reason}");
    std::process::exit(1);
}

/// Milliseconds since the first call.
fn now_ms() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64() * 1000.0
}
