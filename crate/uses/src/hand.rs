//! All classes in one hand: a digit written as every other, and how well the hand is kept.
//!
//! A conditional VAE (Kingma et al. 2014, "Semi-supervised Learning with Deep Generative Models",
//! M2) is told the label, so its latents are left with what the label does not say: how a digit is
//! written. They are the *hand*. With another label they decode to another digit in that hand.

use inkling::burn::tensor::Device;
use inkling::data::DeviceImages;
use inkling::eval::Classifier;
use inkling::model::{Model, VaeConfig};
use inkling::{Error, PIXELS, Result, latent};

use crate::shape;

/// Classes that the digit classifier can read.
const DIGITS: usize = 10;

/// The hands of images, 784 grey levels each: the posterior means without the label, `latent`
/// numbers for each image. Without `labels`, which are one for each image, they are guessed.
///
/// # Errors
/// A model without labels, a label beyond the model's, not a whole number of images.
pub async fn read(
    model: &Model,
    pixels: &[u8],
    labels: Option<&[u8]>,
    device: &Device,
) -> Result<Vec<f32>> {
    let config = conditional(model)?;
    let (codes, _) = latent::reconstruct_labelled(model, pixels, labels, device).await?;
    let z = codes.chunks(config.code_size()).flat_map(|code| &code[..config.latent]);
    Ok(z.copied().collect())
}

/// Images of the classes `labels`, 784 grey levels each. They are all in one hand `z` of `latent`
/// numbers, or each in its own if there are as many hands as labels.
///
/// # Errors
/// A model without labels, a label beyond the model's, hands of another size, no label.
pub async fn write(model: &Model, z: &[f32], labels: &[u8], device: &Device) -> Result<Vec<u8>> {
    let config = conditional(model)?;
    if let Some(&beyond) = labels.iter().find(|&&label| usize::from(label) >= config.labels) {
        return Err(Error::UnknownLabel { found: beyond.into(), labels: config.labels });
    }
    let hands = z.chunks(config.latent.max(1)).cycle();
    let codes = labels
        .iter()
        .zip(hands)
        .flat_map(|(&label, hand)| latent::with_label(hand, label.into(), config.labels));
    latent::decode(model, &codes.collect::<Vec<_>>(), device).await
}

/// `count` hands near `z`, as a hand never writes the same digit twice: `spread` is 0 for `z`
/// itself and 1 for draws from the prior, anybody's hand. The same seed gives the same hands.
pub fn varied(z: &[f32], count: usize, spread: f32, seed: u32) -> Vec<f32> {
    // NaN counts as 0.
    let spread = if spread > 0.0 { spread.min(1.0) } else { 0.0 };
    // If z is a draw from the prior, so are these.
    let kept = (1.0 - spread * spread).sqrt();
    let noise = latent::prior(count, z.len(), seed);
    noise.iter().zip(z.iter().cycle()).map(|(noise, z)| kept * z + spread * noise).collect()
}

/// Writes each digit as every class from 0 to 9 and counts how many the classifier reads as wanted.
/// Compares the slant and the stroke width of each with those of the digit whose hand it is in.
/// `tally` takes in the results, so that many digits can be measured a few at a time.
///
/// # Errors
/// As for [`read`] and [`write()`].
pub async fn measure(
    model: &Model,
    classifier: &Classifier,
    pixels: &[u8],
    labels: Option<&[u8]>,
    device: &Device,
    tally: &mut Tally,
) -> Result<()> {
    let latent = model.config().latent.max(1);
    let classes: Vec<u8> = (0..model.config().labels.min(DIGITS) as u8).collect();
    let hands = read(model, pixels, labels, device).await?;
    let each: Vec<f32> = hands.chunks(latent).flat_map(|z| z.repeat(classes.len())).collect();
    let wanted = classes.repeat(hands.len() / latent);
    let written = write(model, &each, &wanted, device).await?;
    let read_as = classifier.digits(&DeviceImages::new(&written, device)).await?;
    let mut results = wanted.iter().zip(read_as).zip(written.chunks_exact(PIXELS));
    for digit in pixels.chunks_exact(PIXELS) {
        let source = Shape::of(digit);
        for ((&class, read_as), image) in results.by_ref().take(classes.len()) {
            tally.add(class, read_as, source, Shape::of(image));
        }
        tally.images += 1.0;
    }
    Ok(())
}

/// The configuration of a model that has labels.
fn conditional(model: &Model) -> Result<&VaeConfig> {
    match model.config() {
        VaeConfig { labels: 0, .. } => Err(Error::NotConditional),
        config => Ok(config),
    }
}

/// What is compared of a digit and of the digits that are written in its hand.
#[derive(Debug, Clone, Copy)]
struct Shape([Option<f64>; 2]);

impl Shape {
    fn of(pixels: &[u8]) -> Self {
        Self([shape::slant(pixels), shape::stroke_width(pixels)])
    }
}

/// Results of [`measure`].
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    images: f64,
    written: f64,
    wanted: f64,
    /// Slant and stroke width, for each written class.
    pairs: [[Pairs; 2]; DIGITS],
}

/// Sums over pairs of a source's number x and a written digit's number y.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Pairs {
    count: f64,
    x: f64,
    y: f64,
    xx: f64,
    yy: f64,
    xy: f64,
}

impl Tally {
    /// How many numbers [`numbers`](Self::numbers) are.
    pub const NUMBERS: usize = 3 + 6 * 2 * DIGITS;

    /// Of no digit.
    pub fn new() -> Self {
        Self { images: 0.0, written: 0.0, wanted: 0.0, pairs: Default::default() }
    }

    /// The tally as numbers, for one who keeps it between two parts of a measurement.
    pub fn numbers(&self) -> Vec<f64> {
        let pairs = self.pairs.iter().flatten().flat_map(|p| [p.count, p.x, p.y, p.xx, p.yy, p.xy]);
        [self.images, self.written, self.wanted].into_iter().chain(pairs).collect()
    }

    /// The tally of these numbers; `None` if they are not [`NUMBERS`](Self::NUMBERS) finite ones.
    pub fn from_numbers(numbers: &[f64]) -> Option<Self> {
        let (&[images, written, wanted], rest) = numbers.split_first_chunk()?;
        if numbers.len() != Self::NUMBERS || !numbers.iter().all(|number| number.is_finite()) {
            return None;
        }
        let mut tally = Self { images, written, wanted, ..Self::new() };
        for (pairs, numbers) in tally.pairs.iter_mut().flatten().zip(rest.chunks_exact(6)) {
            let &[count, x, y, xx, yy, xy] = numbers.first_chunk()?;
            *pairs = Pairs { count, x, y, xx, yy, xy };
        }
        Some(tally)
    }

    /// Digits whose hand was read.
    pub fn images(&self) -> usize {
        self.images as usize
    }

    /// Digits written, each hand as every class.
    pub fn written(&self) -> usize {
        self.written as usize
    }

    /// How many of them the classifier reads as wanted.
    pub fn wanted(&self) -> usize {
        self.wanted as usize
    }

    /// Correlation of the slants; NaN before there are two that differ.
    pub fn slant(&self) -> f64 {
        self.correlation(0)
    }

    /// Correlation of the stroke widths; NaN before there are two that differ.
    pub fn stroke_width(&self) -> f64 {
        self.correlation(1)
    }

    /// Pearson's correlation within each written class, pooled: every number counts by its
    /// difference from the mean of its class, since a written 1 has another slant than a written 7
    /// in any hand.
    fn correlation(&self, of: usize) -> f64 {
        let mut sums = [0.0; 3];
        for pairs in self.pairs.iter().map(|class| &class[of]).filter(|pairs| pairs.count > 0.0) {
            let Pairs { count, x, y, xx, yy, xy } = pairs;
            let within = [xy - x * y / count, xx - x * x / count, yy - y * y / count];
            for (sum, within) in sums.iter_mut().zip(within) {
                *sum += within;
            }
        }
        let [xy, xx, yy] = sums;
        xy / (xx * yy).sqrt()
    }

    fn add(&mut self, class: u8, read_as: u8, source: Shape, written: Shape) {
        self.written += 1.0;
        if class == read_as {
            self.wanted += 1.0;
        }
        let Some(pairs) = self.pairs.get_mut(usize::from(class)) else { return };
        for ((pairs, x), y) in pairs.iter_mut().zip(source.0).zip(written.0) {
            if let (Some(x), Some(y)) = (x, y) {
                pairs.count += 1.0;
                pairs.x += x;
                pairs.y += y;
                pairs.xx += x * x;
                pairs.yy += y * y;
                pairs.xy += x * y;
            }
        }
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;
    use inkling::data::{Dataset, Split, digits};
    use inkling::device::cpu;
    use inkling::eval::ClassifierConfig;
    use inkling::model::Preset;
    use inkling::train::{DeviceData, TrainConfig, Trainer};

    use super::*;

    /// A conditional model that has learnt a little of generated digits, and a classifier.
    fn trained() -> (Model, Classifier) {
        let made = digits::generate(1, 0, 1500);
        let images = DeviceImages::new(&made.images, &cpu());
        let config = ClassifierConfig { batch: 50, ..Default::default() };
        let classifier = Classifier::train(&config, &images, &made.labels, |_, _| ());
        let split = || Split::new(made.images.clone(), Some(made.labels.clone())).unwrap();
        let preset = Preset::named("conditional").unwrap();
        let config = TrainConfig { batch: 50, epochs: 6, learning_rate: 4e-3 };
        let data = DeviceData::new(&Dataset::new("digits", split(), split()), &cpu());
        let mut trainer = Trainer::new(&preset.config(8, 1.0, 1), config, data).unwrap();
        trainer.steps(180).unwrap();
        (trainer.model(), block_on(classifier).unwrap())
    }

    #[test]
    fn a_hand_writes_every_digit_and_keeps_its_slant() {
        let ((model, classifier), device) = (trained(), cpu());
        let made = digits::generate(1, digits::HELD_OUT, 100);

        let (mut whole, mut parts) = (Tally::new(), Tally::new());
        let count = |pixels: &[u8], labels: Option<&[u8]>, tally: &mut Tally| {
            block_on(measure(&model, &classifier, pixels, labels, &device, tally)).unwrap();
        };
        count(&made.images, Some(&made.labels), &mut whole);
        assert_eq!((whole.images(), whole.written()), (100, 1000));
        let share = whole.wanted() as f64 / 1000.0;
        // Little is learnt: by chance it were 0.1, and no correlation.
        assert!(share > 0.4, "{share}");
        assert!(whole.slant() > 0.3, "{}", whole.slant());
        assert!((-1.0..=1.0).contains(&whole.stroke_width()), "{}", whole.stroke_width());

        // In two parts, by way of numbers: the same.
        let (first, rest) = made.images.split_at(30 * PIXELS);
        count(first, Some(&made.labels[..30]), &mut parts);
        parts = Tally::from_numbers(&parts.numbers()).unwrap();
        count(rest, Some(&made.labels[30..]), &mut parts);
        assert_eq!((parts.written(), parts.wanted()), (whole.written(), whole.wanted()));
        assert!((parts.slant() - whole.slant()).abs() < 1e-9);
        assert_eq!(Tally::from_numbers(&parts.numbers()), Some(parts.clone()));
        let mut spoilt = parts.numbers();
        spoilt[7] = f64::NAN;
        assert_eq!((Tally::from_numbers(&spoilt), Tally::from_numbers(&[1.0])), (None, None));

        // What decodes the digit's own label is its reconstruction.
        let digit = &made.images[..PIXELS];
        let label = [made.labels[0]];
        let z = block_on(read(&model, digit, Some(&label), &device)).unwrap();
        assert_eq!(z.len(), 8);
        let (_, decoded) =
            block_on(latent::reconstruct_labelled(&model, digit, Some(&label), &device)).unwrap();
        assert_eq!(block_on(write(&model, &z, &label, &device)).unwrap(), decoded);
        // Each in its own hand.
        let hands = varied(&z, 3, 0.5, 1);
        let three = block_on(write(&model, &hands, &[2, 0, 2], &device)).unwrap();
        let second = block_on(write(&model, &hands[8..16], &[0], &device)).unwrap();
        assert_eq!(three[PIXELS..2 * PIXELS], second);
        assert_ne!(three[..PIXELS], three[2 * PIXELS..]);
        let beyond = block_on(write(&model, &z, &[3, 10], &device));
        assert_eq!(beyond, Err(Error::UnknownLabel { found: 10, labels: 10 }));
    }

    #[test]
    fn the_correlation_is_within_each_class() {
        let mut tally = Tally::new();
        for i in 0..20 {
            let x = f64::from(i % 5);
            // The second class is slanted more, which says nothing of the hand.
            let (class, y) = if i % 2 == 0 { (1, x) } else { (2, 100.0 + x) };
            tally.add(class, 1, Shape([Some(x), Some(x)]), Shape([Some(y), Some(-y)]));
            tally.add(class, 1, Shape([Some(x), None]), Shape([None, Some(x)]));
        }
        assert!((tally.slant() - 1.0).abs() < 1e-9, "{}", tally.slant());
        assert!((tally.stroke_width() + 1.0).abs() < 1e-9, "{}", tally.stroke_width());
        assert_eq!((tally.written(), tally.wanted()), (40, 20));
        assert!(Tally::new().slant().is_nan());
    }

    #[test]
    fn varied_hands_are_near_or_anybodys() {
        let z = [2.0, -1.0, 0.5];
        assert_eq!(varied(&z, 2, 0.0, 1), [z, z].concat());
        assert_eq!(varied(&z, 2, 1.0, 7), latent::prior(2, 3, 7));
        let apart = |spread| {
            let hands = varied(&z, 50, spread, 1);
            hands.iter().zip(z.iter().cycle()).map(|(a, b)| (a - b).powi(2)).sum::<f32>()
        };
        assert!(0.0 < apart(0.1) && apart(0.1) < apart(0.4));
        assert_eq!(varied(&z, 9, 0.3, 5), varied(&z, 9, 0.3, 5));
    }
}
