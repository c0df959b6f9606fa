//! Random numbers inside kernels: a function of a number's index and of two keys, without a state.

use cubecl::prelude::*;

/// A draw from 0..1, never 1, in steps of 2^-24. It depends on its three numbers alone: pcg3d
/// (Jarzynski and Olano 2020, "Hash Functions for GPU Rendering").
#[cube]
pub(super) fn uniform(index: u32, key_a: u32, key_b: u32) -> f32 {
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
    f32::cast_from(x >> 8u32) * (1.0f32 / 16777216.0f32)
}
