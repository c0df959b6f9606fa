//! Dense layers, forward and backward. What follows a product is done strip by strip, while the
//! numbers are in the cache of the thread that computed them.

use super::activation::{apply, slope};
use super::matmul::{Matrix, Target};
use super::threads::{each, shares, threads};
use crate::kernels::activation::Activation;

/// The least numbers that are worth another thread.
const WORTH: usize = 8192;

/// A layer with its weights `[inputs, outputs]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dense<'a> {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) weight: &'a [f32],
    pub(super) activation: Activation,
}

/// The gradients. The input's only if it was asked for.
pub(super) struct Backward {
    pub(super) input: Option<Vec<f32>>,
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
}

impl Dense<'_> {
    /// `activation(input * weight + bias)` of `[rows, inputs]`, and with `keep` the pre-activation.
    pub(super) fn forward(
        &self,
        input: &[f32],
        bias: &[f32],
        keep: bool,
    ) -> (Vec<f32>, Option<Vec<f32>>) {
        let shape = [input.len() / self.inputs, self.outputs];
        let [rows, _] = shape;
        let input = Matrix::new(input, [rows, self.inputs]);
        let weight = Matrix::new(self.weight, [self.inputs, self.outputs]);
        let mut output = vec![0.0; rows * self.outputs];
        let mut kept = vec![0.0; if keep { output.len() } else { 0 }];
        let strips = Target::new(&mut output, shape).strips(threads());
        let mut kept_strips = match keep {
            true => Target::new(&mut kept, shape).strips(threads()).into_iter().map(Some).collect(),
            false => vec![],
        };
        kept_strips.resize_with(strips.len(), || None);
        let both = strips.into_iter().zip(kept_strips).collect();
        each(both, |(mut strip, mut kept): (Target<'_>, Option<Target<'_>>)| {
            strip.product(input, weight, false);
            let bias = &bias[strip.columns()];
            for i in 0..strip.rows().len() {
                let row = strip.row(i);
                row.iter_mut().zip(bias).for_each(|(x, bias)| *x += bias);
                if let Some(kept) = &mut kept {
                    kept.row(i).copy_from_slice(row);
                }
                apply(self.activation, row);
            }
        });
        (output, keep.then_some(kept))
    }

    /// The gradients, given the output's, which is overwritten. `gate`: see [`Activation::gate`].
    pub(super) fn backward(
        &self,
        input: &[f32],
        gradient: &mut [f32],
        gate: Option<&[f32]>,
        wants_input: bool,
    ) -> Backward {
        let rows = input.len() / self.inputs;
        if let Some(gate) = gate {
            self.gated(gradient, gate);
        }
        let mut to_input = vec![0.0; if wants_input { input.len() } else { 0 }];
        let mut weight = vec![0.0; self.weight.len()];
        let mut bias = vec![0.0; self.outputs];
        let gradient = Matrix::new(gradient, [rows, self.outputs]);
        let input = Matrix::new(input, [rows, self.inputs]).transpose();
        let weight_back = Matrix::new(self.weight, [self.inputs, self.outputs]).transpose();
        let mut parts = vec![Part::Bias(&mut bias)];
        let strips = Target::new(&mut weight, [self.inputs, self.outputs]).strips(threads());
        parts.extend(strips.into_iter().map(Part::Weight));
        if wants_input {
            let strips = Target::new(&mut to_input, [rows, self.inputs]).strips(threads());
            parts.extend(strips.into_iter().map(Part::Input));
        }
        each(parts, |part| match part {
            Part::Bias(sums) => add_rows(sums, gradient.numbers()),
            Part::Weight(mut strip) => strip.product(input, gradient, false),
            Part::Input(mut strip) => strip.product(gradient, weight_back, false),
        });
        Backward { input: wants_input.then_some(to_input), weight, bias }
    }

    /// Multiplies the gradient by the activation's slope.
    fn gated(&self, gradient: &mut [f32], gate: &[f32]) {
        let sizes = shares(gradient.len(), WORTH);
        let mut rest = gradient;
        let mut parts = vec![];
        for range in sizes {
            let (part, others) = rest.split_at_mut(range.len());
            parts.push((part, &gate[range]));
            rest = others;
        }
        each(parts, |(gradient, gate)| slope(self.activation, gate, gradient));
    }
}

enum Part<'a> {
    Bias(&'a mut [f32]),
    Weight(Target<'a>),
    Input(Target<'a>),
}

/// Adds up the rows of a matrix.
fn add_rows(sums: &mut [f32], rows: &[f32]) {
    for row in rows.chunks_exact(sums.len().max(1)) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
}
