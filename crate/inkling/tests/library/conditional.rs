//! Conditional models: what labels change in training, in codes and in what is seen inside.

use burn::tensor::{Tensor, TensorData};
use futures_lite::future::block_on;
use inkling::data::{Dataset, DeviceImages, Generation, Labelled, Split};
use inkling::device::{cpu, read};
use inkling::inspect::{self, Axes, Latents};
use inkling::model::{Input, Model, Network, Preset, VaeConfig};
use inkling::train::{DeviceData, TrainConfig, Trainer};
use inkling::{Error, FileError, PIXELS, burn, eval, latent};

const LATENT: usize = 6;
const SETTINGS: TrainConfig = TrainConfig { batch: 50, epochs: 8, learning_rate: 4e-3 };

fn digits(count: usize) -> Dataset {
    Generation::new(count, 3).unwrap().finish().unwrap()
}

fn data(dataset: &Dataset) -> DeviceData {
    DeviceData::new(dataset, &cpu())
}

fn config(preset: &str, labels: usize) -> VaeConfig {
    VaeConfig { labels, ..Preset::named(preset).unwrap().config(LATENT, 1.0, 1) }
}

/// Dense networks that learn in seconds.
fn small(labels: usize) -> VaeConfig {
    let network = Network::Mlp { hidden: vec![100] };
    VaeConfig {
        encoder: Some(network.clone()),
        decoder: network,
        labels,
        ..config("conditional", 10)
    }
}

/// Of each kind of network, small.
fn networks() -> [VaeConfig; 4] {
    let with = |network: Network| VaeConfig {
        encoder: Some(network.clone()),
        decoder: network,
        ..config("conditional", 10)
    };
    [
        with(Network::Linear),
        with(Network::Mlp { hidden: vec![24, 16] }),
        with(Network::Conv { channels: vec![4, 6], dense: 10 }),
        with(Network::Residual { channels: vec![4, 6], dense: 10 }),
    ]
}

fn trained(config: &VaeConfig, dataset: &Dataset) -> Trainer {
    let mut trainer = Trainer::new(config, SETTINGS, data(dataset)).unwrap();
    trainer.steps(trainer.total_steps()).unwrap();
    trainer
}

fn held_out_loss(trainer: &Trainer) -> f64 {
    block_on(trainer.held_out(usize::MAX)).unwrap().total
}

fn decoded(model: &Model, code: &[f32]) -> Vec<f32> {
    let code = Tensor::from_data(TensorData::new(code.to_vec(), [1, code.len()]), &cpu());
    block_on(read(model.decode(code))).unwrap()
}

#[test]
fn it_learns_more_than_without_labels_and_reads_digits() {
    let dataset = digits(2400);
    let before = Trainer::new(&small(10), SETTINGS, data(&dataset)).unwrap();
    let [with, without] = [10, 0].map(|labels| trained(&small(labels), &dataset));
    let losses = [held_out_loss(&before), held_out_loss(&with), held_out_loss(&without)];
    assert!(losses[1] < 0.4 * losses[0] && losses[1] < losses[2] - 1.0, "{losses:?}");
    // Its reading of digits is Bayes' rule with the ELBO.
    let (model, held_out) = (with.model(), &dataset.held_out);
    let guesses = block_on(latent::guess(&model, held_out.pixels(), &cpu())).unwrap();
    assert_eq!(guesses.len(), held_out.count() * 10);
    let right = guesses.chunks(10).zip(held_out.labels().unwrap()).filter(|(chances, label)| {
        assert!((chances.iter().sum::<f32>() - 1.0).abs() < 1e-5);
        chances.iter().all(|&chance| chance <= chances[usize::from(**label)])
    });
    let (right, count) = (right.count(), held_out.count());
    assert!(right * 10 > count * 6, "{right} of {count}");
    // A digit written as another is read as that.
    let written = latent::prior_codes(model.config(), 100, 5);
    let pixels = block_on(latent::decode(&model, &written, &cpu())).unwrap();
    let guesses = block_on(latent::guess(&model, &pixels, &cpu())).unwrap();
    let as_wanted = (0..100).filter(|i| guesses[i * 10 + i % 10] > 0.5).count();
    assert!(as_wanted > 60, "{as_wanted}");
}

#[test]
fn the_held_out_loss_is_the_mean_elbo_with_the_true_labels() {
    let dataset = digits(120);
    for config in networks() {
        let trainer = Trainer::new(&config, SETTINGS, data(&dataset)).unwrap();
        let Model::Vae(vae) = trainer.model() else { panic!("it has an encoder") };
        let images = DeviceImages::of(&dataset.held_out, &cpu());
        let loss = block_on(eval::elbo(&vae.clone().into(), &images, 20, 1.0)).unwrap();
        // With fifty draws the bound is tighter, with one it is the same up to noise.
        let one = block_on(eval::importance_bound(&vae, &images, 20, 1)).unwrap();
        let many = block_on(eval::importance_bound(&vae, &images, 20, 50)).unwrap();
        assert!((one / loss.total - 1.0).abs() < 0.02, "{one} {loss:?}");
        assert!(many < one, "{many} {one}");
        block_on(eval::active_units(&vae, &images, 20)).unwrap();
        // The labels matter: those of other images give another loss.
        let labels = dataset.held_out.labels().unwrap();
        let moved = labels.iter().map(|label| (label + 1) % 10).collect();
        let moved = Split::new(dataset.held_out.pixels().to_vec(), Some(moved)).unwrap();
        let moved = DeviceImages::of(&moved, &cpu());
        let other = block_on(eval::elbo(&vae.clone().into(), &moved, 20, 1.0)).unwrap();
        assert_ne!(other.total, loss.total);
    }
}

#[test]
fn a_checkpoint_continues_as_if_nothing_had_happened() {
    let dataset = digits(120);
    for config in networks() {
        let fresh = || Trainer::new(&config, SETTINGS, data(&dataset)).unwrap();
        let (mut whole, mut first) = (fresh(), fresh());
        whole.steps(6).unwrap();
        first.steps(3).unwrap();
        let bytes = block_on(first.checkpoint()).unwrap();
        let mut second = Trainer::restore(&bytes, data(&dataset)).unwrap();
        assert_eq!(second.model().config(), &config);
        second.steps(3).unwrap();
        let weights = |trainer: &Trainer| block_on(trainer.model().weights()).unwrap();
        assert_eq!(weights(&second), weights(&whole));
        let (model, _) = Model::from_file(&bytes, &cpu()).unwrap();
        assert_eq!((model.config(), model.parameters()), (&config, whole.model().parameters()));
    }
}

#[test]
fn new_labels_start_as_the_mean_of_the_others() {
    for config in networks() {
        let model = Model::new(&config, &cpu()).unwrap();
        let wider = block_on(model.clone().with_labels(13)).unwrap();
        assert_eq!(wider.config(), &VaeConfig { labels: 13, ..config });
        let z = latent::prior(1, LATENT, 2);
        let known = |model: &Model, labels| decoded(model, &latent::with_label(&z, 7, labels));
        assert_eq!(known(&model, 10), known(&wider, 13));
        // The first layer is linear: the mean of its rows is an even blend of all labels.
        let blend = [&z[..], &[0.1; 10]].concat();
        let new = decoded(&wider, &latent::with_label(&z, 12, 13));
        for (new, blend) in new.iter().zip(decoded(&model, &blend)) {
            assert!((new - blend).abs() < 1e-5, "{new} {blend}");
        }
        // Likewise in the encoder.
        let pixels = digits(60).train.pixels()[..PIXELS].to_vec();
        let mu = |model: &Model, weights: Vec<f32>| {
            let Model::Vae(vae) = model else { panic!("it has an encoder") };
            let row = |numbers: Vec<f32>| {
                let columns = numbers.len();
                Tensor::<2>::from_data(TensorData::new(numbers, [1, columns]), &cpu())
            };
            let images = row(pixels.iter().map(|&level| f32::from(level) / 255.0).collect());
            block_on(read(vae.encode(Input { images, labels: Some(row(weights)) }).mu)).unwrap()
        };
        let new = mu(&wider, latent::with_label(&[], 10, 13));
        for (new, blend) in new.iter().zip(mu(&model, vec![0.1; 10])) {
            assert!((new - blend).abs() < 1e-5, "{new} {blend}");
        }
    }
    let plain = Model::new(&config("classic", 0), &cpu()).unwrap();
    assert_eq!(block_on(plain.with_labels(3)).unwrap_err(), Error::NotConditional);
    for labels in [9, 65] {
        let model = Model::new(&config("classic", 10), &cpu()).unwrap();
        let refused = block_on(model.with_labels(labels)).unwrap_err();
        assert!(matches!(refused, Error::Range(_)), "{labels}: {refused}");
    }
}

#[test]
fn a_run_that_goes_on_from_a_model_is_one_of_its_own() {
    let dataset = digits(300);
    for labels in [10, 0] {
        let model = trained(&small(labels), &dataset).model();
        let weights = block_on(model.weights()).unwrap();
        let seeded = model.clone().with_seed(9);
        let mut run = block_on(Trainer::continued(&seeded, SETTINGS, data(&dataset))).unwrap();
        assert_eq!((run.steps_done(), run.model().config().seed), (0, 9));
        assert_eq!(block_on(run.model().weights()).unwrap(), weights);
        let before = held_out_loss(&run);
        run.steps(run.total_steps()).unwrap();
        assert!(held_out_loss(&run) < before, "{before}");
        assert_eq!(block_on(model.weights()).unwrap(), weights, "the model stays as it was");
        let bytes = block_on(run.checkpoint()).unwrap();
        let restored = Trainer::restore(&bytes, data(&dataset)).unwrap();
        assert_eq!(restored.steps_done(), run.steps_done());
    }
    // A symbol of one's own: an eleventh class.
    let half = (0..5 * PIXELS).map(|i| if i % 28 < 14 { 255 } else { 0 }).collect();
    let own = Split::new(half, Some(vec![10; 5])).unwrap();
    let more = dataset.clone().mixed(&own, 20).unwrap();
    let model = trained(&small(10), &dataset).model();
    let refused = block_on(Trainer::continued(&model, SETTINGS, data(&more))).unwrap_err();
    assert_eq!(refused, Error::UnknownLabel { found: 10, labels: 10 });
    let wider = block_on(model.with_labels(11)).unwrap();
    let mut run = block_on(Trainer::continued(&wider, SETTINGS, data(&more))).unwrap();
    run.steps(run.total_steps()).unwrap();
    let own = DeviceImages::of(&own, &cpu());
    let loss = |model: &Model| block_on(eval::elbo(model, &own, 5, 1.0)).unwrap().total;
    let losses = [loss(&wider), loss(&run.model())];
    assert!(losses[1] < 0.2 * losses[0], "{losses:?}");
    let generator = Model::new(&config("generator", 0), &cpu()).unwrap();
    let refused = block_on(Trainer::continued(&generator, SETTINGS, data(&dataset)));
    assert_eq!(refused.unwrap_err(), Error::NoEncoder);
}

#[test]
fn data_without_the_labels_are_refused() {
    let dataset = digits(120);
    let plain = |split: &Split| Split::new(split.pixels().to_vec(), None).unwrap();
    let unlabelled = Dataset::new("plain", plain(&dataset.train), plain(&dataset.held_out));
    let half = Dataset::new("half", dataset.train.clone(), plain(&dataset.held_out));
    let config = config("conditional", 10);
    for data_set in [&unlabelled, &half] {
        let refused = Trainer::new(&config, SETTINGS, data(data_set)).unwrap_err();
        assert_eq!(refused, Error::NeedsLabels);
    }
    let few = VaeConfig { labels: 9, ..config.clone() };
    let refused = Trainer::new(&few, SETTINGS, data(&dataset)).unwrap_err();
    assert_eq!(refused, Error::UnknownLabel { found: 9, labels: 9 });
    assert_eq!(dataset.train.classes(), 10);
    assert_eq!(unlabelled.train.classes(), 0);

    let trainer = Trainer::new(&config, SETTINGS, data(&dataset)).unwrap();
    let bytes = block_on(trainer.checkpoint()).unwrap();
    let refused = Trainer::restore(&bytes, data(&unlabelled)).unwrap_err();
    assert_eq!(refused, Error::NeedsLabels);
    let Model::Vae(vae) = trainer.model() else { panic!("it has an encoder") };
    let images = DeviceImages::of(&unlabelled.train, &cpu());
    let refused = [
        block_on(eval::elbo(&vae.clone().into(), &images, 5, 1.0)).map(drop),
        block_on(eval::importance_bound(&vae, &images, 5, 1)).map(drop),
        block_on(eval::active_units(&vae, &images, 5)).map(drop),
    ];
    assert_eq!(refused, [const { Err(Error::NeedsLabels) }; 3]);

    let generator = VaeConfig { labels: 10, ..self::config("generator", 0) };
    let refused = Trainer::new(&generator, SETTINGS, data(&dataset)).unwrap_err();
    assert_eq!(refused, Error::LabelsWithoutEncoder);
    // The same from a file.
    let key = b"labels\\\":10";
    let at = bytes.windows(key.len()).position(|window| window == key).unwrap();
    let mut changed = bytes.clone();
    changed[at..at + key.len()].copy_from_slice(b"labels\\\":99");
    let refused = Model::from_file(&changed, &cpu()).unwrap_err();
    assert!(matches!(refused, Error::File(FileError::BadSetting(_))), "{refused}");
    changed[at..at + key.len()].copy_from_slice(b"labels\\\":12");
    let refused = Model::from_file(&changed, &cpu()).unwrap_err();
    assert!(matches!(refused, Error::File(_)), "{refused}");
}

#[test]
fn codes_have_a_weight_for_each_label() {
    let (dataset, device) = (digits(120), cpu());
    let split = &dataset.held_out;
    let (pixels, labels) = (split.pixels(), split.labels().unwrap());
    for config in networks() {
        let (size, model) = (config.code_size(), Model::new(&config, &device).unwrap());
        let refused = block_on(latent::decode(&model, &[0.0; LATENT], &device)).unwrap_err();
        assert!(matches!(refused, Error::Shape { expected: 16, found: LATENT, .. }), "{refused}");

        let known = latent::reconstruct_labelled(&model, pixels, Some(labels), &device);
        let (codes, output) = block_on(known).unwrap();
        for (code, &label) in codes.chunks(size).zip(labels) {
            assert_eq!(code[LATENT..], latent::with_label(&[], label.into(), 10));
        }
        assert_eq!(output, block_on(latent::decode(&model, &codes, &device)).unwrap());
        let (guessed, _) = block_on(latent::reconstruct(&model, pixels, &device)).unwrap();
        let guesses = block_on(latent::guess(&model, pixels, &device)).unwrap();
        for (code, chances) in guessed.chunks(size).zip(guesses.chunks(10)) {
            let chosen = code[LATENT..].iter().position(|&weight| weight == 1.0).unwrap();
            assert!(chances.iter().all(|&chance| chance <= chances[chosen]), "{chances:?}");
        }
        for wrong in [&labels[1..], &[10; 20][..]] {
            let refused = latent::reconstruct_labelled(&model, pixels, Some(wrong), &device);
            block_on(refused).unwrap_err();
        }
        inside(&model, Labelled { pixels, labels: Some(labels) }, &codes);
    }
    let plain = Model::new(&config("classic", 0), &device).unwrap();
    let refused = block_on(latent::guess(&plain, pixels, &device)).unwrap_err();
    assert_eq!(refused, Error::NotConditional);
    // A model without labels does not mind them.
    let both = [None, Some(labels)]
        .map(|labels| block_on(latent::reconstruct_labelled(&plain, pixels, labels, &device)));
    assert_eq!(both[0], both[1]);
}

/// What is seen inside a model of ten labels, whose codes of these images are given.
fn inside(model: &Model, images: Labelled<'_>, codes: &[f32]) {
    let (device, size) = (cpu(), model.config().code_size());
    let first = Labelled {
        pixels: &images.pixels[..PIXELS],
        labels: images.labels.map(|labels| &labels[..1]),
    };
    let seen = block_on(inspect::inspect(model, first, Latents::Means, &device)).unwrap();
    close(&seen.z, &codes[..size]);
    assert_eq!([seen.mu.len(), seen.logvar.len(), seen.eps.len(), seen.kl.len()], [LATENT; 4]);
    let numbers: usize = seen.layers.iter().map(inkling::model::Layer::size).sum();
    assert_eq!(seen.values.len(), numbers);
    // The loss is the ELBO's, and with the code it is the same again.
    let given = Latents::Given(seen.z.clone());
    let again = block_on(inspect::inspect(model, &images.pixels[..PIXELS], given, &device));
    let again = again.unwrap();
    close(&again.values, &seen.values);
    assert!((again.reconstruction - seen.reconstruction).abs() < 1e-3);
    let drawn = block_on(inspect::readings(model, first, 3, 1, &device)).unwrap();
    assert!(drawn.chunks(size).all(|code| code[LATENT..] == codes[LATENT..size]));
    assert_eq!(drawn.len(), 3 * size);

    let found = block_on(inspect::statistics(model, images, &device)).unwrap();
    assert_eq!((found.images, found.kl.len()), (codes.len() / size, LATENT));
    for axes in [Axes::Latents, Axes::Components] {
        let map = inspect::project(model, images, axes, [0, 1], &[], &device);
        let map = block_on(map).unwrap();
        close(&map.codes, codes);
        assert_eq!((map.mean.len(), map.axes.len()), (size, 2 * size));
        assert_eq!(map.mean[LATENT..], codes[LATENT..size]);
        assert!(map.axes.chunks(size).all(|axis| axis[LATENT..] == [0.0; 10]));
        // The place of the first image leads back to a code near its own, on the plane.
        let flipped: Vec<f32> = map.axes.iter().map(|x| -x).collect();
        let turned = inspect::project(model, images, axes, [0, 1], &flipped, &device);
        let turned = block_on(turned).unwrap();
        let sign = if axes == Axes::Latents { 1.0 } else { -1.0 };
        for (a, b) in map.points.iter().zip(&turned.points) {
            assert!((a - sign * b).abs() < 1e-4, "{a} {b}");
        }
    }
    let layers = model.layers();
    let labelled: Vec<&str> =
        layers.iter().filter(|layer| layer.labels == 10).map(|layer| layer.name).collect();
    assert_eq!(labelled.len(), 2, "{labelled:?}");
    for (i, layer) in layers.iter().enumerate() {
        let unit = layer.units() - 1;
        let found = block_on(inspect::unit_weights(model, layer.name, unit)).unwrap();
        assert_eq!(found.labels.len(), layer.labels, "{}", layer.name);
        assert_eq!(found.incoming.len(), numbers_of(&found.incoming_shape), "{}", layer.name);
        assert_eq!(found.outgoing.len(), numbers_of(&found.outgoing_shape), "{}", layer.name);
        if layer.name == "encoder.posterior" {
            // The last log-variance leads where the last latent does.
            let name = format!("{}.weight", layers[i + 1].name);
            let weights = block_on(model.weights()).unwrap();
            let row = &weights[&name].values[(LATENT - 1) * layers[i + 1].units()..];
            assert_eq!(found.outgoing, row[..layers[i + 1].units()]);
        }
        let top = inspect::top_images(model, layer.name, unit, images, 2, &device);
        let top = block_on(top).unwrap();
        assert!(top[0].1 >= top[1].1);
    }
}

/// None have no shape.
fn numbers_of(shape: &[usize]) -> usize {
    if shape.is_empty() { 0 } else { shape.iter().product() }
}

fn close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-4 * expected.abs().max(1.0), "{found} {expected}");
    }
}
