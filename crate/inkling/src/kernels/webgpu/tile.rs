//! A product's tiles on their way from memory through registers into workgroup memory.
//!
//! Each unit of a workgroup loads a block of four by four numbers of each tile: four vectors where
//! neighbours in memory fill them, otherwise single numbers. The block stays in registers while the
//! workgroup multiplies the tile before it. Then it goes to workgroup memory in vectors of four
//! lines, so that a product's operands are two loads for sixteen products.

use cubecl::prelude::*;

use super::activation::slopes;
use super::addressing::{line_part, term_part};
use super::plan::{Four, Operand, TILE, VECTOR};
use crate::kernels::activation::Activation;

/// Units along each edge of a workgroup.
pub(super) const UNITS: usize = TILE / VECTOR;
/// Vectors of a tile.
pub(super) const VECTORS: usize = TILE * UNITS;

/// The lines of a unit's block, and how its numbers are found.
#[derive(CubeType)]
pub(super) struct Block {
    /// What each line adds to an address, and to a place in an image.
    at: Array<usize>,
    y: Array<usize>,
    x: Array<usize>,
    /// Whether the operand has the line.
    inside: Array<bool>,
    /// The block among those of its tile.
    lines: usize,
    terms: usize,
    /// The first line, if they are neighbours.
    first: usize,
}

/// The `i`th line of those that belong to `group`.
#[cube]
pub(super) fn line(group: usize, #[comptime] i: usize, #[comptime] operand: Operand) -> usize {
    if comptime!(operand.neighbours()) { group * VECTOR + i } else { group + comptime!(i * UNITS) }
}

/// The block that a unit loads of each tile of the operand, whose `count` lines are computed from
/// `line0` on.
#[cube]
pub(super) fn block(
    unit: usize,
    line0: usize,
    count: usize,
    k: usize,
    phase: usize,
    #[comptime] operand: Operand,
) -> Block {
    // Neighbouring units load neighbouring numbers.
    let (fast, slow) = (unit % UNITS, unit / UNITS);
    let lines = if comptime!(operand.along_terms()) { slow } else { fast };
    let terms = if comptime!(operand.along_terms()) { fast } else { slow };
    let mut inside = Array::<bool>::new(VECTOR);
    let mut at = Array::<usize>::new(VECTOR);
    let mut y = Array::<usize>::new(VECTOR);
    let mut x = Array::<usize>::new(VECTOR);
    #[unroll]
    for i in 0usize..VECTOR {
        let line = line0 + line(lines, i, operand);
        let part = line_part(line, count, k, phase, operand);
        inside[i] = line < count;
        at[i] = part.at;
        if comptime!(operand.is_image()) {
            y[i] = part.y;
            x[i] = part.x;
        }
    }
    Block { at, y, x, inside, lines, terms, first: line0 + lines * VECTOR }
}

/// Loads a block's numbers of the tile that begins with `term0`, 0 for those outside. They are
/// vectors along terms if the operand is loaded so, otherwise along lines.
#[cube]
#[allow(clippy::too_many_arguments, reason = "a product's sizes")]
pub(super) fn load<N: Size>(
    values: &[Vector<f32, N>],
    block: &Block,
    into: &mut Array<Four>,
    term0: usize,
    end: usize,
    count: usize,
    phase: usize,
    #[comptime] operand: Operand,
) {
    let first = term0 + block.terms * VECTOR;
    if comptime!(operand.vectors && operand.along_terms()) {
        let part = term_part(first, end, count, phase, operand);
        let reached = first < end;
        #[unroll]
        for i in 0usize..VECTOR {
            into[i] = Four::new(0.0f32);
            let inside = block.inside[i];
            if reached && inside {
                into[i] = Four::cast_from(values[(block.at[i] + part.at) / VECTOR]);
            }
        }
    } else {
        #[unroll]
        for t in 0usize..VECTOR {
            let term = first + t;
            let part = term_part(term, end, count, phase, operand);
            if comptime!(operand.vectors) {
                into[t] = Four::new(0.0f32);
                let inside = block.inside[0];
                let reached = term < end;
                if reached && inside {
                    let at = (block.at[0] + part.at) / VECTOR;
                    if comptime!(operand.has_ones()) {
                        if block.first == count - 1 {
                            let mut ones = Four::new(0.0f32);
                            ones.insert(0usize, 1.0f32);
                            into[t] = ones;
                        } else {
                            into[t] = Four::cast_from(values[at]);
                        }
                    } else {
                        into[t] = Four::cast_from(values[at]);
                    }
                }
            } else {
                let mut numbers = Array::<f32>::new(VECTOR);
                #[unroll]
                for i in 0usize..VECTOR {
                    numbers[i] = 0.0f32;
                    let at = block.at[i] + part.at;
                    let inside = if comptime!(operand.is_image()) {
                        let side = comptime!(operand.side());
                        let (y, x) = (block.y[i] + part.y, block.x[i] + part.x);
                        y < side && x < side
                    } else {
                        let inside = block.inside[i];
                        let reached = term < end;
                        reached && inside
                    };
                    if inside {
                        if comptime!(operand.has_ones()) {
                            let first = block.first - block.lines * VECTOR;
                            if first + line(block.lines, i, operand) == count - 1 {
                                numbers[i] = 1.0f32;
                            } else {
                                numbers[i] = values[at].extract(0usize);
                            }
                        } else {
                            numbers[i] = values[at].extract(0usize);
                        }
                    }
                }
                into[t] = four(&numbers);
            }
        }
    }
}

/// Four numbers as a vector.
#[cube]
fn four(numbers: &Array<f32>) -> Four {
    let mut four = Four::new(numbers[0]);
    #[unroll]
    for i in 1usize..VECTOR {
        four.insert(i, numbers[i]);
    }
    four
}

/// Multiplies numbers by the activation's slopes, which have been loaded like them.
#[cube]
pub(super) fn gate_block(
    numbers: &mut Array<Four>,
    gate: &Array<Four>,
    #[comptime] activation: Activation,
) {
    #[unroll]
    for i in 0usize..VECTOR {
        numbers[i] *= slopes(gate[i], activation);
    }
}

/// Puts a block's numbers into the tile.
#[cube]
pub(super) fn store(
    numbers: &Array<Four>,
    block: &Block,
    tile: &mut Shared<[Four]>,
    #[comptime] operand: Operand,
) {
    #[unroll]
    for t in 0usize..VECTOR {
        if comptime!(operand.vectors && operand.along_terms()) {
            let mut four = Four::new(numbers[0].extract(t));
            #[unroll]
            for i in 1usize..VECTOR {
                four.insert(i, numbers[i].extract(t));
            }
            tile[slot(block.lines, block.terms, t)] = four;
        } else {
            tile[slot(block.lines, block.terms, t)] = numbers[t];
        }
    }
}

/// Where a group of lines lies in a tile, for the `t`th term of a group of terms. Groups of lines
/// change their places with the group of terms: so units that store, or load, at the same time use
/// different banks.
#[cube]
pub(super) fn slot(lines: usize, terms: usize, #[comptime] t: usize) -> usize {
    (terms * VECTOR + t) * UNITS + (lines ^ terms)
}
