//! What the layers of a network are called, and the shape of what they give: for whoever looks
//! into a model.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::Tensor;

use super::conv::Block;
use super::network::{Decoder, Encoder};
use crate::SIDE;
use crate::kernels::Activation;

/// One layer of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The name of its weight without `.weight`: `encoder.layers.0`.
    pub name: &'static str,
    /// Whether it belongs to the decoder.
    pub decodes: bool,
    /// What it computes.
    pub kind: LayerKind,
    /// The nonlinearity that it ends with.
    pub activation: Activation,
    /// `[units]`, or `[channels, side, side]`.
    pub shape: Vec<usize>,
    /// Weights and biases.
    pub parameters: usize,
    /// How many of its inputs, the last ones, are the labels of a conditional model.
    pub labels: usize,
}

/// What a layer computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerKind {
    /// A dense layer.
    Dense,
    /// A convolution.
    Conv,
    /// A transposed convolution.
    ConvTranspose,
    /// The second convolution of a residual block, and the sum with the block's input.
    Block,
}

const ENCODER_CONVS: [&str; 2] = ["encoder.convs.0", "encoder.convs.1"];
const ENCODER_BLOCKS: [[&str; 2]; 2] = [
    ["encoder.blocks.0.first", "encoder.blocks.0.second"],
    ["encoder.blocks.1.first", "encoder.blocks.1.second"],
];
const ENCODER_LAYERS: [&str; 4] =
    ["encoder.layers.0", "encoder.layers.1", "encoder.layers.2", "encoder.layers.3"];
const DECODER_LAYERS: [&str; 5] = [
    "decoder.layers.0",
    "decoder.layers.1",
    "decoder.layers.2",
    "decoder.layers.3",
    "decoder.layers.4",
];
const DECODER_BLOCKS: [[&str; 2]; 2] = [
    ["decoder.blocks.0.first", "decoder.blocks.0.second"],
    ["decoder.blocks.1.first", "decoder.blocks.1.second"],
];
const DECODER_CONVS: [&str; 3] = ["decoder.convs.0", "decoder.convs.1", "decoder.convs.2"];

impl Layer {
    /// The numbers that it gives for an image.
    pub fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Its units: the cells of a dense layer, the channels of a convolution.
    pub fn units(&self) -> usize {
        self.shape[0]
    }

    /// Numbers that each of its units gives for an image.
    pub fn places(&self) -> usize {
        self.shape[1..].iter().product()
    }
}

/// The layers of one side of a model, in the order in which they compute.
struct Listing {
    layers: Vec<Layer>,
    decodes: bool,
    activation: Activation,
    /// Labels that have not come in yet.
    labels: usize,
}

impl Listing {
    fn push<const D: usize>(
        &mut self,
        name: &'static str,
        kind: LayerKind,
        weight: &Param<Tensor<D>>,
        shape: &[usize],
    ) {
        let weights = weight.dims().iter().product::<usize>();
        self.layers.push(Layer {
            name,
            decodes: self.decodes,
            kind,
            activation: self.activation,
            shape: shape.to_vec(),
            // Each unit has one bias.
            parameters: weights + shape[0],
            // Labels come in at the first dense layer.
            labels: if kind == LayerKind::Dense { std::mem::take(&mut self.labels) } else { 0 },
        });
    }

    fn dense(&mut self, name: &'static str, layer: &Linear) {
        let [_, units] = layer.weight.dims();
        self.push(name, LayerKind::Dense, &layer.weight, &[units]);
    }

    fn block(&mut self, names: [&'static str; 2], block: &Block, side: usize) {
        for (name, kind, conv) in
            [(names[0], LayerKind::Conv, &block.first), (names[1], LayerKind::Block, &block.second)]
        {
            self.push(name, kind, &conv.weight, &[conv.weight.dims()[0], side, side]);
        }
    }

    /// The layers; the last one has no nonlinearity.
    fn finish(mut self) -> Vec<Layer> {
        if let Some(last) = self.layers.last_mut() {
            last.activation = Activation::None;
        }
        self.layers
    }
}

impl Encoder {
    /// Its layers in the order of [`traced`](Self::traced).
    pub(super) fn layers(&self) -> Vec<Layer> {
        let Self { activation, labels, .. } = *self;
        let mut all = Listing { layers: vec![], decodes: false, activation, labels };
        let mut side = SIDE;
        for (i, conv) in self.convs.iter().enumerate() {
            side /= conv.stride[0];
            let shape = [conv.weight.dims()[0], side, side];
            all.push(ENCODER_CONVS[i], LayerKind::Conv, &conv.weight, &shape);
            if let Some(block) = self.blocks.get(i) {
                all.block(ENCODER_BLOCKS[i], block, side);
            }
        }
        for (name, layer) in ENCODER_LAYERS.into_iter().zip(&self.layers) {
            all.dense(name, layer);
        }
        all.dense("encoder.posterior", &self.posterior);
        all.finish()
    }
}

impl Decoder {
    /// Its layers in the order of [`traced`](Self::traced).
    pub(super) fn layers(&self) -> Vec<Layer> {
        let Self { activation, labels, .. } = *self;
        let mut all = Listing { layers: vec![], decodes: true, activation, labels };
        for (name, layer) in DECODER_LAYERS.into_iter().zip(&self.layers) {
            all.dense(name, layer);
        }
        let mut side = self.first_side();
        for (i, conv) in self.convs.iter().enumerate() {
            if let Some(block) = self.blocks.get(i) {
                all.block(DECODER_BLOCKS[i], block, side);
            }
            side *= conv.stride[0];
            let shape = [conv.channels[1], side, side];
            all.push(DECODER_CONVS[i], LayerKind::ConvTranspose, &conv.weight, &shape);
        }
        if let Some(last) = &self.last {
            let shape = [last.weight.dims()[0], side, side];
            all.push("decoder.last", LayerKind::Conv, &last.weight, &shape);
        }
        all.finish()
    }
}

#[cfg(test)]
mod tests {
    use crate::device::cpu;
    use crate::model::weights::{collect, shapes};
    use crate::model::{Model, PRESETS};

    #[test]
    fn every_weight_belongs_to_a_layer_and_is_counted() {
        for preset in PRESETS.iter() {
            let model = Model::new(&preset.config(7, 1.0, 1), &cpu()).expect(preset.name);
            let layers = model.layers();
            let all: usize = layers.iter().map(|layer| layer.parameters).sum();
            assert_eq!(all, model.parameters(), "{}", preset.name);
            let mut names: Vec<String> =
                layers.iter().map(|layer| format!("{}.weight", layer.name)).collect();
            let mut found: Vec<String> = match &model {
                Model::Vae(vae) => shapes(vae).into_iter().map(|(name, _)| name).collect(),
                Model::Generator(it) => collect(it).into_iter().map(|(name, ..)| name).collect(),
            };
            found.retain(|name| name.ends_with(".weight"));
            names.sort();
            found.sort();
            assert_eq!(names, found, "{}", preset.name);
        }
    }
}
