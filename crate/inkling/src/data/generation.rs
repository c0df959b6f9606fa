use super::dataset::{Dataset, Split};
use super::digits::{self, Generated, HELD_OUT};
use crate::settings::Range;
use crate::{Error, Result};

/// Generates a data set of digits slice by slice, so that a page can show the progress.
#[derive(Debug)]
pub struct Generation {
    seed: u32,
    held_out: usize,
    total: usize,
    made: Generated,
}

impl Generation {
    /// Begins a set of `count` digits (60 to 600,000), a sixth of which is held out. The same seed
    /// gives the same digits. A count out of range is an [`Error::Range`].
    pub fn new(count: usize, seed: u32) -> Result<Self> {
        Range::DIGITS.check_count(count)?;
        Ok(Self { seed, held_out: count / 6, total: count, made: Generated::default() })
    }

    /// Generates up to `count` more.
    pub fn advance(&mut self, count: usize) {
        let done = self.done();
        let train = self.total - self.held_out;
        let upto = (done + count).min(self.total);
        let slices =
            [(done.min(train), upto.min(train), 0), (done.max(train), upto.max(train), HELD_OUT)];
        for (from, to, base) in slices {
            let first = if base == 0 { from } else { from - train };
            let slice = digits::generate(self.seed.into(), base + first as u32, to - from);
            self.made.images.extend(slice.images);
            self.made.labels.extend(slice.labels);
        }
    }

    /// Digits generated so far.
    pub fn done(&self) -> usize {
        self.made.labels.len()
    }

    /// Digits in the whole set.
    pub fn total(&self) -> usize {
        self.total
    }

    /// The data set. Generates what is still missing.
    pub fn finish(mut self) -> Result<Dataset> {
        self.advance(self.total);
        let train = self.total - self.held_out;
        let Generated { mut images, mut labels } = self.made;
        let held_out =
            Split::new(images.split_off(train * crate::PIXELS), Some(labels.split_off(train)))
                .map_err(Error::from)?;
        Ok(Dataset::new("Generated digits", Split::new(images, Some(labels))?, held_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_give_the_same_set_as_one_go() {
        let whole = Generation::new(120, 5).unwrap().finish().unwrap();
        let mut sliced = Generation::new(120, 5).unwrap();
        while sliced.done() < sliced.total() {
            sliced.advance(17);
        }
        let sliced = sliced.finish().unwrap();
        assert_eq!(sliced.train.pixels(), whole.train.pixels());
        assert_eq!(sliced.held_out.pixels(), whole.held_out.pixels());
        assert_eq!((whole.train.count(), whole.held_out.count()), (100, 20));
        assert_eq!(whole.held_out.labels().unwrap()[3], digits::digit(5, HELD_OUT + 3).1);
    }

    #[test]
    fn absurd_counts_are_refused() {
        assert!(Generation::new(59, 1).is_err());
        assert!(Generation::new(usize::MAX, 1).is_err());
    }
}
