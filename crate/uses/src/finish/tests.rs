use super::*;
use futures_lite::future::block_on;
use inkling::device::cpu;

/// One of the models that come with the page.
fn shipped(name: &str) -> Model {
    let path = format!("{}/../../www/models/{name}.safetensors", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"));
    Model::from_file(&bytes, &cpu()).expect("a model of this library").0
}

fn found(model: &Model, pixels: &[u8], visible: &[u8], effort: Effort) -> Vec<Way> {
    block_on(finish(model, pixels, visible, &effort, &cpu())).expect("ways")
}

/// A digit that the model can write, and a mask that shows its upper half.
fn half(model: &Model) -> (Vec<u8>, Vec<u8>) {
    let code = latent::prior(1, model.config().code_size(), 3);
    let pixels = block_on(latent::decode(model, &code, &cpu())).expect("decodes");
    (pixels, (0..PIXELS).map(|i| u8::from(i < PIXELS / 2)).collect())
}

#[test]
fn it_explains_what_is_visible_in_several_ways() {
    let model = shipped("plane");
    let (pixels, visible) = half(&model);
    let effort = Effort { starts: 10, steps: 25, seed: 1 };
    let ways = found(&model, &pixels, &visible, effort);
    assert!(ways.len() > 1, "{} ways", ways.len());
    // The most likely first, and their shares are shares.
    assert!(ways.windows(2).all(|pair| pair[0].share >= pair[1].share));
    assert!((ways.iter().map(|way| way.share).sum::<f32>() - 1.0).abs() < 1e-4);
    // The search got below where it started, which no search does.
    let idle = found(&model, &pixels, &visible, Effort { steps: 0, ..effort });
    let cost = |ways: &[Way]| ways[0].visible + ways[0].prior;
    assert!(cost(&ways) < cost(&idle) - 1.0, "{} from {}", cost(&ways), cost(&idle));
    // What is visible comes back, and what is hidden does not count.
    let error: u32 =
        (0..PIXELS / 2).map(|i| u32::from(ways[0].pixels[i].abs_diff(pixels[i]))).sum();
    assert!(error < 255 * 20, "{error}");
    let mut other = pixels.clone();
    other[PIXELS / 2..].fill(255);
    assert_eq!(found(&model, &other, &visible, effort), ways);
    assert_ne!(found(&model, &pixels, &visible, Effort { seed: 2, ..effort }), ways);
}

#[test]
fn nothing_visible_and_nothing_drawn_give_finite_numbers() {
    let model = shipped("plane");
    let effort = Effort { starts: 6, steps: 20, seed: 1 };
    for (ink, shown) in [(0u8, 1u8), (0, 0), (255, 1), (255, 0)] {
        let ways = found(&model, &[ink; PIXELS], &[shown; PIXELS], effort);
        for way in &ways {
            let numbers = [way.visible, way.prior, way.share];
            assert!(numbers.iter().all(|x| x.is_finite() && *x >= 0.0), "{ink} {shown}: {way:?}");
            assert!(way.visible < 20_000.0, "{ink} {shown}: {} nats", way.visible);
        }
        // With nothing to explain, the prior's mode is the most likely of all.
        if shown == 0 {
            assert!(ways[0].prior < 0.1 && ways[0].visible == 0.0, "{:?}", ways[0].prior);
        }
    }
}

#[test]
fn what_is_not_an_image_is_refused() {
    let model = shipped("plane");
    let ask = |pixels: usize, visible: usize, starts: usize| {
        let effort = Effort { starts, steps: 1, seed: 1 };
        block_on(finish(&model, &vec![0; pixels], &vec![1; visible], &effort, &cpu()))
    };
    assert!(ask(0, PIXELS, 1).is_err() && ask(2 * PIXELS, PIXELS, 1).is_err());
    assert!(ask(PIXELS, 12, 1).is_err());
    assert!(ask(PIXELS, PIXELS, 0).is_err() && ask(PIXELS, PIXELS, 65).is_err());
}
