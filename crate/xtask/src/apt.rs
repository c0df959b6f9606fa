//! Installs packages if we are root on Debian or Ubuntu.

use std::{fs, process::Command};

use anyhow::Result;

use crate::command;

/// Whether we are root on Debian or a distribution based on it.
pub fn can_install() -> bool {
    let system = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let root = command::output(Command::new("id").arg("-u")).is_some_and(|user| user == "0");
    root && is_debian(&system) && command::find_program("apt-get").is_some()
}

/// Installs a package and what it needs, but not what it recommends.
///
/// # Errors
/// When `apt-get` fails; the message ends with `hint`.
pub fn install(package: &str, hint: &str) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let mut apt = Command::new("apt-get");
        apt.env("DEBIAN_FRONTEND", "noninteractive").args(arguments);
        command::run(&mut apt, hint)
    };
    apt(&["update", "-q"])?;
    apt(&["install", "-q", "-y", "--no-install-recommends", package])
}

fn is_debian(os_release: &str) -> bool {
    let values = os_release.lines().filter_map(|line| line.split_once('='));
    values
        .filter(|(key, _)| ["ID", "ID_LIKE"].contains(key))
        .flat_map(|(_, value)| value.trim_matches('"').split_whitespace())
        .any(|system| system == "debian" || system == "ubuntu")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_children_are_known() {
        assert!(is_debian("NAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_debian("ID=pop\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nNAME=\"not debian\"\n"));
        assert!(!is_debian(""));
    }
}
