//! Trains the classic VAE on generated digits for a few epochs, then draws a digit as text.
//!
//! `cargo run -p inkling --example train`: a few seconds, on the CPU, without any download.

use futures_lite::future::block_on;
use inkling::data::Generation;
use inkling::model::Preset;
use inkling::train::{DeviceData, TrainConfig, Trainer};
use inkling::{Result, SIDE, device, latent};

fn main() -> Result<()> {
    let device = device::cpu();
    // 2000 digits drawn from a seed to train on, and 400 to measure on.
    let digits = Generation::new(2400, 1)?.finish()?;
    let data = DeviceData::new(&digits, &device);

    let preset = Preset::named("classic")?;
    println!("{} on {}: {}", preset.title, digits.name, preset.shape());
    let model = preset.config(preset.latent, preset.beta, 1);
    let config = TrainConfig { batch: 64, epochs: 4, learning_rate: 3e-3 };
    let mut trainer = Trainer::new(&model, config, data)?;

    // Steps are queued on the device; losses are read back once an epoch, as reading is slow.
    while !trainer.finished() {
        trainer.steps(trainer.steps_per_epoch())?;
        let train = block_on(trainer.take_losses())?;
        let held_out = block_on(trainer.held_out(400))?;
        println!(
            "epoch {}: training loss {:.1}, held-out loss {:.1} nats per image",
            trainer.epochs_begun(),
            train.map_or(f64::NAN, |losses| losses.total),
            held_out.total,
        );
    }

    // A sample: one latent from the prior, decoded.
    let z = latent::prior(1, preset.latent, 7);
    let image = block_on(latent::decode(&trainer.model(), &z, &device))?;
    for row in image.chunks(SIDE) {
        let ink = |&level: &u8| [' ', '.', 'o', '#'][usize::from(level) / 64];
        println!("{}", row.iter().flat_map(|level| [ink(level); 2]).collect::<String>());
    }
    Ok(())
}
