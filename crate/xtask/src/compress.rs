//! Writes compressed copies next to the page's files: `x.js.br` and `x.js.gz` for `x.js`.

use std::{
    cmp::Reverse,
    collections::HashSet,
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::{Context, Result, ensure};
use flate2::{Compression, write::GzEncoder};

use crate::{
    project::{Project, files_under},
    stage::stage,
    stamp::{Inputs, content_hash, unless_current},
};

/// File extensions worth compressing.
const COMPRESSIBLE: [&str; 11] =
    ["html", "css", "js", "mjs", "wasm", "json", "svg", "txt", "webmanifest", "safetensors", "ico"];

/// Whether the file is one of these compressed copies.
pub fn is_made(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "br" || ending == "gz")
}

/// Compresses every compressible file under `folder`. Results are cached by content, so an
/// unchanged file is compressed only once.
///
/// # Errors
/// When a file cannot be read or written.
pub fn folder(project: &Project, folder: &Path) -> Result<()> {
    let files: Vec<PathBuf> =
        files_under(folder)?.into_iter().filter(|f| is_compressible(f)).collect();
    let names: Vec<String> = files
        .iter()
        .filter_map(|file| Some(file.strip_prefix(folder).ok()?.to_str()?.to_owned()))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let inputs = Inputs::default().text(include_str!("compress.rs")).files(folder, &names)?;
    let outputs = || Ok(files_under(folder)?.into_iter().filter(|file| is_made(file)).collect());
    unless_current(project, "compression", inputs, outputs, || {
        stage("compression: brotli 11 and gzip 9", || compress_all(&project.notes()?, &files))
    })
}

fn is_compressible(file: &Path) -> bool {
    let ending = file.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| COMPRESSIBLE.contains(&ending))
}

fn compress_all(notes: &Path, files: &[PathBuf]) -> Result<()> {
    let all = notes.join("compressed");
    // A change of the settings, which are in this file, starts a new cache.
    let cache = all.join(&content_hash(include_bytes!("compress.rs"))[..16]);
    fs::create_dir_all(&cache).with_context(|| format!("make {}", cache.display()))?;
    let mut jobs: Vec<(&PathBuf, &str)> =
        files.iter().flat_map(|f| [(f, "br"), (f, "gz")]).collect();
    // The longest jobs first: otherwise one thread would still be busy when the others are done.
    let length = |file: &Path| fs::metadata(file).map_or(0, |meta| meta.len());
    jobs.sort_by_key(|(file, kind)| (*kind != "br", Reverse(length(file))));

    let next = AtomicUsize::new(0);
    let used = Mutex::new(HashSet::new());
    let work = || -> Result<()> {
        while let Some((file, kind)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
            let entry = compress_one(&cache, file, kind)?;
            used.lock().map(|mut used| used.insert(entry)).ok();
        }
        Ok(())
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        handles.into_iter().try_for_each(|handle| {
            handle.join().unwrap_or_else(|_| anyhow::bail!("a compressing thread panicked"))
        })
    })?;

    let used = used.into_inner().unwrap_or_default();
    for old in files_under(&all)?.into_iter().filter(|file| !used.contains(file)) {
        let _ = fs::remove_file(old);
    }
    Ok(())
}

/// Writes `file.kind` and returns the path of its cache entry.
fn compress_one(cache: &Path, file: &Path, kind: &str) -> Result<PathBuf> {
    let content = fs::read(file).with_context(|| format!("read {}", file.display()))?;
    let entry = cache.join(format!("{}.{kind}", content_hash(&content)));
    if !entry.is_file() {
        let small = if kind == "br" { node(BROTLI, file)? } else { gzip(&content)? };
        // Write, then rename: an interrupted build must not leave half a file under this name.
        let part = entry.with_extension(format!("{kind}.{:?}", thread::current().id()));
        fs::write(&part, small)?;
        fs::rename(&part, &entry).with_context(|| format!("write {}", entry.display()))?;
    }
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{kind}"));
    fs::copy(&entry, &beside).with_context(|| format!("compress {}", file.display()))?;
    Ok(entry)
}

/// Node has the original encoder, which writes smaller files than the one in Rust.
const BROTLI: &str = "const { brotliCompressSync, constants: c } = require('node:zlib'); \
    const content = require('node:fs').readFileSync(process.argv[1]); \
    const params = { [c.BROTLI_PARAM_QUALITY]: 11, [c.BROTLI_PARAM_LGWIN]: 24, \
        [c.BROTLI_PARAM_SIZE_HINT]: content.length }; \
    process.stdout.write(brotliCompressSync(content, { params }));";

/// What a script for Node writes of a file.
fn node(script: &str, file: &Path) -> Result<Vec<u8>> {
    let output = Command::new("node").args(["-e", script]).arg(file).output();
    let output = output.context("node could not be started: install Node 20 or newer")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "node on {} failed: {said}", file.display());
    Ok(output.stdout)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::project::Scratch;

    #[test]
    fn copies_hold_the_same_content_and_come_from_the_cache_next_time() {
        let scratch = Scratch::new("compress");
        let project = &scratch.0;
        let dist = project.path("dist/assets");
        fs::create_dir_all(&dist).expect("make");
        let text = "ink ".repeat(1000);
        for name in ["a.js", "same.js", "picture.png"] {
            fs::write(dist.join(name), &text).expect("write");
        }
        folder(project, &project.path("dist")).expect("compresses");

        const UNPACK: &str = "const content = require('node:fs').readFileSync(process.argv[1]); \
            process.stdout.write(require('node:zlib').brotliDecompressSync(content));";
        let plain = node(UNPACK, &dist.join("a.js.br")).expect("valid");
        assert_eq!(plain, text.as_bytes());
        let mut plain = String::new();
        let gz = fs::read(dist.join("same.js.gz")).expect("gzip");
        GzDecoder::new(&gz[..]).read_to_string(&mut plain).expect("valid");
        assert_eq!(plain, text);
        assert!(!dist.join("picture.png.br").exists());

        let cache = project.notes().expect("notes").join("compressed");
        let entries = files_under(&cache).expect("cache");
        assert_eq!(entries.len(), 2, "one content, two kinds: {entries:?}");
        let entry = entries.iter().find(|e| e.extension().is_some_and(|e| e == "br")).expect("br");
        fs::write(entry, "from the cache").expect("write");
        fs::remove_file(dist.join("a.js.br")).expect("remove");
        folder(project, &project.path("dist")).expect("compresses");
        assert_eq!(fs::read(dist.join("a.js.br")).expect("brotli"), b"from the cache");

        fs::write(dist.join("a.js"), "b").expect("write");
        fs::write(dist.join("same.js"), "b").expect("write");
        folder(project, &project.path("dist")).expect("compresses");
        assert!(!entry.exists(), "what nobody needs any more is removed");
    }
}
