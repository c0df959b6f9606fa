//! Which file of a crate uses what is defined in which other, read from the sources.
//!
//! A use is an import, or a path in the code that starts at `crate`, `self`, `super`, a child
//! module or an imported name. It counts for the file that defines the item: re-exports are
//! followed, and are no use by themselves. What is compiled for tests alone is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, Token, UseTree, Visibility};

/// The text of each file, by its path below `src`.
pub struct Sources(BTreeMap<String, String>);

impl Sources {
    /// All Rust files in a folder.
    pub fn folder(root: &Path) -> Self {
        let mut found = BTreeMap::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("a folder").map(|e| e.expect("an entry")) {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.strip_prefix(root).expect("inside").to_str().expect("UTF-8");
                    let text = fs::read_to_string(&path).expect("readable");
                    found.insert(name.replace('\\', "/"), text);
                }
            }
        }
        Self(found)
    }

    pub fn texts(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect())
    }
}

/// A node for each file, an edge to each other one that it uses.
#[derive(Debug, Default)]
pub struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    /// # Panics
    /// If a file cannot be parsed, or a module has no file.
    pub fn of(sources: &Sources) -> Self {
        let mut modules = Modules::default();
        modules.add(sources, vec![], "lib.rs");
        let mut graph = Self::default();
        for (path, module) in &modules.0 {
            let mut uses = Uses { modules: &modules, module: path, found: BTreeSet::new() };
            module.items.iter().for_each(|item| uses.visit_item(item));
            uses.found.remove(&module.file);
            graph.0.entry(module.file.clone()).or_default().extend(uses.found);
        }
        graph
    }

    /// The same between the modules at the top of the crate. The root itself is left out.
    pub fn by_top_level(&self) -> Self {
        let top = |file: &str| {
            let name = file.split('/').next().unwrap_or(file);
            name.trim_end_matches(".rs").to_owned()
        };
        let mut graph = Self::default();
        for (from, targets) in self.0.iter().filter(|(from, _)| *from != "lib.rs") {
            let targets = targets.iter().filter(|to| *to != "lib.rs").map(|to| top(to));
            graph.0.entry(top(from)).or_default().extend(targets.filter(|to| *to != top(from)));
        }
        graph
    }

    pub fn has_edge(&self, from: &str, to: &str) -> bool {
        self.0.get(from).is_some_and(|targets| targets.contains(to))
    }

    /// A cycle, if there is one: `a -> b -> a`.
    pub fn cycle(&self) -> Option<String> {
        let mut done = BTreeSet::new();
        self.0.keys().find_map(|start| self.cycle_from(start, &mut vec![], &mut done))
    }

    fn cycle_from<'a>(
        &'a self,
        node: &'a str,
        path: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<String> {
        if let Some(start) = path.iter().position(|other| *other == node) {
            return Some([&path[start..], &[node]].concat().join(" -> "));
        }
        if done.contains(node) {
            return None;
        }
        path.push(node);
        let targets = self.0.get(node).into_iter().flatten();
        let found = targets.into_iter().find_map(|target| self.cycle_from(target, path, done));
        path.pop();
        done.insert(node);
        found
    }
}

/// All modules by their paths; the root's is empty.
#[derive(Default)]
struct Modules(BTreeMap<Vec<String>, Module>);

struct Module {
    file: String,
    items: Vec<Item>,
    /// What its `use` items, of whatever visibility, bring in: a name and where it comes from.
    imports: BTreeMap<String, Vec<String>>,
}

impl Modules {
    fn add(&mut self, sources: &Sources, path: Vec<String>, file: &str) {
        let text = sources.0.get(file).unwrap_or_else(|| panic!("there is no {file}"));
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        // `x.rs` and `x/mod.rs` both have their children in `x`.
        let folder = path.iter().map(|name| format!("{name}/")).collect::<String>();
        let mut imports = BTreeMap::new();
        let (mut items, mut children) = (vec![], vec![]);
        for item in parsed.items.into_iter().filter(|item| !is_for_tests(attributes(item))) {
            match &item {
                Item::Mod(module) if module.content.is_none() => {
                    children.push(module.ident.to_string());
                }
                Item::Use(item) => leaves(&item.tree, &mut vec![], &mut |name, path| {
                    imports.insert(name, path);
                }),
                _ => {}
            }
            items.push(item);
        }
        self.0.insert(path.clone(), Module { file: file.into(), items, imports });
        for name in children {
            let files = [format!("{folder}{name}.rs"), format!("{folder}{name}/mod.rs")];
            let file = files.iter().find(|file| sources.0.contains_key(*file));
            let file = file.unwrap_or_else(|| panic!("no file for the module {name} of {file:?}"));
            self.add(sources, [path.clone(), vec![name]].concat(), file);
        }
    }

    /// The file that defines what `segments` mean in `module`; `None` for another crate's.
    fn file_of(&self, module: &[String], segments: &[String], depth: usize) -> Option<&str> {
        assert!(depth < 32, "re-exports in a circle: {segments:?}");
        let (first, rest) = segments.split_first()?;
        match first.as_str() {
            "crate" => self.below(vec![], rest, depth),
            "self" => self.below(module.to_vec(), rest, depth),
            "super" => self.below(module[..module.len().checked_sub(1)?].to_vec(), rest, depth),
            _ => {
                let child = [module, std::slice::from_ref(first)].concat();
                let is_known = self.0.contains_key(&child)
                    || self.0.get(module).is_some_and(|m| m.imports.contains_key(first));
                is_known.then(|| self.below(module.to_vec(), segments, depth)).flatten()
            }
        }
    }

    fn below(&self, mut module: Vec<String>, segments: &[String], depth: usize) -> Option<&str> {
        let mut segments = segments;
        while let Some((first, rest)) = segments.split_first() {
            if first == "super" {
                module.pop()?;
                segments = rest;
                continue;
            }
            let child = [&module[..], std::slice::from_ref(first)].concat();
            // A name may be a module and an item at once: then the module is meant if more follows.
            let imported = self.0.get(&module)?.imports.get(first);
            if self.0.contains_key(&child) && (imported.is_none() || !rest.is_empty()) {
                (module, segments) = (child, rest);
            } else if let Some(source) = imported {
                let path = [source, rest].concat();
                // An import of the module's own item, such as a macro, leads nowhere else.
                let is_own = source.as_slice() == std::slice::from_ref(first);
                return match is_own {
                    true => self.0.get(&module).map(|m| m.file.as_str()),
                    false => self.file_of(&module, &path, depth + 1),
                };
            } else {
                break;
            }
        }
        self.0.get(&module).map(|m| m.file.as_str())
    }
}

/// Finds the files that a module uses.
struct Uses<'a> {
    modules: &'a Modules,
    module: &'a [String],
    found: BTreeSet<String>,
}

impl Uses<'_> {
    fn note(&mut self, segments: &[String]) {
        if let Some(file) = self.modules.file_of(self.module, segments, 0) {
            self.found.insert(file.to_owned());
        }
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_for_tests(attributes(item)) {
            return;
        }
        match item {
            // A re-export is followed when its name is used.
            Item::Use(item) if !matches!(item.vis, Visibility::Inherited) => {}
            Item::Use(item) => leaves(&item.tree, &mut vec![], &mut |_, path| self.note(&path)),
            item => visit::visit_item(self, item),
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let is_import = self.modules.0[self.module].imports.contains_key(&segments[0]);
        // One segment that is no import is a local name, even if a module is called so too.
        if segments.len() > 1 || is_import {
            self.note(&segments);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invocation: &'ast syn::Macro) {
        visit::visit_macro(self, invocation);
        // The arguments of `vec!`, `assert!` and the like are expressions.
        let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
        if let Ok(arguments) = invocation.parse_body_with(parser) {
            let mut inner =
                Uses { modules: self.modules, module: self.module, found: BTreeSet::new() };
            arguments.iter().for_each(|argument| inner.visit_expr(argument));
            self.found.extend(inner.found);
        }
    }
}

/// Calls `note` with the name and the path of everything that a `use` brings in.
fn leaves(tree: &UseTree, path: &mut Vec<String>, note: &mut impl FnMut(String, Vec<String>)) {
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            leaves(&tree.tree, path, note);
            path.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, path, note)),
        UseTree::Glob(_) => note("*".into(), path.clone()),
        UseTree::Name(tree) if tree.ident == "self" => {
            note(path.last().cloned().unwrap_or_default(), path.clone());
        }
        UseTree::Name(tree) => {
            note(tree.ident.to_string(), [&path[..], &[tree.ident.to_string()]].concat());
        }
        UseTree::Rename(tree) => {
            note(tree.rename.to_string(), [&path[..], &[tree.ident.to_string()]].concat());
        }
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
