//! The classifier that is kept as a file: the shipped one fits and reads as it says, and what is no
//! such file is refused.

use std::path::PathBuf;

use crate::tampered::{changed, described, file, header};
use futures_lite::future::block_on;
use inkling::burn::tensor::{Tensor, TensorData};
use inkling::data::{DeviceImages, digits, idx};
use inkling::device::{cpu, read};
use inkling::eval::{Classifier, ClassifierConfig, ClassifierRecord};
use inkling::{Error, PIXELS};
use serde_json::{Value, json};

fn project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn shipped() -> Vec<u8> {
    std::fs::read(project("www/models/classifier.safetensors")).unwrap()
}

#[test]
fn the_shipped_one_fits_the_architecture_and_reads_as_it_says() {
    let bytes = shipped();
    assert!(bytes.len() < 250_000, "{} bytes", bytes.len());
    let (classifier, record) = Classifier::from_file(&bytes, &cpu()).unwrap();
    assert_eq!((record.data.as_str(), record.trained_on.as_str()), ("MNIST", "training split"));
    assert_eq!((record.tested_on.as_str(), record.tested_images), ("test split", 10_000));
    assert!(record.accuracy() >= 0.99, "{record:?}");
    // Written anew it is the same to the last byte: nothing was lost on the way in.
    assert!(block_on(classifier.to_file(&record)).unwrap() == bytes);

    // Digits that it has never seen, there on every machine.
    let made = digits::generate(3, 0, 1000);
    let images = DeviceImages::new(&made.images, &cpu());
    let confusion = block_on(classifier.confusion(&images, &made.labels)).unwrap();
    let accuracy = confusion.accuracy();
    assert!(accuracy > 0.85, "{accuracy} of generated digits");

    let folder = project("../shared/data/mnist");
    if !folder.exists() {
        eprintln!("its accuracy on MNIST was not measured: no {}", folder.display());
        return;
    }
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let images = idx::parse_images(&read("t10k-images-idx3-ubyte.gz")).unwrap();
    let labels = idx::parse_labels(&read("t10k-labels-idx1-ubyte.gz")).unwrap();
    let images = DeviceImages::new(&images.pixels, &cpu());
    let confusion = block_on(classifier.confusion(&images, &labels)).unwrap();
    // Sums in another order on another processor may tip an image that lies on the border.
    assert!(confusion.right().abs_diff(record.tested_right) <= 3, "{confusion:?}, {record:?}");
}

#[test]
fn features_and_probabilities_are_those_behind_the_scores() {
    let (classifier, _) = Classifier::from_file(&shipped(), &cpu()).unwrap();
    let made = digits::generate(4, 0, 1003);
    let images = DeviceImages::new(&made.images, &cpu());
    let readings = block_on(classifier.readings(&images)).unwrap();
    assert_eq!(readings.features.len(), 1003 * Classifier::FEATURES);
    assert_eq!(readings.probabilities.len(), 1003 * 10);
    assert!(readings.features.iter().all(|&x| x >= 0.0));

    let grey: Vec<f32> =
        made.images[1002 * PIXELS..].iter().map(|&x| f32::from(x) / 255.0).collect();
    let last = Tensor::from_data(TensorData::new(grey, [1, PIXELS]), &cpu());
    let scores = block_on(read(classifier.logits(last))).unwrap();
    let sum: f32 = scores.iter().map(|x| x.exp()).sum();
    for (probability, score) in readings.probabilities[10_020..].iter().zip(&scores) {
        assert!((probability - score.exp() / sum).abs() < 1e-5, "{scores:?}");
    }
    let none = DeviceImages::new(&[], &cpu());
    assert!(block_on(classifier.readings(&none)).is_err());
}

fn record() -> ClassifierRecord {
    ClassifierRecord {
        data: "none".into(),
        trained_on: "nothing".into(),
        trained_images: 0,
        config: ClassifierConfig::default(),
        tested_on: "nothing".into(),
        tested_images: 10,
        tested_right: 1,
    }
}

#[track_caller]
fn refused(bytes: &[u8], words: &str) {
    let Err(error) = Classifier::from_file(bytes, &cpu()) else {
        panic!("accepted, but: {words}");
    };
    assert!(matches!(error, Error::File(_)), "{error:?}");
    assert!(error.to_string().contains(words), "{error}, but not: {words}");
}

#[test]
fn files_that_are_none_or_lie_are_refused() {
    let bytes = block_on(Classifier::new(1, &cpu()).to_file(&record())).unwrap();
    Classifier::from_file(&bytes, &cpu()).unwrap();
    for length in [0, 7, 8, 100, bytes.len() / 2, bytes.len() - 1] {
        refused(&bytes[..length], "not a usable checkpoint");
    }
    refused(&[&bytes[..], &[0; 2]].concat(), "not a usable checkpoint");
    for lie in [0, 1, bytes.len() as u64, 1 << 40, u64::MAX] {
        refused(&[&lie.to_le_bytes()[..], &bytes[8..]].concat(), "not a usable checkpoint");
    }
    const BIAS: &str = "hidden.bias";
    for offsets in [json!([2, 130]), json!([0, u64::MAX]), json!([130, 2])] {
        refused(&changed(&bytes, |h| h[BIAS]["data_offsets"] = offsets.clone()), "not a usable");
    }
    for shape in [json!([65]), json!([1u64 << 40, 1u64 << 40]), json!([-1])] {
        refused(&changed(&bytes, |h| h[BIAS]["shape"] = shape.clone()), "not a usable checkpoint");
    }
    refused(&changed(&bytes, |h| h[BIAS]["shape"] = json!([8, 8])), "has the shape [8, 8]");
    refused(&changed(&bytes, |h| h[BIAS]["dtype"] = json!("I16")), "hidden.bias holds I16");
    let renamed = changed(&bytes, |h| {
        let bias = h.as_object_mut().unwrap().remove(BIAS).unwrap();
        h["another.bias"] = bias;
    });
    refused(&renamed, "hidden.bias is missing");
    refused(&changed(&bytes, |h| h["__metadata__"] = json!({})), "no entry \"inkling-classifier\"");

    let (head, tensors) = header(&bytes);
    let at = head[BIAS]["data_offsets"][0].as_u64().unwrap() as usize;
    let mut poisoned = tensors.to_vec();
    // The 16-bit float of infinity.
    poisoned[at..at + 2].copy_from_slice(&0x7C00u16.to_le_bytes());
    refused(&file(&head, &poisoned), "not finite");
}

#[test]
fn records_that_cannot_be_true_are_neither_read_nor_written() {
    let classifier = Classifier::new(1, &cpu());
    let bytes = block_on(classifier.to_file(&record())).unwrap();
    let lies: [(&str, Value); 7] = [
        ("tested_right", json!(11)),
        ("tested_images", json!(0)),
        ("tested_images", json!(-1)),
        ("data", json!("\u{1b}[2J")),
        ("data", json!("x".repeat(101))),
        ("config", json!({})),
        (
            "config",
            json!({"batch": 0, "epochs": 1, "learning_rate": 1e-3, "distortion": 0, "seed": 1}),
        ),
    ];
    for (field, lie) in lies {
        refused(&described(&bytes, "inkling-classifier", |r| r[field] = lie.clone()), "");
    }
    let lie = ClassifierRecord { tested_right: 11, ..record() };
    assert!(block_on(classifier.to_file(&lie)).is_err());
}

#[test]
fn weights_are_rounded_once() {
    let classifier = Classifier::new(5, &cpu());
    let plain = block_on(classifier.to_file(&record())).unwrap();
    let rounded = block_on(classifier.rounded()).unwrap();
    assert!(block_on(rounded.to_file(&record())).unwrap() == plain);
    let (back, found) = Classifier::from_file(&plain, &cpu()).unwrap();
    assert_eq!(found, record());
    let images = DeviceImages::new(&digits::generate(1, 0, 20).images, &cpu());
    let readings = |of: &Classifier| block_on(of.readings(&images)).unwrap();
    assert_eq!(readings(&back), readings(&rounded));
}
