//! A model's parameters with their gradients and Adam's moments, in as few buffers as WebGPU
//! allows: so one launch updates them all.
//!
//! Each parameter has a place in the buffers, the same one in all four. The layers' backward passes
//! write gradients straight to their places ([`Parameters::collect_gradients`]).

use std::cell::RefCell;

use burn::backend::TensorMetadata;
use burn::tensor::{Device, Shape};
use burn_wgpu::CubeTensor;
use cubecl::prelude::*;

use super::buffers::{alloc, bind_and_track};
use super::step::{Control, RATE, SCALE, moved, setting};
use super::workgroups::{groups, noted, position};
use crate::device::upload::zeros;
use crate::device::webgpu::primitive;

/// Units of a workgroup.
const UNITS: usize = 64;
/// Numbers of a vector.
const VECTOR: usize = 4;
/// A parameter begins at a multiple of so many numbers: 256 bytes is what WebGPU asks of a buffer's
/// part that a kernel binds.
const ALIGNMENT: usize = 64;

thread_local! {
    /// The parameters whose gradients are being collected.
    static COLLECTED: RefCell<Vec<Group>> = const { RefCell::new(vec![]) };
}

/// Where a parameter lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    group: usize,
    start: usize,
    count: usize,
}

/// Parameters that share their buffers. Between them are zeros, which Adam leaves as they are.
#[derive(Debug, Clone)]
struct Group {
    values: CubeTensor,
    gradients: CubeTensor,
    first: CubeTensor,
    second: CubeTensor,
}

/// All parameters of a model, in the module's order.
#[derive(Debug)]
pub(crate) struct Parameters {
    groups: Vec<Group>,
    places: Vec<Place>,
}

impl Parameters {
    /// Copies of the parameters and of their moments, which are 0 where there are none. A buffer
    /// has at most `largest` numbers, unless a parameter alone has more.
    pub(crate) fn new(
        values: &[CubeTensor],
        moments: &[Option<[CubeTensor; 2]>],
        largest: usize,
        device: &Device,
    ) -> Self {
        let counts: Vec<usize> = values.iter().map(|value| value.shape().num_elements()).collect();
        let (places, sizes) = arrange(&counts, largest);
        let groups = sizes.iter().map(|&size| Group::zeros(size, device)).collect();
        let parameters = Self { groups, places };
        for (i, (value, moments)) in values.iter().zip(moments).enumerate() {
            copy(value, &parameters.value(i, [counts[i]]));
            if let Some(from) = moments {
                for (from, to) in from.iter().zip(parameters.moments(i)) {
                    copy(from, &to);
                }
            }
        }
        parameters
    }

    /// A parameter of one number that nobody has, to rehearse [`adam`](Self::adam) on.
    pub(crate) fn scratch(device: &Device) -> Self {
        let (places, sizes) = arrange(&[1], 1);
        Self { groups: sizes.iter().map(|&size| Group::zeros(size, device)).collect(), places }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// The `i`th parameter's own memory.
    pub(crate) fn value(&self, i: usize, shape: impl Into<Shape>) -> CubeTensor {
        let Place { group, start, .. } = self.places[i];
        slice(&self.groups[group].values, start, shape.into())
    }

    /// The memory of both moments of the `i`th parameter, flat.
    pub(crate) fn moments(&self, i: usize) -> [CubeTensor; 2] {
        let Place { group, start, count } = self.places[i];
        let Group { first, second, .. } = &self.groups[group];
        [first, second].map(|moment| slice(moment, start, [count].into()))
    }

    /// Whether this is the memory of the `i`th parameter's gradient.
    pub(crate) fn is_gradient(&self, i: usize, gradient: &CubeTensor) -> bool {
        let Place { group, start, count } = self.places[i];
        same_memory(gradient, &self.groups[group].gradients)
            && offset(gradient) == start
            && gradient.shape().num_elements() == count
    }

    /// Everything that [`adam`](Self::adam) changes.
    #[cfg(feature = "checks")]
    pub(crate) fn all(&self) -> Vec<CubeTensor> {
        let of = |group: &Group| {
            let Group { values, first, second, .. } = group.clone();
            [values, first, second]
        };
        self.groups.iter().flat_map(of).collect()
    }

    /// Runs `work`, in which [`alloc_gradient`] gives each parameter's gradient its place.
    pub(crate) fn collect_gradients<T>(&self, work: impl FnOnce() -> T) -> T {
        let outer = COLLECTED.replace(self.groups.clone());
        let result = work();
        COLLECTED.set(outer);
        result
    }

    /// Updates the parameters in place by Adam (Kingma and Ba 2015, algorithm 1).
    pub(crate) fn adam(&self, control: &Control) {
        for Group { values, gradients, first, second } in &self.groups {
            let count = values.shape().num_elements() / VECTOR;
            adam_kernel::launch(
                &values.client.clone(),
                noted("adam", groups(count, UNITS)),
                CubeDim::new_1d(UNITS as u32),
                bind_and_track(values),
                bind_and_track(gradients),
                bind_and_track(first),
                bind_and_track(second),
                bind_and_track(control.like()),
                count,
            );
        }
    }
}

impl Group {
    fn zeros(size: usize, device: &Device) -> Self {
        let zeros = || primitive(zeros::<1>([size], device));
        Self { values: zeros(), gradients: zeros(), first: zeros(), second: zeros() }
    }
}

/// Memory for the gradient of `parameter`, in its shape: its place if gradients are being collected
/// and it is one of those parameters.
pub(super) fn alloc_gradient(parameter: &CubeTensor) -> CubeTensor {
    let shape = parameter.shape();
    let place = COLLECTED.with_borrow(|groups| {
        let group = groups.iter().find(|group| same_memory(parameter, &group.values))?;
        Some(slice(&group.gradients, offset(parameter), shape.clone()))
    });
    place.unwrap_or_else(|| alloc(parameter, shape))
}

/// Places for parameters of these sizes, and the sizes of the groups.
fn arrange(counts: &[usize], largest: usize) -> (Vec<Place>, Vec<usize>) {
    let mut sizes = vec![];
    let place = |&count: &usize| {
        let size = count.next_multiple_of(ALIGNMENT);
        match sizes.last_mut() {
            Some(last) if *last + size <= largest => *last += size,
            _ => sizes.push(size),
        }
        Place { group: sizes.len() - 1, start: sizes[sizes.len() - 1] - size, count }
    };
    let places = counts.iter().map(place).collect();
    (places, sizes)
}

fn same_memory(one: &CubeTensor, other: &CubeTensor) -> bool {
    std::ptr::eq(one.handle.memory.descriptor(), other.handle.memory.descriptor())
}

/// Where a tensor begins in its memory, in numbers.
fn offset(tensor: &CubeTensor) -> usize {
    tensor.handle.offset_start.unwrap_or(0) as usize / size_of::<f32>()
}

/// A part of a tensor's memory, without a copy. `start` is a multiple of [`ALIGNMENT`].
fn slice(tensor: &CubeTensor, start: usize, shape: Shape) -> CubeTensor {
    let after = tensor.shape().num_elements() - start - shape.num_elements();
    let bytes = |count: usize| (size_of::<f32>() * count) as u64;
    let handle = tensor.handle.clone().offset_start(bytes(start)).offset_end(bytes(after));
    let (client, device) = (tensor.client.clone(), tensor.device.clone());
    CubeTensor::new_contiguous(client, device, shape, handle, tensor.dtype)
}

fn copy(from: &CubeTensor, to: &CubeTensor) {
    let count = to.shape().num_elements();
    copy_kernel::launch(
        &to.client.clone(),
        noted("copy", groups(count, UNITS)),
        CubeDim::new_1d(UNITS as u32),
        bind_and_track(from),
        bind_and_track(to),
        count,
    );
}

#[cube(launch)]
fn copy_kernel(from: &[f32], to: &mut [f32], count: usize) {
    let at = position();
    if at < count {
        to[at] = from[at];
    }
}

#[cube(launch)]
fn adam_kernel(
    values: &mut [Vector<f32, Const<4>>],
    gradients: &[Vector<f32, Const<4>>],
    first: &mut [Vector<f32, Const<4>>],
    second: &mut [Vector<f32, Const<4>>],
    rows: &[f32],
    count: usize,
) {
    let at = position();
    if at < count {
        let (rate, scale) = (setting(rows, RATE), setting(rows, SCALE));
        let (mut value, gradient) = (values[at], gradients[at]);
        let (mut mean, mut square) = (first[at], second[at]);
        #[unroll]
        for i in 0usize..VECTOR {
            let (old, old_mean, old_square) =
                (value.extract(i), mean.extract(i), square.extract(i));
            let (new, new_mean, new_square) =
                moved(old, old_mean, old_square, gradient.extract(i), rate, scale);
            value.insert(i, new);
            mean.insert(i, new_mean);
            square.insert(i, new_square);
        }
        values[at] = value;
        first[at] = mean;
        second[at] = square;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_lie_apart_at_aligned_places() {
        let counts = [313_600, 400, 16_000, 40, 1, 64, 65];
        let (places, sizes) = arrange(&counts, 1 << 25);
        assert_eq!(sizes.len(), 1);
        let mut end = 0;
        for (place, count) in places.iter().zip(counts) {
            assert_eq!((place.group, place.count), (0, count));
            assert!(place.start >= end && place.start.is_multiple_of(ALIGNMENT), "{places:?}");
            end = place.start + count;
        }
        assert!(end <= sizes[0]);
    }

    #[test]
    fn a_group_fits_a_buffer_if_it_can() {
        let (places, sizes) = arrange(&[100, 28, 64, 300, 10], 256);
        // 100 takes two times 64 numbers, 28 and 64 one each, 300 five, more than a buffer, 10 one.
        assert_eq!(sizes, [256, 320, 64]);
        let at: Vec<_> = places.iter().map(|place| (place.group, place.start)).collect();
        assert_eq!(at, [(0, 0), (0, 128), (0, 192), (1, 0), (2, 0)]);
    }
}
