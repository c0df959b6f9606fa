//! Matrix products by the crate `gemm`, which Burn's own use too, on one thread each. Several
//! threads share a large one by its rows or columns: every number is the same sum, in the same
//! order, however many they are.

use std::marker::PhantomData;
use std::ops::Range;

use super::record;

/// A matrix that is read: some rows and columns of a row-major matrix, or of the transpose of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matrix<'a> {
    /// From the first number on.
    numbers: &'a [f32],
    shape: [usize; 2],
    /// Steps to the next row and to the next column.
    strides: [usize; 2],
}

impl<'a> Matrix<'a> {
    /// # Panics
    /// Unless there are `rows * columns` numbers.
    pub(super) fn new(numbers: &'a [f32], [rows, columns]: [usize; 2]) -> Self {
        assert_eq!(numbers.len(), rows * columns, "numbers of a {rows}x{columns} matrix");
        Self { numbers, shape: [rows, columns], strides: [columns, 1] }
    }

    pub(super) fn transpose(self) -> Self {
        let ([rows, columns], [row, column]) = (self.shape, self.strides);
        Self { shape: [columns, rows], strides: [column, row], ..self }
    }

    /// From its first number on.
    pub(super) fn numbers(&self) -> &'a [f32] {
        self.numbers
    }

    /// Some of its rows and columns.
    fn part(self, rows: Range<usize>, columns: Range<usize>) -> Self {
        assert!(rows.end <= self.shape[0] && columns.end <= self.shape[1], "within the matrix");
        let [row, column] = self.strides;
        let shape = [rows.len(), columns.len()];
        let start = (rows.start * row + columns.start * column).min(self.numbers.len());
        Self { numbers: &self.numbers[start..], shape, ..self }
    }
}

/// A matrix that is written: some rows and columns of a row-major one.
#[derive(Debug)]
pub(super) struct Target<'a> {
    start: *mut f32,
    rows: Range<usize>,
    columns: Range<usize>,
    /// Steps to the next row.
    stride: usize,
    numbers: PhantomData<&'a mut [f32]>,
}

// SAFETY: it stands for a mutable borrow of numbers that no other target has.
unsafe impl Send for Target<'_> {}

impl<'a> Target<'a> {
    /// # Panics
    /// Unless there are `rows * columns` numbers.
    pub(super) fn new(numbers: &'a mut [f32], [rows, columns]: [usize; 2]) -> Self {
        assert_eq!(numbers.len(), rows * columns, "numbers of a {rows}x{columns} matrix");
        Self {
            start: numbers.as_mut_ptr(),
            rows: 0..rows,
            columns: 0..columns,
            stride: columns,
            numbers: PhantomData,
        }
    }

    /// Cuts it into at most `count` strips along its longer side.
    pub(super) fn strips(self, count: usize) -> Vec<Self> {
        let by_rows = self.rows.len() >= self.columns.len();
        let side = if by_rows { self.rows.clone() } else { self.columns.clone() };
        // Whole tiles of gemm's kernels, and of cache lines.
        const TILE: usize = 16;
        let size = side.len().div_ceil(count.max(1)).next_multiple_of(TILE);
        let starts = side.clone().step_by(size.max(1));
        let ranges = starts.map(|start| start..(start + size).min(side.end));
        ranges
            .map(|range| {
                let (rows, columns) = match by_rows {
                    true => (range, self.columns.clone()),
                    false => (self.rows.clone(), range),
                };
                let offset = (rows.start - self.rows.start) * self.stride + columns.start
                    - self.columns.start;
                // SAFETY: within the numbers that this target borrows. The strips do not overlap.
                let start = unsafe { self.start.add(offset) };
                Self { start, rows, columns, ..self }
            })
            .collect()
    }

    /// Which rows of the whole matrix it has.
    pub(super) fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// Which columns of the whole matrix it has.
    pub(super) fn columns(&self) -> Range<usize> {
        self.columns.clone()
    }

    /// The numbers of its `i`th row.
    pub(super) fn row(&mut self, i: usize) -> &mut [f32] {
        assert!(i < self.rows.len(), "a row of the target");
        // SAFETY: the target borrows these numbers, and it is borrowed as long as the slice is.
        unsafe {
            std::slice::from_raw_parts_mut(self.start.add(i * self.stride), self.columns.len())
        }
    }

    /// Writes its part of the product of two whole matrices; with `add`, adds it.
    ///
    /// # Panics
    /// Unless the sizes fit.
    pub(super) fn product(&mut self, left: Matrix<'_>, right: Matrix<'_>, add: bool) {
        let k = left.shape[1];
        assert_eq!(k, right.shape[0], "columns on the left, rows on the right");
        let left = left.part(self.rows(), 0..k);
        let right = right.part(0..k, self.columns());
        let step = |step: usize| isize::try_from(step).expect("a length of memory");
        let (rows, columns) = (self.rows.len(), self.columns.len());
        record::note(|| {
            let by_rows = [left, right].map(|matrix| matrix.strides[1] == 1);
            record::Product { rows, columns, k, by_rows, add }
        });
        // SAFETY: the parts have as many rows and columns as the target, `Matrix::part` checks that
        // they are within their matrices, and the strides are those of row-major matrices or their
        // transposes, so every access is in bounds. The target is borrowed mutably, so it overlaps
        // neither.
        unsafe {
            gemm::gemm(
                rows,
                columns,
                k,
                self.start,
                1,
                step(self.stride),
                add,
                left.numbers.as_ptr(),
                step(left.strides[1]),
                step(left.strides[0]),
                right.numbers.as_ptr(),
                step(right.strides[1]),
                step(right.strides[0]),
                1.0,
                1.0,
                false,
                false,
                false,
                gemm::Parallelism::None,
            );
        }
    }
}

/// `target = left * right`, or with `add` `target += left * right`; `target` in rows.
///
/// # Panics
/// Unless the sizes fit.
pub(super) fn product(target: &mut [f32], left: Matrix<'_>, right: Matrix<'_>, add: bool) {
    Target::new(target, [left.shape[0], right.shape[1]]).product(left, right, add);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn strips_give_the_very_same_numbers() {
        for [rows, k, columns] in [[128, 784, 400], [784, 128, 400], [3, 40, 35], [128, 20, 401]] {
            let (a, b) = (numbers(rows * k, 1), numbers(k * columns, 2));
            let mut whole = vec![0.5; rows * columns];
            let left = Matrix::new(&a, [k, rows]).transpose();
            let right = Matrix::new(&b, [k, columns]);
            product(&mut whole, left, right, false);
            let exact = |i: usize, j: usize| -> f64 {
                let term = |t: usize| f64::from(a[t * rows + i]) * f64::from(b[t * columns + j]);
                (0..k).map(term).sum()
            };
            for (i, j) in [(0, 0), (rows - 1, columns - 1), (rows / 2, columns / 3)] {
                let found = f64::from(whole[i * columns + j]);
                assert!((found - exact(i, j)).abs() < 1e-4, "{found}, not {}", exact(i, j));
            }
            for count in 1..=9 {
                let mut found = vec![0.5; rows * columns];
                for mut strip in Target::new(&mut found, [rows, columns]).strips(count) {
                    strip.product(left, right, false);
                }
                assert_eq!(found, whole, "{rows}x{k}x{columns} in {count} strips");
            }
        }
    }

    #[test]
    fn a_row_of_a_strip_is_that_of_the_matrix() {
        let mut numbers: Vec<f32> = (0..60).map(|i| i as f32).collect();
        let mut strips = Target::new(&mut numbers, [2, 30]).strips(2);
        assert_eq!(strips.len(), 2);
        assert_eq!((strips[1].rows(), strips[1].columns()), (0..2, 16..30));
        assert_eq!(strips[1].row(1)[0], 46.0);
        assert_eq!(strips[0].row(1).len(), 16);
    }

    #[test]
    #[should_panic(expected = "within the matrix")]
    fn sizes_that_do_not_fit_are_refused() {
        let (a, b) = (numbers(12, 1), numbers(8, 2));
        let mut target = vec![0.0; 15];
        Target::new(&mut target, [5, 3]).product(
            Matrix::new(&a, [3, 4]),
            Matrix::new(&b, [4, 2]),
            false,
        );
    }
}
