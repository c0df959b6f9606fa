//! Training steps as replays of a recorded one.
//!
//! Burn's graph, its optimiser and the launch of each kernel cost the CPU more than the kernels
//! cost a GPU. But every step is the same commands on the same memory, once its settings lie on the
//! device ([`Control`]) and the weights are updated in place. So the first steps run through Burn,
//! CubeCL records the next one as it runs, and all later steps replay that record.

use burn::backend::TensorMetadata;
use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Bytes, Device, Gradients, Tensor, TensorData};
use burn_wgpu::CubeTensor;
use cubecl::client::Graph;

use super::adam::Adam;
use super::step::{Start, StepSettings};
use crate::device::upload::{floats, ints};
use crate::device::webgpu::{int, primitive, tensor};
use crate::kernels::webgpu::autodiff;
use crate::kernels::webgpu::buffers::{Pinned, part, pin_buffers, pin_same_buffers, write};
use crate::kernels::webgpu::gather::{PackedImages, gather};
use crate::kernels::webgpu::objective;
use crate::kernels::webgpu::step::{self, CAPACITY, Control, Parameter, Row};
use crate::model::{Likelihood, Vae, weights};
use crate::{Error, Result};

/// Training steps of one model on one device, recorded once and replayed.
#[derive(Debug)]
pub(crate) struct StepReplay {
    pub(super) model: Vae,
    images: PackedImages,
    order: CubeTensor,
    batch: usize,
    control: Control,
    /// In the module's order.
    parameters: Vec<Parameter>,
    /// Whether the memory pools have served a step of this shape.
    rehearsed: bool,
    /// The memory of the step before the one that is to be recorded.
    pinned: Option<Pinned>,
    recorded: Option<Recorded>,
}

#[derive(Debug)]
struct Recorded {
    graph: Graph,
    /// The memory that the graph works on.
    _pinned: Pinned,
}

impl StepReplay {
    /// Steps of a model on an autodiff device. They update its weights in place.
    pub(super) fn new(model: Vae, start: Start) -> Self {
        let Start { adam, images, order, batch } = start;
        let (device, length) = (images.device(), order.len());
        let order = ints::<1>(TensorData::new(order, [length]), &device);
        let mut values = Values(vec![]);
        model.visit(&mut values);
        let parameters = values.0.into_iter().zip(adam.flat(&model));
        let parameters = parameters
            .map(|(value, moments)| Parameter { value, moments: primitive(moments) })
            .collect();
        let control = Control::new(model.config().free_bits, &device);
        Self {
            images: images.packed(),
            order: int(order),
            batch,
            control,
            parameters,
            rehearsed: false,
            pinned: None,
            recorded: None,
            model,
        }
    }

    /// Has every kernel of a step compiled, and the memory pools grow to what a step needs. Changes
    /// nothing.
    pub(super) fn prepare(&mut self) -> Result<()> {
        if self.recorded.is_none() {
            self.rehearse()?;
            self.rehearsed = true;
        }
        Ok(())
    }

    /// Runs all launches of a step on other memory than the run's, filled with zeros: the pass has
    /// a rate, a seed and a weight of the KL of 0, and the images are the first of the order.
    /// Returns what the launches have written to.
    pub(super) fn rehearse(&self) -> Result<(Control, Vec<Parameter>)> {
        let device = Device::from(self.control.like().device.clone());
        let zeros = |count: usize| {
            let zeros = TensorData::zeros::<f32, _>([count]);
            primitive(floats::<1>(zeros, &device))
        };
        let scratch = Control::new(self.model.config().free_bits, &device);
        let Pass { nats, kl, .. } = self.pass(&scratch)?;
        let parameter = |_| Parameter { value: zeros(1), moments: zeros(2) };
        let mut changed = vec![];
        // Parameters are updated in pairs. Of an odd number, the last one is alone.
        for count in [self.parameters.len().min(2), self.parameters.len() % 2] {
            let parameters: Vec<_> = (0..count).map(parameter).collect();
            let gradients: Vec<_> = (0..count).map(|_| zeros(1)).collect();
            step::adam(&parameters, &gradients, &scratch);
            changed.extend(parameters);
        }
        step::add_losses(&nats, &kl, 1.0, &scratch);
        Ok((scratch, changed))
    }

    pub(super) fn set_order(&mut self, order: Vec<i32>) {
        write(&self.order, Bytes::from_elems(order));
    }

    pub(super) fn run(&mut self, settings: &[StepSettings]) -> Result<()> {
        // They can change between two steps, and the recorded one reads them from the device.
        self.control.free_bits = self.model.config().free_bits as f32;
        for settings in settings.chunks(CAPACITY) {
            let rows: Vec<Row> =
                settings.iter().map(|settings| row(settings, self.batch)).collect();
            self.control.set_rows(&rows);
            for _ in settings {
                self.step()?;
            }
        }
        Ok(())
    }

    pub(super) fn sums(&self) -> Vec<Tensor<1>> {
        vec![tensor(self.control.sums())]
    }

    pub(super) fn clear_sums(&mut self) {
        self.control.clear_sums();
    }

    /// The moments' own memory: the next step changes them.
    pub(super) fn moments(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        let named = |((name, shape), parameter): ((String, Vec<usize>), &Parameter)| {
            let count = parameter.value.shape().num_elements();
            [("first", 0), ("second", count)].map(|(end, start)| {
                let moment = tensor(part(&parameter.moments, start, count));
                (format!("{name}.{end}"), shape.clone(), moment)
            })
        };
        weights::shapes(&self.model).into_iter().zip(&self.parameters).flat_map(named).collect()
    }

    fn step(&mut self) -> Result<()> {
        if let Some(Recorded { graph, .. }) = &self.recorded {
            // SAFETY: the graph's memory is pinned beside it, and everything else on this device is
            // queued on the same stream.
            return unsafe { graph.replay() }.map_err(device);
        }
        if !self.rehearsed {
            // Natively, a pool whose pages were too small for a tensor goes on with larger pages
            // and leaves the others to what they hold: they have no room for the recorded step.
            self.commands()?;
            self.rehearsed = true;
            return Ok(());
        }
        let Some(pinned) = self.pinned.take() else {
            // From now on, the kernels' results lie where this step puts them.
            let (done, pinned) = pin_buffers(|| self.commands());
            self.pinned = Some(pinned);
            return done;
        };
        let client = self.control.like().client.clone();
        client.graph_prepare().map_err(device)?;
        // Burn's own operations may have given memory back that a later kernel's result then got.
        // This step allocates what they need beside all results, as the recorded one will.
        let (done, pinned) = pin_same_buffers(pinned, || self.commands());
        done?;
        client.start_capture().map_err(device)?;
        let (done, pinned) = pin_same_buffers(pinned, || self.commands());
        let graph = client.stop_capture().map_err(device)?;
        done?;
        self.recorded = Some(Recorded { graph, _pinned: pinned });
        Ok(())
    }

    /// A step's commands.
    fn commands(&self) -> Result<()> {
        let Pass { nats, kl, gradients, .. } = self.pass(&self.control)?;
        step::adam(&self.parameters, &gradients, &self.control);
        step::add_losses(&nats, &kl, 1.0, &self.control);
        Ok(())
    }

    /// Forward and backward, through Burn's graph.
    fn pass(&self, control: &Control) -> Result<Pass> {
        let Self { model, .. } = self;
        let images = gather(&self.images, &self.order, self.batch, Some(control));
        let posterior = model.encoder.forward(tensor(images.clone()));
        let (latents, kl) = autodiff::sample(posterior.clone(), control);
        let outputs = model.decode_params(latents.clone());
        let likelihood = kernel_likelihood(model.config().likelihood);
        let nats = autodiff::likelihood(likelihood, outputs, &images);
        let mut found = Found { gradients: nats.backward(), found: vec![] };
        model.visit(&mut found);
        if found.found.len() != self.parameters.len() {
            return Err(Error::Internal("a parameter has no gradient"));
        }
        Ok(Pass {
            #[cfg(feature = "checks")]
            posterior: primitive(posterior),
            #[cfg(feature = "checks")]
            latents: primitive(latents),
            nats: primitive(nats),
            kl,
            gradients: found.found,
        })
    }

    /// Everything that a step changes: weights, moments, settings and sums.
    #[cfg(feature = "checks")]
    pub(super) fn state(&self) -> Vec<Tensor<1>> {
        let own = |tensor: &CubeTensor| {
            burn_cubecl::ops::reshape(tensor.clone(), [tensor.shape().num_elements()].into())
        };
        let parameters =
            self.parameters.iter().flat_map(|one| [own(&one.value), own(&one.moments)]);
        parameters.chain(self.control.all()).map(tensor).collect()
    }

    /// The posterior `[batch, 2 * latent]`, the latents and the gradients (flat, in the module's
    /// order) of a step that adds up its losses and changes no weight.
    #[cfg(feature = "checks")]
    pub(super) fn probe(
        &mut self,
        settings: &StepSettings,
    ) -> Result<(Tensor<2>, Tensor<2>, Vec<Tensor<1>>)> {
        self.control.set_rows(&[row(settings, self.batch)]);
        let pass = self.pass(&self.control)?;
        step::add_losses(&pass.nats, &pass.kl, 1.0, &self.control);
        let flat = |gradient: CubeTensor| {
            let count = gradient.shape().num_elements();
            tensor(burn_cubecl::ops::reshape(gradient, [count].into()))
        };
        let gradients = pass.gradients.into_iter().map(flat).collect();
        Ok((tensor(pass.posterior), tensor(pass.latents), gradients))
    }
}

/// What a forward and backward pass leaves.
struct Pass {
    #[cfg(feature = "checks")]
    posterior: CubeTensor,
    #[cfg(feature = "checks")]
    latents: CubeTensor,
    nats: CubeTensor,
    kl: CubeTensor,
    gradients: Vec<CubeTensor>,
}

/// The likelihood as the kernels know it.
pub(super) fn kernel_likelihood(likelihood: Likelihood) -> objective::Likelihood {
    match likelihood {
        Likelihood::Bernoulli => objective::Likelihood::Bernoulli,
        Likelihood::Gaussian { variance } => {
            objective::Likelihood::Gaussian { variance: variance as f32 }
        }
        Likelihood::GaussianLearned => objective::Likelihood::GaussianLearned,
    }
}

fn row(settings: &StepSettings, batch: usize) -> Row {
    let StepSettings { step, start, seed, sampled, beta, rate, .. } = *settings;
    let (rate, scale) = Adam::corrected(rate, step + 1);
    let noise = if sampled { 1.0 } else { 0.0 };
    Row { start, seed, noise, beta, rate, scale, binarised: settings.binarised_of(batch) }
}

fn device(error: impl std::fmt::Display) -> Error {
    Error::Device(error.to_string())
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
