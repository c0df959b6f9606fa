//! How many bits a digit takes: by a model, as PNG, by gzip.
//!
//! A negative ELBO is a code length. Bits-back coding with the model (Townsend et al. 2019,
//! "Practical Lossless Compression with Latent Variables using Bits Back Coding") writes one image
//! after another at -ELBO / ln 2 bits each, up to a fraction of a percent and some bits to begin
//! with. That bound is what [`code_lengths`] gives. The model, which both ends must have, is not in
//! the count.

use std::io::Write;
use std::ops::AddAssign;

use flate2::Compression;
use flate2::write::GzEncoder;
use inkling::burn::tensor::Device;
use inkling::eval::{Binarise, binarised};
use inkling::model::{Likelihood, Model};
use inkling::{Error, Field, PIXELS, Result, SIDE};
use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter};

use crate::anomalies;

/// Bits of an image as it is: one a pixel.
pub const RAW: usize = PIXELS;
/// Draws from the posterior with which the page and `inkling evaluate` estimate a code length.
pub const DRAWS: usize = 1;

/// Bits of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileBits {
    /// The whole file.
    pub whole: usize,
    /// The Deflate stream alone, without the format's headers and checksums.
    pub data: usize,
}

impl AddAssign for FileBits {
    fn add_assign(&mut self, other: Self) {
        self.whole += other.whole;
        self.data += other.data;
    }
}

/// Bits by the model for each image (784 grey levels, binarised at one half): the negative ELBO in
/// bits, estimated with `draws` from the posterior, at least one. `None` if the model's likelihood
/// is a density, which is no probability of an image.
///
/// # Errors
/// Not a whole number of images, a model without an encoder.
pub async fn code_lengths(
    model: &Model,
    pixels: &[u8],
    draws: usize,
    device: &Device,
) -> Result<Option<Vec<f32>>> {
    if model.config().likelihood != Likelihood::Bernoulli {
        return Ok(None);
    }
    let binarised = binarised(pixels, Binarise::Threshold)?;
    let nats = anomalies::scores(model, &binarised, draws.max(1), device).await?;
    Ok(Some(nats.into_iter().map(bits).collect()))
}

/// How complex each image is: the bits of its PNG without the headers. Subtracted from what a model
/// takes, it corrects the likelihood for pictures that are cheap only because there is little in
/// them (Serrà et al. 2020, "Input Complexity and Out-of-distribution Detection with
/// Likelihood-based Generative Models"). Errors as in [`png()`].
pub fn complexity(pixels: &[u8]) -> Result<Vec<f32>> {
    pixels.chunks(PIXELS).map(|image| Ok(png(image)?.data as f32)).collect()
}

/// Nats as bits.
pub fn bits(nats: f32) -> f32 {
    nats / std::f32::consts::LN_2
}

/// The images (784 grey levels each, binarised at one half) as one PNG, below each other, with one
/// bit a pixel: the smallest that PNG's filters give at the highest level of Deflate. Not a whole
/// number of images is an [`Error::Shape`].
pub fn png(pixels: &[u8]) -> Result<FileBits> {
    check(pixels)?;
    // Each row of 28 in four bytes, as PNG has it.
    let rows: Vec<u8> = pixels.chunks(SIDE).flat_map(|row| row.chunks(8).map(byte)).collect();
    let mut smallest = usize::MAX;
    for filter in FILTERS {
        let file = encoded(&rows, filter).map_err(|_| Error::Internal("PNG was not written"))?;
        smallest = smallest.min(file.len());
    }
    Ok(FileBits { whole: 8 * smallest, data: 8 * (smallest - PNG_FRAME) })
}

/// The images (784 grey levels each, binarised at one half) in one gzip file at the highest level:
/// eight pixels to a byte, nothing between them. Not a whole number of images is an
/// [`Error::Shape`].
pub fn gzip(pixels: &[u8]) -> Result<FileBits> {
    check(pixels)?;
    let packed: Vec<u8> = pixels.chunks(8).map(byte).collect();
    let mut encoder = GzEncoder::new(vec![], Compression::best());
    let written = encoder.write_all(&packed).and_then(|()| encoder.finish());
    let size = written.map_err(|_| Error::Internal("gzip was not written"))?.len();
    Ok(FileBits { whole: 8 * size, data: 8 * (size - GZIP_FRAME) })
}

/// What a PNG has beside its Deflate stream, in bytes: a signature, three chunks of 12 and IHDR's
/// 13, zlib's header and checksum.
const PNG_FRAME: usize = 8 + 3 * 12 + 13 + 6;
/// What a gzip file without a name has beside it: a header of 10, a checksum and a length.
const GZIP_FRAME: usize = 10 + 8;

const FILTERS: [Filter; 6] =
    [Filter::NoFilter, Filter::Sub, Filter::Up, Filter::Avg, Filter::Paeth, Filter::Adaptive];

fn encoded(rows: &[u8], filter: Filter) -> std::result::Result<Vec<u8>, png::EncodingError> {
    let mut file = vec![];
    let height = rows.len() / SIDE.div_ceil(8);
    let mut encoder = Encoder::new(&mut file, SIDE as u32, height as u32);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_deflate_compression(DeflateCompression::Level(9));
    encoder.set_filter(filter);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rows)?;
    writer.finish()?;
    Ok(file)
}

/// Up to eight pixels, the first in the highest bit: ink where the grey level is over one half.
fn byte(pixels: &[u8]) -> u8 {
    pixels.iter().enumerate().map(|(i, &level)| (level >> 7) << (7 - i)).sum()
}

fn check(pixels: &[u8]) -> Result<()> {
    match !pixels.is_empty() && pixels.len().is_multiple_of(PIXELS) {
        true => Ok(()),
        false => Err(Error::Shape { field: Field::Pixels, expected: PIXELS, found: pixels.len() }),
    }
}

#[cfg(test)]
mod tests {
    use futures_lite::future::block_on;
    use inkling::data::digits::{HELD_OUT, generate};
    use inkling::device::cpu;
    use inkling::model::{Preset, VaeConfig};

    use super::*;

    fn digits(count: usize) -> Vec<u8> {
        generate(1, HELD_OUT, count).images
    }

    #[test]
    fn a_png_holds_the_binarised_images_below_each_other() {
        let images = digits(3);
        let rows: Vec<u8> = images.chunks(SIDE).flat_map(|row| row.chunks(8).map(byte)).collect();
        let file = encoded(&rows, Filter::Up).expect("writes");
        let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG");
        assert_eq!(reader.info().size(), (28, 3 * 28));
        let mut back = vec![0; reader.output_buffer_size().expect("small")];
        reader.next_frame(&mut back).expect("an image");
        for (row, packed) in images.chunks(SIDE).zip(back.chunks(4)) {
            for (x, &level) in row.iter().enumerate() {
                assert_eq!(level > 127, packed[x / 8] >> (7 - x % 8) & 1 == 1);
            }
        }
    }

    #[test]
    fn the_frames_of_the_formats_are_counted() {
        // What cannot be compressed: Deflate then stores it, with 5 bytes of its own. PNG adds a
        // byte for the filter to each row.
        let mut state = 1u32;
        let noise: Vec<u8> = (0..4 * PIXELS)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        let gzip = gzip(&noise).expect("writes");
        assert_eq!((gzip.whole - gzip.data, gzip.data), (8 * 18, 8 * (4 * PIXELS / 8 + 5)));
        let png = png(&noise).expect("writes");
        assert_eq!(png.whole - png.data, 8 * (8 + 25 + 12 + 12 + 6));
    }

    #[test]
    fn images_together_take_less_than_alone() {
        let all = digits(50);
        for of in [png, gzip] {
            let alone = all.chunks(PIXELS).map(|image| of(image).expect("writes").data);
            assert!(of(&all).expect("writes").data < alone.sum());
        }
        assert!(png(&all[..PIXELS]).expect("writes").data < RAW);
        assert!(png(&[]).is_err() && gzip(&all[1..]).is_err());
    }

    #[test]
    fn a_model_takes_fewer_bits_than_either() {
        let bytes = include_bytes!("../../../www/models/best.safetensors");
        let (model, _) = Model::from_file(bytes, &cpu()).expect("the shipped model");
        let all = digits(40);
        let lengths = block_on(code_lengths(&model, &all, 1, &cpu())).expect("measures");
        let mean = lengths.expect("of pixels that are ink or not").iter().sum::<f32>() / 40.0;
        let together = gzip(&all).expect("writes").data.min(png(&all).expect("writes").data) / 40;
        assert!(mean > 50.0 && mean < together as f32, "{mean} and {together}");
    }

    #[test]
    fn densities_have_no_length() {
        let preset = Preset::named("classic").expect("a preset");
        let likelihood = Likelihood::Gaussian { variance: 0.05 };
        let config = VaeConfig { likelihood, ..preset.config(4, 1.0, 1) };
        let model = Model::new(&config, &cpu()).expect("valid");
        let lengths = block_on(code_lengths(&model, &digits(1), 1, &cpu()));
        assert_eq!(lengths.expect("no error"), None);
    }
}
