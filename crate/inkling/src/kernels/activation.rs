#[cfg(any(test, feature = "checks"))]
use burn::tensor::Tensor;
#[cfg(any(test, feature = "checks"))]
use burn::tensor::activation::{relu, silu};

/// The nonlinearity that a layer ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Activation {
    /// The identity.
    None,
    /// max(x, 0). Its gradient at 0 is 0.
    Relu,
    /// x / (1 + e^-x) (Hendrycks and Gimpel 2016, "Gaussian Error Linear Units", section 2).
    Silu,
}

/// All of them.
#[cfg(any(test, feature = "checks"))]
pub(super) const ACTIVATIONS: [Activation; 3] =
    [Activation::None, Activation::Relu, Activation::Silu];

impl Activation {
    /// The activation by Burn's own operations.
    #[cfg(any(test, feature = "checks"))]
    pub(super) fn burn<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Activation::None => x,
            Activation::Relu => relu(x),
            Activation::Silu => silu(x),
        }
    }

    /// The tensor that the activation's backward pass needs: ReLU's output, SiLU's pre-activation.
    pub(super) fn gate<T: Clone>(self, output: &T, pre_activation: Option<T>) -> Option<(Self, T)> {
        match self {
            Activation::None => None,
            Activation::Relu => Some((self, output.clone())),
            Activation::Silu => pre_activation.map(|tensor| (self, tensor)),
        }
    }
}
