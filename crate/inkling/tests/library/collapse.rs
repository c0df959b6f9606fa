//! Posterior collapse: a large beta silences the latents before the decoder has learned to use
//! them; warm-up and free bits keep them alive.

use futures_lite::future::block_on;
use inkling::data::Generation;
use inkling::device::cpu;
use inkling::eval::active_units;
use inkling::model::{Model, Network, PRESETS, VaeConfig};
use inkling::train::{DeviceData, Losses, TrainConfig, Trainer};

const LATENT: usize = 32;
const EPOCHS: usize = 16;
const HELD_OUT: usize = 200;

/// Far more latents, and far more weight on the KL, than the digits are worth.
fn config() -> VaeConfig {
    let network = Network::Mlp { hidden: vec![64] };
    VaeConfig {
        encoder: Some(network.clone()),
        decoder: network,
        ..PRESETS[0].config(LATENT, 12.0, 1)
    }
}

fn data() -> DeviceData {
    DeviceData::new(&Generation::new(6 * HELD_OUT, 1).unwrap().finish().unwrap(), &cpu())
}

fn trainer(config: &VaeConfig, epochs: usize) -> Trainer {
    let training = TrainConfig { batch: 64, epochs, learning_rate: 6e-3 };
    Trainer::new(config, training, data()).unwrap()
}

/// Trains to the end, and counts the active units.
fn active(trainer: &mut Trainer) -> usize {
    trainer.steps(trainer.total_steps() - trainer.steps_done()).unwrap();
    let Losses { kl, .. } = block_on(trainer.take_losses()).unwrap().unwrap();
    let Model::Vae(vae) = trainer.model() else { panic!("it has an encoder") };
    let held_out = trainer.data().held_out().clone();
    let active = block_on(active_units(&vae, &held_out, HELD_OUT)).unwrap();
    println!("{active} of {LATENT} active, KL {kl:.2} nats, after {}", trainer.steps_done());
    active
}

#[test]
fn a_run_collapses_and_is_cured_by_warm_up_and_by_free_bits() {
    let mut collapsed = trainer(&config(), EPOCHS);
    let found = active(&mut collapsed);
    assert!(10 * found < LATENT, "{found} of {LATENT} are active: not collapsed");

    let steps = collapsed.total_steps();
    let warm = active(&mut trainer(&VaeConfig { warmup_steps: steps, ..config() }, EPOCHS));
    assert!(2 * warm > LATENT, "with warm-up only {warm} of {LATENT} are active");

    let free = active(&mut trainer(&VaeConfig { free_bits: 0.5, ..config() }, EPOCHS));
    assert!(2 * free > LATENT, "with free bits only {free} of {LATENT} are active");

    // In the run that has collapsed, too, from the next step on.
    collapsed.set_epochs(2 * EPOCHS).unwrap();
    collapsed.set_free_bits(0.5).unwrap();
    let woken = active(&mut collapsed);
    assert!(2 * woken > LATENT, "free bits woke only {woken} of {LATENT}");
}
