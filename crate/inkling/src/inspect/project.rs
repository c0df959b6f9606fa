//! Codes on a plane: two latents, or two principal components of all of them.

use burn::tensor::Device;
use nalgebra::{DMatrix, SymmetricEigen};

use super::codes::{Encoded, encoded};
use crate::data::Labelled;
use crate::latent::join;
use crate::model::{Model, VaeConfig};
use crate::settings::Range;
use crate::{Error, Field, Result};

/// What the axes of a [`Projection`] are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axes {
    /// Principal components of the posterior means, the one with the largest variance first.
    Components,
    /// Latents.
    Latents,
}

impl Axes {
    /// The axes of that name, `components` or `latents`; any other is an [`Error::UnknownChoice`].
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "components" => Ok(Axes::Components),
            "latents" => Ok(Axes::Latents),
            other => Err(Error::unknown_choice(Field::Kind, ["components", "latents"], other)),
        }
    }
}

/// Images' codes on a plane. A point is `axes * (code - mean)`, and the code of a place is
/// `mean + x * axes[0] + y * axes[1]`. No axis leads from one label to another.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// x and y of each image.
    pub points: Vec<f32>,
    /// The posterior mean of each image, and its label weights: `code_size` numbers each.
    pub codes: Vec<f32>,
    /// The mean of the codes; zeros if the axes are latents. With the first image's label.
    pub mean: Vec<f32>,
    /// Both axes, unit vectors of `code_size` numbers each.
    pub axes: Vec<f32>,
    /// The share of the variance along each component, the largest first, or of each latent. Zeros
    /// if there is no variance.
    pub shares: Vec<f32>,
}

/// Projects the posterior means of images, 784 grey levels each, on the axes of the numbers `x` and
/// `y`, counted from 0. One read-back.
///
/// A component's sign is not fixed by its definition. It is such that the axis points the same way
/// as the axis nearest to it in `previous`, the axes of an earlier projection: then the picture
/// does not flip while a model trains. Without a `previous` of the same length, or where that is
/// perpendicular, the component's largest coefficient is positive.
///
/// Without an encoder it takes the first [`FITTED`](super::FITTED) images only, and fits codes to
/// them.
///
/// # Errors
/// `x` or `y` beyond the latents; not a whole number of images, or none.
pub async fn project(
    model: &Model,
    images: impl Into<Labelled<'_>>,
    axes: Axes,
    [x, y]: [usize; 2],
    previous: &[f32],
    device: &Device,
) -> Result<Projection> {
    let config = model.config();
    let VaeConfig { latent, labels, .. } = *config;
    Range::integer(Field::X, 0, latent as u32 - 1).check_count(x)?;
    Range::integer(Field::Y, 0, latent as u32 - 1).check_count(y)?;
    let Encoded { mu, labels: weights, .. } = encoded(model, images.into(), device).await?;
    // Labels, behind the latents of each axis, have no part in its sign.
    let size = config.code_size();
    let earlier = if previous.len() == 2 * size { previous } else { &[] };
    let previous: Vec<f32> =
        earlier.chunks_exact(size).flat_map(|axis| &axis[..latent]).copied().collect();
    let found = match axes {
        Axes::Latents => by_latents(mu, latent, [x, y]),
        Axes::Components => by_components(mu, latent, [x, y], &previous),
    };
    Ok(Projection {
        codes: join(config, &found.codes, &weights),
        mean: join(config, &found.mean, &weights),
        axes: join(config, &found.axes, &vec![0.0; 2 * labels]),
        ..found
    })
}

fn by_latents(codes: Vec<f32>, latent: usize, chosen: [usize; 2]) -> Projection {
    let covariance = covariance(&codes, &mean_of(&codes, latent));
    let mut axes = vec![0.0; 2 * latent];
    for (axis, latent_index) in chosen.into_iter().enumerate() {
        axes[axis * latent + latent_index] = 1.0;
    }
    Projection {
        points: codes.chunks_exact(latent).flat_map(|code| chosen.map(|i| code[i])).collect(),
        mean: vec![0.0; latent],
        axes,
        shares: shares((0..latent).map(|i| covariance[(i, i)])),
        codes,
    }
}

fn by_components(
    codes: Vec<f32>,
    latent: usize,
    chosen: [usize; 2],
    previous: &[f32],
) -> Projection {
    let mean = mean_of(&codes, latent);
    let eigen = SymmetricEigen::new(covariance(&codes, &mean));
    // The largest first. At most 256 of them: a sort would only be more to download.
    let mut order: Vec<usize> = vec![];
    for i in 0..latent {
        let at = order.iter().position(|&less| eigen.eigenvalues[i] > eigen.eigenvalues[less]);
        order.insert(at.unwrap_or(i), i);
    }
    let mut axes: Vec<f64> = vec![];
    for component in chosen {
        let mut axis: Vec<f64> =
            eigen.eigenvectors.column(order[component]).iter().copied().collect();
        orient(&mut axis, previous);
        axes.append(&mut axis);
    }
    let place = |code: &[f32], axis: &[f64]| -> f32 {
        let terms = code.iter().zip(&mean).zip(axis);
        terms.map(|((&code, mean), axis)| (f64::from(code) - mean) * axis).sum::<f64>() as f32
    };
    let both = |code: &[f32]| [place(code, &axes[..latent]), place(code, &axes[latent..])];
    Projection {
        points: codes.chunks_exact(latent).flat_map(both).collect(),
        mean: mean.iter().map(|&x| x as f32).collect(),
        axes: axes.iter().map(|&x| x as f32).collect(),
        shares: shares(order.iter().map(|&i| eigen.eigenvalues[i])),
        codes,
    }
}

/// Turns the axis round if it points away from the nearest of the previous ones.
fn orient(axis: &mut [f64], previous: &[f32]) {
    let mut along = 0.0f64;
    if previous.len() == 2 * axis.len() {
        for earlier in previous.chunks_exact(axis.len()) {
            let dot: f64 = earlier.iter().zip(&*axis).map(|(&a, b)| f64::from(a) * b).sum();
            if dot.abs() > along.abs() {
                along = dot;
            }
        }
    }
    // Perpendicular, up to rounding: as if there were none.
    if along.abs() < 1e-6 {
        along = axis.iter().fold(0.0, |a: f64, &b| if b.abs() > a.abs() { b } else { a });
    }
    if along < 0.0 {
        axis.iter_mut().for_each(|x| *x = -*x);
    }
}

fn mean_of(codes: &[f32], latent: usize) -> Vec<f64> {
    let mut mean = vec![0.0; latent];
    for code in codes.chunks_exact(latent) {
        mean.iter_mut().zip(code).for_each(|(mean, &x)| *mean += f64::from(x));
    }
    let count = (codes.len() / latent).max(1) as f64;
    mean.iter_mut().for_each(|mean| *mean /= count);
    mean
}

/// The covariance of the codes, divided by their number. A number that is not finite, as of a model
/// that has diverged, counts as 0: no eigenvalue would ever be found.
fn covariance(codes: &[f32], mean: &[f64]) -> DMatrix<f64> {
    let latent = mean.len();
    let mut sums = vec![0.0; latent * latent];
    let mut centred = vec![0.0; latent];
    for code in codes.chunks_exact(latent) {
        for ((to, &x), mean) in centred.iter_mut().zip(code).zip(mean) {
            *to = f64::from(x) - mean;
        }
        for (row, &a) in sums.chunks_exact_mut(latent).zip(&centred) {
            row.iter_mut().zip(&centred).for_each(|(sum, b)| *sum += a * b);
        }
    }
    let count = (codes.len() / latent).max(1) as f64;
    let finite = |sum: f64| if sum.is_finite() { sum / count } else { 0.0 };
    DMatrix::from_iterator(latent, latent, sums.into_iter().map(finite))
}

fn shares(variances: impl Iterator<Item = f64> + Clone) -> Vec<f32> {
    let all: f64 = variances.clone().map(|x| x.max(0.0)).sum();
    let share = |x: f64| if all > 0.0 { (x.max(0.0) / all) as f32 } else { 0.0 };
    variances.map(share).collect()
}
