//! Functions of single numbers, written so that the compiler can turn loops over them into SIMD.
//! The standard library's `exp` and `ln` are a call for each number.

/// 1 / (1 + e^-x).
#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// log(1 + e^x) and 1 / (1 + e^-x), from one exponential. Neither overflows, and both keep NaN.
#[inline(always)]
pub(super) fn softplus_and_sigmoid(x: f32) -> (f32, f32) {
    let small = exp(-x.abs());
    let whole = 1.0 + small;
    let sigmoid = if x < 0.0 { small / whole } else { 1.0 / whole };
    // max(x, 0), but NaN stays NaN.
    let above = if x < 0.0 { 0.0 } else { x };
    (above + ln_1_to_2(whole, small), sigmoid)
}

/// e^x to 2 units in the last place, between e^-87 and e^88; beyond, it is one of these.
///
/// x = n ln 2 + r, and e^r by the polynomial of Cephes' `expf` (Moshier 1992).
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
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

/// log(1 + small) for `small` in 0..=1, where `whole` is 1 + small as it was rounded.
///
/// Beyond the root of 2, half of it is taken; then by the polynomial of Cephes' `logf` (Moshier
/// 1992).
#[inline(always)]
fn ln_1_to_2(whole: f32, small: f32) -> f32 {
    let large = whole > std::f32::consts::SQRT_2;
    let x = if large { 0.5 * whole - 1.0 } else { small };
    let mut p = 7.037_683_6e-2;
    for c in [
        -1.151_461e-1,
        1.167_699_9e-1,
        -1.242_014_1e-1,
        1.424_932_3e-1,
        -1.666_805_7e-1,
        2.000_071_5e-1,
        -2.499_999_4e-1,
        3.333_333e-1,
    ] {
        p = p * x + c;
    }
    let square = x * x;
    let ln = x + (p * x * square - 0.5 * square);
    ln + if large { std::f32::consts::LN_2 } else { 0.0 }
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

    #[test]
    fn softplus_and_sigmoid_are_exact_to_three_units() {
        let (mut worst_plus, mut worst_sigmoid) = (0.0f64, 0.0f64);
        for i in -80_000..=80_000 {
            let x = i as f32 / 1000.0;
            let (softplus, sigmoid) = softplus_and_sigmoid(x);
            let x = f64::from(x);
            let true_plus = x.max(0.0) + (-x.abs()).exp().ln_1p();
            worst_plus = worst_plus.max((f64::from(softplus) / true_plus - 1.0).abs());
            let true_sigmoid = 1.0 / (1.0 + (-x).exp());
            worst_sigmoid = worst_sigmoid.max((f64::from(sigmoid) / true_sigmoid - 1.0).abs());
        }
        assert!(worst_plus < 3.6e-7, "softplus {worst_plus}");
        assert!(worst_sigmoid < 3.6e-7, "sigmoid {worst_sigmoid}");
        assert_eq!(softplus_and_sigmoid(1e30), (1e30, 1.0));
        assert!(softplus_and_sigmoid(-1e30).0 >= 0.0);
        let (softplus, sigmoid) = softplus_and_sigmoid(f32::NAN);
        assert!(softplus.is_nan() && sigmoid.is_nan());
    }
}
