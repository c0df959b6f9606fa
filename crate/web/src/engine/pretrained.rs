//! Pretrained models, beside the one in training.

use inkling::model::{DecoderFirst, Model, Preset};
use wasm_bindgen::prelude::*;

use super::{Answer, Engine};
use crate::error::Failure;
use crate::types::{self, to_js};

#[wasm_bindgen]
impl Engine {
    /// Loads a trained model under `name`, which the queries then take as `model`; without one they
    /// ask the model in training. It needs no data set.
    #[wasm_bindgen(js_name = loadPretrained, unchecked_return_type = "PretrainedInfo")]
    pub fn load_pretrained(&mut self, name: String, bytes: Vec<u8>) -> Answer {
        let (model, card) = Model::from_file(&bytes, &self.device)?;
        // Without an encoder its samples would need the codes, which a model file lacks.
        let Model::Vae(_) = model else {
            return Err(Failure::PretrainedNoEncoder);
        };
        let preset = Preset::of(model.config())?;
        let info = types::PretrainedInfo::new(preset, model.config(), model.parameters(), card);
        self.decoders.remove(&name);
        self.pretrained.insert(name, model);
        to_js(&info)
    }

    /// Loads the decoder of a trained model under `name`, for the queries that only decode: until
    /// `loadEncoder` there is nothing to encode with.
    #[wasm_bindgen(js_name = loadDecoder, unchecked_return_type = "PretrainedInfo")]
    pub fn load_decoder(&mut self, name: String, bytes: Vec<u8>) -> Answer {
        let decoder = DecoderFirst::from_file(&bytes, &self.device)?;
        let preset = Preset::of(decoder.config())?;
        let (all, card) = (decoder.parameters(), decoder.card().cloned());
        let info = types::PretrainedInfo::new(preset, decoder.config(), all, card);
        self.pretrained.insert(name.clone(), decoder.model());
        self.decoders.insert(name, decoder);
        to_js(&info)
    }

    /// Adds the encoder to the decoder that was loaded under `name`.
    #[wasm_bindgen(js_name = loadEncoder)]
    pub fn load_encoder(&mut self, name: String, bytes: Vec<u8>) -> Result<(), Failure> {
        let Some(decoder) = self.decoders.get(&name) else {
            return Err(Failure::NoPretrained(name));
        };
        let model = decoder.with_encoder(&bytes, &self.device)?;
        self.decoders.remove(&name);
        self.pretrained.insert(name, model);
        Ok(())
    }
}

impl Engine {
    /// The pretrained model of that name, or the one in training.
    pub(super) fn model(&self, name: Option<&str>) -> Result<Model, Failure> {
        match name {
            None => Ok(self.run()?.inner.trainer.model()),
            Some(name) => {
                let found = self.pretrained.get(name).cloned();
                found.ok_or_else(|| Failure::NoPretrained(name.into()))
            }
        }
    }
}
