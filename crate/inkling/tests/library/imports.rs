//! No module of this crate imports itself, not even by way of others, and layers import downwards.

use std::path::Path;

use crate::module_graph::{Graph, Sources};

fn this_crate() -> Graph {
    Graph::of(&Sources::folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")))
}

#[test]
fn no_file_imports_itself_by_way_of_others() {
    let graph = this_crate();
    // The graph would be empty if the parser saw nothing.
    assert!(graph.has_edge("train/trainer.rs", "train/stepper.rs"));
    assert!(graph.has_edge("model/network.rs", "kernels/mod.rs"));
    assert_eq!(graph.cycle(), None);
    assert_eq!(graph.by_top_level().cycle(), None);
}

#[test]
fn kernels_import_neither_the_model_nor_what_uses_it() {
    let graph = this_crate().by_top_level();
    for above in ["model", "train", "eval", "latent", "parity"] {
        for below in ["kernels", "device"] {
            assert!(!graph.has_edge(below, above), "{below} imports {above}");
        }
    }
    for above in ["train", "eval", "latent", "parity"] {
        assert!(!graph.has_edge("model", above), "model imports {above}");
    }
    assert!(!graph.has_edge("train", "eval"), "train imports eval");
}

/// A crate of the given files, with a cycle or without.
#[track_caller]
fn assert_cycle(files: &[(&str, &str)], expected: Option<&str>) {
    let found = Graph::of(&Sources::texts(files)).cycle();
    assert_eq!(found.as_deref(), expected, "in {files:?}");
}

#[test]
fn a_planted_cycle_is_found() {
    // By `use`.
    let lib = ("lib.rs", "mod a; mod b;");
    let b = ("b.rs", "use crate::a::A; pub struct B(A);");
    assert_cycle(
        &[lib, ("a.rs", "use crate::b::B; pub struct A(B);"), b],
        Some("a.rs -> b.rs -> a.rs"),
    );
    // By a path in an expression, in a type, and in a macro's arguments.
    for a in [
        "pub struct A; fn f() { let _ = crate::b::B::new(); }",
        "pub struct A; fn f(_: &super::b::B) {}",
        "pub struct A; fn f() { assert!(crate::b::is_good(), \"b\"); }",
        "pub struct A; fn f() -> Vec<u8> { vec![crate::b::FIRST, 1] }",
    ] {
        assert_cycle(&[lib, ("a.rs", a), b], Some("a.rs -> b.rs -> a.rs"));
    }
    // Through re-exports, over three files, in a folder.
    let files = [
        ("lib.rs", "mod k; pub use k::A;"),
        ("k/mod.rs", "mod a; mod b; mod c; pub use a::A; pub use b::B; use c::C;"),
        ("k/a.rs", "use super::B; pub struct A(B);"),
        ("k/b.rs", "use super::C; pub struct B(C);"),
        ("k/c.rs", "use crate::A; pub struct C(A);"),
    ];
    assert_cycle(&files, Some("k/a.rs -> k/b.rs -> k/c.rs -> k/a.rs"));
    // Between a module and its child.
    let files = [
        ("lib.rs", "mod p;"),
        ("p.rs", "mod c; pub use c::C; pub const N: usize = 1; fn f() -> C { C }"),
        ("p/c.rs", "use super::N; pub struct C;"),
    ];
    assert_cycle(&files, Some("p.rs -> p/c.rs -> p.rs"));
}

#[test]
fn what_is_no_cycle_is_not_taken_for_one() {
    // A child that uses a sibling by way of its parent, whose only tie to it is a re-export.
    let files = [
        ("lib.rs", "mod p;"),
        ("p.rs", "mod c; mod d; pub use c::C; pub use d::D;"),
        ("p/c.rs", "use super::D; pub struct C(D);"),
        ("p/d.rs", "pub struct D;"),
    ];
    assert_cycle(&files, None);
    // Tests may use whatever they need; other crates are none of ours.
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use b::c::D; pub struct A; #[cfg(test)] mod tests { use crate::b::B; }"),
        ("b.rs", "use crate::a::A; use std::fmt; pub struct B(A); #[cfg(test)] mod tests;"),
        ("b/tests.rs", "use crate::b::B;"),
    ];
    assert_cycle(&files, None);
}
