//! `cargo xtask bench`: measures how fast the built page trains in Chromium, next to other
//! libraries if their benchmark pages are on this machine.

use std::{
    collections::BTreeMap,
    fmt::Write,
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
    /// Pages to measure: ours and the other libraries'
    #[arg(long, value_delimiter = ',', default_value = "ours,jax-webgpu,tfjs-webgpu")]
    names: Vec<String>,
    /// Folder of the other libraries' benchmark [default: ../shared/bench/peers, if it exists]
    #[arg(long, value_name = "DIR")]
    peers: Option<PathBuf>,
    /// Measure few steps, for software adapters
    #[arg(long)]
    quick: bool,
}

/// The smaller counts of `--quick`. The peers' benchmark and the page's address use these names.
const QUICK: [(&str, u32); 6] =
    [("block", 5), ("blocks", 3), ("warm", 2), ("dec", 5), ("count", 2), ("check", 3)];

/// The only workload that the peers' pages do not have.
const OURS_ALONE: &str = "R";

/// Builds the page, measures it, and prints a table.
///
/// # Errors
/// When a build or a measurement fails.
pub fn run(project: &Project, options: &Options) -> Result<()> {
    let peers = options.peers_folder(project)?;
    site::build(project, Mode::default(), &Module::ALL)?;
    let chrome = browsers::chromium()?;
    println!("    browser: {}", chrome.display());
    let (mut lines, mut complete) = (vec![], true);
    for (names, workloads) in options.rounds(peers.is_some()) {
        let mut bench = match &peers {
            Some(peers) => beside_peers(project, peers, options, &names, &workloads)?,
            None => alone(project, options, &workloads)?,
        };
        bench.env("CHROME", &chrome);
        complete &=
            stage(&format!("measure {}", workloads.join(",")), || measure(&mut bench, &mut lines))?;
    }
    print!("\n{}", table(&lines));
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
        println!("    the peers are not there (../shared/bench/peers, or --peers): ours alone");
        Ok(None)
    }

    /// The runs to make, each as (names of pages, workloads).
    fn rounds(&self, peers: bool) -> Vec<(Vec<String>, Vec<String>)> {
        let (alone, shared): (Vec<_>, Vec<_>) =
            self.workloads.iter().cloned().partition(|workload| !peers || workload == OURS_ALONE);
        let ours = vec!["ours".to_owned()];
        let rounds = [(self.names.clone(), shared), (ours, alone)];
        rounds.into_iter().filter(|(_, workloads)| !workloads.is_empty()).collect()
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
    names: &[String],
    workloads: &[String],
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
    bench.args(["--compact", "--peers", &names.join(",")]);
    bench.args(["--workloads", &workloads.join(","), "--modes", &options.modes.join(",")]);
    for (name, number) in options.numbers() {
        bench.args([format!("--{name}"), number.to_string()]);
    }
    Ok(bench)
}

/// Measures our page alone, on our server.
fn alone(project: &Project, options: &Options, workloads: &[String]) -> Result<Command> {
    let tests = project.browser_tests();
    npm::install(project, &tests)?;
    let port = serve::spawn(serve::Site { page: project.dist(), mnist: None })?;
    let query = options.numbers().iter().map(|(name, number)| format!("{name}={number}"));
    let mut bench = Command::new("node");
    bench.current_dir(&tests).env("INKLING_URL", format!("http://localhost:{port}/"));
    bench.args(["bench.mjs", &workloads.join(","), &options.modes.join(",")]);
    bench.arg(query.collect::<Vec<_>>().join("&"));
    Ok(bench)
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

/// Headings, and the JSON pointer to each number. The columns before "dispatch" come from mode
/// `time`, the others from mode `count`.
const COLUMNS: [(&str, &str); 11] = [
    ("steps/s", "/steps_per_s"),
    ("init ms", "/ms_init"),
    ("1st step", "/ms_first_step"),
    ("decode 1", "/decode_1_ms"),
    ("256, ms", "/decode_256_ms"),
    ("dispatch", "/per_step/dispatch"),
    ("submit", "/per_step/submit"),
    ("groups", "/per_step/create_bind_group"),
    ("buffers", "/per_step/create_buffer"),
    ("writes", "/per_step/write_buffer"),
    ("pipelines", "/total_pipelines"),
];

/// One row per workload and page, with the results of both modes.
fn table(lines: &[Value]) -> String {
    let mut rows: BTreeMap<(String, String), [String; COLUMNS.len()]> = BTreeMap::new();
    for line in lines {
        let row = rows.entry((text(line, "workload"), text(line, "page"))).or_default();
        let counts = line["mode"] == "count";
        for ((_, place), cell) in COLUMNS.iter().zip(row) {
            let of_counts = place.starts_with("/per_step") || *place == "/total_pipelines";
            if counts != of_counts {
                continue;
            }
            *cell = match line.pointer(place).and_then(Value::as_f64) {
                Some(number) => short(number),
                // Calls that a page never makes are missing from its counts.
                None if place.starts_with("/per_step") && !line["per_step"].is_null() => "0".into(),
                None => "-".into(),
            };
        }
    }
    let mut table = format!("    {:<2} {:<14}", "", "");
    for (heading, _) in COLUMNS {
        let _ = write!(table, "{heading:>10}");
    }
    table.push('\n');
    for ((workload, page), row) in rows {
        let _ = write!(table, "    {workload:<2} {page:<14}");
        for cell in row {
            let _ = write!(table, "{cell:>10}");
        }
        table.push('\n');
    }
    table
        + "    Times in ms, median; dispatch to writes: calls per training step, \
           without reading the loss.\n"
}

/// Rounds to about three significant digits.
fn short(number: f64) -> String {
    match number {
        n if n.fract() == 0.0 || n >= 100.0 => format!("{n:.0}"),
        n if n >= 10.0 => format!("{n:.1}"),
        n => format!("{n:.2}"),
    }
}

fn text(line: &Value, field: &str) -> String {
    line[field].as_str().unwrap_or("?").to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_joins_what_both_modes_measured() {
        let lines = [
            json!({"page": "ours", "workload": "M", "mode": "time",
                "steps_per_s": 312.4, "decode_1_ms": 2.345}),
            json!({"page": "ours", "workload": "M", "mode": "count",
                "per_step": {"dispatch": 25}, "total_pipelines": 24}),
            json!({"page": "jax-webgpu", "workload": "M", "mode": "time", "error": "no result"}),
        ];
        let table = table(&lines);
        let rows: Vec<Vec<&str>> = table.lines().map(|l| l.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["M", "jax-webgpu", "-", "-", "-", "-", "-"]);
        assert_eq!(rows[2][..7], ["M", "ours", "312", "-", "-", "2.35", "-"]);
        assert_eq!(rows[2][7..], ["25", "0", "0", "0", "0", "24"]);
    }

    #[test]
    fn what_no_peer_has_is_measured_alone() {
        let options = Options {
            workloads: ["M", "C", "R"].map(str::to_owned).to_vec(),
            modes: vec!["time".into()],
            names: ["ours", "jax-webgpu"].map(str::to_owned).to_vec(),
            peers: None,
            quick: false,
        };
        let shown = |peers| {
            let rounds = options.rounds(peers).into_iter();
            rounds.map(|(n, w)| format!("{} {}", n.join(","), w.join(","))).collect::<Vec<_>>()
        };
        assert_eq!(shown(true), ["ours,jax-webgpu M,C", "ours R"]);
        assert_eq!(shown(false), ["ours M,C,R"]);
    }
}
