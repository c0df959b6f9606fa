//! `cargo xtask test`: every check, the cheapest first; the first that fails ends the run.

use std::{
    env,
    fmt::Write,
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Result, bail, ensure};
use clap::ValueEnum;

use crate::{
    ahead::Ahead,
    browsers, budget, command, lines, lint, npm,
    project::{Project, files_under},
    serve,
    site::{self, Mode},
    stage::{seconds, stage},
    vulkan,
    wasm::{self, Module},
    wasm_check,
};

/// Which parts to run.
#[derive(clap::Args)]
pub struct Selection {
    /// Run these parts only
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PARTS")]
    only: Vec<Part>,
    /// Leave these parts out
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PARTS")]
    skip: Vec<Part>,
    /// Of the browser tests, run these files only: page,own
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    files: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
enum Part {
    /// cargo fmt --check
    Fmt,
    /// Biome and dependency-cruiser over the page, and the length of every line
    Lint,
    /// cargo test, with clippy and rustdoc, warnings denied
    Rust,
    /// The built modules and page: clippy and rustdoc, no wrapped exports, size within the budget
    Wasm,
    /// tsc over the page's JavaScript, with the types of the built modules
    Types,
    /// The built page in Chromium; the main job in Firefox and WebKitGTK, too
    Browser,
}

impl Part {
    const ALL: [Part; 6] =
        [Part::Fmt, Part::Rust, Part::Wasm, Part::Types, Part::Lint, Part::Browser];

    /// Whether it needs the built page.
    fn needs_page(self) -> bool {
        matches!(self, Part::Wasm | Part::Types | Part::Browser)
    }

    /// Runs the part. Tests that cannot run on this machine go to `skipped`, with the reason.
    fn run(
        self,
        project: &Project,
        files: &[String],
        prepared: &mut Prepared,
        skipped: &mut Vec<String>,
    ) -> Result<()> {
        if self.needs_page() {
            prepared.page.wait()?;
        }
        match self {
            Part::Fmt => {
                cargo(project, &["fmt", "--all", "--check"], "`cargo fmt --all` mends it.")
            }
            Part::Lint => page_lint(project),
            Part::Rust => rust(project, prepared, skipped),
            Part::Wasm => wasm(project),
            Part::Types => types(project),
            Part::Browser => browser(project, files, prepared, skipped),
        }
    }

    fn name(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

impl Selection {
    fn parts(&self) -> Vec<Part> {
        let wanted = |part: &Part| self.only.is_empty() || self.only.contains(part);
        Part::ALL.into_iter().filter(|part| wanted(part) && !self.skip.contains(part)).collect()
    }
}

/// What the parts after the Rust tests need, begun with these.
#[derive(Default)]
struct Prepared {
    /// The built page.
    page: Ahead,
    /// What has to be installed: a Vulkan driver, which the Rust tests need too, and, for the
    /// browser tests, browsers and npm packages.
    installed: Ahead,
}

impl Prepared {
    fn begin(project: &Project, parts: &[Part]) -> Self {
        let mut prepared = Prepared::default();
        if parts.iter().any(|part| part.needs_page()) {
            let project = project.clone();
            let build = move || site::build(&project, Mode::default(), &Module::ALL);
            prepared.page = Ahead::begin(build);
        }
        let (project, browser) = (project.clone(), parts.contains(&Part::Browser));
        prepared.installed = Ahead::begin(move || {
            vulkan::ensure_driver()?;
            if browser {
                // What cannot be installed is told when it is looked for again.
                let _ = npm::install(&project, &project.browser_tests());
                let _ = browsers::chromium();
                browsers::Others::find();
            }
            Ok(())
        });
        prepared
    }
}

/// Runs the parts and closes with a table of them.
///
/// # Errors
/// Names the first part that failed.
pub fn run(project: &Project, selection: &Selection) -> Result<()> {
    let parts = selection.parts();
    ensure!(!parts.is_empty(), "--only and --skip leave nothing to run");
    let (mut done, mut skipped) = (Vec::new(), Vec::new());
    let mut prepared = Prepared::default();
    for part in &parts {
        let start = Instant::now();
        if *part == Part::Rust {
            prepared = Prepared::begin(project, &parts);
        }
        let result = stage(&format!("test: {}", part.name()), || {
            part.run(project, &selection.files, &mut prepared, &mut skipped)
        });
        done.push(start.elapsed());
        if let Err(error) = result {
            print!("{}{}", table(&parts, &done, true), list(&skipped));
            return Err(error.context(format!("{} failed", part.name())));
        }
    }
    print!("{}{}", table(&parts, &done, false), list(&skipped));
    Ok(())
}

/// What was skipped, and how much: empty if nothing was.
fn list(skipped: &[String]) -> String {
    if skipped.is_empty() {
        return String::new();
    }
    let mut list = format!("\n    skipped on this machine: {}\n", skipped.len());
    for line in skipped {
        let _ = writeln!(list, "      {line}");
    }
    list
}

fn table(parts: &[Part], done: &[Duration], failed: bool) -> String {
    let mut table = String::from("\n");
    for (index, part) in parts.iter().enumerate() {
        let word = match done.len() {
            count if index >= count => "not run",
            count if failed && index + 1 == count => "FAILED",
            _ => "ok",
        };
        let time = done.get(index).map(|time| seconds(*time)).unwrap_or_default();
        let _ = writeln!(table, "    {:<8} {word:<8} {time:>12}", part.name());
    }
    let total = seconds(done.iter().sum());
    let _ = writeln!(table, "    {:<8} {:<8} {total:>12}", "total", "");
    table
}

fn cargo(project: &Project, arguments: &[&str], hint: &str) -> Result<()> {
    command::run(command::cargo(project.root()).args(arguments), hint)
}

/// The library with both devices, its uses and the program, in one build: with other features,
/// cargo would compile most dependencies once more. xtask apart, for the same reason. `inkling-web`
/// is for browsers only.
const NATIVE: [&str; 5] = [
    "--package=inkling",
    "--package=inkling-uses",
    "--package=inkling-cli",
    "--features",
    "inkling/webgpu,inkling/checks",
];

/// On the CPU and on the GPU, as far as there is one. Clippy and rustdoc come with the builds, and
/// a warning fails.
fn rust(project: &Project, prepared: &mut Prepared, skipped: &mut Vec<String>) -> Result<()> {
    let tests = |arguments: &[&str]| {
        let mut cargo = command::cargo(project.root());
        lint::watch(cargo.arg("test").args(arguments));
        cargo
    };
    for (arguments, documented) in [
        (&["-p", "xtask"][..], &["xtask"][..]),
        (&NATIVE, &["inkling", "inkling-uses", "inkling-cli"]),
    ] {
        lint::check(project, tests(arguments).arg("--no-run"), documented)?;
    }
    command::run(&mut tests(&["-p", "xtask"]), "The failing test is above.")?;
    prepared.installed.wait()?;
    // The tests add a line for each that finds no GPU.
    let list = env::temp_dir().join(format!("inkling-skipped-{}.txt", std::process::id()));
    let result =
        command::run(tests(&NATIVE).env("INKLING_SKIPPED", &list), "The failing test is above.");
    let lines = fs::read_to_string(&list).unwrap_or_default();
    skipped.extend(lines.lines().map(str::to_owned));
    let _ = fs::remove_file(&list);
    result
}

fn wasm(project: &Project) -> Result<()> {
    let mode = Mode::default();
    site::build(project, mode, &Module::ALL)?;
    for module in Module::ALL {
        let names = wasm_check::no_wrapped_exports(&module.compiled(project, mode))?;
        println!("    {} module: no *.command_export among {names} names", module.name());
    }
    // Between them they have every line of crate/web.
    for module in [Module::WebGpu, Module::Uses] {
        let mut build = wasm::cargo_build(project, module, mode);
        lint::check(project, &mut build, &["inkling-web"])?;
    }
    budget::check(&project.dist())
}

/// After the modules are built, for their types are checked against.
fn types(project: &Project) -> Result<()> {
    site::build(project, Mode::default(), &Module::ALL)?;
    npm::script(&project.www(), "check", &[])
}

/// After the modules are built: dependency-cruiser follows the worker's imports to them.
fn page_lint(project: &Project) -> Result<()> {
    lines::check(project)?;
    npm::install(project, &project.www())?;
    npm::script(&project.www(), "lint", &[])
}

/// Tests that run with no other browser beside them: keep.test.js measures how much training is
/// lost when the page is killed.
const ALONE: [&str; 1] = ["keep.test.js"];

fn browser(
    project: &Project,
    files: &[String],
    prepared: &mut Prepared,
    skipped: &mut Vec<String>,
) -> Result<()> {
    prepared.installed.wait()?;
    let tests = project.browser_tests();
    site::build(project, Mode::default(), &Module::ALL)?;
    npm::install(project, &tests)?;
    let chrome = browsers::chromium()?;
    println!("    browser: {}", chrome.display());
    let others = browsers::Others::find();
    for name in others.missing() {
        println!("    skipped: {name}");
        skipped.push(format!("the main job in {name}"));
    }

    let mnist = project.shared_mnist();
    if mnist.is_none() {
        skipped.push("the browser tests with MNIST: ../shared/data/mnist is absent".to_owned());
    }
    let has_mnist = mnist.is_some();
    let port = serve::spawn(serve::Site { page: project.dist(), mnist })?;
    let url = format!("http://localhost:{port}/");

    // An empty one says that it was looked for in vain.
    let programs = [
        ("FIREFOX", others.firefox),
        ("LAVAPIPE", others.lavapipe),
        ("WEBKIT_DRIVER", others.webkit),
    ];
    let (alone, together): (Vec<_>, Vec<_>) =
        test_files(&tests, files)?.into_iter().partition(|name| ALONE.contains(&name.as_str()));
    // Two files at a time: a page often waits.
    for (names, at_once) in [(together, 2), (alone, 1)] {
        if names.is_empty() {
            continue;
        }
        let mut node = Command::new("node");
        node.current_dir(&tests)
            // No file may wait for ever; the longest takes ten minutes on two busy cores.
            .args(["--test", "--test-reporter=spec", "--test-timeout=1800000"])
            .arg(format!("--test-concurrency={at_once}"))
            .args(names)
            .env("INKLING_MNIST", if has_mnist { format!("{url}mnist/") } else { String::new() })
            .env("INKLING_URL", &url)
            .env("CHROME", &chrome)
            .envs(programs.clone().map(|(name, path)| (name, path.unwrap_or_default())));
        command::run(&mut node, "The failing test is above.")?;
    }
    Ok(())
}

/// The `*.test.js` files, relative to their folder; only the `wanted` ones, unless none is named.
///
/// # Errors
/// When a wanted one is not there.
fn test_files(tests: &Path, wanted: &[String]) -> Result<Vec<String>> {
    let modules = tests.join("node_modules");
    let files = files_under(tests)?.into_iter().filter(|file| !file.starts_with(&modules));
    let names = files.filter_map(|file| Some(file.strip_prefix(tests).ok()?.to_str()?.to_owned()));
    let names: Vec<String> = names.filter(|name| name.ends_with(".test.js")).collect();
    if names.is_empty() {
        bail!("there is no *.test.js in {}", tests.display());
    }
    if wanted.is_empty() {
        return Ok(names);
    }
    let chosen: Vec<String> = wanted.iter().map(|name| format!("{name}.test.js")).collect();
    if let Some(missing) = chosen.iter().find(|name| !names.contains(name)) {
        bail!("there is no {missing} in {}", tests.display());
    }
    Ok(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_chosen_in_their_order() {
        let of = |only: &[Part], skip: &[Part]| {
            Selection { only: only.to_vec(), skip: skip.to_vec(), files: vec![] }.parts()
        };
        assert_eq!(of(&[], &[]), Part::ALL);
        assert_eq!(of(&[Part::Browser, Part::Fmt], &[]), [Part::Fmt, Part::Browser]);
        assert_eq!(of(&[Part::Fmt, Part::Rust], &[Part::Fmt]), [Part::Rust]);
        assert!(of(&[Part::Fmt], &[Part::Fmt]).is_empty());
    }

    #[test]
    fn the_table_says_what_failed_and_what_was_not_run() {
        let parts = [Part::Fmt, Part::Rust, Part::Wasm];
        let text = table(&parts, &[Duration::from_secs(1), Duration::from_secs(200)], true);
        let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(lines[1][..2], ["fmt", "ok"]);
        assert_eq!(lines[2][..2], ["rust", "FAILED"]);
        assert_eq!(lines[3], ["wasm", "not", "run"]);
        assert_eq!(lines[4], ["total", "3", "min", "21", "s"]);
    }

    #[test]
    fn what_was_skipped_is_counted_and_named() {
        assert_eq!(list(&[]), "");
        let text = list(&["parity: no adapter".to_owned(), "MNIST: absent".to_owned()]);
        assert!(text.contains("skipped on this machine: 2"), "{text}");
        assert!(
            text.contains("parity: no adapter\n") && text.contains("MNIST: absent\n"),
            "{text}"
        );
    }
}
