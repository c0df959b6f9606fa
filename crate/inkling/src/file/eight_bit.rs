//! Weights as 8-bit integers: a quarter of the bytes, for files that are downloaded.
//!
//! A tensor of type I8 holds levels from -127 to 127. Beside it lies one of 32-bit floats, named
//! `scale.` and the tensor's name, with the step from one level to the next: one for each index of
//! one dimension, the others having size 1. A weight is its level times its scale.

use safetensors::tensor::{SafeTensors, TensorView};

use super::numbers::{Weights, numbers};
use crate::Result;
use crate::error::{FileError, excerpt};

/// What a scale's name begins with.
pub(crate) const SCALE: &str = "scale.";
/// The highest level. The lowest is its negative, so that 0 stays 0.
const LEVELS: f32 = 127.0;

/// Tensors of up to so many numbers stay floats.
const FEW: usize = 8192;

/// Whether a tensor is worth 8 bits, and has a dimension to be scaled along.
pub(super) fn is_large(weights: &Weights) -> bool {
    weights.shape.len() > 1 && weights.values.len() > FEW
}

/// Levels and scales of a tensor of two or more dimensions, whose numbers must be finite. Scales
/// are per index of the first or the second dimension, whichever leaves the smaller error: output
/// channels are first in a convolution, second in dense layers and transposed convolutions.
pub(super) fn quantise(weights: &Weights) -> (Vec<u8>, Weights) {
    let [first, second] = [0, 1].map(|axis| along(axis, weights));
    let (_, levels, scale) = if second.0 < first.0 { second } else { first };
    (levels.iter().flat_map(|level| level.to_le_bytes()).collect(), scale)
}

/// The squared error, the levels, the scales.
fn along(axis: usize, Weights { shape, values }: &Weights) -> (f64, Vec<i8>, Weights) {
    let channel = channel_of(axis, shape);
    let mut scales = vec![0_f32; shape[axis]];
    for (i, value) in values.iter().enumerate() {
        let scale = &mut scales[channel(i)];
        *scale = scale.max(value.abs() / LEVELS);
    }
    let level = |(i, value): (usize, &f32)| match scales[channel(i)] {
        0.0 => 0,
        scale => (value / scale).round().clamp(-LEVELS, LEVELS) as i8,
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
            let (levels, scale) = quantise(&weights);
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
        let (levels, scale) = quantise(&weights);
        assert_eq!((levels, scale.values), (vec![0, 0, 1, 129], vec![0.0, 1.0]));
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
