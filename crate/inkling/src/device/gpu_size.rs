//! Whether a GPU is large: whether long sums, split among more workgroups than usual, are computed
//! sooner.
//!
//! WebGPU does not tell how many multiprocessors a GPU has, so it is timed: the same work, in few
//! workgroups and in many. A phone's GPU is busy with either, a desktop's largest only with many.

use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use burn_wgpu::wgpu;
use cubecl::ir::DeviceProperties;

/// How many workgroups a GPU needs to be busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GpuSize {
    /// Some 160.
    Usual,
    /// Several times as many, as on the largest of a desktop or a server. There, sums are split
    /// into more parts, which are rounded in another order: losses differ in the last digits.
    Large,
}

/// How [`webgpu_sized`](super::webgpu_sized) knows a GPU's size.
#[derive(Debug, Clone, Copy)]
pub enum Sizing {
    /// By timing it for a fraction of a second, with a clock that gives milliseconds since any
    /// moment. A GPU in software, a slow one and one that answers late is not called large.
    Timed(fn() -> f64),
    /// It is said.
    Given(GpuSize),
}

/// Multiprocessors that a large GPU is said to have: 68 to 170 in 2026.
const MANY: u32 = 128;

/// Workgroups of both rounds, and how often each is launched in a submission.
const FEW_GROUPS: u32 = 160;
const MANY_GROUPS: u32 = 640;
const LAUNCHES: u32 = 64;
/// Tiles of a launch, shared by its workgroups. A large GPU takes some 3 ms for a round of many
/// workgroups, an M2 takes 40.
const TILES: u32 = 16 * MANY_GROUPS;
/// Launches before anything is timed: the first compiles the kernel, and the clock of a GPU rises.
const WARM_UP: u32 = 4;
/// Pairs of rounds. Their median counts.
const PAIRS: usize = 3;
/// A round of many workgroups that takes longer than this is not one of a large GPU, or the browser
/// answers too late to tell.
const SLOW_MS: f64 = 30.0;
/// How many times as long few workgroups take on a large GPU, between 1 and 4. A ratio far above is
/// an error of the clock.
const GAIN: f64 = 1.5;
const MOST_GAIN: f64 = 6.0;

impl GpuSize {
    /// What `properties` say of a GPU.
    pub(crate) fn of(properties: &DeviceProperties) -> Self {
        #[cfg(feature = "checks")]
        if let Some(size) = AS_IF.get() {
            return size;
        }
        match properties.hardware.num_streaming_multiprocessors {
            Some(count) if count >= MANY => GpuSize::Large,
            _ => GpuSize::Usual,
        }
    }

    /// What [`of`](Self::of) finds in a device's properties: `None` if the number is not known.
    pub(super) fn multiprocessors(self) -> Option<u32> {
        match self {
            GpuSize::Usual => None,
            GpuSize::Large => Some(MANY),
        }
    }
}

#[cfg(feature = "checks")]
thread_local! {
    static AS_IF: std::cell::Cell<Option<GpuSize>> = const { std::cell::Cell::new(None) };
}

/// Runs `work` with this thread's sums split as on a GPU of that size, to compare sizes on one
/// device (feature `checks`).
#[cfg(feature = "checks")]
pub fn as_if_gpu_were<T>(size: GpuSize, work: impl FnOnce() -> T) -> T {
    let outer = AS_IF.replace(Some(size));
    let result = work();
    AS_IF.set(outer);
    result
}

/// Times a GPU. Nobody else may use it meanwhile.
pub(super) async fn timed(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    clock: fn() -> f64,
) -> GpuSize {
    let probe = Probe::new(device);
    compared(async |groups, launches| {
        let start = clock();
        probe.launch(groups, launches, device, queue);
        done(device, queue).await;
        clock() - start
    })
    .await
}

/// Compares rounds of so many workgroups and launches, of which `round` tells the milliseconds.
async fn compared(round: impl AsyncFn(u32, u32) -> f64) -> GpuSize {
    round(MANY_GROUPS, WARM_UP).await;
    if round(MANY_GROUPS, WARM_UP).await > SLOW_MS {
        return GpuSize::Usual;
    }
    let mut gains = [0.0; PAIRS];
    for gain in &mut gains {
        let many = round(MANY_GROUPS, LAUNCHES).await;
        if many > SLOW_MS {
            return GpuSize::Usual;
        }
        *gain = round(FEW_GROUPS, LAUNCHES).await / many;
    }
    gains.sort_by(f64::total_cmp);
    // NaN, of a clock that stands still, is not within.
    match gains[PAIRS / 2] {
        gain if (GAIN..MOST_GAIN).contains(&gain) => GpuSize::Large,
        _ => GpuSize::Usual,
    }
}

/// Waits until the queue has done its work.
async fn done(device: &wgpu::Device, queue: &wgpu::Queue) {
    let state = Arc::new(Mutex::new((false, None::<Waker>)));
    let told = state.clone();
    queue.on_submitted_work_done(move || {
        let mut state = told.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        state.0 = true;
        if let Some(waker) = state.1.take() {
            waker.wake();
        }
    });
    // A browser needs no polling. A device that fails is lost, which its callback tells; nothing is
    // to be waited for then.
    if device.poll(wgpu::PollType::wait_indefinitely()).is_err() {
        return;
    }
    std::future::poll_fn(|context| {
        let mut state = state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match state.0 {
            true => Poll::Ready(()),
            false => {
                state.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    })
    .await;
}

/// A kernel that works as a product does, whatever the numbers are.
struct Probe {
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
}

/// The vectors that the kernel reads again and again; results lie behind them.
const INPUTS: u32 = 4096;
const UNITS: u32 = 64;

impl Probe {
    fn new(device: &wgpu::Device) -> Self {
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(wgsl().into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: None,
            layout: None,
            module: &module,
            entry_point: None,
            compilation_options: Default::default(),
            cache: None,
        });
        let numbers = device.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: u64::from((INPUTS + MANY_GROUPS * UNITS) * 16),
            usage: wgpu::BufferUsages::STORAGE,
            mapped_at_creation: false,
        });
        let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: numbers.as_entire_binding() }],
        });
        Self { pipeline, bindings }
    }

    fn launch(&self, groups: u32, launches: u32, device: &wgpu::Device, queue: &wgpu::Queue) {
        let mut encoder = device.create_command_encoder(&Default::default());
        let mut pass = encoder.begin_compute_pass(&Default::default());
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
        for _ in 0..launches {
            pass.dispatch_workgroups(groups, 1, 1);
        }
        drop(pass);
        queue.submit([encoder.finish()]);
    }
}

/// As a product of tiles: each unit loads numbers of two tiles into workgroup memory and multiplies
/// 4x4 of them.
fn wgsl() -> String {
    format!(
        "@group(0) @binding(0) var<storage, read_write> numbers: array<vec4<f32>>;
var<workgroup> left: array<vec4<f32>, 256>;
var<workgroup> right: array<vec4<f32>, 256>;
@compute @workgroup_size({UNITS})
fn main(
    @builtin(local_invocation_index) unit: u32,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {{
    var a = vec4<f32>(0.0);
    var b = a;
    var c = a;
    var d = a;
    let tiles = {TILES}u / groups.x;
    for (var tile = 0u; tile < tiles; tile++) {{
        for (var i = unit; i < 256u; i += {UNITS}u) {{
            let from_left = (group.x * 64u + tile * 512u + i) % {INPUTS}u;
            let from_right = (tile * 512u + 256u + i) % {INPUTS}u;
            left[i] = numbers[from_left];
            right[i] = numbers[from_right];
        }}
        workgroupBarrier();
        for (var term = 0u; term < 32u; term++) {{
            let l = left[term * 8u + unit / 8u];
            let r = right[term * 8u + unit % 8u];
            a += l.x * r;
            b += l.y * r;
            c += l.z * r;
            d += l.w * r;
        }}
        workgroupBarrier();
    }}
    numbers[{INPUTS}u + group.x * {UNITS}u + unit] = a + b + c + d;
}}
"
    )
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use futures_lite::future::block_on;

    use super::*;

    /// A GPU by the model of cost: tiles take `alone_us` each if a multiprocessor has few of them.
    fn gpu(cores: f64, alone_us: f64, beside_us: f64, answer_ms: f64) -> (GpuSize, f64) {
        let total = Cell::new(0.0);
        let size = block_on(compared(async |groups, launches| {
            let each = f64::from(groups) / cores;
            let tiles = f64::from(TILES / groups);
            let us = (alone_us * tiles).max(beside_us * tiles * each) + 4.5;
            let ms = f64::from(launches) * us / 1000.0 + answer_ms;
            total.set(total.get() + ms);
            ms
        }));
        (size, total.get())
    }

    #[test]
    fn only_gpus_that_gain_are_large() {
        // An H200, an RTX 4090 and an RTX 3080; even if the browser answers after 4 ms.
        for (cores, alone) in [(132.0, 2.8), (128.0, 2.0), (68.0, 2.8)] {
            for answer_ms in [0.2, 4.0] {
                let (size, total_ms) = gpu(cores, alone, 0.55, answer_ms);
                assert_eq!(size, GpuSize::Large, "{cores} multiprocessors, {answer_ms} ms");
                assert!(total_ms < 120.0, "{total_ms}");
            }
        }
        // An RTX 3060, an M2, an Xe-LP, an Adreno, an emulation.
        for (cores, alone, beside) in [
            (28.0, 2.8, 0.55),
            (10.0, 3.1, 0.6),
            (6.0, 4.8, 0.7),
            (6.0, 9.2, 2.2),
            (2.0, 400.0, 400.0),
        ] {
            let (size, total_ms) = gpu(cores, alone, beside, 1.0);
            assert_eq!(size, GpuSize::Usual, "{cores} multiprocessors");
            assert!(total_ms < 600.0 || cores == 2.0, "{cores} multiprocessors: {total_ms} ms");
        }
        // Firefox answers after 100 ms: two rounds, and no more.
        let (size, total_ms) = gpu(128.0, 2.0, 0.55, 100.0);
        assert_eq!(size, GpuSize::Usual);
        assert!(total_ms < 250.0, "{total_ms}");
    }

    #[test]
    fn a_clock_that_is_wrong_makes_no_gpu_large() {
        for always in [0.0, f64::NAN, f64::INFINITY, -1.0, 5.0] {
            let size = block_on(compared(async |_, _| always));
            assert_eq!(size, GpuSize::Usual, "{always}");
        }
        // It stood still once, or jumped once: the other two rounds count.
        for odd in [0.0, 1000.0] {
            let few = RefCell::new([6.0, odd, 6.0].into_iter());
            let size = block_on(compared(async |groups, launches| match (groups, launches) {
                (FEW_GROUPS, LAUNCHES) => few.borrow_mut().next().unwrap_or(f64::NAN),
                _ => 2.0,
            }));
            assert_eq!(size, GpuSize::Large, "{odd}");
        }
    }
}
