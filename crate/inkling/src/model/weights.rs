//! A model's parameters under their names: read for a checkpoint, written into a restored model.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor, TensorData};

use crate::Result;
use crate::device::upload::floats;
use crate::error::{FileError, excerpt};
use crate::kernels::reshape;

pub use crate::file::Weights;

/// Names and shapes of the parameters of `module`, in its own order. A name looks like
/// `encoder.layers.0.weight`.
pub fn shapes<M: Module>(module: &M) -> Vec<(String, Vec<usize>)> {
    collect(module).into_iter().map(|(name, shape, _)| (name, shape)).collect()
}

/// Every parameter of `module` by name, in one read-back.
pub async fn read<M: Module>(module: &M) -> Result<BTreeMap<String, Weights>> {
    read_all(collect(module)).await
}

/// The gradient of every parameter of `module` that has one, by name.
pub async fn gradients<M: Module>(
    module: &M,
    gradients: Gradients,
) -> Result<BTreeMap<String, Weights>> {
    let mut visitor = Collect { gradients: Some(gradients), ..Collect::default() };
    module.visit(&mut visitor);
    read_all(visitor.found).await
}

/// `module` with its parameters replaced.
///
/// Refuses a missing, surplus or differently shaped parameter and numbers that are not finite, with
/// a [`FileError`]. `module` is then dropped: pass a clone if it is still needed.
pub fn write<M: Module>(module: M, mut weights: BTreeMap<String, Weights>) -> Result<M> {
    for (name, shape) in shapes(&module) {
        let Some(found) = weights.get(&name) else {
            return Err(FileError::MissingTensor { name }.into());
        };
        if found.shape != shape {
            let [expected, found] = [&shape, &found.shape].map(|s| excerpt(&format!("{s:?}")));
            return Err(FileError::TensorShape { name, expected, found }.into());
        }
        if !found.values.iter().all(|x| x.is_finite()) {
            return Err(FileError::TensorNotFinite { name }.into());
        }
    }
    let mut mapper = Replace { path: vec![], weights: &mut weights };
    let module = module.map(&mut mapper);
    match weights.keys().next() {
        None => Ok(module),
        Some(name) => Err(FileError::ExtraTensor { name: excerpt(name) }.into()),
    }
}

/// Names, shapes and flattened tensors.
pub(crate) fn collect<M: Module>(module: &M) -> Vec<(String, Vec<usize>, Tensor<1>)> {
    let mut visitor = Collect::default();
    module.visit(&mut visitor);
    visitor.found
}

async fn read_all(
    found: Vec<(String, Vec<usize>, Tensor<1>)>,
) -> Result<BTreeMap<String, Weights>> {
    let (names, tensors): (Vec<_>, Vec<_>) =
        found.into_iter().map(|(name, shape, tensor)| ((name, shape), tensor)).unzip();
    let values = crate::device::read_flat(tensors).await?;
    Ok(names
        .into_iter()
        .zip(values)
        .map(|((name, shape), values)| (name, Weights { shape, values }))
        .collect())
}

/// Parameters, or their gradients if those are given.
#[derive(Default)]
struct Collect {
    gradients: Option<Gradients>,
    path: Vec<String>,
    found: Vec<(String, Vec<usize>, Tensor<1>)>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let tensor = match &mut self.gradients {
            None => tensor.without_autodiff(),
            Some(gradients) => match tensor.grad_remove(gradients) {
                None => return,
                Some(gradient) => gradient,
            },
        };
        let shape = tensor.dims().to_vec();
        let count = shape.iter().product::<usize>();
        self.found.push((self.path.join("."), shape, reshape(tensor, [count])));
    }
}

struct Replace<'a> {
    path: Vec<String>,
    weights: &'a mut BTreeMap<String, Weights>,
}

impl ModuleMapper for Replace<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(weights) = self.weights.remove(&self.path.join(".")) else {
            return param;
        };
        param.map(|old| {
            let data = TensorData::new(weights.values, weights.shape);
            let new = floats(data, &old.device());
            let tracked = old.is_require_grad();
            new.set_require_grad(tracked)
        })
    }
}
