//! The built-in data: handwritten-looking digits, drawn from a seed.
//!
//! A digit is a skeleton of pen strokes, bent and shaken as by a hand, then drawn by
//! [`stroke`](super::stroke), which also draws the visitor's own digits.
//!
//! The skeletons are made by hand. They and the hand's freedoms were tuned on MNIST's training
//! images (`inkling evaluate-digits --tuning`). MNIST's test images give the figure that is
//! reported: a classifier trained on 60,000 generated digits alone classifies 96 % of them
//! correctly.
//!
//! Only sums, products, quotients and square roots are used, which IEEE 754 rounds the same
//! everywhere: a seed gives the same bytes on every machine.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::hand::write;
use super::skeletons::{SKELETONS, Skeleton};
use super::stroke::normalise;
use crate::PIXELS;

/// The first index of the held-out digits: train on lower ones, test on this one and higher.
pub const HELD_OUT: u32 = 1 << 31;

/// Digits and their labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    /// `[count, 784]`, 28x28 bytes an image, row-major, 0 for paper and 255 for ink.
    pub images: Vec<u8>,
    /// `[count]`, each 0 to 9.
    pub labels: Vec<u8>,
}

/// The digits `first..first + count` of a seed, so that a long set can be generated in slices.
/// Indices wrap around after `u32::MAX`.
pub fn generate(seed: u64, first: u32, count: usize) -> Generated {
    let mut generated =
        Generated { images: Vec::with_capacity(count * PIXELS), labels: Vec::with_capacity(count) };
    for offset in 0..count {
        let (image, label) = digit(seed, first.wrapping_add(offset as u32));
        generated.images.extend_from_slice(&image);
        generated.labels.push(label);
    }
    generated
}

/// Digit `index` of a seed: its image, as in [`Generated`], and its label. It depends on nothing
/// else. Ten indices from a multiple of ten on have each label once, in random order.
pub fn digit(seed: u64, index: u32) -> ([u8; PIXELS], u8) {
    let label = label(seed, index);
    let mut rng = stream(seed, u64::from(index));
    let skeleton = choose(SKELETONS[usize::from(label)], &mut rng);
    let image = normalise(&write(skeleton, &mut rng)).expect("every skeleton has points");
    (image, label)
}

/// Any strokes in the hand that writes the digits, and in their form: what is no digit can then be
/// told from digits by its shape alone. `strokes` are control points as the digits' are: hundredths
/// of the height, `y` downwards, two or more for each stroke, a point given twice is a corner.
///
/// # Panics
/// Without a stroke, or with a stroke of fewer than two points.
pub fn written(strokes: &'static [&'static [(i8, i8)]], seed: u64, index: u32) -> [u8; PIXELS] {
    // Streams above those of the digits and of their blocks.
    let mut rng = stream(seed, 1 << 33 | u64::from(index));
    normalise(&write(&Skeleton { weight: 1, strokes }, &mut rng)).expect("strokes have points")
}

fn label(seed: u64, index: u32) -> u8 {
    // Streams above the indices' belong to the blocks of ten.
    let mut rng = stream(seed, 1 << 32 | u64::from(index / 10));
    let mut labels = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    for at in (1..10).rev() {
        labels.swap(at, rng.random_range(0..=at as u32) as usize);
    }
    labels[index as usize % 10]
}

fn stream(seed: u64, number: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    rng
}

fn choose<'a>(skeletons: &'a [Skeleton], rng: &mut ChaCha8Rng) -> &'a Skeleton {
    let total: u32 = skeletons.iter().map(|skeleton| skeleton.weight).sum();
    let mut ticket = rng.random_range(0..total);
    for skeleton in skeletons {
        match ticket.checked_sub(skeleton.weight) {
            Some(rest) => ticket = rest,
            None => return skeleton,
        }
    }
    unreachable!("the ticket is below the sum of the weights")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_digit_depends_on_seed_and_index_only() {
        let all = generate(7, 0, 60);
        assert_eq!(generate(7, 0, 60), all);
        let slice = generate(7, 25, 10);
        assert_eq!(slice.images, all.images[25 * PIXELS..35 * PIXELS]);
        assert_eq!(slice.labels, all.labels[25..35]);
        let (image, label) = digit(7, 59);
        assert_eq!((&image[..], label), (&all.images[59 * PIXELS..], all.labels[59]));
        assert_ne!(generate(8, 0, 60).images, all.images);
        assert_ne!(generate(8, 0, 60).labels, all.labels);
        assert_ne!(generate(7, HELD_OUT, 60).images, all.images);
    }

    #[test]
    fn bytes_are_the_same_on_every_machine() {
        let images = generate(42, 0, 50).images;
        let fnv = images.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        assert_eq!(fnv, 0x23ff_7156_38f9_fafb, "now {fnv:#x}: the shapes have changed");
    }

    #[test]
    fn labels_are_balanced_and_mixed() {
        let labels = generate(1, 0, 200).labels;
        for ten in labels.chunks(10) {
            assert_eq!(ten.iter().collect::<HashSet<_>>().len(), 10);
        }
        let orders: HashSet<_> = labels.chunks(10).collect();
        assert!(orders.len() > 18);
        assert_eq!(generate(1, u32::MAX, 3).labels[1..], labels[..2]);
    }

    #[test]
    fn images_are_distinct_and_inked_like_mnist() {
        let Generated { images, labels } = generate(3, 0, 2000);
        let images: Vec<&[u8]> = images.chunks_exact(PIXELS).collect();
        assert_eq!(images.iter().collect::<HashSet<_>>().len(), 2000);

        let ink = |image: &[u8]| {
            image.iter().map(|&byte| f32::from(byte)).sum::<f32>() / (255 * PIXELS) as f32
        };
        // MNIST's training images: 0.131 on average, from 0.025 to 0.398; ones have least, 0.076.
        assert!(images.iter().all(|image| (0.025..0.398).contains(&ink(image))));
        let mean = |of: &dyn Fn(u8) -> bool| {
            let inks: Vec<_> =
                images.iter().zip(&labels).filter(|(_, l)| of(**l)).map(|(i, _)| ink(i)).collect();
            inks.iter().sum::<f32>() / inks.len() as f32
        };
        assert!((mean(&|_| true) - 0.131).abs() < 0.008, "{}", mean(&|_| true));
        assert!((0..10).all(|label| mean(&|l| l == label) >= mean(&|l| l == 1)));
    }
}
