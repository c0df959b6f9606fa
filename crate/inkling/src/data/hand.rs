//! A skeleton as one hand writes it, once.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::skeletons::Skeleton;
use super::stroke::{Point, Stroke};

/// Pieces between two control points.
const SUBDIVISIONS: usize = 5;

/// The strokes of `skeleton` in one hand, in its units of a hundred to the height.
pub(super) fn write(skeleton: &Skeleton, rng: &mut ChaCha8Rng) -> Vec<Stroke> {
    let hand = Hand::new(rng);
    skeleton.strokes.iter().map(|controls| hand.stroke(controls, rng)).collect()
}

/// How one digit is written: an affine map for slant, turn and width, over bends of the whole digit
/// and a smooth warp that move neighbouring points alike, so that strokes that meet still meet.
struct Hand {
    /// Displacements at a grid over the skeleton's box, in skeleton units: `[row][column][x, y]`.
    warp: [[[f32; 2]; 4]; 4],
    /// How far a stem bends to the side, and how far the middle goes up or down.
    bend: [f32; 2],
    /// How much wider the lower end is than the upper.
    taper: f32,
    width: f32,
    slant: f32,
    turn: f32,
    /// A fast hand cuts corners: 0 to 1.
    haste: f32,
    /// Size of the shaking along a stroke, in skeleton units.
    shake: f32,
    /// Radius, in skeleton units.
    pen: f32,
}

/// A control point on its way to the paper.
#[derive(Clone, Copy)]
struct Control {
    at: [f32; 2],
    corner: bool,
}

impl Hand {
    fn new(rng: &mut ChaCha8Rng) -> Self {
        let warp = [0; 4].map(|_| [0; 4].map(|_| [WARP * bell(rng), WARP * bell(rng)]));
        let pen = 7.0 + 1.5 * bell(rng);
        let wide = bell(rng);
        let haste = rng.random::<f32>();
        Self {
            warp,
            bend: [BEND * bell(rng), BEND * bell(rng)],
            taper: 0.12 * bell(rng),
            width: if wide > 0.0 { 0.92 + 0.24 * wide } else { 0.92 + 0.17 * wide },
            slant: 0.16 + 0.30 * bell(rng),
            turn: 0.13 * bell(rng),
            haste: haste * haste,
            shake: 1.4 + 1.4 * rng.random::<f32>(),
            // Heavier pens are further from the usual than lighter ones.
            pen: if pen > 7.0 { 7.0 + 1.8 * (pen - 7.0) } else { pen },
        }
    }

    fn stroke(&self, controls: &[(i8, i8)], rng: &mut ChaCha8Rng) -> Stroke {
        let mut controls = self.corners(controls, rng);
        self.cut(&mut controls);
        self.jitter(&mut controls, rng);
        overshoot(&mut controls, rng);

        let [press, ease] = [0.14 * bell(rng), 0.14 * bell(rng)];
        let last = controls.len() as f32;
        let point = |(number, control): (usize, &Control)| {
            let along = number as f32 / last - 0.5;
            let radius = self.pen * (1.0 + press * along + ease * (along * along - 0.1));
            let [x, y] = self.place(control.at);
            Point { x, y, radius }
        };
        let points: Vec<Point> = controls.iter().enumerate().map(point).collect();
        // At a corner the curve starts anew.
        let mut stroke = Stroke::default();
        let mut first = 0;
        for last in 1..points.len() {
            if controls[last].corner || last + 1 == points.len() {
                let run = Stroke { points: points[first..=last].to_vec() };
                stroke.points.extend(run.smoothed(SUBDIVISIONS).points);
                first = last;
            }
        }
        stroke
    }

    /// The control points, of which some corners are corners no more in a hasty hand.
    fn corners(&self, controls: &[(i8, i8)], rng: &mut ChaCha8Rng) -> Vec<Control> {
        let mut found: Vec<Control> = Vec::with_capacity(controls.len());
        for &(x, y) in controls {
            let at = [f32::from(x), f32::from(y)];
            match found.last_mut() {
                Some(last) if last.at == at => last.corner = rng.random::<f32>() > 0.8 * self.haste,
                _ => found.push(Control { at, corner: false }),
            }
        }
        found
    }

    /// The faster the hand, the nearer each point is to the straight way between its neighbours.
    fn cut(&self, controls: &mut [Control]) {
        let mut before = controls[0].at;
        for i in 1..controls.len() - 1 {
            let (at, after) = (controls[i].at, controls[i + 1].at);
            if !controls[i].corner {
                let to = |axis: usize| 0.5 * (before[axis] + after[axis]) - at[axis];
                controls[i].at = [0, 1].map(|axis| at[axis] + 0.25 * self.haste * to(axis));
            }
            before = at;
        }
    }

    /// Shakes the points, neighbours partly alike: each carries on part of the last one's error.
    fn jitter(&self, controls: &mut [Control], rng: &mut ChaCha8Rng) {
        let mut error = [2.0 * bell(rng), 2.0 * bell(rng)];
        for control in controls {
            for (error, at) in error.iter_mut().zip(&mut control.at) {
                *error = 0.6 * *error + self.shake * bell(rng);
                *at += *error;
            }
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
        let [x, y] = [x + dx - 50.0, y + dy - 50.0];
        // 1 in the middle, 0 at the upper and the lower end.
        let middle = 1.0 - y * y * 0.0004;
        let x = self.width * (x * (1.0 + self.taper * y * 0.02) + self.bend[0] * middle);
        let y = y + self.bend[1] * middle;
        let x = x - self.slant * y;
        // A turn and a little enlargement, which the fitting takes back: no sine needed.
        [x - self.turn * y, y + self.turn * x]
    }
}

/// Size of the warp, in skeleton units.
const WARP: f32 = 8.5;
/// Size of the bends, in skeleton units.
const BEND: f32 = 4.0;

/// Strokes end too early or too late.
fn overshoot(controls: &mut [Control], rng: &mut ChaCha8Rng) {
    let last = controls.len() - 1;
    for (end, inner) in [(0, 1), (last, last - 1)] {
        let part = 0.12 * bell(rng);
        let [from, to] = [controls[inner].at, controls[end].at];
        controls[end].at = [0, 1].map(|axis| to[axis] + part * (to[axis] - from[axis]));
    }
}

/// Nearly normal, of mean 0 and deviation 1, but never beyond 3: no digit is bent past reading.
fn bell(rng: &mut ChaCha8Rng) -> f32 {
    2.0 * (rng.random::<f32>() + rng.random::<f32>() + rng.random::<f32>()) - 3.0
}
