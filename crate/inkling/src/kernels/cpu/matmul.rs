//! Matrix products on one thread by the crate `gemm`, which Burn's own use too.

/// A row-major matrix, or the transpose of one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matrix<'a> {
    numbers: &'a [f32],
    shape: [usize; 2],
    transposed: bool,
}

impl<'a> Matrix<'a> {
    /// # Panics
    /// Unless there are `rows * columns` numbers.
    pub(super) fn new(numbers: &'a [f32], [rows, columns]: [usize; 2]) -> Self {
        assert_eq!(numbers.len(), rows * columns, "numbers of a {rows}x{columns} matrix");
        Self { numbers, shape: [rows, columns], transposed: false }
    }

    pub(super) fn transpose(self) -> Self {
        Self { transposed: !self.transposed, ..self }
    }

    fn shape(&self) -> [usize; 2] {
        let [rows, columns] = self.shape;
        if self.transposed { [columns, rows] } else { [rows, columns] }
    }

    /// Steps to the next column and to the next row.
    fn strides(&self) -> [isize; 2] {
        let row = isize::try_from(self.shape[1]).expect("a length of memory");
        if self.transposed { [row, 1] } else { [1, row] }
    }
}

/// `target = left * right`, or with `add` `target += left * right`; `target` in rows.
///
/// # Panics
/// Unless the sizes fit.
pub(super) fn product(target: &mut [f32], left: Matrix<'_>, right: Matrix<'_>, add: bool) {
    let ([rows, k], [k_too, columns]) = (left.shape(), right.shape());
    assert_eq!(k, k_too, "columns on the left, rows on the right");
    assert_eq!(target.len(), rows * columns, "numbers of the product");
    let target_row = isize::try_from(columns).expect("a length of memory");
    let ([left_column, left_row], [right_column, right_row]) = (left.strides(), right.strides());
    // SAFETY: both matrices have as many numbers as their shapes say (checked above and in
    // `Matrix::new`), and the strides are those of a row-major matrix or its transpose, so every
    // access is in bounds. The target is borrowed mutably, so it overlaps neither.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            k,
            target.as_mut_ptr(),
            1,
            target_row,
            add,
            left.numbers.as_ptr(),
            left_column,
            left_row,
            right.numbers.as_ptr(),
            right_column,
            right_row,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
