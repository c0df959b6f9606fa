//! clippy and rustdoc, on top of the builds that are made anyway. `cargo clippy` and `cargo doc`
//! would each compile every dependency once more, for minutes: here clippy's compiler compiles our
//! own crates in the build itself, and rustdoc gets the dependencies that the build made.

use std::{
    fs,
    io::BufReader,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};
use cargo_metadata::{
    Artifact, CargoOpt, Message, Metadata, MetadataCommand, Node, TargetKind,
    diagnostic::{Diagnostic, DiagnosticLevel},
};

use crate::{command, project::Project};

/// Has clippy look at our own crates while this cargo command compiles them. It only warns:
/// [`check`] is where a warning is an error.
pub fn watch(cargo: &mut Command) {
    cargo.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
}

/// Builds with `cargo`, a command that [`watch`] has seen, and checks the documentation of
/// `documented`. A build that is there already costs nothing: cargo repeats its warnings.
///
/// # Errors
/// When the build fails or warns, or when rustdoc does.
pub fn check(project: &Project, cargo: &mut Command, documented: &[&str]) -> Result<()> {
    let artifacts = build(cargo)?;
    let mut metadata = MetadataCommand::new();
    metadata.manifest_path(project.path("Cargo.toml"));
    // Optional dependencies too: what was not built is left out later.
    let metadata = metadata.features(CargoOpt::AllFeatures).exec()?;
    documented.iter().try_for_each(|name| document(project, &metadata, &artifacts, name))
}

fn build(cargo: &mut Command) -> Result<Vec<Artifact>> {
    cargo.arg("--message-format=json").stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = cargo.spawn().context("start cargo")?;
    let output = child.stdout.take().context("cargo's output")?;
    let mut artifacts = Vec::new();
    let mut warnings = 0;
    for message in Message::parse_stream(BufReader::new(output)) {
        match message.context("read what cargo says")? {
            Message::CompilerArtifact(artifact) => artifacts.push(artifact),
            Message::CompilerMessage(said) => {
                eprint!("{}", said.message.rendered.as_deref().unwrap_or_default());
                let warns = matches!(said.message.level, DiagnosticLevel::Warning);
                warnings += usize::from(warns && !is_about_threads(&said.message));
            }
            _ => {}
        }
    }
    ensure!(child.wait()?.success(), "the build failed: the compiler's message is above.");
    ensure!(warnings == 0, "the compiler and clippy warn {warnings} times: see above.");
    Ok(artifacts)
}

/// Runs rustdoc on a package's library, or else on its program.
fn document(
    project: &Project,
    metadata: &Metadata,
    artifacts: &[Artifact],
    name: &str,
) -> Result<()> {
    let package = metadata.workspace_packages().into_iter().find(|package| package.name == name);
    let package = package.with_context(|| format!("there is no package {name}"))?;
    let nodes = metadata.resolve.as_ref().context("cargo metadata resolves dependencies")?;
    let node = nodes.nodes.iter().find(|node| node.id == package.id).context("a node")?;
    // Of a program without tests of the whole, cargo builds only the one that tests itself.
    let own = artifacts
        .iter()
        .filter(|made| made.package_id == package.id)
        .filter(|made| is_library(made) || made.target.is_kind(TargetKind::Bin))
        .max_by_key(|made| (is_library(made), !made.profile.test));
    let own = own.with_context(|| format!("the build did not make {name}"))?;

    let folder = project.notes()?.join("doc").join(name);
    fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let mut rustdoc = Command::new("rustdoc");
    rustdoc.current_dir(project.root()).arg(&own.target.src_path).arg("--out-dir").arg(&folder);
    rustdoc.args(["--crate-name", &own.target.name.replace('-', "_")]);
    rustdoc.args(["--edition", own.target.edition.as_str(), "--document-private-items"]);
    rustdoc.args(["-D", "warnings", "-D", "rustdoc::broken_intra_doc_links"]);
    rustdoc.env("CARGO_MANIFEST_DIR", package.manifest_path.parent().context("its folder")?);
    rustdoc.env("CARGO_PKG_NAME", name).env("CARGO_PKG_VERSION", package.version.to_string());
    rustdoc.env("CARGO_CRATE_NAME", own.target.name.replace('-', "_"));
    for feature in &own.features {
        rustdoc.args(["--cfg", &format!("feature={feature:?}")]);
    }
    let target = wasm_target(own);
    if let Some(target) = target {
        rustdoc.args(["--target", target]);
    }
    externs(&mut rustdoc, node, artifacts, target)?;
    command::run(&mut rustdoc, "A link or comment is wrong: see above.")
}

fn externs(
    rustdoc: &mut Command,
    node: &Node,
    artifacts: &[Artifact],
    target: Option<&str>,
) -> Result<()> {
    let mut known = Vec::new();
    for dependency in &node.deps {
        let made = artifacts.iter().filter(|made| made.package_id == dependency.pkg);
        let usable = made.filter(|made| {
            !made.profile.test
                && (is_macro(made) || is_library(made) && wasm_target(made) == target)
        });
        // The same crate may have been built for the build itself, which is never optimised.
        if let Some(made) = usable.max_by_key(|made| made.profile.opt_level.clone()) {
            known.push((dependency.name.clone(), file(made)?));
        }
    }
    let mut folders: Vec<_> =
        artifacts.iter().filter_map(|made| file(made).ok()?.parent()).collect();
    folders.sort_unstable();
    folders.dedup();
    for folder in folders {
        rustdoc.arg("-L").arg(format!("dependency={}", folder.display()));
    }
    for (name, file) in known {
        rustdoc.arg("--extern").arg(format!("{name}={}", file.display()));
    }
    // The standard library, where it was built with the module.
    for made in artifacts.iter().filter(|made| is_standard(made) && wasm_target(made) == target) {
        rustdoc.env("RUSTC_BOOTSTRAP", "1").arg("-Zunstable-options").arg("--extern");
        rustdoc.arg(format!("noprelude:{}={}", made.target.name, file(made)?.display()));
    }
    Ok(())
}

/// The compiler says of every crate that threads in wasm are not stable yet. That is no lint, so
/// nothing can switch it off.
fn is_about_threads(said: &Diagnostic) -> bool {
    said.code.is_none()
        && said.message.contains("unstable feature")
        && said.message.contains("atomics")
}

fn is_standard(made: &Artifact) -> bool {
    const CRATES: [&str; 3] = ["alloc", "core", "std"];
    CRATES.contains(&made.target.name.as_str())
        && made.target.src_path.as_str().contains("rustlib/src/rust/library")
}

fn is_library(made: &Artifact) -> bool {
    made.target.is_lib() || made.target.is_rlib() || made.target.is_cdylib()
}

fn is_macro(made: &Artifact) -> bool {
    made.target.is_proc_macro()
}

/// What later compilations read.
fn file(made: &Artifact) -> Result<&Path> {
    let ends = ["rlib", "so", "dylib", "dll"];
    let file =
        made.filenames.iter().find(|name| name.extension().is_some_and(|e| ends.contains(&e)));
    match file {
        Some(file) => Ok(file.as_std_path()),
        None => bail!("the build made nothing to link of {}", made.target.name),
    }
}

/// The target of what was built for another machine than this one.
fn wasm_target(made: &Artifact) -> Option<&'static str> {
    const WASM: &str = "wasm32-unknown-unknown";
    made.filenames
        .iter()
        .any(|name| name.components().any(|part| part.as_str() == WASM))
        .then_some(WASM)
}
