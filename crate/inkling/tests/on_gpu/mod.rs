//! The GPU of the tests, and tests that are skipped because there is none.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::fmt::Display;
use std::io::Write;
use std::sync::{Mutex, MutexGuard, OnceLock};

use futures_lite::future::block_on;
use inkling::burn::tensor::Device;
use inkling::device::{Adapter, webgpu};

/// The GPU, for as long as this lives. Tests take turns: a step is recorded on a device that does
/// nothing else meanwhile.
pub struct Gpu {
    pub device: Device,
    _turn: MutexGuard<'static, ()>,
}

/// Opens the GPU for the test `what`. Where there is none, the test is skipped.
pub fn open(what: &str) -> Option<Gpu> {
    static TURN: Mutex<()> = Mutex::new(());
    static OPENED: OnceLock<Result<(Device, Adapter), String>> = OnceLock::new();
    let turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let lost = |reason: &str| panic!("device lost: {reason}");
    let opened = OPENED.get_or_init(|| block_on(webgpu(lost)).map_err(|error| error.to_string()));
    match opened {
        Ok((device, adapter)) => {
            eprintln!("{what}: on {adapter}");
            Some(Gpu { device: device.clone(), _turn: turn })
        }
        Err(error) => {
            skip(what, error);
            None
        }
    }
}

/// Says aloud that a test was skipped, and why. `cargo xtask test` hands over a file in
/// `INKLING_SKIPPED` and counts its lines, because a passing test's output is not shown.
pub fn skip(what: &str, why: impl Display) {
    let line = format!("{what}: {}", why.to_string().replace('\n', " "));
    eprintln!("SKIPPED: {line}");
    let Some(list) = std::env::var_os("INKLING_SKIPPED") else { return };
    let list = std::fs::OpenOptions::new().create(true).append(true).open(list);
    list.and_then(|mut list| writeln!(list, "{line}")).expect("the list of skipped tests");
}
