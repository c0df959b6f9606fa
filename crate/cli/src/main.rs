//! `inkling`: trains and measures the page's VAE natively.

mod classifier;
mod compact;
mod device;
mod digits;
mod evaluate;
mod measure;
mod mnist;
mod pretrain;
mod quality;
mod train;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    version,
    about = "A variational autoencoder, natively: the same library as the web page."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a preset and print the loss on the test split after each epoch.
    Train(train::Arguments),
    /// Train a model on MNIST's training split, for the page to ship, and write it with its model
    /// card.
    Pretrain(pretrain::Arguments),
    /// Write a trained model with 8-bit weights, for the page to ship, and measure what they cost.
    Compact(compact::Arguments),
    /// Measure a trained model on MNIST's test split.
    Evaluate(evaluate::Arguments),
    /// Train the small digit classifier that `evaluate` measures samples with.
    Classifier(classifier::Arguments),
    /// Measure the built-in digits: what is trained on them alone reads and models MNIST.
    EvaluateDigits(digits::Arguments),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Train(arguments) => train::run(&arguments),
        Command::Pretrain(arguments) => pretrain::run(&arguments),
        Command::Compact(arguments) => compact::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Classifier(arguments) => classifier::run(&arguments),
        Command::EvaluateDigits(arguments) => digits::run(&arguments),
    }
}
