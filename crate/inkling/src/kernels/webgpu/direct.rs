//! Convolutions between many channels and one or two, as the first layer of an encoder and the last
//! one of a decoder are. As [products](super::matmul) they would fill one or two columns, or terms,
//! of a tile's 32. Here a unit computes a [block](super::window) of places and keeps all that it
//! needs of them in registers: [the layer](super::direct_forward) and [its weight's
//! gradient](super::direct_gradient).

use cubecl::prelude::*;

use super::window::{Block, Window, frame, load};
use crate::kernels::activation::Activation;
use crate::kernels::geometry::{Direction, Geometry};

/// The most channels that count as few.
const FEW: usize = 2;
/// The most taps of the few channels together: a unit keeps their sums in registers.
pub(super) const SUMS: usize = 36;
/// The most weights of a layer to few channels: half of the workgroup memory of every device.
const WEIGHTS: usize = 2048;
/// Blocks that a workgroup computes at a time.
pub(super) const UNITS: usize = 64;

/// What is fixed when a kernel is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Direct {
    /// What a place of the images that are computed sees of the others.
    pub(super) window: Window,
    pub(super) many: usize,
    pub(super) few: usize,
    /// Whether the weight is `[many, few, ..]`; otherwise it is `[few, many, ..]`.
    pub(super) many_first: bool,
    pub(super) activation: Activation,
}

impl Direct {
    /// How a layer from few channels to many, or from many to few, is computed directly; `None` if
    /// it should be a product.
    pub(super) fn layer(
        direction: Direction,
        geometry: Geometry,
        activation: Activation,
    ) -> Option<Self> {
        let (wide, narrow) = (geometry.wide_channels, geometry.narrow_channels);
        let (many, few) = (wide.max(narrow), wide.min(narrow));
        let window = Window::of(direction, geometry)?;
        let is_small = few <= FEW && few * window.taps() <= SUMS;
        let fits = many * few * window.taps() <= WEIGHTS;
        let direct = Self { window, many, few, many_first: narrow == many, activation };
        (is_small && (fits || !direct.is_to_few(direction))).then_some(direct)
    }

    /// How the gradient of such a layer's weight is computed directly. Its places are those of the
    /// images with many channels.
    pub(super) fn weight_gradient(geometry: Geometry) -> Option<Self> {
        let many_are_narrow = geometry.narrow_channels >= geometry.wide_channels;
        let to_many = if many_are_narrow { Direction::Down } else { Direction::Up };
        Self::layer(to_many, geometry, Activation::None)
    }

    /// Whether the layer of this direction goes to the few channels.
    pub(super) fn is_to_few(self, direction: Direction) -> bool {
        self.many_first == (direction == Direction::Up)
    }

    /// Numbers of a unit's windows in all of the few channels.
    pub(super) fn numbers(self) -> usize {
        self.few * self.window.numbers()
    }

    /// Weights of each of the many channels.
    pub(super) fn weights(self) -> usize {
        self.few * self.window.taps()
    }
}

/// Where the weight of one of the many channels, one of the few, and a window's tap lies.
#[cube]
pub(super) fn weight_at(many: usize, few: usize, tap: usize, #[comptime] plan: Direct) -> usize {
    let (taps, flipped) = comptime!((plan.window.taps(), plan.window.flipped));
    let tap = if comptime!(flipped) { comptime!(taps - 1) - tap } else { tap };
    let pair = if comptime!(plan.many_first) {
        many * comptime!(plan.few) + few
    } else {
        few * comptime!(plan.many) + many
    };
    pair * taps + tap
}

/// Loads a block's windows in all of the few channels.
#[cube]
pub(super) fn load_few(
    images: &[f32],
    block: &Block,
    numbers: &mut Array<f32>,
    #[comptime] plan: Direct,
) {
    let (window, few) = comptime!((plan.window, plan.few));
    let plane = comptime!(window.source * window.source);
    let frame = frame(block, window);
    #[unroll]
    for f in 0usize..few {
        let at = (block.image * few + f) * plane;
        load(images, at, &frame, numbers, comptime!(f * window.numbers()), window);
    }
}
