use inkling::parity::{self, Workload};
use wasm_bindgen::prelude::*;

use crate::engine;
use crate::error::Failure;

/// A fixed workload in training, as the peers' bench drives one: every method says what it does
/// with bad input and leaves the training as it was.
#[wasm_bindgen]
pub struct Bench {
    bench: parity::Bench,
}

#[wasm_bindgen]
impl Bench {
    /// A fresh model of `workload` (`M`, `C`, `R` or `S`; anything else is an error) on this
    /// build's device, with the peers' weights and data. Without `noise` z = mu.
    pub async fn open(workload: String, noise: bool) -> Result<Bench, Failure> {
        let workload = Workload::named(&workload)?;
        let (device, _) = engine::open_device().await?;
        let bench = parity::Bench::new(workload, &device, noise)?;
        Ok(Bench { bench })
    }

    /// A step on the images at 128 `indices` below 8192; others are an error. Steps are queued on
    /// the device several at a time.
    pub fn queue(&mut self, indices: Vec<i32>) -> Result<(), Failure> {
        Ok(self.bench.queue(indices)?)
    }

    /// The last step's loss in nats per image, when all steps queued so far are done. Before the
    /// first one it is an error.
    pub async fn loss(&mut self) -> Result<f64, Failure> {
        Ok(self.bench.loss().await?)
    }

    /// What the matrix products of a step take by themselves, on one thread: milliseconds, the best
    /// of `rounds`, and GFLOP. It trains for a step.
    #[cfg(feature = "cpu")]
    pub fn products(&mut self, rounds: usize) -> Result<Vec<f64>, Failure> {
        let (ms, gflop) = self.bench.products(rounds, crate::clock::now_ms)?;
        Ok(vec![ms, gflop])
    }

    /// Mean images of latents, 784 numbers in 0..=1 each. Not a whole number of latents is an
    /// error.
    pub async fn decode(&mut self, latents: Vec<f32>) -> Result<Vec<f32>, Failure> {
        Ok(self.bench.decode(latents).await?)
    }
}
