use burn::module::Param;
use burn::nn::conv::{Conv2d, ConvTranspose2d};
use burn::nn::{Linear, PaddingConfig2d};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::device::upload::floats;

/// Makes layers whose weights depend only on the seed: they are drawn on the host, so that every
/// device starts from the same numbers.
pub(crate) struct Init<'a> {
    rng: ChaCha8Rng,
    device: &'a Device,
}

impl<'a> Init<'a> {
    pub(crate) fn new(seed: u32, device: &'a Device) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed.into()), device }
    }

    /// Weights and bias uniform within 1/sqrt(inputs), like `torch.nn.Linear`.
    pub(crate) fn linear(&mut self, inputs: usize, outputs: usize) -> Linear {
        let limit = 1.0 / (inputs as f32).sqrt();
        let weight = self.uniform([inputs, outputs], limit);
        let bias = self.uniform([outputs], limit);
        Linear { weight: self.param(weight), bias: Some(self.param(bias)) }
    }

    /// 3x3, padding 1; `stride` 2 halves each side, 1 keeps it. Weights and bias uniform within
    /// 1/sqrt(fan in), like `torch.nn.Conv2d`.
    pub(crate) fn conv_like_torch(
        &mut self,
        inputs: usize,
        outputs: usize,
        stride: usize,
    ) -> Conv2d {
        let limit = 1.0 / (9.0 * inputs as f32).sqrt();
        let weight = self.uniform([outputs, inputs, 3, 3], limit);
        let bias = self.uniform([outputs], limit);
        self.conv_of(weight, bias, stride)
    }

    /// 4x4, stride 2, padding 1: doubles each side. Initialised like `torch.nn.ConvTranspose2d`.
    pub(super) fn conv_transpose_like_torch(
        &mut self,
        inputs: usize,
        outputs: usize,
    ) -> ConvTranspose2d {
        let limit = 1.0 / (16.0 * outputs as f32).sqrt();
        let weight = self.uniform([inputs, outputs, 4, 4], limit);
        let bias = self.uniform([outputs], limit);
        self.conv_transpose_of(weight, bias, [inputs, outputs], 4, 2)
    }

    /// 3x3, stride 2, padding 1: halves each side. Glorot uniform weights (Glorot and Bengio 2010,
    /// eq. 16), zero bias.
    pub(super) fn conv(&mut self, inputs: usize, outputs: usize) -> Conv2d {
        let weight = self.uniform([outputs, inputs, 3, 3], glorot(inputs, outputs));
        self.conv_of(weight, zeros(outputs), 2)
    }

    /// 3x3; `stride` 2 doubles each side, 1 keeps it.
    pub(super) fn conv_transpose(
        &mut self,
        inputs: usize,
        outputs: usize,
        stride: usize,
    ) -> ConvTranspose2d {
        let weight = self.uniform([inputs, outputs, 3, 3], glorot(inputs, outputs));
        self.conv_transpose_of(weight, zeros(outputs), [inputs, outputs], 3, stride)
    }

    // Layers are built by hand. Burn's own `init` can draw orthogonal weights: a QR decomposition
    // and general matmuls would become part of the download.

    fn conv_of(&self, weight: TensorData, bias: TensorData, stride: usize) -> Conv2d {
        Conv2d {
            weight: self.param(weight),
            bias: Some(self.param(bias)),
            stride: [stride; 2],
            kernel_size: [3; 2],
            dilation: [1; 2],
            groups: 1,
            padding: PaddingConfig2d::Explicit(1, 1, 1, 1),
        }
    }

    fn conv_transpose_of(
        &self,
        weight: TensorData,
        bias: TensorData,
        channels: [usize; 2],
        kernel: usize,
        stride: usize,
    ) -> ConvTranspose2d {
        ConvTranspose2d {
            weight: self.param(weight),
            bias: Some(self.param(bias)),
            stride: [stride; 2],
            kernel_size: [kernel; 2],
            dilation: [1; 2],
            groups: 1,
            padding: [1; 2],
            // Makes the output's side exactly stride times the input's.
            padding_out: [stride + 2 - kernel; 2],
            channels,
        }
    }

    fn param<const D: usize>(&self, data: TensorData) -> Param<Tensor<D>> {
        let device = self.device;
        device.memory_persistent_allocations(data, |data| Param::from_tensor(floats(data, device)))
    }

    fn uniform<const D: usize>(&mut self, shape: [usize; D], limit: f32) -> TensorData {
        let numbers = (0..shape.iter().product::<usize>())
            .map(|_| self.rng.random_range(-limit..limit))
            .collect();
        TensorData::new::<f32, _>(numbers, shape)
    }
}

fn zeros(size: usize) -> TensorData {
    TensorData::new(vec![0f32; size], [size])
}

fn glorot(inputs: usize, outputs: usize) -> f32 {
    (6.0 / (9 * (inputs + outputs)) as f32).sqrt()
}
