//! Remembers the inputs of each stage, so that a stage is skipped while nothing has changed.

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::project::{Project, files_under};

/// A hash of everything a stage depends on: the names and contents of files, and settings as text.
#[derive(Default)]
pub struct Inputs(Sha256);

impl Inputs {
    /// Adds a setting.
    pub fn text(mut self, text: &str) -> Self {
        self.part(text.as_bytes());
        self
    }

    /// Adds files, and folders with everything in them. A missing file is hashed as missing; it is
    /// not an error.
    ///
    /// # Errors
    /// When a file exists but cannot be read.
    pub fn files(mut self, root: &Path, paths: &[&str]) -> Result<Self> {
        for path in paths.iter().map(|path| root.join(path)) {
            let files = if path.is_dir() { files_under(&path)? } else { vec![path] };
            for file in files {
                let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy();
                self.part(name.as_bytes());
                match fs::read(&file) {
                    Ok(content) => self.part(&content),
                    Err(_) if !file.exists() => self.part(b"missing"),
                    Err(error) => {
                        return Err(error).with_context(|| format!("read {}", file.display()));
                    }
                }
            }
        }
        Ok(self)
    }

    fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// The hash of some content, as hexadecimal text.
pub fn content_hash(content: &[u8]) -> String {
    hex(&Sha256::digest(content))
}

/// Runs `work` unless it ran before with the same inputs and nobody has touched its outputs since.
/// `outputs` lists the files that the work makes; it is called before and after the work.
///
/// # Errors
/// When `work` fails, or the outputs or the stamp cannot be read or written.
pub fn unless_current(
    project: &Project,
    name: &str,
    inputs: Inputs,
    outputs: impl Fn() -> Result<Vec<PathBuf>>,
    work: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let note = project.notes()?.join(format!("{}.stamp", name.replace(' ', "-")));
    let inputs = inputs.finish();
    let stamp = |files: &[PathBuf]| format!("{inputs}\n{}\n", signature(project, files));
    let made = outputs()?;
    if !made.is_empty() && fs::read_to_string(&note).is_ok_and(|old| old == stamp(&made)) {
        println!("    {name}: unchanged");
        return Ok(());
    }
    // If the work is interrupted, the missing stamp makes the next run repeat it.
    let _ = fs::remove_file(&note);
    work()?;
    fs::write(&note, stamp(&outputs()?)).with_context(|| format!("write {}", note.display()))
}

/// A hash of names, lengths and modification times: enough to notice that a file was changed or
/// removed.
fn signature(project: &Project, files: &[PathBuf]) -> String {
    let mut hash = Inputs::default();
    for file in files {
        let meta = fs::metadata(file).ok();
        let time = meta.as_ref().and_then(|meta| meta.modified().ok());
        let nanos =
            time.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map(|t| t.as_nanos());
        let name = project.shown(file);
        hash = hash.text(&format!("{name:?} {:?} {nanos:?}", meta.map(|meta| meta.len())));
    }
    hash.finish()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::project::Scratch;

    #[test]
    fn inputs_differ_by_name_content_setting_and_absence() {
        let scratch = Scratch::new("inputs");
        let root = scratch.0.root();
        let of = |text: &str, paths: &[&str]| {
            Inputs::default().text(text).files(root, paths).expect("readable").finish()
        };
        fs::write(root.join("a"), "1").expect("write");
        let first = of("x", &["a"]);
        assert_eq!(first, of("x", &["a"]));
        assert_ne!(first, of("y", &["a"]));
        assert_ne!(first, of("x", &["b"]));
        let folder = of("x", &["."]);
        fs::write(root.join("a"), "2").expect("write");
        assert_ne!(first, of("x", &["a"]));
        assert_ne!(folder, of("x", &["."]));
    }

    #[test]
    fn work_is_done_once_and_again_when_an_input_or_output_changes() {
        let scratch = Scratch::new("stamp");
        let project = &scratch.0;
        let made = project.path("out");
        let times = Cell::new(0);
        let build = |setting: &str| {
            let inputs = Inputs::default().text(setting);
            unless_current(
                project,
                "a stage",
                inputs,
                || files_under(&made),
                || {
                    times.set(times.get() + 1);
                    fs::create_dir_all(&made)?;
                    Ok(fs::write(made.join("file"), format!("{}", times.get()))?)
                },
            )
            .expect("the stage works");
            times.get()
        };
        assert_eq!(build("one"), 1);
        assert_eq!(build("one"), 1);
        assert_eq!(build("two"), 2);
        fs::write(made.join("file"), "touched by another hand").expect("write");
        assert_eq!(build("two"), 3);
        fs::remove_dir_all(&made).expect("remove");
        assert_eq!(build("two"), 4);
        assert_eq!(build("two"), 4);
    }

    #[test]
    fn failed_work_leaves_no_stamp() {
        let scratch = Scratch::new("failed");
        let project = &scratch.0;
        let made = project.path("out");
        fs::create_dir_all(&made).expect("make");
        fs::write(made.join("file"), "old").expect("write");
        let outputs = || files_under(&made);
        let inputs = || Inputs::default().text("same");
        unless_current(project, "s", inputs(), outputs, || Ok(())).expect("works");
        let changed = Inputs::default().text("changed");
        let broken = unless_current(project, "s", changed, outputs, || anyhow::bail!("broken"));
        assert!(broken.is_err());
        let again = Cell::new(false);
        unless_current(project, "s", inputs(), outputs, || {
            again.set(true);
            Ok(())
        })
        .expect("works");
        assert!(again.get(), "the failed work may have touched the outputs");
    }
}
