//! Builds `www/dist` and `pkg` from the sources: all stages in order.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    compress, npm,
    project::{Project, files_under},
    stage::stage,
    stamp::{Inputs, unless_current},
    wasm::{self, Module},
};

/// Build options.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mode {
    /// Build quickly, without optimising for size or speed.
    pub dev: bool,
    /// Keep the names of the wasm functions.
    pub names: bool,
}

/// Builds what has changed: of the modules, those in `modules`.
///
/// # Errors
/// The error of the first stage that fails.
pub fn build(project: &Project, mode: Mode, modules: &[Module]) -> Result<()> {
    let _lock = lock(project)?;
    npm::install(project, &project.www())?;
    wasm::build(project, mode, modules)?;
    copy_licences(project)?;
    bundle(project, mode)?;
    if mode.dev { Ok(()) } else { compress::folder(project, &project.dist()) }
}

/// Allows one build at a time in a checkout; waits for another one to finish.
fn lock(project: &Project) -> Result<File> {
    let path = project.notes()?.join("lock");
    let lock = File::create(&path).with_context(|| format!("write {}", path.display()))?;
    if lock.try_lock().is_err() {
        println!("    waiting for another `cargo xtask` in this folder");
        lock.lock().with_context(|| format!("lock {}", path.display()))?;
    }
    Ok(lock)
}

/// Copies the licences into the npm package.
fn copy_licences(project: &Project) -> Result<()> {
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(project.path(name), project.pkg().join(name))
            .with_context(|| format!("copy {name} into pkg"))?;
    }
    Ok(())
}

fn bundle(project: &Project, mode: Mode) -> Result<()> {
    let (www, dist) = (project.www(), project.dist());
    let sources = sources(&www)?;
    let names: Vec<&str> = sources.iter().map(String::as_str).collect();
    // package.json is an input too: the benchmark shows its version.
    let mut package = Vec::from(Module::ALL.map(Module::name));
    package.push("package.json");
    let inputs = Inputs::default()
        .text(include_str!("site.rs"))
        .text(&format!("{mode:?}"))
        .files(&www, &names)?
        .files(&project.pkg(), &package)?;
    let outputs =
        || Ok(files_under(&dist)?.into_iter().filter(|f| !compress::is_made(f)).collect());
    unless_current(project, "page", inputs, outputs, || {
        stage("page: vite build", || {
            let dev: &[&str] =
                if mode.dev { &["--mode", "development", "--minify", "false"] } else { &[] };
            npm::script(&www, "build", dev)
        })
    })
}

/// The names in `www`, except the folders that tools create.
fn sources(www: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(www).with_context(|| format!("read {}", www.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    let names = paths.iter().filter_map(|path| path.file_name()?.to_str());
    let mut names: Vec<_> =
        names.filter(|name| !["node_modules", "dist"].contains(name)).map(str::to_owned).collect();
    names.sort();
    Ok(names)
}
