//! The wasm-bindgen face of inkling: one [`Engine`], driven by a worker.
//!
//! Built three times: with the feature `webgpu` for visitors who have a GPU, with `cpu` for the
//! others, and with `uses`, which adds the queries of the chapter Uses to `cpu`, for a second
//! worker.

mod bench;
mod clock;
#[cfg(all(feature = "cpu", target_family = "wasm"))]
mod cores;
mod engine;
mod error;
mod failure;
mod run;
mod types;
#[cfg(feature = "uses")]
mod uses;

pub use engine::Engine;
use error::Failure;
use inkling::parity::Workload;
use wasm_bindgen::prelude::*;

#[cfg(target_family = "wasm")]
unsafe extern "C" {
    fn __wasm_call_ctors();
}

/// Runs when the module is instantiated.
///
/// Burn registers types in constructors. A module that does not call them itself is taken for a
/// "command" by the linker, which then makes every export run all of them on every call: ten times
/// slower. The call here, once, is what prevents it.
#[wasm_bindgen(start)]
pub fn start() {
    // SAFETY: the linker makes this function, it takes nothing, and it is called exactly once.
    #[cfg(target_family = "wasm")]
    unsafe {
        __wasm_call_ctors();
    }
}

/// Calls `tell(code, message, reason, detail)`, once at most, when the engine breaks. After a
/// panic or a lost device this instance is dead.
#[wasm_bindgen(js_name = onFatal)]
pub fn on_fatal(#[wasm_bindgen(unchecked_param_type = "OnFatal")] tell: js_sys::Function) {
    failure::install(tell);
}

/// What can be trained; the first is what suits this build's device.
#[wasm_bindgen(unchecked_return_type = "Preset[]")]
pub fn presets() -> Result<JsValue, Failure> {
    let listed = inkling::model::Preset::listed(cfg!(feature = "webgpu"));
    let presets: Vec<types::Preset> = listed.into_iter().map(Into::into).collect();
    types::to_js(&presets)
}

/// The range of each setting: what lies outside is refused.
#[wasm_bindgen(js_name = settingRanges, unchecked_return_type = "SettingRanges")]
pub fn setting_ranges() -> Result<JsValue, Failure> {
    types::to_js(&types::SettingRanges::new())
}

/// An IDX file of images, 784 grey levels each.
#[wasm_bindgen(js_name = writeImages)]
pub fn write_images(pixels: &[u8]) -> Vec<u8> {
    inkling::data::idx::write_images(pixels)
}

/// An IDX file of labels.
#[wasm_bindgen(js_name = writeLabels)]
pub fn write_labels(labels: &[u8]) -> Vec<u8> {
    inkling::data::idx::write_labels(labels)
}

/// Trains the peers' workload `M` or `C` for a few steps on this build's device: the losses before
/// each step, then the pixel sum of a decoded latent, to be compared with the peers'.
#[wasm_bindgen]
pub async fn parity(workload: String) -> Result<Vec<f64>, Failure> {
    let workload = Workload::named(&workload)?;
    let (device, _) = engine::open_device().await?;
    let outcome = inkling::parity::check(workload, &device).await?;
    Ok(outcome.losses.into_iter().chain([outcome.pixel_sum]).collect())
}

/// What the digit classifier in `weights` (as `inkling classifier --save` writes it) reads each
/// image of 784 grey levels as: 0 to 9. Only the CPU build has it, because the other is downloaded
/// by more people. A file that is none, or grey levels that are not whole images, are errors with
/// the code `data`.
#[cfg(feature = "cpu")]
#[wasm_bindgen]
pub async fn classify(weights: Vec<u8>, pixels: Vec<u8>) -> Result<Vec<u8>, Failure> {
    use inkling::{data, eval::Classifier};

    let images = data::Split::new(pixels, None)?;
    let (device, _) = engine::open_device().await?;
    let (classifier, _) = Classifier::from_file(&weights, &device)?;
    let images = data::DeviceImages::new(images.pixels(), &device);
    Ok(classifier.digits(&images).await?)
}

/// Breaks this instance with a panic, for tests of what a page makes of one.
#[wasm_bindgen]
pub fn crash() {
    panic!("it was asked to crash");
}
