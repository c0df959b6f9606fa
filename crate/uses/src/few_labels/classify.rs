//! Two classifiers that need no settings of their own: the nearest neighbour and softmax
//! regression.

use inkling::burn::module::{Module, Param};
use inkling::burn::nn::Linear;
use inkling::burn::optim::{GradientsParams, LBFGS, LBFGSConfig, LineSearchFn};
use inkling::burn::tensor::activation::{log_softmax, softmax};
use inkling::burn::tensor::{Device, Tensor, TensorData};
use inkling::{DataError, Error, Result};

/// How a classifier learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// The label of the nearest known row, by Euclidean distance.
    Neighbour,
    /// Softmax regression with a penalty on its weights, by L-BFGS.
    Logistic,
}

impl Method {
    /// Both.
    pub const ALL: [Method; 2] = [Method::Neighbour, Method::Logistic];

    /// Its name in queries.
    pub fn name(self) -> &'static str {
        match self {
            Method::Neighbour => "neighbour",
            Method::Logistic => "logistic",
        }
    }
}

/// What a classifier makes of rows that it was not taught.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// A label for each row.
    pub labels: Vec<u8>,
    /// How probable the classifier holds it, for each row. The nearest neighbour does not say.
    pub certainty: Option<Vec<f32>>,
}

impl Reading {
    /// The share of the labels that are these.
    pub fn accuracy(&self, labels: &[u8]) -> f64 {
        let right = self.labels.iter().zip(labels).filter(|(found, label)| found == label);
        right.count() as f64 / self.labels.len().max(1) as f64
    }
}

/// A classifier that is being taught. Softmax regression takes a while, so it learns in parts.
pub struct Lesson {
    labels: Vec<u8>,
    unknown: Tensor<2>,
    work: Work,
}

#[allow(clippy::large_enum_variant, reason = "there is one at a time")]
enum Work {
    Neighbour(Tensor<2>),
    Logistic(Box<Regression>),
}

impl Lesson {
    /// A classifier to be taught `known` rows `[count, columns]` with a label each, and to read the
    /// `unknown` ones, `[count, columns]`. `penalty` weighs half the squared length of the
    /// regression's weights against its mean cross-entropy in nats.
    ///
    /// # Errors
    /// No known row, or not one label for each.
    pub fn new(
        method: Method,
        penalty: f64,
        (known, labels): (Tensor<2>, &[u8]),
        unknown: Tensor<2>,
    ) -> Result<Self> {
        let [count, _] = known.dims();
        if count == 0 || labels.is_empty() {
            return Err(Error::TooFewImages { expected: 1, found: 0 });
        }
        if count != labels.len() {
            return Err(DataError::CountMismatch { images: count, labels: labels.len() }.into());
        }
        let work = match method {
            Method::Neighbour => Work::Neighbour(known),
            Method::Logistic => Work::Logistic(Box::new(Regression::new(known, labels, penalty)?)),
        };
        Ok(Self { labels: labels.to_vec(), unknown, work })
    }

    /// Learns a part. The reading, if it was the last.
    ///
    /// # Errors
    /// The device fails.
    pub fn learn(&mut self) -> Result<Option<Reading>> {
        match &mut self.work {
            Work::Neighbour(known) => nearest(known, &self.labels, &self.unknown).map(Some),
            Work::Logistic(regression) => match regression.improve() {
                true => regression.read(&self.unknown).map(Some),
                false => Ok(None),
            },
        }
    }

    /// Learns all parts that are left.
    ///
    /// # Errors
    /// The device fails.
    pub fn finish(mut self) -> Result<Reading> {
        loop {
            if let Some(reading) = self.learn()? {
                return Ok(reading);
            }
        }
    }
}

/// |a - b|² is |a|² + |b|² - 2ab: for one row b the nearest a has the largest ab - |a|²/2.
fn nearest(known: &Tensor<2>, labels: &[u8], unknown: &Tensor<2>) -> Result<Reading> {
    let half = known.clone().square().sum_dim(1).transpose() * 0.5;
    let closeness = numbers(unknown.clone().matmul(known.clone().transpose()) - half)?;
    let label = |row: &[f32]| labels[largest(row)];
    Ok(Reading { labels: closeness.chunks(labels.len()).map(label).collect(), certainty: None })
}

/// Iterations in a part, and parts after which the search for the weights ends in any case.
const ITERATIONS: usize = 10;
const PARTS: usize = 10;
/// It ends before if a part improved the loss by less than this, in nats.
const LEAST: f64 = 1e-4;

struct Regression {
    classes: Vec<u8>,
    known: Tensor<2>,
    wanted: Tensor<2>,
    penalty: f64,
    linear: Linear,
    search: LBFGS,
    parts: usize,
    loss: f64,
}

impl Regression {
    fn new(known: Tensor<2>, labels: &[u8], penalty: f64) -> Result<Self> {
        let [count, columns] = known.dims();
        let mut classes = labels.to_vec();
        classes.sort_unstable();
        classes.dedup();
        let mut wanted = vec![0f32; count * classes.len()];
        for (row, label) in wanted.chunks_exact_mut(classes.len()).zip(labels) {
            let class = classes.binary_search(label);
            row[class.map_err(|_| Error::Internal("an unknown label"))?] = 1.0;
        }
        let device = known.device().autodiff();
        let wanted = matrix(wanted, classes.len(), &device);
        // From zeros: there is one optimum, and nothing to draw.
        let linear = Linear {
            weight: Param::from_tensor(Tensor::zeros([columns, classes.len()], &device)),
            bias: Some(Param::from_tensor(Tensor::zeros([classes.len()], &device))),
        };
        let search = LBFGSConfig::new()
            .with_max_iter(ITERATIONS)
            .with_max_eval(Some(2 * ITERATIONS))
            .with_history_size(10)
            .with_tolerance_grad(1e-4)
            .with_line_search_fn(LineSearchFn::StrongWolfe)
            .init();
        let known = known.autodiff();
        let (parts, loss) = (0, f64::INFINITY);
        Ok(Self { classes, known, wanted, penalty, linear, search, parts, loss })
    }

    /// Some iterations. Whether they were the last.
    fn improve(&mut self) -> bool {
        let Self { known, wanted, penalty, .. } = self;
        let [count, _] = known.dims();
        let objective = |linear: Linear| {
            let entropy = -(log_softmax(linear.forward(known.clone()), 1) * wanted.clone()).sum();
            let length = linear.weight.val().square().sum();
            let loss = entropy / count as f64 + length * (0.5 * *penalty);
            let gradients = GradientsParams::from_grads(loss.backward(), &linear);
            (loss.into_scalar(), gradients)
        };
        let (linear, loss) = self.search.step(1.0, self.linear.clone(), objective);
        let better = self.loss - loss;
        (self.linear, self.loss) = (linear, loss);
        self.parts += 1;
        better < LEAST || self.parts == PARTS
    }

    fn read(&self, unknown: &Tensor<2>) -> Result<Reading> {
        let probabilities = softmax(self.linear.clone().valid().forward(unknown.clone()), 1);
        let probabilities = numbers(probabilities)?;
        let rows = probabilities.chunks(self.classes.len()).map(|row| (row, largest(row)));
        let (labels, certainty) = rows.map(|(row, best)| (self.classes[best], row[best])).unzip();
        Ok(Reading { labels, certainty: Some(certainty) })
    }
}

/// The place of the largest number, the first if there are several.
fn largest(row: &[f32]) -> usize {
    let larger = |best: usize, i: usize| if row[i] > row[best] { i } else { best };
    (0..row.len()).fold(0, larger)
}

/// On the CPU device nothing has to be waited for.
fn numbers(tensor: Tensor<2>) -> Result<Vec<f32>> {
    tensor.into_data().try_to_vec().map_err(|error| Error::Device(format!("{error:?}")))
}

/// A tensor of `columns` columns.
pub(crate) fn matrix(values: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let rows = values.len() / columns;
    Tensor::from_data(TensorData::new(values, [rows, columns]), device)
}

#[cfg(test)]
mod tests {
    use inkling::device::cpu;

    use super::*;

    fn classify(
        method: Method,
        penalty: f64,
        known: (Tensor<2>, &[u8]),
        unknown: Tensor<2>,
    ) -> Result<Reading> {
        Lesson::new(method, penalty, known, unknown)?.finish()
    }

    /// Three clouds in a plane, `count` points each, their labels 2, 5 and 9.
    fn clouds(count: usize, seed: u64) -> (Tensor<2>, Vec<u8>) {
        let noise = inkling::device::noise(3 * count, 2, seed, &cpu());
        let labels: Vec<u8> = (0..3 * count).map(|i| [2, 5, 9][i % 3]).collect();
        let centres = labels.iter().flat_map(|label| match label {
            2 => [0.0, 0.0],
            5 => [6.0, 0.0],
            _ => [0.0, 6.0],
        });
        let centres = matrix(centres.collect(), 2, &cpu());
        (noise + centres, labels)
    }

    #[test]
    fn both_tell_clouds_apart_and_repeat_themselves() {
        let ((known, labels), (unknown, wanted)) = (clouds(10, 1), clouds(100, 2));
        for method in Method::ALL {
            let read = || classify(method, 1e-2, (known.clone(), &labels), unknown.clone());
            let found = read().expect("rows and labels");
            assert!(found.accuracy(&wanted) > 0.98, "{method:?}: {}", found.accuracy(&wanted));
            assert_eq!(found, read().expect("the same"));
        }
    }

    #[test]
    fn the_nearest_row_gives_its_label() {
        let known = matrix(vec![0.0, 0.0, 10.0, 10.0, 10.0, 0.0], 2, &cpu());
        let unknown = matrix(vec![9.0, 1.0, 1.0, 2.0, 8.0, 9.0], 2, &cpu());
        let found = classify(Method::Neighbour, 0.0, (known, &[7, 0, 3]), unknown);
        assert_eq!(found.expect("rows and labels").labels, [3, 7, 0]);
    }

    #[test]
    fn the_regression_is_surer_far_from_the_border_and_the_less_sure_the_more_is_penalised() {
        let (known, labels) = clouds(20, 3);
        let unknown = matrix(vec![3.0, 0.0, 9.0, -3.0], 2, &cpu());
        let sure = |penalty: f64| {
            let read =
                classify(Method::Logistic, penalty, (known.clone(), &labels), unknown.clone());
            read.expect("rows and labels").certainty.expect("probabilities")
        };
        let (weak, strong) = (sure(1e-3), sure(1.0));
        assert!(weak[1] > 0.99 && weak[0] < weak[1], "{weak:?}");
        assert!(strong[1] < weak[1], "{strong:?} {weak:?}");
    }

    #[test]
    fn a_single_class_is_all_that_there_is() {
        for method in Method::ALL {
            let rows = || matrix(vec![1.0, 2.0, 3.0, 4.0], 2, &cpu());
            let found = classify(method, 1e-2, (rows(), &[4, 4]), rows()).expect("rows");
            assert_eq!(found.labels, [4, 4]);
        }
    }

    #[test]
    fn labels_must_be_there_and_fit() {
        for method in Method::ALL {
            let rows = || matrix(vec![1.0, 2.0], 1, &cpu());
            assert!(classify(method, 1e-2, (rows(), &[]), rows()).is_err());
            assert!(classify(method, 1e-2, (rows(), &[1]), rows()).is_err());
        }
    }
}
