//! Convolutions and transposed convolutions, forward and backward, image by image. What an image's
//! product needs stays in the CPU's cache, and bias, residual and activation are done while it is
//! there.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use super::activation::{apply, slope};
use super::columns::{fold, rows, size, unfold};
use super::matmul::{Matrix, product};
use super::threads::each;
use crate::kernels::activation::Activation;
use crate::kernels::geometry::{Direction, Geometry};

/// Parts that a batch is cut into for the gradients, whatever the number of threads, so that sums
/// are the same on every machine.
const SUMMED_PARTS: usize = 16;
/// Parts that a batch is cut into where every image stands for itself: small ones, so that no
/// thread waits long for the last.
const PARTS: usize = 64;

/// A layer with its weights `[narrow channels, wide channels, kernel, kernel]`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'a> {
    pub(super) direction: Direction,
    pub(super) geometry: Geometry,
    pub(super) weight: &'a [f32],
    pub(super) activation: Activation,
}

/// The layer's output, and the pre-activation if it was asked for.
pub(super) struct Forward {
    pub(super) output: Vec<f32>,
    pub(super) pre_activation: Option<Vec<f32>>,
}

/// The gradients. The input's only if it was asked for.
pub(super) struct Backward {
    pub(super) input: Option<Vec<f32>>,
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// The gradient of the pre-activation, which is also the residual's.
    pub(super) gated: Vec<f32>,
}

impl Layer<'_> {
    /// Numbers of an image that goes in.
    fn input_size(&self) -> usize {
        image(self.geometry, self.direction.back())
    }

    /// Numbers of an image that comes out.
    fn output_size(&self) -> usize {
        image(self.geometry, self.direction)
    }

    fn output_channels(&self) -> usize {
        match self.direction {
            Direction::Down => self.geometry.narrow_channels,
            Direction::Up => self.geometry.wide_channels,
        }
    }

    /// `activation(convolution + bias + residual)` of consecutive images; with `keep` the
    /// pre-activation too.
    pub(super) fn forward(
        &self,
        input: &[f32],
        bias: &[f32],
        residual: Option<&[f32]>,
        keep: bool,
    ) -> Forward {
        let (inner, outer) = (self.input_size(), self.output_size());
        let plan = Oriented::new(self.direction, self.geometry, self.weight);
        let batch = input.len() / inner;
        let mut output = Fresh::new(batch * outer);
        let mut pre_activation = Fresh::new(if keep { batch * outer } else { 0 });
        each(
            cut(batch, PARTS, (output.numbers(), outer), (pre_activation.numbers(), outer)),
            |(first, output, mut pre_activation)| {
                let mut columns = vec![0.0; size(plan.geometry)];
                for (i, output) in output.chunks_exact_mut(outer).enumerate() {
                    let output = zeros(output);
                    plan.forward(&input[(first + i) * inner..][..inner], output, &mut columns);
                    let place = outer / self.output_channels();
                    for (channel, bias) in output.chunks_exact_mut(place).zip(bias) {
                        channel.iter_mut().for_each(|x| *x += bias);
                    }
                    if let Some(residual) = residual {
                        let residual = &residual[(first + i) * outer..][..outer];
                        output.iter_mut().zip(residual).for_each(|(x, r)| *x += r);
                    }
                    if let Some(pre_activation) = &mut pre_activation {
                        pre_activation[i * outer..][..outer].write_copy_of_slice(output);
                    }
                    apply(self.activation, output);
                }
            },
        );
        // SAFETY: every part wrote all of its images.
        let [output, pre_activation] = unsafe { [output.written(), pre_activation.written()] };
        Forward { output, pre_activation: keep.then_some(pre_activation) }
    }

    /// The gradients, given the output's. `gate`: see [`Activation::gate`].
    pub(super) fn backward(
        &self,
        input: &[f32],
        gradient: &[f32],
        gate: Option<&[f32]>,
        wants_input: bool,
    ) -> Backward {
        let (inner, outer) = (self.input_size(), self.output_size());
        let plan = Oriented::new(self.direction, self.geometry, self.weight);
        let batch = input.len() / inner;
        let mut gated = Fresh::new(batch * outer);
        let mut to_input = Fresh::new(if wants_input { batch * inner } else { 0 });
        let parts = cut(batch, SUMMED_PARTS, (gated.numbers(), outer), (to_input.numbers(), inner));
        let sums = each(parts, |(first, gated, mut to_input)| {
            let mut columns = vec![0.0; size(plan.geometry)];
            let mut weight = vec![0.0; self.weight.len()];
            let mut bias = vec![0.0; self.output_channels()];
            for (i, gated) in gated.chunks_exact_mut(outer).enumerate() {
                let gradient = &gradient[(first + i) * outer..][..outer];
                let gated = gated.write_copy_of_slice(gradient);
                if let Some(gate) = gate {
                    slope(self.activation, &gate[(first + i) * outer..][..outer], gated);
                }
                for (sum, channel) in
                    bias.iter_mut().zip(gated.chunks_exact(outer / self.output_channels()))
                {
                    *sum += sum_of(channel);
                }
                let input = &input[(first + i) * inner..][..inner];
                let to_input = to_input.as_mut();
                let to_input = to_input.map(|all| zeros(&mut all[i * inner..][..inner]));
                plan.backward(input, gated, &mut weight, to_input, &mut columns);
            }
            (weight, bias)
        });
        // SAFETY: every part wrote all of its images.
        let [gated, to_input] = unsafe { [gated.written(), to_input.written()] };
        let mut sums = sums.into_iter();
        let (mut weight, mut bias) = sums
            .next()
            .unwrap_or_else(|| (vec![0.0; self.weight.len()], vec![0.0; self.output_channels()]));
        for (more_weight, more_bias) in sums {
            weight.iter_mut().zip(more_weight).for_each(|(sum, more)| *sum += more);
            bias.iter_mut().zip(more_bias).for_each(|(sum, more)| *sum += more);
        }
        let weight = plan.weight_back(weight);
        Backward { input: wants_input.then_some(to_input), weight, bias, gated }
    }
}

/// Numbers in the image that `direction` leads to.
fn image(geometry: Geometry, direction: Direction) -> usize {
    match direction {
        Direction::Down => geometry.narrow_channels * geometry.places(),
        Direction::Up => geometry.wide_channels * geometry.wide * geometry.wide,
    }
}

/// In eight sums, for SIMD and for accuracy.
fn sum_of(numbers: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let chunks = numbers.chunks_exact(8);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, x)| *sum += x);
    }
    sums.iter().sum::<f32>() + rest
}

/// A layer in the orientation whose patch matrix is smaller. A convolution of stride 1 is also a
/// transposed convolution with flipped weights. For the layer that makes one channel of 32, this
/// shrinks the patch matrix to a thirty-second.
struct Oriented<'a> {
    direction: Direction,
    geometry: Geometry,
    weight: Cow<'a, [f32]>,
    turned: bool,
}

impl<'a> Oriented<'a> {
    fn new(direction: Direction, geometry: Geometry, weight: &'a [f32]) -> Self {
        let turned = geometry.stride == 1
            && geometry.narrow_channels < geometry.wide_channels
            && geometry.padding < geometry.kernel;
        if !turned {
            return Self { direction, geometry, weight: Cow::Borrowed(weight), turned };
        }
        let geometry = Geometry {
            wide_channels: geometry.narrow_channels,
            narrow_channels: geometry.wide_channels,
            wide: geometry.narrow,
            narrow: geometry.wide,
            padding: geometry.kernel - 1 - geometry.padding,
            ..geometry
        };
        let weight =
            turn(weight, [geometry.wide_channels, geometry.narrow_channels], geometry.taps());
        Self { direction: direction.back(), geometry, weight: Cow::Owned(weight), turned }
    }

    /// A weight gradient in the layer's own layout.
    fn weight_back(&self, gradient: Vec<f32>) -> Vec<f32> {
        if !self.turned {
            return gradient;
        }
        let Geometry { wide_channels, narrow_channels, .. } = self.geometry;
        turn(&gradient, [narrow_channels, wide_channels], self.geometry.taps())
    }

    /// As a matrix with a row for each narrow channel.
    fn matrix(&self) -> Matrix<'_> {
        Matrix::new(&self.weight, [self.geometry.narrow_channels, rows(self.geometry)])
    }

    fn forward(&self, input: &[f32], output: &mut [f32], columns: &mut [f32]) {
        let geometry = self.geometry;
        let shape = [rows(geometry), geometry.places()];
        match self.direction {
            Direction::Down => {
                unfold(geometry, input, columns);
                product(output, self.matrix(), Matrix::new(columns, shape), false);
            }
            Direction::Up => {
                let input = Matrix::new(input, [geometry.narrow_channels, geometry.places()]);
                product(columns, self.matrix().transpose(), input, false);
                fold(geometry, columns, output);
            }
        }
    }

    /// Adds to the weights' gradient, writes the input's onto zeros.
    fn backward(
        &self,
        input: &[f32],
        gradient: &[f32],
        weight: &mut [f32],
        to_input: Option<&mut [f32]>,
        columns: &mut [f32],
    ) {
        let geometry = self.geometry;
        let (patches, narrow) =
            ([rows(geometry), geometry.places()], [geometry.narrow_channels, geometry.places()]);
        match self.direction {
            Direction::Down => {
                unfold(geometry, input, columns);
                let gradient = Matrix::new(gradient, narrow);
                product(weight, gradient, Matrix::new(columns, patches).transpose(), true);
                if let Some(to_input) = to_input {
                    product(columns, self.matrix().transpose(), gradient, false);
                    fold(geometry, columns, to_input);
                }
            }
            Direction::Up => {
                unfold(geometry, gradient, columns);
                let columns = Matrix::new(columns, patches);
                product(weight, Matrix::new(input, narrow), columns.transpose(), true);
                if let Some(to_input) = to_input {
                    product(to_input, self.matrix(), columns, false);
                }
            }
        }
    }
}

/// `[a, b, taps]` to `[b, a, taps]`, with the taps reversed.
fn turn(weight: &[f32], [a, b]: [usize; 2], taps: usize) -> Vec<f32> {
    let mut turned = Vec::with_capacity(weight.len());
    for j in 0..b {
        for i in 0..a {
            turned.extend(weight[(i * b + j) * taps..][..taps].iter().rev());
        }
    }
    turned
}

/// Numbers that several threads write. Nobody fills them with zeros first: that would be one
/// thread's work, and the memory would pass the cache once more.
struct Fresh {
    numbers: Vec<f32>,
    count: usize,
}

impl Fresh {
    fn new(count: usize) -> Self {
        Self { numbers: Vec::with_capacity(count), count }
    }

    fn numbers(&mut self) -> Unwritten<'_> {
        &mut self.numbers.spare_capacity_mut()[..self.count]
    }

    /// # Safety
    /// All of [`numbers`](Self::numbers) have been written.
    unsafe fn written(mut self) -> Vec<f32> {
        // SAFETY: as the caller says.
        unsafe { self.numbers.set_len(self.count) };
        self.numbers
    }
}

/// Writes zeros. One image's stay in the cache until its product is added to them.
fn zeros(numbers: &mut [MaybeUninit<f32>]) -> &mut [f32] {
    numbers.fill(MaybeUninit::new(0.0));
    // SAFETY: each has just been written.
    unsafe { numbers.assume_init_mut() }
}

type Unwritten<'a> = &'a mut [MaybeUninit<f32>];

/// A part of a batch: the index of its first image, and its share of two rows of images.
type Part<'a> = (usize, Unwritten<'a>, Option<Unwritten<'a>>);

/// Cuts two rows of `batch` images, with the given numbers in each image, into parts. The second
/// row may be empty.
fn cut<'a>(
    batch: usize,
    parts: usize,
    (one, one_size): (Unwritten<'a>, usize),
    (other, other_size): (Unwritten<'a>, usize),
) -> Vec<Part<'a>> {
    let part = batch.div_ceil(parts).max(1);
    let mut others = other.chunks_mut(part * other_size);
    let ones = one.chunks_mut(part * one_size).enumerate();
    ones.map(|(i, one)| (i * part, one, others.next())).collect()
}
