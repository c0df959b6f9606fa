//! The kernels against Burn's own operations.

use burn::module::Param;
use burn::nn::Linear;
use burn::nn::conv::{Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::tensor::{Device, Tensor};
#[cfg(feature = "webgpu")]
use burn::tensor::{Int, TensorData};

use super::activation::{ACTIVATIONS, Activation};
use super::check_conv::{all_around, check_convs};
#[cfg(feature = "webgpu")]
use super::compare::difference;
use super::compare::{Deviation, Random, compare, flat};
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

/// `[rows, left columns, right columns]`.
const COLUMNS: [[usize; 3]; 3] = [[1, 1, 1], [5, 784, 10], [130, 20, 64]];

/// Runs [`dense`], [`conv`], [`conv_transpose`] and their gradients on random numbers, and Burn's
/// own operations beside them; then each layer on NaN, which it must hand on.
pub async fn check(device: &Device) -> Result<Vec<Deviation>> {
    let mut random = Random::new(7, device);
    let mut found = vec![];
    for activation in ACTIVATIONS {
        for shape in DENSE {
            found.extend(check_dense(shape, activation, &mut random).await?);
        }
    }
    found.extend(check_convs(&mut random).await?);
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

/// Each layer on two images, the first of which is NaN: the share of that image's results that are
/// numbers, and the share of the other's that are none. A layer that hides NaN would hide that
/// training has diverged.
async fn check_nan(activation: Activation, random: &mut Random) -> Result<Vec<Deviation>> {
    let weight = Param::from_tensor(random.draw([3 * 7 * 7, 33]));
    let linear = Linear { weight, bias: Some(Param::from_tensor(random.draw([33]))) };
    let same = |from, to| {
        Conv2dConfig::new([from, to], [3, 3]).with_padding(all_around(1)).init(random.device())
    };
    let (down, to_one, from_one) = (same(3, 5), same(3, 1), same(1, 3));
    let up = ConvTranspose2dConfig::new([3, 5], [4, 4]).with_stride([2, 2]).with_padding([1, 1]);
    let up: ConvTranspose2d = up.init(random.device());
    let nan = Tensor::<4>::full([1, 3, 7, 7], f32::NAN, random.device());
    let images = Tensor::cat(vec![nan, random.draw([1, 3, 7, 7])], 0);
    let rows = images.clone().reshape([2, 3 * 7 * 7]);
    let grey = images.clone().narrow(1, 0, 1);
    let results = vec![
        ("dense", flat(Some(dense(&linear, rows, activation)))),
        ("conv", flat(Some(conv(&down, images.clone(), None, activation)))),
        ("conv to one channel", flat(Some(conv(&to_one, images.clone(), None, activation)))),
        ("conv of one channel", flat(Some(conv(&from_one, grey, None, activation)))),
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

#[cfg(test)]
mod tests {
    use super::super::check_conv;
    use super::*;

    #[test]
    fn the_cpu_device_agrees_with_burns_operations() {
        let device = crate::device::cpu();
        let found = futures_lite::future::block_on(check(&device)).expect("computes");
        let (dense, nan) = (ACTIVATIONS.len() * DENSE.len() * 4, ACTIVATIONS.len() * 5);
        assert_eq!(found.len(), dense + check_conv::RESULTS + nan + COLUMNS.len() * 6);
        for Deviation { name, relative } in found {
            assert!(relative < 1e-4, "{name}: {relative}");
        }
    }
}
