//! Between an image and the matrix whose columns are the patches that a convolution looks at.

use crate::kernels::geometry::Geometry;

/// Numbers in the matrix of one image: a row for each wide channel and tap, a column for each narrow place.
pub(super) fn size(geometry: Geometry) -> usize {
    rows(geometry) * geometry.places()
}

pub(super) fn rows(geometry: Geometry) -> usize {
    geometry.wide_channels * geometry.taps()
}

/// Writes the patches of a wide image into `columns`; places outside of the image are 0.
pub(super) fn unfold(geometry: Geometry, image: &[f32], columns: &mut [f32]) {
    let Geometry { wide, narrow, stride, .. } = geometry;
    for (row, tap) in columns.chunks_exact_mut(geometry.places()).zip(Tap::all(geometry)) {
        let channel = &image[tap.channel * wide * wide..][..wide * wide];
        for (y, line) in row.chunks_exact_mut(narrow).enumerate() {
            let Some(source) = tap.line(geometry, y) else {
                line.fill(0.0);
                continue;
            };
            let (from, to, start) = tap.span;
            line[..from].fill(0.0);
            line[to..].fill(0.0);
            if from < to {
                let source = &channel[source * wide + start..(source + 1) * wide];
                let inner = &mut line[from..to];
                match stride {
                    1 => inner.copy_from_slice(&source[..inner.len()]),
                    _ => {
                        for (place, &value) in inner.iter_mut().zip(source.iter().step_by(stride)) {
                            *place = value;
                        }
                    }
                }
            }
        }
    }
}

/// Adds every column back onto the patch that it belongs to.
pub(super) fn fold(geometry: Geometry, columns: &[f32], image: &mut [f32]) {
    let Geometry { wide, narrow, stride, .. } = geometry;
    for (row, tap) in columns.chunks_exact(geometry.places()).zip(Tap::all(geometry)) {
        let channel = &mut image[tap.channel * wide * wide..][..wide * wide];
        for (y, line) in row.chunks_exact(narrow).enumerate() {
            let Some(target) = tap.line(geometry, y) else {
                continue;
            };
            let (from, to, start) = tap.span;
            if from < to {
                let target = &mut channel[target * wide + start..(target + 1) * wide];
                let inner = &line[from..to];
                match stride {
                    1 => target.iter_mut().zip(inner).for_each(|(place, value)| *place += value),
                    _ => {
                        for (place, value) in target.iter_mut().step_by(stride).zip(inner) {
                            *place += value;
                        }
                    }
                }
            }
        }
    }
}

/// A row of the matrix.
struct Tap {
    channel: usize,
    y: usize,
    /// The narrow places `from..to` along a line that it reaches inside of the image, and where in the wide line the first of them lies.
    span: (usize, usize, usize),
}

impl Tap {
    fn all(geometry: Geometry) -> impl Iterator<Item = Self> {
        let Geometry { wide_channels, wide, narrow, kernel, stride, padding, .. } = geometry;
        (0..wide_channels * geometry.taps()).map(move |row| {
            let (channel, tap) = (row / (kernel * kernel), row % (kernel * kernel));
            let (y, x) = (tap / kernel, tap % kernel);
            let from = padding.saturating_sub(x).div_ceil(stride).min(narrow);
            let to = (wide + padding).saturating_sub(x).div_ceil(stride).clamp(from, narrow);
            let start = if from < to { from * stride + x - padding } else { 0 };
            Self { channel, y, span: (from, to, start) }
        })
    }

    /// The wide line that the narrow line `y` reaches.
    fn line(&self, geometry: Geometry, y: usize) -> Option<usize> {
        let line = (y * geometry.stride + self.y).checked_sub(geometry.padding)?;
        (line < geometry.wide).then_some(line)
    }
}
