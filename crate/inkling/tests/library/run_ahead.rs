//! A run on the GPU queues steps ahead of the losses that it has read, and loses none of them.
//! Where there is no GPU adapter, the test is skipped, and says so.

use std::cell::Cell;

use burn::tensor::Device;
use futures_lite::future::block_on;
use inkling::burn;
use inkling::data::Generation;
use inkling::kernels::{self_check, speed};
use inkling::model::Preset;
use inkling::train::{DeviceData, Progress, Run, State, TrainConfig, Trainer};

use crate::on_gpu;

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
}

/// Each look at the clock takes 4 ms: the test depends on no machine's pace.
fn clock() -> f64 {
    NOW.set(NOW.get() + 4.0);
    NOW.get()
}

/// Enough for the run to be under way after a dozen slices.
const EPOCHS: usize = 15;

/// 50 training images in batches of 5: ten steps an epoch.
fn trainer(device: &Device) -> Trainer {
    let dataset = Generation::new(60, 1).unwrap().finish().unwrap();
    let model = Preset::named("linear").unwrap().config(4, 1.0, 1);
    let config = TrainConfig { batch: 5, epochs: EPOCHS, learning_rate: 1e-3 };
    Trainer::new(&model, config, DeviceData::new(&dataset, device)).unwrap()
}

#[test]
fn steps_are_queued_ahead_and_every_loss_is_reported() {
    let Some(gpu) = on_gpu::open("a run ahead of its losses") else { return };
    let device = gpu.device.clone();
    block_on(self_check(&device)).unwrap();
    assert!(block_on(speed(&device, clock)).unwrap() > 0.0);

    // What each step's loss is, read one at a time.
    let mut alone = trainer(&device);
    let mut losses = vec![];
    while !alone.finished() {
        alone.step().unwrap();
        losses.push(block_on(alone.take_losses()).unwrap().unwrap().total);
    }

    let mut run = Run::new(trainer(&device), clock);
    let mut reported = 0;
    let mut report = |run: &Run, progress: Progress| {
        assert_eq!(run.progress().step, progress.step);
        if let Some(found) = progress.losses {
            let steps = &losses[reported..progress.step];
            let expected = steps.iter().sum::<f64>() / steps.len() as f64;
            let relative = (found.total / expected - 1.0).abs();
            assert!(relative < 1e-4, "{reported}..{}: {relative}", progress.step);
            reported = progress.step;
        }
        assert_eq!(reported, progress.step, "every step is told with its loss");
    };
    let (mut ahead, mut held_out) = (0, 0);
    for slice in 0..12 {
        let progress = block_on(run.advance(80.0)).unwrap();
        report(&run, progress);
        held_out += usize::from(progress.held_out.is_some());
        ahead += usize::from(run.trainer.steps_done() > progress.step);
        if slice == 6 {
            // As before a checkpoint, or after a pause: nothing is on its way any more.
            let settled = block_on(run.settle()).unwrap();
            report(&run, settled);
            assert_eq!(run.trainer.steps_done(), settled.step);
            assert_eq!(block_on(run.settle()).unwrap().losses, None);
        }
    }
    assert!(ahead > 3, "queued ahead of the losses {ahead} times");
    assert!(held_out > 1, "measured {held_out} times");
    // A single step comes after all that was queued, with the losses of all.
    let before = run.trainer.steps_done();
    let progress = block_on(run.step()).unwrap();
    report(&run, progress);
    assert_eq!(progress.step, before + 1);
    while run.progress().state != State::Finished {
        let progress = block_on(run.advance(80.0)).unwrap();
        report(&run, progress);
    }
    assert_eq!(run.progress().step, 10 * EPOCHS);
    assert!(block_on(run.step()).is_err(), "no step is left");
}
