//! Checks a kernel's WGSL: whether it is valid without any optional feature, keeps to the limits
//! that every WebGPU device has, and can be translated to what the drivers take. naga is the
//! compiler of Firefox and of the native program.

use naga::back::{hlsl, msl, spv};
use naga::front::wgsl;
use naga::proc::Layouter;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Module};

type Result = std::result::Result<(), String>;

/// Limits that every WebGPU device has: the default limits of the standard's section 3.6.2.
const INVOCATIONS: u32 = 256;
const WORKGROUP_SIZE: [u32; 3] = [256, 256, 64];
const WORKGROUP_MEMORY: u32 = 16_384;
const STORAGE_BUFFERS: u32 = 8;
const UNIFORM_BUFFERS: u32 = 12;
const UNIFORM_SIZE: u32 = 65_536;
const BIND_GROUPS: u32 = 4;

/// Checks a module.
///
/// # Errors
/// What naga says, or which limit is broken.
pub fn check(source: &str) -> Result {
    let module = wgsl::parse_str(source).map_err(|error| error.emit_to_string(source))?;
    let info = Validator::new(ValidationFlags::all(), Capabilities::empty())
        .validate(&module)
        .map_err(|error| error.emit_to_string(source))?;
    keeps_to_limits(&module, &info)?;
    translates(&module, &info)
}

fn keeps_to_limits(module: &Module, info: &ModuleInfo) -> Result {
    let mut layouter = Layouter::default();
    layouter.update(module.to_ctx()).map_err(|error| error.to_string())?;
    if module.entry_points.is_empty() {
        return Err("no entry point".into());
    }
    for (index, entry) in module.entry_points.iter().enumerate() {
        let (name, size, used) = (&entry.name, entry.workgroup_size, info.get_entry_point(index));
        let within = |what: &str, found: u32, most: u32| match found <= most {
            true => Ok(()),
            false => Err(format!("{name}: {what} {found}, but at most {most} is allowed")),
        };
        within("units of a workgroup", size.iter().product(), INVOCATIONS)?;
        for (size, most) in size.into_iter().zip(WORKGROUP_SIZE) {
            within("units along a dimension", size, most)?;
        }
        let (mut memory, mut storage, mut uniform) = (0, 0, 0);
        for (handle, variable) in module.global_variables.iter() {
            if used[handle].is_empty() {
                continue;
            }
            let bytes = layouter[variable.ty].size;
            match variable.space {
                AddressSpace::WorkGroup => memory += bytes.next_multiple_of(16),
                AddressSpace::Storage { .. } => storage += 1,
                AddressSpace::Uniform => {
                    uniform += 1;
                    within("bytes of a uniform buffer", bytes, UNIFORM_SIZE)?;
                }
                _ => {}
            }
            let group = variable.binding.map_or(0, |binding| binding.group);
            within("bind groups", group + 1, BIND_GROUPS)?;
        }
        within("bytes of workgroup memory", memory, WORKGROUP_MEMORY)?;
        within("storage buffers", storage, STORAGE_BUFFERS)?;
        within("uniform buffers", uniform, UNIFORM_BUFFERS)?;
    }
    Ok(())
}

/// To what Metal, DirectX and Vulkan take.
fn translates(module: &Module, info: &ModuleInfo) -> Result {
    let (options, pipeline) = (msl::Options::default(), msl::PipelineOptions::default());
    let written = msl::write_string(module, info, &options, &pipeline);
    let (_, written) = written.map_err(|error| format!("MSL: {error}"))?;
    for name in written.entry_point_names {
        name.map_err(|error| format!("MSL: {error}"))?;
    }
    let (options, pipeline) = (hlsl::Options::default(), hlsl::PipelineOptions::default());
    let mut text = String::new();
    let written = hlsl::Writer::new(&mut text, &options, &pipeline).write(module, info, None);
    for name in written.map_err(|error| format!("HLSL: {error}"))?.entry_point_names {
        name.map_err(|error| format!("HLSL: {error}"))?;
    }
    let written = spv::write_vec(module, info, &spv::Options::default(), None);
    written.map(|_| ()).map_err(|error| format!("SPIR-V: {error}"))
}

/// A kernel of that workgroup, with that much workgroup memory and that many storage buffers.
fn kernel(workgroup: &str, floats: usize, buffers: usize) -> String {
    let bindings: String = (0..buffers)
        .map(|i| format!("@group(0) @binding({i}) var<storage, read_write> b{i}: array<f32>;\n"))
        .collect();
    let uses: String = (0..buffers).map(|i| format!("b{i}[id.x] = tile[0];\n")).collect();
    format!(
        "{bindings}var<workgroup> tile: array<f32, {floats}>;
        @compute @workgroup_size({workgroup})
        fn main(@builtin(global_invocation_id) id: vec3<u32>) {{ {uses} }}"
    )
}

#[track_caller]
fn refused(source: &str, words: &str) {
    let error = check(source).expect_err(words);
    assert!(error.contains(words), "{error}, but not: {words}");
}

#[test]
fn a_kernel_within_the_limits_passes() {
    check(&kernel("16, 16", 4096, 8)).expect("all limits reached, none passed");
}

#[test]
fn kernels_beyond_the_limits_are_refused() {
    refused(&kernel("512", 64, 1), "units of a workgroup 512");
    refused(&kernel("2, 2, 65", 64, 1), "units of a workgroup 260");
    refused(&kernel("1, 1, 65", 64, 1), "units along a dimension 65");
    refused(&kernel("16, 17", 64, 1), "units of a workgroup 272");
    refused(&kernel("64", 4097, 1), "bytes of workgroup memory");
    refused(&kernel("64", 64, 9), "storage buffers 9");
    refused(&kernel("64", 64, 1).replace("group(0)", "group(4)"), "bind groups 5");
}

#[test]
fn what_is_no_plain_wgsl_is_refused() {
    refused("fn main() { return 1; }", "return");
    refused("fn main() -> { }", "expected");
    refused("fn nothing() {}", "no entry point");
    let subgroup = kernel("64", 64, 1).replace("tile[0]", "subgroupAdd(tile[0])");
    refused(&subgroup, "ubgroup");
    refused(&kernel("64", 64, 1).replace("f32", "f16"), "f16");
}
