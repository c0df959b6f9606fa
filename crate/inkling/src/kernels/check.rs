//! The kernels against Burn's own operations.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Activation, dense};
use crate::Result;
use crate::device::read_flat;

/// `[batch, inputs, outputs]`: single numbers, odd sizes around the tile's 32, and the classic network's layers.
const SHAPES: [[usize; 3]; 6] =
    [[1, 1, 1], [5, 7, 3], [33, 31, 65], [100, 20, 33], [64, 784, 40], [128, 40, 784]];

/// How far a result lies from Burn's.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// Operation, sizes and which result.
    pub name: String,
    /// The largest difference, relative to the largest number.
    pub relative: f64,
}

/// Runs [`dense`] and its gradients on random numbers beside Burn's own operations.
pub async fn check(device: &Device) -> Result<Vec<Deviation>> {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut found = vec![];
    for shape in SHAPES {
        for activation in [Activation::None, Activation::Relu] {
            let [batch, inputs, outputs] = shape;
            let mut draw = |rows: usize, columns: usize| {
                let numbers: Vec<f32> =
                    (0..rows * columns).map(|_| random.random_range(-1.0..1.0)).collect();
                Tensor::<2>::from_data(TensorData::new(numbers, [rows, columns]), device)
            };
            let (input, weight, bias) =
                (draw(batch, inputs), draw(inputs, outputs), draw(1, outputs));
            let weighing = draw(batch, outputs);
            let results = |ours: bool| {
                let input = input.clone().autodiff().require_grad();
                let layer = Linear {
                    weight: Param::from_tensor(weight.clone().autodiff()),
                    bias: Some(Param::from_tensor(bias.clone().autodiff().reshape([outputs]))),
                };
                let output = match (ours, activation) {
                    (true, _) => dense(&layer, input.clone(), activation),
                    (false, Activation::None) => layer.forward(input.clone()),
                    (false, Activation::Relu) => {
                        burn::tensor::activation::relu(layer.forward(input.clone()))
                    }
                };
                let loss = (output.clone() * weighing.clone().autodiff()).sum();
                let gradients = loss.backward();
                let flat = |t: Option<Tensor<2>>, size: usize| match t {
                    Some(t) => t.without_autodiff().reshape([size]),
                    None => Tensor::<1>::full([size], f32::NAN, device),
                };
                let bias = layer.bias.as_ref().and_then(|b| b.val().grad(&gradients));
                vec![
                    flat(Some(output), batch * outputs),
                    flat(input.grad(&gradients), batch * inputs),
                    flat(layer.weight.val().grad(&gradients), inputs * outputs),
                    flat(bias.map(|b| b.reshape([1, outputs])), outputs),
                ]
            };
            let (ours, burns) = (results(true), results(false));
            let ours = read_flat(ours).await?;
            let burns = read_flat(burns).await?;
            for ((what, ours), burns) in ["output", "dX", "dW", "db"].iter().zip(ours).zip(burns) {
                let largest = burns.iter().fold(1e-6f32, |m, x| m.max(x.abs()));
                let differences = ours.iter().zip(&burns).map(|(a, b)| f64::from((a - b).abs()));
                // A number that is none must not hide in a comparison: once met, it stays.
                let worst = differences.fold(0.0, |worst: f64, difference| match worst.is_nan() {
                    false if difference <= worst => worst,
                    false => difference,
                    true => worst,
                });
                found.push(Deviation {
                    name: format!("dense {shape:?} {activation:?} {what}"),
                    relative: worst / f64::from(largest),
                });
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_device_has_burns_operations() {
        let device = crate::device::cpu();
        let found = futures_lite::future::block_on(check(&device)).expect("computes");
        assert_eq!(found.len(), SHAPES.len() * 2 * 4);
        for Deviation { name, relative } in found {
            assert!(relative < 1e-6, "{name}: {relative}");
        }
    }
}
