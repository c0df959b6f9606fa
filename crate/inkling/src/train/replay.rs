//! Training steps as replays of a recorded one.
//!
//! Burn's graph, its optimiser and the launch of each kernel cost the CPU more than the kernels
//! cost a GPU. But every step is the same commands on the same memory, once its settings lie on the
//! device ([`Control`]) and the weights are updated in place. So the first steps run through Burn,
//! CubeCL records the next one as it runs, and all later steps replay that record.

#[cfg(feature = "checks")]
use burn::backend::TensorMetadata;
use burn::module::{ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Bytes, Device, Gradients, Tensor, TensorData};
use burn_wgpu::CubeTensor;
use cubecl::client::Graph;

use super::adam::Adam;
use super::codes::{Codes, RATE_FACTOR};
use super::step::{Start, StepSettings};
use super::trainee::Trainee;
use crate::device::upload::ints;
use crate::device::webgpu::{int, largest_buffer, primitive, tensor};
use crate::kernels::webgpu::autodiff;
use crate::kernels::webgpu::buffers::{Pinned, pin_buffers, pin_same_buffers, write};
use crate::kernels::webgpu::codes::{self, AllCodes};
use crate::kernels::webgpu::gather::{PackedImages, gather, one_hot};
use crate::kernels::webgpu::parameters::Parameters;
use crate::kernels::webgpu::step::{self, CAPACITY, Control, Row};
use crate::model::{Input, VaeConfig, code};
use crate::{Error, Result};

/// Training steps of one model on one device, recorded once and replayed.
#[derive(Debug)]
pub(crate) struct StepReplay {
    pub(super) trainee: Trainee,
    images: PackedImages,
    /// The class of each image, of a conditional model.
    labels: Option<CubeTensor>,
    order: CubeTensor,
    batch: usize,
    control: Control,
    parameters: Parameters,
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
    /// Steps of a model on an autodiff device. They update its weights, and its codes if it has
    /// any, in place.
    pub(super) fn new(trainee: Trainee, start: Start) -> Self {
        let Start { adam, images, order, batch } = start;
        let (device, length) = (images.device(), order.len());
        let order = ints::<1>(TensorData::new(order, [length]), &device);
        let mut values = Values(vec![]);
        trainee.visit(&mut values);
        let moments = trainee.moments(&adam).into_iter();
        let moments: Vec<_> =
            moments.map(|moments| moments.map(|both| both.map(primitive))).collect();
        let largest = largest_buffer(&device) / size_of::<f32>();
        let parameters = Parameters::new(&values.0, &moments, largest, &device);
        let trainee = trainee.map(&mut Moved { parameters: &parameters, next: 0 });
        let control = Control::new(free_bits(trainee.config()), &device);
        let labels = images.labels().filter(|_| trainee.config().labels > 0);
        Self {
            images: images.packed(),
            labels: labels.map(int),
            order: int(order),
            batch,
            control,
            parameters,
            rehearsed: false,
            pinned: None,
            recorded: None,
            trainee,
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
    pub(super) fn rehearse(&self) -> Result<(Control, Parameters)> {
        let device = Device::from(self.control.like().device.clone());
        let scratch = Control::new(free_bits(self.trainee.config()), &device);
        let Pass { nats, kl, .. } = self.pass(&scratch)?;
        let changed = Parameters::scratch(&device);
        changed.adam(&scratch);
        step::add_losses(&nats, &kl, 1.0, &scratch);
        Ok((scratch, changed))
    }

    pub(super) fn set_order(&mut self, order: Vec<i32>) {
        write(&self.order, Bytes::from_elems(order));
    }

    pub(super) fn run(&mut self, settings: &[StepSettings]) -> Result<()> {
        // They can change between two steps, and the recorded one reads them from the device.
        self.control.free_bits = free_bits(self.trainee.config()) as f32;
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
        let named = |(i, (name, shape, _)): (usize, (String, Vec<usize>, _))| {
            let [first, second] = self.parameters.moments(i).map(tensor);
            [("first", first), ("second", second)]
                .map(|(end, moment)| (format!("{name}.{end}"), shape.clone(), moment))
        };
        self.trainee.weights().into_iter().enumerate().flat_map(named).collect()
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
        let Pass { nats, kl, to_codes, .. } = self.pass(&self.control)?;
        self.parameters.adam(&self.control);
        if let (Trainee::Generator(_, codes), Some(gradient)) = (&self.trainee, &to_codes) {
            let weight = 1.0 / self.batch as f32;
            codes::advance(&all(codes), gradient, &self.order, weight, &self.control);
        }
        step::add_losses(&nats, &kl, 1.0, &self.control);
        Ok(())
    }

    /// Forward and backward, through Burn's graph.
    fn pass(&self, control: &Control) -> Result<Pass> {
        let images = gather(&self.images, &self.order, self.batch, Some(control));
        let shape = [self.batch, self.trainee.config().labels];
        let labels = self
            .labels
            .as_ref()
            .map(|labels| tensor::<2>(one_hot(labels, &self.order, shape, Some(control))));
        let likelihood = self.trainee.config().likelihood.of_kernels();
        let weight = 1.0 / self.batch as f32;
        let (decoder, latents, kl, posterior) = match &self.trainee {
            Trainee::Vae(model) => {
                let input = Input { images: tensor(images.clone()), labels: labels.clone() };
                let posterior = model.encoder.forward(input);
                let (latents, kl) = autodiff::sample(posterior.clone(), control);
                (&model.decoder, latents, kl, Some(posterior))
            }
            Trainee::Generator(model, codes) => {
                let values = primitive(codes.values.clone());
                let (codes, kl) = codes::take(&values, &self.order, self.batch, Some(control));
                (&model.decoder, tensor(codes).autodiff().require_grad(), kl, None)
            }
        };
        let outputs = decoder.forward(code(latents.clone(), labels));
        let nats = autodiff::likelihood(likelihood, outputs, &images, weight);
        let gradients = self.parameters.collect_gradients(|| nats.backward());
        let mut found = Found { gradients, found: vec![] };
        self.trainee.visit(&mut found);
        if found.found.len() != self.parameters.len() {
            return Err(Error::Internal("a parameter has no gradient"));
        }
        // As it would if a parameter had two uses, whose gradients Burn adds up.
        let is_in_place = |(i, gradient)| self.parameters.is_gradient(i, gradient);
        if !found.found.iter().enumerate().all(is_in_place) {
            return Err(Error::Internal("a gradient lies elsewhere"));
        }
        let to_codes = match &posterior {
            Some(_) => None,
            None => latents.grad_remove(&mut found.gradients).map(primitive),
        };
        Ok(Pass {
            #[cfg(feature = "checks")]
            posterior: posterior.map(primitive),
            #[cfg(feature = "checks")]
            latents: primitive(latents),
            nats: primitive(nats),
            kl,
            to_codes,
            #[cfg(feature = "checks")]
            gradients: found.found,
        })
    }

    /// Everything that a step changes: weights, codes, moments, settings and sums.
    #[cfg(feature = "checks")]
    pub(super) fn state(&self) -> Vec<Tensor<1>> {
        let own = |tensor: &CubeTensor| {
            burn_cubecl::ops::reshape(tensor.clone(), [tensor.shape().num_elements()].into())
        };
        let parameters = self.parameters.all().into_iter().map(|all| own(&all));
        let codes = match &self.trainee {
            Trainee::Vae(_) => vec![],
            Trainee::Generator(_, codes) => {
                let AllCodes { values, first, second } = all(codes);
                [values, first, second].iter().map(own).collect()
            }
        };
        parameters.chain(codes).chain(self.control.all()).map(tensor).collect()
    }

    /// A step that adds up its losses and changes neither weights nor codes.
    #[cfg(feature = "checks")]
    pub(super) fn probe(&mut self, settings: &StepSettings) -> Result<Probe> {
        self.control.set_rows(&[row(settings, self.batch)]);
        let pass = self.pass(&self.control)?;
        step::add_losses(&pass.nats, &pass.kl, 1.0, &self.control);
        let flat = |gradient: CubeTensor| {
            let count = gradient.shape().num_elements();
            tensor(burn_cubecl::ops::reshape(gradient, [count].into()))
        };
        Ok(Probe {
            posterior: pass.posterior.map(tensor),
            latents: tensor(pass.latents),
            gradients: pass.gradients.into_iter().map(flat).collect(),
        })
    }
}

/// What a forward and backward pass leaves.
struct Pass {
    #[cfg(feature = "checks")]
    posterior: Option<CubeTensor>,
    #[cfg(feature = "checks")]
    latents: CubeTensor,
    nats: CubeTensor,
    kl: CubeTensor,
    /// What flows back to the codes of a model without an encoder.
    to_codes: Option<CubeTensor>,
    #[cfg(feature = "checks")]
    gradients: Vec<CubeTensor>,
}

/// What [`StepReplay::probe`] shows of a step.
#[cfg(feature = "checks")]
pub(super) struct Probe {
    /// `[batch, 2 * latent]`, if there is an encoder.
    pub(super) posterior: Option<Tensor<2>>,
    /// `[batch, latent]`.
    pub(super) latents: Tensor<2>,
    /// Of each parameter, flat, in the module's order.
    pub(super) gradients: Vec<Tensor<1>>,
}

/// The codes' own memory.
fn all(codes: &Codes) -> AllCodes {
    let [values, first, second] =
        [&codes.values, &codes.first, &codes.second].map(|rows| primitive(rows.clone()));
    AllCodes { values, first, second }
}

/// Free bits are a floor for a posterior's KL. Codes have none.
fn free_bits(config: &VaeConfig) -> f64 {
    if config.encoder.is_some() { config.free_bits } else { 0.0 }
}

fn row(settings: &StepSettings, batch: usize) -> Row {
    let StepSettings { step, start, seed, sampled, beta, rate, .. } = *settings;
    let (rate, scale) = Adam::corrected(rate, step + 1);
    let (code_rate, code_scale) = Adam::corrected(settings.rate * RATE_FACTOR, settings.epoch + 1);
    let noise = if sampled { 1.0 } else { 0.0 };
    let binarised = settings.binarised_of(batch);
    Row { start, binarised, seed, noise, beta, rate, scale, code_rate, code_scale }
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

/// Gives the parameters their places among all parameters.
struct Moved<'a> {
    parameters: &'a Parameters,
    next: usize,
}

impl ModuleMapper for Moved<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, value, mapper) = param.consume();
        let place = self.parameters.value(self.next, value.dims());
        self.next += 1;
        Param::from_mapped_value(id, tensor::<D>(place).autodiff().require_grad(), mapper)
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
