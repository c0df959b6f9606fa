//! A trained model in two files, so that over a slow line it can write digits before all of it is
//! there: the decoder, then the encoder.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::Device;

use super::trained::{Half, HalfHeader, Header, KEY, parameters};
use super::weights::{self, Weights};
use super::{Generator, Model, ModelCard, Vae, VaeConfig};
use crate::error::{Error, FileError, Result, excerpt};
use crate::file::{self, Precision};

/// Prefixes of the names of the weights.
const ENCODER: &str = "encoder.";
const DECODER: &str = "decoder.";

/// The decoder of a trained [`Vae`], whose encoder can be added.
#[derive(Debug, Clone)]
pub struct DecoderFirst {
    config: VaeConfig,
    card: Option<ModelCard>,
    parameters: usize,
    generator: Generator,
}

impl Model {
    /// The files that [`DecoderFirst::from_file`] and [`DecoderFirst::with_encoder`] read: the
    /// decoder's, then the encoder's. A model without an encoder is an [`Error::NoEncoder`],
    /// weights that `precision` cannot hold are a [`FileError::Unwritable`].
    pub async fn to_halves(&self, card: ModelCard, precision: Precision) -> Result<[Vec<u8>; 2]> {
        let Model::Vae(vae) = self else {
            return Err(Error::NoEncoder);
        };
        let all = weights::read(vae).await?;
        let half = |holds, prefix: &str| {
            let half = HalfHeader { holds, parameters: vae.parameters() };
            let header =
                Header { model: vae.config.clone(), card: Some(card.clone()), half: Some(half) };
            let own = all.iter().filter(|(name, _)| name.starts_with(prefix));
            let own = own.map(|(name, weights)| (name.clone(), weights.clone()));
            file::write(KEY, &header, own, precision)
        };
        Ok([half(Half::Decoder, DECODER)?, half(Half::Encoder, ENCODER)?])
    }
}

impl DecoderFirst {
    /// The decoder in the first of the files of [`Model::to_halves`]. Any other file is an
    /// [`Error::File`]. Takes a few times the file's size of memory at most.
    pub fn from_file(bytes: &[u8], device: &Device) -> Result<Self> {
        let (header, all, own) = open(bytes, Half::Decoder)?;
        let Header { model: config, card, .. } = header;
        let alone = VaeConfig { encoder: None, labels: 0, ..config.clone() };
        alone.check_size(&own)?;
        let fresh = Generator::new(&config, device)?.no_grad();
        let generator = weights::write(fresh, own)?;
        match all > generator.parameters() {
            true => Ok(Self { config, card, parameters: all, generator }),
            false => Err(FileError::TooSmall.into()),
        }
    }

    /// The whole model, with the encoder in the second of the files. One of another model is a
    /// [`FileError::HalvesMismatch`], any other file an [`Error::File`] as well.
    pub fn with_encoder(&self, bytes: &[u8], device: &Device) -> Result<Model> {
        let (header, all, own) = open(bytes, Half::Encoder)?;
        let same = header.model == self.config && header.card == self.card;
        if !same || all != self.parameters {
            return Err(FileError::HalvesMismatch.into());
        }
        let held: usize = own.values().map(|weights| weights.values.len()).sum();
        if held + self.generator.parameters() < self.config.min_parameters() {
            return Err(FileError::TooSmall.into());
        }
        let mut named = BTreeMap::new();
        for (name, weights) in own {
            match name.strip_prefix(ENCODER) {
                Some(short) => named.insert(short.to_owned(), weights),
                None => return Err(FileError::ExtraTensor { name: excerpt(&name) }.into()),
            };
        }
        let Vae { encoder, config, .. } = Vae::new(&self.config, device)?;
        let encoder = weights::write(encoder, named)?;
        let decoder = self.generator.decoder.clone();
        Ok(Model::Vae(Vae { encoder, decoder, config }.no_grad()))
    }

    /// The decoder as a model without an encoder: its codes decode as those of the whole one.
    pub fn model(&self) -> Model {
        Model::Generator(self.generator.clone())
    }

    /// The configuration of the whole model.
    pub fn config(&self) -> &VaeConfig {
        &self.config
    }

    /// The model card, if the file has one.
    pub fn card(&self) -> Option<&ModelCard> {
        self.card.as_ref()
    }

    /// The number of weights of the whole model, as the file says it.
    pub fn parameters(&self) -> usize {
        self.parameters
    }
}

/// The header, the weights of both halves together as it counts them, and those of this half.
fn open(bytes: &[u8], wanted: Half) -> Result<(Header, usize, BTreeMap<String, Weights>)> {
    let (header, tensors) = file::open::<Header>(KEY, bytes)?;
    header.model.validate().map_err(Error::in_file)?;
    let all = match &header.half {
        Some(half) if half.holds == wanted && header.model.encoder.is_some() => half.parameters,
        _ => return Err(FileError::OtherHalf.into()),
    };
    Ok((header, all, parameters(&tensors)?))
}
