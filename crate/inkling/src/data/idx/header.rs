//! The header of an IDX file: what it holds, and how many.

use crate::error::{DataError, Element, Format};
use crate::{PIXELS, SIDE};

/// Images or labels, the two kinds of IDX file that are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) items: &'static str,
    dimensions: u8,
    pub(super) item_bytes: usize,
}

/// The most images, or labels, that one file may hold. The images take 235 MB then; a data set has
/// a second copy of them on its device, and a WebAssembly module has 4 GB at most for everything.
/// EMNIST's digits (280,000) fit.
pub const MAX_ITEMS: usize = 300_000;

pub(super) const IMAGES: Kind = Kind { items: "images", dimensions: 3, item_bytes: PIXELS };
pub(super) const LABELS: Kind = Kind { items: "labels", dimensions: 1, item_bytes: 1 };

pub(super) const UNSIGNED_BYTE: u8 = 0x08;

/// The bytes that come before the dimensions.
pub(super) const MAGIC_BYTES: usize = 4;

impl Kind {
    /// The length of such a file's header.
    pub(super) fn header_bytes(&self) -> usize {
        MAGIC_BYTES + 4 * usize::from(self.dimensions)
    }
}

/// The kind of file that starts with these bytes; `wanted` is the only one to accept, if given.
/// Fewer than four bytes are an error.
pub(super) fn kind_of(
    start: &[u8],
    wanted: Option<&'static Kind>,
) -> Result<&'static Kind, DataError> {
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
    let found = match dimensions {
        3 => &IMAGES,
        1 => &LABELS,
        _ => {
            let Kind { items, dimensions: expected, .. } = *wanted.unwrap_or(&IMAGES);
            return Err(DataError::WrongDimensions { items, found: dimensions, expected });
        }
    };
    match wanted {
        Some(wanted) if wanted == &IMAGES && found == &LABELS => Err(DataError::LabelsNotImages),
        Some(wanted) if wanted == &LABELS && found == &IMAGES => Err(DataError::ImagesNotLabels),
        _ => Ok(found),
    }
}

/// The number of items that the dimensions, all of them, announce.
pub(super) fn count_of(dimensions: &[u8], kind: &Kind) -> Result<usize, DataError> {
    let number = |at: usize| {
        let bytes = dimensions.iter().skip(4 * at).take(4);
        bytes.fold(0, |value: u32, &byte| value << 8 | u32::from(byte))
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
