//! `inkling evaluate --measure`: the figures of the chapter Uses, each in a file of its own.

mod anomalies;
mod augment;
mod compress;
mod denoise;
mod few_labels;
mod finish;
mod hand;
mod teach;

use std::path::Path;

use anyhow::{Result, ensure};
use clap::ValueEnum;
use inkling::burn::tensor::Device;
use inkling::data::{Dataset, Split};
use inkling::eval::Classifier;
use inkling::model::Model;

/// What to measure instead of the ELBO.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
pub(crate) enum Measure {
    /// A conditional model: test images written as every class. Are they read as wanted, and in
    /// the same hand? Takes --classifier.
    Hand,
    /// Test images without their lower half: does the model finish them as they were? Takes
    /// --classifier.
    Finish,
    /// Test images with noise of three kinds: what comes back of them.
    Denoise,
    /// How well the likelihood tells digits from letters, scribbles, plain strokes and, with
    /// --fashion, Fashion-MNIST.
    Anomalies,
    /// Bits that a digit takes by the model, as PNG, by gzip.
    Compress,
    /// Classifiers that were taught a few labels, from codes and from pixels. Takes --beside.
    FewLabels,
    /// A conditional model: what its written digits teach a classifier.
    Augment,
    /// A conditional model: is a symbol that it is taught written as it was drawn, and are its
    /// digits still legible? With generated digits. Takes --classifier.
    Teach,
}

/// What a measurement has to work with.
pub(crate) struct Setting<'a> {
    /// On `device`, which is the CPU.
    pub(crate) model: &'a Model,
    pub(crate) device: &'a Device,
    /// MNIST.
    pub(crate) dataset: &'a Dataset,
    /// `--images`: how many test images.
    pub(crate) images: usize,
    /// `--seed`
    pub(crate) seed: u32,
    /// The digit classifier of `--classifier`.
    pub(crate) classifier: Option<&'a Classifier>,
    /// Folder of `--fashion`: four IDX files of Fashion-MNIST.
    pub(crate) fashion: Option<&'a Path>,
    /// File of `--beside`: another model.
    pub(crate) beside: Option<&'a Path>,
}

/// Measures it and prints a table.
pub(crate) fn run(measure: Measure, setting: &Setting<'_>) -> Result<()> {
    let fashion = setting.fashion.is_none() || measure == Measure::Anomalies;
    ensure!(fashion, "--fashion is for --measure anomalies");
    let beside = setting.beside.is_none() || measure == Measure::FewLabels;
    ensure!(beside, "--beside is for --measure few-labels");
    match measure {
        Measure::Hand => hand::run(setting),
        Measure::Finish => finish::run(setting),
        Measure::Denoise => denoise::run(setting),
        Measure::Anomalies => anomalies::run(setting),
        Measure::Compress => compress::run(setting),
        Measure::FewLabels => few_labels::run(setting),
        Measure::Augment => augment::run(setting),
        Measure::Teach => teach::run(setting),
    }
}

/// `count` different images of the split, or all of them.
fn picked(split: &Split, count: usize, seed: u32) -> Vec<u8> {
    let chosen = split.pick(count, seed).into_iter().filter_map(|index| split.image(index));
    chosen.flatten().copied().collect()
}
