/// Learns how many steps fit a time budget on a device that is done with a step when the call
/// returns, and says when the held-out loss is due. Whoever drives a [`Trainer`](super::Trainer)
/// brings the clock; all times are in milliseconds.
#[derive(Debug, Default)]
pub struct Pace {
    ms_per_step: Option<f64>,
    held_out_from: f64,
    held_out_ms: f64,
    held_out_first: Option<f64>,
}

/// How often the held-out loss is measured. It never takes more than a fifteenth of the time.
const HELD_OUT_EVERY_MS: f64 = 1000.0;
const HELD_OUT_SHARE: f64 = 15.0;
/// At first, while the loss falls fast, it is measured more often: after three times what it took,
/// then at growing intervals.
const HELD_OUT_SHARE_AT_FIRST: f64 = 3.0;
const HELD_OUT_GROWTH: f64 = 0.3;
/// A delay that nobody notices after a click on Step.
const QUICK_MS: f64 = 250.0;
/// The most steps to queue on a device at once, however quick it is.
const MOST_STEPS: f64 = 512.0;

impl Pace {
    /// Steps for about `budget_ms`. One, while the pace is unknown.
    pub fn steps_in(&self, budget_ms: f64) -> usize {
        self.ms_per_step.map_or(1, |ms| (budget_ms / ms).clamp(1.0, MOST_STEPS) as usize)
    }

    /// Learns that `steps` took `ms`. The first step may include compiling shaders, so it is soon
    /// forgotten.
    pub fn took(&mut self, steps: usize, ms: f64) {
        let new = (ms / steps.max(1) as f64).max(1e-3);
        self.ms_per_step = Some(match self.ms_per_step {
            // A much better pace is believed at once.
            Some(old) if new > old / 4.0 => 0.7 * old + 0.3 * new,
            _ => new,
        });
    }

    /// The pace; 0 before the first step.
    pub fn steps_per_second(&self) -> f64 {
        self.ms_per_step.map_or(0.0, |ms| 1000.0 / ms)
    }

    /// Whether to measure now: at the end of each epoch, and now and then before.
    pub fn held_out_is_due(&self, now: f64, epoch_ended: bool) -> bool {
        epoch_ended || now >= self.held_out_from
    }

    /// Whether measuring is quick enough for after a single step.
    pub fn held_out_is_quick(&self) -> bool {
        self.held_out_ms <= QUICK_MS
    }

    /// Notes that it was measured between these two times.
    pub fn measured_held_out(&mut self, from: f64, to: f64) {
        self.held_out_ms = to - from;
        let since_first = to - *self.held_out_first.get_or_insert(from);
        let steady = HELD_OUT_EVERY_MS.max(HELD_OUT_SHARE * self.held_out_ms);
        let early = (HELD_OUT_SHARE_AT_FIRST * self.held_out_ms).max(HELD_OUT_GROWTH * since_first);
        self.held_out_from = to + steady.min(early);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_fill_the_budget_once_the_pace_is_known() {
        let mut pace = Pace::default();
        assert_eq!((pace.steps_in(100.0), pace.steps_per_second()), (1, 0.0));
        // Compiling shaders took a second; a step takes 2 ms.
        pace.took(1, 1000.0);
        assert_eq!(pace.steps_in(100.0), 1);
        pace.took(1, 2.0);
        assert_eq!(pace.steps_in(100.0), 50);
        assert_eq!(pace.steps_per_second(), 500.0);
        pace.took(50, 200.0);
        assert!((30..50).contains(&pace.steps_in(100.0)));
        pace.took(10, 0.0);
        assert_eq!(pace.steps_in(1e9), 512);
    }

    #[test]
    fn held_out_takes_a_small_share_of_the_time() {
        let mut pace = Pace::default();
        assert!(pace.held_out_is_due(0.0, false));
        assert!(pace.held_out_is_quick());
        pace.measured_held_out(0.0, 500.0);
        assert!(!pace.held_out_is_quick());
        // At first after 3 times 500 ms, in the end after 15 times.
        for (from, next) in [(0.0, 2_000.0), (2_000.0, 4_000.0), (100_000.0, 108_000.0)] {
            pace.measured_held_out(from, from + 500.0);
            assert!(!pace.held_out_is_due(next - 1.0, false));
            assert!(pace.held_out_is_due(next - 1.0, true));
            assert!(pace.held_out_is_due(next, false));
        }
    }
}
