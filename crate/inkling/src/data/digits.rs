//! The built-in data: handwritten-looking digits, drawn from a seed.
//!
//! A digit is a skeleton of pen strokes, as people write them, bent and shaken like a hand would, then
//! drawn by [`stroke`](super::stroke), which also draws the visitor's own digits.
//!
//! Only sums, products, quotients and square roots are used, which IEEE 754 rounds the same
//! everywhere: a seed gives the same bytes on every machine.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::stroke::{Point, Stroke, normalise};
use crate::PIXELS;

/// The first index of the held-out digits: train on lower ones, test on this one and higher.
pub const HELD_OUT: u32 = 1 << 31;

/// Digits and what they show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    /// `[count, 784]`, 28x28 bytes an image, row-major, 0 for paper and 255 for ink.
    pub images: Vec<u8>,
    /// `[count]`, each 0 to 9.
    pub labels: Vec<u8>,
}

/// The digits `first..first + count` of a seed, so that a long set can be made in slices. Indices go
/// round after `u32::MAX`.
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

/// Digit `index` of a seed: its image, as in [`Generated`], and its label. It depends on nothing else.
/// Any ten indices from a multiple of ten on hold each label once, in random order.
pub fn digit(seed: u64, index: u32) -> ([u8; PIXELS], u8) {
    let label = label(seed, index);
    let mut rng = stream(seed, u64::from(index));
    let skeleton = choose(SKELETONS[usize::from(label)], &mut rng);
    let image = normalise(&write(skeleton, &mut rng)).expect("every skeleton has points");
    (image, label)
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

/// Pieces between two control points.
const SUBDIVISIONS: usize = 5;

/// The skeleton in one hand, in its units of a hundred to the height.
fn write(skeleton: &Skeleton, rng: &mut ChaCha8Rng) -> Vec<Stroke> {
    let hand = Hand::new(rng);
    let written = skeleton.strokes.iter().map(|controls| {
        let lift = [2.5 * bell(rng), 2.5 * bell(rng)];
        let [press, ease] = [0.12 * bell(rng), 0.12 * bell(rng)];
        let last = controls.len() as f32;
        let points: Vec<Point> = controls
            .iter()
            .enumerate()
            .map(|(at, &(x, y))| {
                let along = at as f32 / last - 0.5;
                let radius = hand.pen * (1.0 + press * along + ease * (along * along - 0.1));
                let [x, y] = hand.place([f32::from(x) + lift[0], f32::from(y) + lift[1]]);
                Point { x, y, radius }
            })
            .collect();
        // A control point given twice is a corner: the curve starts anew there.
        let mut stroke = Stroke::default();
        for run in points.chunk_by(|a, b| (a.x, a.y) != (b.x, b.y)) {
            stroke.points.extend(Stroke { points: run.to_vec() }.smoothed(SUBDIVISIONS).points);
        }
        stroke
    });
    written.collect()
}

/// How one digit is written: an affine map for slant, turn and width, over a smooth warp that moves
/// neighbouring points alike, so that strokes that meet still meet.
struct Hand {
    /// Displacements at a grid over the skeleton's box, in skeleton units: `[row][column][x, y]`.
    warp: [[[f32; 2]; 4]; 4],
    width: f32,
    slant: f32,
    turn: f32,
    /// Radius, in skeleton units.
    pen: f32,
}

impl Hand {
    fn new(rng: &mut ChaCha8Rng) -> Self {
        let warp = [0; 4].map(|_| [0; 4].map(|_| [WARP * bell(rng), WARP * bell(rng)]));
        let pen = 7.0 + 1.5 * bell(rng);
        Self {
            warp,
            width: 0.92 + 0.14 * bell(rng),
            slant: 0.14 + 0.24 * bell(rng),
            turn: 0.07 * bell(rng),
            // Heavier pens are further from the usual than lighter ones.
            pen: if pen > 7.0 { 7.0 + 1.8 * (pen - 7.0) } else { pen },
        }
    }

    fn place(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [column, row] = [x, y].map(|value| (value * 0.03).clamp(0.0, 3.0));
        let [left, top] = [column, row].map(|value| (value as usize).min(2));
        let [right_part, lower_part] = [column - left as f32, row - top as f32];
        let [dx, dy] = [0, 1].map(|axis| {
            let along = |row: usize| {
                let [a, b] = [self.warp[row][left][axis], self.warp[row][left + 1][axis]];
                a + right_part * (b - a)
            };
            let [upper, lower] = [along(top), along(top + 1)];
            upper + lower_part * (lower - upper)
        });
        let [x, y] = [self.width * (x + dx - 50.0), y + dy - 50.0];
        let x = x - self.slant * y;
        // A turn and a little enlargement, which the fitting takes back: no sine needed.
        [x - self.turn * y, y + self.turn * x]
    }
}

/// Size of the warp, in skeleton units.
const WARP: f32 = 6.0;

/// Nearly normal, of mean 0 and deviation 1, but never beyond 3: no digit is bent past reading.
fn bell(rng: &mut ChaCha8Rng) -> f32 {
    2.0 * (rng.random::<f32>() + rng.random::<f32>() + rng.random::<f32>()) - 3.0
}

/// A way to write a digit.
struct Skeleton {
    /// How often it is chosen, out of the sum over the digit's skeletons.
    weight: u32,
    /// Control points of each stroke, in the order written: `x` to the right and `y` downwards, in
    /// hundredths of the height. A point given twice is a corner.
    strokes: &'static [&'static [(i8, i8)]],
}

const fn way(weight: u32, strokes: &'static [&'static [(i8, i8)]]) -> Skeleton {
    Skeleton { weight, strokes }
}

/// For each digit, the ways people write it.
#[rustfmt::skip] // One stroke a line.
const SKELETONS: [&[Skeleton]; 10] = [
    &[ // Closed, with the end past the start; narrow; begun at the right and not quite closed.
        way(5, &[&[(54, 1), (24, 10), (5, 48), (19, 90), (50, 100), (82, 83), (94, 44), (76, 9), (48, 1)]]),
        way(3, &[&[(52, 0), (30, 14), (20, 52), (30, 92), (52, 100), (74, 84), (80, 46), (70, 11), (46, 2)]]),
        way(2, &[&[(66, 10), (40, 6), (16, 36), (14, 76), (38, 99), (70, 88), (88, 52), (82, 16), (60, 2), (44, 8)]]),
    ],
    &[ // A line; with a flag; with a flag and a foot.
        way(15, &[&[(50, 0), (50, 50), (50, 100)]]),
        way(3, &[&[(34, 21), (44, 12), (53, 0), (53, 0), (52, 50), (51, 100)]]),
        way(1, &[&[(30, 22), (52, 1), (52, 1), (51, 50), (51, 98)], &[(24, 99), (52, 98), (80, 98)]]),
    ],
    &[ // A corner at the base; a loop there; a swung base.
        way(4, &[&[(14, 22), (30, 4), (60, 2), (78, 22), (66, 52), (38, 80), (10, 98), (10, 98), (48, 97), (88, 97)]]),
        way(4, &[&[(14, 20), (36, 1), (66, 6), (74, 30), (56, 64), (28, 92), (9, 96), (10, 80), (30, 77), (56, 92), (90, 92)]]),
        way(2, &[&[(10, 16), (34, 2), (66, 4), (72, 28), (46, 64), (8, 92), (8, 92), (30, 86), (56, 96), (88, 94)]]),
    ],
    &[ // Two bows with a cusp between; a flat top; a small loop between.
        way(5, &[&[(14, 13), (40, 0), (70, 10), (68, 34), (38, 47), (38, 47), (70, 56), (80, 78), (58, 98), (28, 99), (8, 88)]]),
        way(1, &[&[(14, 5), (46, 4), (78, 2), (78, 2), (60, 22), (38, 42), (38, 42), (70, 50), (80, 76), (54, 99), (10, 93)]]),
        way(3, &[&[(16, 12), (44, 0), (68, 12), (60, 34), (38, 48), (32, 44), (44, 44), (70, 56), (76, 78), (52, 99), (24, 98), (8, 86)]]),
    ],
    &[ // Open; closed; open and round.
        way(5, &[&[(20, 4), (16, 30), (14, 54), (14, 54), (48, 55), (88, 51)], &[(74, 0), (70, 50), (66, 100)]]),
        way(3, &[&[(66, 2), (36, 34), (6, 66), (6, 66), (50, 66), (94, 63)], &[(66, 2), (64, 50), (62, 100)]]),
        way(3, &[&[(24, 4), (12, 34), (16, 54), (40, 58), (66, 46), (78, 26)], &[(80, 2), (72, 50), (64, 100)]]),
    ],
    &[ // Roof last; in one stroke; swung like an S.
        way(4, &[&[(28, 4), (25, 24), (22, 44), (22, 44), (48, 37), (74, 48), (80, 74), (58, 97), (30, 100), (10, 90)], &[(28, 4), (56, 3), (84, 1)]]),
        way(3, &[&[(82, 3), (56, 3), (32, 6), (32, 6), (28, 24), (22, 42), (22, 42), (50, 42), (72, 58), (70, 84), (44, 100), (10, 96)]]),
        way(2, &[&[(86, 2), (60, 4), (36, 10), (24, 32), (36, 46), (62, 54), (70, 76), (50, 97), (10, 98)]]),
    ],
    &[ // Round; steep; with a wide belly.
        way(4, &[&[(66, 2), (36, 22), (15, 56), (20, 88), (48, 100), (74, 86), (74, 62), (50, 53), (22, 68)]]),
        way(3, &[&[(48, 0), (28, 36), (18, 72), (30, 97), (60, 97), (72, 78), (60, 60), (38, 63), (22, 80)]]),
        way(2, &[&[(58, 0), (24, 26), (8, 64), (24, 96), (60, 98), (88, 80), (76, 61), (46, 66), (26, 88)]]),
    ],
    &[ // Plain; with a serif; with a bar; rounded.
        way(5, &[&[(12, 7), (48, 5), (84, 3), (84, 3), (62, 42), (46, 100)]]),
        way(2, &[&[(12, 24), (15, 5), (15, 5), (50, 6), (86, 3), (86, 3), (64, 46), (50, 100)]]),
        way(2, &[&[(12, 6), (48, 5), (84, 3), (84, 3), (62, 46), (44, 100)], &[(32, 54), (56, 51), (80, 49)]]),
        way(2, &[&[(10, 16), (26, 5), (54, 8), (78, 5), (80, 16), (62, 52), (50, 100)]]),
    ],
    &[ // An S closed upwards; begun in the middle; two rings.
        way(5, &[&[(76, 13), (48, 0), (22, 14), (32, 38), (62, 56), (78, 80), (50, 100), (20, 84), (34, 60), (64, 40), (80, 16), (70, 5)]]),
        way(3, &[&[(50, 47), (24, 30), (28, 6), (56, 0), (76, 16), (66, 36), (40, 54), (18, 78), (38, 99), (70, 94), (78, 70), (50, 47)]]),
        way(1, &[&[(52, 1), (28, 8), (28, 36), (52, 46), (74, 34), (72, 8), (48, 1)], &[(50, 47), (22, 58), (22, 90), (50, 100), (80, 90), (78, 60), (48, 47)]]),
    ],
    &[ // Curved; with a straight stem; hooked.
        way(4, &[&[(76, 14), (50, 1), (24, 18), (22, 42), (44, 50), (68, 34), (78, 10), (78, 10), (74, 48), (64, 76), (54, 100)]]),
        way(3, &[&[(72, 12), (46, 0), (22, 16), (22, 38), (46, 46), (70, 30), (73, 6), (73, 6), (74, 50), (72, 100)]]),
        way(1, &[&[(76, 16), (52, 1), (26, 14), (22, 38), (46, 48), (70, 34), (77, 14), (77, 14), (76, 56), (62, 92), (36, 100), (18, 90)]]),
    ],
];

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
        assert_eq!(fnv, 0x5c18_ffdf_0656_b064, "now {fnv:#x}: the shapes have changed");
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
    fn skeletons_differ() {
        let all: Vec<_> = SKELETONS.iter().flat_map(|ways| ways.iter()).collect();
        let distinct: HashSet<_> = all.iter().map(|skeleton| skeleton.strokes).collect();
        assert_eq!(distinct.len(), all.len());
        for skeleton in all {
            assert!(skeleton.weight > 0);
            assert!(skeleton.strokes.iter().all(|stroke| stroke.len() > 1));
            let mut points = skeleton.strokes.iter().copied().flatten();
            assert!(points.all(|&(x, y)| (0..=100).contains(&x) && (-2..=102).contains(&y)));
        }
    }

    #[test]
    fn images_are_distinct_and_inked_like_mnist() {
        let Generated { images, labels } = generate(3, 0, 2000);
        let images: Vec<&[u8]> = images.chunks_exact(PIXELS).collect();
        assert_eq!(images.iter().collect::<HashSet<_>>().len(), 2000);

        let ink = |image: &[u8]| {
            image.iter().map(|&byte| f32::from(byte)).sum::<f32>() / (255 * PIXELS) as f32
        };
        // MNIST's test images: 0.133 on average, from 0.028 to 0.327; ones have least, 0.077.
        assert!(images.iter().all(|image| (0.028..0.327).contains(&ink(image))));
        let mean = |of: &dyn Fn(u8) -> bool| {
            let inks: Vec<_> =
                images.iter().zip(&labels).filter(|(_, l)| of(**l)).map(|(i, _)| ink(i)).collect();
            inks.iter().sum::<f32>() / inks.len() as f32
        };
        assert!((mean(&|_| true) - 0.133).abs() < 0.008, "{}", mean(&|_| true));
        assert!((0..10).all(|label| mean(&|l| l == label) >= mean(&|l| l == 1)));
    }
}
