//! The peers' workloads: fixed networks with fixed data, batches and weights. Their losses must
//! agree with those of TF.js, jax-js and PyTorch. Every number is drawn by mulberry32, as in the
//! peers' programs.

mod bench;

use std::collections::BTreeMap;

use crate::model::weights::Weights;
use crate::model::{Likelihood, Network, VaeConfig};
use crate::{Error, Field, PIXELS, Result, SIDE};

pub use bench::{Bench, check};

const IMAGES: usize = 8192;
const BATCH: usize = 128;

/// A network for comparisons. All peers train the first two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// 784 -> 400 ReLU -> (20, 20); 20 -> 400 ReLU -> 784.
    Mlp,
    /// Two convolutions to 32 and 64 channels, dense 16, two latents, and back.
    Conv,
    /// The residual convolutional network, 32 latents. No peer trains it in a browser: its weights
    /// are this project's own.
    Residual,
    /// 784 -> 32 ReLU -> (4, 4) and back: small, for many steps on slow devices.
    Small,
}

/// What [`check`] measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The loss before each step, nats per image.
    pub losses: Vec<f64>,
    /// Sum of the pixels of one decoded latent after the last step.
    pub pixel_sum: f64,
}

impl Workload {
    /// What the peers get; they agree with each other to 1e-4. `None` if no peer trains it.
    pub fn expected(self) -> Option<Outcome> {
        match self {
            Workload::Mlp => Some(Outcome {
                losses: vec![543.3194, 533.2677, 520.8198, 502.644, 478.063, 446.328],
                pixel_sum: 319.489,
            }),
            Workload::Conv => {
                Some(Outcome { losses: vec![543.4517, 542.1924, 540.724], pixel_sum: 387.74 })
            }
            Workload::Residual | Workload::Small => None,
        }
    }

    /// The workload of that letter; an unknown one is an [`Error::UnknownChoice`].
    pub fn named(letter: &str) -> Result<Self> {
        let all = [Workload::Mlp, Workload::Conv, Workload::Residual, Workload::Small];
        let found = all.into_iter().find(|workload| workload.letter() == letter);
        found.ok_or_else(|| {
            Error::unknown_choice(Field::Workload, all.map(Workload::letter), letter)
        })
    }

    /// Its letter.
    pub fn letter(self) -> &'static str {
        match self {
            Workload::Mlp => "M",
            Workload::Conv => "C",
            Workload::Residual => "R",
            Workload::Small => "S",
        }
    }

    /// Its configuration.
    pub fn config(self) -> VaeConfig {
        let (network, latent) = match self {
            Workload::Mlp => (Network::Mlp { hidden: vec![400] }, 20),
            Workload::Conv => (Network::Conv { channels: vec![32, 64], dense: 16 }, 2),
            Workload::Residual => (Network::Residual { channels: vec![32, 64], dense: 128 }, 32),
            Workload::Small => (Network::Mlp { hidden: vec![32] }, 4),
        };
        VaeConfig {
            encoder: Some(network.clone()),
            decoder: network,
            latent,
            labels: 0,
            likelihood: Likelihood::Bernoulli,
            beta: 1.0,
            warmup_steps: 0,
            free_bits: 0.0,
            seed: 0,
        }
    }

    /// The peers' pseudo-digits `[8192, 784]`, 0 or 1, in the layout of this workload.
    fn images(self) -> Vec<f32> {
        let images = pseudo_digits();
        match self {
            Workload::Mlp | Workload::Residual | Workload::Small => images,
            Workload::Conv => flip(&images, PIXELS),
        }
    }

    /// The peers' initial weights under this project's names, if there are any.
    fn weights(self) -> Option<BTreeMap<String, Weights>> {
        match self {
            Workload::Mlp => Some(mlp_weights()),
            Workload::Conv => Some(conv_weights()),
            Workload::Residual | Workload::Small => None,
        }
    }
}

/// mulberry32, Tommy Ettinger's 32-bit generator, with numbers in 0..1 as JavaScript has them.
struct Mulberry32(u32);

impl Mulberry32 {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6D2B_79F5);
        let mut t = self.0;
        t = (t ^ (t >> 15)).wrapping_mul(t | 1);
        t = t.wrapping_add((t ^ (t >> 7)).wrapping_mul(t | 61)) ^ t;
        f64::from(t ^ (t >> 14)) / 4_294_967_296.0
    }

    fn uniform(&mut self, count: usize, limit: f64) -> Vec<f32> {
        (0..count).map(|_| ((2.0 * self.next() - 1.0) * limit) as f32).collect()
    }
}

/// Ten polylines of five points. Each image is one of them with jitter, drawn by a pen of random
/// radius.
fn pseudo_digits() -> Vec<f32> {
    let mut random = Mulberry32(12345);
    let point = |random: &mut Mulberry32| {
        let x = 6.0 + 16.0 * random.next();
        [x, 6.0 + 16.0 * random.next()]
    };
    let shapes: [[[f64; 2]; 5]; 10] =
        std::array::from_fn(|_| std::array::from_fn(|_| point(&mut random)));
    let mut images = vec![0.0; IMAGES * PIXELS];
    for image in images.chunks_mut(PIXELS) {
        let shape = shapes[(random.next() * 10.0) as usize];
        let shift = [4.0 * random.next() - 2.0, 4.0 * random.next() - 2.0];
        let points = shape.map(|[x, y]| {
            let x = x + shift[0] + 3.0 * random.next() - 1.5;
            [x, y + shift[1] + 3.0 * random.next() - 1.5]
        });
        let radius = 1.0 + 0.8 * random.next();
        for line in points.windows(2) {
            draw_line(image, line[0], line[1], radius);
        }
    }
    images
}

fn draw_line(image: &mut [f32], [ax, ay]: [f64; 2], [bx, by]: [f64; 2], radius: f64) {
    let (ux, uy) = (bx - ax, by - ay);
    let length = ux * ux + uy * uy;
    for (i, pixel) in image.iter_mut().enumerate() {
        let (x, y) = ((i % SIDE) as f64, (i / SIDE) as f64);
        let t = (((x - ax) * ux + (y - ay) * uy) / length).clamp(0.0, 1.0);
        let (dx, dy) = (x - (ax + t * ux), y - (ay + t * uy));
        if dx * dx + dy * dy <= radius * radius {
            *pixel = 1.0;
        }
    }
}

/// The first epoch's batches.
fn batches() -> impl Iterator<Item = Vec<i32>> {
    let mut random = Mulberry32(777);
    let mut order: Vec<i32> = (0..IMAGES as i32).collect();
    for i in (1..IMAGES).rev() {
        let j = (random.next() * (i + 1) as f64) as usize;
        order.swap(i, j);
    }
    (0..IMAGES / BATCH).map(move |batch| order[batch * BATCH..][..BATCH].to_vec())
}

fn mlp_weights() -> BTreeMap<String, Weights> {
    let mut random = Mulberry32(1);
    let layers = [
        ("encoder.layers.0", 784, 400),
        (MU, 400, 20),
        (LOGVAR, 400, 20),
        ("decoder.layers.0", 20, 400),
        ("decoder.layers.1", 400, 784),
    ];
    let mut found = BTreeMap::new();
    for (name, inputs, outputs) in layers {
        let limit = 1.0 / (inputs as f64).sqrt();
        let weight = random.uniform(inputs * outputs, limit);
        insert(&mut found, name, "weight", vec![inputs, outputs], weight);
        insert(&mut found, name, "bias", vec![outputs], random.uniform(outputs, limit));
    }
    join_heads(&mut found);
    found
}

/// The peers' two heads.
const MU: &str = "mu";
const LOGVAR: &str = "logvar";

/// Means and log-variances come from one layer here.
fn join_heads(found: &mut BTreeMap<String, Weights>) {
    for end in ["weight", "bias"] {
        let mut take = |head: &str| found.remove(&format!("{head}.{end}"));
        let (Some(mu), Some(logvar)) = (take(MU), take(LOGVAR)) else { continue };
        let latent = mu.shape.last().copied().unwrap_or(1);
        let rows = mu.values.chunks(latent).zip(logvar.values.chunks(latent));
        let values = rows.flat_map(|(mu, logvar)| [mu, logvar].concat()).collect();
        let mut shape = mu.shape;
        if let Some(columns) = shape.last_mut() {
            *columns = 2 * latent;
        }
        insert(found, "encoder.posterior", end, shape, values);
    }
}

/// The peers have TensorFlow's layouts (kernels `[h, w, in, out]`, transposed ones `[h, w, out,
/// in]`, flattened `h, w, channel`), ours are PyTorch's (`[out, in, h, w]`, `[in, out, h, w]`,
/// `channel, h, w`). At stride 2 TensorFlow's "same" padding puts the odd pixel behind the image,
/// ours before it. That is the same maths on images turned by 180 degrees, so images and kernels
/// are turned here.
fn conv_weights() -> BTreeMap<String, Weights> {
    let mut random = Mulberry32(2);
    let mut found = BTreeMap::new();
    // The peers draw their zero biases too: the generator moves on.
    let mut layer = |kernel: usize, fan_in: usize, fan_out: usize, bias: usize| {
        let limit = (6.0 / (fan_in + fan_out) as f64).sqrt();
        (random.uniform(kernel, limit), random.uniform(bias, 0.0))
    };
    for (i, inputs, outputs) in [(0, 1, 32), (1, 32, 64)] {
        let name = format!("encoder.convs.{i}");
        let (kernel, bias) = layer(9 * inputs * outputs, 9 * inputs, 9 * outputs, outputs);
        let kernel = permute(&kernel, [9, inputs, outputs], [2, 1, 0]);
        insert(&mut found, &name, "weight", vec![outputs, inputs, 3, 3], flip(&kernel, 9));
        insert(&mut found, &name, "bias", vec![outputs], bias);
    }
    let (dense, bias) = layer(3136 * 16, 3136, 16, 16);
    let dense = flip(&permute(&dense, [49, 64, 16], [2, 1, 0]), 49);
    let dense = permute(&dense, [16, 3136, 1], [1, 0, 2]);
    insert(&mut found, "encoder.layers.0", "weight", vec![3136, 16], dense);
    insert(&mut found, "encoder.layers.0", "bias", vec![16], bias);
    for name in [MU, LOGVAR] {
        let (dense, bias) = layer(32, 16, 2, 2);
        insert(&mut found, name, "weight", vec![16, 2], dense);
        insert(&mut found, name, "bias", vec![2], bias);
    }
    let (dense, bias) = layer(2 * 3136, 2, 3136, 3136);
    let dense = flip(&permute(&dense, [2, 49, 64], [0, 2, 1]), 49);
    insert(&mut found, "decoder.layers.0", "weight", vec![2, 3136], dense);
    insert(&mut found, "decoder.layers.0", "bias", vec![3136], bias);
    for (i, inputs, outputs) in [(0, 64, 64), (1, 64, 32), (2, 32, 1)] {
        let name = format!("decoder.convs.{i}");
        let (kernel, bias) = layer(9 * inputs * outputs, 9 * outputs, 9 * inputs, outputs);
        let kernel = permute(&kernel, [9, outputs, inputs], [2, 1, 0]);
        insert(&mut found, &name, "weight", vec![inputs, outputs, 3, 3], flip(&kernel, 9));
        insert(&mut found, &name, "bias", vec![outputs], bias);
    }
    join_heads(&mut found);
    found
}

fn insert(
    found: &mut BTreeMap<String, Weights>,
    layer: &str,
    end: &str,
    shape: Vec<usize>,
    values: Vec<f32>,
) {
    found.insert(format!("{layer}.{end}"), Weights { shape, values });
}

/// A three-dimensional array with its axes in another order.
fn permute(values: &[f32], shape: [usize; 3], order: [usize; 3]) -> Vec<f32> {
    let strides = [shape[1] * shape[2], shape[2], 1];
    let [a, b, c] = order;
    let mut out = Vec::with_capacity(values.len());
    for i in 0..shape[a] {
        for j in 0..shape[b] {
            for k in 0..shape[c] {
                out.push(values[i * strides[a] + j * strides[b] + k * strides[c]]);
            }
        }
    }
    out
}

/// Turns grids of `size` numbers by 180 degrees, by reversing each.
fn flip(values: &[f32], size: usize) -> Vec<f32> {
    values.chunks(size).flat_map(|grid| grid.iter().rev().copied()).collect()
}
