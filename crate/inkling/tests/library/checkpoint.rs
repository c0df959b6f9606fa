//! Files that are no checkpoint, or lie: each is refused in clear words, none breaks anything.

use crate::tampered::{self, changed, file, header};
use futures_lite::future::block_on;
use inkling::Error;
use inkling::data::Generation;
use inkling::device::cpu;
use inkling::model::Preset;
use inkling::train::{DeviceData, TrainConfig, Trainer};
use serde_json::{Value, json};

fn data(count: usize) -> DeviceData {
    DeviceData::new(&Generation::new(count, 1).unwrap().finish().unwrap(), &cpu())
}

/// The checkpoint of a small run after one step.
fn saved(preset: &str) -> Vec<u8> {
    let model = Preset::named(preset).unwrap().config(2, 1.0, 1);
    let config = TrainConfig { batch: 20, epochs: 2, learning_rate: 1e-3 };
    let mut trainer = Trainer::new(&model, config, data(60)).unwrap();
    trainer.step().unwrap();
    block_on(trainer.checkpoint()).unwrap()
}

/// `bytes` with our entry of the metadata changed.
fn described(bytes: &[u8], change: impl Fn(&mut Value)) -> Vec<u8> {
    tampered::described(bytes, "inkling", change)
}

/// `bytes` with the first number of the tensor replaced.
fn poisoned(bytes: &[u8], tensor: &str, number: f32) -> Vec<u8> {
    let (header, tensors) = header(bytes);
    let at = header[tensor]["data_offsets"][0].as_u64().unwrap() as usize;
    let mut tensors = tensors.to_vec();
    tensors[at..at + 4].copy_from_slice(&number.to_le_bytes());
    file(&header, &tensors)
}

#[track_caller]
fn refused(bytes: &[u8], words: &str) {
    let Err(error) = Trainer::restore(bytes, data(60)) else {
        panic!("accepted, but: {words}");
    };
    assert!(matches!(error, Error::File(_)), "{error:?}");
    assert!(error.to_string().contains(words), "{error}, but not: {words}");
}

const BIAS: &str = "encoder.posterior.bias";

#[test]
fn a_file_that_is_none_or_only_a_part() {
    let bytes = saved("linear");
    for length in [0, 1, 7] {
        refused(&bytes[..length], "empty or cut short");
    }
    for length in [8, 9, 100] {
        refused(&bytes[..length], "would not end within it");
    }
    for length in [bytes.len() / 2, bytes.len() - 1] {
        refused(&bytes[..length], "cut short");
    }
    refused(&[&bytes[..], &[0; 4]].concat(), "longer than its header says");
    refused(b"PK\x03\x04 not at all a model", "no safetensors file");
    refused(&[&9u64.to_le_bytes()[..], b"not JSON!"].concat(), "not JSON");
    refused(&[&4u64.to_le_bytes()[..], &[0xff; 4]].concat(), "not JSON");
    refused(&file(&json!([]), &[]), "not JSON of that kind");
}

#[test]
fn a_header_that_lies_about_its_length() {
    let bytes = saved("linear");
    let real = u64::from_le_bytes(*bytes.first_chunk().unwrap());
    let length = bytes.len() as u64;
    for lie in [u64::MAX, u64::MAX - 8, 1 << 32, 1 << 31, length, length - 7] {
        refused(&[&lie.to_le_bytes()[..], &bytes[8..]].concat(), "would not end within it");
    }
    for (lie, words) in
        [(0, "not JSON"), (1, "not JSON"), (real / 2, "not JSON"), (real - 1, "longer")]
    {
        refused(&[&lie.to_le_bytes()[..], &bytes[8..]].concat(), words);
    }
    refused(&[&(real + 1).to_le_bytes()[..], &bytes[8..]].concat(), "usable checkpoint");
}

#[test]
fn tensors_that_overlap_or_are_not_as_large_as_they_say() {
    let bytes = saved("linear");
    let place = header(&bytes).0[BIAS]["data_offsets"].clone();
    let [start, end] = [0, 1].map(|i| place[i].as_u64().unwrap());
    let overlapping =
        changed(&bytes, |h| h["decoder.layers.0.bias"]["data_offsets"] = place.clone());
    refused(&overlapping, "usable checkpoint");
    for (at, words) in [
        (json!([start + 4, end + 4]), "overlaps another tensor, or leaves a gap"),
        (json!([start - 4, end - 4]), "overlaps another tensor, or leaves a gap"),
        (json!([end, start]), "usable checkpoint"),
        (json!([0, u64::MAX]), "usable checkpoint"),
        (json!([u64::MAX - 15, u64::MAX]), "usable checkpoint"),
    ] {
        refused(&changed(&bytes, |h| h[BIAS]["data_offsets"] = at.clone()), words);
    }
    for shape in [json!([5]), json!([1u64 << 40]), json!([1u64 << 40, 1u64 << 40]), json!([0])] {
        let lying = changed(&bytes, |h| h[BIAS]["shape"] = shape.clone());
        refused(&lying, "more or fewer bytes than its shape needs");
    }
    refused(&changed(&bytes, |h| h[BIAS]["shape"] = json!([-1])), "not JSON of that kind");
    refused(&changed(&bytes, |h| h[BIAS]["shape"] = json!([2, 2])), BIAS);
}

#[test]
fn numbers_of_another_kind_or_none_at_all() {
    let bytes = saved("linear");
    refused(
        &changed(&bytes, |h| h[BIAS]["dtype"] = json!("I32")),
        "holds I32, not 16-bit or 32-bit floats",
    );
    refused(&changed(&bytes, |h| h[BIAS]["dtype"] = json!("F64")), "its shape needs");
    refused(&changed(&bytes, |h| h[BIAS]["dtype"] = json!("F99")), "not JSON of that kind");
    for number in [f32::NAN, f32::INFINITY] {
        refused(&poisoned(&bytes, BIAS, number), "not finite");
        let moments = poisoned(&bytes, "adam.encoder.posterior.bias.first", number);
        refused(&moments, "optimiser");
        refused(&moments, "encoder.posterior.bias.first holds numbers that are not finite");
        refused(&poisoned(&saved("generator"), "codes.values", number), "not finite");
    }
    let negative = poisoned(&bytes, "adam.encoder.posterior.bias.second", -1.0);
    refused(&negative, "optimiser");
    refused(&negative, "below 0 where none can be");
    let codes = saved("generator");
    for (name, number) in [("codes.values", f32::NAN), ("codes.second", -1.0)] {
        refused(&poisoned(&codes, name, number), name);
    }
}

#[test]
fn another_architecture() {
    let bytes = saved("linear");
    refused(&changed(&bytes, |h| h["__metadata__"] = json!({ "format": "pt" })), "another program");
    refused(&changed(&bytes, |h| *h = without(h, "__metadata__")), "another program");
    refused(&described(&bytes, |d| d["model"]["latent"] = json!(3)), "this model needs [");
    let hidden = |sizes: &[usize]| json!({ "mlp": { "hidden": sizes } });
    refused(&described(&bytes, |d| d["model"]["decoder"] = hidden(&[1])), "decoder.layers");
    refused(&described(&bytes, |d| d["model"]["decoder"] = json!("transformer")), "cannot be read");
    refused(&described(&bytes, |d| *d = json!(7)), "cannot be read");
    // A name that no model has, beside those that this one needs.
    let surplus = changed(&bytes, |h| {
        let bias = h[BIAS].clone();
        *h = without(h, BIAS);
        h["elsewhere.bias"] = bias;
    });
    refused(&surplus, "encoder.posterior.bias is missing");
    // Codes belong to their images.
    let codes = saved("generator");
    let error = Trainer::restore(&codes, data(120)).expect_err("another data set").to_string();
    assert!(error.contains("this one for 50, and the data set has 100"), "{error}");
    Trainer::restore(&codes, data(60)).unwrap();
}

/// A message is shown in a page and in a terminal: neither can bear megabytes.
#[test]
fn a_message_quotes_little_of_the_file() {
    let bytes = saved("linear");
    let megabytes = "x".repeat(10_000_000);
    let short = |bytes: &[u8]| {
        let error = Trainer::restore(bytes, data(60)).expect_err("accepted").to_string();
        assert!(error.chars().count() < 300, "{} characters", error.chars().count());
        assert!(!error.chars().any(char::is_control), "{error:?}");
    };
    short(&described(&bytes, |d| d["model"]["decoder"] = json!(megabytes)));
    short(&described(&bytes, |d| d["step"] = json!(megabytes)));
    short(&changed(&bytes, |h| h["__metadata__"]["inkling"] = json!(megabytes)));
    short(&changed(&bytes, |h| h["__metadata__"] = json!({ &megabytes: "" })));
    short(&changed(&bytes, |h| h[BIAS]["dtype"] = json!(megabytes)));
    for named in ["encoder", "adam.encoder", "codes", "\u{1b}[2J\n"] {
        short(&changed(&bytes, |h| {
            let bias = h[BIAS].clone();
            *h = without(h, BIAS);
            h[format!("{named}.{megabytes}")] = bias;
        }));
    }
    // As many numbers as are needed, in three million dimensions.
    let shape: Vec<usize> = [4].into_iter().chain(std::iter::repeat_n(1, 3_000_000)).collect();
    short(&changed(&bytes, |h| h[BIAS]["shape"] = json!(shape)));
}

#[test]
fn settings_out_of_range_and_models_larger_than_the_file() {
    let bytes = saved("linear");
    for (field, value) in [("latent", json!(0)), ("latent", json!(257)), ("beta", json!(-1))] {
        refused(&described(&bytes, |d| d["model"][field] = value.clone()), "must be");
    }
    for (field, value) in
        [("batch", json!(0)), ("epochs", json!(1001)), ("learning_rate", json!(0))]
    {
        refused(&described(&bytes, |d| d["train"][field] = value.clone()), "must be");
    }
    refused(&described(&bytes, |d| d["step"] = json!(1u64 << 40)), "no run has");
    refused(&described(&bytes, |d| d["step"] = json!(-1)), "cannot be read");
    // Four layers of 4096: 200 MB that are never asked for.
    let huge = json!({ "mlp": { "hidden": [4096, 4096, 4096, 4096] } });
    refused(&described(&bytes, |d| d["model"]["encoder"] = huge.clone()), "fewer weights");
    let wide = json!({ "residual": { "channels": [256], "dense": 4096 } });
    refused(&described(&bytes, |d| d["model"]["decoder"] = wide.clone()), "fewer weights");
}

fn without(header: &Value, key: &str) -> Value {
    let mut header = header.clone();
    header.as_object_mut().unwrap().remove(key);
    header
}
