//! The kernels against Burn's own operations.

use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{Linear, PaddingConfig2d};
#[cfg(feature = "webgpu")]
use burn::tensor::Int;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::activation::Activation;
#[cfg(feature = "webgpu")]
use super::webgpu::gather::one_hot;
#[cfg(feature = "webgpu")]
use super::webgpu::noise;
#[cfg(feature = "webgpu")]
use super::webgpu::step::{Control, Row};
use super::{append, columns, conv, conv_transpose, dense, gram};
#[cfg(feature = "webgpu")]
use crate::Error;
use crate::Result;
#[cfg(feature = "webgpu")]
use crate::device::Kind;
use crate::device::read_flat;
#[cfg(feature = "webgpu")]
use crate::device::webgpu::{int, primitive, tensor};

const ACTIVATIONS: [Activation; 3] = [Activation::None, Activation::Relu, Activation::Silu];

/// `[batch, inputs, outputs]`: single numbers, odd sizes around the tile's 32, the classic
/// network's layers, and sums long enough to be split.
const DENSE: [[usize; 3]; 7] = [
    [1, 1, 1],
    [5, 7, 3],
    [33, 31, 65],
    [100, 20, 33],
    [64, 784, 40],
    [16, 40, 784],
    [9, 1100, 17],
];

/// `[batch, channels in, channels out, side, kernel, stride]`, with padding that halves, doubles or
/// keeps the side. One has a side that is no multiple of the stride.
const CONV: [[usize; 6]; 9] = [
    [1, 1, 1, 4, 3, 2],
    [3, 1, 5, 28, 3, 2],
    [2, 5, 3, 7, 3, 2],
    [5, 3, 34, 7, 3, 1],
    [2, 33, 2, 14, 4, 2],
    [40, 2, 3, 14, 3, 1],
    // Fewer channels out than in: the CPU device computes such a layer as its transpose.
    [2, 5, 3, 7, 3, 1],
    [2, 9, 2, 14, 3, 1],
    [3, 32, 1, 28, 3, 1],
];

/// `[rows, left columns, right columns]`.
const COLUMNS: [[usize; 3]; 3] = [[1, 1, 1], [5, 784, 10], [130, 20, 64]];

/// How far a result lies from Burn's.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// Operation, sizes and which result.
    pub name: String,
    /// The largest difference, relative to the largest number.
    pub relative: f64,
}

/// Runs [`dense`], [`conv`], [`conv_transpose`] and their gradients on random numbers, and Burn's
/// own operations beside them; then each layer on NaN, which it must hand on.
pub async fn check(device: &Device) -> Result<Vec<Deviation>> {
    let mut random = Random(ChaCha8Rng::seed_from_u64(7), device.clone());
    let mut found = vec![];
    for activation in ACTIVATIONS {
        for shape in DENSE {
            found.extend(check_dense(shape, activation, &mut random).await?);
        }
    }
    for (i, shape) in CONV.into_iter().enumerate() {
        let activation = ACTIVATIONS[i % ACTIVATIONS.len()];
        found.extend(check_conv(shape, activation, &mut random).await?);
    }
    for activation in ACTIVATIONS {
        found.extend(check_nan(activation, &mut random).await?);
    }
    for shape in COLUMNS {
        found.extend(check_columns(shape, &mut random).await?);
    }
    #[cfg(feature = "webgpu")]
    if Kind::of(device) == Kind::WebGpu {
        found.extend(check_noise(device).await?);
        found.extend(check_one_hot(device).await?);
    }
    Ok(found)
}

/// Tensors of random numbers.
struct Random(ChaCha8Rng, Device);

impl Random {
    fn draw<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<D> {
        let count = shape.iter().product::<usize>();
        let numbers: Vec<f32> = (0..count).map(|_| self.0.random_range(-1.0..1.0)).collect();
        Tensor::from_data(TensorData::new(numbers, shape), &self.1)
    }
}

async fn check_dense(
    shape: [usize; 3],
    activation: Activation,
    random: &mut Random,
) -> Result<Vec<Deviation>> {
    let [batch, inputs, outputs] = shape;
    let input = random.draw([batch, inputs]);
    let (weight, bias) = (random.draw([inputs, outputs]), random.draw([outputs]));
    let weighing = random.draw([batch, outputs]);
    let layer = Linear {
        weight: Param::from_tensor(weight.autodiff()),
        bias: Some(Param::from_tensor(bias.autodiff())),
    };
    let results = |ours: bool| {
        let input = input.clone().autodiff().require_grad();
        let output = match ours {
            true => dense(&layer, input.clone(), activation),
            false => activation.burn(layer.forward(input.clone())),
        };
        let gradients = (output.clone() * weighing.clone().autodiff()).sum().backward();
        let bias = layer.bias.as_ref().and_then(|bias| bias.val().grad(&gradients));
        vec![
            flat(Some(output)),
            flat(input.grad(&gradients)),
            flat(layer.weight.val().grad(&gradients)),
            flat(bias),
        ]
    };
    compare(&format!("dense {shape:?} {activation:?}"), results(true), results(false)).await
}

/// A convolution with a residual, and the transposed one back.
async fn check_conv(
    shape: [usize; 6],
    activation: Activation,
    random: &mut Random,
) -> Result<Vec<Deviation>> {
    let [batch, inputs, outputs, side, kernel, stride] = shape;
    let down: Conv2d = Conv2dConfig::new([inputs, outputs], [kernel, kernel])
        .with_stride([stride, stride])
        .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
        .init(&random.1);
    let narrow = (side + 2 - kernel) / stride + 1;
    let extra = side + 2 - (narrow - 1) * stride - kernel;
    let up: ConvTranspose2d = ConvTranspose2dConfig::new([outputs, inputs], [kernel, kernel])
        .with_stride([stride, stride])
        .with_padding([1, 1])
        .with_padding_out([extra, extra])
        .init(&random.1);
    let mut param = |shape: [usize; 4]| Param::from_tensor(random.draw(shape).autodiff());
    let weights =
        (param([outputs, inputs, kernel, kernel]), param([outputs, inputs, kernel, kernel]));
    let mut bias = |size: usize| Some(Param::from_tensor(random.draw([size]).autodiff()));
    let down = Conv2d { weight: weights.0, bias: bias(outputs), ..down };
    let up = ConvTranspose2d { weight: weights.1, bias: bias(inputs), ..up };
    let input = random.draw([batch, inputs, side, side]);
    let residual = random.draw([batch, outputs, narrow, narrow]);
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
        let bias = |bias: &Option<Param<Tensor<1>>>| {
            flat(bias.as_ref().and_then(|bias| bias.val().grad(&gradients)))
        };
        vec![
            flat(Some(between)),
            flat(Some(output)),
            flat(input.grad(&gradients)),
            flat(residual.grad(&gradients)),
            flat(down.weight.val().grad(&gradients)),
            flat(up.weight.val().grad(&gradients)),
            bias(&down.bias),
            bias(&up.bias),
        ]
    };
    compare(&format!("convolutions {shape:?} {activation:?}"), results(true), results(false)).await
}

/// Each layer on two images, the first of which is NaN: the share of that image's results that are
/// numbers, and the share of the other's that are none. A layer that hides NaN would hide that
/// training has diverged.
async fn check_nan(activation: Activation, random: &mut Random) -> Result<Vec<Deviation>> {
    let weight = Param::from_tensor(random.draw([3 * 7 * 7, 33]));
    let linear = Linear { weight, bias: Some(Param::from_tensor(random.draw([33]))) };
    let down =
        Conv2dConfig::new([3, 5], [3, 3]).with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1));
    let up = ConvTranspose2dConfig::new([3, 5], [4, 4]).with_stride([2, 2]).with_padding([1, 1]);
    let (down, up) = (down.init(&random.1), up.init(&random.1));
    let nan = Tensor::<4>::full([1, 3, 7, 7], f32::NAN, &random.1);
    let images = Tensor::cat(vec![nan, random.draw([1, 3, 7, 7])], 0);
    let rows = images.clone().reshape([2, 3 * 7 * 7]);
    let results = vec![
        ("dense", flat(Some(dense(&linear, rows, activation)))),
        ("conv", flat(Some(conv(&down, images.clone(), None, activation)))),
        ("conv_transpose", flat(Some(conv_transpose(&up, images, activation)))),
    ];
    let mut found = vec![];
    for (name, result) in results {
        let numbers = read_flat(result.into_iter().collect()).await?.concat();
        let (spoilt, sound) = numbers.split_at(numbers.len() / 2);
        let wrong = spoilt.iter().filter(|x| !x.is_nan()).count();
        let wrong = wrong + sound.iter().filter(|x| x.is_nan()).count();
        let relative = wrong as f64 / numbers.len() as f64;
        found.push(Deviation { name: format!("{name} of NaN, {activation:?}"), relative });
    }
    Ok(found)
}

/// Columns side by side with the left ones' gradient, some columns of many, and products of columns
/// with each other and their sums.
async fn check_columns(shape: [usize; 3], random: &mut Random) -> Result<Vec<Deviation>> {
    let [rows, left, right] = shape;
    let (a, b) = (random.draw([rows, left]), random.draw::<2>([rows, right]));
    let weighing = random.draw::<2>([rows, left + right]);
    let results = |ours: bool| {
        let a = a.clone().autodiff().require_grad();
        let both = match ours {
            true => append(a.clone(), b.clone()),
            false => Tensor::cat(vec![a.clone(), b.clone().autodiff()], 1),
        };
        let gradients = (both.clone() * weighing.clone().autodiff()).sum().backward();
        let both = both.without_autodiff();
        let some = match ours {
            true => columns(both.clone(), left - 1, right),
            false => both.clone().narrow(1, left - 1, right),
        };
        let (products, sums) = match ours {
            true => gram(b.clone()),
            false => (b.clone().transpose().matmul(b.clone()), b.clone().sum_dim(0).flatten(0, 1)),
        };
        // What is not tracked stays so, and is the same.
        let plain = match ours {
            true => append(weighing.clone(), b.clone()),
            false => Tensor::cat(vec![weighing.clone(), b.clone()], 1),
        };
        vec![
            flat(Some(both)),
            flat(a.grad(&gradients)),
            flat(Some(some)),
            flat(Some(products)),
            flat(Some(sums)),
            flat(Some(plain)),
        ]
    };
    compare(&format!("columns {shape:?}"), results(true), results(false)).await
}

/// A batch's labels as weights, of a few classes and of many: labels below 0 and beyond the last
/// class have none.
#[cfg(feature = "webgpu")]
async fn check_one_hot(device: &Device) -> Result<Vec<Deviation>> {
    let upload = |numbers: &[i32]| {
        let data = TensorData::new(numbers.to_vec(), [numbers.len()]);
        int(Tensor::<1, Int>::from_data(data, device))
    };
    let labels = [3, 0, 9, 63, -1, 7, 64];
    let order = [6, 5, 4, 3, 2, 1, 0, 2];
    let mut found = vec![];
    for classes in [1, 10, 64] {
        let control = Control::new(0.0, device);
        control.set_rows(&[Row { start: 2, ..Row::default() }]);
        for (start, control) in [(0, None), (2, Some(&control))] {
            let batch = order.len() - start;
            let (labels_there, order_there) = (upload(&labels), upload(&order));
            let weights = one_hot(&labels_there, &order_there, [batch, classes], control);
            let wanted = order[start..].iter().flat_map(|&image| {
                let weight = move |class| f32::from(labels[image as usize] == class as i32);
                (0..classes).map(weight)
            });
            let wanted: Vec<f32> = wanted.collect();
            let weights = read_flat(flat(Some(tensor::<2>(weights))).into_iter().collect()).await?;
            let name = format!("labels of {classes} classes from {start} on");
            found.push(Deviation { name, relative: difference(&weights.concat(), &wanted) });
        }
    }
    Ok(found)
}

/// The parts of the noise that a device's mathematics can spoil: how far angles leave -pi..=pi, and
/// the radius where a device's log of 1 is a little above 0.
#[cfg(feature = "webgpu")]
async fn check_noise(device: &Device) -> Result<Vec<Deviation>> {
    let upload = |numbers: Vec<f32>| {
        let count = numbers.len();
        primitive(Tensor::<1>::from_data(TensorData::new(numbers, [count]), device))
    };
    let turns = upload((0..=1000).map(|i| i as f32 / 1000.0).collect());
    let radii = noise::radii(&upload(vec![1e-6, 0.0, -0.5]));
    let found = read_flat(vec![tensor(noise::angles(&turns)), tensor(radii)]).await?;
    let (Some(angles), Some(radii)) = (found.first(), found.get(1)) else {
        return Err(Error::Device("the noise came back in another shape".into()));
    };
    let widest = angles.iter().fold(0f32, |widest, angle| widest.max(angle.abs()));
    let beyond = f64::from(widest - std::f32::consts::PI).max(0.0);
    let expected = [0.0, 0.0, 1.0];
    Ok(vec![
        Deviation { name: "noise, angle".into(), relative: beyond },
        Deviation { name: "noise, radius".into(), relative: difference(radii, &expected) },
    ])
}

/// The numbers as a flat tensor without a graph.
pub(crate) fn flat<const D: usize>(tensor: Option<Tensor<D>>) -> Option<Tensor<1>> {
    tensor.map(|tensor| {
        let count = tensor.dims().iter().product::<usize>();
        tensor.without_autodiff().reshape([count])
    })
}

/// Compares results with Burn's, in the same order. One that only one side has counts as NaN.
pub(crate) async fn compare(
    what: &str,
    ours: Vec<Option<Tensor<1>>>,
    burns: Vec<Option<Tensor<1>>>,
) -> Result<Vec<Deviation>> {
    let mut found = vec![];
    for (i, pair) in ours.into_iter().zip(burns).enumerate() {
        let relative = match pair {
            (Some(ours), Some(burns)) => {
                let (ours, burns) = (read_flat(vec![ours]).await?, read_flat(vec![burns]).await?);
                difference(&ours[0], &burns[0])
            }
            (None, None) => 0.0,
            _ => f64::NAN,
        };
        found.push(Deviation { name: format!("{what}, result {i}"), relative });
    }
    Ok(found)
}

/// The largest difference, relative to the largest number.
fn difference(ours: &[f32], burns: &[f32]) -> f64 {
    if ours.len() != burns.len() {
        return f64::NAN;
    }
    let largest = burns.iter().fold(1e-6f32, |m, x| m.max(x.abs()));
    let differences = ours.iter().zip(burns).map(|(a, b)| f64::from((a - b).abs()));
    // Once the worst difference is NaN it stays NaN: NaN must not hide in a comparison.
    let worst = differences.fold(0.0, |worst: f64, difference| match worst.is_nan() {
        false if difference <= worst => worst,
        false => difference,
        true => worst,
    });
    worst / f64::from(largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_device_agrees_with_burns_operations() {
        let device = crate::device::cpu();
        let found = futures_lite::future::block_on(check(&device)).expect("computes");
        let (dense, conv, nan) = (ACTIVATIONS.len() * DENSE.len() * 4, CONV.len() * 8, 9);
        assert_eq!(found.len(), dense + conv + nan + COLUMNS.len() * 6);
        for Deviation { name, relative } in found {
            assert!(relative < 1e-4, "{name}: {relative}");
        }
    }

    #[test]
    fn a_difference_is_seen_wherever_it_is() {
        assert_eq!(difference(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
        assert_eq!(difference(&[1.0, 2.5], &[1.0, 2.0]), 0.25);
        assert!(difference(&[f32::NAN, 2.0], &[1.0, 2.0]).is_nan());
        assert!(difference(&[1.0], &[1.0, 2.0]).is_nan());
    }
}
