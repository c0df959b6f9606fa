//! What every launch needs: memory for results, and a list of the memory that a recorded step uses.

use std::cell::RefCell;
use std::vec::IntoIter;

use burn::backend::TensorMetadata;
use burn::tensor::{Bytes, Shape};
use burn_cubecl::ops::numeric::empty_device_contiguous_dtype;
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

thread_local! {
    /// The memory of the step that is being pinned; `None` while none is.
    static STEP: RefCell<Option<Step>> = const { RefCell::new(None) };
}

/// The memory of a step, which nobody else gets while this lives.
#[derive(Debug, Default)]
pub(crate) struct Pinned {
    /// What [`alloc`] returned, in order.
    allocated: Vec<CubeTensor>,
    /// What launches have bound, the memory of Burn's own operations included.
    bound: Vec<CubeTensor>,
}

#[derive(Default)]
struct Step {
    pinned: Pinned,
    /// What [`alloc`] returns before it asks the device.
    reused: IntoIter<CubeTensor>,
}

/// Runs `work` and returns its result with all memory that it worked on. A recorded step replays on
/// the memory that it was recorded with: while that is pinned, the pool cannot hand it to anybody
/// else.
pub(crate) fn pin_buffers<T>(work: impl FnOnce() -> T) -> (T, Pinned) {
    pin(Step::default(), work)
}

/// Runs `work` once more, on the memory of the time before.
///
/// While a step is being recorded the pools may not grow, and a pool with room for a step need not
/// find room for the same step again: it may have put small tensors where large ones fit. So the
/// step is recorded on memory that it has already. Only Burn's own operations allocate anew: the
/// memory that they had is free again, unless a later result of the first time has got it. So after
/// a second time the pools have all that a third will need.
pub(crate) fn pin_same_buffers<T>(pinned: Pinned, work: impl FnOnce() -> T) -> (T, Pinned) {
    let reused = pinned.allocated.into_iter();
    drop(pinned.bound);
    pin(Step { reused, ..Step::default() }, work)
}

fn pin<T>(step: Step, work: impl FnOnce() -> T) -> (T, Pinned) {
    let outer = STEP.with_borrow_mut(|current| current.replace(step));
    let result = work();
    let step = STEP.with_borrow_mut(|current| std::mem::replace(current, outer));
    (result, step.map(|step| step.pinned).unwrap_or_default())
}

/// The tensor as a kernel's argument, noted for [`pin_buffers`].
pub(super) fn bind_and_track(tensor: &CubeTensor) -> BufferArg {
    #[cfg(feature = "checks")]
    super::cost::bind(tensor);
    STEP.with_borrow_mut(|step| {
        if let Some(step) = step {
            step.pinned.bound.push(tensor.clone());
        }
    });
    tensor.clone().into_buffer_arg()
}

/// Uninitialised memory for a result, on the device of `like` and with its data type.
pub(crate) fn alloc(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    let (shape, dtype) = (shape.into(), like.dtype);
    STEP.with_borrow_mut(|step| {
        let reused = step.as_mut().and_then(|step| step.reused.next());
        let fits = |had: &CubeTensor| had.shape() == shape && had.dtype == dtype;
        let tensor = reused.filter(fits).unwrap_or_else(|| {
            let (client, device) = (like.client.clone(), like.device.clone());
            empty_device_contiguous_dtype(client, device, shape.clone(), dtype)
        });
        if let Some(step) = step {
            step.pinned.allocated.push(tensor.clone());
        }
        tensor
    })
}

/// The same memory in another shape.
///
/// # Panics
/// If the shapes have different numbers of numbers.
pub(crate) fn reshaped(tensor: &CubeTensor, shape: Shape) -> CubeTensor {
    assert_eq!(tensor.shape().num_elements(), shape.num_elements(), "as many numbers as before");
    let (client, device) = (tensor.client.clone(), tensor.device.clone());
    CubeTensor::new_contiguous(client, device, shape, tensor.handle.clone(), tensor.dtype)
}

/// Overwrites the tensor's memory from the host. Not while a step is being recorded.
pub(crate) fn write(tensor: &CubeTensor, bytes: Bytes) {
    tensor.client.write(&tensor.handle, bytes);
}
