//! Convolutions against Burn's own.

use burn::module::Param;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::tensor::{Gradients, Tensor};

use super::activation::{ACTIVATIONS, Activation};
use super::compare::{Deviation, Random, compare, flat};
use super::{conv, conv_transpose};
use crate::Result;

/// How many results there are.
#[cfg(test)]
pub(super) const RESULTS: usize = CONV.len() * 8 + FIRST.len() * 4;

/// `[batch, channels in, channels out, side, kernel, stride, padding]`. With a padding of 1 the
/// side halves, doubles or stays. Some have a side that is no multiple of the stride.
const CONV: [[usize; 7]; 15] = [
    [1, 1, 1, 4, 3, 2, 1],
    [3, 1, 5, 28, 3, 2, 1],
    [2, 5, 3, 7, 3, 2, 1],
    [5, 3, 34, 7, 3, 1, 1],
    [2, 33, 2, 14, 4, 2, 1],
    [40, 2, 3, 14, 3, 1, 1],
    // Fewer channels out than in: the CPU device computes such a layer as its transpose.
    [2, 5, 3, 7, 3, 1, 1],
    [2, 9, 2, 14, 3, 1, 1],
    // One or two channels on one side: WebGPU's direct kernels, but for a sum over 257 channels.
    [3, 32, 1, 28, 3, 1, 1],
    [1, 1, 34, 9, 3, 1, 0],
    [40, 1, 3, 28, 3, 1, 1],
    [5, 2, 9, 11, 4, 2, 1],
    [1, 7, 2, 9, 3, 2, 1],
    [2, 11, 1, 13, 4, 1, 2],
    [2, 257, 1, 5, 3, 1, 1],
];

/// Of these, those that are checked as first layers, too.
const FIRST: [[usize; 7]; 3] =
    [[3, 1, 5, 28, 3, 2, 1], [2, 9, 2, 14, 3, 1, 1], [5, 2, 9, 11, 4, 2, 1]];

/// Runs both kinds of convolution and their gradients on random numbers.
pub(super) async fn check_convs(random: &mut Random) -> Result<Vec<Deviation>> {
    let mut found = vec![];
    for (i, shape) in CONV.into_iter().enumerate() {
        let activation = ACTIVATIONS[i % ACTIVATIONS.len()];
        found.extend(check_conv(shape, activation, random).await?);
    }
    for (shape, activation) in FIRST.into_iter().zip(ACTIVATIONS) {
        found.extend(check_first(shape, activation, random).await?);
    }
    Ok(found)
}

/// The same padding on all sides.
pub(super) fn all_around(padding: usize) -> PaddingConfig2d {
    PaddingConfig2d::Explicit(padding, padding, padding, padding)
}

/// A convolution, and a transposed one back.
fn layers(shape: [usize; 7], random: &mut Random) -> (Conv2d, ConvTranspose2d) {
    let [_, inputs, outputs, side, kernel, stride, padding] = shape;
    let down: Conv2d = Conv2dConfig::new([inputs, outputs], [kernel, kernel])
        .with_stride([stride, stride])
        .with_padding(all_around(padding))
        .init(random.device());
    let [.., narrow] = narrow_shape(shape);
    let extra = side + 2 * padding - (narrow - 1) * stride - kernel;
    let up: ConvTranspose2d = ConvTranspose2dConfig::new([outputs, inputs], [kernel, kernel])
        .with_stride([stride, stride])
        .with_padding([padding, padding])
        .with_padding_out([extra, extra])
        .init(random.device());
    let mut param = |shape: [usize; 4]| Param::from_tensor(random.draw(shape).autodiff());
    let weights =
        (param([outputs, inputs, kernel, kernel]), param([outputs, inputs, kernel, kernel]));
    let mut bias = |size: usize| Some(Param::from_tensor(random.draw([size]).autodiff()));
    let down = Conv2d { weight: weights.0, bias: bias(outputs), ..down };
    let up = ConvTranspose2d { weight: weights.1, bias: bias(inputs), ..up };
    (down, up)
}

/// The shape of what the convolution gives.
fn narrow_shape([batch, _, outputs, side, kernel, stride, padding]: [usize; 7]) -> [usize; 4] {
    let narrow = (side + 2 * padding - kernel) / stride + 1;
    [batch, outputs, narrow, narrow]
}

/// A convolution with a residual, and the transposed one back.
async fn check_conv(
    shape: [usize; 7],
    activation: Activation,
    random: &mut Random,
) -> Result<Vec<Deviation>> {
    let [batch, inputs, _, side, ..] = shape;
    let (down, up) = layers(shape, random);
    let input = random.draw([batch, inputs, side, side]);
    let residual = random.draw(narrow_shape(shape));
    let weighing = random.draw([batch, inputs, side, side]);
    let results = |ours: bool| {
        let input = input.clone().autodiff().require_grad();
        let residual = residual.clone().autodiff().require_grad();
        let (between, output) = match ours {
            true => {
                let between = conv(&down, input.clone(), Some(residual.clone()), activation);
                (between.clone(), conv_transpose(&up, between, activation))
            }
            false => {
                let between = activation.burn(down.forward(input.clone()) + residual.clone());
                (between.clone(), activation.burn(up.forward(between)))
            }
        };
        let gradients = (output.clone() * weighing.clone().autodiff()).sum().backward();
        vec![
            flat(Some(between)),
            flat(Some(output)),
            flat(input.grad(&gradients)),
            flat(residual.grad(&gradients)),
            flat(down.weight.val().grad(&gradients)),
            flat(up.weight.val().grad(&gradients)),
            of_bias(&down.bias, &gradients),
            of_bias(&up.bias, &gradients),
        ]
    };
    compare(&format!("convolutions {shape:?} {activation:?}"), results(true), results(false)).await
}

/// The gradients of both as first layers: none flows into what they take, and nothing is added.
async fn check_first(
    shape: [usize; 7],
    activation: Activation,
    random: &mut Random,
) -> Result<Vec<Deviation>> {
    let [batch, inputs, _, side, ..] = shape;
    let (down, up) = layers(shape, random);
    let wide = random.draw([batch, inputs, side, side]).autodiff();
    let narrow = random.draw(narrow_shape(shape)).autodiff();
    let results = |ours: bool| {
        let (x, y) = (wide.clone(), narrow.clone());
        let (to_narrow, to_wide) = match ours {
            true => (conv(&down, x, None, activation), conv_transpose(&up, y, activation)),
            false => (activation.burn(down.forward(x)), activation.burn(up.forward(y))),
        };
        let sum = (to_narrow * narrow.clone()).sum() + (to_wide * wide.clone()).sum();
        let gradients = sum.backward();
        vec![
            flat(down.weight.val().grad(&gradients)),
            flat(up.weight.val().grad(&gradients)),
            of_bias(&down.bias, &gradients),
            of_bias(&up.bias, &gradients),
        ]
    };
    compare(&format!("first layers {shape:?} {activation:?}"), results(true), results(false)).await
}

fn of_bias(bias: &Option<Param<Tensor<1>>>, gradients: &Gradients) -> Option<Tensor<1>> {
    flat(bias.as_ref().and_then(|bias| bias.val().grad(gradients)))
}
