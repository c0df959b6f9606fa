//! The products of some work alone: what they cost without everything around them is the least
//! that the work can cost.

use super::matmul::{Matrix, Target};
use super::record::{self, Product};

/// Products that can be computed again, on one thread and on memory of their own.
#[derive(Debug)]
pub(crate) struct Products {
    products: Vec<Product>,
    left: Vec<f32>,
    right: Vec<f32>,
    target: Vec<f32>,
}

impl Products {
    /// Those that `work` computes, and any others that are computed meanwhile.
    pub(crate) fn of(work: impl FnOnce()) -> Self {
        let products = record::of(work);
        let largest = |size: fn(&Product) -> usize| {
            vec![0.5; products.iter().map(size).max().unwrap_or_default()]
        };
        Self {
            left: largest(|product| product.rows * product.k),
            right: largest(|product| product.k * product.columns),
            target: largest(|product| product.rows * product.columns),
            products,
        }
    }

    /// Multiplications and additions of all of them.
    pub(crate) fn flop(&self) -> f64 {
        let flop = |product: &Product| 2.0 * (product.rows * product.columns * product.k) as f64;
        self.products.iter().map(flop).sum()
    }

    /// Computes all of them, one after the other.
    pub(crate) fn run(&mut self) {
        for &Product { rows, columns, k, by_rows, add } in &self.products {
            let matrix = |by_rows, numbers, [rows, columns]: [usize; 2]| match by_rows {
                true => Matrix::new(numbers, [rows, columns]),
                false => Matrix::new(numbers, [columns, rows]).transpose(),
            };
            let left = matrix(by_rows[0], &self.left[..rows * k], [rows, k]);
            let right = matrix(by_rows[1], &self.right[..k * columns], [k, columns]);
            let target = &mut self.target[..rows * columns];
            Target::new(target, [rows, columns]).product(left, right, add);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_written_down_and_done_again() {
        let (a, b) = (vec![1.0; 6 * 4], vec![2.0; 4 * 5]);
        let mut target = vec![0.0; 30];
        let mut products = Products::of(|| {
            let left = Matrix::new(&a, [4, 6]).transpose();
            Target::new(&mut target, [6, 5]).product(left, Matrix::new(&b, [4, 5]), false);
        });
        // Other tests may multiply meanwhile.
        let ours = Product { rows: 6, columns: 5, k: 4, by_rows: [false, true], add: false };
        assert!(products.products.contains(&ours), "{:?}", products.products);
        assert!(products.flop() >= 240.0);
        products.run();
    }
}
