//! IDX, the file format of MNIST: 28x28 grey images and their labels, gzipped or not.
//!
//! The format is described at the foot of <http://yann.lecun.com/exdb/mnist/>: two zero bytes, the
//! element type, the number of dimensions, each dimension as a big-endian `u32`, then the elements.
//! Files come from visitors, so any input must be expected: nothing panics, and memory is allocated
//! only for bytes that are really there, and only up to [`MAX_ITEMS`]. A [`Reader`] takes a file
//! chunk by chunk, so that a bad one is refused before it has been read, let alone unpacked.

mod header;
mod reader;

use header::{IMAGES, LABELS, UNSIGNED_BYTE};
pub use reader::{Contents, Reader};

use crate::error::DataError;
use crate::{PIXELS, SIDE};

/// The most images, or labels, that one file may hold. The images take 235 MB then; a data set has
/// a second copy of them on its device, and a WebAssembly module has 4 GB at most for everything.
/// EMNIST's digits (280,000) fit.
pub const MAX_ITEMS: usize = 300_000;

/// Grey images of 28x28 pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// `[count, 784]`, row-major from the top left, 0 for paper and 255 for ink.
    pub pixels: Vec<u8>,
    /// Number of images.
    pub count: usize,
}

/// Reads an IDX file of 28x28 grey images, gzipped or not.
///
/// # Errors
/// The [`DataError`] that says what is wrong with the file.
pub fn parse_images(bytes: &[u8]) -> Result<Images, DataError> {
    let mut reader = Reader::wanting(&IMAGES);
    reader.push(bytes)?;
    reader.finish()?.images()
}

/// Reads an IDX file of labels, gzipped or not: one byte an image, of any value.
///
/// # Errors
/// The [`DataError`] that says what is wrong with the file.
pub fn parse_labels(bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    let mut reader = Reader::wanting(&LABELS);
    reader.push(bytes)?;
    reader.finish()?.labels()
}

/// What an IDX file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// That many images.
    Images(usize),
    /// That many labels.
    Labels(usize),
}

/// The IDX file, not gzipped, of the images in `pixels`, `[count, 784]`. An incomplete image at the
/// end is left out.
pub fn write_images(pixels: &[u8]) -> Vec<u8> {
    let count = pixels.len() / PIXELS;
    let side = SIDE as u32;
    write(&[count as u32, side, side], &pixels[..count * PIXELS])
}

/// The IDX file, not gzipped, of `labels`.
pub fn write_labels(labels: &[u8]) -> Vec<u8> {
    write(&[labels.len() as u32], labels)
}

fn write(dimensions: &[u32], items: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, UNSIGNED_BYTE, dimensions.len() as u8];
    bytes.extend(dimensions.iter().flat_map(|number| number.to_be_bytes()));
    bytes.extend_from_slice(items);
    bytes
}

#[cfg(test)]
mod tests;
