//! Between an image and the matrix whose columns are the patches that a convolution looks at
//! (im2col and back).

use crate::kernels::geometry::Geometry;

/// Numbers in the matrix of one image: a row for each wide channel and tap, a column for each
/// narrow place.
pub(super) fn size(geometry: Geometry) -> usize {
    rows(geometry) * geometry.places()
}

pub(super) fn rows(geometry: Geometry) -> usize {
    geometry.wide_channels * geometry.taps()
}

/// Writes the patches of a wide image into `columns`, with 0 for places outside of the image.
pub(super) fn unfold(geometry: Geometry, image: &[f32], columns: &mut [f32]) {
    // For lines of known length the compiler inlines the copy.
    match (geometry.stride, geometry.narrow) {
        (1, 7) => unfold_lines(geometry, image, columns, copy::<7>),
        (1, 14) => unfold_lines(geometry, image, columns, copy::<14>),
        (1, 28) => unfold_lines(geometry, image, columns, copy::<28>),
        (1, _) => {
            unfold_lines(geometry, image, columns, |line, from| {
                line.copy_from_slice(&from[..line.len()])
            });
        }
        (stride, _) => unfold_lines(geometry, image, columns, |line, from| {
            line.iter_mut().zip(from.iter().step_by(stride)).for_each(|(to, from)| *to = *from);
        }),
    }
}

#[inline(always)]
fn unfold_lines(
    geometry: Geometry,
    image: &[f32],
    columns: &mut [f32],
    copy: impl Fn(&mut [f32], &[f32]),
) {
    let Geometry { narrow, .. } = geometry;
    let padded = Padded::of(geometry, Some(image));
    for (row, tap) in columns.chunks_exact_mut(geometry.places()).zip(Tap::all(geometry)) {
        for (y, line) in row.chunks_exact_mut(narrow).enumerate() {
            copy(line, &padded.numbers[padded.line(geometry, &tap, y)..]);
        }
    }
}

#[inline(always)]
fn copy<const N: usize>(to: &mut [f32], from: &[f32]) {
    if let (Some(to), Some(from)) = (to.first_chunk_mut::<N>(), from.first_chunk::<N>()) {
        *to = *from;
    }
}

/// Adds every column back onto the patch that it belongs to.
pub(super) fn fold(geometry: Geometry, columns: &[f32], image: &mut [f32]) {
    match (geometry.stride, geometry.narrow) {
        (1, 7) => fold_lines(geometry, columns, image, add::<7>),
        (1, 14) => fold_lines(geometry, columns, image, add::<14>),
        (1, 28) => fold_lines(geometry, columns, image, add::<28>),
        (stride, _) => fold_lines(geometry, columns, image, |to, line| {
            to.iter_mut().step_by(stride).zip(line).for_each(|(to, line)| *to += line);
        }),
    }
}

#[inline(always)]
fn fold_lines(
    geometry: Geometry,
    columns: &[f32],
    image: &mut [f32],
    add: impl Fn(&mut [f32], &[f32]),
) {
    let Geometry { narrow, .. } = geometry;
    let mut padded = Padded::of(geometry, None);
    for (row, tap) in columns.chunks_exact(geometry.places()).zip(Tap::all(geometry)) {
        for (y, line) in row.chunks_exact(narrow).enumerate() {
            let at = padded.line(geometry, &tap, y);
            add(&mut padded.numbers[at..], line);
        }
    }
    padded.write(geometry, image);
}

#[inline(always)]
fn add<const N: usize>(to: &mut [f32], line: &[f32]) {
    if let (Some(to), Some(line)) = (to.first_chunk_mut::<N>(), line.first_chunk::<N>()) {
        to.iter_mut().zip(line).for_each(|(to, line)| *to += line);
    }
}

/// A wide image with its padding around it, so that no tap has to ask where the image ends.
struct Padded {
    numbers: Vec<f32>,
    /// Numbers along an edge.
    side: usize,
}

impl Padded {
    /// Of an image, or of zeros.
    fn of(geometry: Geometry, image: Option<&[f32]>) -> Self {
        let Geometry { wide_channels, wide, narrow, kernel, stride, padding, .. } = geometry;
        // Up to what the last tap reaches; the whole image if the taps stop before its end.
        let side = ((narrow - 1) * stride + kernel).max(wide + padding);
        let mut numbers = vec![0.0; wide_channels * side * side];
        if let Some(image) = image {
            for (to, from) in
                numbers.chunks_exact_mut(side * side).zip(image.chunks_exact(wide * wide))
            {
                let lines = to.chunks_exact_mut(side).skip(padding);
                for (to, from) in lines.zip(from.chunks_exact(wide)) {
                    to[padding..padding + wide].copy_from_slice(from);
                }
            }
        }
        Self { numbers, side }
    }

    /// Where the places begin that a tap reaches from the narrow line `y`.
    fn line(&self, geometry: Geometry, tap: &Tap, y: usize) -> usize {
        (tap.channel * self.side + y * geometry.stride + tap.y) * self.side + tap.x
    }

    /// The image without its padding.
    fn write(&self, geometry: Geometry, image: &mut [f32]) {
        let Geometry { wide, padding, .. } = geometry;
        let side = self.side;
        for (to, from) in
            image.chunks_exact_mut(wide * wide).zip(self.numbers.chunks_exact(side * side))
        {
            let lines = from.chunks_exact(side).skip(padding);
            for (to, from) in to.chunks_exact_mut(wide).zip(lines) {
                to.copy_from_slice(&from[padding..padding + wide]);
            }
        }
    }
}

/// A row of the matrix.
struct Tap {
    channel: usize,
    y: usize,
    x: usize,
}

impl Tap {
    fn all(geometry: Geometry) -> impl Iterator<Item = Self> {
        let (kernel, taps) = (geometry.kernel, geometry.taps());
        (0..rows(geometry)).map(move |row| {
            let (channel, tap) = (row / taps, row % taps);
            Self { channel, y: tap / kernel, x: tap % kernel }
        })
    }
}
