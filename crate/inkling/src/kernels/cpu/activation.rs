//! Activations on slices, written so that the compiler can turn them into SIMD. `pulp` finds the
//! widest instructions of this CPU; in wasm it uses those that the module was built with.

use pulp::Arch;

use super::math::sigmoid;
use crate::kernels::activation::Activation;

/// In place.
pub(super) fn apply(activation: Activation, numbers: &mut [f32]) {
    match activation {
        Activation::None => {}
        // Not `max`, which would make a 0 of NaN. NaN must reach the loss.
        Activation::Relu => numbers.iter_mut().for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x }),
        Activation::Silu => Arch::new().dispatch(
            #[inline(always)]
            || numbers.iter_mut().for_each(|x| *x *= sigmoid(*x)),
        ),
    }
}

/// Multiplies the gradient in place by the activation's slope. `gate`: see [`Activation::gate`].
pub(super) fn slope(activation: Activation, gate: &[f32], gradient: &mut [f32]) {
    let pairs = gradient.iter_mut().zip(gate);
    match activation {
        Activation::None => {}
        Activation::Relu => pairs.for_each(|(g, &y)| *g = if y <= 0.0 { 0.0 } else { *g }),
        Activation::Silu => Arch::new().dispatch(
            #[inline(always)]
            || {
                pairs.for_each(|(g, &x)| {
                    let s = sigmoid(x);
                    *g *= s * (1.0 + x * (1.0 - s));
                });
            },
        ),
    }
}
