//! The models that come with the page, `www/models`, and in `www/models/small` with 8-bit weights.

use std::path::{Path, PathBuf};

use burn::tensor::Tensor;
use futures_lite::future::block_on;
use inkling::burn;
use inkling::data::{Dataset, Generation};
use inkling::device::{cpu, read};
use inkling::eval;
use inkling::file::{Precision, Rounding};
use inkling::latent::{decode, guess, prior_codes};
use inkling::model::{DecoderFirst, Model, ModelCard, Preset};
use inkling::train::{DeviceData, Trainer};

const EIGHT: Precision = Precision::Eight(Rounding::STANDARD);

/// Names, presets, latent sizes, and the most bytes of each.
const SHIPPED: [(&str, &str, usize, usize); 3] = [
    ("best", "residual", 32, 2_200_000),
    ("plane", "deep", 2, 2_200_000),
    ("hand", "conditional", 16, 1_500_000),
];
/// The most bytes of each as 8-bit weights; `best` in two files.
const SMALL: [(&str, &[(&str, usize)]); 2] = [
    ("best", &[("best-decoder", 600_000), ("best-encoder", 600_000)]),
    ("hand", &[("hand", 680_000)]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn shipped(name: &str) -> Vec<u8> {
    let path = root().join(format!("www/models/{name}.safetensors"));
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn opened(name: &str) -> (Model, ModelCard) {
    let (model, card) = Model::from_file(&shipped(name), &cpu()).expect("a model of this library");
    (model, card.expect("says how it was trained"))
}

/// As the page has it: with 8-bit weights, but for `plane`, whose loss they would raise.
fn small(name: &str) -> (Model, ModelCard) {
    let (model, card) = match name {
        "best" => {
            let decoder = DecoderFirst::from_file(&shipped("small/best-decoder"), &cpu());
            let decoder = decoder.expect("a decoder");
            let whole = decoder.with_encoder(&shipped("small/best-encoder"), &cpu());
            (whole.expect("its encoder"), decoder.card().cloned())
        }
        "plane" => return opened(name),
        _ => Model::from_file(&shipped(&format!("small/{name}")), &cpu()).expect("a model"),
    };
    (model, card.expect("says how it was trained"))
}

#[test]
fn they_fit_the_presets_and_say_where_they_come_from() {
    for (name, preset, latent, most) in SHIPPED {
        let size = shipped(name).len();
        assert!(size <= most, "{name} has {size} bytes");
        let (model, card) = opened(name);
        let made = Preset::of(model.config()).expect("a preset's architecture");
        assert_eq!((made.name, model.config().latent), (preset, latent), "{name}");
        assert_eq!((card.data.as_str(), card.images), ("MNIST", 60_000), "{name}");
        let measured = card.measured.expect("was measured");
        assert_eq!((measured.split.as_str(), measured.images), ("test images", 10_000), "{name}");
    }
}

#[test]
fn the_small_ones_are_made_from_the_others() {
    for (name, files) in SMALL {
        for (file, most) in files {
            let size = shipped(&format!("small/{file}")).len();
            assert!(size <= *most, "{file} has {size} bytes");
        }
        let (model, of) = opened(name);
        let (_, card) = small(name);
        assert_eq!(
            ModelCard { measured: None, ..card.clone() },
            ModelCard { measured: None, ..of }
        );
        let made = match files {
            [_] => vec![block_on(model.to_file(card, EIGHT)).expect("writes")],
            _ => block_on(model.to_halves(card, EIGHT)).expect("writes").to_vec(),
        };
        for ((file, _), made) in files.iter().zip(made) {
            assert!(shipped(&format!("small/{file}")) == made, "{file} is another one");
        }
    }
}

#[test]
fn they_write_digits_not_noise() {
    for (name, ..) in SHIPPED {
        let (model, _) = small(name);
        let codes = prior_codes(model.config(), 64, 1);
        let codes = Tensor::<1>::from_floats(codes.as_slice(), &cpu());
        let codes = codes.reshape([64, model.config().code_size()]);
        let pixels = block_on(read(model.decode(codes))).expect("decodes");
        // Paper around, ink within: what an untrained model is not.
        let corner: f32 = pixels.chunks(784).map(|image| image[0]).sum::<f32>() / 64.0;
        let ink: f32 = pixels.iter().sum::<f32>() / pixels.len() as f32;
        let certain = pixels.iter().filter(|&&p| !(0.1..=0.9).contains(&p)).count();
        assert!(corner < 0.01, "{name}: {corner}");
        assert!((0.08..0.2).contains(&ink), "{name}: {ink}");
        assert!(certain * 10 > pixels.len() * 7, "{name}: {certain} of {}", pixels.len());
    }
}

#[test]
fn they_are_as_good_as_they_say() {
    let folder = root().join("../shared/data/mnist");
    let read = |name: &str| std::fs::read(folder.join(format!("{name}-ubyte.gz")));
    let files = ["train-images-idx3", "t10k-images-idx3", "t10k-labels-idx1"].map(read);
    let [Ok(train), Ok(test), Ok(labels)] = files else {
        eprintln!("skipped: no MNIST in {}", folder.display());
        return;
    };
    let held_out = (&test[..], Some(&labels[..]));
    let dataset = Dataset::from_idx("MNIST", (&train, None), Some(held_out)).expect("MNIST");
    let data = DeviceData::new(&dataset, &cpu());
    for (name, ..) in SHIPPED {
        let (model, card) = small(name);
        let recorded = card.measured.expect("was measured").grey;
        // The noise is the same on every machine, the order of sums is not.
        let all = block_on(eval::elbo(&model, data.held_out(), 10_000, 1.0)).expect("measures");
        assert!((all.total - recorded).abs() < 0.02, "{name}: {} and {recorded}", all.total);
    }
}

#[test]
fn the_conditional_one_reads_what_it_writes() {
    let (model, _) = small("hand");
    let codes = prior_codes(model.config(), 100, 3);
    let pixels = block_on(decode(&model, &codes, &cpu())).expect("decodes");
    let chances = block_on(guess(&model, &pixels, &cpu())).expect("guesses");
    let read = |(i, chances): (usize, &[f32])| chances[i % 10] > 0.5;
    let as_wanted = chances.chunks(10).enumerate().filter(|&one| read(one)).count();
    assert!(as_wanted >= 95, "{as_wanted} of 100");
}

#[test]
fn halves_hold_a_model_and_nothing_else_is_taken() {
    let (model, card) = opened("plane");
    let single = block_on(model.to_file(card.clone(), Precision::Single)).expect("writes");
    let half = block_on(model.to_file(card.clone(), Precision::Half)).expect("writes");
    assert!(half.len() * 2 < single.len() + 4000);
    // It came from halves: they hold it exactly.
    let again = |bytes: &[u8]| Model::from_file(bytes, &cpu()).expect("reads");
    let codes = || Tensor::<2>::from_floats([[0.3, -0.7]], &cpu());
    let image = |model: &Model| block_on(read(model.decode(codes()))).expect("decodes");
    assert_eq!(image(&again(&half).0), image(&again(&single).0));
    assert_eq!(again(&half).1, Some(card));

    let dataset = Generation::new(60, 1).expect("in range").finish().expect("digits");
    let trained = Trainer::restore(&half, DeviceData::new(&dataset, &cpu()));
    assert!(trained.expect_err("no checkpoint").to_string().contains("ready-made"));

    let refused = |bytes: &[u8]| Model::from_file(bytes, &cpu()).expect_err("refused").to_string();
    assert!(refused(&half[..half.len() - 7]).contains("cut short"));
    assert!(refused(&half[..5]).contains("cut short"));
    assert!(refused(b"not a model at all").contains("no safetensors file"));
    // A header that promises far more than the file holds.
    let mut larger = half.clone();
    let at = larger.windows(9).position(|w| w == b"[512,256]").expect("its layers");
    larger[at..at + 9].copy_from_slice(b"[4096,99]");
    assert!(refused(&larger).contains("fewer weights"));
}
