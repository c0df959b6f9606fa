//! Random numbers that depend on counters alone: no unit waits for another, and the same numbers
//! come again for the same seed.

#[cfg(feature = "checks")]
use burn::backend::TensorMetadata;
#[cfg(feature = "checks")]
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

#[cfg(feature = "checks")]
use super::buffers::{alloc, bind_and_track};
#[cfg(feature = "checks")]
use super::workgroups::{groups, position};

/// A draw from N(0, 1) that depends on its three numbers alone, by Box-Muller.
#[cube]
pub(super) fn normal(index: u32, key_a: u32, key_b: u32) -> f32 {
    let (x, y) = hash(index, key_a, key_b);
    radius(unit(x).ln()) * angle(unit(y)).cos()
}

/// A draw from 0..1, never 1, in steps of 2^-24. It depends on its three numbers alone.
#[cube]
pub(super) fn uniform(index: u32, key_a: u32, key_b: u32) -> f32 {
    let (x, _) = hash(index, key_a, key_b);
    f32::cast_from(x >> 8u32) * (1.0f32 / 16777216.0f32)
}

/// 64 bits that look random: pcg3d (Jarzynski and Olano 2020, "Hash Functions for GPU Rendering").
#[cube]
fn hash(index: u32, key_a: u32, key_b: u32) -> (u32, u32) {
    let mut x = index * 1664525u32 + 1013904223u32;
    let mut y = key_a * 1664525u32 + 1013904223u32;
    let mut z = key_b * 1664525u32 + 1013904223u32;
    x += y * z;
    y += z * x;
    z += x * y;
    x ^= x >> 16u32;
    y ^= y >> 16u32;
    z ^= z >> 16u32;
    x += y * z;
    y += z * x;
    (x, y)
}

/// A number in 0..=1 from the upper 24 bits. It is never 0.
#[cube]
fn unit(bits: u32) -> f32 {
    (f32::cast_from(bits >> 8u32) + 0.5f32) * (1.0f32 / 16777216.0f32)
}

/// Box-Muller's radius from the logarithm of a number in 0..=1. WGSL's log may err upwards near 1;
/// the root of a negative number would be NaN.
#[cube]
fn radius(log: f32) -> f32 {
    max(-2.0f32 * log, 0.0f32).sqrt()
}

/// The angle of a number in 0..=1, within -pi..=pi: WGSL promises nothing about the cosine of any
/// other.
#[cube]
fn angle(turn: f32) -> f32 {
    6.2831855f32 * select(turn < 0.5f32, turn, turn - 1.0f32)
}

/// The angles of `turns`.
#[cfg(feature = "checks")]
pub(crate) fn angles(turns: &CubeTensor) -> CubeTensor {
    mapped(turns, true)
}

/// The radii of `logs`.
#[cfg(feature = "checks")]
pub(crate) fn radii(logs: &CubeTensor) -> CubeTensor {
    mapped(logs, false)
}

#[cfg(feature = "checks")]
fn mapped(numbers: &CubeTensor, is_turn: bool) -> CubeTensor {
    let count = numbers.shape().num_elements();
    let out = alloc(numbers, [count]);
    noise_check_kernel::launch(
        &out.client.clone(),
        groups(count, 64),
        CubeDim::new_1d(64),
        bind_and_track(numbers),
        bind_and_track(&out),
        count,
        is_turn,
    );
    out
}

#[cfg(feature = "checks")]
#[cube(launch)]
fn noise_check_kernel(numbers: &[f32], out: &mut [f32], count: usize, #[comptime] is_turn: bool) {
    let at = position();
    if at < count {
        if comptime!(is_turn) {
            out[at] = angle(numbers[at]);
        } else {
            out[at] = radius(numbers[at]);
        }
    }
}
