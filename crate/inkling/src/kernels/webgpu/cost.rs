//! What launches should cost on a GPU: their bytes, products and workgroups, noted as they are
//! launched, and the time that a simple model makes of them (feature `checks`).
//!
//! `cargo test -p inkling -p inkling-uses -p inkling-cli --features inkling/webgpu,inkling/checks
//! --test cost -- --nocapture` prints a step of M, C and R. The model was fitted to one kernel on
//! one GPU, an H200, so its times are good to some 40 %; it is for comparing kernels with each
//! other.

use std::cell::RefCell;

use burn::backend::TensorMetadata;
use burn_wgpu::CubeTensor;
use cubecl::prelude::CubeCount;

use super::plan::{Left, Plan, Sizes, TILE};

thread_local! {
    static NOTED: RefCell<Option<Vec<Launch>>> = const { RefCell::new(None) };
}

/// A launch.
#[derive(Debug, Clone, PartialEq)]
pub struct Launch {
    /// The kernel.
    pub name: &'static str,
    /// How many workgroups it has.
    pub workgroups: usize,
    /// Bytes of all tensors that it reads or writes.
    pub bytes: usize,
    /// What it multiplies, if it is a product.
    pub product: Option<Product>,
    /// What it computes, if it is a direct convolution.
    pub work: Option<Work>,
}

/// What the units of a direct convolution do together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Work {
    /// Units of a workgroup.
    pub units: usize,
    /// Multiplications, each with an addition.
    pub multiplications: usize,
    /// Numbers loaded from memory.
    pub loads: usize,
    /// Numbers loaded from workgroup memory.
    pub shared_loads: usize,
    /// How many times a unit waits for memory, one after the other.
    pub rounds: usize,
}

impl Work {
    /// Microseconds on that GPU.
    fn microseconds(&self, gpu: &Gpu, workgroups: usize) -> f64 {
        // What the units of a multiprocessor do in a microsecond while they multiply tiles beside
        // others: 861 instructions of 64 units (README.md, section 12) in 0.55 us.
        const INSTRUCTIONS: f64 = 1e5;
        // A number loaded from memory takes a comparison, a jump and an address, too.
        let instructions = self.multiplications + self.shared_loads + 4 * self.loads;
        let beside = instructions as f64 / INSTRUCTIONS * gpu.beside / gpu.cores;
        // Loads that one waits for: a quarter of what a tile takes alone, where the next tile's
        // loads, their indices and a barrier are part of it.
        const WAIT: f64 = 0.7;
        let each = (workgroups * self.units) as f64 / PRODUCT_UNITS / gpu.cores;
        let waves = (each.ceil() / gpu.resident).ceil();
        beside.max(waves * self.rounds as f64 * WAIT * gpu.alone)
    }
}

/// Units of a product's workgroup, of which a GPU runs so many at a time.
const PRODUCT_UNITS: f64 = 64.0;

/// What a product multiplies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Product {
    /// Rows of the result, of one phase of a transposed convolution.
    pub rows: usize,
    /// Columns of the result.
    pub columns: usize,
    /// Terms of a sum.
    pub k: usize,
    /// Workgroups that share a sum.
    pub splits: usize,
    /// Tiles that a workgroup multiplies, on average.
    pub tiles: f64,
    /// Tiles that a workgroup multiplies, at most.
    pub most_tiles: usize,
    /// Microseconds of each tile on the GPU the model was fitted to, alone and beside others.
    alone: f64,
    beside: f64,
}

impl Product {
    fn of(plan: Plan, Sizes { rows, columns, k }: Sizes, splits: usize) -> Self {
        // Fitted to the kernel that loaded number by number: 4 to 6 us alone, 0.96 to 1.7 beside
        // others. Since loads overlap with products a tile alone takes the longer of both, taken to
        // be 0.7 of their sum; beside others it is the instructions that count, of which
        // README.md has the numbers: 0.57, 0.47, 0.35 and 0.41 of those before.
        let (alone, beside) = match plan.left {
            Left::Rows | Left::TransposedAndOnes => (4.0 * 0.7, 0.96 * 0.57),
            Left::Patches(_) => (5.0 * 0.7, 1.4 * 0.47),
            Left::PhasePatches(_) => (6.0 * 0.7, 1.7 * 0.35),
            Left::Channels(_) => (5.5 * 0.7, 1.5 * 0.41),
        };
        let gated = if plan.gate.is_some() { 1.2 } else { 1.0 };
        // Phases have from all to few of the taps.
        let phases: Vec<usize> = match plan.left {
            Left::PhasePatches(geometry) => {
                let stride = geometry.stride;
                let taps = |phase: usize| {
                    let first = (phase + geometry.padding) % stride;
                    (geometry.kernel - first).div_ceil(stride)
                };
                let terms = |phase| taps(phase / stride) * taps(phase % stride);
                let tiles = |phase| (terms(phase) * geometry.narrow_channels).div_ceil(TILE);
                (0..stride * stride).map(tiles).collect()
            }
            _ => vec![k.div_ceil(TILE).div_ceil(splits)],
        };
        Self {
            rows,
            columns,
            k,
            splits,
            tiles: phases.iter().sum::<usize>() as f64 / phases.len() as f64,
            most_tiles: phases.into_iter().max().unwrap_or(0),
            alone: alone * gated,
            beside: beside * gated,
        }
    }
}

/// A GPU of the model.
#[derive(Debug, Clone, Copy)]
pub struct Gpu {
    /// What it is called.
    pub name: &'static str,
    /// Multiprocessors.
    cores: f64,
    /// How long a tile takes, alone and beside others, against the GPU the model was fitted to.
    alone: f64,
    beside: f64,
    /// Workgroups that a multiprocessor runs at a time.
    resident: f64,
    /// Microseconds of each launch, and between two of them.
    fixed: f64,
    between: f64,
    /// Bytes a microsecond.
    bandwidth: f64,
}

/// From a server's to a phone's.
pub const GPUS: [Gpu; 4] = [
    gpu("H200", 132.0, [1.0, 1.0], 20.0, [2.0, 2.5], 3e6),
    gpu("M2", 10.0, [1.1, 1.1], 7.0, [2.0, 5.0], 8e4),
    gpu("Xe-LP", 6.0, [1.7, 1.3], 7.0, [3.0, 8.0], 4e4),
    gpu("Adreno", 6.0, [3.3, 4.0], 3.0, [5.0, 25.0], 4e4),
];

const fn gpu(
    name: &'static str,
    cores: f64,
    [alone, beside]: [f64; 2],
    resident: f64,
    [fixed, between]: [f64; 2],
    bandwidth: f64,
) -> Gpu {
    Gpu { name, cores, alone, beside, resident, fixed, between, bandwidth }
}

impl Launch {
    /// The microseconds that the launch should take on that GPU, and until the next one begins.
    pub fn microseconds(&self, gpu: &Gpu) -> f64 {
        let memory = self.bytes as f64 / gpu.bandwidth;
        let other = match self.work {
            Some(work) => work.microseconds(gpu, self.workgroups).max(memory),
            None => gpu.fixed / 2.0 + memory,
        };
        let computing = self.product.map_or(other, |product| {
            let each = self.workgroups as f64 / gpu.cores;
            let waves = (each.ceil() / gpu.resident).ceil();
            let alone = product.alone * gpu.alone * waves;
            let alone =
                if waves > 1.0 { alone * product.tiles } else { alone * product.most_tiles as f64 };
            let beside = product.beside * gpu.beside * product.tiles * each.max(1.0);
            alone.max(beside).max(memory)
        });
        gpu.fixed + computing + gpu.between
    }
}

/// Runs `work` and returns the launches of this thread's kernels with its result. Those of Burn's
/// own operations are not among them.
pub fn launches<T>(work: impl FnOnce() -> T) -> (T, Vec<Launch>) {
    let outer = NOTED.replace(Some(vec![]));
    let result = work();
    (result, NOTED.replace(outer).unwrap_or_default())
}

/// Notes a launch of so many workgroups. What is [bound](bind) next belongs to it.
pub(super) fn noted(name: &'static str, count: CubeCount) -> CubeCount {
    note(name, None, None, &count);
    count
}

/// [`noted`] for a direct convolution.
pub(super) fn noted_work(name: &'static str, work: Work, count: CubeCount) -> CubeCount {
    note(name, None, Some(work), &count);
    count
}

/// [`noted`] for a product.
pub(super) fn noted_product(
    name: &'static str,
    (plan, sizes, splits): (Plan, Sizes, usize),
    count: CubeCount,
) -> CubeCount {
    note(name, Some(Product::of(plan, sizes, splits)), None, &count);
    count
}

fn note(name: &'static str, product: Option<Product>, work: Option<Work>, count: &CubeCount) {
    let workgroups = match count {
        CubeCount::Static(x, y, z) => [x, y, z].into_iter().map(|&n| n as usize).product(),
        CubeCount::Dynamic(_) => 0,
    };
    NOTED.with_borrow_mut(|noted| {
        if let Some(noted) = noted {
            noted.push(Launch { name, workgroups, bytes: 0, product, work });
        }
    });
}

/// Adds a tensor to the last launch.
pub(super) fn bind(tensor: &CubeTensor) {
    NOTED.with_borrow_mut(|noted| {
        if let Some(last) = noted.as_mut().and_then(|noted| noted.last_mut()) {
            last.bytes += tensor.shape().num_elements() * size_of::<f32>();
        }
    });
}
