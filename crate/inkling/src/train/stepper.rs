use burn::module::Module;
use burn::tensor::Tensor;

use super::codes::Codes;
#[cfg(feature = "cpu")]
use super::codes::CodesStepper;
#[cfg(feature = "cpu")]
use super::graph::GraphStepper;
#[cfg(feature = "webgpu")]
use super::replay::StepReplay;
use super::step::{Start, StepSettings};
use super::trainee::Trainee;
use crate::Result;
use crate::device::Kind;
#[cfg(feature = "cpu")]
use crate::model::weights;
use crate::model::{Model, VaeConfig};

/// How training steps are computed. It holds the model and the optimiser's state.
#[derive(Debug)]
pub(crate) enum Stepper {
    /// By Burn's graph: a model with an encoder on the CPU device.
    #[cfg(feature = "cpu")]
    Graph(Box<GraphStepper>),
    /// By Burn's graph: a model without an encoder on the CPU device.
    #[cfg(feature = "cpu")]
    Codes(Box<CodesStepper>),
    /// By replaying a recorded step: the WebGPU device.
    #[cfg(feature = "webgpu")]
    Replay(Box<StepReplay>),
}

macro_rules! each {
    ($self:ident, $stepper:ident => $call:expr) => {
        match $self {
            #[cfg(feature = "cpu")]
            Stepper::Graph($stepper) => $call,
            #[cfg(feature = "cpu")]
            Stepper::Codes($stepper) => $call,
            #[cfg(feature = "webgpu")]
            Stepper::Replay($stepper) => $call,
        }
    };
}

impl Stepper {
    /// The stepper for this model on the device that holds the images.
    pub(crate) fn new(trainee: Trainee, start: Start) -> Self {
        match Kind::of(&start.images.device()) {
            #[cfg(feature = "cpu")]
            Kind::Cpu => match trainee {
                Trainee::Vae(model) => Stepper::Graph(Box::new(GraphStepper::new(model, start))),
                Trainee::Generator(model, codes) => {
                    Stepper::Codes(Box::new(CodesStepper::new(model, codes, start)))
                }
            },
            #[cfg(feature = "webgpu")]
            Kind::WebGpu => Stepper::Replay(Box::new(StepReplay::new(trainee, start))),
        }
    }

    /// Has the device compile what a step needs, if it compiles anything. Changes nothing and does
    /// not wait.
    pub(crate) fn prepare(&mut self) -> Result<()> {
        match self {
            #[cfg(feature = "webgpu")]
            Stepper::Replay(replay) => replay.prepare(),
            #[cfg(feature = "cpu")]
            Stepper::Graph(_) | Stepper::Codes(_) => Ok(()),
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
        match self {
            #[cfg(feature = "cpu")]
            Stepper::Graph(stepper) => &stepper.model.config,
            #[cfg(feature = "cpu")]
            Stepper::Codes(stepper) => &stepper.model.config,
            #[cfg(feature = "webgpu")]
            Stepper::Replay(stepper) => stepper.trainee.config(),
        }
    }

    /// Changes settings that may change between two steps: the weight of the KL, its warm-up, the
    /// free bits.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut VaeConfig)) {
        match self {
            #[cfg(feature = "cpu")]
            Stepper::Graph(stepper) => change(&mut stepper.model.config),
            #[cfg(feature = "cpu")]
            Stepper::Codes(stepper) => change(&mut stepper.model.config),
            #[cfg(feature = "webgpu")]
            Stepper::Replay(stepper) => match &mut stepper.trainee {
                Trainee::Vae(model) => change(&mut model.config),
                Trainee::Generator(model, _) => change(&mut model.config),
            },
        }
    }

    /// The model as it is now, for inference.
    pub(crate) fn model(&self) -> Model {
        match self {
            #[cfg(feature = "cpu")]
            Stepper::Graph(stepper) => stepper.model.valid().into(),
            #[cfg(feature = "cpu")]
            Stepper::Codes(stepper) => stepper.model.valid().into(),
            #[cfg(feature = "webgpu")]
            Stepper::Replay(stepper) => match &stepper.trainee {
                Trainee::Vae(model) => model.valid().into(),
                Trainee::Generator(model, _) => model.valid().into(),
            },
        }
    }

    /// The model's weights as they are now: names, shapes and flattened tensors.
    pub(crate) fn weights(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        match self {
            #[cfg(feature = "cpu")]
            Stepper::Graph(stepper) => weights::collect(&*stepper.model),
            #[cfg(feature = "cpu")]
            Stepper::Codes(stepper) => weights::collect(&*stepper.model),
            #[cfg(feature = "webgpu")]
            Stepper::Replay(stepper) => stepper.trainee.weights(),
        }
    }

    /// The codes of a model without an encoder.
    pub(crate) fn codes(&self) -> Option<&Codes> {
        match self {
            #[cfg(feature = "cpu")]
            Stepper::Graph(_) => None,
            #[cfg(feature = "cpu")]
            Stepper::Codes(stepper) => Some(&stepper.codes),
            #[cfg(feature = "webgpu")]
            Stepper::Replay(stepper) => match &stepper.trainee {
                Trainee::Vae(_) => None,
                Trainee::Generator(_, codes) => Some(codes),
            },
        }
    }

    /// Adam's moments as they are now, as [`Adam::named`](super::Adam) gives them.
    pub(crate) fn moments(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        each!(self, stepper => stepper.moments())
    }
}
