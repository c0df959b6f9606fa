//! Few labels: classifiers on codes and on pixels, with a handful of labels a class.
//!
//! A VAE learns from images without labels what digits look like. If its codes say in a few numbers
//! what hundreds of pixels say, a classifier that gets them needs fewer labelled digits. Here the
//! same two classifiers learn from the same few labels, once from the codes and once from the
//! pixels.

mod classify;
mod codes;
mod study;

pub(crate) use classify::matrix;
pub use classify::{Lesson, Method, Reading};
pub use codes::{Scaling, posterior_means};
pub use study::{DRAWS, Digits, HELD_OUT, POOL, SIZES, Seen, Study};
