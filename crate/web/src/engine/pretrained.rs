//! Pretrained models, beside the one in training.

use inkling::model::{Model, Preset};
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
        let info = types::PretrainedInfo::new(preset, &model, card);
        self.pretrained.insert(name, model);
        to_js(&info)
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
