//! What every launch needs: memory for results, and a list of the memory that a recorded step uses.

use std::cell::RefCell;

use burn::backend::TensorMetadata;
use burn::tensor::{Bytes, Shape};
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

thread_local! {
    /// The tensors that launches have bound since `pin_buffers` began; `None` outside of it.
    static PINNED: RefCell<Option<Vec<CubeTensor>>> = const { RefCell::new(None) };
}

/// Runs `work` and returns its result with every tensor that a launch in it has bound. A recorded
/// step replays on the memory that it was recorded with: while these tensors live, the pool cannot
/// hand that memory to anybody else.
pub(crate) fn pin_buffers<T>(work: impl FnOnce() -> T) -> (T, Vec<CubeTensor>) {
    let outer = PINNED.with_borrow_mut(|pinned| pinned.replace(vec![]));
    let result = work();
    let pinned = PINNED.with_borrow_mut(|pinned| std::mem::replace(pinned, outer));
    (result, pinned.unwrap_or_default())
}

/// The tensor as a kernel's argument, noted for [`pin_buffers`].
pub(super) fn bind_and_track(tensor: &CubeTensor) -> BufferArg {
    PINNED.with_borrow_mut(|pinned| {
        if let Some(pinned) = pinned {
            pinned.push(tensor.clone());
        }
    });
    tensor.clone().into_buffer_arg()
}

/// Uninitialised memory for a result, on the device of `like` and with its data type.
pub(crate) fn alloc(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    empty_device_contiguous_dtype(
        like.client.clone(),
        like.device.clone(),
        shape.into(),
        like.dtype,
    )
}

/// The workgroups of `units` that `items` fill; at least one.
pub(super) fn groups(items: usize, units: usize) -> CubeCount {
    CubeCount::Static(items.div_ceil(units).max(1) as u32, 1, 1)
}

/// `count` numbers of a tensor's memory from `start` on, without a copy. Only for reading back: a
/// kernel's argument has to begin at an offset that WebGPU allows.
///
/// # Panics
/// If the tensor has fewer than `start + count` numbers.
pub(crate) fn part(tensor: &CubeTensor, start: usize, count: usize) -> CubeTensor {
    let after = tensor.shape().num_elements() - start - count;
    let handle = tensor.handle.clone().offset_start(4 * start as u64).offset_end(4 * after as u64);
    let (client, device) = (tensor.client.clone(), tensor.device.clone());
    CubeTensor::new_contiguous(client, device, [count].into(), handle, tensor.dtype)
}

/// Overwrites the tensor's memory from the host. Not while a step is being recorded.
pub(crate) fn write(tensor: &CubeTensor, bytes: Bytes) {
    tensor.client.write(&tensor.handle, bytes);
}
