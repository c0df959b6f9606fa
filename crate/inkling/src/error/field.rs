use std::fmt;

/// A setting or an argument, as errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "`Display` says what each is")]
pub enum Field {
    Batch,
    Beta,
    Binarised,
    Channels,
    Codes,
    Convolutions,
    Count,
    DenseSize,
    Distortion,
    Epochs,
    Frames,
    FreeBits,
    HiddenLayers,
    HiddenSize,
    Indices,
    Kind,
    Labels,
    Latent,
    Layer,
    LearningRate,
    Path,
    Pen,
    Pixels,
    Preset,
    Samples,
    Seed,
    Split,
    Starts,
    Strength,
    Times,
    Top,
    Unit,
    Variance,
    WarmupSteps,
    Workload,
    X,
    Y,
}

impl Field {
    /// Its identifier, as the settings have it in JavaScript: `learningRate`.
    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// The identifier, and what a person calls it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Field::Batch => ("batch", "batch"),
            Field::Beta => ("beta", "beta"),
            Field::Binarised => ("binarised", "share of binarised images"),
            Field::Channels => ("channels", "channels"),
            Field::Codes => ("codes", "codes"),
            Field::Convolutions => ("convolutions", "number of convolutions"),
            Field::Count => ("count", "count"),
            Field::DenseSize => ("denseSize", "dense size"),
            Field::Distortion => ("distortion", "distortion"),
            Field::Epochs => ("epochs", "epochs"),
            Field::Frames => ("frames", "frames"),
            Field::FreeBits => ("freeBits", "free bits"),
            Field::HiddenLayers => ("hiddenLayers", "number of hidden layers"),
            Field::HiddenSize => ("hiddenSize", "hidden size"),
            Field::Indices => ("indices", "indices of a batch"),
            Field::Kind => ("kind", "kind of axes"),
            Field::Labels => ("labels", "number of labels"),
            Field::Latent => ("latent", "latent size"),
            Field::Layer => ("layer", "layer"),
            Field::LearningRate => ("learningRate", "learning rate"),
            Field::Path => ("path", "path"),
            Field::Pen => ("pen", "pen"),
            Field::Pixels => ("pixels", "pixels"),
            Field::Preset => ("preset", "preset"),
            Field::Samples => ("samples", "samples"),
            Field::Seed => ("seed", "seed"),
            Field::Split => ("split", "split"),
            Field::Starts => ("starts", "number of starts"),
            Field::Strength => ("strength", "strength"),
            Field::Times => ("times", "times"),
            Field::Top => ("top", "number of top images"),
            Field::Unit => ("unit", "unit"),
            Field::Variance => ("variance", "variance"),
            Field::WarmupSteps => ("warmupSteps", "beta warm-up steps"),
            Field::Workload => ("workload", "workload"),
            Field::X => ("x", "horizontal axis"),
            Field::Y => ("y", "vertical axis"),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names().1)
    }
}
