//! A symbol that a conditional model is taught, as the page's panel teaches it: scripted hearts,
//! each in several hands, among generated digits.

use std::f32::consts::TAU;

use anyhow::{Context, Result};
use futures_lite::future::block_on;
use inkling::PIXELS;
use inkling::data::stroke::{Stroke, normalise};
use inkling::data::{Dataset, Generation, Split};
use inkling::latent;
use inkling::model::Model;
use inkling::train::{DeviceData, TrainConfig, Trainer};
use inkling_uses::hand::{self, Tally};

use super::{Setting, picked};

/// Hearts, and samples of the symbol that are compared with them.
const HEARTS: usize = 7;
const SAMPLES: usize = 200;
/// Digits of the page's first data set, and held-out ones in whose hands all digits are written.
const DIGITS: usize = 12_000;
const HANDS_READ: usize = 100;
/// How the page's panel draws: width of the pen, side of its sheet, subdivisions of a stroke.
const PEN: f32 = 22.0;
const SIDE: f32 = 280.0;
const SMOOTHING: usize = 4;
/// How it teaches (`www/src/panels/teach/lesson.js`): about so many steps of a batch, the symbol's
/// share of an epoch, the learning rate.
const STEPS: usize = 300;
const BATCH: usize = 128;
const SHARE: f64 = 0.5;
const LEARNING_RATE: f64 = 0.01;
/// Lean, turn and width of the pen of each hand (`www/src/panels/teach/variants.js`).
const HANDS: [[f32; 3]; 6] = [
    [0.0, 0.0, 1.0],
    [0.25, 0.0, 0.8],
    [-0.2, 0.0, 1.25],
    [0.1, -0.12, 1.5],
    [0.0, 0.12, 0.65],
    [0.4, 0.0, 1.1],
];

pub(super) fn run(setting: &Setting<'_>) -> Result<()> {
    let seed = setting.seed;
    let digits = Generation::new(DIGITS, seed)?.finish()?;
    let known = setting.model.config().labels;
    let before = legible(setting, setting.model, &digits)?;
    println!(
        "{DIGITS} generated digits, {} of them held out, and {HEARTS} hearts in {} hands; seed \
         {seed}\n\
         before a lesson: {before}",
        digits.held_out.count(),
        HANDS.len(),
    );
    // As one class among the others, at the rate of a run that goes on, and as the page does it.
    let even = 1.0 / (known + 1) as f64;
    for (share, rate) in [(even, 0.0025), (SHARE, LEARNING_RATE)] {
        let (taught, steps) = teach(setting, &digits, share, rate)?;
        let alike = alike(setting, &taught)?;
        println!(
            "hearts as {:.0} % of the images, learning rate {rate}, {steps} steps\n  \
             the mean of {SAMPLES} samples correlates with that of the drawings   {alike:.3}\n  \
             {}",
            100.0 * share,
            legible(setting, &taught, &digits)?,
        );
    }
    Ok(())
}

/// The model after a lesson, and how many steps that took.
fn teach(
    setting: &Setting<'_>,
    digits: &Dataset,
    share: f64,
    learning_rate: f64,
) -> Result<(Model, usize)> {
    let config = setting.model.config();
    let drawings: Vec<u8> = (0..HEARTS)
        .flat_map(|n| HANDS.map(|hand| drawn(&heart(n), hand)))
        .collect::<Option<Vec<_>>>()
        .context("a heart has no points")?
        .concat();
    let count = drawings.len() / PIXELS;
    let own = Split::new(drawings, Some(vec![config.labels as u8; count]))?;
    let train = digits.train.count() as f64;
    let times = (share / (1.0 - share) * train / count as f64).round().max(1.0) as usize;
    let mixed = digits.clone().mixed(&own, times)?;
    let epochs = ((STEPS * BATCH) as f64 / mixed.train.count() as f64).round().max(1.0) as usize;
    let training = TrainConfig { batch: BATCH, epochs, learning_rate };
    let model = setting.model.clone().with_seed(setting.seed);
    let model = block_on(model.with_labels(config.labels + 1))?;
    let data = DeviceData::new(&mixed, setting.device);
    let mut trainer = block_on(Trainer::continued(&model, training, data))?;
    let steps = trainer.steps(trainer.total_steps())?;
    Ok((trainer.model(), steps))
}

/// How the mean of samples of the symbol correlates with the mean of the drawings.
fn alike(setting: &Setting<'_>, taught: &Model) -> Result<f64> {
    let labels = [taught.config().labels as u8 - 1; SAMPLES];
    let z = latent::prior(SAMPLES, taught.config().latent, setting.seed);
    let samples = hand::write(taught, &z, &labels, setting.device);
    let drawings = (0..HEARTS).filter_map(|n| drawn(&heart(n), HANDS[0])).flatten();
    Ok(correlation(&mean(&block_on(samples)?), &mean(&drawings.collect::<Vec<_>>())))
}

/// What the classifier reads of the digits that the model writes in the hands of held-out ones.
fn legible(setting: &Setting<'_>, model: &Model, digits: &Dataset) -> Result<String> {
    let classifier = setting.classifier.context("--measure teach needs a --classifier")?;
    let pixels = picked(&digits.held_out, HANDS_READ, setting.seed);
    let mut tally = Tally::new();
    block_on(hand::measure(model, classifier, &pixels, None, setting.device, &mut tally))?;
    Ok(format!(
        "of {} digits in {} hands, read as wanted   {:.1} %",
        tally.written(),
        tally.images(),
        100.0 * tally.wanted() as f64 / tally.written() as f64,
    ))
}

/// A heart in one stroke, a little different each time, as `tests/browser/teach.test.js` draws it.
fn heart(n: usize) -> Vec<[f32; 2]> {
    let [wide, high] = [0.9 + 0.05 * (n % 4) as f32, 1.0 - 0.04 * (n % 3) as f32];
    let point = |i: usize| {
        let t = 0.3 * n as f32 + TAU * i as f32 / 24.0;
        let x = 16.0 * t.sin().powi(3);
        let y = 13.0 * t.cos() - 5.0 * (2.0 * t).cos() - 2.0 * (3.0 * t).cos() - (4.0 * t).cos();
        [SIDE * (0.5 + wide * x / 42.0), SIDE * (0.5 - high * y / 42.0)]
    };
    (0..25).map(point).collect()
}

/// 784 grey levels of a stroke as that hand would have drawn it.
fn drawn(points: &[[f32; 2]], [lean, turn, width]: [f32; 3]) -> Option<Vec<u8>> {
    let [x0, y0] = [0, 1]
        .map(|axis| points.iter().map(|point| point[axis]).sum::<f32>() / points.len() as f32);
    let (sin, cos) = turn.sin_cos();
    let moved = points.iter().map(|&[x, y]| {
        // Upwards is towards smaller y.
        let (x, y) = (x - x0 - lean * (y - y0), y - y0);
        [x0 + cos * x - sin * y, y0 + sin * x + cos * y]
    });
    let stroke = Stroke::new(moved, PEN * width / 2.0).smoothed(SMOOTHING);
    normalise(&[stroke]).map(|pixels| pixels.to_vec())
}

fn mean(pixels: &[u8]) -> Vec<f64> {
    let count = (pixels.len() / PIXELS) as f64;
    let at = |i| pixels.iter().skip(i).step_by(PIXELS).map(|&level| f64::from(level)).sum::<f64>();
    (0..PIXELS).map(|i| at(i) / count).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let middle = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let (a0, b0) = (middle(a), middle(b));
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        a.iter().zip(b).map(|(a, b)| of(a - a0, b - b0)).sum()
    };
    sum(&|a, b| a * b) / (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt()
}
