#[cfg(feature = "webgpu")]
use burn::module::{Module, ModuleMapper, ModuleVisitor};
#[cfg(feature = "webgpu")]
use burn::tensor::Tensor;

#[cfg(feature = "webgpu")]
use super::adam::Adam;
use super::codes::Codes;
use crate::model::{Generator, Vae};
#[cfg(feature = "webgpu")]
use crate::model::{VaeConfig, weights};

/// What is trained. It is on an autodiff device.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "a program has only a few of them")]
pub(crate) enum Trainee {
    /// A model with an encoder.
    Vae(Vae),
    /// A model without, and the codes of its training images.
    Generator(Generator, Codes),
}

#[cfg(feature = "webgpu")]
impl Trainee {
    /// The model's configuration.
    pub(super) fn config(&self) -> &VaeConfig {
        match self {
            Trainee::Vae(model) => &model.config,
            Trainee::Generator(model, _) => &model.config,
        }
    }

    /// Shows `visitor` the parameters of the model.
    pub(super) fn visit(&self, visitor: &mut impl ModuleVisitor) {
        match self {
            Trainee::Vae(model) => model.visit(visitor),
            Trainee::Generator(model, _) => model.visit(visitor),
        }
    }

    /// The same with the model's parameters as `mapper` gives them.
    pub(super) fn map(self, mapper: &mut impl ModuleMapper) -> Self {
        match self {
            Trainee::Vae(model) => Trainee::Vae(model.map(mapper)),
            Trainee::Generator(model, codes) => Trainee::Generator(model.map(mapper), codes),
        }
    }

    /// Both moments of every parameter: see [`Adam::flat`].
    pub(super) fn moments(&self, adam: &Adam) -> Vec<Option<[Tensor<1>; 2]>> {
        match self {
            Trainee::Vae(model) => adam.flat(model),
            Trainee::Generator(model, _) => adam.flat(model),
        }
    }

    /// The model's weights: names, shapes and flattened tensors.
    pub(super) fn weights(&self) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        match self {
            Trainee::Vae(model) => weights::collect(model),
            Trainee::Generator(model, _) => weights::collect(model),
        }
    }
}
