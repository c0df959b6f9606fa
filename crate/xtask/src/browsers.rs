//! Finds the browsers for the tests. Installs them if we are root on Debian or Ubuntu.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail, ensure};

use crate::{apt, command, stage::stage, vulkan};

/// A browser's program: names to look for on the search path, in order of preference, and the
/// usual install locations on macOS and Windows.
struct Program {
    names: &'static [&'static str],
    places: &'static [&'static str],
    /// A word in what it answers to `--version`.
    word: &'static str,
}

const CHROMIUM: Program = Program {
    names: &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    places: &[
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
        r"C:\Program Files\Chromium\Application\chrome.exe",
    ],
    word: "Chrom",
};

const FIREFOX: Program = Program {
    names: &["firefox-esr", "firefox"],
    places: &[
        "/Applications/Firefox.app/Contents/MacOS/firefox",
        r"C:\Program Files\Mozilla Firefox\firefox.exe",
    ],
    word: "Firefox",
};

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
pub fn chromium() -> Result<PathBuf> {
    if let Some(chrome) = named_by("CHROME") {
        let runs = CHROMIUM.runs(&chrome);
        ensure!(runs, "CHROME is {}, which does not run. {INSTALL}", chrome.display());
        return Ok(chrome);
    }
    match found_or_installed(|| CHROMIUM.find(), &["chromium"]) {
        Some(chrome) => Ok(chrome),
        None => bail!("{INSTALL}"),
    }
}

/// The browsers that the main job runs in beside Chromium. The tests do without any that is absent.
pub struct Others {
    /// `FIREFOX` if it is set, else the first one found.
    pub firefox: Option<PathBuf>,
    /// The Vulkan driver that gives Firefox WebGPU without a GPU.
    pub lavapipe: Option<PathBuf>,
    /// `WebKitWebDriver`, where there is a virtual display to show it on.
    pub webkit: Option<PathBuf>,
}

impl Others {
    /// Finds them, and installs those that are absent where we can.
    pub fn find() -> Others {
        let firefox = named_by("FIREFOX").filter(|firefox| FIREFOX.runs(firefox));
        let firefox = firefox.or_else(|| found_or_installed(|| FIREFOX.find(), &["firefox-esr"]));
        let lavapipe = found_or_installed(vulkan::lavapipe, &[vulkan::PACKAGE]);
        let webkit = found_or_installed(webkit, &["webkit2gtk-driver", "xvfb"]);
        Others { firefox, lavapipe, webkit }
    }

    /// What the tests have to leave out.
    pub fn missing(&self) -> Vec<&'static str> {
        let parts = [
            (self.firefox.is_some(), "Firefox (`apt-get install firefox-esr`, or set FIREFOX)"),
            (
                self.firefox.is_none() || self.lavapipe.is_some(),
                "Firefox on WebGPU (`apt-get install mesa-vulkan-drivers`)",
            ),
            (self.webkit.is_some(), "WebKitGTK (`apt-get install webkit2gtk-driver xvfb`)"),
        ];
        parts.into_iter().filter(|(there, _)| !there).map(|(_, name)| name).collect()
    }
}

/// The program that an environment variable names, if it is set.
fn named_by(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Looks, installs these packages if there is nothing and we can, and looks again.
fn found_or_installed(find: impl Fn() -> Option<PathBuf>, packages: &[&str]) -> Option<PathBuf> {
    if let Some(found) = find() {
        return Some(found);
    }
    if !apt::can_install() {
        return None;
    }
    for package in packages {
        let name = format!("apt-get install {package}");
        if let Err(error) = stage(&name, || apt::install(package, "The message is above.")) {
            println!("    {error:#}");
        }
    }
    find()
}

fn webkit() -> Option<PathBuf> {
    command::find_program("Xvfb")?;
    command::find_program("WebKitWebDriver")
}

impl Program {
    fn find(&self) -> Option<PathBuf> {
        let named = self.names.iter().filter_map(|name| command::find_program(name));
        named.chain(self.places.iter().map(PathBuf::from)).find(|path| self.runs(path))
    }

    /// Whether the program starts. Ubuntu's `chromium` and `firefox` are scripts that fail if snap
    /// is missing.
    fn runs(&self, program: &Path) -> bool {
        // On Windows, `--version` opens a browser window.
        if cfg!(windows) {
            return program.is_file();
        }
        command::output(Command::new(program).arg("--version"))
            .is_some_and(|version| version.contains(self.word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_browser_does_not_count() {
        for browser in [&CHROMIUM, &FIREFOX] {
            assert!(!browser.runs(Path::new("/no/such/program")));
            if cfg!(unix) {
                assert!(!browser.runs(Path::new("/bin/true")));
            }
        }
    }

    #[test]
    fn what_is_missing_is_named() {
        let there = || Some(PathBuf::from("there"));
        let names = |others: Others| {
            let missing = others.missing();
            missing.iter().map(|name| name[..name.find(" (").unwrap_or(0)].to_owned()).collect()
        };
        let names: fn(Others) -> Vec<String> = names;
        let all = Others { firefox: there(), lavapipe: there(), webkit: there() };
        assert!(names(all).is_empty());
        let slow = Others { firefox: there(), lavapipe: None, webkit: there() };
        assert_eq!(names(slow), ["Firefox on WebGPU"]);
        let none = Others { firefox: None, lavapipe: None, webkit: None };
        assert_eq!(names(none), ["Firefox", "WebKitGTK"]);
    }
}
