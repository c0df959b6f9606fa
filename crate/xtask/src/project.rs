//! The paths of the project.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};

/// The project's folders.
#[derive(Clone)]
pub struct Project {
    root: PathBuf,
    target: PathBuf,
}

impl Project {
    /// Finds the project that this xtask belongs to.
    ///
    /// # Errors
    /// When the workspace's `Cargo.toml` is not where it should be.
    pub fn find() -> Result<Self> {
        // Cargo sets this variable when it runs us. Unlike the path compiled into the program, it
        // is still right after the checkout has been moved.
        let own = env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own.ancestors().nth(2).unwrap_or(&own).to_path_buf();
        ensure!(
            root.join("Cargo.toml").is_file() && root.join("crate/xtask").is_dir(),
            "{} is not the project's folder: run `cargo xtask` inside the project",
            root.display()
        );
        let target = env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        Ok(Project { root, target })
    }

    /// The folder of the checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside the checkout; `relative` uses `/` as its separator.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Cargo's target folder.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// The page's sources.
    pub fn www(&self) -> PathBuf {
        self.path("www")
    }

    /// The built page.
    pub fn dist(&self) -> PathBuf {
        self.path("www/dist")
    }

    /// The npm package.
    pub fn pkg(&self) -> PathBuf {
        self.path("pkg")
    }

    /// The browser tests.
    pub fn browser_tests(&self) -> PathBuf {
        self.path("tests/browser")
    }

    /// The folder of a local copy of MNIST, outside the checkout. It is optional.
    pub fn shared_mnist(&self) -> Option<PathBuf> {
        Some(self.path("../shared/data/mnist")).filter(|folder| folder.is_dir())
    }

    /// The folder of xtask's own files: stamps and the compression cache. Creates it if needed. It
    /// is in the checkout, for it tells what is in `pkg` and `www/dist`; several checkouts may
    /// share cargo's target folder.
    ///
    /// # Errors
    /// When it cannot be created.
    pub fn notes(&self) -> Result<PathBuf> {
        let folder = self.root.join("target/xtask");
        fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
        Ok(folder)
    }

    /// The path as messages show it: relative to the checkout if it is inside.
    pub fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// Every file under a folder, sorted; empty if the folder does not exist.
///
/// # Errors
/// When a folder cannot be read.
pub fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        if !next.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&next).with_context(|| format!("read {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

/// A project in an empty temporary folder, for one test. It is removed on drop.
#[cfg(test)]
pub struct Scratch(pub Project);

#[cfg(test)]
impl Scratch {
    pub fn new(name: &str) -> Self {
        let root = env::temp_dir().join(format!("xtask-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).expect("the temporary folder is writable");
        Scratch(Project { target: root.join("target"), root })
    }
}

#[cfg(test)]
impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.root());
    }
}
