//! A model in two files, decoder first, and files with 8-bit weights that lie.

use burn::tensor::Tensor;
use futures_lite::future::block_on;
use inkling::device::{cpu, read};
use inkling::file::{Precision, Rounding};
use inkling::latent::{decode, prior_codes, reconstruct};
use inkling::model::{DecoderFirst, Model, ModelCard, Preset};
use inkling::{Error, FileError, PIXELS, burn};

const EIGHT: Precision = Precision::Eight(Rounding::STANDARD);

fn card() -> ModelCard {
    ModelCard {
        data: "none".into(),
        split: "none".into(),
        images: 1,
        epochs: 0,
        batch: 1,
        learning_rate: 1.0,
        binarised: 0.0,
        command: "none".into(),
        measured: None,
    }
}

fn model(preset: &str, seed: u32) -> Model {
    let preset = Preset::named(preset).expect("a preset");
    Model::new(&preset.config(4, 1.0, seed), &cpu()).expect("in range")
}

fn halves(model: &Model) -> [Vec<u8>; 2] {
    block_on(model.to_halves(card(), EIGHT)).expect("writes")
}

fn decoder(bytes: &[u8]) -> inkling::Result<DecoderFirst> {
    DecoderFirst::from_file(bytes, &cpu())
}

#[test]
fn the_decoder_writes_alone_and_the_encoder_completes_it() {
    for preset in ["classic", "conv", "residual", "conditional"] {
        let model = model(preset, 1);
        let whole = block_on(model.to_file(card(), EIGHT)).expect("writes");
        let (whole, _) = Model::from_file(&whole, &cpu()).expect("reads");
        let [first, second] = halves(&model);
        let first = decoder(&first).expect("a decoder");
        assert_eq!((first.config(), first.card()), (model.config(), Some(&card())), "{preset}");
        assert_eq!(first.parameters(), model.parameters(), "{preset}");

        let codes = prior_codes(model.config(), 3, 1);
        let images = |model: &Model| block_on(decode(model, &codes, &cpu())).expect("decodes");
        assert_eq!(images(&first.model()), images(&whole), "{preset}");
        assert!(matches!(first.model(), Model::Generator(_)), "there is nothing to encode with");
        let complete = first.with_encoder(&second, &cpu()).expect("its encoder");
        assert_eq!(complete.config(), model.config());
        let pixels = vec![90; PIXELS];
        let both = |model| block_on(reconstruct(model, &pixels, &cpu())).expect("encodes");
        assert_eq!(both(&complete), both(&whole), "{preset}");
    }
}

#[test]
fn eight_bits_are_near_and_small() {
    let model = model("classic", 1);
    let file = |precision| block_on(model.to_file(card(), precision)).expect("writes");
    let (eight, single) = (file(EIGHT), file(Precision::Single));
    assert!(eight.len() * 10 < single.len() * 3, "{} of {}", eight.len(), single.len());
    let (small, found) = Model::from_file(&eight, &cpu()).expect("reads");
    assert_eq!(found, Some(card()));
    let codes = || Tensor::<2>::from_floats([[0.3, -0.7, 1.0, 0.1]], &cpu());
    let image = |model: &Model| block_on(read(model.decode(codes()))).expect("decodes");
    let apart = image(&small).into_iter().zip(image(&model)).map(|(a, b)| (a - b).abs());
    assert!(apart.fold(0.0, f32::max) < 0.01);
}

#[test]
fn a_half_is_taken_for_nothing_else() {
    let (one, other) = (model("classic", 1), model("classic", 2));
    let [first, second] = halves(&one);
    let refused = |result: inkling::Result<Model>| match result.expect_err("refused") {
        Error::File(error) => error,
        error => panic!("{error:?}"),
    };
    for half in [&first, &second] {
        assert_eq!(refused(Model::from_file(half, &cpu()).map(|m| m.0)), FileError::OnlyHalf);
    }
    let there = decoder(&first).expect("a decoder");
    let with = |bytes: &[u8]| refused(there.with_encoder(bytes, &cpu()));
    assert_eq!(with(&halves(&other)[1]), FileError::HalvesMismatch);
    assert_eq!(with(&first), FileError::OtherHalf);
    let whole = block_on(one.to_file(card(), EIGHT)).expect("writes");
    assert_eq!(with(&whole), FileError::OtherHalf);
    let alone = |bytes: &[u8]| refused(decoder(bytes).map(|first| first.model()));
    assert_eq!(alone(&second), FileError::OtherHalf);
    assert_eq!(alone(&whole), FileError::OtherHalf);
    assert_eq!(alone(&first[..first.len() - 3]), FileError::Length);
    assert_eq!(alone(&first[..4]), FileError::TooShort);
    assert_eq!(with(&second[..second.len() - 3]), FileError::Length);
    assert!(block_on(model("generator", 1).to_halves(card(), EIGHT)).is_err());
}

/// `bytes` with a text of the header replaced by one of the same length.
fn forged(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut forged = bytes.to_vec();
    let at = forged.windows(from.len()).position(|w| w == from.as_bytes()).expect(from);
    forged[at..at + to.len()].copy_from_slice(to.as_bytes());
    forged
}

#[test]
fn a_file_that_lies_is_refused_before_it_costs_memory() {
    let [first, second] = halves(&model("deep", 1));
    let refused = |bytes: &[u8]| decoder(bytes).expect_err("refused");
    // Both networks are larger than the file; then the encoder alone.
    let networks = forged(&first, "[512,256]", "[4096,99]");
    let large = forged(&networks, "[512,256]", "[4096,99]");
    assert_eq!(refused(&large), Error::File(FileError::TooSmall));
    let encoder = r#"encoder\":{\"mlp\":{\"hidden\":[512,256]"#;
    let lies = |file: &[u8]| forged(file, encoder, &encoder.replace("512,256", "4096,99"));
    let there = decoder(&lies(&first)).expect("its own half is right");
    let error = there.with_encoder(&lies(&second), &cpu()).expect_err("refused");
    assert_eq!(error, Error::File(FileError::TooSmall));

    let bad = || Error::File(FileError::BadScale { name: "decoder.layers.1.weight".into() });
    let renamed = forged(&first, "scale.decoder.layers.1", "scale.decoder.layers.9");
    assert_eq!(refused(&renamed), bad());
    // The scales come first: no type is longer.
    let header = 8 + u64::from_le_bytes(first[..8].try_into().expect("eight")) as usize;
    let mut spoilt = first.clone();
    spoilt[header..header + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    assert_eq!(refused(&spoilt), bad());
}
