//! IDX, the file format of MNIST: 28x28 grey images and their labels, gzipped or not.
//!
//! The format is described at the foot of <http://yann.lecun.com/exdb/mnist/>: two zero bytes, the
//! element type, the number of dimensions, each dimension as a big-endian `u32`, then the elements.
//! Files come from visitors, so every input is expected here: nothing panics, and memory is only
//! taken for bytes that are really there.

use std::io::{ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;
use thiserror::Error;

use crate::{PIXELS, SIDE};

/// The most images, or labels, that one file may hold. A gzip file is unpacked no further than this.
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

/// Why a file could not be read. Each message is for the person who chose the file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DataError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// Grey levels that are not a whole number of images.
    #[error("{found} grey levels are not a whole number of images of 28x28 pixels")]
    PixelCount {
        /// Grey levels found.
        found: usize,
    },
    /// Too few images to hold a tenth of them out.
    #[error("{found} images are too few: at least 20 are needed to hold some out for measuring")]
    TooFew {
        /// Images found.
        found: usize,
    },
    /// Another format, told by its first bytes.
    #[error("this looks like {looks_like}, not an IDX file")]
    NotIdx {
        /// The other format, with its article.
        looks_like: &'static str,
    },
    /// The gzip file ends early.
    #[error("the gzip file is cut short: perhaps the download did not finish")]
    GzipCutShort,
    /// The gzip file does not unpack, or its checksum is wrong.
    #[error("the gzip file is damaged and cannot be unpacked")]
    GzipDamaged,
    /// The unpacked content does not fit in memory.
    #[error("there is not enough memory to unpack the file")]
    OutOfMemory,
    /// IDX of another element type.
    #[error("the IDX file holds {found} values, and unsigned bytes are needed")]
    WrongType {
        /// The file's element type.
        found: &'static str,
    },
    /// A label file given as images.
    #[error("this is a file of labels, and a file of images is needed")]
    LabelsNotImages,
    /// An image file given as labels.
    #[error("this is a file of images, and a file of labels is needed")]
    ImagesNotLabels,
    /// A number of dimensions that belongs to neither images nor labels.
    #[error("the IDX file has {found} dimensions, and {what} have {wanted}")]
    WrongDimensions {
        /// `images` or `labels`.
        what: &'static str,
        /// Dimensions in the header.
        found: u8,
        /// Dimensions of such a file: 3 or 1.
        wanted: u8,
    },
    /// Images of another size.
    #[error("the images are {width}x{height} pixels, and 28x28 are needed")]
    WrongSize {
        /// Width in the header, in pixels.
        width: u32,
        /// Height in the header, in pixels.
        height: u32,
    },
    /// A well-formed file of no images, or no labels.
    #[error("the file holds no {what}: its header says 0")]
    NoItems {
        /// `images` or `labels`.
        what: &'static str,
    },
    /// More items than [`MAX_ITEMS`].
    #[error("the file's header promises {promised} {what}, and at most {MAX_ITEMS} can be read")]
    TooMany {
        /// `images` or `labels`.
        what: &'static str,
        /// Items in the header.
        promised: u32,
    },
    /// The bytes end within the header.
    #[error("the file is cut short: it ends within its header, after {held} bytes")]
    ShortHeader {
        /// Bytes present.
        held: usize,
    },
    /// Fewer items than the header says.
    #[error("the file is cut short: its header promises {promised} {what}, and it holds {held}")]
    Truncated {
        /// `images` or `labels`.
        what: &'static str,
        /// Items in the header.
        promised: usize,
        /// Whole items in the file.
        held: usize,
    },
    /// More bytes than the header accounts for.
    #[error("more bytes follow after the {promised} {what} that the file's header promises")]
    TrailingBytes {
        /// `images` or `labels`.
        what: &'static str,
        /// Items in the header.
        promised: usize,
    },
    /// More of a person's own images than can be mixed in, copies counted.
    #[error(
        "{found} images of your own, copies counted, are too many: at most 100000 can be mixed in"
    )]
    TooManyMixed {
        /// Images times copies.
        found: usize,
    },
    /// Images and labels that do not belong together.
    #[error("there are {images} images and {labels} labels: the two files do not belong together")]
    CountMismatch {
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
    },
}

struct Kind {
    what: &'static str,
    dimensions: u8,
    item_bytes: usize,
}

const IMAGES: Kind = Kind { what: "images", dimensions: 3, item_bytes: PIXELS };
const LABELS: Kind = Kind { what: "labels", dimensions: 1, item_bytes: 1 };

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
        return Err(DataError::ShortHeader { held: start.len() + header.len() });
    }
    let promised = check_dimensions(&header, kind)?;

    let what = kind.what;
    // At most `MAX_ITEMS` images: under 2^30 bytes, so this cannot overflow in wasm either.
    let wanted = promised * kind.item_bytes;
    let mut items = read_up_to(source, wanted + 1)?;
    if items.len() < wanted {
        return Err(DataError::Truncated { what, promised, held: items.len() / kind.item_bytes });
    }
    if items.len() > wanted {
        return Err(DataError::TrailingBytes { what, promised });
    }
    items.shrink_to_fit();
    Ok((items, promised))
}

/// Up to `limit` bytes. The buffer grows as bytes arrive, never on the word of a header.
fn read_up_to(source: &mut dyn Read, limit: usize) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    match source.take(limit as u64).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(match error.kind() {
            ErrorKind::UnexpectedEof => DataError::GzipCutShort,
            ErrorKind::OutOfMemory => DataError::OutOfMemory,
            _ => DataError::GzipDamaged,
        }),
    }
}

fn check_magic(start: &[u8], kind: &Kind) -> Result<(), DataError> {
    let &[zero, zero_too, element, dimensions] = start else {
        return Err(match start {
            [] => DataError::Empty,
            [0, ..] => DataError::ShortHeader { held: start.len() },
            _ => DataError::NotIdx { looks_like: guess_format(start) },
        });
    };
    let element_name = match element {
        UNSIGNED_BYTE => "unsigned byte",
        0x09 => "signed byte",
        0x0b => "16-bit integer",
        0x0c => "32-bit integer",
        0x0d => "32-bit float",
        0x0e => "64-bit float",
        _ => "unknown",
    };
    if [zero, zero_too] != [0, 0] || element_name == "unknown" {
        return Err(DataError::NotIdx { looks_like: guess_format(start) });
    }
    if element != UNSIGNED_BYTE {
        return Err(DataError::WrongType { found: element_name });
    }
    match (kind.dimensions, dimensions) {
        (wanted, found) if wanted == found => Ok(()),
        (3, 1) => Err(DataError::LabelsNotImages),
        (1, 3) => Err(DataError::ImagesNotLabels),
        (wanted, found) => Err(DataError::WrongDimensions { what: kind.what, found, wanted }),
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
    match number(0) {
        0 => Err(DataError::NoItems { what: kind.what }),
        promised if promised as usize > MAX_ITEMS => {
            Err(DataError::TooMany { what: kind.what, promised })
        }
        promised => Ok(promised as usize),
    }
}

/// What the first four bytes of a file that is not IDX say about it.
fn guess_format(start: &[u8]) -> &'static str {
    match start {
        [0x1f, 0x8b, ..] => "a gzip file within a gzip file",
        [0x89, b'P', b'N', b'G'] => "a PNG picture",
        [0xff, 0xd8, 0xff, ..] => "a JPEG picture",
        [b'G', b'I', b'F', b'8'] => "a GIF picture",
        [b'R', b'I', b'F', b'F'] => "a WebP picture or a sound",
        [b'P', b'K', ..] => "a ZIP archive",
        [b'P', b'A', b'R', b'1'] => "a Parquet table",
        [b'%', b'P', b'D', b'F'] => "a PDF document",
        [0x93, b'N', b'U', b'M'] => "a NumPy array",
        [0x89, b'H', b'D', b'F'] => "an HDF5 file",
        [b'<', ..] => "a web page",
        [b'{' | b'[', ..] => "JSON",
        _ if start.iter().all(|&byte| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..0x7f)) => "text",
        _ => "another kind of file",
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
