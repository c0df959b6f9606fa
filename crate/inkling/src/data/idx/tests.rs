use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn pixels(count: usize) -> Vec<u8> {
    (0..count * PIXELS).map(|at| (at * 7 % 251) as u8).collect()
}

fn message(bytes: &[u8]) -> String {
    parse_images(bytes).unwrap_err().to_string()
}

#[test]
fn reads_what_it_writes() {
    let images = Images { pixels: pixels(3), count: 3 };
    let file = write_images(&images.pixels);
    assert_eq!(parse_images(&file).as_ref(), Ok(&images));
    assert_eq!(parse_images(&gzip(&file)).as_ref(), Ok(&images));
    let members = [gzip(&file[..100]), gzip(&file[100..])].concat();
    assert_eq!(parse_images(&members).as_ref(), Ok(&images));

    let labels = vec![3, 1, 4];
    let file = write_labels(&labels);
    assert_eq!(file[..8], [0, 0, 8, 1, 0, 0, 0, 3]);
    assert_eq!(parse_labels(&file), Ok(labels.clone()));
    assert_eq!(parse_labels(&gzip(&file)), Ok(labels.clone()));
    assert_eq!(inspect(&gzip(&file)), Ok(Content::Labels(3)));
    assert_eq!(inspect(&write_images(&images.pixels)), Ok(Content::Images(3)));
    assert!(matches!(inspect(b"\x89PNG\r\n\x1a\n"), Err(DataError::NotIdx { .. })));
}

#[test]
fn says_what_is_wrong() {
    let file = write_images(&pixels(3));
    let with = |at: usize, byte: u8| {
        let mut changed = file.clone();
        changed[at] = byte;
        changed
    };
    let cases: [(&[u8], &str); 16] = [
        (b"", "the file is empty"),
        (&gzip(b""), "the file is empty"),
        (b"\x89PNG\r\n\x1a\n0000", "this looks like a PNG picture, not an IDX file"),
        (&gzip(b"PK\x03\x04...."), "a ZIP archive"),
        (b"{\"images\": []}", "JSON"),
        (b"label,1x1,1x2", "text"),
        (&gzip(&gzip(&file)), "a gzip file within a gzip file"),
        (&with(2, 0x0d), "32-bit float values"),
        (&with(3, 4), "4 dimensions, and images have 3"),
        (&write_labels(&[1, 2]), "this is a file of labels"),
        (&with(15, 32), "the images are 32x28 pixels, and 28x28 are needed"),
        (&with(7, 5), "promises 5 images, and it holds 3"),
        (&with(7, 2), "more bytes follow after the 2 images"),
        (&write_images(&[]), "the file holds no images"),
        (&with(4, 0xff), "promises 4278190083 images, and at most 1000000"),
        (&file[..9], "it ends within its header, after 9 bytes"),
    ];
    for (bytes, wanted) in cases {
        assert!(message(bytes).contains(wanted), "{} / {wanted}", message(bytes));
    }
    assert_eq!(parse_labels(&file), Err(DataError::ImagesNotLabels));

    let mut packed = gzip(&file);
    let end = packed.len() - 8;
    packed[end] ^= 1;
    assert_eq!(parse_images(&packed), Err(DataError::GzipDamaged));
}

#[test]
fn a_gzip_bomb_is_refused_early() {
    // A header for one image, then 64 MiB of zeroes in 64 KiB: only one image is unpacked.
    let mut content = write_images(&pixels(1));
    content.resize(64 << 20, 0);
    let error = parse_images(&gzip(&content)).unwrap_err();
    assert_eq!(error, DataError::TrailingBytes { items: "images", expected: 1 });
}

#[test]
fn every_prefix_is_an_error() {
    let images = write_images(&pixels(2));
    let labels = write_labels(&[1, 2, 3]);
    for file in [&images, &gzip(&images)] {
        for end in 0..file.len() {
            assert!(parse_images(&file[..end]).is_err(), "{end} bytes");
        }
    }
    for file in [&labels, &gzip(&labels)] {
        for end in 0..file.len() {
            assert!(parse_labels(&file[..end]).is_err(), "{end} bytes");
        }
    }
}

#[test]
fn no_input_panics() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let plain = write_images(&pixels(2));
    let files = [gzip(&plain), plain, write_labels(&[1, 2, 3])];
    for round in 0..6000 {
        let mut bytes = files[round % files.len()].clone();
        for _ in 0..rng.random_range(1..8) {
            // Most changes go to the header, where they matter.
            let reach = if rng.random() { bytes.len().min(24) } else { bytes.len() };
            bytes[rng.random_range(0..reach)] = rng.random();
        }
        bytes.truncate(rng.random_range(0..=bytes.len()).max(bytes.len() / 2));
        if let Ok(images) = parse_images(&bytes) {
            assert_eq!(images.pixels.len(), images.count * PIXELS);
        }
        let _ = parse_labels(&bytes);
    }
}
