//! What a product consists of: the layout of its operands and results ([`Left`], [`Right`],
//! [`Out`]), what else it does ([`Extras`]), and its [`Sizes`].

use burn_wgpu::CubeTensor;
use cubecl::prelude::{Const, Vector};

use crate::device::GpuSize;
use crate::kernels::activation::Activation;
use crate::kernels::geometry::Geometry;

/// Edge of a tile.
pub(super) const TILE: usize = 32;
/// Numbers of a vector.
pub(super) const VECTOR: usize = 4;
/// Four numbers.
pub(super) type Four = Vector<f32, Const<VECTOR>>;

/// Layout of the left operand, `rows` by `k`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Left {
    /// `[rows, k]`.
    Rows,
    /// `[k, rows - 1]`, and a last row of ones: it gives the sums of the right operand's columns.
    TransposedAndOnes,
    /// The patch of the wide image under each narrow place. Rows are `batch, place`, k is `channel,
    /// tap`.
    Patches(Geometry),
    /// The narrow numbers that reach each wide place. Rows are `batch, place` of one phase, k is
    /// `tap, channel`.
    PhasePatches(Geometry),
    /// Narrow images by channel. Rows are channels, k is `batch, place`.
    Channels(Geometry),
}

/// Layout of the right operand, `k` by `columns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Right {
    /// `[k, columns]`.
    Rows,
    /// `[columns, k]`.
    Transposed,
    /// The taps that reach a phase. k is `tap, narrow channel`, columns are wide channels.
    Taps(Geometry),
    /// The wide image under each tap. k is `batch, narrow place`, columns are `wide channel, tap`.
    Patches(Geometry),
}

/// One of the two operands. Its lines are the left operand's rows, or the right one's columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Operand {
    pub(super) layout: Layout,
    /// Whether it is loaded in vectors of four neighbours.
    pub(super) vectors: bool,
}

/// Either operand's layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Layout {
    Left(Left),
    Right(Right),
}

/// Where a result goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Out {
    /// `[rows, columns]`.
    Rows,
    /// Narrow images. Rows are `batch, place`, columns are channels.
    Narrow(Geometry),
    /// Wide images. Rows are `batch, place` of one phase, columns are channels.
    Wide(Geometry),
}

/// Multiplies a gradient by the activation's slope while it is loaded: which operand it is, and the
/// activation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Gate {
    pub(super) on_left: bool,
    pub(super) activation: Activation,
}

/// What is fixed when a kernel is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Plan {
    pub(super) left: Left,
    pub(super) right: Right,
    pub(super) out: Out,
    pub(super) vectors: Vectors,
    pub(super) gate: Option<Gate>,
    pub(super) activation: Activation,
}

/// Which operands are loaded in vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Vectors {
    pub(super) left: bool,
    pub(super) right: bool,
}

/// The tensors besides the two operands and the result.
#[derive(Default)]
pub(super) struct Extras<'a> {
    /// In the shape of the gated operand.
    pub(super) gate: Option<&'a CubeTensor>,
    /// `[columns]`, added to each row.
    pub(super) bias: Option<&'a CubeTensor>,
    /// In the shape of the result, added to it.
    pub(super) residual: Option<&'a CubeTensor>,
    /// Receives the pre-activation.
    pub(super) pre_activation: Option<&'a CubeTensor>,
    /// Receives the products of the row of ones.
    pub(super) sums: Option<&'a CubeTensor>,
}

/// Sizes of a product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) k: usize,
}

impl Vectors {
    /// Before the sizes are known.
    pub(super) const NONE: Self = Self { left: false, right: false };
}

impl Sizes {
    /// How many workgroups share each tile's sum: more than one if there are few tiles, so that the
    /// whole GPU that holds the tensor has work.
    pub(super) fn splits(self, on: &CubeTensor) -> usize {
        self.splits_on(GpuSize::of(on.client.properties()))
    }

    fn splits_on(self, gpu: GpuSize) -> usize {
        // Workgroups that are enough, the most parts, and the fewest tiles of a part: with fewer,
        // the second kernel is not worth it.
        let (enough, most, least) = match gpu {
            GpuSize::Usual => (160, 128, 4),
            GpuSize::Large => (640, 512, 2),
        };
        let tiles = self.rows.div_ceil(TILE) * self.columns.div_ceil(TILE);
        (enough / tiles.max(1)).min(self.k / (least * TILE)).clamp(1, most)
    }
}

impl Operand {
    /// Whether neighbours in memory are terms of a sum; otherwise they are lines.
    pub(super) fn along_terms(self) -> bool {
        matches!(
            self.layout,
            Layout::Left(Left::Rows | Left::Channels(_))
                | Layout::Right(Right::Transposed | Right::Patches(_))
        )
    }

    /// Whether a unit's four lines are neighbours; otherwise they lie [`UNITS`](super::tile::UNITS)
    /// apart, so that neighbouring units have neighbouring lines.
    pub(super) fn neighbours(self) -> bool {
        self.vectors && !self.along_terms()
    }

    /// Whether a line's numbers lie one after the other, and then the next line's.
    pub(super) fn is_line_major(self) -> bool {
        matches!(self.layout, Layout::Left(Left::Rows) | Layout::Right(Right::Transposed))
    }

    /// Whether it is gathered from images: a number may lie outside of them.
    pub(super) fn is_image(self) -> bool {
        matches!(
            self.layout,
            Layout::Left(Left::Patches(_) | Left::PhasePatches(_))
                | Layout::Right(Right::Patches(_))
        )
    }

    /// Whether the last line is ones.
    pub(super) fn has_ones(self) -> bool {
        matches!(self.layout, Layout::Left(Left::TransposedAndOnes))
    }

    /// Side of the images that it is gathered from.
    pub(super) fn side(self) -> usize {
        match self.layout {
            Layout::Left(Left::PhasePatches(geometry)) => geometry.narrow,
            _ => self.geometry().wide,
        }
    }

    pub(super) fn geometry(self) -> Geometry {
        match self.layout {
            Layout::Left(
                Left::Patches(geometry) | Left::PhasePatches(geometry) | Left::Channels(geometry),
            )
            | Layout::Right(Right::Taps(geometry) | Right::Patches(geometry)) => geometry,
            Layout::Left(Left::Rows | Left::TransposedAndOnes)
            | Layout::Right(Right::Rows | Right::Transposed) => Geometry::NONE,
        }
    }
}

impl Plan {
    /// The plan with vectors wherever the layout allows it for these sizes: if the numbers of each
    /// line, or of each term, fill whole vectors.
    pub(super) fn with_vectors(self, Sizes { rows, columns, k }: Sizes) -> Self {
        let whole = |count: usize| count.is_multiple_of(VECTOR);
        let left = match self.left {
            Left::Rows => whole(k),
            Left::TransposedAndOnes => whole(rows - 1),
            Left::Channels(geometry) => whole(geometry.places()),
            Left::Patches(_) | Left::PhasePatches(_) => false,
        };
        let right = match self.right {
            Right::Rows => whole(columns),
            Right::Transposed => whole(k),
            Right::Taps(_) | Right::Patches(_) => false,
        };
        Self { vectors: Vectors { left, right }, ..self }
    }

    pub(super) fn left(self) -> Operand {
        Operand { layout: Layout::Left(self.left), vectors: self.vectors.left }
    }

    pub(super) fn right(self) -> Operand {
        Operand { layout: Layout::Right(self.right), vectors: self.vectors.right }
    }

    pub(super) fn gates_left(self) -> bool {
        self.gate.is_some_and(|gate| gate.on_left)
    }

    pub(super) fn gates_right(self) -> bool {
        self.gate.is_some_and(|gate| !gate.on_left)
    }

    pub(super) fn gate_activation(self) -> Activation {
        self.gate.map_or(Activation::None, |gate| gate.activation)
    }

    /// Phases that a transposed convolution computes apart from each other, otherwise 1.
    pub(super) fn phases(self) -> usize {
        match self.left {
            Left::PhasePatches(geometry) => geometry.stride * geometry.stride,
            _ => 1,
        }
    }

    pub(super) fn out_geometry(self) -> Geometry {
        match self.out {
            Out::Narrow(geometry) | Out::Wide(geometry) => geometry,
            Out::Rows => Geometry::NONE,
        }
    }

    pub(super) fn may_leave(self) -> bool {
        matches!(self.out, Out::Wide(geometry) if !geometry.wide.is_multiple_of(geometry.stride))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_split_until_the_gpu_has_work() {
        let splits = |rows, columns, k| {
            let sizes = Sizes { rows, columns, k };
            [GpuSize::Usual, GpuSize::Large].map(|size| sizes.splits_on(size))
        };
        // 4 x 13 tiles of 24.5 terms, and the whole result without parts.
        assert_eq!(splits(128, 400, 784), [3, 12]);
        assert_eq!(splits(2048, 2048, 784), [1, 1]);
        // The last weight gradient of R and the first of C: 9 tiles, and one.
        assert_eq!(splits(1, 288, 100_352), [17, 71]);
        assert_eq!(splits(32, 9, 100_352), [128, 512]);
        // Parts of fewer tiles would not be worth it, nor is a sum of a tile split.
        assert_eq!(splits(128, 40, 400), [3, 6]);
        assert_eq!(splits(128, 400, 20), [1, 1]);
        assert_eq!(splits(0, 0, 0), [1, 1]);
    }
}
