use thiserror::Error;

use super::range::OutOfRange;

/// Why a checkpoint, a model file or a classifier's file cannot be used.
///
/// Names come from the file: control characters are replaced, and they are cut to 80 characters.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FileError {
    /// Fewer bytes than the length of a header takes.
    #[error("it is empty or cut short")]
    TooShort,
    /// The header's length is beyond the file's end.
    #[error("it is no safetensors file, or cut short: its header would not end within it")]
    NotSafetensors,
    /// The header is not the JSON that the format wants.
    #[error("it is no safetensors file: its header is not JSON of that kind")]
    BadHeader,
    /// The tensors take more or fewer bytes than the file has.
    #[error("it is cut short, or longer than its header says")]
    Length,
    /// Two tensors share bytes, or some bytes belong to none.
    #[error("{name} overlaps another tensor, or leaves a gap")]
    TensorOverlap {
        /// The tensor.
        name: String,
    },
    /// A shape and a number of bytes that do not fit.
    #[error("its header gives a tensor more or fewer bytes than its shape needs")]
    TensorSize,
    /// Numbers of a type that models do not have.
    #[error("{name} holds {found}, not 16-bit or 32-bit floats")]
    TensorType {
        /// The tensor.
        name: String,
        /// The type, as the format names it.
        found: String,
    },
    /// 8-bit integers without a scale, or with one that is of another shape, not finite or
    /// negative.
    #[error("the scale of {name} is missing, or does not fit it")]
    BadScale {
        /// The tensor.
        name: String,
    },
    /// The encoder or the decoder alone, where a whole model is needed.
    #[error("it holds only half of a model, its encoder or its decoder")]
    OnlyHalf,
    /// The other half of a model, or a whole one, where one half is needed.
    #[error("it is not the half of a model that is needed here")]
    OtherHalf,
    /// An encoder for another decoder.
    #[error("its encoder belongs to another decoder than the one that is there")]
    HalvesMismatch,
    /// Another fault that the format's own checks found.
    #[error("{detail}")]
    Unreadable {
        /// What they say.
        detail: String,
    },
    /// The metadata lack the entry that this crate writes.
    #[error("it was written by another program: its metadata have no entry \"{name}\"")]
    Foreign {
        /// The entry.
        name: &'static str,
    },
    /// The metadata's entry is not the JSON that this crate writes.
    #[error("its description of the model cannot be read ({detail})")]
    BadDescription {
        /// What the JSON parser says.
        detail: String,
    },
    /// The description holds a setting outside its range.
    #[error(transparent)]
    BadSetting(OutOfRange),
    /// The model needs a parameter that the file lacks.
    #[error("the parameter {name} is missing")]
    MissingTensor {
        /// The parameter.
        name: String,
    },
    /// The file has a parameter that the model lacks.
    #[error("this model has no parameter {name}")]
    ExtraTensor {
        /// The parameter.
        name: String,
    },
    /// A parameter of another shape.
    #[error("the parameter {name} has the shape {found}, this model needs {expected}")]
    TensorShape {
        /// The parameter.
        name: String,
        /// The shape that the model needs.
        expected: String,
        /// The shape in the file, which may have any number of dimensions: cut as names are.
        found: String,
    },
    /// A parameter with a NaN or an infinity.
    #[error("the parameter {name} holds numbers that are not finite")]
    TensorNotFinite {
        /// The parameter.
        name: String,
    },
    /// Numbers that cannot be written: not finite, or beyond 65,504 as 16-bit floats.
    #[error("{name} holds numbers that the file cannot hold")]
    Unwritable {
        /// The parameter.
        name: String,
    },
    /// The file is too small for the model it describes.
    #[error("it holds fewer weights than the model that it describes")]
    TooSmall,
    /// The model was not made from a preset.
    #[error("its model is none of the presets")]
    UnknownModel,
    /// Adam's moments are missing or of another shape.
    #[error("the optimiser's state of {name} does not fit this model")]
    BadOptimizer {
        /// The parameter.
        name: String,
    },
    /// Adam's moments are not finite, or below 0 where they cannot be.
    #[error(
        "the optimiser's state of {name} holds numbers that are not finite, or below 0 where none \
         can be"
    )]
    BadMoments {
        /// The parameter and which of its moments.
        name: String,
    },
    /// A pretrained model's file, where a checkpoint is needed.
    #[error("it holds a ready-made model without what training on would need")]
    NoTrainingState,
    /// More steps than any run can have.
    #[error("no run has {found} steps")]
    TooManySteps {
        /// Steps in the file.
        found: usize,
    },
    /// A model without an encoder, and no codes of its training images.
    #[error("the codes of its training images are missing")]
    NoCodes,
    /// Codes belong to the images they were found for.
    #[error(
        "a model without an encoder has a code for each training image, this one for {expected}, \
         and the data set has {found}: load the data set that it was trained on first"
    )]
    CodesMismatch {
        /// Images that the file has codes of.
        expected: usize,
        /// Training images in the data set.
        found: usize,
    },
    /// Codes that are missing or of another shape, or moments below 0 where they cannot be.
    #[error("{name} does not fit this model or its data set")]
    BadCodes {
        /// The tensor.
        name: String,
    },
    /// A classifier's record that cannot be true.
    #[error("what it says about itself cannot be true")]
    BadRecord,
}
