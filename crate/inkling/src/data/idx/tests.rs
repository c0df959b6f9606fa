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

fn check(bytes: &[u8]) -> Result<Content, DataError> {
    let mut reader = Reader::checking();
    reader.push(bytes)?;
    reader.finish().map(|contents| contents.content)
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
    assert_eq!(check(&gzip(&file)), Ok(Content::Labels(3)));
    assert_eq!(check(&write_images(&images.pixels)), Ok(Content::Images(3)));
    assert!(matches!(check(b"\x89PNG\r\n\x1a\n"), Err(DataError::NotIdx { .. })));
}

#[test]
fn reads_the_same_however_the_file_is_cut_into_chunks() {
    let file = write_images(&pixels(3));
    let members = [gzip(&file[..9]), gzip(&file[9..1000]), gzip(&file[1000..])].concat();
    for bytes in [&file, &members] {
        for size in [1, 2, 3, 7, 100, 4096, bytes.len()] {
            let mut reader = Reader::keeping();
            for chunk in bytes.chunks(size) {
                reader.push(chunk).expect("valid");
                reader.push(&[]).expect("nothing to object to");
            }
            let contents = reader.finish().expect("whole");
            assert_eq!(contents.content, Content::Images(3), "chunks of {size}");
            assert_eq!(contents.bytes, file[16..], "chunks of {size}");
        }
    }
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
        (&with(4, 0xff), "promises 4278190083 images, and at most 300000"),
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

/// Pushes the parts one after the other until one is refused: the error, which part it was, and the
/// most memory that was ever held.
fn refused(parts: &[Vec<u8>]) -> (DataError, usize, usize) {
    let mut reader = Reader::keeping();
    let mut most = 0;
    for (index, part) in parts.iter().enumerate() {
        let outcome = reader.push(part);
        most = most.max(reader.held());
        if let Err(error) = outcome {
            assert_eq!(reader.held(), 0, "its memory is given back");
            assert_eq!(reader.push(&[0]), Err(error.clone()), "and it stays refused");
            return (error, index, most);
        }
    }
    (reader.finish().expect_err("it must not be taken for whole"), parts.len(), most)
}

/// A header that announces `count` images.
fn images_header(count: u32) -> Vec<u8> {
    [&[0, 0, 8, 3][..], &count.to_be_bytes(), &[0, 0, 0, 28, 0, 0, 0, 28]].concat()
}

#[test]
fn a_gzip_bomb_is_refused_by_its_header() {
    // A million images of zeroes: 784 MB in 762 kB.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&images_header(1_000_000)).unwrap();
    let zeroes = vec![0; PIXELS << 10];
    for _ in 0..20 {
        encoder.write_all(&zeroes).unwrap();
    }
    let start = encoder.finish().unwrap();
    let chunks: Vec<Vec<u8>> = start.chunks(4096).map(<[u8]>::to_vec).collect();
    let too_many = DataError::TooMany { items: "images", found: 1_000_000, high: MAX_ITEMS };
    assert_eq!(refused(&chunks), (too_many, 0, 0));
    assert!(matches!(
        refused(&[gzip(&images_header(u32::MAX)), vec![0]]),
        (DataError::TooMany { found: u32::MAX, .. }, 0, 0)
    ));
}

#[test]
fn memory_grows_with_the_items_that_are_there() {
    // A header for one image, then 64 MiB of zeroes in 64 KiB: only one image is unpacked.
    let mut content = images_header(1);
    content.resize(64 << 20, 0);
    let (error, _, most) = refused(&[gzip(&content)]);
    assert_eq!(error, DataError::TrailingBytes { items: "images", expected: 1 });
    assert!(most <= PIXELS, "{most} bytes");

    // As many images as there may be, and ten of them there.
    let lie = [images_header(MAX_ITEMS as u32), pixels(10)].concat();
    let (error, _, most) = refused(&[lie]);
    let expected = MAX_ITEMS;
    assert_eq!(error, DataError::Truncated { items: "images", expected, found: 10 });
    assert!(most <= 20 * PIXELS, "{most} bytes");

    // Never more than the items, although it grows by doubling.
    let mut reader = Reader::keeping();
    reader.push(&images_header(1000)).expect("valid");
    for chunk in pixels(1000).chunks(10_000) {
        reader.push(chunk).expect("valid");
        assert!(reader.held() <= 1000 * PIXELS);
    }
    assert_eq!(reader.held(), 1000 * PIXELS);

    // Checking holds nothing at all.
    let mut reader = Reader::checking();
    reader.push(&write_images(&pixels(50))).expect("valid");
    assert_eq!(reader.held(), 0);
    let contents = reader.finish().expect("whole");
    assert_eq!(contents, Contents { content: Content::Images(50), bytes: vec![] });
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
