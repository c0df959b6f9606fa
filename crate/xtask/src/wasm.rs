//! Builds the wasm modules: cargo compiles them, wasm-bindgen makes their JavaScript bindings, and
//! binaryen takes out what is in them twice.

use std::{
    env,
    fs::{self, File},
    panic::resume_unwind,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    command, lint,
    project::{Project, files_under},
    site::Mode,
    stage::stage,
    stamp::{Inputs, unless_current},
};

/// The target that the modules are compiled for.
const TARGET: &str = "wasm32-unknown-unknown";

/// What the compiler and the linker need for a module on several threads. Its memory comes from
/// JavaScript, with up to so many bytes as 32 bits can count; wasm-bindgen needs what is exported.
const THREADS: [&str; 10] = [
    "-Ctarget-feature=+atomics",
    "-Clink-arg=--shared-memory",
    "-Clink-arg=--import-memory",
    "-Clink-arg=--max-memory=4294967296",
    "-Clink-arg=--export=__stack_pointer",
    "-Clink-arg=--export=__heap_base",
    "-Clink-arg=--export=__wasm_init_tls",
    "-Clink-arg=--export=__tls_size",
    "-Clink-arg=--export=__tls_align",
    "-Clink-arg=--export=__tls_base",
];

/// The features of WebAssembly that the modules use.
const WASM_FEATURES: [&str; 7] = [
    "bulk-memory",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
    "simd",
];

/// A build of `inkling-web`. A visitor downloads one of the first two, and the third with the
/// chapter Uses.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub enum Module {
    /// For browsers that have WebGPU on a real GPU
    #[value(name = "webgpu")]
    WebGpu,
    /// For all other browsers
    Cpu,
    /// For the chapter Uses: what `cpu` can do, and the queries of that chapter
    Uses,
}

impl Module {
    /// All of them: the page and the package contain both.
    pub const ALL: [Module; 3] = [Module::WebGpu, Module::Cpu, Module::Uses];

    /// The module's name, which is also its folder in `pkg` and the feature that it is built with.
    pub fn name(self) -> &'static str {
        match self {
            Module::WebGpu => "webgpu",
            Module::Cpu => "cpu",
            Module::Uses => "uses",
        }
    }

    /// Whether it is built to compute on several threads, which share its memory: the CPU modules,
    /// where the source of the standard library is there to be built for threads.
    fn has_threads(self) -> bool {
        self != Module::WebGpu && has_library_source()
    }

    fn profile(self, mode: Mode) -> &'static str {
        match (mode.dev, self) {
            (true, _) => "dev",
            (false, Module::WebGpu) => "wasm-webgpu",
            // One profile, so that the two share their dependencies.
            (false, Module::Cpu | Module::Uses) => "wasm-cpu",
        }
    }

    /// The module as cargo made it, before wasm-bindgen, with the names of its functions. It is a
    /// copy, because builds with the same profile overwrite each other.
    pub fn compiled(self, project: &Project, mode: Mode) -> PathBuf {
        let profile = self.profile(mode);
        project.path("target/xtask").join(format!("{}-{profile}.wasm", self.name()))
    }

    /// The folder that wasm-bindgen writes.
    pub fn folder(self, project: &Project) -> PathBuf {
        project.pkg().join(self.name())
    }

    /// What it is built from.
    fn sources(self) -> Vec<&'static str> {
        let mut sources = vec![
            "Cargo.toml",
            "Cargo.lock",
            "rust-toolchain.toml",
            ".cargo/config.toml",
            "crate/inkling/Cargo.toml",
            "crate/inkling/src",
            "crate/web/Cargo.toml",
            "crate/web/src",
            // The version of binaryen.
            "www/package.json",
        ];
        if self == Module::Uses {
            sources.extend(["crate/uses/Cargo.toml", "crate/uses/src"]);
        }
        sources
    }
}

/// Builds those of `modules` whose sources have changed, side by side: the last crates of a build
/// keep one processor busy for minutes. The npm packages of the page have to be there, binaryen
/// among them.
///
/// # Errors
/// When cargo or wasm-bindgen fails, the versions of wasm-bindgen and its tool differ, or a module
/// that is not among `modules` has never been built.
pub fn build(project: &Project, mode: Mode, modules: &[Module]) -> Result<()> {
    left_out_is_there(project, modules)?;
    check_versions(&fs::read_to_string(project.path("Cargo.lock")).context("read Cargo.lock")?)?;
    ensure_target()?;
    ensure_library_source();
    thread::scope(|scope| {
        let builds: Vec<_> = modules
            .iter()
            .map(|&module| scope.spawn(move || build_one(project, module, mode)))
            .collect();
        let mut ended = builds.into_iter();
        ended.try_for_each(|build| build.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// The page needs all modules: what is not built now must have been built before.
fn left_out_is_there(project: &Project, modules: &[Module]) -> Result<()> {
    for module in Module::ALL.into_iter().filter(|module| !modules.contains(module)) {
        let made = module.folder(project).join("inkling_web_bg.wasm");
        ensure!(
            made.is_file(),
            "the {name} module has never been built here: build once without --only, or name \
             {name}, too",
            name = module.name()
        );
        println!("    {} module: left as it is", module.name());
    }
    Ok(())
}

fn build_one(project: &Project, module: Module, mode: Mode) -> Result<()> {
    let threads = module.has_threads();
    let inputs = Inputs::default()
        .text(&format!("{module:?} {mode:?} threads {threads}"))
        .text(include_str!("wasm.rs"))
        .files(project.root(), &module.sources())?;
    let outputs = || {
        let mut files = files_under(&module.folder(project))?;
        files.push(module.compiled(project, mode));
        Ok(files)
    };
    unless_current(project, &format!("{} module", module.name()), inputs, outputs, || {
        let profile = module.profile(mode);
        stage(&format!("{} module: cargo build, profile {profile}", module.name()), || {
            compile(project, module, mode)
        })?;
        stage(&format!("{} module: wasm-bindgen", module.name()), || {
            bind(&module.compiled(project, mode), &module.folder(project), mode.names)
        })?;
        if mode.dev {
            return Ok(());
        }
        stage(&format!("{} module: wasm-opt", module.name()), || {
            merge_duplicates(project, &module.folder(project), mode.names, threads)
        })
    })
}

/// The command that compiles a module.
pub fn cargo_build(project: &Project, module: Module, mode: Mode) -> Command {
    let mut cargo = command::cargo(project.root());
    cargo.args(["build", "--package", "inkling-web", "--features", module.name()]);
    cargo.args(["--target", TARGET, "--profile", module.profile(mode)]);
    // These variables would replace the target's flags in .cargo/config.toml, SIMD among them.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    if module.has_threads() {
        let flags: Vec<_> = THREADS.iter().map(|flag| format!("{flag:?}")).collect();
        cargo.arg("--config").arg(format!("target.{TARGET}.rustflags=[{}]", flags.join(",")));
        // The standard library for threads is built with the module, which needs this of a stable
        // compiler. https://github.com/rust-lang/wg-cargo-std-aware
        cargo.args(["-Z", "build-std=std,panic_abort"]).env("RUSTC_BOOTSTRAP", "1");
    }
    lint::watch(&mut cargo);
    cargo
}

fn compile(project: &Project, module: Module, mode: Mode) -> Result<()> {
    let mut cargo = cargo_build(project, module, mode);
    // Another checkout may share the target folder, and would put its own module in this place.
    let profile = module.profile(mode);
    let lock = project.target().join(format!("xtask-compile-{profile}.lock"));
    let lock = File::create(&lock).with_context(|| format!("write {}", lock.display()))?;
    lock.lock().context("wait for the other build to end")?;
    command::run(&mut cargo, "The compiler's message is above.")?;
    let folder = if mode.dev { "debug" } else { profile };
    let made = project.target().join(TARGET).join(folder).join("inkling_web.wasm");
    let kept = module.compiled(project, mode);
    fs::copy(&made, &kept)
        .with_context(|| format!("copy {} to {}", made.display(), kept.display()))?;
    Ok(())
}

fn bind(compiled: &Path, folder: &Path, names: bool) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("empty {}", folder.display()))?;
    }
    Bindgen::new()
        .input_path(compiled)
        .out_name("inkling_web")
        .web(true)?
        .typescript(true)
        .omit_default_module_path(false)
        .remove_name_section(!names)
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen on {}", compiled.display()))
}

/// Makes one function of those that are equal. That saves 2 % of the download; binaryen's other
/// passes make the module smaller to compile but larger on the wire.
fn merge_duplicates(project: &Project, folder: &Path, names: bool, threads: bool) -> Result<()> {
    let module = folder.join("inkling_web_bg.wasm");
    let mut wasm_opt = Command::new("node");
    wasm_opt.arg(project.www().join("node_modules/binaryen/bin/wasm-opt"));
    wasm_opt.arg(&module).arg("-o").arg(&module).arg("--quiet");
    // What rustc and wasm-bindgen use: with more, binaryen would write what older browsers refuse.
    for feature in WASM_FEATURES.iter().chain(threads.then_some(&"threads")) {
        wasm_opt.arg(format!("--enable-{feature}"));
    }
    wasm_opt.args(["--duplicate-function-elimination", "--remove-unused-module-elements"]);
    wasm_opt.args(["--dce", "--vacuum"]);
    if names {
        wasm_opt.arg("-g");
    }
    command::run(&mut wasm_opt, "The message is above.")
}

/// Adds the wasm target to the toolchain if it is missing. rustup has usually added it already,
/// when it installed the toolchain of rust-toolchain.toml.
fn ensure_target() -> Result<()> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let folder =
        command::output(Command::new(rustc).args(["--print", "target-libdir", "--target", TARGET]));
    if folder.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    stage("wasm target", || {
        command::run(
            Command::new("rustup").args(["target", "add", TARGET]),
            "The Rust target wasm32-unknown-unknown is missing. Install Rust by rustup \
             (https://rustup.rs), which adds it; or with another Rust, install its standard \
             library for that target (Debian: libstd-rust-dev-wasm32).",
        )
    })
}

/// Adds the standard library's source, from which it is built for several threads, if it is
/// missing. Without it the CPU modules compute on one core, and this says so.
fn ensure_library_source() {
    if has_library_source() {
        return;
    }
    let added = stage("source of the standard library", || {
        command::run(
            Command::new("rustup").args(["component", "add", "rust-src"]),
            "The CPU modules are built for one core. With rustup (https://rustup.rs), or with your \
             system's package of the standard library's source (Debian: rust-src), they use all.",
        )
    });
    if let Err(problem) = added {
        eprintln!("{problem:#}");
    }
}

fn has_library_source() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let root = command::output(Command::new(rustc).args(["--print", "sysroot"]));
    let source = |root: String| Path::new(&root).join("lib/rustlib/src/rust/library/Cargo.lock");
    root.is_some_and(|root| source(root).is_file())
}

/// wasm-bindgen's tool and the library in the module must have exactly the same version.
fn check_versions(lock: &str) -> Result<()> {
    let library = locked_version(lock, "wasm-bindgen")?;
    let tool = locked_version(lock, "wasm-bindgen-cli-support")?;
    ensure!(
        library == tool,
        "Cargo.lock has wasm-bindgen {library}, but xtask has wasm-bindgen-cli-support {tool}. \
         Give both the same version under [workspace.dependencies] in Cargo.toml."
    );
    Ok(())
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Result<&'a str> {
    let head = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != head).skip(1);
    let version =
        lines.next().and_then(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version.with_context(|| {
        format!("Cargo.lock names no package {package}: run `cargo update --workspace`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Scratch;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n\n\
        [[package]]\nname = \"wasm-bindgen-cli-support\"\nversion = \"0.2.130\"\n";

    #[test]
    fn equal_versions_pass_and_others_say_what_to_do() {
        check_versions(LOCK).expect("equal");
        let other = LOCK.replacen("130", "131", 1);
        let error = check_versions(&other).expect_err("they differ").to_string();
        assert!(error.contains("wasm-bindgen 0.2.131"), "{error}");
        assert!(error.contains("wasm-bindgen-cli-support 0.2.130"), "{error}");
        assert!(check_versions("").is_err());
    }

    #[test]
    fn a_module_that_is_left_out_must_have_been_built_before() {
        let scratch = Scratch::new("left-out");
        let project = &scratch.0;
        left_out_is_there(project, &Module::ALL).expect("nothing is left out");
        let error = left_out_is_there(project, &[Module::Uses, Module::Cpu]).expect_err("webgpu");
        assert!(error.to_string().contains("the webgpu module has never been built"), "{error}");
        let folder = Module::WebGpu.folder(project);
        fs::create_dir_all(&folder).expect("make");
        fs::write(folder.join("inkling_web_bg.wasm"), "wasm").expect("write");
        left_out_is_there(project, &[Module::Uses, Module::Cpu]).expect("it is there");
    }

    #[test]
    fn only_the_module_of_uses_is_built_from_its_crate() {
        for module in Module::ALL {
            let own = module.sources().contains(&"crate/uses/src");
            assert_eq!(own, module == Module::Uses, "{module:?}");
            let named = Module::from_str(module.name(), false);
            assert_eq!(named, Ok(module), "--only names it as its folder is named");
        }
    }

    #[test]
    fn the_projects_own_versions_fit() {
        let project = Project::find().expect("the project");
        let lock = fs::read_to_string(project.path("Cargo.lock")).expect("Cargo.lock");
        check_versions(&lock).expect("they fit");
    }
}
