//! From pen strokes to a 28x28 image in MNIST's form. A visitor's drawing and the generated digits
//! take the same path, so that the model sees both alike.

use crate::{PIXELS, SIDE};

/// A point that the pen passed. Any unit and origin, `y` downwards; radius in the same unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Position to the right.
    pub x: f32,
    /// Position downwards.
    pub y: f32,
    /// Radius of the pen here: with a pressure-sensitive pen it changes along the stroke.
    pub radius: f32,
}

/// What the pen drew between touching the paper and leaving it. One point is a dot.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stroke {
    /// In the order drawn.
    pub points: Vec<Point>,
}

impl Stroke {
    /// A stroke of even width through `[x, y]` positions.
    pub fn new(positions: impl IntoIterator<Item = [f32; 2]>, radius: f32) -> Self {
        let points = positions.into_iter().map(|[x, y]| Point { x, y, radius }).collect();
        Self { points }
    }

    /// The same stroke as a smooth curve through its points, `subdivisions` pieces between any two:
    /// a fast hand leaves few pointer events, and straight lines between them look broken.
    ///
    /// Points that are not finite, or repeat the one before, are dropped.
    ///
    /// The curve is a centripetal Catmull-Rom spline, which makes no loops or cusps of its own
    /// (Yuksel, Schaefer, Keyser 2011, "Parameterization and applications of Catmull-Rom curves"),
    /// evaluated by Barry and Goldman's recursion (1988).
    pub fn smoothed(&self, subdivisions: usize) -> Self {
        let mut through: Vec<Point> = self.points.iter().copied().filter(is_finite).collect();
        through.dedup_by(|next, last| (next.x, next.y) == (last.x, last.y));
        let [.., last] = through[..] else {
            return Self::default();
        };

        let mut points = Vec::with_capacity(through.len() * subdivisions.max(1));
        for (at, pair) in through.windows(2).enumerate() {
            let [from, to] = [pair[0], pair[1]];
            let before = at.checked_sub(1).map_or_else(|| mirrored(to, from), |i| through[i]);
            let after = through.get(at + 2).copied().unwrap_or_else(|| mirrored(from, to));
            points.push(from);
            points.extend((1..subdivisions).map(|step| {
                catmull_rom([before, from, to, after], step as f64 / subdivisions as f64)
            }));
        }
        points.push(last);
        Self { points }
    }
}

/// Brings a drawing into MNIST's form: 28x28 bytes, row-major, 0 for paper and 255 for ink. `None`
/// if no stroke has a finite point.
///
/// As MNIST was made (LeCun, Cortes, Burges, <http://yann.lecun.com/exdb/mnist/>): the ink's
/// bounding box is fitted into 20x20 pixels, aspect ratio kept, and its centre of mass put in the
/// middle of the field. MNIST scaled pictures. Here strokes are scaled, so that edges stay smooth
/// and the pen's width stays within MNIST's, however large the drawing was. A dot stays a dot.
pub fn normalise(strokes: &[Stroke]) -> Option<[u8; PIXELS]> {
    let mut fitted = fit(strokes)?;
    let [x, y] = centre_of_mass(&render(&fitted));
    let points = || fitted.iter().flat_map(|stroke| &stroke.points);
    let dx = shift(points().map(|p| (p.x, p.radius)), MASS_CENTRE - x);
    let dy = shift(points().map(|p| (p.y, p.radius)), MASS_CENTRE - y);
    for point in fitted.iter_mut().flat_map(|stroke| &mut stroke.points) {
        point.x += dx;
        point.y += dy;
    }
    Some(render(&fitted).map(|ink| (255.0 * ink).round() as u8))
}

/// Draws strokes given in pixels of the 28x28 field, whose first pixel spans 0 to 1. Row-major ink
/// from 0 to 1, edges anti-aliased; where strokes cross, the darker counts.
///
/// A piece between two points is a capsule, and a pixel's ink is its signed distance to the edge,
/// plus a half, clamped. What lies outside the field or is not finite is not drawn.
pub fn render(strokes: &[Stroke]) -> [f32; PIXELS] {
    let mut field = [0.0; PIXELS];
    for Stroke { points } in strokes {
        match points[..] {
            [dot] => draw_capsule(&mut field, dot, dot),
            _ => points.windows(2).for_each(|pair| draw_capsule(&mut field, pair[0], pair[1])),
        }
    }
    field
}

/// The longer side of the ink, in pixels, as in MNIST.
const INK_SIZE: f64 = 20.0;

/// Where the centre of mass goes, in pixels from the field's left and upper edge. MNIST's images
/// put it there too, within half a pixel: 14.51 and 14.50 on average over the training images.
const MASS_CENTRE: f32 = 14.5;

/// The pen's mean radius in the image, in pixels. Twice the area over the outline's length gives
/// MNIST's strokes a radius of 0.84 (5th percentile), 1.2 (median) and 1.83 (95th), its thickest
/// ones more.
const PEN_RADIUS: [f64; 2] = [0.8, 2.1];

/// Pressure may take the pen out of [`PEN_RADIUS`], but only this far, in pixels.
const PRESSED_RADIUS: [f64; 2] = [0.5, 2.8];

/// Scales the strokes to [`INK_SIZE`], around the middle of the field.
fn fit(strokes: &[Stroke]) -> Option<Vec<Stroke>> {
    let strokes: Vec<Vec<Point>> = strokes
        .iter()
        .map(|stroke| stroke.points.iter().copied().filter(is_finite).collect::<Vec<_>>())
        .filter(|points| !points.is_empty())
        .collect();
    let points = || strokes.iter().flatten();
    let count = points().count();
    if count == 0 {
        return None;
    }

    // In f64, where not even the widest f32 coordinates overflow.
    let [left, right] = span(points().map(|point| f64::from(point.x)));
    let [top, bottom] = span(points().map(|point| f64::from(point.y)));
    let length = (right - left).max(bottom - top);
    let pen = points().map(pen_radius).sum::<f64>() / count as f64;

    let kept_ratio = pen * INK_SIZE / (length + 2.0 * pen).max(f64::MIN_POSITIVE);
    let fitted_pen = kept_ratio.clamp(PEN_RADIUS[0], PEN_RADIUS[1]);
    let radius_of = |point: &Point| {
        let pressure = if pen > 0.0 { pen_radius(point) / pen } else { 1.0 };
        (fitted_pen * pressure).clamp(PRESSED_RADIUS[0], PRESSED_RADIUS[1])
    };

    let widest = points().map(radius_of).fold(0.0, f64::max);
    // A drawing no longer than the pen is wide is a tap of an unsteady hand, and stays a dot.
    let drawn = if pen > 0.0 { ((length / pen - 1.0) / 3.0).clamp(0.0, 1.0) } else { 1.0 };
    let scale = if length > 0.0 { drawn * (INK_SIZE - 2.0 * widest) / length } else { 0.0 };
    let middle = SIDE as f64 / 2.0;
    let place = |point: &Point| Point {
        x: ((f64::from(point.x) - (left + right) / 2.0) * scale + middle) as f32,
        y: ((f64::from(point.y) - (top + bottom) / 2.0) * scale + middle) as f32,
        radius: radius_of(point) as f32,
    };
    Some(strokes.iter().map(|s| Stroke { points: s.iter().map(place).collect() }).collect())
}

/// The shift nearest to `wanted` that leaves all ink, given as centres and radii, in the field.
fn shift(ink: impl Iterator<Item = (f32, f32)>, wanted: f32) -> f32 {
    let [low, high] = ink.fold([f32::MAX, f32::MIN], |[low, high], (centre, radius)| {
        [low.min(centre - radius), high.max(centre + radius)]
    });
    wanted.min(SIDE as f32 - high).max(-low)
}

fn centre_of_mass(field: &[f32; PIXELS]) -> [f32; 2] {
    let [mut mass, mut x, mut y] = [0.0; 3];
    for (at, ink) in field.iter().enumerate() {
        mass += ink;
        x += ink * ((at % SIDE) as f32 + 0.5);
        y += ink * ((at / SIDE) as f32 + 0.5);
    }
    [x / mass, y / mass]
}

/// Within the capsule, the radius goes evenly from one end's to the other's.
fn draw_capsule(field: &mut [f32; PIXELS], from: Point, to: Point) {
    if !is_finite(&from) || !is_finite(&to) {
        return;
    }
    let reach = from.radius.max(to.radius) + 0.5;
    // Pixels with their centre in reach. Casts to integers saturate, so anything far away is empty.
    let pixels = |a: f32, b: f32| {
        let first = (a.min(b) - reach - 0.5).ceil().max(0.0) as usize;
        let last = (a.max(b) + reach + 0.5).floor().max(0.0) as usize;
        first..last.min(SIDE)
    };
    let [along_x, along_y] = [to.x - from.x, to.y - from.y];
    let squared = along_x * along_x + along_y * along_y;
    let inverse = if squared > 0.0 { 1.0 / squared } else { 0.0 };
    let columns = pixels(from.x, to.x);
    for row in pixels(from.y, to.y) {
        let y = row as f32 + 0.5 - from.y;
        for column in columns.clone() {
            let x = column as f32 + 0.5 - from.x;
            let t = ((x * along_x + y * along_y) * inverse).clamp(0.0, 1.0);
            let radius = from.radius + t * (to.radius - from.radius);
            let [off_x, off_y] = [x - t * along_x, y - t * along_y];
            let distance = (off_x * off_x + off_y * off_y).sqrt();
            let ink = (radius - distance + 0.5).clamp(0.0, 1.0);
            let pixel = &mut field[row * SIDE + column];
            *pixel = pixel.max(ink);
        }
    }
}

fn is_finite(point: &Point) -> bool {
    point.x.is_finite() && point.y.is_finite()
}

/// A radius that is missing, as NaN or below zero, counts as none: the clamp makes it the thinnest.
fn pen_radius(point: &Point) -> f64 {
    f64::from(point.radius.clamp(0.0, f32::MAX)).max(0.0)
}

fn span(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::MAX, f64::MIN], |[low, high], value| [low.min(value), high.max(value)])
}

/// `point` seen from `centre`, on the other side.
fn mirrored(point: Point, centre: Point) -> Point {
    Point { x: 2.0 * centre.x - point.x, y: 2.0 * centre.y - point.y, ..centre }
}

/// The curve through the middle two of `p`, at `at` from 0 to 1 between them.
fn catmull_rom(p: [Point; 4], at: f64) -> Point {
    let positions = p.map(|point| [f64::from(point.x), f64::from(point.y)]);
    let mut knots = [0.0; 4];
    for i in 1..4 {
        let [dx, dy] = [0, 1].map(|axis| positions[i][axis] - positions[i - 1][axis]);
        knots[i] = knots[i - 1] + (dx * dx + dy * dy).sqrt().sqrt();
    }
    let t = knots[1] + at * (knots[2] - knots[1]);
    let mix = |a: [f64; 2], b: [f64; 2], from: usize, to: usize| {
        let part = (t - knots[from]) / (knots[to] - knots[from]);
        [0, 1].map(|axis| a[axis] + part * (b[axis] - a[axis]))
    };
    let [p0, p1, p2, p3] = positions;
    let [a, b, c] = [mix(p0, p1, 0, 1), mix(p1, p2, 1, 2), mix(p2, p3, 2, 3)];
    let [x, y] = mix(mix(a, b, 0, 2), mix(b, c, 1, 3), 1, 2);
    let radius = p[1].radius + at as f32 * (p[2].radius - p[1].radius);
    Point { x: x as f32, y: y as f32, radius }
}

#[cfg(test)]
mod tests;
