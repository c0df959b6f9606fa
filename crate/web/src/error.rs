//! Errors on their way to JavaScript: `Error` objects that say in `code` and `reason` what
//! happened, and in the fields of the reason with which numbers and names.

use std::fmt;

use inkling::error::{cause, excerpt};
use inkling::{DataError, FileError, OutOfRange};
use js_sys::{Array, Error as JsError, Reflect};
use serde::Serialize;
use tsify::Tsify;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// What goes wrong at the border, or behind it.
#[derive(Debug)]
pub enum Failure {
    /// The library refused or failed.
    Library(inkling::Error),
    /// A call needs a data set.
    NoDataset,
    /// A call needs a configured model.
    NoModel,
    /// No pretrained model was loaded under that name.
    NoPretrained(String),
    /// A pretrained model must have an encoder.
    PretrainedNoEncoder,
    /// Generating has not begun.
    NotGenerating,
    /// An argument of the wrong type. What the caller wrote may stand in it: it is cut.
    BadArgument(String),
    /// A result that cannot be handed over.
    Internal(String),
}

/// Why something failed. `EngineError` lists the fields that each reason comes with.
#[derive(Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reason {
    Range,
    UnknownChoice,
    BadArgument,
    NoDataset,
    NoModel,
    NoPretrained,
    NotGenerating,
    Finished,
    Diverged,
    NoEncoder,
    LabelsWithoutEncoder,
    NeedsLabels,
    UnknownLabel,
    NotConditional,
    Shape,
    LatentMismatch,
    NotFinite,
    TooFewImages,
    NotADigit,
    TooManyCodes,
    NoStep,
    EmptyFile,
    PixelCount,
    NotIdx,
    GzipTruncated,
    GzipDamaged,
    OutOfMemory,
    IdxType,
    LabelsNotImages,
    ImagesNotLabels,
    IdxDimensions,
    ImageSize,
    NoItems,
    TooManyItems,
    IdxHeaderTruncated,
    IdxTruncated,
    IdxTrailing,
    TooManyMixed,
    LabelsMismatch,
    FileTooShort,
    NotSafetensors,
    BadHeader,
    FileLength,
    TensorOverlap,
    TensorSize,
    TensorType,
    BadScale,
    OnlyHalf,
    OtherHalf,
    HalvesMismatch,
    Unreadable,
    ForeignFile,
    BadDescription,
    BadSetting,
    MissingTensor,
    ExtraTensor,
    TensorShape,
    TensorNotFinite,
    Unwritable,
    FileTooSmall,
    UnknownModel,
    BadOptimizer,
    BadMoments,
    NoTrainingState,
    TooManySteps,
    NoCodes,
    CodesMismatch,
    BadCodes,
    BadRecord,
    PretrainedNoEncoder,
    Device,
    WrongNumbers,
    #[allow(dead_code, reason = "only the WebGPU build has a device that can be lost")]
    DeviceLost,
    Panic,
    Internal,
}

#[wasm_bindgen(typescript_custom_section)]
const ENGINE_ERROR: &str = r#"
/** What every method of this module throws or rejects with. */
export interface EngineError extends Omit<Error, 'name'> {
  /** The class of the error, for control flow. */
  code: 'config' | 'data' | 'state' | 'device' | 'panic' | 'internal';
  reason: Reason;
  /** A setting or an argument. */
  field?: string;
  low?: number;
  high?: number;
  /** Whether only whole numbers are allowed. */
  integer?: boolean;
  /** What was refused: a number with the reasons `range`, `badSetting` and `notADigit`. */
  value?: number | string;
  allowed?: string[];
  expected?: number | string;
  found?: number | string;
  /** What is counted. */
  items?: 'images' | 'labels';
  images?: number;
  labels?: number;
  width?: number;
  height?: number;
  epochs?: number;
  name?: string;
  /** Technical, in English. */
  detail?: string;
}
"#;

impl From<inkling::Error> for Failure {
    fn from(error: inkling::Error) -> Self {
        Failure::Library(error)
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Self {
        Failure::Library(error.into())
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let js = JsFailure(JsError::new(&failure.to_string()));
        js.set("code", failure.code());
        let reason = match &failure {
            Failure::Library(error) => js.library(error),
            Failure::NoDataset => Reason::NoDataset,
            Failure::NoModel => Reason::NoModel,
            Failure::NoPretrained(name) => js.with("name", excerpt(name), Reason::NoPretrained),
            Failure::PretrainedNoEncoder => Reason::PretrainedNoEncoder,
            Failure::NotGenerating => Reason::NotGenerating,
            Failure::BadArgument(detail) => js.with("detail", detail.as_str(), Reason::BadArgument),
            Failure::Internal(detail) => js.with("detail", detail.as_str(), Reason::Internal),
        };
        js.set("reason", reason);
        js.0.into()
    }
}

impl Failure {
    fn code(&self) -> &'static str {
        match self {
            Failure::Library(error) => error.code(),
            Failure::NoDataset
            | Failure::NoModel
            | Failure::NoPretrained(_)
            | Failure::NotGenerating => "state",
            Failure::PretrainedNoEncoder => "data",
            Failure::BadArgument(_) => "config",
            Failure::Internal(_) => "internal",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Library(error) => error.fmt(f),
            Failure::NoDataset => f.write_str("there is no data set yet"),
            Failure::NoModel => f.write_str("there is no model yet: configure one"),
            Failure::NoPretrained(name) => {
                write!(f, "there is no pretrained model {}", excerpt(name))
            }
            Failure::PretrainedNoEncoder => f.write_str("a pretrained model needs an encoder"),
            Failure::NotGenerating => f.write_str("no digits are being generated"),
            Failure::BadArgument(detail) | Failure::Internal(detail) => f.write_str(detail),
        }
    }
}

impl From<Reason> for JsValue {
    /// The reason's identifier.
    fn from(reason: Reason) -> Self {
        // A unit variant always becomes a string.
        serde_wasm_bindgen::to_value(&reason).unwrap_or_default()
    }
}

/// A JavaScript error whose properties are being set. Setting one on a fresh object cannot fail.
struct JsFailure(JsError);

impl JsFailure {
    fn set(&self, name: &str, value: impl Into<JsValue>) {
        let _ = Reflect::set(&self.0, &name.into(), &value.into());
    }

    fn with(&self, name: &str, value: impl Into<JsValue>, reason: Reason) -> Reason {
        self.set(name, value);
        reason
    }

    fn counts(&self, expected: usize, found: usize, reason: Reason) -> Reason {
        self.set("expected", expected as f64);
        self.with("found", found as f64, reason)
    }

    fn range(&self, range: &OutOfRange, reason: Reason) -> Reason {
        let OutOfRange { field, low, high, integer, value } = *range;
        self.set("field", field.name());
        self.set("low", low);
        self.set("high", high);
        self.set("integer", integer);
        self.with("value", value, reason)
    }

    fn library(&self, error: &inkling::Error) -> Reason {
        use inkling::Error as E;
        match error {
            E::Range(range) => self.range(range, Reason::Range),
            E::UnknownChoice { field, allowed, value } => {
                self.set("field", field.name());
                self.set("allowed", allowed.iter().map(|&a| JsValue::from(a)).collect::<Array>());
                self.with("value", value.as_str(), Reason::UnknownChoice)
            }
            E::Shape { field, expected, found } => {
                self.set("field", field.name());
                self.counts(*expected, *found, Reason::Shape)
            }
            E::LatentMismatch { expected, found } => {
                self.counts(*expected, *found, Reason::LatentMismatch)
            }
            E::NotFinite { field } => self.with("field", field.name(), Reason::NotFinite),
            E::TooFewImages { expected, found } => {
                self.counts(*expected, *found, Reason::TooFewImages)
            }
            E::NotADigit { value } => self.with("value", *value, Reason::NotADigit),
            E::NoEncoder => Reason::NoEncoder,
            E::LabelsWithoutEncoder => Reason::LabelsWithoutEncoder,
            E::NeedsLabels => Reason::NeedsLabels,
            E::UnknownLabel { found, labels } => {
                self.set("labels", *labels as f64);
                self.with("found", *found as f64, Reason::UnknownLabel)
            }
            E::NotConditional => Reason::NotConditional,
            E::Finished { epochs } => self.with("epochs", *epochs as f64, Reason::Finished),
            E::Diverged => Reason::Diverged,
            E::NoStep => Reason::NoStep,
            E::TooManyCodes { found, high } => {
                self.set("found", *found as f64);
                self.with("high", *high as f64, Reason::TooManyCodes)
            }
            E::Data(error) => self.data(error),
            E::File(error) => self.file(error),
            E::WrongNumbers => Reason::WrongNumbers,
            E::Device(said) => self.with("detail", cause(said), Reason::Device),
            E::Internal(detail) => self.with("detail", *detail, Reason::Internal),
        }
    }

    fn data(&self, error: &DataError) -> Reason {
        use DataError as E;
        match *error {
            E::Empty => Reason::EmptyFile,
            E::PixelCount { found } => self.with("found", found as f64, Reason::PixelCount),
            E::TooFew { found, expected } => self.counts(expected, found, Reason::TooFewImages),
            E::NotIdx { found } => self.with("found", found.name(), Reason::NotIdx),
            E::GzipTruncated => Reason::GzipTruncated,
            E::GzipDamaged => Reason::GzipDamaged,
            E::OutOfMemory => Reason::OutOfMemory,
            E::WrongType { found } => self.with("found", found.name(), Reason::IdxType),
            E::LabelsNotImages => Reason::LabelsNotImages,
            E::ImagesNotLabels => Reason::ImagesNotLabels,
            E::WrongDimensions { items, found, expected } => {
                self.set("items", items);
                self.counts(expected.into(), found.into(), Reason::IdxDimensions)
            }
            E::WrongSize { width, height } => {
                self.set("width", width);
                self.with("height", height, Reason::ImageSize)
            }
            E::NoItems { items } => self.with("items", items, Reason::NoItems),
            E::TooMany { items, found, high } => {
                self.set("items", items);
                self.set("found", found);
                self.with("high", high as f64, Reason::TooManyItems)
            }
            E::HeaderTruncated { found } => {
                self.with("found", found as f64, Reason::IdxHeaderTruncated)
            }
            E::Truncated { items, expected, found } => {
                self.set("items", items);
                self.counts(expected, found, Reason::IdxTruncated)
            }
            E::TrailingBytes { items, expected } => {
                self.set("items", items);
                self.with("expected", expected as f64, Reason::IdxTrailing)
            }
            E::TooManyMixed { found, high } => {
                self.set("found", found as f64);
                self.with("high", high as f64, Reason::TooManyMixed)
            }
            E::CountMismatch { images, labels } => {
                self.set("images", images as f64);
                self.with("labels", labels as f64, Reason::LabelsMismatch)
            }
        }
    }

    fn file(&self, error: &FileError) -> Reason {
        use FileError as E;
        let named = |name: &str, reason| self.with("name", name, reason);
        match error {
            E::TooShort => Reason::FileTooShort,
            E::NotSafetensors => Reason::NotSafetensors,
            E::BadHeader => Reason::BadHeader,
            E::Length => Reason::FileLength,
            E::TensorOverlap { name } => named(name, Reason::TensorOverlap),
            E::TensorSize => Reason::TensorSize,
            E::TensorType { name, found } => {
                self.set("found", found.as_str());
                named(name, Reason::TensorType)
            }
            E::BadScale { name } => named(name, Reason::BadScale),
            E::OnlyHalf => Reason::OnlyHalf,
            E::OtherHalf => Reason::OtherHalf,
            E::HalvesMismatch => Reason::HalvesMismatch,
            E::Unreadable { detail } => self.with("detail", detail.as_str(), Reason::Unreadable),
            E::Foreign { name } => named(name, Reason::ForeignFile),
            E::BadDescription { detail } => {
                self.with("detail", detail.as_str(), Reason::BadDescription)
            }
            E::BadSetting(range) => self.range(range, Reason::BadSetting),
            E::MissingTensor { name } => named(name, Reason::MissingTensor),
            E::ExtraTensor { name } => named(name, Reason::ExtraTensor),
            E::TensorShape { name, expected, found } => {
                self.set("expected", expected.as_str());
                self.set("found", found.as_str());
                named(name, Reason::TensorShape)
            }
            E::TensorNotFinite { name } => named(name, Reason::TensorNotFinite),
            E::Unwritable { name } => named(name, Reason::Unwritable),
            E::TooSmall => Reason::FileTooSmall,
            E::UnknownModel => Reason::UnknownModel,
            E::BadOptimizer { name } => named(name, Reason::BadOptimizer),
            E::BadMoments { name } => named(name, Reason::BadMoments),
            E::NoTrainingState => Reason::NoTrainingState,
            E::TooManySteps { found } => self.with("found", *found as f64, Reason::TooManySteps),
            E::NoCodes => Reason::NoCodes,
            E::CodesMismatch { expected, found } => {
                self.counts(*expected, *found, Reason::CodesMismatch)
            }
            E::BadCodes { name } => named(name, Reason::BadCodes),
            E::BadRecord => Reason::BadRecord,
        }
    }
}
