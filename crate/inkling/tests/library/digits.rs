//! The generated digits stand for handwriting: a classifier that has seen nothing else reads MNIST.

use std::path::Path;

use futures_lite::future::block_on;
use inkling::PIXELS;
use inkling::data::{DeviceImages, digits, idx};
use inkling::device::cpu;
use inkling::eval::{Classifier, ClassifierConfig};

/// The whole measurement, on the test images, is `inkling evaluate-digits`. This one is small, and
/// on training images, so that nobody works on the generator until the test images fit.
#[test]
fn who_learned_from_generated_digits_reads_mnist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/mnist");
    if !folder.exists() {
        eprintln!("skipped: no MNIST in {}", folder.display());
        return;
    }
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let images = idx::parse_images(&read("train-images-idx3-ubyte.gz")).unwrap();
    let labels = idx::parse_labels(&read("train-labels-idx1-ubyte.gz")).unwrap();
    let first = images.count - 3000;

    let made = digits::generate(1, 0, 12_000);
    let config = ClassifierConfig { epochs: 4, ..Default::default() };
    let upload = |pixels: &[u8]| DeviceImages::new(pixels, &cpu());
    let known = upload(&made.images);
    let trained = Classifier::train(&config, &known, &made.labels, |_, _| ());
    let trained = block_on(trained).unwrap();
    let images = upload(&images.pixels[first * PIXELS..]);
    let confusion = block_on(trained.confusion(&images, &labels[first..])).unwrap();
    assert!(confusion.accuracy() > 0.88, "{}: {confusion:?}", confusion.accuracy());
}
