use std::fmt;

use thiserror::Error;

/// Why a file or a data set cannot be used. Each message is for the person who chose the file.
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
    #[error(
        "{found} images are too few: at least {expected} are needed to hold some out for measuring"
    )]
    TooFew {
        /// Images found.
        found: usize,
        /// Images needed.
        expected: usize,
    },
    /// Another format, told by its first bytes.
    #[error("this looks like {found}, not an IDX file")]
    NotIdx {
        /// The other format.
        found: Format,
    },
    /// The gzip file ends early.
    #[error("the gzip file is cut short: perhaps the download did not finish")]
    GzipTruncated,
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
        found: Element,
    },
    /// A label file given as images.
    #[error("this is a file of labels, and a file of images is needed")]
    LabelsNotImages,
    /// An image file given as labels.
    #[error("this is a file of images, and a file of labels is needed")]
    ImagesNotLabels,
    /// A number of dimensions that belongs to neither images nor labels.
    #[error("the IDX file has {found} dimensions, and {items} have {expected}")]
    WrongDimensions {
        /// `images` or `labels`.
        items: &'static str,
        /// Dimensions in the header.
        found: u8,
        /// Dimensions of such a file: 3 or 1.
        expected: u8,
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
    #[error("the file holds no {items}: its header says 0")]
    NoItems {
        /// `images` or `labels`.
        items: &'static str,
    },
    /// More items than [`MAX_ITEMS`](crate::data::idx::MAX_ITEMS).
    #[error("the file's header promises {found} {items}, and at most {high} can be read")]
    TooMany {
        /// `images` or `labels`.
        items: &'static str,
        /// Items in the header.
        found: u32,
        /// The most there can be.
        high: usize,
    },
    /// The bytes end within the header.
    #[error("the file is cut short: it ends within its header, after {found} bytes")]
    HeaderTruncated {
        /// Bytes present.
        found: usize,
    },
    /// Fewer items than the header says.
    #[error("the file is cut short: its header promises {expected} {items}, and it holds {found}")]
    Truncated {
        /// `images` or `labels`.
        items: &'static str,
        /// Items in the header.
        expected: usize,
        /// Whole items in the file.
        found: usize,
    },
    /// More bytes than the header accounts for.
    #[error("more bytes follow after the {expected} {items} that the file's header promises")]
    TrailingBytes {
        /// `images` or `labels`.
        items: &'static str,
        /// Items in the header.
        expected: usize,
    },
    /// More of a person's own images than can be mixed in, copies counted.
    #[error(
        "{found} images of your own, copies counted, are too many: at most {high} can be mixed in"
    )]
    TooManyMixed {
        /// Images times copies.
        found: usize,
        /// The most there can be.
        high: usize,
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

/// What a file that is not IDX looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "`Display` says what each is")]
pub enum Format {
    Gzip,
    Png,
    Jpeg,
    Gif,
    Riff,
    Zip,
    Parquet,
    Pdf,
    Numpy,
    Hdf5,
    Html,
    Json,
    Text,
    Unknown,
}

impl Format {
    /// Its identifier: `png`.
    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// The identifier, and what a person calls it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Format::Gzip => ("gzip", "a gzip file within a gzip file"),
            Format::Png => ("png", "a PNG picture"),
            Format::Jpeg => ("jpeg", "a JPEG picture"),
            Format::Gif => ("gif", "a GIF picture"),
            Format::Riff => ("riff", "a WebP picture or a sound"),
            Format::Zip => ("zip", "a ZIP archive"),
            Format::Parquet => ("parquet", "a Parquet table"),
            Format::Pdf => ("pdf", "a PDF document"),
            Format::Numpy => ("numpy", "a NumPy array"),
            Format::Hdf5 => ("hdf5", "an HDF5 file"),
            Format::Html => ("html", "a web page"),
            Format::Json => ("json", "JSON"),
            Format::Text => ("text", "text"),
            Format::Unknown => ("unknown", "another kind of file"),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names().1)
    }
}

/// The element types of IDX beside the unsigned byte, which images and labels have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "`Display` says what each is")]
pub enum Element {
    Int8,
    Int16,
    Int32,
    Float32,
    Float64,
}

impl Element {
    /// Its identifier: `float32`.
    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// The identifier, and what a person calls it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Element::Int8 => ("int8", "signed byte"),
            Element::Int16 => ("int16", "16-bit integer"),
            Element::Int32 => ("int32", "32-bit integer"),
            Element::Float32 => ("float32", "32-bit float"),
            Element::Float64 => ("float64", "64-bit float"),
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names().1)
    }
}
