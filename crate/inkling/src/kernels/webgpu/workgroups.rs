//! How many workgroups a launch has. WebGPU allows 65,535 along each dimension, so long launches
//! are folded into another dimension, and the kernels unfold them.

use cubecl::prelude::*;

/// Workgroups along the dimension that is folded. Within the limit, and a power of two, so that
/// unfolding is a shift.
pub(super) const FOLD: usize = 1 << 15;

/// The workgroups of `units` that `items` fill, at least one. The kernel gets a unit's item by
/// [`position()`].
pub(super) fn groups(items: usize, units: usize) -> CubeCount {
    let groups = items.div_ceil(units).max(1);
    CubeCount::Static(groups.min(FOLD) as u32, groups.div_ceil(FOLD) as u32, 1)
}

#[cfg(feature = "checks")]
pub(super) use super::cost::noted;

/// Only the feature `checks` notes launches.
#[cfg(not(feature = "checks"))]
#[inline(always)]
pub(super) fn noted(_: &'static str, count: CubeCount) -> CubeCount {
    count
}

/// A unit's place among all units of a launch of [`groups`]. It may lie past the last item.
#[cube]
pub(super) fn position() -> usize {
    let row = CUBE_POS_Y as usize * comptime!(FOLD) * CUBE_DIM_X as usize;
    row + ABSOLUTE_POS_X as usize
}

/// The workgroups of a product: a tile of the result for each, and `layers` workgroups that share a
/// tile. Long columns of tiles are folded into z; [`row_tile()`] and [`layer()`] unfold them.
pub(super) fn tiles(columns: usize, rows: usize, layers: usize) -> CubeCount {
    let folds = rows.div_ceil(FOLD).max(1);
    CubeCount::Static(columns as u32, rows.min(FOLD) as u32, (layers * folds) as u32)
}

/// The row of a workgroup's tile in a launch of [`tiles`].
#[cube]
pub(super) fn row_tile(layers: usize) -> usize {
    CUBE_POS_Z as usize / layers * comptime!(FOLD) + CUBE_POS_Y as usize
}

/// A workgroup's layer in a launch of [`tiles`].
#[cube]
pub(super) fn layer(layers: usize) -> usize {
    CUBE_POS_Z as usize % layers
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most workgroups along a dimension that every WebGPU device allows.
    const MOST: u32 = 65_535;

    fn dimensions(count: CubeCount) -> [u32; 3] {
        match count {
            CubeCount::Static(x, y, z) => [x, y, z],
            CubeCount::Dynamic(_) => panic!("not from the host"),
        }
    }

    #[test]
    fn a_launch_covers_its_items_within_the_limit() {
        for items in [0, 1, 64, 65, 64 * FOLD, 64 * FOLD + 1, 10_000 * 784, u32::MAX as usize] {
            let count = dimensions(groups(items, 64));
            assert!(count.iter().all(|&n| (1..=MOST).contains(&n)), "{items}: {count:?}");
            let units = count.map(|n| n as usize).iter().product::<usize>() * 64;
            assert!(units >= items, "{items}: {count:?}");
        }
        assert_eq!(dimensions(groups(64 * 1000, 64)), [1000, 1, 1]);
    }

    #[test]
    fn a_product_covers_its_tiles_within_the_limit() {
        for rows in [1, FOLD, FOLD + 1, 10_000 * 784 / 32] {
            for layers in [1, 4, 128] {
                let count = dimensions(tiles(25, rows, layers));
                assert!(count.iter().all(|&n| (1..=MOST).contains(&n)), "{rows}: {count:?}");
                assert!(count[1] as usize * count[2] as usize >= rows * layers, "{count:?}");
            }
        }
        assert_eq!(dimensions(tiles(25, 13, 4)), [25, 13, 4]);
    }
}
