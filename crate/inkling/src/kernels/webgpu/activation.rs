//! Activations inside kernels.

use cubecl::prelude::*;

use super::plan::Four;
use crate::kernels::activation::Activation;

/// The activation of `x`.
#[cube]
pub(super) fn activated(x: f32, #[comptime] activation: Activation) -> f32 {
    let mut y = x;
    if comptime!(activation == Activation::Relu) {
        // Not max(x, 0): for NaN, which must reach the loss, that is 0 on many GPUs.
        y = select(x < 0.0f32, 0.0f32, x);
    }
    if comptime!(activation == Activation::Silu) {
        y = x * sigmoid(x);
    }
    y
}

/// The activation's slope. `gate` is ReLU's output or SiLU's pre-activation.
#[cube]
pub(super) fn slope(gate: f32, #[comptime] activation: Activation) -> f32 {
    let mut slope = 1.0f32;
    if comptime!(activation == Activation::Relu) && gate <= 0.0f32 {
        slope = 0.0f32;
    }
    if comptime!(activation == Activation::Silu) {
        let s = sigmoid(gate);
        slope = s * (1.0f32 + gate * (1.0f32 - s));
    }
    slope
}

/// [`slope()`] of four numbers.
#[cube]
pub(super) fn slopes(gate: Four, #[comptime] activation: Activation) -> Four {
    let mut slopes = Four::new(1.0f32);
    if comptime!(activation == Activation::Relu) {
        let zero = Four::new(0.0f32);
        slopes = select_many(gate.less_equal(&zero), zero, slopes);
    }
    if comptime!(activation == Activation::Silu) {
        #[unroll]
        for i in 0usize..4usize {
            slopes.insert(i, slope(gate.extract(i), activation));
        }
    }
    slopes
}

/// 1 / (1 + e^-x), without overflow.
#[cube]
pub(super) fn sigmoid(x: f32) -> f32 {
    let small = (-x.abs()).exp();
    let mut top = small;
    if x >= 0.0f32 {
        top = 1.0f32;
    }
    top / (1.0f32 + small)
}

/// log(1 + e^x), without overflow.
#[cube]
pub(super) fn softplus(x: f32) -> f32 {
    max(x, 0.0f32) + (-x.abs()).exp().log1p()
}
