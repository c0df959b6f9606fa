//! Activations on slices, written so that the compiler can turn them into SIMD. `pulp` finds the
//! widest instructions of this CPU; in wasm it uses those that the module was built with.

use pulp::Arch;

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

#[inline(always)]
fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// e^x to 2 units in the last place, between e^-87 and e^88; beyond, it is one of these. The
/// standard library's `exp` is a call for each number, which the compiler cannot turn into SIMD.
///
/// x = n ln 2 + r, and e^r by the polynomial of Cephes' `expf` (Moshier 1992).
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding this rounds to a whole number, which then stands in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * LN_2.0 - n * LN_2.1;
    let mut p = 1.987_569_1e-4;
    for c in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        p = p * r + c;
    }
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits()));
    (p * r * r + r + 1.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exact_to_two_units() {
        let mut worst = 0.0f64;
        for i in -86_000..=87_900 {
            let x = i as f32 / 1000.0;
            let true_value = f64::from(x).exp();
            worst = worst.max((f64::from(exp(x)) / true_value - 1.0).abs());
        }
        assert!(worst < 2.4e-7, "{worst}");
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-1e9) > 0.0 && exp(1e9).is_finite() && exp(f32::NAN).is_nan());
    }
}
