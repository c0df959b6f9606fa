//! Says what is being done, and how long it took.

use std::time::{Duration, Instant};

use anyhow::Result;

/// Does a piece of work, announced before and timed after.
///
/// # Errors
/// Those of the work.
pub fn stage<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("==> {name}");
    let start = Instant::now();
    let result = work();
    let word = if result.is_ok() { "done in" } else { "FAILED after" };
    println!("    {name}: {word} {}", seconds(start.elapsed()));
    result
}

/// A duration for a person.
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
