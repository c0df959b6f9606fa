//! Announces each stage and reports how long it took.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Runs `work`, announces it before and prints its time after.
///
/// # Errors
/// The error of `work`.
pub fn stage<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}");
    let start = Instant::now();
    let result = work();
    let word = if result.is_ok() { "done in" } else { "FAILED after" };
    println!("    {name}: {word} {}", seconds(start.elapsed()));
    result
}

/// Formats a duration for people.
pub fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 120 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        assert_eq!(seconds(Duration::from_millis(1250)), "1.2 s");
        assert_eq!(seconds(Duration::from_secs(605)), "10 min 05 s");
    }
}
