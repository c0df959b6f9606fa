//! Results beside those of Burn's own operations.

use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Result;
use crate::device::read_flat;

/// How far a result lies from Burn's.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// Operation, sizes and which result.
    pub name: String,
    /// The largest difference, relative to the largest number.
    pub relative: f64,
}

/// Tensors of random numbers.
pub(super) struct Random {
    rng: ChaCha8Rng,
    device: Device,
}

impl Random {
    pub(super) fn new(seed: u64, device: &Device) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed), device: device.clone() }
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    /// Numbers from -1 to 1.
    pub(super) fn draw<const D: usize>(&mut self, shape: [usize; D]) -> Tensor<D> {
        let count = shape.iter().product::<usize>();
        let numbers: Vec<f32> = (0..count).map(|_| self.rng.random_range(-1.0..1.0)).collect();
        Tensor::from_data(TensorData::new(numbers, shape), &self.device)
    }
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
pub(super) fn difference(ours: &[f32], burns: &[f32]) -> f64 {
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
    fn a_difference_is_seen_wherever_it_is() {
        assert_eq!(difference(&[1.0, 2.0], &[1.0, 2.0]), 0.0);
        assert_eq!(difference(&[1.0, 2.5], &[1.0, 2.0]), 0.25);
        assert!(difference(&[f32::NAN, 2.0], &[1.0, 2.0]).is_nan());
        assert!(difference(&[1.0], &[1.0, 2.0]).is_nan());
    }
}
