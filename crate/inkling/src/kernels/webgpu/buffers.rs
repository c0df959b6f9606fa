//! What every launch shares: memory for results, and memory kept for a recorded step.

use std::cell::RefCell;

use burn::backend::TensorMetadata;
use burn::tensor::{Shape, Tensor};
use burn_cubecl::kernel::into_contiguous;
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::autodiff::primitive;
use crate::{Error, Result};

thread_local! {
    /// Everything that launches have touched since recording began; `None` while nothing is recorded.
    static KEPT: RefCell<Option<Vec<CubeTensor>>> = const { RefCell::new(None) };
}

/// Runs `work` and returns, beside its result, every tensor that a launch in it reads or writes. A recorded step is replayed on the
/// very memory it was recorded with, so none of it may go back to the pool, where somebody else would get it.
pub(crate) fn keeping<T>(work: impl FnOnce() -> T) -> (T, Vec<CubeTensor>) {
    let before = KEPT.with_borrow_mut(|kept| kept.replace(vec![]));
    let result = work();
    let kept = KEPT.with_borrow_mut(|kept| std::mem::replace(kept, before));
    (result, kept.unwrap_or_default())
}

/// A kernel's argument.
pub(crate) fn arg(tensor: &CubeTensor) -> BufferArg {
    KEPT.with_borrow_mut(|kept| {
        if let Some(kept) = kept {
            kept.push(tensor.clone());
        }
    });
    tensor.clone().into_buffer_arg()
}

/// The tensor in row-major order, as every kernel here reads it.
pub(crate) fn contiguous(tensor: CubeTensor) -> CubeTensor {
    into_contiguous(tensor)
}

/// Memory for a result on the device of `like`: numbers of its kind, not set to anything.
pub(crate) fn alloc(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    empty_device_contiguous_dtype(
        like.client.clone(),
        like.device.clone(),
        shape.into(),
        like.dtype,
    )
}

/// As many groups of `units` as `items` fill.
pub(crate) fn groups(items: usize, units: usize) -> CubeCount {
    CubeCount::Static(items.div_ceil(units).max(1) as u32, 1, 1)
}

/// Numbers of tensors, all of them asked for at once: no kernel gathers them, and a browser that is slow to answer is slow once.
pub(crate) async fn read_all(tensors: Vec<Tensor<1>>) -> Result<Vec<Vec<f32>>> {
    let cubes: Vec<CubeTensor> = tensors.into_iter().map(primitive).collect();
    let Some(first) = cubes.first() else {
        return Ok(vec![]);
    };
    let read = first.client.read_async(cubes.iter().map(|cube| cube.handle.clone()).collect());
    let bytes = read.await.map_err(|error| Error::Device(error.to_string()))?;
    let numbers = cubes.iter().zip(bytes).map(|(cube, bytes)| {
        let numbers = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
        // The memory may be longer than the tensor.
        numbers.take(cube.shape().num_elements()).collect()
    });
    Ok(numbers.collect())
}

/// A run of `count` numbers from `start` in a tensor's memory, without a copy. Only for reading back: a kernel's argument must begin where WebGPU allows it.
pub(crate) fn part(tensor: &CubeTensor, start: usize, count: usize) -> CubeTensor {
    let after = tensor.shape().num_elements() - start - count;
    let handle = tensor.handle.clone().offset_start(4 * start as u64).offset_end(4 * after as u64);
    let (client, device) = (tensor.client.clone(), tensor.device.clone());
    CubeTensor::new_contiguous(client, device, [count].into(), handle, tensor.dtype)
}
