/// Labels and readings are 0 to 9.
pub(super) const DIGITS: usize = 10;

/// How often digits of each label were classified as each digit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confusion {
    /// `counts[label][reading]`.
    pub counts: [[usize; DIGITS]; DIGITS],
}

impl Confusion {
    /// One more digit.
    pub(super) fn add(&mut self, label: u8, reading: usize) {
        self.counts[usize::from(label)][reading] += 1;
    }

    /// Digits classified.
    pub fn count(&self) -> usize {
        self.counts.iter().flatten().sum()
    }

    /// Digits classified correctly.
    pub fn right(&self) -> usize {
        (0..DIGITS).map(|digit| self.counts[digit][digit]).sum()
    }

    /// The share classified correctly, 0 to 1; NaN if there were none.
    pub fn accuracy(&self) -> f64 {
        self.right() as f64 / self.count() as f64
    }

    /// For each label the share classified correctly, 0 to 1; NaN for a label without digits.
    pub fn by_label(&self) -> [f64; DIGITS] {
        std::array::from_fn(|digit| {
            let row = &self.counts[digit];
            row[digit] as f64 / row.iter().sum::<usize>() as f64
        })
    }

    /// The `count` most frequent mistakes, most frequent first: label, reading, how many.
    pub fn worst(&self, count: usize) -> Vec<(usize, usize, usize)> {
        let mut mistakes: Vec<_> = (0..DIGITS)
            .flat_map(|label| (0..DIGITS).map(move |reading| (label, reading)))
            .filter(|(label, reading)| label != reading)
            .map(|(label, reading)| (label, reading, self.counts[label][reading]))
            .filter(|&(_, _, often)| often > 0)
            .collect();
        mistakes.sort_by_key(|&(_, _, often)| std::cmp::Reverse(often));
        mistakes.truncate(count);
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_parts_and_mistakes() {
        let mut confusion = Confusion::default();
        for (label, reading) in [(4, 9), (4, 9), (4, 4), (4, 4), (7, 1), (7, 7), (1, 1), (2, 2)] {
            confusion.add(label, reading);
        }
        assert_eq!((confusion.right(), confusion.count()), (5, 8));
        assert_eq!(confusion.accuracy(), 0.625);
        let parts = confusion.by_label();
        assert_eq!((parts[4], parts[7], parts[1]), (0.5, 0.5, 1.0));
        assert!(parts[0].is_nan());
        assert_eq!(confusion.worst(1), [(4, 9, 2)]);
        assert_eq!(confusion.worst(9), [(4, 9, 2), (7, 1, 1)]);
    }
}
