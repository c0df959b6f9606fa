//! The windows of images that a convolution's places see, as [`super::direct`] takes them: a block
//! of places one below the other, whose windows overlap, so that a number is loaded once for
//! several of them. Neighbouring units have neighbouring columns: they load and store neighbouring
//! numbers.

use cubecl::prelude::*;

use crate::kernels::geometry::{Direction, Geometry};

/// The places of images, and what each of them sees of other images: `source[place * stride + tap -
/// padding]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Window {
    /// Side of the square images that the places are in.
    pub(super) side: usize,
    /// Side of the images that the windows are in.
    pub(super) source: usize,
    pub(super) kernel: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
    /// Whether the first tap of the window is the weight's last one.
    pub(super) flipped: bool,
}

impl Window {
    /// What a place of the images that a layer of this direction gives sees of those that it takes.
    /// `None` if places see different taps, as those of a transposed convolution of stride 2 do.
    pub(super) fn of(direction: Direction, geometry: Geometry) -> Option<Self> {
        let Geometry { wide, narrow, kernel, stride, padding, .. } = geometry;
        match direction {
            Direction::Down => {
                Some(Self { side: narrow, source: wide, kernel, stride, padding, flipped: false })
            }
            Direction::Up if stride == 1 => {
                let padding = (kernel - 1).checked_sub(padding)?;
                Some(Self { side: wide, source: narrow, kernel, stride, padding, flipped: true })
            }
            Direction::Up => None,
        }
    }

    /// Taps of a window.
    pub(super) fn taps(self) -> usize {
        self.kernel * self.kernel
    }

    /// Places of a block.
    pub(super) fn block(self) -> usize {
        if self.stride == 1 { 4 } else { 2 }
    }

    /// Blocks of an image.
    pub(super) fn blocks(self) -> usize {
        self.side * self.side.div_ceil(self.block())
    }

    /// Lines of the windows of a block.
    pub(super) fn lines(self) -> usize {
        (self.block() - 1) * self.stride + self.kernel
    }

    /// Numbers of the windows of a block.
    pub(super) fn numbers(self) -> usize {
        self.lines() * self.kernel
    }
}

/// A block of places: its image, and the first of its places.
#[derive(CubeType)]
pub(super) struct Block {
    pub(super) image: usize,
    pub(super) y: usize,
    pub(super) x: usize,
}

/// The block of that index among those of all images.
#[cube]
pub(super) fn block(index: usize, #[comptime] window: Window) -> Block {
    let (side, height, blocks) = comptime!((window.side, window.block(), window.blocks()));
    let within = index % blocks;
    Block { image: index / blocks, y: (within / side) * height, x: within % side }
}

/// Where a block's windows lie in a channel of the source, and which of their lines and columns are
/// inside.
#[derive(CubeType)]
pub(super) struct Frame {
    at: usize,
    lines: Array<bool>,
    columns: Array<bool>,
}

#[cube]
pub(super) fn frame(block: &Block, #[comptime] window: Window) -> Frame {
    let (source, stride, padding) = comptime!((window.source, window.stride, window.padding));
    // Places in the padding have wrapped around, and so are beyond the other side.
    let (y, x) = (block.y * stride - padding, block.x * stride - padding);
    let mut lines = Array::<bool>::new(comptime!(window.lines()));
    #[unroll]
    for line in 0usize..comptime!(window.lines()) {
        lines[line] = y + line < source;
    }
    let mut columns = Array::<bool>::new(comptime!(window.kernel));
    #[unroll]
    for column in 0usize..comptime!(window.kernel) {
        columns[column] = x + column < source;
    }
    Frame { at: y * source + x, lines, columns }
}

/// Loads a block's windows from the channel that begins at `channel`, 0 for what is outside, into
/// `numbers` from `first` on.
#[cube]
pub(super) fn load(
    images: &[f32],
    channel: usize,
    frame: &Frame,
    numbers: &mut Array<f32>,
    #[comptime] first: usize,
    #[comptime] window: Window,
) {
    let (source, kernel) = comptime!((window.source, window.kernel));
    let at = channel + frame.at;
    #[unroll]
    for line in 0usize..comptime!(window.lines()) {
        #[unroll]
        for column in 0usize..kernel {
            let mut number = 0.0f32;
            let in_line = frame.lines[line];
            let in_column = frame.columns[column];
            if in_line && in_column {
                number = images[at + comptime!(line * source + column)];
            }
            numbers[comptime!(first + line * kernel + column)] = number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pair of a place and a tap reaches the same number of the source as the geometry says.
    #[test]
    fn a_window_is_what_a_place_sees() {
        for (kernel, stride, padding) in [(3, 1, 1), (3, 1, 0), (3, 1, 2), (4, 1, 1), (4, 2, 1)] {
            let narrow = (11 + 2 * padding - kernel) / stride + 1;
            let geometry = Geometry { wide: 11, narrow, kernel, stride, padding, ..Geometry::NONE };
            for direction in [Direction::Down, Direction::Up] {
                let Some(window) = Window::of(direction, geometry) else {
                    assert!(direction == Direction::Up && stride > 1, "{geometry:?}");
                    continue;
                };
                for place in 0..window.side {
                    for tap in 0..kernel {
                        let weight = if window.flipped { kernel - 1 - tap } else { tap };
                        let seen = (place * stride + tap).checked_sub(window.padding);
                        let seen = seen.filter(|&seen| seen < window.source);
                        let expected = match direction {
                            Direction::Down => (place * stride + weight).checked_sub(padding),
                            Direction::Up => (place + padding).checked_sub(weight),
                        };
                        let expected = expected.filter(|&seen| seen < window.source);
                        assert_eq!(seen, expected, "{direction:?} {geometry:?}");
                    }
                }
            }
        }
        // More padding than a window has taps on that side.
        let geometry = Geometry { padding: 3, kernel: 3, wide: 5, narrow: 9, ..Geometry::NONE };
        assert_eq!(Window::of(Direction::Up, geometry), None);
    }
}
