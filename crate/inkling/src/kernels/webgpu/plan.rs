//! What a product consists of: the layout of its operands and results ([`Left`], [`Right`],
//! [`Out`]), what else it does ([`Extras`]), and its [`Sizes`].

use burn_wgpu::CubeTensor;

use crate::kernels::activation::Activation;
use crate::kernels::geometry::Geometry;

/// Edge of a tile.
pub(super) const TILE: usize = 32;

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
    pub(super) gate: Option<Gate>,
    pub(super) activation: Activation,
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

impl Sizes {
    /// How many workgroups share each tile's sum: more than one if there are few tiles, so that the
    /// whole GPU has work.
    pub(super) fn splits(self) -> usize {
        const ENOUGH: usize = 160;
        let tiles = self.rows.div_ceil(TILE) * self.columns.div_ceil(TILE);
        // Parts of fewer than four tiles are not worth the second kernel.
        (ENOUGH / tiles.max(1)).min(self.k / (4 * TILE)).clamp(1, 128)
    }
}

impl Plan {
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

    pub(super) fn left_geometry(self) -> Geometry {
        match self.left {
            Left::Patches(geometry) | Left::PhasePatches(geometry) | Left::Channels(geometry) => {
                geometry
            }
            Left::Rows | Left::TransposedAndOnes => Geometry::NONE,
        }
    }

    pub(super) fn right_geometry(self) -> Geometry {
        match self.right {
            Right::Taps(geometry) | Right::Patches(geometry) => geometry,
            Right::Rows | Right::Transposed => Geometry::NONE,
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
