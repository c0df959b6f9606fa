//! The codes of images that a model without an encoder was not trained on.

use burn::tensor::Tensor;
#[cfg(feature = "webgpu")]
use burn::tensor::TensorData;

#[cfg(feature = "webgpu")]
use super::adam::Adam;
#[cfg(any(feature = "cpu", feature = "checks"))]
use super::adam::Moments;
use crate::device::Kind;
#[cfg(feature = "webgpu")]
use crate::device::upload::ints;
use crate::device::upload::zeros;
#[cfg(feature = "webgpu")]
use crate::device::webgpu::{int, primitive, tensor};
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::autodiff;
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::codes::{AllCodes, advance};
#[cfg(feature = "webgpu")]
use crate::kernels::webgpu::step::{Control, Row};
#[cfg(any(feature = "cpu", feature = "checks"))]
use crate::model::Elbo;
use crate::model::Generator;

/// Steps and learning rate when the code of a new image is sought.
const STEPS: usize = 30;
const RATE: f64 = 0.3;

/// The codes `[batch, latent]` with which `model` reconstructs the images
/// `[batch, 784]` best: the posterior's mode, sought by Adam from the prior's mean. `model` is not
/// changed.
///
/// What is minimised is the sum over the images, not the mean: an image's code must not depend on
/// the size of the batch.
pub(crate) fn fit(model: &Generator, images: Tensor<2>) -> Tensor<2> {
    match Kind::of_tensor(&images) {
        #[cfg(feature = "cpu")]
        Kind::Cpu => by_graph(model, images),
        #[cfg(feature = "webgpu")]
        Kind::WebGpu => by_kernels(model, images),
    }
}

/// The rate of step `step`, counted from 1.
fn rate_at(step: usize) -> f64 {
    RATE * (1.0 - 0.9 * step as f64 / STEPS as f64)
}

/// By Burn's graph alone.
#[cfg(any(feature = "cpu", feature = "checks"))]
pub(super) fn by_graph(model: &Generator, images: Tensor<2>) -> Tensor<2> {
    let [batch, _] = images.dims();
    let device = images.device();
    let mut codes: Tensor<2> = zeros([batch, model.config().latent], &device);
    let mut moments = Moments::zeros(&codes);
    let beta = model.config().beta;
    for step in 1..=STEPS {
        let leaf = codes.clone().autodiff().require_grad();
        let Elbo { loss, .. } = model.loss(images.clone(), leaf.clone(), beta);
        let mut gradients = (loss * batch as f64).backward();
        let Some(gradient) = leaf.grad_remove(&mut gradients) else {
            break;
        };
        codes = codes + moments.advance(gradient, rate_at(step), step);
    }
    codes
}

/// By the kernels of a training step, so that none has to be compiled for it.
#[cfg(feature = "webgpu")]
fn by_kernels(model: &Generator, images: Tensor<2>) -> Tensor<2> {
    let ([batch, _], device) = (images.dims(), images.device());
    let rows = || primitive(zeros::<2>([batch, model.config().latent], &device));
    let codes = AllCodes { values: rows(), first: rows(), second: rows() };
    let order: Vec<i32> = (0..batch as i32).collect();
    let order = int(ints::<1>(TensorData::new(order, [batch]), &device));
    let likelihood = model.config().likelihood.of_kernels();
    let (images, control) = (primitive(images), Control::new(0.0, &device));
    for step in 1..=STEPS {
        let (code_rate, code_scale) = Adam::corrected(rate_at(step), step);
        let beta = model.config().beta;
        control.set_rows(&[Row { beta, code_rate, code_scale, ..Row::default() }]);
        let leaf = tensor::<2>(codes.values.clone()).autodiff().require_grad();
        let outputs = model.decoder.forward(leaf.clone());
        let nats = autodiff::likelihood(likelihood, outputs, &images, 1.0);
        let Some(gradient) = leaf.grad_remove(&mut nats.backward()) else {
            break;
        };
        advance(&codes, &primitive(gradient), &order, 1.0, &control);
    }
    tensor(codes.values)
}
