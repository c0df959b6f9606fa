//! Checks a compiled wasm module before its names are stripped.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use wasmparser::{KnownCustom, Name, Parser, Payload};

/// The suffix of the wrappers that wasm-ld adds: they run all constructors before every call of an
/// export.
const WRAPPER: &str = ".command_export";

/// Fails if wasm-ld has wrapped the exports. A wrapped export runs all constructors on every call,
/// which made everything ten times slower. It happens if nothing calls `__wasm_call_ctors`: wasm-ld
/// then treats the module as a command, a program that starts and ends with each call. Returns the
/// number of names checked.
///
/// # Errors
/// When there is a wrapper, when the module cannot be read, or when it has no function names.
pub fn no_wrapped_exports(module: &Path) -> Result<usize> {
    let wasm = fs::read(module).with_context(|| format!("read {}", module.display()))?;
    let names = names(&wasm).with_context(|| format!("read {} as wasm", module.display()))?;
    ensure!(
        names.functions > 0,
        "{} has no names of functions, so that wrappers cannot be found: \
         is `strip` set in its profile?",
        module.display()
    );
    let wrappers: Vec<_> = names.all.iter().filter(|name| name.ends_with(WRAPPER)).collect();
    ensure!(
        wrappers.is_empty(),
        "{} has {} functions *{WRAPPER}, such as {}: each call of an export runs all constructors. \
         Call `__wasm_call_ctors` once in the #[wasm_bindgen(start)] function of crate/web.",
        module.display(),
        wrappers.len(),
        wrappers[0]
    );
    Ok(names.all.len())
}

struct Names<'a> {
    all: Vec<&'a str>,
    functions: usize,
}

/// Collects the names of exports and functions.
fn names(wasm: &[u8]) -> Result<Names<'_>> {
    let mut names = Names { all: Vec::new(), functions: 0 };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ExportSection(exports) => {
                for export in exports {
                    names.all.push(export?.name);
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else {
                    continue;
                };
                for subsection in subsections {
                    let Name::Function(functions) = subsection? else {
                        continue;
                    };
                    for function in functions {
                        names.all.push(function?.name);
                        names.functions += 1;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Scratch;

    /// A section of a wasm module: id, length and content. Contents must be shorter than 128 bytes,
    /// so that the length is one byte.
    fn section(id: u8, content: &[u8]) -> Vec<u8> {
        let length = u8::try_from(content.len()).expect("short");
        [&[id, length], content].concat()
    }

    fn text(text: &str) -> Vec<u8> {
        [&[u8::try_from(text.len()).expect("short")], text.as_bytes()].concat()
    }

    /// A module with one function, exported as `export`. `function` is its name in the name
    /// section, if any.
    fn module(export: &str, function: Option<&str>) -> Vec<u8> {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        wasm.extend(section(1, &[1, 0x60, 0, 0]));
        wasm.extend(section(3, &[1, 0]));
        wasm.extend(section(7, &[&[1], &text(export)[..], &[0, 0]].concat()));
        wasm.extend(section(10, &[1, 2, 0, 0x0b]));
        if let Some(name) = function {
            let functions = section(1, &[&[1, 0], &text(name)[..]].concat());
            wasm.extend(section(0, &[text("name"), functions].concat()));
        }
        wasm
    }

    fn check(wasm: &[u8]) -> Result<usize> {
        let scratch = Scratch::new(&format!("wasm-{:?}", std::thread::current().id()));
        let file = scratch.0.path("module.wasm");
        fs::write(&file, wasm)?;
        no_wrapped_exports(&file)
    }

    #[test]
    fn wrappers_are_found_by_export_and_by_function() {
        assert_eq!(check(&module("train", Some("train"))).expect("clean"), 2);
        let by_function = check(&module("train", Some("train.command_export")));
        assert!(by_function.expect_err("wrapped").to_string().contains("train.command_export"));
        assert!(check(&module("train.command_export", Some("train"))).is_err());
    }

    #[test]
    fn a_module_that_cannot_be_judged_is_an_error() {
        let nameless = check(&module("train", None)).expect_err("no names").to_string();
        assert!(nameless.contains("no names"), "{nameless}");
        assert!(check(b"not wasm").is_err());
    }
}
