//! Adam on numbers in memory.

use pulp::Arch;

use super::threads::{each, shares};
use crate::kernels::constants::{ADAM_BETA_1, ADAM_BETA_2, ADAM_EPSILON};

/// The least numbers that are worth another thread.
const WORTH: usize = 16_384;

/// Moves `values` and their moments in place, given the gradient. `rate` and `scale` are corrected
/// for bias (`train::Adam::corrected`).
///
/// # Panics
/// Unless all have the same length.
pub(super) fn step(
    values: &mut [f32],
    [first, second]: [&mut [f32]; 2],
    gradient: &[f32],
    (rate, scale): (f64, f64),
) {
    let count = values.len();
    assert_eq!([first.len(), second.len(), gradient.len()], [count; 3], "as many of each");
    let (rate, scale) = (rate as f32, scale as f32);
    let mut parts = vec![];
    let (mut values, mut first, mut second) = (values, first, second);
    for range in shares(count, WORTH) {
        let (a, b, c) = (
            values.split_at_mut(range.len()),
            first.split_at_mut(range.len()),
            second.split_at_mut(range.len()),
        );
        parts.push((a.0, b.0, c.0, &gradient[range]));
        (values, first, second) = (a.1, b.1, c.1);
    }
    each(parts, |(values, first, second, gradient)| {
        Arch::new().dispatch(
            #[inline(always)]
            || {
                let moments = first.iter_mut().zip(second);
                for ((x, (m, v)), &g) in values.iter_mut().zip(moments).zip(gradient) {
                    *m = *m * BETA_1 + g * (1.0 - BETA_1);
                    *v = *v * BETA_2 + g * g * (1.0 - BETA_2);
                    *x -= *m * rate / (v.sqrt() * scale + ADAM_EPSILON as f32);
                }
            },
        );
    });
}

const BETA_1: f32 = ADAM_BETA_1 as f32;
const BETA_2: f32 = ADAM_BETA_2 as f32;
