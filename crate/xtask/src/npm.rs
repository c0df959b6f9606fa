//! Runs npm: installs packages from the lock file, and runs scripts of a `package.json`.

use std::{path::Path, process::Command};

use anyhow::{Result, ensure};

use crate::{
    command,
    project::Project,
    stage::stage,
    stamp::{Inputs, unless_current},
};

/// The oldest Node.js that Vite supports.
const OLDEST_NODE: (u32, u32) = (20, 19);

const INSTALL_NODE: &str = "Node.js 20.19 or newer with npm is needed: https://nodejs.org";

/// Installs the packages in the lock file of `folder`, unless they are already installed.
///
/// # Errors
/// When Node.js is missing or too old, or npm fails.
pub fn install(project: &Project, folder: &Path) -> Result<()> {
    let name = format!("npm ci in {}", project.shown(folder).replace('\\', "/"));
    let inputs =
        Inputs::default().files(folder, &["package.json", "package-lock.json", ".npmrc"])?;
    // npm writes this file last, so its presence means that the installation is complete.
    let done = folder.join("node_modules/.package-lock.json");
    let outputs = || Ok(Vec::from_iter(done.is_file().then(|| done.clone())));
    unless_current(project, &name.replace('/', "-"), inputs, outputs, || {
        check_node()?;
        stage(&name, || {
            let mut npm = npm(folder);
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
            command::run(
                &mut npm,
                "Is the network there, and package-lock.json up to date (npm install)?",
            )
        })
    })
}

/// Runs a script of the folder's `package.json`.
///
/// # Errors
/// When npm cannot be started or the script fails.
pub fn script(folder: &Path, script: &str, arguments: &[&str]) -> Result<()> {
    let mut npm = npm(folder);
    npm.args(["run", "--silent", script, "--"]).args(arguments);
    command::run(&mut npm, "The message is above.")
}

fn npm(folder: &Path) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(folder).env("npm_config_update_notifier", "false");
    npm
}

fn check_node() -> Result<()> {
    let version = command::output(Command::new("node").arg("--version"));
    ensure!(version.is_some(), "`node` could not be started. {INSTALL_NODE}");
    let version = version.unwrap_or_default();
    ensure!(
        parse_version(&version).is_some_and(|version| version >= OLDEST_NODE),
        "`node --version` says {version}. {INSTALL_NODE}"
    );
    Ok(())
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.strip_prefix('v')?.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_compare_as_numbers() {
        assert_eq!(parse_version("v20.20.2"), Some((20, 20)));
        assert!(parse_version("v20.9.0") < Some(OLDEST_NODE));
        assert!(parse_version("v100.0.0") > Some(OLDEST_NODE));
        assert_eq!(parse_version("nonsense"), None);
    }
}
