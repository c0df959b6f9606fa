//! What every launch shares: memory for results, and memory kept for a recorded step.

use std::cell::RefCell;

use burn::tensor::Shape;
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

thread_local! {
    /// Everything that launches have touched since recording began; `None` while nothing is recorded.
    static KEPT: RefCell<Option<Vec<CubeTensor>>> = const { RefCell::new(None) };
}

/// Runs `work` and returns, beside its result, every tensor that a launch in it reads or writes. A recorded step is replayed on the
/// very memory it was recorded with, so none of it may go back to the pool, where somebody else would get it.
pub(super) fn keeping<T>(work: impl FnOnce() -> T) -> (T, Vec<CubeTensor>) {
    let before = KEPT.with_borrow_mut(|kept| kept.replace(vec![]));
    let result = work();
    let kept = KEPT.with_borrow_mut(|kept| std::mem::replace(kept, before));
    (result, kept.unwrap_or_default())
}

/// A kernel's argument.
pub(super) fn arg(tensor: &CubeTensor) -> BufferArg {
    KEPT.with_borrow_mut(|kept| {
        if let Some(kept) = kept {
            kept.push(tensor.clone());
        }
    });
    tensor.clone().into_buffer_arg()
}

/// The tensor in row-major order, as every kernel here reads it.
pub(super) fn contiguous(tensor: CubeTensor) -> CubeTensor {
    into_contiguous(tensor)
}

/// Memory for a result on the device of `like`: numbers of its kind, not set to anything.
pub(super) fn alloc(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    empty_device_contiguous_dtype(
        like.client.clone(),
        like.device.clone(),
        shape.into(),
        like.dtype,
    )
}

/// As many groups of `units` as `items` fill.
pub(super) fn groups(items: usize, units: usize) -> CubeCount {
    CubeCount::Static(items.div_ceil(units).max(1) as u32, 1, 1)
}
