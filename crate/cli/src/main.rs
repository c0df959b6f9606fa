//! `inkling`: trains and measures the page's VAE natively.

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
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Train(arguments) => train::run(&arguments),
    }
}
