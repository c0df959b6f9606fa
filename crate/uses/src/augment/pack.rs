//! Labelled digits as files, in one that a person can download.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use inkling::data::idx;
use inkling::{Error, PIXELS, Result, SIDE};

use super::zip::Zip;
use crate::few_labels::Digits;

/// Digits in a row of the sheet.
const ACROSS: usize = 50;

/// As what the digits are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A zip with two gzipped IDX files, images and labels, named as MNIST's.
    Idx,
    /// A zip with a folder for each label and a PNG file for each digit.
    Files,
    /// One PNG with all digits, 50 in a row.
    Sheet,
}

impl Format {
    /// Their names in queries.
    pub const NAMES: [&'static str; 3] = ["idx", "files", "sheet"];

    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Format::Idx, Format::Files, Format::Sheet];
        Self::NAMES.iter().position(|&known| known == name).map(|at| all[at])
    }
}

/// Takes digits a few at a time, and gives one file in the end.
///
/// Grey levels stay as they are: 255 for ink, 0 for paper, white on black in a PNG.
pub struct Pack {
    format: Format,
    done: usize,
    pixels: Vec<u8>,
    labels: Vec<u8>,
    zip: Zip,
}

impl Pack {
    /// An empty one.
    pub fn new(format: Format) -> Self {
        Self { format, done: 0, pixels: vec![], labels: vec![], zip: Zip::default() }
    }

    /// How many digits it has taken.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Takes more digits.
    ///
    /// # Errors
    /// They have no labels, or a file cannot be written.
    pub fn add(&mut self, digits: &Digits) -> Result<()> {
        let Some(labels) = &digits.labels else {
            return Err(Error::Internal("digits without labels"));
        };
        match self.format {
            Format::Idx | Format::Sheet => {
                self.pixels.extend_from_slice(&digits.pixels);
                self.labels.extend_from_slice(labels);
            }
            Format::Files => {
                for (image, label) in digits.pixels.chunks_exact(PIXELS).zip(labels) {
                    let name = format!("{label}/{:05}.png", self.done);
                    self.zip.add(&name, &png(image, SIDE, SIDE)?)?;
                    self.done += 1;
                }
                return Ok(());
            }
        }
        self.done += labels.len();
        Ok(())
    }

    /// The file.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        match self.format {
            Format::Sheet => return sheet(&self.pixels),
            Format::Files => {}
            Format::Idx => {
                let (images, labels) =
                    (idx::write_images(&self.pixels), idx::write_labels(&self.labels));
                self.zip.add("train-images-idx3-ubyte.gz", &gzip(&images)?)?;
                self.zip.add("train-labels-idx1-ubyte.gz", &gzip(&labels)?)?;
            }
        }
        self.zip.finish()
    }
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(vec![], Compression::default());
    encoder.write_all(bytes).map_err(unwritten)?;
    encoder.finish().map_err(unwritten)
}

/// Grey levels as a PNG file.
fn png(pixels: &[u8], width: usize, height: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![];
    let mut encoder = png::Encoder::new(&mut bytes, width as u32, height as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(unwritten)?;
    writer.write_image_data(pixels).map_err(unwritten)?;
    writer.finish().map_err(unwritten)?;
    Ok(bytes)
}

/// All digits side by side.
fn sheet(pixels: &[u8]) -> Result<Vec<u8>> {
    let count = pixels.len() / PIXELS;
    let across = ACROSS.min(count.max(1));
    let down = count.max(1).div_ceil(across);
    let mut whole = vec![0u8; across * down * PIXELS];
    for (i, image) in pixels.chunks_exact(PIXELS).enumerate() {
        let corner = (i / across) * PIXELS * across + (i % across) * SIDE;
        for (y, row) in image.chunks_exact(SIDE).enumerate() {
            whole[corner + y * SIDE * across..][..SIDE].copy_from_slice(row);
        }
    }
    png(&whole, across * SIDE, down * SIDE)
}

fn unwritten(_: impl std::error::Error) -> Error {
    Error::Internal("the file cannot be written")
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use inkling::data::digits::generate;

    use super::super::zip::tests::unpacked;
    use super::*;

    fn digits() -> Digits {
        let made = generate(1, 0, 73);
        Digits { pixels: made.images, labels: Some(made.labels) }
    }

    /// In two parts.
    fn packed(format: Format) -> Vec<u8> {
        let all = digits();
        let labels = all.labels.as_deref().expect("labels");
        let mut pack = Pack::new(format);
        for (from, to) in [(0, 40), (40, 73)] {
            let pixels = all.pixels[from * PIXELS..to * PIXELS].to_vec();
            pack.add(&Digits { pixels, labels: Some(labels[from..to].to_vec()) }).expect("taken");
            assert_eq!(pack.done(), to);
        }
        pack.finish().expect("a file")
    }

    fn decoded(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().expect("a PNG");
        let mut pixels = vec![0; reader.output_buffer_size().expect("small")];
        let info = reader.next_frame(&mut pixels).expect("an image");
        assert_eq!(info.color_type, png::ColorType::Grayscale);
        (info.width, info.height, pixels)
    }

    #[test]
    fn idx_files_hold_images_and_labels() {
        let files = unpacked(&packed(Format::Idx));
        assert_eq!(files.len(), 2);
        let images = idx::parse_images(&files["train-images-idx3-ubyte.gz"]).expect("images");
        let labels = idx::parse_labels(&files["train-labels-idx1-ubyte.gz"]).expect("labels");
        assert_eq!(images.pixels, digits().pixels);
        assert_eq!(Some(labels), digits().labels);
    }

    #[test]
    fn each_png_lies_in_the_folder_of_its_label() {
        let files = unpacked(&packed(Format::Files));
        assert_eq!(files.len(), 73);
        let all = digits();
        for (i, label) in all.labels.iter().flatten().enumerate() {
            let image = all.pixels[i * PIXELS..][..PIXELS].to_vec();
            assert_eq!(decoded(&files[&format!("{label}/{i:05}.png")]), (28, 28, image));
        }
    }

    #[test]
    fn the_sheet_has_fifty_digits_in_a_row() {
        let (width, height, pixels) = decoded(&packed(Format::Sheet));
        assert_eq!((width, height), (50 * 28, 2 * 28));
        let all = digits();
        for (i, image) in all.pixels.chunks_exact(PIXELS).enumerate() {
            let (left, top) = (i % 50 * SIDE, i / 50 * SIDE);
            for (y, row) in image.chunks_exact(SIDE).enumerate() {
                assert_eq!(&pixels[(top + y) * 50 * SIDE + left..][..SIDE], row, "digit {i}");
            }
        }
    }

    #[test]
    fn formats_have_names() {
        for name in Format::NAMES {
            assert!(Format::named(name).is_some());
        }
        assert_eq!(Format::named("gif"), None);
    }
}
