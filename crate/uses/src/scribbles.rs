//! Images that are no digits, drawn from a seed by the pen and the hand of the generated digits and
//! brought into their form: what tells them from digits is their shape alone.
//!
//! As there, only sums, products, quotients and square roots are used: a seed gives the same bytes
//! on every machine.

use inkling::PIXELS;
use inkling::data::digits::written;
use inkling::data::stroke::{Stroke, normalise};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters that look like no digit, each as often as the others: [`LETTERS`].
    Letters,
    /// One or two smooth curves through random points.
    Scribbles,
    /// One plain stroke that is no one: a dash, a falling stroke, an arch, a cup, a bow, in turn.
    Shapes,
}

/// The letters, in the order of the images: image `i` of [`Kind::Letters`] shows letter `i`,
/// counted round and round.
pub const LETTERS: [char; 13] = ['A', 'E', 'F', 'H', 'K', 'M', 'N', 'R', 'T', 'V', 'W', 'X', 'm'];

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::Letters, Kind::Scribbles, Kind::Shapes];

    /// Its name in queries and tables.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Letters => "letters",
            Kind::Scribbles => "scribbles",
            Kind::Shapes => "shapes",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Images `first..first + count` of a seed, 784 grey levels each, so that many can be drawn in
/// parts. Indices wrap around after `u32::MAX`.
pub fn draw(kind: Kind, seed: u32, first: u32, count: usize) -> Vec<u8> {
    let images = (0..count).map(|offset| image(kind, seed, first.wrapping_add(offset as u32)));
    images.collect::<Vec<_>>().concat()
}

/// Image `index` of a seed. It depends on nothing else.
fn image(kind: Kind, seed: u32, index: u32) -> [u8; PIXELS] {
    if kind == Kind::Letters {
        let (_, strokes) = OUTLINES[index as usize % LETTERS.len()];
        return written(strokes, seed.into(), index);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed.into());
    // Streams of their own, above those of the digits.
    rng.set_stream(((kind as u64) << 34) | u64::from(index));
    let strokes = match kind {
        Kind::Shapes => shape(index, &mut rng),
        _ => scribble(&mut rng),
    };
    normalise(&strokes).expect("every stroke has points")
}

/// Pieces between two points of a curve.
const SUBDIVISIONS: usize = 8;

/// In hundredths of the height, as the letters.
fn scribble(rng: &mut ChaCha8Rng) -> Vec<Stroke> {
    // Thin, so that it is no blot.
    let radius = 0.6 * pen(rng);
    (0..rng.random_range(1..=2))
        .map(|_| {
            let points = rng.random_range(6..=10);
            let place = |_| [between(0.0, 100.0, rng), between(0.0, 100.0, rng)];
            Stroke::new((0..points).map(place), radius).smoothed(SUBDIVISIONS)
        })
        .collect()
}

fn shape(index: u32, rng: &mut ChaCha8Rng) -> Vec<Stroke> {
    let (size, bulge) = (between(60.0, 110.0, rng), between(20.0, 60.0, rng));
    let lean = between(-20.0, 20.0, rng);
    // A parabola, leaning to one side: along it, and across from its apex.
    let bow = [-1.0, -0.5, 0.0, 0.5, 1.0f32]
        .map(|t| [50.0 + 50.0 * t + lean * (1.0 - t * t), bulge * t * t]);
    let points = match index % 5 {
        // A dash: a one lies down in no hand.
        0 => vec![[0.0, 0.0], [100.0, lean]],
        // A stroke that falls to the right, as no one does.
        1 => vec![[0.0, 0.0], [size, 100.0]],
        // An arch, a cup, a bow.
        2 => bow.to_vec(),
        3 => bow.map(|[along, across]| [along, -across]).to_vec(),
        _ => bow.map(|[along, across]| [across, along]).to_vec(),
    };
    vec![Stroke::new(points, pen(rng)).smoothed(SUBDIVISIONS)]
}

/// A pen as wide as those that write the digits, in hundredths of the height.
fn pen(rng: &mut ChaCha8Rng) -> f32 {
    between(4.5, 10.5, rng)
}

fn between(low: f32, high: f32, rng: &mut ChaCha8Rng) -> f32 {
    low + (high - low) * rng.random::<f32>()
}

/// Control points of strokes.
type Strokes = &'static [&'static [(i8, i8)]];

/// How [`LETTERS`] are written, as the skeletons of the digits: hundredths of the height, `y`
/// downwards, a point given twice is a corner. No B, D, G, I, L, O, P, Q, S, Y, Z: in some hand
/// each of them is a digit.
#[rustfmt::skip] // One letter a line, if it fits.
const OUTLINES: [(char, Strokes); LETTERS.len()] = [
    ('A', &[&[(8, 100), (50, 0), (50, 0), (92, 100)], &[(24, 62), (76, 62)]]),
    ('E', &[&[(84, 2), (14, 2), (14, 2), (14, 98), (14, 98), (86, 98)], &[(14, 50), (70, 50)]]),
    ('F', &[&[(84, 2), (16, 2), (16, 2), (16, 100)], &[(16, 48), (68, 48)]]),
    ('H', &[&[(12, 0), (12, 100)], &[(88, 0), (88, 100)], &[(12, 50), (88, 50)]]),
    ('K', &[&[(16, 0), (16, 100)], &[(84, 2), (18, 54), (18, 54), (88, 98)]]),
    ('M', &[&[(4, 100), (14, 0), (14, 0), (50, 70), (50, 70), (86, 0), (86, 0), (96, 100)]]),
    ('N', &[&[(12, 100), (12, 0), (12, 0), (88, 100), (88, 100), (88, 0)]]),
    ('R', &[&[(16, 100), (16, 2), (16, 2), (64, 2), (84, 26), (64, 50), (18, 52), (18, 52),
        (88, 100)]]),
    ('T', &[&[(6, 3), (94, 3)], &[(50, 3), (50, 100)]]),
    ('V', &[&[(8, 0), (50, 100), (50, 100), (92, 0)]]),
    ('W', &[&[(2, 0), (26, 100), (26, 100), (50, 32), (50, 32), (74, 100), (74, 100), (98, 0)]]),
    ('X', &[&[(10, 0), (90, 100)], &[(90, 0), (10, 100)]]),
    ('m', &[&[(6, 40), (6, 100)], &[(6, 62), (28, 40), (48, 58), (48, 100)],
        &[(48, 60), (72, 40), (92, 58), (92, 100)]]),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_image_depends_on_kind_seed_and_index_only() {
        for kind in Kind::ALL {
            let all = draw(kind, 7, 0, 40);
            assert_eq!(all.len(), 40 * PIXELS);
            assert_eq!(draw(kind, 7, 25, 10), all[25 * PIXELS..35 * PIXELS]);
            assert_ne!(draw(kind, 8, 0, 40), all);
            assert_eq!(Kind::named(kind.name()), Some(kind));
            let images: HashSet<_> = all.chunks(PIXELS).collect();
            assert_eq!(images.len(), 40, "{kind:?}: each is another");
        }
        assert_eq!(Kind::named("digits"), None);
    }

    #[test]
    fn each_letter_has_its_outline() {
        assert!(OUTLINES.iter().zip(LETTERS).all(|((name, _), letter)| *name == letter));
    }

    #[test]
    fn bytes_are_the_same_on_every_machine() {
        let all = Kind::ALL.map(|kind| draw(kind, 42, 0, 30)).concat();
        let fnv = all.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        assert_eq!(fnv, 0x5dfc_9761_b521_9b07, "now {fnv:#x}: the shapes have changed");
    }

    #[test]
    fn they_have_the_form_of_digits() {
        let ink = |image: &[u8]| image.iter().map(|&p| f32::from(p) / 255.0).sum::<f32>();
        for kind in Kind::ALL {
            for image in draw(kind, 3, 0, 200).chunks(PIXELS) {
                // As MNIST's digits.
                assert!((20.0..312.0).contains(&ink(image)), "{kind:?}: {}", ink(image));
            }
        }
    }
}
