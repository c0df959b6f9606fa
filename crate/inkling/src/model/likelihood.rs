use burn::tensor::Tensor;
use burn::tensor::activation::sigmoid;

use super::Likelihood;
use crate::PIXELS;
use crate::kernels::constants::{PIXEL_LOGVAR_MAX, PIXEL_LOGVAR_MIN};
use crate::kernels::likelihood as kernels;

impl Likelihood {
    /// Minus the log-likelihood of each pixel in nats, `[batch, 784]`, from the decoder's
    /// `[batch, 784 * outputs_per_pixel]` and the images `[batch, 784]`.
    pub(super) fn nats(&self, outputs: Tensor<2>, images: Tensor<2>) -> Tensor<2> {
        match *self {
            // -x log s(l) - (1 - x) log(1 - s(l)), without ever taking the log of 0.
            Likelihood::Bernoulli => softplus(outputs.clone()) - images * outputs,
            Likelihood::Gaussian { variance } => {
                (images - sigmoid(outputs)).square() / (2.0 * variance)
            }
            Likelihood::GaussianLearned => {
                let (mean, logvar) = split(outputs);
                let error = (images - sigmoid(mean)).square() * (-logvar.clone()).exp();
                (error + logvar + (2.0 * std::f64::consts::PI).ln()) * 0.5
            }
        }
    }
}

impl Likelihood {
    /// As the kernels know it.
    pub(crate) fn of_kernels(&self) -> kernels::Likelihood {
        match *self {
            Likelihood::Bernoulli => kernels::Likelihood::Bernoulli,
            Likelihood::Gaussian { variance } => {
                kernels::Likelihood::Gaussian { variance: variance as f32 }
            }
            Likelihood::GaussianLearned => kernels::Likelihood::GaussianLearned,
        }
    }
}

/// The same on single numbers, for what has been read back from the device.
impl Likelihood {
    /// Minus the log-likelihood in nats of a pixel of the grey level `grey`, 0 to 1, given the
    /// decoder's first number for it, and its log-variance if that is learned.
    pub(crate) fn nats_of(&self, output: f64, logvar: f64, grey: f64) -> f64 {
        let error = || (grey - sigmoid_of(output)).powi(2);
        match *self {
            Likelihood::Bernoulli => softplus_of(output) - grey * output,
            Likelihood::Gaussian { variance } => error() / (2.0 * variance),
            Likelihood::GaussianLearned => {
                (error() * (-logvar).exp() + logvar + (2.0 * std::f64::consts::PI).ln()) * 0.5
            }
        }
    }
}

impl Likelihood {
    /// [`nats_of`](Self::nats_of) each pixel, from the decoder's numbers for an image and its grey
    /// levels. Log-variances that are learned must be within their [bounds](pixel_logvar_of).
    pub(crate) fn nats_of_image(&self, outputs: &[f32], pixels: &[u8]) -> Vec<f64> {
        let nats = |i: usize| {
            let logvar = outputs.get(PIXELS + i).map_or(0.0, |&x| f64::from(x));
            self.nats_of(f64::from(outputs[i]), logvar, f64::from(pixels[i]) / 255.0)
        };
        (0..pixels.len().min(outputs.len())).map(nats).collect()
    }
}

/// Bounds the log-variances, if there are any, in a decoder's numbers for an image.
pub(crate) fn bound_logvars(outputs: &mut [f32]) {
    for raw in outputs.iter_mut().skip(PIXELS) {
        *raw = pixel_logvar_of(f64::from(*raw)) as f32;
    }
}

/// A learned log-variance within its soft bounds, from the decoder's second number for a pixel.
fn pixel_logvar_of(raw: f64) -> f64 {
    let logvar = softplus_of(raw - PIXEL_LOGVAR_MIN) + PIXEL_LOGVAR_MIN;
    PIXEL_LOGVAR_MAX - softplus_of(PIXEL_LOGVAR_MAX - logvar)
}

/// A pixel's mean, from the decoder's first number for it.
pub(crate) fn sigmoid_of(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn softplus_of(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Pre-sigmoid means and bounded log-variances.
fn split(outputs: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let mean = outputs.clone().narrow(1, 0, PIXELS);
    let raw = outputs.narrow(1, PIXELS, PIXELS);
    // Soft bounds, so that the gradient never vanishes (Chua et al. 2018, appendix A.1).
    let logvar = softplus(raw - PIXEL_LOGVAR_MIN) + PIXEL_LOGVAR_MIN;
    let logvar = -softplus(-logvar + PIXEL_LOGVAR_MAX) + PIXEL_LOGVAR_MAX;
    (mean, logvar)
}

/// log(1 + e^x) without overflow: (x + |x|) / 2 + log(1 + e^-|x|). With max(x, 0) instead of (x +
/// |x|) / 2 the gradient at 0 would be 0, not 1/2.
pub(super) fn softplus(x: Tensor<2>) -> Tensor<2> {
    let size = x.clone().abs();
    (x + size.clone()) * 0.5 + (-size).exp().log1p()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{cpu, read};
    use burn::tensor::TensorData;
    use futures_lite::future::block_on;

    #[test]
    fn softplus_and_its_gradient() {
        let x = vec![-1e6f32, -100.0, -3.0, -1e-3, 0.0, 1e-3, 3.0, 100.0, 1e6];
        let data = TensorData::new(x.clone(), [1, x.len()]);
        let leaf = Tensor::<2>::from_data(data, &cpu()).autodiff().require_grad();
        let y = softplus(leaf.clone());
        let gradient = leaf.grad(&y.clone().sum().backward()).expect("tracked");
        let (y, gradient) = (block_on(read(y.without_autodiff())), block_on(read(gradient)));
        for ((x, y), gradient) in x.iter().zip(y.expect("read")).zip(gradient.expect("read")) {
            let x = f64::from(*x);
            let expected = x.max(0.0) + (-x.abs()).exp().ln_1p();
            assert!((f64::from(y) - expected).abs() <= 1e-6 * expected.max(1.0), "{x}: {y}");
            let slope = 1.0 / (1.0 + (-x).exp());
            assert!((f64::from(gradient) - slope).abs() < 1e-6, "{x}: gradient {gradient}");
        }
    }
}
