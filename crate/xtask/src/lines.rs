//! No line is longer than a reader's window. rustfmt and Biome break code but leave comments and
//! strings alone, so this looks at every line.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use crate::project::{Project, files_under};

/// Folders, the ends of file names, and how many characters a line may have.
const LIMITS: [(&str, &[&str], usize); 3] = [
    ("crate", &[".rs"], 100),
    ("www/src", &[".js", ".css", ".html"], 120),
    ("tests", &[".js", ".mjs"], 120),
];

/// Other people's code, and tables of sentences: there a sentence is a line.
const NOT_READ_AS_CODE: [&str; 3] = ["node_modules", "/en.js", "/zh.js"];

/// Looks at every source file.
///
/// # Errors
/// Lists the lines that are too long.
pub fn check(project: &Project) -> Result<()> {
    let mut long = Vec::new();
    for (folder, ends, limit) in LIMITS {
        for file in files_under(&project.path(folder))? {
            let shown = project.shown(&file).replace('\\', "/");
            let wanted = ends.iter().any(|end| shown.ends_with(end));
            if wanted && !NOT_READ_AS_CODE.iter().any(|part| shown.contains(part)) {
                long.extend(too_long(&file, limit)?.into_iter().map(|at| format!("{shown}:{at}")));
            }
        }
    }
    ensure!(long.is_empty(), "{} lines are too long:\n{}", long.len(), long.join("\n"));
    Ok(())
}

/// The numbers of the lines that are too long. A line with an address may be: it cannot be broken.
fn too_long(file: &Path, limit: usize) -> Result<Vec<usize>> {
    let text = fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?;
    Ok(lines_over(&text, limit))
}

fn lines_over(text: &str, limit: usize) -> Vec<usize> {
    let over = |line: &str| line.chars().count() > limit && !line.contains("://");
    text.lines().enumerate().filter(|(_, line)| over(line)).map(|(i, _)| i + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_found_by_their_number_but_addresses_may_be_long() {
        let long = "x".repeat(11);
        let text = format!("short\n{long}\nhttps://{long}\n字字字字字字字字字字\n");
        assert_eq!(lines_over(&text, 10), [2]);
    }
}
