//! How much samples look like real digits to a classifier: the Fréchet distance between its
//! features, and the inception score.

use anyhow::{Result, ensure};
use nalgebra::{DMatrix, DVector};

/// A multivariate normal distribution.
#[derive(Debug, Clone)]
pub(crate) struct Gaussian {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
}

impl Gaussian {
    /// Has the mean and the unbiased covariance of `rows`, each of `size` numbers. Fewer than two
    /// rows, an incomplete row, and a number that is not finite are errors.
    pub(crate) fn fit(rows: &[f32], size: usize) -> Result<Self> {
        ensure!(size > 0 && rows.len().is_multiple_of(size), "rows of {size} numbers are needed");
        let count = rows.len() / size;
        ensure!(count > 1, "a covariance needs at least two images, not {count}");
        ensure!(rows.iter().all(|x| x.is_finite()), "a feature is not a finite number");
        // One image to a column.
        let mut images = DMatrix::from_iterator(size, count, rows.iter().copied().map(f64::from));
        let mean = images.column_mean();
        images.column_iter_mut().for_each(|mut column| column -= &mean);
        let covariance = &images * images.transpose() / (count - 1) as f64;
        Ok(Self { mean, covariance })
    }

    /// The Fréchet distance |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)) (Dowson and Landau 1982;
    /// Heusel et al. 2017, "GANs Trained by a Two Time-Scale Update Rule", eq. 6; squared, as
    /// always reported). Both must be of one size.
    ///
    /// (C1 C2)^(1/2) has the trace of (R C2 R)^(1/2) with R = C1^(1/2), and that matrix is
    /// symmetric: no complex numbers come in.
    pub(crate) fn distance(&self, other: &Self) -> f64 {
        let apart = (&self.mean - &other.mean).norm_squared();
        let root = root(&self.covariance);
        let product = &root * &other.covariance * &root;
        // Symmetric but for the rounding.
        let product = (&product + product.transpose()) / 2.0;
        let shared: f64 = product.symmetric_eigenvalues().iter().map(|x| x.max(0.0).sqrt()).sum();
        apart + self.covariance.trace() + other.covariance.trace() - 2.0 * shared
    }
}

/// The symmetric square root; what rounding took below 0 counts as 0.
fn root(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let mut eigen = matrix.clone().symmetric_eigen();
    eigen.eigenvalues.apply(|x| *x = x.max(0.0).sqrt());
    eigen.recompose()
}

/// exp of the mean KL(p(y|x) || p(y)) over images x (Salimans et al. 2016, "Improved Techniques for
/// Training GANs", section 4, over all images at once): from 1, if all images are classified alike,
/// to `classes`, if each is classified with certainty and all classes are equally frequent.
///
/// `probabilities` has `classes` numbers for each image. No image and an incomplete one are errors.
pub(crate) fn inception_score(probabilities: &[f32], classes: usize) -> Result<f64> {
    let count = probabilities.len() / classes.max(1);
    ensure!(
        count > 0 && count * classes == probabilities.len(),
        "probabilities of {classes} classes are needed"
    );
    let mut marginal = vec![0.0; classes];
    for image in probabilities.chunks_exact(classes) {
        marginal.iter_mut().zip(image).for_each(|(sum, &p)| *sum += f64::from(p) / count as f64);
    }
    // 0 log 0 is 0, as its limit.
    let term = |p: f64, q: f64| if p > 0.0 { p * (p / q).ln() } else { 0.0 };
    let divergence = |image: &[f32]| -> f64 {
        image.iter().zip(&marginal).map(|(&p, &q)| term(f64::from(p), q)).sum()
    };
    let total: f64 = probabilities.chunks_exact(classes).map(divergence).sum();
    Ok((total / count as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(mean: &[f64], covariance: &[f64]) -> Gaussian {
        let size = mean.len();
        Gaussian {
            mean: DVector::from_column_slice(mean),
            covariance: DMatrix::from_row_slice(size, size, covariance),
        }
    }

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} instead of {expected}");
    }

    #[test]
    fn distances_known_in_closed_form() {
        let unit = gaussian(&[0.0, 0.0], &[1.0, 0.0, 0.0, 1.0]);
        close(unit.distance(&unit), 0.0);
        close(unit.distance(&gaussian(&[3.0, 4.0], &[1.0, 0.0, 0.0, 1.0])), 25.0);
        // Where the covariances commute: the squared distance of the standard deviations, (1 - 2)^2
        // + (1 - 3)^2.
        close(unit.distance(&gaussian(&[0.0, 0.0], &[4.0, 0.0, 0.0, 9.0])), 5.0);
        // Where they do not, in two dimensions: tr (C1 C2)^(1/2) = sqrt(tr(C1 C2) + 2 sqrt(det C1
        // det C2)). Here tr(C1 C2) = 13, det C1 = 4, det C2 = 3.
        let (a, b) = (
            gaussian(&[0.0, 1.0], &[4.0, 0.0, 0.0, 1.0]),
            gaussian(&[0.0, 0.0], &[2.0, 1.0, 1.0, 2.0]),
        );
        let shared = (10.0 + 2.0 * 12f64.sqrt()).sqrt();
        close(a.distance(&b), 1.0 + 5.0 + 4.0 - 2.0 * shared);
        close(b.distance(&a), a.distance(&b));
        // A direction without any variance has a root too.
        close(
            gaussian(&[0.0, 0.0], &[1.0, 1.0, 1.0, 1.0])
                .distance(&gaussian(&[0.0, 0.0], &[0.0; 4])),
            2.0,
        );
    }

    #[test]
    fn a_fit_has_the_mean_and_the_unbiased_covariance() {
        let fit = Gaussian::fit(&[1.0, 0.0, 3.0, 0.0, 2.0, 3.0], 2).expect("three rows");
        assert_eq!(fit.mean.as_slice(), [2.0, 1.0]);
        for (found, expected) in fit.covariance.iter().zip([1.0, 0.0, 0.0, 3.0]) {
            close(*found, expected);
        }
        for (rows, size) in [
            (&[1.0, 2.0][..], 2),
            (&[1.0, 2.0, 3.0], 2),
            (&[], 2),
            (&[1.0, 2.0], 0),
            (&[1.0, f32::NAN], 1),
        ] {
            assert!(Gaussian::fit(rows, size).is_err(), "{rows:?} in rows of {size}");
        }
    }

    #[test]
    fn scores_from_the_worst_to_the_best() {
        close(inception_score(&[0.125; 8 * 5], 8).expect("images"), 1.0);
        let one = |class: usize| (0..10).map(move |c| if c == class { 1.0 } else { 0.0 });
        let balanced: Vec<f32> = (0..50).flat_map(|i| one(i % 10)).collect();
        close(inception_score(&balanced, 10).expect("images"), 10.0);
        let always: Vec<f32> = (0..50).flat_map(|_| one(3)).collect();
        close(inception_score(&always, 10).expect("images"), 1.0);
        let two: Vec<f32> = (0..50).flat_map(|i| one(i % 2)).collect();
        close(inception_score(&two, 10).expect("images"), 2.0);
        for (probabilities, classes) in [(&[][..], 10), (&[1.0; 3], 2), (&[1.0], 0)] {
            assert!(inception_score(probabilities, classes).is_err());
        }
    }
}
