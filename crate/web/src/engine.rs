mod data;
mod inspect;
mod pretrained;
pub(crate) mod queries;
pub(crate) mod query;
pub(crate) mod reply;
mod training;

use std::cell::RefCell;
use std::collections::BTreeMap;

use inkling::burn::tensor::Device;
use inkling::data::{Dataset, Generation, Split};
use inkling::model::{DecoderFirst, Model};
use inkling::settings::Range;
use inkling::train::DeviceData;
use wasm_bindgen::prelude::*;

use crate::clock::now_ms;
use crate::error::Failure;
#[cfg(feature = "webgpu")]
use crate::failure;
use crate::run::Run;

/// What a method hands to JavaScript.
pub(crate) type Answer = Result<JsValue, Failure>;

/// One data set, one model in training, and everything that a page asks of them.
///
/// One call at a time: an asynchronous method must have settled before the next method is called.
/// Only the queries, which return promises (`samples`, `inspect` and the like), may be under way
/// meanwhile. Whatever is thrown is an `EngineError` and leaves the engine as it was.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) device: Device,
    adapter: Adapter,
    generation: Option<Generation>,
    pub(crate) data: Option<Data>,
    run: Option<Run>,
    /// A person's own images for the next data set, and how many copies of each.
    own: Option<(Split, usize)>,
    /// Whether the next data set must have labels.
    labels_required: bool,
    /// Pretrained models by the names under which they were loaded.
    pub(crate) pretrained: BTreeMap<String, Model>,
    /// Those of them whose encoders are not here yet.
    decoders: BTreeMap<String, DecoderFirst>,
}

pub(crate) struct Data {
    pub(crate) dataset: Dataset,
    pub(crate) uploaded: DeviceData,
}

#[wasm_bindgen]
impl Engine {
    /// Opens this build's device and has it compute something small. Without a device it rejects
    /// with the code `device`, and likewise if the numbers come out wrong. Whether a GPU is large
    /// is timed, unless `large_gpu` says so; the first who opens the device decides.
    pub async fn open(large_gpu: Option<bool>) -> Result<Engine, Failure> {
        let (device, adapter) = open_device_as(large_gpu).await?;
        inkling::kernels::self_check(&device).await?;
        Ok(Engine {
            device,
            adapter,
            generation: None,
            data: None,
            run: None,
            own: None,
            labels_required: false,
            pretrained: BTreeMap::new(),
            decoders: BTreeMap::new(),
        })
    }

    /// How many GFLOP/s the device does in matrix products, by a probe that takes a fraction of a
    /// second. A device that fails rejects with the code `device`.
    pub async fn speed(&self) -> Result<f64, Failure> {
        Ok(inkling::kernels::speed(&self.device, now_ms).await?)
    }

    /// The adapter's name, which browsers may leave empty.
    pub fn adapter(&self) -> String {
        self.adapter.name.clone()
    }

    /// Whether sums are split as on a large GPU; not on the CPU device.
    #[wasm_bindgen(js_name = largeGpu)]
    pub fn large_gpu(&self) -> bool {
        self.adapter.large
    }
}

/// What a person may want to know of the device.
#[derive(Debug, Clone)]
pub(crate) struct Adapter {
    name: String,
    large: bool,
}

impl Engine {
    pub(crate) fn data(&self) -> Result<&Data, Failure> {
        self.data.as_ref().ok_or(Failure::NoDataset)
    }

    pub(crate) fn run(&self) -> Result<&Run, Failure> {
        self.run.as_ref().ok_or(Failure::NoModel)
    }

    fn run_mut(&mut self) -> Result<&mut Run, Failure> {
        self.run.as_mut().ok_or(Failure::NoModel)
    }
}

thread_local! {
    /// A device can be opened only once in an instance; everybody shares it.
    static DEVICE: RefCell<Option<(Device, Adapter)>> = const { RefCell::new(None) };
}

/// The device of this build and its adapter.
pub(crate) async fn open_device() -> inkling::Result<(Device, Adapter)> {
    open_device_as(None).await
}

#[cfg_attr(not(feature = "webgpu"), allow(unused_variables, reason = "the CPU has no size"))]
async fn open_device_as(large_gpu: Option<bool>) -> inkling::Result<(Device, Adapter)> {
    if let Some(opened) = DEVICE.with_borrow(Clone::clone) {
        return Ok(opened);
    }
    #[cfg(feature = "webgpu")]
    let opened = {
        use inkling::device::{GpuSize, Sizing, webgpu_sized};
        let sizing = match large_gpu {
            Some(true) => Sizing::Given(GpuSize::Large),
            Some(false) => Sizing::Given(GpuSize::Usual),
            None => Sizing::Timed(now_ms),
        };
        let (device, adapter) = webgpu_sized(failure::device_lost, sizing).await?;
        (device, Adapter { name: adapter.name, large: adapter.size == GpuSize::Large })
    };
    #[cfg(all(feature = "cpu", not(feature = "webgpu")))]
    let opened = (inkling::device::cpu(), Adapter { name: "CPU".to_owned(), large: false });
    DEVICE.set(Some(opened.clone()));
    Ok(opened)
}

/// A seed that JavaScript gave.
fn seed_of(value: f64) -> Result<u32, Failure> {
    Ok(Range::SEED.count(value)? as u32)
}
