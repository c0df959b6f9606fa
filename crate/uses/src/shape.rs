//! The shape of a digit's ink: its slant, its skeleton, the width of its strokes.

use inkling::{PIXELS, SIDE};

/// Grey levels above it are ink for [`skeleton`].
const HALF: u8 = 127;
/// A side of the image with a margin of one blank pixel.
const PADDED: usize = SIDE + 2;

/// How far the strokes lean to the right, in pixels for each row upwards: 0 is upright, 1 is 45
/// degrees. From the second moments of the ink, as MNIST's images are deslanted: minus the
/// covariance of x and y over the variance of y. `None` if all the ink lies in one row, or there
/// is none.
///
/// `pixels` are 784 grey levels.
pub fn slant(pixels: &[u8]) -> Option<f64> {
    let ink = || pixels.iter().take(PIXELS).enumerate().filter(|&(_, &level)| level > 0);
    let mean = |place: fn(usize) -> usize| {
        let (sum, weight) = ink().fold((0.0, 0.0), |(sum, weight), (i, &level)| {
            (sum + f64::from(level) * place(i) as f64, weight + f64::from(level))
        });
        (weight > 0.0).then(|| sum / weight)
    };
    let (x, y) = (mean(|i| i % SIDE)?, mean(|i| i / SIDE)?);
    let (covariance, variance) = ink().fold((0.0, 0.0), |(covariance, variance), (i, &level)| {
        let (dx, dy) = ((i % SIDE) as f64 - x, (i / SIDE) as f64 - y);
        (covariance + f64::from(level) * dx * dy, variance + f64::from(level) * dy * dy)
    });
    // Rows are numbered downwards.
    (variance > 0.0).then(|| -covariance / variance)
}

/// How wide the strokes are, in pixels: their ink, with full black as 1, over the length of the
/// [`skeleton`]. Both are of what is darker than half: the faint ink around the strokes of a mean
/// image has no skeleton. `None` if nothing is darker than half.
///
/// `pixels` are 784 grey levels.
pub fn stroke_width(pixels: &[u8]) -> Option<f64> {
    let length = skeleton(pixels).iter().filter(|&&ink| ink).count();
    let strokes = pixels.iter().take(PIXELS).filter(|&&level| level > HALF);
    let ink: f64 = strokes.map(|&level| f64::from(level) / 255.0).sum();
    (length > 0).then(|| ink / length as f64)
}

/// The strokes of an image, binarised at half, thinned to lines that are one pixel wide and still
/// hang together: by Guo and Hall 1989, "Parallel thinning with two-subiteration algorithms",
/// algorithm A1. Thick strokes keep their length, which the thinning of Zhang and Suen shortens.
///
/// `pixels` are 784 grey levels.
pub fn skeleton(pixels: &[u8]) -> [bool; PIXELS] {
    let mut ink = [false; PADDED * PADDED];
    for (i, &level) in pixels.iter().take(PIXELS).enumerate() {
        ink[(i / SIDE + 1) * PADDED + i % SIDE + 1] = level > HALF;
    }
    // Until neither half of a round takes anything away.
    while thin(&mut ink, false) | thin(&mut ink, true) {}
    std::array::from_fn(|i| ink[(i / SIDE + 1) * PADDED + i % SIDE + 1])
}

/// One half of a round: takes away the north-western or the south-eastern border, in parallel.
/// Whether there was anything to take.
fn thin(ink: &mut [bool; PADDED * PADDED], other_side: bool) -> bool {
    let taken: Vec<usize> = (0..PIXELS)
        .map(|i| (i / SIDE + 1) * PADDED + i % SIDE + 1)
        .filter(|&at| ink[at] && is_border(ink, at, other_side))
        .collect();
    for &at in &taken {
        ink[at] = false;
    }
    !taken.is_empty()
}

/// Whether the pixel can go: it is on the border, no end of a line, and what is around it hangs
/// together without it. `at` must not lie on the margin.
fn is_border(ink: &[bool; PADDED * PADDED], at: usize, other_side: bool) -> bool {
    // Around it, clockwise from above: n, ne, e, se, s, sw, w, nw.
    let [n, ne, e, se] = [at - PADDED, at - PADDED + 1, at + 1, at + PADDED + 1].map(|i| ink[i]);
    let [s, sw, w, nw] = [at + PADDED, at + PADDED - 1, at - 1, at - PADDED - 1].map(|i| ink[i]);
    let count = |all: [bool; 4]| all.into_iter().filter(|&one| one).count();
    let parts = count([!n && (ne || e), !e && (se || s), !s && (sw || w), !w && (nw || n)]);
    let neighbours = count([nw || n, ne || e, se || s, sw || w]).min(count([
        n || ne,
        e || se,
        s || sw,
        w || nw,
    ]));
    let kept = if other_side { (n || ne || !se) && e } else { (s || sw || !nw) && w };
    parts == 1 && (2..=3).contains(&neighbours) && !kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An image whose ink is where `ink` says, for x and y.
    fn image(ink: impl Fn(usize, usize) -> bool) -> Vec<u8> {
        (0..PIXELS).map(|i| if ink(i % SIDE, i / SIDE) { 255 } else { 0 }).collect()
    }

    /// A bar from row 4 to row 23, `width` wide, that goes `lean` to the right for each row up.
    fn bar(width: f64, lean: f64) -> Vec<u8> {
        image(|x, y| {
            let middle = 13.5 + lean * (13.5 - y as f64);
            (4..24).contains(&y) && (x as f64 - middle).abs() < width / 2.0
        })
    }

    #[test]
    fn a_bar_has_the_slant_that_it_was_given() {
        for lean in [-0.5, 0.0, 0.25, 0.5] {
            let found = slant(&bar(3.0, lean)).unwrap();
            assert!((found - lean).abs() < 0.03, "{found} instead of {lean}");
        }
        assert_eq!(slant(&[0; PIXELS]), None);
        assert_eq!(slant(&image(|_, y| y == 7)), None, "one row");
    }

    #[test]
    fn wider_strokes_are_wider_whatever_their_slant() {
        for lean in [0.0, 0.3] {
            let widths = [2.0, 4.0, 6.0].map(|width| stroke_width(&bar(width, lean)).unwrap());
            assert!(widths.is_sorted_by(|a, b| 1.3 * a < *b), "{widths:?}");
            for (found, width) in widths.into_iter().zip([2.0, 4.0, 6.0]) {
                // The ends of a thick stroke are thinned away, too.
                assert!((0.8..1.4).contains(&(found / width)), "{found} instead of {width}");
            }
        }
        assert_eq!(stroke_width(&[100; PIXELS]), None, "nothing but grey");
        // A haze around it changes nothing.
        let hazy: Vec<u8> = bar(4.0, 0.0).iter().map(|&level| level.max(60)).collect();
        assert_eq!(stroke_width(&hazy), stroke_width(&bar(4.0, 0.0)));
    }

    #[test]
    fn a_thick_stroke_keeps_most_of_its_length() {
        let line = skeleton(&bar(5.0, 0.0));
        let rows = (0..SIDE).filter(|&y| (0..SIDE).any(|x| line[y * SIDE + x])).count();
        assert!((15..=20).contains(&rows), "{rows} of 20 rows");
    }

    #[test]
    fn a_skeleton_hangs_together_and_keeps_its_holes() {
        // A ring, and a bar through its middle: an eight lying on its side.
        let ring = image(|x, y| {
            let distance = (x as f64 - 13.5).hypot(y as f64 - 13.5);
            (6.0..10.0).contains(&distance) || (distance < 8.0 && (12..=15).contains(&x))
        });
        let line = skeleton(&ring);
        assert!(line.iter().zip(&ring).all(|(&line, &level)| !line || level > HALF));
        // Paper: its parts touch by sides; ink: by corners, too.
        assert_eq!(parts(&line, true, 8), 1, "one line");
        assert_eq!(parts(&line, false, 4), 3, "outside and two holes");
        let ink = line.iter().filter(|&&ink| ink).count();
        assert!((50..90).contains(&ink), "{ink} pixels");
        // Nothing is left to take away.
        let again: Vec<u8> = line.iter().map(|&ink| if ink { 255 } else { 0 }).collect();
        assert_eq!(skeleton(&again), line);
    }

    /// How many connected parts of `colour` there are, by 4 or 8 neighbours.
    fn parts(line: &[bool; PIXELS], colour: bool, neighbours: usize) -> usize {
        let around = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)];
        let mut seen = [false; PIXELS];
        let mut found = 0;
        for start in 0..PIXELS {
            if seen[start] || line[start] != colour {
                continue;
            }
            found += 1;
            let mut open = vec![start];
            seen[start] = true;
            while let Some(at) = open.pop() {
                let (x, y) = ((at % SIDE) as i32, (at / SIDE) as i32);
                for (dx, dy) in &around[..neighbours] {
                    let (x, y) = (x + dx, y + dy);
                    if !(0..SIDE as i32).contains(&x) || !(0..SIDE as i32).contains(&y) {
                        continue;
                    }
                    let next = y as usize * SIDE + x as usize;
                    if line[next] == colour && !seen[next] {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
        }
        found
    }

    #[test]
    fn ink_at_the_edges_is_thinned_like_any_other() {
        let line = skeleton(&[255; PIXELS]);
        let ink = line.iter().filter(|&&ink| ink).count();
        assert!((1..60).contains(&ink), "{ink} pixels of a black image");
    }
}
