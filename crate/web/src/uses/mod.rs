//! What a page asks in the chapter Uses, in the build of that name: a file for each use. They are
//! methods of [`Engine`](crate::Engine) like the other queries.

mod anomalies;
mod augment;
mod compress;
mod denoise;
mod few_labels;
mod finish;
mod hand;
