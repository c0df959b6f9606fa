use burn::module::Param;
use burn::nn::conv::{Conv2d, Conv2dConfig, ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{Linear, PaddingConfig2d};
use burn::tensor::{Device, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Makes layers whose weights depend on the seed alone: drawn on the host, so that every device starts from
/// the same numbers.
pub(super) struct Init<'a> {
    rng: ChaCha8Rng,
    device: &'a Device,
}

impl<'a> Init<'a> {
    pub(super) fn new(seed: u32, device: &'a Device) -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(seed.into()), device }
    }

    /// Weights and bias uniform within 1/sqrt(inputs), as `torch.nn.Linear` has them.
    pub(super) fn linear(&mut self, inputs: usize, outputs: usize) -> Linear {
        let limit = 1.0 / (inputs as f32).sqrt();
        let weight = self.uniform([inputs, outputs], limit);
        let bias = self.uniform([outputs], limit);
        Linear {
            weight: Param::from_data(weight, self.device),
            bias: Some(Param::from_data(bias, self.device)),
        }
    }

    /// 3x3, padding 1; `stride` 2 halves each side, 1 keeps it. Weights and bias uniform within 1/sqrt(fan in), as `torch.nn.Conv2d` has them.
    pub(super) fn conv_like_torch(
        &mut self,
        inputs: usize,
        outputs: usize,
        stride: usize,
    ) -> Conv2d {
        let mut conv = self.plain_conv(inputs, outputs, stride);
        let limit = 1.0 / (9.0 * inputs as f32).sqrt();
        conv.weight = Param::from_data(self.uniform([outputs, inputs, 3, 3], limit), self.device);
        conv.bias = Some(Param::from_data(self.uniform([outputs], limit), self.device));
        conv
    }

    /// 4x4, stride 2, padding 1: doubles each side. As `torch.nn.ConvTranspose2d` is initialised.
    pub(super) fn conv_transpose_like_torch(
        &mut self,
        inputs: usize,
        outputs: usize,
    ) -> ConvTranspose2d {
        let mut conv = ConvTranspose2dConfig::new([inputs, outputs], [4, 4])
            .with_stride([2, 2])
            .with_padding([1, 1])
            .init(self.device);
        let limit = 1.0 / (16.0 * outputs as f32).sqrt();
        conv.weight = Param::from_data(self.uniform([inputs, outputs, 4, 4], limit), self.device);
        conv.bias = Some(Param::from_data(self.uniform([outputs], limit), self.device));
        conv
    }

    fn plain_conv(&self, inputs: usize, outputs: usize, stride: usize) -> Conv2d {
        Conv2dConfig::new([inputs, outputs], [3, 3])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
            .init(self.device)
    }

    /// 3x3, stride 2, padding 1: halves each side. Glorot uniform weights (Glorot and Bengio 2010, eq. 16), zero bias.
    pub(super) fn conv(&mut self, inputs: usize, outputs: usize) -> Conv2d {
        let mut conv = self.plain_conv(inputs, outputs, 2);
        let weight = self.uniform([outputs, inputs, 3, 3], glorot(inputs, outputs));
        conv.weight = Param::from_data(weight, self.device);
        conv.bias = Some(self.zeros(outputs));
        conv
    }

    /// 3x3; `stride` 2 doubles each side, 1 keeps it.
    pub(super) fn conv_transpose(
        &mut self,
        inputs: usize,
        outputs: usize,
        stride: usize,
    ) -> ConvTranspose2d {
        let mut conv = ConvTranspose2dConfig::new([inputs, outputs], [3, 3])
            .with_stride([stride, stride])
            .with_padding([1, 1])
            .with_padding_out([stride - 1, stride - 1])
            .init(self.device);
        let weight = self.uniform([inputs, outputs, 3, 3], glorot(inputs, outputs));
        conv.weight = Param::from_data(weight, self.device);
        conv.bias = Some(self.zeros(outputs));
        conv
    }

    fn zeros(&self, size: usize) -> Param<burn::tensor::Tensor<1>> {
        Param::from_data(TensorData::new(vec![0f32; size], [size]), self.device)
    }

    fn uniform<const D: usize>(&mut self, shape: [usize; D], limit: f32) -> TensorData {
        let numbers = (0..shape.iter().product::<usize>())
            .map(|_| self.rng.random_range(-limit..limit))
            .collect();
        TensorData::new::<f32, _>(numbers, shape)
    }
}

fn glorot(inputs: usize, outputs: usize) -> f32 {
    (6.0 / (9 * (inputs + outputs)) as f32).sqrt()
}
