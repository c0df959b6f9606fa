//! What later parts of a test run need, prepared while an earlier part runs: tests and the last
//! crates of a build leave a processor idle, and an installation waits for the network.

use std::{
    panic::resume_unwind,
    thread::{self, JoinHandle},
};

use anyhow::Result;

/// Work in the background that is waited for where its result is needed. Without work there is
/// nothing to wait for.
#[derive(Default)]
pub struct Ahead(Option<JoinHandle<Result<()>>>);

impl Ahead {
    /// Begins the work. If the run fails before it is waited for, the run does not wait: a compiler
    /// that it has started may go on for a while.
    pub fn begin(work: impl FnOnce() -> Result<()> + Send + 'static) -> Self {
        Ahead(Some(thread::spawn(work)))
    }

    /// Waits for the work. A second call has nothing to wait for.
    ///
    /// # Errors
    /// The error of the work.
    pub fn wait(&mut self) -> Result<()> {
        let Some(work) = self.0.take() else {
            return Ok(());
        };
        work.join().unwrap_or_else(|panic| resume_unwind(panic))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use anyhow::bail;

    use super::*;

    #[test]
    fn work_goes_on_beside_and_its_error_is_told_once() {
        Ahead::default().wait().expect("nothing to wait for");
        let (go, told) = mpsc::channel::<()>();
        let mut ahead = Ahead::begin(move || {
            told.recv()?;
            bail!("no network")
        });
        go.send(()).expect("it waits for this");
        assert_eq!(ahead.wait().expect_err("it failed").to_string(), "no network");
        ahead.wait().expect("told already");
    }
}
