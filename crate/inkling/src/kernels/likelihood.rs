/// The distribution of a pixel given the decoder's output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Likelihood {
    /// The output is a logit.
    Bernoulli,
    /// The sigmoid of the output is the mean.
    Gaussian {
        /// The variance of every pixel.
        variance: f32,
    },
    /// As [`Gaussian`](Self::Gaussian), with a second output for the log-variance.
    GaussianLearned,
}
