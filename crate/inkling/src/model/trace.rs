//! What the layers of a network give on the way.

use burn::tensor::Tensor;

use crate::kernels::flatten;

/// Where a forward pass leaves what each of its layers gives, `[batch, numbers]`, if anybody asks.
pub(crate) struct Trace<'a>(Option<&'a mut Vec<Tensor<2>>>);

impl<'a> Trace<'a> {
    /// Keeps nothing.
    pub(super) const NONE: Self = Self(None);

    /// Keeps the layers' results in `layers`.
    pub(crate) fn into(layers: &'a mut Vec<Tensor<2>>) -> Self {
        Self(Some(layers))
    }

    /// Nothing is cloned if nobody asks: the next layer could not reuse the memory.
    pub(super) fn keep(&mut self, hidden: &Tensor<2>) {
        if let Some(layers) = &mut self.0 {
            layers.push(hidden.clone());
        }
    }

    /// As [`keep`](Self::keep), for images.
    pub(super) fn keep_grid(&mut self, grid: &Tensor<4>) {
        if let Some(layers) = &mut self.0 {
            layers.push(flatten(grid.clone()));
        }
    }
}
