//! IDX, the file format of MNIST: 28x28 grey images and their labels, gzipped or not.
//!
//! The format is described at the foot of <http://yann.lecun.com/exdb/mnist/>: two zero bytes, the
//! element type, the number of dimensions, each dimension as a big-endian `u32`, then the elements.
//! Files come from visitors, so any input must be expected: nothing panics, and memory is allocated
//! only for bytes that are really there.

use std::io::{ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use crate::error::{DataError, Element, Format};
use crate::{PIXELS, SIDE};

/// The most images, or labels, that one file may hold. A gzip file is unpacked no further than
/// this.
pub const MAX_ITEMS: usize = 1_000_000;

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
    let (pixels, count) = parse(bytes, &IMAGES)?;
    Ok(Images { pixels, count })
}

/// Reads an IDX file of labels, gzipped or not: one byte an image, of any value.
///
/// # Errors
/// The [`DataError`] that says what is wrong with the file.
pub fn parse_labels(bytes: &[u8]) -> Result<Vec<u8>, DataError> {
    parse(bytes, &LABELS).map(|(labels, _)| labels)
}

/// What an IDX file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// That many images.
    Images(usize),
    /// That many labels.
    Labels(usize),
}

/// Tells images from labels by what is inside a file, gzipped or not.
///
/// # Errors
/// Those of [`parse_images`] or [`parse_labels`], whichever the file seems to be.
pub fn inspect(bytes: &[u8]) -> Result<Content, DataError> {
    match parse_images(bytes) {
        Ok(images) => Ok(Content::Images(images.count)),
        Err(DataError::LabelsNotImages) => Ok(Content::Labels(parse_labels(bytes)?.len())),
        Err(error) => Err(error),
    }
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

struct Kind {
    items: &'static str,
    dimensions: u8,
    item_bytes: usize,
}

const IMAGES: Kind = Kind { items: "images", dimensions: 3, item_bytes: PIXELS };
const LABELS: Kind = Kind { items: "labels", dimensions: 1, item_bytes: 1 };

const UNSIGNED_BYTE: u8 = 0x08;

fn parse(bytes: &[u8], kind: &Kind) -> Result<(Vec<u8>, usize), DataError> {
    if bytes.starts_with(&[0x1f, 0x8b]) {
        // Several members after one another are one valid gzip file (RFC 1952, 2.2).
        read(&mut MultiGzDecoder::new(bytes), kind)
    } else {
        read(&mut &*bytes, kind)
    }
}

/// Reads the header, then no more than what it promises and one byte: that byte tells a file with
/// something behind its last item, and in a gzip file asking for it is what checks the checksum.
fn read(source: &mut dyn Read, kind: &Kind) -> Result<(Vec<u8>, usize), DataError> {
    let start = read_up_to(source, 4)?;
    check_magic(&start, kind)?;

    let header_bytes = 4 * usize::from(kind.dimensions);
    let header = read_up_to(source, header_bytes)?;
    if header.len() < header_bytes {
        return Err(DataError::HeaderTruncated { found: start.len() + header.len() });
    }
    let expected = check_dimensions(&header, kind)?;

    // At most `MAX_ITEMS` images: under 2^30 bytes, so this cannot overflow in wasm either.
    let wanted = expected * kind.item_bytes;
    let mut bytes = read_up_to(source, wanted + 1)?;
    let items = kind.items;
    if bytes.len() < wanted {
        let found = bytes.len() / kind.item_bytes;
        return Err(DataError::Truncated { items, expected, found });
    }
    if bytes.len() > wanted {
        return Err(DataError::TrailingBytes { items, expected });
    }
    bytes.shrink_to_fit();
    Ok((bytes, expected))
}

/// Up to `limit` bytes. The buffer grows as bytes arrive, never on the word of a header.
fn read_up_to(source: &mut dyn Read, limit: usize) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    match source.take(limit as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(match error.kind() {
            ErrorKind::UnexpectedEof => DataError::GzipTruncated,
            ErrorKind::OutOfMemory => DataError::OutOfMemory,
            _ => DataError::GzipDamaged,
        }),
    }
}

fn check_magic(start: &[u8], kind: &Kind) -> Result<(), DataError> {
    let &[zero, zero_too, element, dimensions] = start else {
        return Err(match start {
            [] => DataError::Empty,
            [0, ..] => DataError::HeaderTruncated { found: start.len() },
            _ => DataError::NotIdx { found: guess_format(start) },
        });
    };
    let other = match element {
        UNSIGNED_BYTE => None,
        0x09 => Some(Element::Int8),
        0x0b => Some(Element::Int16),
        0x0c => Some(Element::Int32),
        0x0d => Some(Element::Float32),
        0x0e => Some(Element::Float64),
        _ => return Err(DataError::NotIdx { found: guess_format(start) }),
    };
    if [zero, zero_too] != [0, 0] {
        return Err(DataError::NotIdx { found: guess_format(start) });
    }
    if let Some(found) = other {
        return Err(DataError::WrongType { found });
    }
    match (kind.dimensions, dimensions) {
        (expected, found) if expected == found => Ok(()),
        (3, 1) => Err(DataError::LabelsNotImages),
        (1, 3) => Err(DataError::ImagesNotLabels),
        (expected, found) => Err(DataError::WrongDimensions { items: kind.items, found, expected }),
    }
}

/// The number of items in a header that holds `kind.dimensions` numbers.
fn check_dimensions(header: &[u8], kind: &Kind) -> Result<usize, DataError> {
    let number = |at: usize| {
        header[4 * at..4 * at + 4].iter().fold(0, |value: u32, &byte| value << 8 | u32::from(byte))
    };
    if kind.dimensions == 3 && (number(1) as usize, number(2) as usize) != (SIDE, SIDE) {
        return Err(DataError::WrongSize { width: number(2), height: number(1) });
    }
    let items = kind.items;
    match number(0) {
        0 => Err(DataError::NoItems { items }),
        found if found as usize > MAX_ITEMS => {
            Err(DataError::TooMany { items, found, high: MAX_ITEMS })
        }
        found => Ok(found as usize),
    }
}

/// What the first four bytes of a file that is not IDX say about it.
fn guess_format(start: &[u8]) -> Format {
    match start {
        [0x1f, 0x8b, ..] => Format::Gzip,
        [0x89, b'P', b'N', b'G'] => Format::Png,
        [0xff, 0xd8, 0xff, ..] => Format::Jpeg,
        [b'G', b'I', b'F', b'8'] => Format::Gif,
        [b'R', b'I', b'F', b'F'] => Format::Riff,
        [b'P', b'K', ..] => Format::Zip,
        [b'P', b'A', b'R', b'1'] => Format::Parquet,
        [b'%', b'P', b'D', b'F'] => Format::Pdf,
        [0x93, b'N', b'U', b'M'] => Format::Numpy,
        [0x89, b'H', b'D', b'F'] => Format::Hdf5,
        [b'<', ..] => Format::Html,
        [b'{' | b'[', ..] => Format::Json,
        _ if start.iter().all(|&byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..0x7f)) => {
            Format::Text
        }
        _ => Format::Unknown,
    }
}

fn write(dimensions: &[u32], items: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, UNSIGNED_BYTE, dimensions.len() as u8];
    bytes.extend(dimensions.iter().flat_map(|number| number.to_be_bytes()));
    bytes.extend_from_slice(items);
    bytes
}

#[cfg(test)]
mod tests;
