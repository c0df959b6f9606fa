//! Runs other programs, and names the command when one fails.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// The cargo that runs this program, started in `root`.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Runs a command and shows its output.
///
/// # Errors
/// When the command cannot be started or fails. The message names the command and ends with `hint`.
pub fn run(command: &mut Command, hint: &str) -> Result<()> {
    let line = shown(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{line}` could not be started. {hint}"))?;
    if !status.success() {
        bail!("`{line}` failed ({status}). {hint}");
    }
    Ok(())
}

/// Runs a command and returns its trimmed output, or `None` if it could not be started or failed.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Finds a program on the search path, as a shell does. `None` if it is not there.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let file = if cfg!(windows) { format!("{name}.exe") } else { name.to_owned() };
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&file)).find(|p| p.is_file())
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned();
    command.get_args().fold(name, |line, argument| line + " " + &argument.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_what_to_do() {
        let missing = run(Command::new("no-such-program").arg("--now"), "Install it.");
        let text = format!("{:#}", missing.expect_err("it does not exist"));
        assert!(
            text.contains("`no-such-program --now` could not be started. Install it."),
            "{text}"
        );

        let failing = run(Command::new(env!("CARGO")).arg("no-such-task"), "Look above.");
        let text = format!("{:#}", failing.expect_err("there is no such task"));
        assert!(text.contains("no-such-task` failed"), "{text}");
        assert!(text.ends_with("Look above."), "{text}");
    }

    #[test]
    fn programs_are_found_by_name() {
        assert!(find_program("no-such-program").is_none());
        assert!(find_program("cargo").is_some());
    }
}
