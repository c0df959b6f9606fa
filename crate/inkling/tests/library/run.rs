//! The pace of a run: how long a slice of training is, and when the held-out loss is measured.
//! Time comes from a clock of the test's own, so that nothing depends on the machine.

use std::cell::Cell;

use futures_lite::future::block_on;
use inkling::data::Generation;
use inkling::device::cpu;
use inkling::model::Preset;
use inkling::train::{DeviceData, Progress, Run, State, TrainConfig, Trainer};

thread_local! {
    static NOW: Cell<f64> = const { Cell::new(0.0) };
    static TICK: Cell<f64> = const { Cell::new(10.0) };
}

/// Each look at the clock takes a tick.
fn clock() -> f64 {
    NOW.set(NOW.get() + TICK.get());
    NOW.get()
}

/// Of `count` digits, of which five sixths are trained on, in batches of 20.
fn run(preset: &str, count: usize, epochs: usize) -> Run {
    let dataset = Generation::new(count, 1).unwrap().finish().unwrap();
    let model = Preset::named(preset).unwrap().config(2, 1.0, 1);
    let config = TrainConfig { batch: 20, epochs, learning_rate: 1e-3 };
    Run::new(Trainer::new(&model, config, DeviceData::new(&dataset, &cpu())).unwrap(), clock)
}

fn advance(run: &mut Run, budget_ms: f64) -> Progress {
    block_on(run.advance(budget_ms)).unwrap()
}

#[test]
fn a_slice_ends_with_its_budget() {
    let mut run = run("linear", 1200, 2);
    assert_eq!(run.progress().state, State::Idle);
    // Nothing is known of the pace yet, so a first slice is one step, whatever its budget.
    let first = advance(&mut run, 1e6);
    assert_eq!((first.step, first.state, first.epoch), (1, State::Paused, 1));
    assert!(first.losses.is_some());
    // Two ticks of 10 ms for a step, so 100 ms are 5 steps.
    assert_eq!(first.steps_per_second, 50.0);
    assert_eq!(advance(&mut run, 100.0).step, 6);
    // The clock turns slow: the slice ends once the budget is spent, though the pace promised more.
    TICK.set(200.0);
    assert_eq!(advance(&mut run, 300.0).step, 8);
}

#[test]
fn a_slice_ends_with_its_epoch_and_the_run_with_the_last_one() {
    // 50 training images: three steps an epoch.
    let mut run = run("linear", 60, 2);
    assert_eq!(run.trainer.steps_per_epoch(), 3);
    TICK.set(0.001);
    let mut reports = vec![];
    while !run.trainer.finished() {
        reports.push(advance(&mut run, 1000.0));
    }
    let steps: Vec<usize> = reports.iter().map(|progress| progress.step).collect();
    assert_eq!(steps, [1, 3, 6]);
    assert!(reports[1..].iter().all(|progress| progress.held_out.is_some()), "an epoch ended");
    let last = reports[2];
    assert_eq!((last.state, last.epoch, last.epochs, last.total_steps), (State::Finished, 2, 2, 6));
    assert_eq!((last.steps_per_second, last.seconds_left), (0.0, 0.0));
    // Nothing is left to do.
    let after = advance(&mut run, 1000.0);
    assert_eq!((after.step, after.losses), (6, None));
    assert_eq!(block_on(run.step()).expect_err("finished").code(), "state");
}

#[test]
fn the_time_that_is_left_follows_from_the_pace() {
    let mut run = run("linear", 1200, 3);
    let progress = advance(&mut run, 1.0);
    assert_eq!((progress.total_steps, progress.step), (150, 1));
    assert_eq!(progress.seconds_left, 149.0 / progress.steps_per_second);
}

#[test]
fn held_out_is_measured_at_once_and_then_now_and_then() {
    let mut run = run("linear", 1200, 9);
    TICK.set(1.0);
    assert!(advance(&mut run, 1.0).held_out.is_some());
    // It took a tick, so it is due again after three, which a slice of one step takes.
    let mut measured = 0;
    for _ in 0..40 {
        measured += usize::from(advance(&mut run, 1.0).held_out.is_some());
    }
    assert!((1..40).contains(&measured), "{measured} of 40");
    // After a single step it is measured too, unless that takes long.
    assert!(block_on(run.step()).unwrap().held_out.is_some());
    TICK.set(1000.0);
    block_on(run.measure()).unwrap();
    assert!(block_on(run.step()).unwrap().held_out.is_none());
}

#[test]
fn held_out_is_always_of_the_same_images() {
    // 600 held-out images, of which 500 are measured.
    let mut classic = run("classic", 3600, 1);
    let measured = block_on(classic.measure()).unwrap();
    assert_eq!(measured, block_on(classic.trainer.held_out(500)).unwrap());
    assert_ne!(measured, block_on(classic.trainer.held_out(600)).unwrap());
    // Codes are sought for 50 of 100.
    let mut generator = run("generator", 600, 1);
    let measured = block_on(generator.measure()).unwrap();
    assert_eq!(measured, block_on(generator.trainer.held_out(50)).unwrap());
    assert_ne!(measured, block_on(generator.trainer.held_out(100)).unwrap());
}
