//! The digits that classifiers learn from and are measured on, and what they see of them.

use inkling::burn::tensor::{Device, Tensor};
use inkling::data::{Dataset, Split};
use inkling::model::Model;
use inkling::{Error, PIXELS, Result};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::classify::{Lesson, Method, Reading, matrix};
use super::codes::{Scaling, posterior_means};

/// Training images that labels are drawn from; the scaling of the codes is taken from all of them.
pub const POOL: usize = 1500;
/// Held-out images that the accuracy is measured on.
pub const HELD_OUT: usize = 1000;
/// Labels a class.
pub const SIZES: [usize; 6] = [1, 2, 5, 10, 20, 50];
/// Draws of the labelled digits that an accuracy is the mean of.
pub const DRAWS: u32 = 5;

/// The weight of the penalty on the regression's weights, for each of what it sees: the best of
/// five on the last 10,000 of MNIST's training images.
const PENALTY_CODES: f64 = 1e-3;
const PENALTY_PIXELS: f64 = 3e-2;

/// What a classifier sees of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// The posterior means of the study's models, side by side, each model's with the same weight.
    Codes,
    /// 784 grey levels in 0..=1.
    Pixels,
}

impl Seen {
    /// Both.
    pub const ALL: [Seen; 2] = [Seen::Codes, Seen::Pixels];

    /// Its name in queries.
    pub fn name(self) -> &'static str {
        match self {
            Seen::Codes => "codes",
            Seen::Pixels => "pixels",
        }
    }

    /// The weight of the regression's penalty.
    pub(crate) fn penalty(self) -> f64 {
        match self {
            Seen::Codes => PENALTY_CODES,
            Seen::Pixels => PENALTY_PIXELS,
        }
    }
}

/// Some images of a split, or others.
#[derive(Debug, Clone, Default)]
pub struct Digits {
    /// 784 grey levels each.
    pub pixels: Vec<u8>,
    /// A label each, if the split has any.
    pub labels: Option<Vec<u8>>,
}

impl Digits {
    /// `count` different images of a split, or all if there are fewer; the same for the same seed.
    pub fn of(split: &Split, count: usize, seed: u32) -> Self {
        let picked = split.pick(count, seed);
        let image = |&i: &usize| &split.pixels()[i * PIXELS..][..PIXELS];
        let pixels = picked.iter().flat_map(image).copied().collect();
        let labels = split.labels().map(|all| picked.iter().map(|&i| all[i]).collect());
        Self { pixels, labels }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.pixels.len() / PIXELS
    }
}

/// Digits to learn from and digits to measure on, and the codes that models have for them.
#[derive(Debug)]
pub struct Study {
    device: Device,
    pool: Digits,
    held_out: Digits,
    /// Of each model: `latent` numbers for every image of the pool, then for every held-out one.
    codes: Vec<(usize, Vec<f32>)>,
    /// The rows that a classifier sees: the pool's, then the held-out ones.
    pixel_rows: Tensor<2>,
    code_rows: Option<Tensor<2>>,
}

impl Study {
    /// [`POOL`] training images and [`HELD_OUT`] held-out ones, drawn with `seed`, for `models`
    /// models to encode.
    pub fn new(dataset: &Dataset, models: usize, seed: u32, device: &Device) -> Self {
        let pool = Digits::of(&dataset.train, POOL, seed);
        let held_out = Digits::of(&dataset.held_out, HELD_OUT, seed);
        let grey = pool.pixels.iter().chain(&held_out.pixels).map(|&p| f32::from(p) / 255.0);
        let pixel_rows = matrix(grey.collect(), PIXELS, device);
        let codes = vec![(1, vec![]); models];
        Self { device: device.clone(), pool, held_out, codes, pixel_rows, code_rows: None }
    }

    /// The device that computes.
    pub(crate) fn device(&self) -> &Device {
        &self.device
    }

    /// The digits to learn from.
    pub fn pool(&self) -> &Digits {
        &self.pool
    }

    /// The digits to measure on.
    pub fn held_out(&self) -> &Digits {
        &self.held_out
    }

    /// Has model number `which` encode up to `count` more images. Returns how many it has encoded
    /// by now, and of how many.
    ///
    /// # Errors
    /// There is no such model in the study, or it has no encoder.
    pub fn encode(&mut self, which: usize, model: &Model, count: usize) -> Result<(usize, usize)> {
        let total = self.pool.count() + self.held_out.count();
        let latent = model.config().latent;
        let Some((width, codes)) = self.codes.get_mut(which) else {
            return Err(Error::Internal("the study has no such model"));
        };
        if *width != latent {
            (*width, *codes) = (latent, vec![]);
        }
        let done = codes.len() / latent;
        let pixels = self.pool.pixels.chunks(PIXELS).chain(self.held_out.pixels.chunks(PIXELS));
        let some: Vec<u8> = pixels.skip(done).take(count).flatten().copied().collect();
        codes.extend(posterior_means(model, &some, &self.device)?);
        let done = codes.len() / latent;
        self.code_rows = None;
        if self.codes.iter().all(|(latent, codes)| codes.len() == total * *latent) {
            self.code_rows = Some(self.scaled(total));
        }
        Ok((done, total))
    }

    /// How many latents the classifiers see, once all images are encoded.
    pub fn latents(&self) -> Option<usize> {
        self.code_rows.as_ref().map(|rows| rows.dims()[1])
    }

    fn scaled(&self, total: usize) -> Tensor<2> {
        let of_pool = |(latent, codes): &(usize, Vec<f32>)| {
            Scaling::of(&codes[..self.pool.count() * latent], *latent)
        };
        let scalings: Vec<Scaling> = self.codes.iter().map(of_pool).collect();
        let columns = self.codes.iter().map(|(latent, _)| latent).sum();
        let mut rows = Vec::with_capacity(total * columns);
        for image in 0..total {
            for (scaling, (latent, codes)) in scalings.iter().zip(&self.codes) {
                rows.extend(scaling.apply(&codes[image * latent..][..*latent]));
            }
        }
        matrix(rows, columns, &self.device)
    }

    /// The labels a class that can be drawn from the pool: [`SIZES`] as far as each class has that
    /// many images there. None without labels.
    pub fn sizes(&self) -> Vec<usize> {
        let smallest = self.classes().iter().map(Vec::len).min().unwrap_or(0);
        SIZES.into_iter().filter(|&size| size <= smallest).collect()
    }

    /// Places in the pool of `size` labelled digits of each class, in the order of the classes. For
    /// the same `draw` more labels are the fewer ones and others.
    ///
    /// # Errors
    /// The pool has no labels, or a class has fewer images.
    pub fn drawn(&self, size: usize, draw: u32) -> Result<Vec<usize>> {
        let mut rng = ChaCha8Rng::seed_from_u64(u64::from(draw) ^ 0x1ABE_1500_0000);
        let mut classes = self.classes();
        let smallest = classes.iter().map(Vec::len).min().unwrap_or(0);
        if size == 0 || smallest < size {
            return Err(Error::TooFewImages { expected: size.max(1), found: smallest });
        }
        Ok(classes
            .iter_mut()
            .flat_map(|class| {
                class.shuffle(&mut rng);
                class[..size].to_vec()
            })
            .collect())
    }

    /// A classifier to be taught `size` labels a class, and to read the held-out images.
    ///
    /// # Errors
    /// A model has not encoded all images, and those of [`drawn`](Self::drawn).
    pub fn lesson(&self, seen: Seen, method: Method, size: usize, draw: u32) -> Result<Lesson> {
        let places = self.drawn(size, draw)?;
        self.taught(seen, method, &places, &self.labels_at(&places)?, None)
    }

    /// A classifier to be taught the digits at `places` of the pool with these `labels`, and to
    /// read the held-out images and then, with `next`, that image of the pool.
    ///
    /// # Errors
    /// No place, a place past the end, not one label for each, a model that has not encoded all
    /// images.
    pub fn taught(
        &self,
        seen: Seen,
        method: Method,
        places: &[usize],
        labels: &[u8],
        next: Option<usize>,
    ) -> Result<Lesson> {
        let mut unknown = vec![self.held_out_rows(seen)?];
        if let Some(place) = next {
            unknown.push(self.rows(seen, &[place])?);
        }
        let known = (self.rows(seen, places)?, labels);
        Lesson::new(method, seen.penalty(), known, Tensor::cat(unknown, 0))
    }

    /// The share of the held-out images that were read as they are labelled.
    ///
    /// # Errors
    /// They have no labels.
    pub fn rate(&self, read: &Reading) -> Result<f64> {
        match &self.held_out.labels {
            Some(labels) => Ok(read.accuracy(labels)),
            None => Err(Error::Internal("the held-out images have no labels")),
        }
    }

    /// The labels of images of the pool.
    pub(crate) fn labels_at(&self, places: &[usize]) -> Result<Vec<u8>> {
        let all = self.pool.labels.as_deref().unwrap_or_default();
        let labels: Option<Vec<u8>> = places.iter().map(|&at| all.get(at).copied()).collect();
        labels.ok_or(Error::Internal("the images have no labels"))
    }

    /// What a classifier sees of images of the pool.
    pub(crate) fn rows(&self, seen: Seen, places: &[usize]) -> Result<Tensor<2>> {
        if places.is_empty() {
            return Err(Error::TooFewImages { expected: 1, found: 0 });
        }
        if places.iter().any(|&place| place >= self.pool.count()) {
            return Err(Error::Internal("the pool has no such image"));
        }
        let all = self.all_rows(seen)?;
        let row = |&place: &usize| all.clone().narrow(0, place, 1);
        Ok(Tensor::cat(places.iter().map(row).collect(), 0))
    }

    /// What a classifier sees of the held-out images.
    pub(crate) fn held_out_rows(&self, seen: Seen) -> Result<Tensor<2>> {
        let all = self.all_rows(seen)?;
        Ok(all.clone().narrow(0, self.pool.count(), self.held_out.count()))
    }

    fn all_rows(&self, seen: Seen) -> Result<&Tensor<2>> {
        let rows = match seen {
            Seen::Pixels => Some(&self.pixel_rows),
            Seen::Codes => self.code_rows.as_ref(),
        };
        rows.ok_or(Error::Internal("the images are not all encoded yet"))
    }

    /// The places in the pool of each class's images.
    fn classes(&self) -> Vec<Vec<usize>> {
        let labels = self.pool.labels.as_deref().unwrap_or_default();
        let mut classes = vec![vec![]; 256];
        for (place, &label) in labels.iter().enumerate() {
            classes[usize::from(label)].push(place);
        }
        classes.retain(|class| !class.is_empty());
        classes
    }
}

#[cfg(test)]
mod tests {
    use inkling::data::Generation;
    use inkling::device::cpu;
    use inkling::model::Preset;

    use super::*;

    fn digits() -> Dataset {
        Generation::new(2400, 5).expect("valid").finish().expect("digits")
    }

    fn untrained(latent: usize) -> Model {
        let preset = Preset::named("classic").expect("a preset");
        Model::new(&preset.config(latent, 1.0, 1), &cpu()).expect("valid")
    }

    #[test]
    fn draws_are_balanced_nested_and_repeatable() {
        let study = Study::new(&digits(), 0, 1, &cpu());
        assert_eq!(study.sizes(), SIZES);
        let ten = study.drawn(10, 3).expect("enough");
        assert_eq!(ten, study.drawn(10, 3).expect("the same"));
        assert_ne!(ten, study.drawn(10, 4).expect("another"));
        let labels = study.labels_at(&ten).expect("labels");
        for digit in 0..10 {
            assert_eq!(labels.iter().filter(|&&label| label == digit).count(), 10);
        }
        let two = study.drawn(2, 3).expect("enough");
        assert!(two.iter().all(|place| ten.contains(place)));
        assert!(study.drawn(0, 3).is_err() && study.drawn(1000, 3).is_err());
    }

    #[test]
    fn more_labels_help() {
        let study = Study::new(&digits(), 0, 1, &cpu());
        for method in Method::ALL {
            let accuracy = |size| {
                let lesson = study.lesson(Seen::Pixels, method, size, 0).expect("labels");
                study.rate(&lesson.finish().expect("taught")).expect("labels")
            };
            let (one, many) = (accuracy(1), accuracy(50));
            assert!(one > 0.2 && many > one + 0.1, "{method:?}: {one} {many}");
        }
    }

    #[test]
    fn images_are_encoded_in_parts_as_in_one_go() {
        let (data, models) = (digits(), [untrained(3), untrained(2)]);
        let encoded = |at_once: usize| {
            let mut study = Study::new(&data, 2, 1, &cpu());
            assert!(study.rows(Seen::Codes, &[0]).is_err(), "nothing is encoded");
            for (which, model) in models.iter().enumerate() {
                while let (done, total) = study.encode(which, model, at_once).expect("encoded")
                    && done < total
                {}
            }
            assert_eq!(study.latents(), Some(5));
            study.held_out_rows(Seen::Codes).expect("rows").into_data()
        };
        encoded(700).assert_approx_eq::<f32>(&encoded(9999), Default::default());
        let mut study = Study::new(&data, 1, 1, &cpu());
        assert!(study.encode(1, &models[0], 5).is_err(), "no such model");
    }

    #[test]
    fn without_labels_images_can_still_be_sorted() {
        let data = digits();
        let bare = |split: &Split| Split::new(split.pixels().to_vec(), None).expect("valid");
        let data = Dataset::new("bare", bare(&data.train), bare(&data.held_out));
        let study = Study::new(&data, 0, 1, &cpu());
        assert!(study.sizes().is_empty() && study.drawn(1, 0).is_err());
        let lesson = study.taught(Seen::Pixels, Method::Neighbour, &[3, 8], &[1, 7], None);
        let read = lesson.and_then(Lesson::finish).expect("sorted");
        assert!(read.labels.contains(&1) && read.labels.contains(&7));
        assert!(study.rate(&read).is_err());
        let lesson = study.taught(Seen::Pixels, Method::Neighbour, &[3, 8], &[1, 7], Some(8));
        let more = lesson.and_then(Lesson::finish).expect("sorted").labels;
        assert_eq!(more, [read.labels, vec![7]].concat(), "it is its own neighbour");
    }
}
