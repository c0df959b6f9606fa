use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::idx;
use crate::PIXELS;
use crate::error::DataError;

/// Images to train on and images held out, which are never trained on.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// Its name for a person.
    pub name: String,
    /// Images to train on.
    pub train: Split,
    /// Images to measure on.
    pub held_out: Split,
}

/// Images with or without labels.
#[derive(Debug, Clone)]
pub struct Split {
    pixels: Vec<u8>,
    labels: Option<Vec<u8>>,
}

/// Images to look at, and their labels if they are known.
#[derive(Debug, Clone, Copy)]
pub struct Labelled<'a> {
    /// Grey levels, 784 for each image.
    pub pixels: &'a [u8],
    /// One for each image. Without them a conditional model guesses.
    pub labels: Option<&'a [u8]>,
}

impl<'a> From<&'a [u8]> for Labelled<'a> {
    fn from(pixels: &'a [u8]) -> Self {
        Self { pixels, labels: None }
    }
}

impl<'a> From<&'a Vec<u8>> for Labelled<'a> {
    fn from(pixels: &'a Vec<u8>) -> Self {
        Self { pixels, labels: None }
    }
}

impl Dataset {
    /// Two splits under one name.
    pub fn new(name: impl Into<String>, train: Split, held_out: Split) -> Self {
        Self { name: name.into(), train, held_out }
    }

    /// From the contents of IDX files, gzipped or not. Without `held_out` the last tenth of the
    /// training images is held out, which takes at least 20 of them.
    pub fn from_idx(
        name: impl Into<String>,
        train: (&[u8], Option<&[u8]>),
        held_out: Option<(&[u8], Option<&[u8]>)>,
    ) -> Result<Self, DataError> {
        let train = Split::from_idx(train.0, train.1)?;
        let held_out = held_out.map(|(images, labels)| Split::from_idx(images, labels));
        Self::with_held_out(name, train, held_out.transpose()?)
    }

    /// From images to train on. Without `held_out` the last tenth of them is held out, which takes
    /// at least 20 of them.
    pub fn with_held_out(
        name: impl Into<String>,
        train: Split,
        held_out: Option<Split>,
    ) -> Result<Self, DataError> {
        let (train, held_out) = match held_out {
            Some(held_out) => (train, held_out),
            None => train.hold_out_tenth()?,
        };
        Ok(Self::new(name, train, held_out))
    }

    /// The most images that can be mixed in, copies counted.
    pub const MIXED: usize = 100_000;

    /// Appends `times` copies of the `own` images to the training images; held-out images stay as
    /// they are. The result has labels if both have them. More than [`Self::MIXED`] are an error.
    pub fn mixed(mut self, own: &Split, times: usize) -> Result<Self, DataError> {
        let found = own.count().saturating_mul(times);
        if found > Self::MIXED {
            return Err(DataError::TooManyMixed { found, high: Self::MIXED });
        }
        self.train.pixels.extend_from_slice(&own.pixels.repeat(times));
        self.train.labels = match (self.train.labels, &own.labels) {
            (Some(labels), Some(own)) => Some([labels, own.repeat(times)].concat()),
            _ => None,
        };
        Ok(self)
    }
}

impl Split {
    /// The fewest images of which a tenth can be held out.
    const LEAST: usize = 20;

    /// Grey levels, 784 for each image, and a label for each image if there are any. Other lengths
    /// and an empty split are an error.
    pub fn new(pixels: Vec<u8>, labels: Option<Vec<u8>>) -> Result<Self, DataError> {
        let count = pixels.len() / PIXELS;
        if count == 0 || !pixels.len().is_multiple_of(PIXELS) {
            return Err(DataError::PixelCount { found: pixels.len() });
        }
        match &labels {
            Some(labels) if labels.len() != count => {
                Err(DataError::CountMismatch { images: count, labels: labels.len() })
            }
            _ => Ok(Self { pixels, labels }),
        }
    }

    /// From the contents of IDX files, gzipped or not.
    pub fn from_idx(images: &[u8], labels: Option<&[u8]>) -> Result<Self, DataError> {
        let images = idx::parse_images(images)?;
        Self::new(images.pixels, labels.map(idx::parse_labels).transpose()?)
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.pixels.len() / PIXELS
    }

    /// All grey levels, 784 for each image.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// A label for each image, if they are known.
    pub fn labels(&self) -> Option<&[u8]> {
        self.labels.as_deref()
    }

    /// One more than the greatest label; 0 without labels.
    pub fn classes(&self) -> usize {
        self.labels().and_then(|labels| labels.iter().max()).map_or(0, |&most| most as usize + 1)
    }

    /// The grey levels of one image; `None` past the end.
    pub fn image(&self, index: usize) -> Option<&[u8]> {
        self.pixels.chunks_exact(PIXELS).nth(index)
    }

    /// The places of `count` different images, or of all if there are fewer. The same seed gives
    /// the same ones.
    pub fn pick(&self, count: usize, seed: u32) -> Vec<usize> {
        let mut order = shuffled(self.count(), seed.into());
        order.truncate(count);
        order.into_iter().map(|i| i as usize).collect()
    }

    fn hold_out_tenth(mut self) -> Result<(Self, Self), DataError> {
        let count = self.count();
        if count < Self::LEAST {
            return Err(DataError::TooFew { found: count, expected: Self::LEAST });
        }
        let kept = count - count / 10;
        let pixels = self.pixels.split_off(kept * PIXELS);
        let labels = self.labels.as_mut().map(|labels| labels.split_off(kept));
        Ok((self, Self { pixels, labels }))
    }
}

/// The numbers below `count` in an order that depends only on `seed`.
pub(crate) fn shuffled(count: usize, seed: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    order.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(count: usize) -> Split {
        let pixels = (0..count * PIXELS).map(|i| (i * 31 % 256) as u8).collect();
        Split::new(pixels, Some((0..count).map(|i| (i % 10) as u8).collect())).expect("valid")
    }

    #[test]
    fn the_last_tenth_is_held_out() {
        let whole = split(25);
        let (train, held_out) = whole.clone().hold_out_tenth().expect("enough");
        assert_eq!((train.count(), held_out.count()), (23, 2));
        assert_eq!(held_out.image(1), whole.image(24));
        assert_eq!(held_out.labels(), Some(&[3u8, 4][..]));
        assert!(split(19).hold_out_tenth().is_err());
    }

    #[test]
    fn own_images_are_trained_on_and_never_held_out() {
        let base = Dataset::from_idx("base", (&idx::write_images(split(40).pixels()), None), None);
        let base = base.expect("valid");
        let own = Split::new(vec![7; 3 * PIXELS], Some(vec![4, 5, 6])).expect("valid");
        let mixed = base.clone().mixed(&own, 5).expect("few enough");
        assert_eq!(mixed.train.count(), 36 + 15);
        assert_eq!(mixed.train.pixels()[..36 * PIXELS], *base.train.pixels());
        assert!(mixed.train.pixels()[36 * PIXELS..].iter().all(|&level| level == 7));
        assert_eq!(mixed.held_out.pixels(), base.held_out.pixels());
        assert_eq!(mixed.train.labels(), None, "the base has none");

        let labelled = Dataset::new("labelled", split(2), split(1)).mixed(&own, 2).expect("few");
        assert_eq!(labelled.train.labels(), Some(&[0u8, 1, 4, 5, 6, 4, 5, 6][..]));
        assert_eq!(labelled.held_out.labels(), Some(&[0u8][..]));
        let unlabelled = Split::new(vec![7; PIXELS], None).expect("valid");
        let neither = Dataset::new("labelled", split(2), split(1)).mixed(&unlabelled, 1);
        assert_eq!(neither.expect("few").train.labels(), None);
    }

    #[test]
    fn too_many_own_images_are_refused() {
        let own = split(2);
        let base = Dataset::new("base", split(2), split(1));
        assert!(base.clone().mixed(&own, Dataset::MIXED / 2 + 1).is_err());
        assert!(base.mixed(&own, usize::MAX).is_err());
    }

    #[test]
    fn wrong_lengths_are_refused() {
        assert!(Split::new(vec![0; PIXELS + 1], None).is_err());
        assert!(Split::new(vec![], None).is_err());
        assert!(Split::new(vec![0; PIXELS], Some(vec![1, 2])).is_err());
    }

    #[test]
    fn picks_are_different_images_and_repeatable() {
        let split = split(50);
        let mut picked = split.pick(20, 3);
        assert_eq!(picked, split.pick(20, 3));
        assert_ne!(picked, split.pick(20, 4));
        picked.sort_unstable();
        picked.dedup();
        assert_eq!(picked.len(), 20);
        assert_eq!(split.pick(99, 1).len(), 50);
    }
}
