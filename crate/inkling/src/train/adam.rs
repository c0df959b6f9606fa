use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::container::TensorContainer;
use burn::tensor::{Device, Gradients, Tensor, TensorData};

use crate::Result;
#[cfg(feature = "cpu")]
use crate::device::Kind;
use crate::device::upload::{floats, zeros};
use crate::error::{FileError, excerpt};
use crate::kernels::constants::{
    ADAM_BETA_1 as BETA_1, ADAM_BETA_2 as BETA_2, ADAM_EPSILON as EPSILON,
};
#[cfg(feature = "cpu")]
use crate::kernels::cpu::nodes;
#[cfg(feature = "webgpu")]
use crate::kernels::reshape;
use crate::model::weights::Weights;

/// Adam with bias correction (Kingma and Ba 2015, algorithm 1) over the parameters of one module.
///
/// Burn's own optimiser can only save its state with blocking reads, which a browser does not have.
#[derive(Debug, Default)]
pub struct Adam {
    steps: usize,
    moments: TensorContainer<ParamId>,
}

/// Estimates of a gradient's mean and of its square's mean.
#[derive(Debug, Clone)]
pub(super) struct Moments<const D: usize> {
    pub(super) first: Tensor<D>,
    pub(super) second: Tensor<D>,
}

impl Adam {
    /// Updates every parameter of `module` that has a gradient, and returns the module.
    pub fn step<M: Module>(&mut self, rate: f64, module: M, gradients: Gradients) -> M {
        self.steps += 1;
        module.map(&mut Update { adam: self, rate, gradients })
    }

    /// Steps taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The learning rate corrected for the first moment's bias, and the factor that corrects the
    /// root of the second moment, in step `count`, counted from 1.
    pub(crate) fn corrected(rate: f64, count: usize) -> (f64, f64) {
        let count = count.min(i32::MAX as usize) as i32;
        (rate / (1.0 - BETA_1.powi(count)), (1.0 - BETA_2.powi(count)).sqrt().recip())
    }

    /// Both moments of every parameter, flat, in the module's order; `None` for one that has not
    /// been updated.
    #[cfg(feature = "webgpu")]
    pub(super) fn flat<M: Module>(&self, module: &M) -> Vec<Option<[Tensor<1>; 2]>> {
        let mut visitor = Flat { adam: self, found: vec![] };
        module.visit(&mut visitor);
        visitor.found
    }

    /// Both moments of every parameter of `module` that has been updated, under the names of
    /// [`weights::read`](crate::model::weights::read) and `first` or `second`.
    #[cfg(feature = "cpu")]
    pub(super) fn named<M: Module>(&self, module: &M) -> Vec<(String, Vec<usize>, Tensor<1>)> {
        let mut visitor = Named { adam: self, path: vec![], found: vec![] };
        module.visit(&mut visitor);
        visitor.found
    }

    /// The state that [`named`](Self::named) gave, for the same `module`. A moment that is missing
    /// or of another shape is [`FileError::BadOptimizer`], one that no training gives is
    /// [`FileError::BadMoments`].
    pub(super) fn restore<M: Module>(
        module: &M,
        steps: usize,
        moments: BTreeMap<String, Weights>,
        device: &Device,
    ) -> Result<Self> {
        let adam = Self { steps, moments: TensorContainer::new() };
        let mut visitor =
            Restore { adam, path: vec![], moments, device: device.clone(), wrong: None };
        module.visit(&mut visitor);
        let misfit = |name: String| FileError::BadOptimizer { name: excerpt(&name) };
        let surplus = || visitor.moments.into_keys().next().map(misfit);
        match visitor.wrong.or_else(surplus) {
            None => Ok(visitor.adam),
            Some(error) => Err(error.into()),
        }
    }
}

impl<const D: usize> Moments<D> {
    pub(super) fn zeros(like: &Tensor<D>) -> Self {
        let zeros = || zeros(like.dims(), &like.device());
        Self { first: zeros(), second: zeros() }
    }

    /// Takes in the `count`th gradient, and moves the value by it. On the CPU device all change in
    /// place where nobody else holds them.
    fn moved(
        mut self,
        value: Tensor<D>,
        gradient: Tensor<D>,
        rate: f64,
        count: usize,
    ) -> (Tensor<D>, Self) {
        #[cfg(feature = "cpu")]
        if Kind::of_tensor(&value).is_cpu() {
            let Self { first, second } = self;
            let corrected = Adam::corrected(rate, count);
            let (value, [first, second]) = nodes::adam(value, [first, second], gradient, corrected);
            return (value, Self { first, second });
        }
        let change = self.advance(gradient, rate, count);
        (value + change, self)
    }

    /// Takes in the `count`th gradient and returns the change of the value.
    pub(super) fn advance(&mut self, gradient: Tensor<D>, rate: f64, count: usize) -> Tensor<D> {
        self.first = self.first.clone() * BETA_1 + gradient.clone() * (1.0 - BETA_1);
        self.second = self.second.clone() * BETA_2 + gradient.square() * (1.0 - BETA_2);
        let (rate, scale) = Adam::corrected(rate, count);
        self.first.clone() * -rate / (self.second.clone().sqrt() * scale + EPSILON)
    }
}

struct Update<'a> {
    adam: &'a mut Adam,
    rate: f64,
    gradients: Gradients,
}

impl ModuleMapper for Update<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = param.consume();
        let Some(gradient) = tensor.grad_remove(&mut self.gradients) else {
            return Param::from_mapped_value(id, tensor, mapper);
        };
        let value = tensor.without_autodiff();
        let moments = self.adam.moments.remove::<Moments<D>>(&id);
        let moments = moments.unwrap_or_else(|| Moments::zeros(&value));
        let (moved, moments) = moments.moved(value, gradient, self.rate, self.adam.steps);
        self.adam.moments.register(id, moments);
        Param::from_mapped_value(id, moved.autodiff().require_grad(), mapper)
    }
}

#[cfg(feature = "webgpu")]
struct Flat<'a> {
    adam: &'a Adam,
    found: Vec<Option<[Tensor<1>; 2]>>,
}

#[cfg(feature = "webgpu")]
impl ModuleVisitor for Flat<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let count = param.val().dims().iter().product::<usize>();
        let moments = self.adam.moments.get::<Moments<D>>(&param.id);
        self.found.push(moments.map(|Moments { first, second }| {
            [first, second].map(|moment| reshape(moment, [count]))
        }));
    }
}

#[cfg(feature = "cpu")]
struct Named<'a> {
    adam: &'a Adam,
    path: Vec<String>,
    found: Vec<(String, Vec<usize>, Tensor<1>)>,
}

#[cfg(feature = "cpu")]
impl ModuleVisitor for Named<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(moments) = self.adam.moments.get::<Moments<D>>(&param.id) else {
            return;
        };
        for (tensor, end) in [(moments.first, "first"), (moments.second, "second")] {
            let shape = tensor.dims().to_vec();
            let count = shape.iter().product::<usize>();
            let name = format!("{}.{end}", self.path.join("."));
            self.found.push((name, shape, tensor.reshape([count])));
        }
    }
}

struct Restore {
    adam: Adam,
    path: Vec<String>,
    moments: BTreeMap<String, Weights>,
    device: Device,
    wrong: Option<FileError>,
}

impl Restore {
    /// None if it is missing; the first that is unfit is told in `wrong`.
    fn take<const D: usize>(&mut self, end: &str, shape: [usize; D]) -> Option<Tensor<D>> {
        let name = format!("{}.{end}", self.path.join("."));
        let found = self.moments.remove(&name)?;
        // The second moment is a mean of squares.
        let least = if end == "second" { 0.0 } else { f32::MIN };
        if found.shape != shape {
            self.wrong.get_or_insert(FileError::BadOptimizer { name });
            return None;
        }
        if !found.values.iter().all(|x| x.is_finite() && *x >= least) {
            self.wrong.get_or_insert(FileError::BadMoments { name });
            return None;
        }
        Some(floats(TensorData::new(found.values, shape), &self.device))
    }
}

impl ModuleVisitor for Restore {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let shape = param.val().dims();
        match (self.take::<D>("first", shape), self.take::<D>("second", shape)) {
            (Some(first), Some(second)) => {
                self.adam.moments.register(param.id, Moments { first, second });
            }
            // A checkpoint from before the first step has none of either.
            (None, None) if self.adam.steps == 0 => {}
            _ => {
                let name = self.path.join(".");
                self.wrong.get_or_insert(FileError::BadOptimizer { name });
            }
        }
    }
}
