//! `cargo xtask`: builds, serves, tests and measures the project. Needs rustup and Node.js, sets
//! everything else up by itself, and skips every stage whose inputs have not changed.

mod ahead;
mod apt;
mod bench;
mod browsers;
mod budget;
mod command;
mod compress;
mod lines;
mod lint;
mod npm;
mod project;
mod serve;
mod site;
mod stage;
mod stamp;
mod test;
mod vulkan;
mod wasm;
mod wasm_check;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{project::Project, site::Mode, wasm::Module};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, long_about = None)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

/// Build, serve, test and measure the project.
#[derive(Subcommand)]
enum Task {
    /// Build what has changed, then serve the page on http://localhost:8080
    Serve {
        /// The port to listen on; the next free one if it is taken
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Listen on every network interface, not on this machine's own only
        #[arg(long)]
        host: bool,
        /// A folder with the four MNIST files, served at /mnist/ (open /?mnist=/mnist/)
        #[arg(long, value_name = "DIR")]
        mnist: Option<PathBuf>,
        #[command(flatten)]
        mode: ModeArguments,
    },
    /// Build www/dist, a folder for any static host, and pkg, an npm package
    Build {
        #[command(flatten)]
        mode: ModeArguments,
        /// Of the wasm modules, build these only and leave the others as they are: uses,cpu
        #[arg(long, value_enum, value_delimiter = ',', value_name = "MODULES")]
        only: Vec<Module>,
    },
    /// Run every check and test, the cheapest first
    Test(test::Selection),
    /// Measure the built page in Chromium, beside other libraries where they are
    Bench(bench::Options),
}

#[derive(clap::Args)]
struct ModeArguments {
    /// Rebuild fast: wasm not optimised for size, nothing minified or compressed
    #[arg(long)]
    dev: bool,
    /// Keep the names of functions in the wasm modules, for a profiler
    #[arg(long)]
    names: bool,
}

impl From<ModeArguments> for Mode {
    fn from(arguments: ModeArguments) -> Self {
        Mode { dev: arguments.dev, names: arguments.names || arguments.dev }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let project = Project::find()?;
    match task {
        Task::Serve { port, host, mnist, mode } => {
            let site = serve::Site { page: project.dist(), mnist };
            site.check_mnist()?;
            site::build(&project, mode.into(), &Module::ALL)?;
            serve::run(site, port, host)
        }
        Task::Build { mode, only } => {
            let modules = if only.is_empty() { Module::ALL.to_vec() } else { only };
            site::build(&project, mode.into(), &modules)?;
            println!("\n{}: the page, for any static host", project.shown(&project.dist()));
            println!("{}: the npm package", project.shown(&project.pkg()));
            Ok(())
        }
        Task::Test(selection) => test::run(&project, &selection),
        Task::Bench(options) => bench::run(&project, &options),
    }
}
