//! What a VAE is good for, each use in a module of its own: the page's chapter Uses and
//! `inkling evaluate --measure` compute with them, always on the CPU.

pub mod anomalies;
pub mod augment;
pub mod compress;
pub mod denoise;
pub mod few_labels;
pub mod finish;
pub mod hand;
pub mod scribbles;
mod search;
pub mod shape;
