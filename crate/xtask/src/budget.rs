//! The size of a WebGPU visitor's download, and its limits.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use crate::project::files_under;

/// The most that a visitor with WebGPU may download before the page is ready, in bytes as sent
/// (brotli 11).
const LIMIT: u64 = 1_250_000;

/// The same for what comes once the page is ready: the panels of the chapter Inside, the glossary.
const LATER_LIMIT: u64 = 60_000;
/// Where those files are.
const LATER: &str = "assets/inside/";

/// The same for what a visitor of the chapter Uses downloads beside the models that its panels ask
/// for: its module, and its panels with their words in one language.
const USES_LIMIT: u64 = 900_000;
/// Where those files are.
const USES: &str = "assets/uses/";
/// In that folder, the words: a chunk for each language, of which the largest counts.
const USES_LANGUAGES: &str = "assets/uses/i18n/";

/// Files that do not count: the CPU module, pages other than the main one, and pretrained models.
/// `www/vite.config.js` sorts the built files into these folders.
const NOT_COUNTED: [&str; 4] = ["assets/cpu/", "assets/bench/", "bench.html", "models/"];

/// A chunk for each language. A visitor downloads one of them: the largest counts.
const LANGUAGES: &str = "assets/i18n/";

/// Prints the size of each file and the total, and fails if the total exceeds the limit.
///
/// # Errors
/// When the total is too large, a file cannot be read, or there is no wasm module.
pub fn check(dist: &Path) -> Result<()> {
    let sizes = sizes(dist)?;
    let (later, sizes): (Vec<_>, Vec<_>) =
        sizes.into_iter().partition(|(name, _)| name.starts_with(LATER));
    let (uses, first): (Vec<_>, Vec<_>) =
        sizes.into_iter().partition(|(name, _)| name.starts_with(USES));
    ensure!(first.iter().any(|(name, _)| name.ends_with(".wasm")), "no wasm module is among them");
    within("before the page is ready", &first, LIMIT)?;
    within("once it is ready", &later, LATER_LIMIT)?;
    within("with the chapter Uses", &uses, USES_LIMIT)
}

fn within(when: &str, sizes: &[(String, u64)], limit: u64) -> Result<()> {
    let total: u64 = sizes.iter().map(|(_, size)| size).sum();
    println!("    what a visitor with WebGPU downloads {when}, brotli 11, bytes:");
    for (name, size) in sizes {
        println!("    {size:>10}  {name}");
    }
    println!("    {total:>10}  together, of {limit} allowed");
    ensure!(
        total <= limit,
        "a visitor with WebGPU downloads {total} bytes {when}, {} more than the {limit} \
         that crate/xtask/src/budget.rs allows",
        total - limit
    );
    Ok(())
}

/// The files that count, with their sizes as sent, largest first.
fn sizes(dist: &Path) -> Result<Vec<(String, u64)>> {
    let mut sizes = Vec::new();
    for file in files_under(dist)? {
        let name = file.strip_prefix(dist).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let counted = !NOT_COUNTED.iter().any(|start| name.starts_with(start));
        if !counted || name.ends_with(".br") || name.ends_with(".gz") {
            continue;
        }
        let compressed = dist.join(format!("{name}.br"));
        let sent = if compressed.is_file() { compressed } else { file };
        let size = fs::metadata(&sent).with_context(|| format!("read {}", sent.display()))?.len();
        sizes.push((name, size));
    }
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    for folder in [LANGUAGES, USES_LANGUAGES] {
        let mut languages = 0;
        sizes.retain(|(name, _)| {
            languages += usize::from(name.starts_with(folder));
            !name.starts_with(folder) || languages == 1
        });
    }
    Ok(sizes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Scratch;

    #[test]
    fn counts_what_is_sent_and_leaves_out_what_is_not() {
        let scratch = Scratch::new("budget");
        let dist = scratch.0.path("dist");
        for (name, length) in [
            ("index.html", 50),
            ("index.html.br", 20),
            ("index.html.gz", 30),
            ("assets/web.wasm", 900),
            ("assets/web.wasm.br", 300),
            ("assets/picture.png", 7),
            ("assets/cpu/web.wasm", 999),
            ("assets/cpu/web.wasm.br", 500),
            ("models/classic.safetensors", 999),
            ("bench.html", 99),
            ("assets/i18n/en.js", 8),
            ("assets/i18n/zh.js", 9),
        ] {
            let file = dist.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("make");
            fs::write(file, vec![0; length]).expect("write");
        }
        let expected = [
            ("assets/web.wasm", 300),
            ("index.html", 20),
            ("assets/i18n/zh.js", 9),
            ("assets/picture.png", 7),
        ];
        let expected = expected.map(|(name, size)| (name.to_owned(), size));
        assert_eq!(sizes(&dist).expect("readable"), expected);
        check(&dist).expect("within the limits");
        let later = dist.join(LATER).join("map.js");
        fs::create_dir_all(later.parent().expect("a folder")).expect("make");
        fs::write(&later, vec![0; LATER_LIMIT as usize]).expect("write");
        check(&dist).expect("what comes later has a limit of its own");
        fs::write(&later, vec![0; LATER_LIMIT as usize + 1]).expect("write");
        assert!(check(&dist).is_err());
        fs::remove_file(&later).expect("remove");
        for (name, length) in [("en.js", 70), ("zh.js", 100)] {
            let words = dist.join(USES_LANGUAGES).join(name);
            fs::create_dir_all(words.parent().expect("a folder")).expect("make");
            fs::write(&words, vec![0; length]).expect("write");
        }
        let uses = dist.join(USES).join("uses.wasm");
        fs::write(&uses, vec![0; USES_LIMIT as usize - 100]).expect("write");
        check(&dist).expect("so has the chapter Uses, in one language");
        fs::write(&uses, vec![0; USES_LIMIT as usize - 99]).expect("write");
        assert!(check(&dist).is_err());
        fs::write(&uses, "small").expect("write");
        fs::remove_file(dist.join("assets/web.wasm")).expect("remove");
        assert!(check(&dist).is_err(), "a page without its module is not small but broken");
    }

    #[test]
    fn the_limit_itself_is_allowed() {
        let file = |size| [("a.wasm".to_owned(), size)];
        within("first", &file(LIMIT), LIMIT).expect("allowed");
        let error = within("first", &file(LIMIT + 5), LIMIT).expect_err("too much").to_string();
        assert!(error.contains("5 more than"), "{error}");
    }
}
