//! Weights as 8-bit integers: a quarter of the bytes, for files that are downloaded.
//!
//! A tensor of type I8 holds levels from -127 to 127. Beside it lies one of 32-bit floats, named
//! `scale.` and the tensor's name, with the step from one level to the next: one for each index of
//! one dimension, the others having size 1. A weight is its level times its scale.
//!
//! The largest tensors have fewer levels. Each level is a byte still, but the server packs the
//! file, and a byte of few values packs into fewer bits.

use safetensors::tensor::{SafeTensors, TensorView};

use super::numbers::{Weights, numbers};
use crate::Result;
use crate::error::{FileError, excerpt};

/// What a scale's name begins with.
pub(crate) const SCALE: &str = "scale.";

/// Which tensors of a file of [`Precision::Eight`](super::Precision) are rounded, and how finely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounding {
    /// Tensors of up to so many numbers stay 16-bit floats.
    pub floats: usize,
    /// Tensors of up to so many numbers have levels from -127 to 127, larger ones fewer.
    pub fine: usize,
    /// The highest level of these larger ones, from 1 to 127.
    pub coarse: u8,
}

impl Rounding {
    /// As the page's models are rounded. It was chosen on training images: see docs/RESULTS.md.
    pub const STANDARD: Self = Self { floats: 8192, fine: 400_000, coarse: 31 };

    /// Whether a tensor is worth 8 bits, and has a dimension to be scaled along.
    pub(super) fn applies_to(self, weights: &Weights) -> bool {
        weights.shape.len() > 1 && weights.values.len() > self.floats
    }

    /// The highest level. The lowest is its negative, so that 0 stays 0.
    fn highest(self, weights: &Weights) -> f32 {
        let coarse = weights.values.len() > self.fine;
        f32::from(if coarse { self.coarse.clamp(1, 127) } else { 127 })
    }
}

/// Levels and scales of a tensor of two or more dimensions, whose numbers must be finite. Scales
/// are per index of the first or the second dimension, whichever leaves the smaller error: output
/// channels are first in a convolution, second in dense layers and transposed convolutions.
pub(super) fn quantise(weights: &Weights, rounding: Rounding) -> (Vec<u8>, Weights) {
    let highest = rounding.highest(weights);
    let [first, second] = [0, 1].map(|axis| along(axis, weights, highest));
    let (_, levels, scale) = if second.0 < first.0 { second } else { first };
    (levels.iter().flat_map(|level| level.to_le_bytes()).collect(), scale)
}

/// The squared error, the levels, the scales.
fn along(
    axis: usize,
    Weights { shape, values }: &Weights,
    highest: f32,
) -> (f64, Vec<i8>, Weights) {
    let channel = channel_of(axis, shape);
    let mut scales = vec![0_f32; shape[axis]];
    for (i, value) in values.iter().enumerate() {
        let scale = &mut scales[channel(i)];
        *scale = scale.max(value.abs() / highest);
    }
    let level = |(i, value): (usize, &f32)| match scales[channel(i)] {
        0.0 => 0,
        scale => (value / scale).round().clamp(-highest, highest) as i8,
    };
    let levels: Vec<i8> = values.iter().enumerate().map(level).collect();
    let error = |i: usize| f64::from(values[i] - f32::from(levels[i]) * scales[channel(i)]);
    let error = (0..values.len()).map(|i| error(i).powi(2)).sum();
    (error, levels, Weights { shape: one_along(axis, shape), values: scales })
}

/// The numbers of the tensor `name`: its levels times its scale, which must be finite, not
/// negative, and of a shape as [`quantise`] gives it; else a [`FileError::BadScale`].
pub(super) fn scaled(
    name: &str,
    levels: &TensorView<'_>,
    tensors: &SafeTensors<'_>,
) -> Result<Weights> {
    let bad = || FileError::BadScale { name: excerpt(name) };
    let scale = tensors.tensor(&format!("{SCALE}{name}")).map_err(|_| bad())?;
    let (shape, scale) = (levels.shape(), numbers(name, &scale)?);
    let axis = (0..shape.len()).find(|&axis| one_along(axis, shape) == scale.shape);
    let usable = |x: &f32| x.is_finite() && *x >= 0.0;
    let Some(axis) = axis.filter(|_| scale.values.iter().all(usable)) else {
        return Err(bad().into());
    };
    let channel = channel_of(axis, shape);
    let levels = levels.data().iter().map(|&byte| i8::from_le_bytes([byte]));
    let values =
        levels.enumerate().map(|(i, level)| f32::from(level) * scale.values[channel(i)]).collect();
    Ok(Weights { shape: shape.to_vec(), values })
}

/// The index along `axis` of the number at a position.
fn channel_of(axis: usize, shape: &[usize]) -> impl Fn(usize) -> usize + use<> {
    let (inner, size) = (shape[axis + 1..].iter().product::<usize>(), shape[axis]);
    move |i| i / inner % size
}

/// `shape` with every dimension 1 but that of `axis`.
fn one_along(axis: usize, shape: &[usize]) -> Vec<usize> {
    (0..shape.len()).map(|i| if i == axis { shape[i] } else { 1 }).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use safetensors::Dtype;

    use super::*;
    use crate::Error;

    fn file(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> Vec<u8> {
        let views = tensors.iter().map(|&(name, dtype, shape, bytes)| {
            (name, TensorView::new(dtype, shape.to_vec(), bytes).expect("fits"))
        });
        let views: HashMap<_, _> = views.collect();
        safetensors::serialize(views, None).expect("writes")
    }

    fn read(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> Result<Weights> {
        let bytes = file(tensors);
        let tensors = SafeTensors::deserialize(&bytes).expect("reads");
        scaled("w", &tensors.tensor("w").expect("is there"), &tensors)
    }

    fn floats(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|x| x.to_le_bytes()).collect()
    }

    #[test]
    fn weights_come_back_within_half_a_step_of_their_own_channel() {
        for (shape, axis) in [([3, 8, 1, 1], 0), ([3, 8, 1, 1], 1), ([4, 2, 3, 3], 1)] {
            let channel = channel_of(axis, &shape);
            let count = shape.iter().product::<usize>();
            // Each channel ten times as wide as the last.
            let wide = |i: usize| 10_f32.powi(channel(i) as i32);
            let values: Vec<f32> = (0..count).map(|i| (i as f32 * 0.7).sin() * wide(i)).collect();
            let weights = Weights { shape: shape.to_vec(), values };
            let (levels, scale) = quantise(&weights, Rounding::STANDARD);
            assert_eq!(scale.shape, one_along(axis, &shape), "the dimension of the channels");
            let back = read(&[
                ("w", Dtype::I8, &shape, &levels),
                ("scale.w", Dtype::F32, &scale.shape, &floats(&scale.values)),
            ])
            .expect("reads");
            assert_eq!(back.shape, shape);
            for (i, (a, b)) in back.values.iter().zip(&weights.values).enumerate() {
                assert!((a - b).abs() <= 0.501 * scale.values[channel(i)], "{a} for {b}");
            }
        }
    }

    #[test]
    fn a_channel_of_zeros_stays_zero() {
        let weights = Weights { shape: vec![2, 2], values: vec![0.0, 0.0, 1.0, -127.0] };
        let (levels, scale) = quantise(&weights, Rounding::STANDARD);
        assert_eq!((levels, scale.values), (vec![0, 0, 1, 129], vec![0.0, 1.0]));
    }

    #[test]
    fn the_largest_tensors_have_fewer_levels() {
        let rounding = Rounding { floats: 2, fine: 4, coarse: 3 };
        // One scale for all of them.
        let rounded = |values: &[f32]| -> Option<(Vec<i8>, Vec<f32>)> {
            let weights = Weights { shape: vec![1, 1, values.len()], values: values.to_vec() };
            let (levels, scale) =
                rounding.applies_to(&weights).then(|| quantise(&weights, rounding))?;
            let signed = |&level: &u8| i8::from_le_bytes([level]);
            Some((levels.iter().map(signed).collect(), scale.values))
        };
        assert_eq!(rounded(&[1.0, -2.0]), None, "floats");
        assert_eq!(rounded(&[1.0, -127.0, 64.0]), Some((vec![1, -127, 64], vec![1.0])));
        let coarse = rounded(&[1.0, -6.0, 4.0, 0.5, 3.5]);
        assert_eq!(coarse, Some((vec![1, -3, 2, 0, 2], vec![2.0])));
    }

    #[test]
    fn a_scale_that_cannot_be_one_is_refused() {
        let levels: [u8; 6] = [1, 255, 127, 129, 0, 2];
        let with = |dtype, shape: &[usize], bytes: &[u8]| {
            read(&[("w", Dtype::I8, &[2, 3], &levels), ("scale.w", dtype, shape, bytes)])
        };
        let good = with(Dtype::F32, &[1, 3], &floats(&[1.0, 0.5, 0.0])).expect("reads");
        assert_eq!(good.values, [1.0, -0.5, 0.0, -127.0, 0.0, 0.0]);
        let bad = || Error::File(FileError::BadScale { name: "w".into() });
        for (shape, values) in [
            (&[2, 3][..], &[1.0; 6][..]),
            (&[3], &[1.0; 3]),
            (&[1, 2], &[1.0; 2]),
            (&[1, 3], &[1.0, f32::NAN, 1.0]),
            (&[1, 3], &[1.0, f32::INFINITY, 1.0]),
            (&[1, 3], &[1.0, -1.0, 1.0]),
        ] {
            let error = with(Dtype::F32, shape, &floats(values)).expect_err("refused");
            assert_eq!(error, bad(), "{shape:?} {values:?}");
        }
        let alone = read(&[("w", Dtype::I8, &[2, 3], &levels)]).expect_err("no scale");
        assert_eq!(alone, bad());
        let error = with(Dtype::I8, &[1, 3], &[1, 1, 1]).expect_err("no floats");
        assert!(matches!(error, Error::File(FileError::TensorType { .. })), "{error:?}");
        // Without a dimension there is none to be scaled along.
        let scalar = read(&[("w", Dtype::I8, &[], &[1]), ("scale.w", Dtype::F32, &[], &[0; 4])]);
        assert_eq!(scalar.expect_err("no dimension"), bad());
    }
}
