//! IDX, the file format of MNIST: 28x28 grey images and their labels, gzipped or not.
//!
//! The format is described at the foot of <http://yann.lecun.com/exdb/mnist/>: two zero bytes, the
//! element type, the number of dimensions, each dimension as a big-endian `u32`, then the elements.
//! Files come from visitors, so any input must be expected: nothing panics, and memory is allocated
//! only for bytes that are really there, and only up to [`MAX_ITEMS`]. A [`Reader`] takes a file
//! chunk by chunk, so that a bad one is refused before it has been read, let alone unpacked.

mod header;
mod reader;

pub use header::MAX_ITEMS;
use header::{IMAGES, LABELS, UNSIGNED_BYTE};
pub use reader::{Content, Contents, Images, Reader};

use crate::error::DataError;
use crate::{PIXELS, SIDE};

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
