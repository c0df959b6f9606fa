//! A training step recorded once and replayed.
//!
//! Burn's graph and optimiser, and the launch of each kernel, cost the processor more than the kernels cost a GPU. But a step is the same
//! commands on the same memory every time, once its settings lie on the device ([`Control`]) and the weights are moved in place. So the
//! first step runs through Burn, the second is recorded by CubeCL as it would run, and all others replay that record.

use burn::backend::TensorMetadata;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Bytes, Device, Gradients, Int, Tensor, TensorData};
use burn_wgpu::{CubeBackend, CubeTensor};
use cubecl::client::Graph;

use crate::kernels::webgpu::autodiff::{self, primitive, tensor};
use crate::kernels::webgpu::buffers::{alloc, keeping, part};
use crate::kernels::webgpu::step::{self, Control, FIRST_ROW, Moved, ROW, Row};
use crate::model::Vae;
use crate::{Error, Result};

/// The most steps that can be queued at a time.
pub(super) const CAPACITY: usize = 256;

/// What differs from one step to the next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Settings {
    /// Where in the order the batch begins.
    pub(crate) start: usize,
    /// Of the sampling noise: 48 bits count.
    pub(crate) seed: u64,
    /// Factor of the sampling noise: 1, or 0 for none.
    pub(crate) noise: f32,
    /// The KL's weight.
    pub(crate) beta: f64,
    /// Adam's rate with the first moment's bias corrected.
    pub(crate) rate: f64,
    /// The factor that corrects the root of the second moment.
    pub(crate) scale: f64,
}

/// One model's step on one device.
#[derive(Debug)]
pub(crate) struct Recorder {
    model: Vae,
    words: CubeTensor,
    order: CubeTensor,
    batch: usize,
    control: Control,
    moved: Vec<Moved>,
    recorded: Option<Recorded>,
}

#[derive(Debug)]
struct Recorded {
    graph: Graph,
    /// The memory that the graph works on.
    _kept: Vec<CubeTensor>,
}

impl Recorder {
    /// The step of `model` on batches of images that are packed four grey levels to a word, `[images, 196]`. `moments`: Adam's, for each parameter in the module's
    /// order the first and then the second, in one row. They and the model's weights are moved in place from now on.
    pub(crate) fn new(
        model: &Vae,
        moments: Vec<Tensor<1>>,
        words: Tensor<2, Int>,
        order: Vec<i32>,
        batch: usize,
    ) -> Self {
        let device = words.device();
        let length = order.len();
        let order = Tensor::<1, Int>::from_data(TensorData::new(order, [length]), &device);
        let mut values = Values(vec![]);
        model.visit(&mut values);
        let moved = values.0.into_iter().zip(moments);
        Self {
            model: model.clone(),
            words: int(words),
            order: int(order),
            batch,
            control: Control::new(model.config().free_bits, &device),
            moved: moved
                .map(|(value, moments)| Moved { value, moments: primitive(moments) })
                .collect(),
            recorded: None,
        }
    }

    /// Has every kernel of a step compiled, without a step: forwards and backwards for nothing, and what moves and counts on other memory.
    pub(crate) fn prepare(&self) -> Result<()> {
        self.control.set_rows(&[]);
        let Parts { nats, kl, .. } = self.parts()?;
        let number = |_| alloc(&self.control.rows, [1]);
        let moved = |i| Moved { value: number(i), moments: alloc(&self.control.rows, [2]) };
        let control = Control {
            rows: alloc(&self.control.rows, self.control.rows.shape()),
            sums: alloc(&self.control.rows, [3]),
            ..self.control
        };
        // An odd number of parameters ends in one alone.
        for count in [self.moved.len().min(2), self.moved.len() % 2] {
            let moved: Vec<_> = (0..count).map(moved).collect();
            let gradients: Vec<_> = (0..count).map(number).collect();
            step::adam(&moved, &gradients, &control);
        }
        step::count(&nats, &kl, 1.0, &control);
        Ok(())
    }

    /// Replaces the order in which images are taken: as many as before.
    pub(crate) fn set_order(&self, order: Vec<i32>) {
        write(&self.order, Bytes::from_elems(order));
    }

    /// Queues a step for each of `settings` and does not wait for them.
    pub(crate) fn run(&mut self, settings: &[Settings]) -> Result<()> {
        for settings in settings.chunks(CAPACITY) {
            self.control.set_rows(settings);
            for _ in settings {
                self.step()?;
            }
        }
        Ok(())
    }

    /// Sums of the steps since [`clear_sums`](Self::clear_sums): loss, reconstruction and KL, `[3]`.
    pub(crate) fn sums(&self) -> Tensor<1> {
        tensor(self.control.sums.clone())
    }

    /// Sets the sums to 0.
    pub(crate) fn clear_sums(&self) {
        self.control.clear_sums();
    }

    /// Adam's moments, the first and the second of each parameter in the module's order, in rows to be read back. They are moved with the next step.
    pub(crate) fn moments(&self) -> Vec<[Tensor<1>; 2]> {
        let both = |moved: &Moved| {
            let count = moved.value.shape().num_elements();
            [0, count].map(|start| tensor(part(&moved.moments, start, count)))
        };
        self.moved.iter().map(both).collect()
    }

    fn step(&mut self) -> Result<()> {
        if let Some(Recorded { graph, .. }) = &self.recorded {
            // SAFETY: the graph's memory is kept beside it, and everything else on this device is queued on the same stream.
            return unsafe { graph.replay() }.map_err(device);
        }
        let client = self.control.rows.client.clone();
        client.graph_prepare().map_err(device)?;
        // The memory is kept while this step runs, as it will be while the next is recorded: then the pools have it all.
        let (done, kept) = keeping(|| self.commands());
        drop(kept);
        done?;
        client.start_capture().map_err(device)?;
        let (done, kept) = keeping(|| self.commands());
        let graph = client.stop_capture().map_err(device)?;
        done?;
        self.recorded = Some(Recorded { graph, _kept: kept });
        Ok(())
    }

    /// One step's posterior `[batch, 2 * latent]`, latents and gradients (in rows, in the module's order), with the losses added to the sums and
    /// nothing moved. For checks.
    #[cfg(feature = "checks")]
    pub(super) fn probe(
        &mut self,
        settings: Settings,
    ) -> Result<(Tensor<2>, Tensor<2>, Vec<Tensor<1>>)> {
        self.control.set_rows(&[settings]);
        let parts = self.parts()?;
        step::count(&parts.nats, &parts.kl, 1.0, &self.control);
        let rows = |gradient: CubeTensor| {
            let count = gradient.shape().num_elements();
            tensor(burn_cubecl::ops::reshape(gradient, [count].into()))
        };
        let gradients = parts.gradients.into_iter().map(rows).collect();
        Ok((tensor(parts.posterior), tensor(parts.latents), gradients))
    }

    /// The step itself.
    fn commands(&self) -> Result<()> {
        let Parts { nats, kl, gradients, .. } = self.parts()?;
        step::adam(&self.moved, &gradients, &self.control);
        step::count(&nats, &kl, 1.0, &self.control);
        Ok(())
    }

    /// Forwards and backwards, through Burn's graph.
    fn parts(&self) -> Result<Parts> {
        let Self { model, control, .. } = self;
        let images = step::gather(&self.words, &self.order, self.batch, control);
        let Some(posterior) = model.posterior(tensor(images.clone())) else {
            return Err(Error::State("a model without an encoder needs its codes".into()));
        };
        let (latents, kl) = autodiff::sample(posterior.clone(), control);
        let outputs = model.outputs(latents.clone());
        let nats = autodiff::likelihood(model.config().likelihood, outputs, &images);
        let mut found = Found { gradients: nats.backward(), found: vec![] };
        model.visit(&mut found);
        if found.found.len() != self.moved.len() {
            return Err(Error::State("a parameter has no gradient".into()));
        }
        Ok(Parts {
            #[cfg(feature = "checks")]
            posterior: primitive(posterior),
            #[cfg(feature = "checks")]
            latents: primitive(latents),
            nats: primitive(nats),
            kl,
            gradients: found.found,
        })
    }
}

impl Control {
    /// No step yet, nothing counted.
    pub(super) fn new(free_bits: f64, device: &Device) -> Self {
        let rows = Tensor::<1>::zeros([FIRST_ROW + CAPACITY * ROW], device);
        let sums = Tensor::<1>::zeros([3], device);
        Self { rows: primitive(rows), sums: primitive(sums), free_bits: free_bits as f32 }
    }

    /// Settings of the next steps, [`CAPACITY`] at most.
    pub(super) fn set_rows(&self, settings: &[Settings]) {
        let mut numbers = vec![0f32; FIRST_ROW];
        numbers.extend(settings.iter().flat_map(|s| row(s).numbers()));
        numbers.resize(FIRST_ROW + CAPACITY * ROW, 0.0);
        write(&self.rows, Bytes::from_elems(numbers));
    }

    /// Sets the sums to 0.
    pub(super) fn clear_sums(&self) {
        write(&self.sums, Bytes::from_elems(vec![0f32; 3]));
    }
}

fn write(to: &CubeTensor, bytes: Bytes) {
    to.client.write(&to.handle, bytes);
}

/// What a step's way forwards and backwards leaves.
struct Parts {
    #[cfg(feature = "checks")]
    posterior: CubeTensor,
    #[cfg(feature = "checks")]
    latents: CubeTensor,
    nats: CubeTensor,
    kl: CubeTensor,
    gradients: Vec<CubeTensor>,
}

fn device(error: impl std::fmt::Display) -> Error {
    Error::Device(error.to_string())
}

fn row(settings: &Settings) -> Row {
    let Settings { start, seed, noise, beta, rate, scale } = *settings;
    Row { start, seed, noise, beta: beta as f32, rate: rate as f32, scale: scale as f32 }
}

pub(super) fn int<const D: usize>(tensor: Tensor<D, Int>) -> CubeTensor {
    tensor.try_into_primitive::<CubeBackend>().expect("a tensor on the WebGPU device")
}

/// The parameters' memory, in the module's order.
struct Values(Vec<CubeTensor>);

impl ModuleVisitor for Values {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(primitive(param.val()));
    }
}

/// The parameters' gradients, in the module's order.
struct Found {
    gradients: Gradients,
    found: Vec<CubeTensor>,
}

impl ModuleVisitor for Found {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = param.val().grad_remove(&mut self.gradients) {
            self.found.push(primitive(gradient));
        }
    }
}
