//! `cargo xtask bench`: measures how fast the built page trains in Chromium, next to other
//! libraries if their benchmark pages are on this machine.

mod table;

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    browsers, command, npm,
    project::{Project, files_under},
    serve,
    site::{self, Mode},
    stage::stage,
    wasm::Module,
};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// Networks: M dense, C convolutional, R residual (this project only)
    #[arg(long, value_delimiter = ',', default_value = "M,C,R", value_parser = ["M", "C", "R"])]
    workloads: Vec<String>,
    /// What to measure: `time` is speed, `count` is WebGPU calls per step
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "time,count",
        value_parser = ["time", "count"]
    )]
    modes: Vec<String>,
    /// Pages to measure: ours and the other libraries', on WebGPU and on the CPU
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "ours,jax-webgpu,tfjs-webgpu,ours@device:cpu,jax-webgpu@dev:wasm,\
                         tfjs-wasm@adam:flat,tfjs-cpu"
    )]
    names: Vec<String>,
    /// How often each page's speed is measured, in turns: the table has medians, and medians of the
    /// ratios within a turn
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    turns: u32,
    /// Folder of the other libraries' benchmark [default: ../shared/bench/peers, if it exists]
    #[arg(long, value_name = "DIR")]
    peers: Option<PathBuf>,
    /// Measure few steps, for software adapters
    #[arg(long)]
    quick: bool,
    /// Measure a first visit over a slow line (1.6 Mbit/s, 300 ms) instead: when the page paints,
    /// shows digits, is ready
    #[arg(long)]
    visit: bool,
}

/// The smaller counts of `--quick`. The peers' benchmark and the page's address use these names.
const QUICK: [(&str, u32); 6] =
    [("block", 5), ("blocks", 3), ("warm", 2), ("dec", 5), ("count", 2), ("check", 3)];

/// The only workload that the peers' pages do not have.
const OURS_ALONE: &str = "R";

/// The only workload of the peers on the CPU: a convolutional step takes jax-js a minute there, and
/// TF.js' wasm cannot train one.
const ON_CPU: &str = "M";

/// Pages that are measured in turns.
#[derive(Debug, PartialEq)]
struct Round {
    /// Names as the peers' benchmark takes them: a folder, then options for the page.
    names: Vec<String>,
    workloads: Vec<String>,
    mode: String,
    turns: u32,
}

/// Whether a page of this name computes on the CPU.
fn on_cpu(name: &str) -> bool {
    let (page, options) = name.split_once('@').unwrap_or((name, ""));
    ["tfjs-cpu", "tfjs-wasm"].contains(&page)
        || options.split('+').any(|option| ["device:cpu", "dev:wasm"].contains(&option))
}

/// Whether it is a page of this project.
fn ours(name: &str) -> bool {
    name.split('@').next() == Some("ours")
}

/// Builds the page, measures it, and prints a table.
///
/// # Errors
/// When a build or a measurement fails.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    let peers = options.peers_folder(project)?;
    site::build(project, Mode::default(), &Module::ALL)?;
    let chrome = browsers::chromium()?;
    println!("    browser: {}", chrome.display());
    if options.visit {
        let mut visit = on_our_server(project, "visit.mjs")?;
        let advice = "The message is above.";
        return stage("a first visit, in ms", || {
            command::run(visit.env("CHROME", &chrome), advice)
        });
    }
    let (mut lines, mut complete) = (vec![], true);
    for round in options.rounds(peers.is_some()) {
        let mut bench = match &peers {
            Some(peers) => beside_peers(project, peers, options, &round)?,
            None => alone(project, options, &round)?,
        };
        bench.env("CHROME", &chrome);
        let what = format!("measure {}: {}", round.workloads.join(","), round.names.join(", "));
        complete &= stage(&what, || measure(&mut bench, &mut lines))?;
    }
    print!("\n{}", table::of(&lines));
    ensure!(complete, "not everything could be measured: see above");
    Ok(())
}

impl Options {
    fn peers_folder(&self, project: &Project) -> Result<Option<PathBuf>> {
        if let Some(folder) = &self.peers {
            let there = folder.join("bench.py").is_file();
            ensure!(there, "--peers: there is no bench.py in {}", folder.display());
            return Ok(Some(folder.clone()));
        }
        let shared = project.path("../shared/bench/peers");
        if shared.join("bench.py").is_file() {
            return Ok(Some(shared));
        }
        let skipped: Vec<_> = self.names.iter().filter(|name| !ours(name)).cloned().collect();
        println!(
            "    skipped: {} (the peers are not there: ../shared/bench/peers, or --peers)",
            skipped.join(", ")
        );
        Ok(None)
    }

    /// The runs to make: pages on one kind of device, with the workloads that all of them have.
    fn rounds(&self, peers: bool) -> Vec<Round> {
        let mut rounds: Vec<Round> = vec![];
        // What a page launches on WebGPU is the same in each turn; on the CPU it launches nothing.
        for (mode, cpu) in [("time", false), ("time", true), ("count", false)] {
            if !self.modes.iter().any(|wanted| wanted == mode) {
                continue;
            }
            for workload in &self.workloads {
                let alone = workload == OURS_ALONE || (cpu && workload != ON_CPU);
                let takes_part =
                    |name: &&String| on_cpu(name) == cpu && (ours(name) || (peers && !alone));
                let names: Vec<_> = self.names.iter().filter(takes_part).cloned().collect();
                let turns = if mode == "time" { self.turns } else { 1 };
                match rounds.last_mut() {
                    Some(last) if last.names == names && last.mode == mode => {
                        last.workloads.push(workload.clone());
                    }
                    _ if names.is_empty() => {}
                    _ => rounds.push(Round {
                        names,
                        workloads: vec![workload.clone()],
                        mode: mode.into(),
                        turns,
                    }),
                }
            }
        }
        rounds
    }

    fn numbers(&self) -> &'static [(&'static str, u32)] {
        if self.quick { &QUICK } else { &[] }
    }
}

/// The peers' own program. It runs on a copy, because their folder may be read-only.
fn beside_peers(
    project: &Project,
    peers: &Path,
    options: &Options,
    round: &Round,
) -> Result<Command> {
    let folder = project.target().join("peers");
    copy(peers, &folder)?;
    npm::install(project, &folder)?;
    let mut build = Command::new("node");
    build.arg("build.mjs").current_dir(&folder).stdout(Stdio::null());
    command::run(&mut build, "The message is above.")?;

    let python = ["python3", "python"].into_iter().find_map(command::find_program);
    let mut bench = Command::new(python.context("the peers' bench needs Python 3")?);
    bench.arg(folder.join("bench.py"));
    bench.arg("--extra").arg(format!("ours={}", project.dist().display()));
    bench.args(["--peers", &round.names.join(","), "--repeat", &round.turns.to_string()]);
    bench.args(["--workloads", &round.workloads.join(","), "--modes", &round.mode]);
    for (name, number) in options.numbers() {
        bench.args([format!("--{name}"), number.to_string()]);
    }
    Ok(bench)
}

/// Measures our page alone, on our server.
fn alone(project: &Project, options: &Options, round: &Round) -> Result<Command> {
    let query = options.numbers().iter().map(|(name, number)| format!("{name}={number}"));
    let mut bench = on_our_server(project, "bench.mjs")?;
    bench.args([&round.names.join(","), &round.workloads.join(","), &round.mode]);
    bench.args([round.turns.to_string(), query.collect::<Vec<_>>().join("&")]);
    Ok(bench)
}

/// A script of the browser tests, for the built page.
fn on_our_server(project: &Project, script: &str) -> Result<Command> {
    let tests = project.browser_tests();
    npm::install(project, &tests)?;
    let port = serve::spawn(serve::Site { page: project.dist(), mnist: None })?;
    let mut node = Command::new("node");
    node.current_dir(&tests).env("INKLING_URL", format!("http://localhost:{port}/")).arg(script);
    Ok(node)
}

/// Copies a folder without its build outputs.
fn copy(from: &Path, to: &Path) -> Result<()> {
    for file in files_under(from)? {
        let name = file.strip_prefix(from)?;
        if name.starts_with("node_modules") || name.starts_with("dist") {
            continue;
        }
        let copy = to.join(name);
        fs::create_dir_all(copy.parent().unwrap_or(to))?;
        // `fs::copy` would copy a read-only flag too, and the next run could not overwrite it.
        fs::write(&copy, fs::read(&file)?).with_context(|| format!("write {}", copy.display()))?;
    }
    Ok(())
}

/// Runs a program that prints one JSON line per measurement, and reports each line as it arrives.
/// Returns false if a measurement failed.
fn measure(bench: &mut Command, lines: &mut Vec<Value>) -> Result<bool> {
    let mut child = bench
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("the bench could not be started")?;
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let line = line?;
        match serde_json::from_str::<Value>(&line) {
            Ok(value) => {
                let word =
                    value["error"].as_str().map_or("measured".into(), |e| format!("FAILED: {e}"));
                println!(
                    "    {} {} {}: {word}",
                    text(&value, "page"),
                    text(&value, "workload"),
                    text(&value, "mode")
                );
                lines.push(value);
            }
            Err(_) => println!("    {line}"),
        }
    }
    Ok(child.wait()?.success())
}

fn text(line: &Value, field: &str) -> String {
    line[field].as_str().unwrap_or("?").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(workloads: &[&str], modes: &[&str], peers: bool) -> Vec<String> {
        let owned = |all: &[&str]| all.iter().map(|&one| one.to_owned()).collect();
        let options = Options {
            workloads: owned(workloads),
            modes: owned(modes),
            names: owned(&["ours", "jax-webgpu", "ours@device:cpu", "jax-webgpu@dev:wasm"]),
            turns: 3,
            peers: None,
            quick: false,
            visit: false,
        };
        let shown = |round: Round| {
            let (names, workloads) = (round.names.join(","), round.workloads.join(","));
            format!("{names} {workloads} {} {}", round.mode, round.turns)
        };
        options.rounds(peers).into_iter().map(shown).collect()
    }

    #[test]
    fn what_no_peer_has_is_measured_alone() {
        assert_eq!(
            rounds(&["M", "C", "R"], &["time", "count"], true),
            [
                "ours,jax-webgpu M,C time 3",
                "ours R time 3",
                "ours@device:cpu,jax-webgpu@dev:wasm M time 3",
                "ours@device:cpu C,R time 3",
                "ours,jax-webgpu M,C count 1",
                "ours R count 1",
            ]
        );
    }

    #[test]
    fn without_the_peers_ours_is_measured_on_both_devices() {
        let found = rounds(&["M", "C"], &["time"], false);
        assert_eq!(found, ["ours M,C time 3", "ours@device:cpu M,C time 3"]);
    }
}
