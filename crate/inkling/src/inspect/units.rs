//! Single units: their weights, and what drives them.

use burn::tensor::{Device, Tensor};

use super::codes::{asked, at_once, halves, input};
use crate::data::Labelled;
use crate::device::read_flat;
use crate::latent::{flat, join, label_weights, rows, upload};
use crate::model::{Layer, LayerKind, Model, Trace};
use crate::settings::Range;
use crate::train::fit;
use crate::{Error, Field, PIXELS, Result};

/// The most images of [`top_images`].
const TOP: Range = Range::integer(Field::Top, 1, 100);

/// The weights of one unit: a cell of a dense layer, a channel of a convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitWeights {
    /// What is added to the unit.
    pub bias: f32,
    /// Weights into the unit, but for those of `labels`.
    pub incoming: Vec<f32>,
    /// Weights into the unit from the labels of a conditional model, which its first dense layers
    /// take; elsewhere none.
    pub labels: Vec<f32>,
    /// `[inputs]`; `[channels, side, side]` for a cell whose inputs are images; `[channels, kernel,
    /// kernel]` for a convolution.
    pub incoming_shape: Vec<usize>,
    /// Weights from the unit to the next layer; none if it is the last.
    pub outgoing: Vec<f32>,
    /// `[units]`; `[units, side, side]` from a channel to a dense layer, one weight for each place
    /// of the channel; `[channels, kernel, kernel]` to a convolution. Empty if there are none.
    pub outgoing_shape: Vec<usize>,
}

/// The weights into and out of a unit of the layer of that name. One read-back.
///
/// A cell of a dense layer before a convolution is one place of a channel, and its outgoing weights
/// are that channel's. Both the mean and the log-variance of a latent lead to the decoder by way of
/// z, and their outgoing weights are those of the latent. What a residual block adds to its result
/// has the weight 1, and is not listed.
///
/// # Errors
/// A name that no layer has ([`Error::UnknownChoice`]); a unit that the layer has not
/// ([`Error::Range`]).
pub async fn unit_weights(model: &Model, layer: &str, unit: usize) -> Result<UnitWeights> {
    let layers = model.layers();
    let at = find(&layers, layer, unit)?;
    let (this, next) = (&layers[at], layers.get(at + 1));
    let mut parameters = model.tensors();
    let mut take = |layer: &Layer, parameter: &str| {
        let is = |name: &str| {
            name.strip_prefix(layer.name).and_then(|rest| rest.strip_prefix('.')) == Some(parameter)
        };
        let found = parameters.iter().position(|(name, ..)| is(name));
        let (_, shape, tensor) = parameters.swap_remove(found.ok_or(MISSING)?);
        Ok::<_, Error>((shape, tensor))
    };
    let (shape, weight) = take(this, "weight")?;
    let (_, bias) = take(this, "bias")?;
    let (next_shape, next_weight) = next.map(|next| take(next, "weight")).transpose()?.unzip();
    let read = read_flat([weight, bias].into_iter().chain(next_weight).collect()).await?;
    let [weight, bias, rest @ ..] = &read[..] else {
        return Err(MISSING);
    };
    let input = this.kind.input_axis();
    let mut incoming_shape = kernel_shape(&shape, input);
    incoming_shape[0] -= this.labels;
    let mut incoming = cut(weight, &shape, 1 - input, unit, 1);
    let labels = incoming.split_off(incoming.len() - this.labels);
    if let Some(before) = at.checked_sub(1).map(|at| &layers[at])
        && before.shape.len() > incoming_shape.len()
    {
        incoming_shape.clone_from(&before.shape);
    }
    let mut found = UnitWeights {
        bias: bias[unit],
        incoming,
        labels,
        incoming_shape,
        outgoing: vec![],
        outgoing_shape: vec![],
    };
    let (Some(next), Some(shape), Some(weight)) = (next, next_shape, rest.first()) else {
        return Ok(found);
    };
    let input = next.kind.input_axis();
    found.outgoing_shape = kernel_shape(&shape, 1 - input);
    // How many inputs of the next layer a unit is, or how many units are one input.
    let (inputs, places) = (shape[input] - next.labels, this.places());
    found.outgoing = match (next.kind, places) {
        (LayerKind::Dense, 1) => cut(weight, &shape, input, unit % inputs, 1),
        (LayerKind::Dense, places) => {
            found.outgoing_shape.extend(&this.shape[1..]);
            let rows = cut(weight, &shape, input, unit, places);
            let units = shape[1 - input];
            (0..units * places).map(|i| rows[i % places * units + i / places]).collect()
        }
        _ => cut(weight, &shape, input, unit * inputs / this.units(), 1),
    };
    Ok(found)
}

/// The images, 784 grey levels each, that drive a unit most: their indices and what the unit gives
/// for them, the greatest first. A channel counts by its greatest place. A unit of the decoder is
/// driven by the posterior means.
///
/// Without an encoder it takes the first [`FITTED`](super::FITTED) images only, and fits codes to
/// them.
///
/// # Errors
/// As [`unit_weights`]; not a whole number of images, or none; `top` outside 1 to 100; a label that
/// the model has not.
pub async fn top_images(
    model: &Model,
    layer: &str,
    unit: usize,
    images: impl Into<Labelled<'_>>,
    top: usize,
    device: &Device,
) -> Result<Vec<(usize, f32)>> {
    TOP.check_count(top)?;
    let layers = model.layers();
    let at = find(&layers, layer, unit)?;
    let (size, places) = (layers[at].size(), layers[at].places());
    let mut found: Vec<(usize, f32)> = vec![];
    let mut image = 0;
    // Chunk by chunk: the activations of a large layer take much memory.
    let asked = asked(model, images.into())?;
    let labels = label_weights(model, asked, device).await?;
    for some in asked.pixels.chunks(at_once(device) * PIXELS) {
        let values = activations(model, at, some, (image, &labels), device).await?;
        for values in values.chunks_exact(size) {
            let greatest = values[unit * places..][..places].iter().copied().reduce(f32::max);
            let greatest = greatest.unwrap_or_default();
            // Few are kept: this is shorter than a sort, also to download.
            let at = found.iter().position(|&(_, less)| greatest > less);
            found.insert(at.unwrap_or(found.len()), (image, greatest));
            found.truncate(top);
            image += 1;
        }
    }
    Ok(found)
}

/// What the layer number `at` gives for images, of which the first is number `start` of all that
/// have label weights.
async fn activations(
    model: &Model,
    at: usize,
    pixels: &[u8],
    (start, weights): (usize, &[f32]),
    device: &Device,
) -> Result<Vec<f32>> {
    let config = model.config();
    let (encoder, decoder) = model.parts();
    let mut trace = vec![];
    let codes = match (encoder, model) {
        (_, Model::Generator(generator)) => fit(generator, upload(pixels, device)),
        (Some(encoder), _) => {
            let input = input(model, pixels, start, weights, device);
            let posterior = encoder.traced(input, Trace::into(&mut trace));
            if at < trace.len() {
                return read_one(trace.swap_remove(at)).await;
            }
            let (mu, _) = halves(&read_one(posterior).await?, config.latent);
            let codes = join(config, &mu, &weights[start * config.labels..]);
            rows(&codes, config.code_size(), device)
        }
        (None, _) => return Err(MISSING),
    };
    decoder.traced(codes, Trace::into(&mut trace));
    read_one(trace.swap_remove(at)).await
}

async fn read_one(tensor: Tensor<2>) -> Result<Vec<f32>> {
    Ok(read_flat(vec![flat(tensor)]).await?.concat())
}

/// Where the layer is, if it has the unit.
fn find(layers: &[Layer], name: &str, unit: usize) -> Result<usize> {
    let at = layers.iter().position(|layer| layer.name == name).ok_or_else(|| {
        Error::unknown_choice(Field::Layer, layers.iter().map(|layer| layer.name), name)
    })?;
    Range::integer(Field::Unit, 0, layers[at].units() as u32 - 1).check_count(unit)?;
    Ok(at)
}

const MISSING: Error = Error::Internal("a layer has no weight");

impl LayerKind {
    /// The axis of its weight that numbers its inputs; the other one of the first two numbers its
    /// units.
    fn input_axis(self) -> usize {
        match self {
            LayerKind::Dense | LayerKind::ConvTranspose => 0,
            LayerKind::Conv | LayerKind::Block => 1,
        }
    }
}

/// The shape of a weight, without its units if `axis` is that of the inputs, and the other way
/// round.
fn kernel_shape(shape: &[usize], axis: usize) -> Vec<usize> {
    [&shape[axis..=axis], &shape[2..]].concat()
}

/// Those numbers of a weight whose index on `axis`, 0 or 1, is one of the `count` from
/// `index * count` on.
fn cut(weight: &[f32], shape: &[usize], axis: usize, index: usize, count: usize) -> Vec<f32> {
    let inner: usize = shape[axis + 1..].iter().product();
    let step = shape[axis] * inner;
    let numbers = count * inner;
    weight
        .chunks_exact(step)
        .flat_map(|part| &part[index * numbers..][..numbers])
        .copied()
        .collect()
}
