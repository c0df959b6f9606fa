use burn::module::Module;
use burn::tensor::Tensor;

use super::codes::{Codes, CodesStepper};
#[cfg(feature = "cpu")]
use super::graph::GraphStepper;
#[cfg(feature = "webgpu")]
use super::replay::StepReplay;
use super::step::{Start, StepSettings};
use crate::Result;
use crate::device::Kind;
use crate::model::{Generator, Model, Vae, VaeConfig, weights};

/// What is trained. It is on an autodiff device.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a program has only a few of them")]
pub(crate) enum Trainee {
    /// A model with an encoder.
    Vae(Vae),
    /// A model without, and the codes of its training images.
    Generator(Generator, Codes),
}

/// How training steps are computed. It holds the model and the optimiser's state.
#[derive(Debug)]
pub(crate) enum Stepper {
    /// By Burn's graph: the CPU device.
    #[cfg(feature = "cpu")]
    Graph(Box<GraphStepper>),
    /// By replaying a recorded step: the WebGPU device.
    #[cfg(feature = "webgpu")]
    Replay(Box<StepReplay>),
    /// By Burn's graph, for a model without an encoder.
    Codes(Box<CodesStepper>),
}

macro_rules! each {
    ($self:ident, $stepper:ident => $call:expr) => {
        match $self {
            #[cfg(feature = "cpu")]
            Stepper::Graph($stepper) => $call,
            #[cfg(feature = "webgpu")]
            Stepper::Replay($stepper) => $call,
            Stepper::Codes($stepper) => $call,
        }
    };
}

impl Stepper {
    /// The stepper for this model on the device that holds the images.
    pub(crate) fn new(trainee: Trainee, start: Start) -> Self {
        match (trainee, Kind::of(&start.images.device())) {
            (Trainee::Generator(model, codes), _) => {
                Stepper::Codes(Box::new(CodesStepper::new(model, codes, start)))
            }
            #[cfg(feature = "cpu")]
            (Trainee::Vae(model), Kind::Cpu) => {
                Stepper::Graph(Box::new(GraphStepper::new(model, start)))
            }
            #[cfg(feature = "webgpu")]
            (Trainee::Vae(model), Kind::WebGpu) => {
                Stepper::Replay(Box::new(StepReplay::new(model, start)))
            }
        }
    }

    /// Has the device compile what a step needs, if it compiles anything. Changes nothing and does
    /// not wait.
    pub(crate) fn prepare(&mut self) -> Result<()> {
        match self {
            #[cfg(feature = "webgpu")]
            Stepper::Replay(replay) => replay.prepare(),
            _ => Ok(()),
        }
    }

    /// Replaces the order in which images are taken. It must be as long as the one before.
    pub(crate) fn set_order(&mut self, order: Vec<i32>) {
        each!(self, stepper => stepper.set_order(order))
    }

    /// Queues a step for each of `settings` and does not wait for them.
    pub(crate) fn run(&mut self, settings: &[StepSettings]) -> Result<()> {
        each!(self, stepper => stepper.run(settings))
    }

    /// Sums of loss, reconstruction and KL since [`clear_sums`](Self::clear_sums), in one tensor or
    /// in three; none before the first step.
    pub(crate) fn sums(&self) -> Vec<Tensor<1>> {
        each!(self, stepper => stepper.sums())
    }

    /// Sets the sums to 0.
    pub(crate) fn clear_sums(&mut self) {
        each!(self, stepper => stepper.clear_sums())
    }

    /// The model's configuration.
    pub(crate) fn config(&self) -> &VaeConfig {
        each!(self, stepper => &stepper.model.config)
    }

    /// Changes settings that may change between two steps: the weight of the KL, its warm-up, the
    /// free bits.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut VaeConfig)) {
        each!(self, stepper => change(&mut stepper.model.config));
    }

    /// The model as it is now, for inference.
    pub(crate) fn model(&self) -> Model {
        each!(self, stepper => stepper.model.valid().into())
    }

    /// The model's weights as they are now: names, shapes and flattened tensors.
    pub(crate) fn weights(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        each!(self, stepper => weights::collect(&stepper.model))
    }

    /// The codes of a model without an encoder.
    pub(crate) fn codes(&self) -> Option<&Codes> {
        match self {
            Stepper::Codes(stepper) => Some(&stepper.codes),
            _ => None,
        }
    }

    /// Adam's moments as they are now, as [`Adam::named`](super::Adam) gives them.
    pub(crate) fn moments(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        each!(self, stepper => stepper.moments())
    }
}
