//! Finds Chromium for the browser tests. Installs it if we are root on Debian or Ubuntu.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail, ensure};

use crate::{apt, command, stage::stage};

/// Program names to look for on the search path, in order of preference.
const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// The usual install locations on macOS and Windows.
const PLACES: [&str; 5] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files\Chromium\Application\chrome.exe",
];

const INSTALL: &str = "The browser tests need Chromium or Chrome. \
     Install it (Debian: `apt-get install chromium`; \
     Ubuntu, whose package is only a door to a snap: https://www.google.com/chrome, \
     or `snap install chromium`; Fedora: `dnf install chromium`; \
     macOS: `brew install --cask chromium`; Windows: `winget install Google.Chrome`), \
     or set CHROME to its program file. `cargo xtask test --skip browser` does without.";

/// Returns the path of a Chromium that starts: `CHROME` if it is set, else the first one found.
///
/// # Errors
/// When `CHROME` does not start, or no Chromium is found. The message says what to install.
pub fn ensure_installed() -> Result<PathBuf> {
    if let Some(chrome) = env::var_os("CHROME").filter(|chrome| !chrome.is_empty()) {
        let chrome = PathBuf::from(chrome);
        ensure!(runs(&chrome), "CHROME is {}, which does not run. {INSTALL}", chrome.display());
        return Ok(chrome);
    }
    if let Some(chrome) = find() {
        return Ok(chrome);
    }
    if apt::can_install() {
        stage("chromium: apt-get install", || apt::install("chromium", INSTALL))?;
        if let Some(chrome) = find() {
            return Ok(chrome);
        }
    }
    bail!("{INSTALL}")
}

fn find() -> Option<PathBuf> {
    let named = NAMES.iter().filter_map(|name| command::find_program(name));
    named.chain(PLACES.iter().map(PathBuf::from)).find(|path| runs(path))
}

/// Whether the program starts. Ubuntu's `chromium` is a script that fails if snap is missing.
fn runs(program: &Path) -> bool {
    // On Windows, `--version` opens a browser window.
    if cfg!(windows) {
        return program.is_file();
    }
    command::output(Command::new(program).arg("--version"))
        .is_some_and(|version| version.contains("Chrom"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_chromium_does_not_count() {
        assert!(!runs(Path::new("/no/such/program")));
        if cfg!(unix) {
            assert!(!runs(Path::new("/bin/true")));
        }
    }
}
