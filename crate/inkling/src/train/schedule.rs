use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// How the learning rate changes over a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// It stays constant.
    Constant,
    /// It rises to the configured rate over the first tenth of the run, then falls to a hundredth
    /// of it, both as half a cosine (Smith and Topin 2018, "Super-Convergence"). More epochs
    /// stretch it.
    #[default]
    OneCycle,
}

/// Share of the run in which the rate rises; then the first and the last rate as shares of the
/// peak.
const RISE: f64 = 0.1;
const START: f64 = 0.1;
const END: f64 = 0.01;

impl Schedule {
    /// The rate in step `step`, from 0, of `total`. `peak` is the configured rate.
    pub fn rate(self, peak: f64, step: usize, total: usize) -> f64 {
        let along = (step as f64 / total.max(1) as f64).min(1.0);
        match self {
            Schedule::Constant => peak,
            Schedule::OneCycle if along < RISE => peak * between(START, 1.0, along / RISE),
            Schedule::OneCycle => peak * between(1.0, END, (along - RISE) / (1.0 - RISE)),
        }
    }
}

/// Half a cosine from `from` at 0 to `to` at 1.
fn between(from: f64, to: f64, t: f64) -> f64 {
    to + (from - to) * 0.5 * (1.0 + (PI * t).cos())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cycle_rises_and_falls_and_never_jumps() {
        let rates: Vec<f64> =
            (0..=1000).map(|step| Schedule::OneCycle.rate(2.0, step, 1000)).collect();
        assert!((rates[0] - 0.2).abs() < 1e-12);
        assert!((rates[100] - 2.0).abs() < 1e-12);
        assert!((rates[1000] - 0.02).abs() < 1e-12);
        assert!(rates[..=100].windows(2).all(|pair| pair[0] < pair[1]));
        assert!(rates[100..].windows(2).all(|pair| pair[0] > pair[1]));
        assert!(rates.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.04));
        // Past the end, where epochs were taken away, it stays low.
        assert!((Schedule::OneCycle.rate(2.0, 5000, 1000) - 0.02).abs() < 1e-12);
        assert_eq!(Schedule::Constant.rate(2.0, 7, 0), 2.0);
    }
}
