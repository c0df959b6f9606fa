//! Training: every preset learns, runs repeat, checkpoints resume, bad calls are refused and lose
//! nothing.

use futures_lite::future::block_on;
use inkling::data::{Dataset, Generation};
use inkling::device::cpu;
use inkling::model::{Likelihood, PRESETS, Preset, VaeConfig};
use inkling::train::{DeviceData, Losses, Schedule, TrainConfig, Trainer};
use inkling::{PIXELS, latent};

fn data(count: usize) -> (Dataset, DeviceData) {
    let dataset = Generation::new(count, 1).unwrap().finish().unwrap();
    let device = DeviceData::new(&dataset, &cpu());
    (dataset, device)
}

fn trainer(preset: &Preset, count: usize, epochs: usize) -> Trainer {
    let model = preset.config(preset.latent, preset.beta, 1);
    let config = TrainConfig { batch: 64, epochs, learning_rate: preset.learning_rate };
    Trainer::new(&model, config, data(count).1).unwrap()
}

fn classic(epochs: usize) -> Trainer {
    trainer(Preset::named("classic").unwrap(), 240, epochs)
}

fn steps(trainer: &mut Trainer, count: usize) -> Losses {
    for _ in 0..count {
        trainer.step().unwrap();
    }
    block_on(trainer.take_losses()).unwrap().unwrap()
}

/// Mean over held-out images of the squared error of the model's reconstructions, and of the best
/// constant image.
fn reconstruction_errors(trainer: &Trainer, dataset: &Dataset) -> (f64, f64) {
    let pixels = &dataset.held_out.pixels()[..50 * PIXELS];
    let (_, images) = block_on(latent::reconstruct(&trainer.model(), pixels, &cpu())).unwrap();
    let train = dataset.train.pixels();
    let count = dataset.train.count() as f64;
    let mean: Vec<f64> = (0..PIXELS)
        .map(|i| train.iter().skip(i).step_by(PIXELS).map(|&p| f64::from(p)).sum::<f64>() / count)
        .collect();
    let error = |other: &dyn Fn(usize) -> f64| {
        pixels.iter().enumerate().map(|(i, &p)| (f64::from(p) - other(i)).powi(2)).sum::<f64>()
    };
    (error(&|i| f64::from(images[i])), error(&|i| mean[i % PIXELS]))
}

fn learns(name: &str, batch: usize, epochs: usize, share: f64) {
    let preset = Preset::named(name).unwrap();
    let (dataset, device) = data(2400);
    let model = preset.config(preset.latent, preset.beta, 1);
    let config = TrainConfig { batch, epochs, learning_rate: preset.learning_rate };
    let mut trainer = Trainer::new(&model, config, device).unwrap();
    let before = block_on(trainer.held_out(200)).unwrap();
    let steps_per_epoch = trainer.steps_per_epoch();
    let first = steps(&mut trainer, steps_per_epoch);
    for _ in 1..epochs {
        steps(&mut trainer, steps_per_epoch);
    }
    let after = block_on(trainer.held_out(200)).unwrap();
    let (error, constant) = reconstruction_errors(&trainer, &dataset);
    println!(
        "{name}: held-out {:.1} -> {:.1} (kl {:.2}); first epoch {:.1}; \
         squared error {:.2} of the mean image's",
        before.total,
        after.total,
        after.kl,
        first.total,
        error / constant
    );
    assert!(after.total < 0.6 * before.total, "{name}: {before:?} {after:?}");
    assert!(error < share * constant, "{name}: reconstructions are no better than {share}");
    assert!(trainer.finished());
}

#[test]
fn classic_learns() {
    learns("classic", 64, 6, 0.75);
}

#[test]
fn linear_learns() {
    learns("linear", 64, 6, 0.75);
}

#[test]
fn deep_learns() {
    learns("deep", 64, 9, 0.85);
}

#[test]
fn beta_learns() {
    learns("beta", 64, 6, 0.85);
}

#[test]
fn wide_learns() {
    learns("wide", 64, 7, 0.75);
}

#[test]
fn conv_learns() {
    learns("conv", 16, 4, 0.9);
}

#[test]
fn residual_learns() {
    learns("residual", 16, 3, 0.9);
}

#[test]
fn generator_learns() {
    learns("generator", 64, 10, 0.75);
}

#[test]
fn a_learned_variance_learns() {
    let preset = Preset::named("classic").unwrap();
    let model = VaeConfig { likelihood: Likelihood::GaussianLearned, ..preset.config(20, 1.0, 1) };
    let config = TrainConfig { batch: 64, epochs: 2, learning_rate: 1e-3 };
    let mut trainer = Trainer::new(&model, config, data(1200).1).unwrap();
    let before = block_on(trainer.held_out(100)).unwrap();
    let total = trainer.total_steps();
    steps(&mut trainer, total);
    let after = block_on(trainer.held_out(100)).unwrap();
    assert!(after.total < before.total - 300.0, "{before:?} {after:?}");
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let (mut one, mut two) = (classic(3), classic(3));
    // Whatever is computed in between must not matter.
    let (a, b) = (steps(&mut one, 5), steps(&mut two, 3));
    block_on(two.held_out(20)).unwrap();
    inkling::device::noise(10, 10, 99, &cpu());
    let c = steps(&mut two, 2);
    assert!((a.total * 5.0 - b.total * 3.0 - c.total * 2.0).abs() < 0.05);
    let read = |trainer: &Trainer| block_on(trainer.model().weights()).unwrap();
    assert_eq!(read(&one), read(&two));
    let preset = Preset::named("classic").unwrap();
    let other = VaeConfig { seed: 2, ..preset.config(20, 1.0, 2) };
    let config = TrainConfig { batch: 64, epochs: 1, learning_rate: 1e-3 };
    let mut other = Trainer::new(&other, config, data(240).1).unwrap();
    steps(&mut other, 4);
    assert_ne!(read(&one), read(&other));
}

#[test]
fn a_batch_is_never_larger_than_the_data_set() {
    let model = Preset::named("classic").unwrap().config(2, 0.0, 1);
    let config = TrainConfig { batch: 1000, epochs: 3, learning_rate: 1e-6 };
    let mut trainer = Trainer::new(&model, config, data(60).1).unwrap();
    assert_eq!((trainer.steps_per_epoch(), trainer.total_steps()), (1, 3));
    steps(&mut trainer, 2);
    assert_eq!(trainer.epochs_begun(), 2);
}

#[test]
fn a_checkpoint_resumes_the_same_curve() {
    let runs = [
        ("classic", Schedule::OneCycle),
        ("classic", Schedule::Constant),
        ("generator", Schedule::OneCycle),
    ];
    for (name, schedule) in runs {
        let preset = Preset::named(name).unwrap();
        let mut whole = trainer(preset, 240, 4);
        let mut half = trainer(preset, 240, 4);
        whole.set_schedule(schedule);
        half.set_schedule(schedule);
        steps(&mut whole, 9);
        steps(&mut half, 4);
        half.set_learning_rate(preset.learning_rate).unwrap();
        let bytes = block_on(half.checkpoint()).unwrap();
        let mut resumed = Trainer::restore(&bytes, data(240).1).unwrap();
        assert_eq!((resumed.steps_done(), resumed.total_steps()), (4, half.total_steps()));
        steps(&mut resumed, 5);
        let read = |trainer: &Trainer| block_on(trainer.model().weights()).unwrap();
        assert_eq!(read(&whole), read(&resumed), "{name}");
    }
}

#[test]
fn a_checkpoint_holds_every_setting_and_the_preset() {
    let classic = Preset::named("classic").unwrap();
    let config = TrainConfig { batch: 64, epochs: 2, learning_rate: 1e-3 };
    // The second is what Beta-VAE would be: only the file knows that it began as Classic.
    for likelihood in [Likelihood::GaussianLearned, Likelihood::Gaussian { variance: 0.05 }] {
        let model = VaeConfig {
            likelihood,
            warmup_steps: 40,
            free_bits: 0.25,
            ..classic.config(6, 1.0, 1)
        };
        let mut run = Trainer::new(&model, config, data(240).1).unwrap();
        run.set_preset(classic);
        // With other networks it cannot have begun as that.
        run.set_preset(Preset::named("linear").unwrap());
        steps(&mut run, 3);
        run.set_free_bits(0.5).unwrap();
        run.set_warmup_steps(60).unwrap();
        run.reset().unwrap();
        steps(&mut run, 2);
        let bytes = block_on(run.checkpoint()).unwrap();
        let mut resumed = Trainer::restore(&bytes, data(240).1).unwrap();
        assert_eq!(resumed.preset().unwrap().name, "classic");
        let kept = resumed.model().config().clone();
        assert_eq!(kept, VaeConfig { warmup_steps: 60, free_bits: 0.5, ..model });
        let [a, b] = [&mut run, &mut resumed].map(|trainer| steps(trainer, 2));
        assert_eq!(a, b, "{likelihood:?}");
        // Its samples are images, whose pixels are the means alone.
        let z = latent::prior(3, 6, 1);
        let images = block_on(latent::decode(&resumed.model(), &z, &cpu())).unwrap();
        assert_eq!(images.len(), 3 * PIXELS);
    }
}

#[test]
fn a_checkpoint_counts_epochs_on_other_data_too() {
    let preset = Preset::named("classic").unwrap();
    // 200 training images, then 50: with at most 64 in a batch, epochs of 4 steps and of 1.
    let mut run = trainer(preset, 240, 4);
    steps(&mut run, 5);
    assert_eq!((run.steps_per_epoch(), run.epochs_begun(), run.total_steps()), (4, 2, 16));
    let bytes = block_on(run.checkpoint()).unwrap();
    let mut elsewhere = Trainer::restore(&bytes, data(60).1).unwrap();
    assert_eq!((elsewhere.steps_per_epoch(), elsewhere.steps_done()), (1, 5));
    assert_eq!(elsewhere.epochs_begun(), 2, "not the fifth");
    assert_eq!(elsewhere.total_steps(), 8, "2.75 of four epochs are left");
    steps(&mut elsewhere, 3);
    assert!(elsewhere.finished());
    assert_eq!(elsewhere.epochs_begun(), 4);
    // Kept and opened again it stands where it stood, and the first data have their long epochs.
    let bytes = block_on(elsewhere.checkpoint()).unwrap();
    let again = Trainer::restore(&bytes, data(60).1).unwrap();
    assert_eq!((again.total_steps(), again.epochs_begun()), (8, 4));
    let mut back = Trainer::restore(&bytes, data(240).1).unwrap();
    back.set_epochs(6).unwrap();
    assert_eq!(back.total_steps() - back.steps_done(), 7, "1.75 epochs of 4 steps");
}

#[test]
fn settings_change_while_it_runs_and_bad_ones_change_nothing() {
    let mut trainer = classic(2);
    let rate = trainer.config().learning_rate;
    steps(&mut trainer, 2);
    for error in [
        trainer.set_learning_rate(0.0),
        trainer.set_learning_rate(f64::NAN),
        trainer.set_beta(-1.0),
        trainer.set_epochs(0),
        trainer.set_warmup_steps(10_000_001),
        trainer.set_free_bits(-0.1),
        trainer.set_free_bits(f64::NAN),
    ] {
        assert_eq!(error.expect_err("refused").code(), "config");
    }
    assert_eq!(trainer.config().learning_rate, rate);
    assert_eq!(trainer.steps_done(), 2);
    // A floor far above every KL.
    trainer.set_free_bits(10.0).unwrap();
    let Losses { total, reconstruction, .. } = steps(&mut trainer, 1);
    assert!((total - reconstruction - 20.0 * 10.0).abs() < 1e-2, "{total} {reconstruction}");
    trainer.set_free_bits(0.0).unwrap();
    trainer.set_beta(0.0).unwrap();
    let Losses { total, reconstruction, .. } = steps(&mut trainer, 1);
    assert!((total - reconstruction).abs() < 1e-3);
    let rest = trainer.total_steps() - trainer.steps_done();
    steps(&mut trainer, rest);
    assert_eq!(trainer.step().expect_err("finished").code(), "state");
    trainer.set_epochs(3).unwrap();
    trainer.step().unwrap();
    assert_eq!(trainer.epochs_begun(), 3);
    trainer.reset().unwrap();
    assert_eq!(trainer.steps_done(), 0);
}

#[test]
fn beta_warms_up() {
    let preset = &PRESETS[0];
    let model = VaeConfig { warmup_steps: 4, ..preset.config(20, 2.0, 1) };
    let config = TrainConfig { batch: 64, epochs: 2, learning_rate: 1e-3 };
    let mut trainer = Trainer::new(&model, config, data(240).1).unwrap();
    for expected in [0.5, 1.0, 1.5, 2.0, 2.0] {
        let Losses { total, reconstruction, kl } = steps(&mut trainer, 1);
        assert!(((total - reconstruction) / kl - expected).abs() < 0.01, "{total} {kl}");
    }
    // In the middle of the run, too: after five steps the sixth of twelve.
    trainer.set_warmup_steps(12).unwrap();
    let Losses { total, reconstruction, kl } = steps(&mut trainer, 1);
    assert!(((total - reconstruction) / kl - 1.0).abs() < 0.01, "{total} {kl}");
}
