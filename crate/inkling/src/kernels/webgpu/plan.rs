//! What a product is made of: where its numbers lie ([`Left`], [`Right`], [`Out`]), what it does besides ([`Extras`]), and its [`Sizes`].

use burn_wgpu::CubeTensor;

use crate::kernels::activation::Activation;
use crate::kernels::geometry::Geometry;

/// Edge of a tile.
pub(super) const TILE: usize = 32;

/// Where the left side's numbers lie, `rows` by `k`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Left {
    /// `[rows, k]`.
    Rows,
    /// `[k, rows - 1]`, and a last row of ones: the sums of the right side's columns.
    TransposedAndOnes,
    /// The patch of the wide image under each narrow place: rows are `batch, place`, k is `channel, tap`.
    Patches(Geometry),
    /// The narrow numbers that reach each wide place: rows are `batch, place` of one phase, k is `tap, channel`.
    PhasePatches(Geometry),
    /// Narrow images by channel: rows are channels, k is `batch, place`.
    Channels(Geometry),
}

/// Where the right side's numbers lie, `k` by `columns`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Right {
    /// `[k, columns]`.
    Rows,
    /// `[columns, k]`.
    Transposed,
    /// A kernel's taps that reach a phase: k is `tap, narrow channel`, columns are wide channels.
    Taps(Geometry),
    /// The wide image under each tap: k is `batch, narrow place`, columns are `wide channel, tap`.
    Patches(Geometry),
}

/// Where a result goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Out {
    /// `[rows, columns]`.
    Rows,
    /// Narrow images: rows are `batch, place`, columns are channels.
    Narrow(Geometry),
    /// Wide images: rows are `batch, place` of one phase, columns are channels.
    Wide(Geometry),
}

/// The factor of a gradient that has passed the activation: which side it is on, and of what kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Gate {
    pub(super) on_left: bool,
    pub(super) activation: Activation,
}

/// What is decided when a kernel is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Plan {
    pub(super) left: Left,
    pub(super) right: Right,
    pub(super) out: Out,
    pub(super) gate: Option<Gate>,
    pub(super) activation: Activation,
}

/// The operands besides the two sides.
#[derive(Default)]
pub(super) struct Extras<'a> {
    /// Shaped like the gated side.
    pub(super) gate: Option<&'a CubeTensor>,
    /// `[columns]`, added to each row.
    pub(super) bias: Option<&'a CubeTensor>,
    /// Shaped like the result, added to it.
    pub(super) residual: Option<&'a CubeTensor>,
    /// Takes the result as it was before the activation.
    pub(super) pre_activation: Option<&'a CubeTensor>,
    /// Takes the row of ones' products.
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
    /// Workgroups that a product with few tiles is split among, so that a GPU has something to do everywhere.
    pub(super) fn splits(self) -> usize {
        const ENOUGH: usize = 160;
        let tiles = self.rows.div_ceil(TILE) * self.columns.div_ceil(TILE);
        // A part of fewer than four tiles is not worth the second kernel.
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
