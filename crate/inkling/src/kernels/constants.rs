//! Numbers that the kernels share with the code that computes the same on Burn's tensors.

/// Adam's decay of the first moment (Kingma and Ba 2015, algorithm 1).
pub(crate) const ADAM_BETA_1: f64 = 0.9;
/// Adam's decay of the second moment.
pub(crate) const ADAM_BETA_2: f64 = 0.999;
/// Keeps Adam from dividing by 0.
pub(crate) const ADAM_EPSILON: f64 = 1e-8;

/// Above this log-variance of the posterior, e^x continues as a straight line: e^88 would overflow.
pub(crate) const LOGVAR_LINEAR: f32 = 20.0;

/// Bounds of a learned pixel log-variance. Most of MNIST's pixels are exactly 0, and without a
/// lower bound their variance would shrink for ever. exp(-6 / 2) = 0.05 is a twentieth of the
/// grey scale.
pub(crate) const PIXEL_LOGVAR_MIN: f64 = -6.0;
pub(crate) const PIXEL_LOGVAR_MAX: f64 = 2.0;
