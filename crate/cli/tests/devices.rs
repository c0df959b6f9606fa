//! The program `inkling` on each device that this machine has.

#![allow(clippy::unwrap_used, reason = "a failure here is the test failing")]

#[path = "../../inkling/tests/on_gpu/mod.rs"]
mod on_gpu;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use inkling::data::{digits, idx};

/// What the program says if there is no GPU.
const NONE: &str = "no GPU can be used";

fn inkling(arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_inkling"));
    // What it says is read here: without the stack that this asks for.
    program.args(arguments).env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
    program
}

/// What it wrote on stdout. A failure is one of the test.
fn written(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The one line on stderr about the device. Drivers write there, too.
fn device(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().filter_map(|l| l.strip_prefix("device: ")).collect();
    assert_eq!(lines.len(), 1, "{stderr}");
    lines[0].to_owned()
}

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Four IDX files named as MNIST's: 200 generated digits to train on, 30 to test.
fn write_digits(folder: &Path) {
    for (name, first, count) in [("train", 0, 200), ("t10k", digits::HELD_OUT, 30)] {
        let made = digits::generate(1, first, count);
        let images = idx::write_images(&made.images);
        let labels = idx::write_labels(&made.labels);
        fs::write(folder.join(format!("{name}-images-idx3-ubyte")), images).unwrap();
        fs::write(folder.join(format!("{name}-labels-idx1-ubyte")), labels).unwrap();
    }
}

/// Two steps of training, two of pretraining with binarised pixels, and the measurement of that
/// model, which must be the same on both devices.
#[test]
fn every_command_runs_on_each_device() {
    let folder = folder("every-command");
    write_digits(&folder);
    let data = folder.to_str().unwrap();
    let mut measured = vec![];
    for device_name in ["cpu", "gpu"] {
        let saved = folder.join(format!("{device_name}.safetensors"));
        let saved = saved.to_str().unwrap();
        let train = ["train", "--data", data, "--batch", "100", "--epochs", "1", "--save", saved];
        let output = inkling(&train).args(["--device", device_name]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        if device_name == "gpu" && !output.status.success() && stderr.contains(NONE) {
            return on_gpu::skip("the program on the GPU", stderr);
        }
        let text = written(&output);
        let line = device(&output);
        assert!(line.ends_with("as asked for"), "{line}");
        assert_eq!(line.starts_with("the CPU"), device_name == "cpu", "{line}");
        let epoch = text.lines().find(|line| line.trim_start().starts_with("1 ")).unwrap();
        let loss: f64 = epoch.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!((100.0..600.0).contains(&loss), "{epoch}");

        let mut pretrain = inkling(&["pretrain", "--data", data, "--epochs", "1"]);
        pretrain.args(["--preset", "classic", "--binarised", "0.7", "--save", saved]);
        let output = pretrain.args(["--device", device_name]).output().unwrap();
        assert!(written(&output).contains("--binarised 0.7"));

        // The CPU's model on each device.
        let model = folder.join("cpu.safetensors");
        let mut evaluate = inkling(&["evaluate", "--data", data, "--images", "10"]);
        evaluate.args(["--samples", "20", "--device", device_name, "--model"]).arg(model);
        let text = written(&evaluate.output().unwrap());
        // The first with decimals; the threshold 0.5 is no measurement.
        let number = |line: &str| {
            let numbers = line.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
            numbers.filter(|number| number.fract() != 0.0).find(|&number| number > 1.0)
        };
        let named = ["grey", "binarised, drawn", "bound of 20", "binarised at"];
        let of = |name: &str| text.lines().find(|line| line.contains(name)).and_then(number);
        measured.push(named.map(|name| of(name).unwrap_or_else(|| panic!("{name}: {text}"))));
    }
    for (on_cpu, on_gpu) in measured[0].iter().zip(&measured[1]) {
        // The devices draw other noise.
        assert!((on_gpu / on_cpu - 1.0).abs() < 0.02, "{measured:?}");
    }
}

#[test]
fn an_unknown_device_is_refused() {
    let output = inkling(&["train", "--device", "tpu"]).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("'tpu'") && stderr.contains("cpu, gpu"), "{stderr}");
}

/// Where Vulkan and OpenGL find no driver, the program says so: it fails if a GPU was asked for,
/// and computes on the CPU otherwise.
#[cfg(target_os = "linux")]
#[test]
fn without_a_gpu_it_says_so() {
    let train =
        ["train", "--generate", "60", "--batch", "50", "--epochs", "1", "--preset", "linear"];
    let without = |arguments: &[&str]| {
        let mut program = inkling(&train);
        program.args(arguments).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        for name in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "__EGL_VENDOR_LIBRARY_FILENAMES"] {
            program.env(name, "/nowhere.json");
        }
        program.output().unwrap()
    };
    let output = without(&["--device", "gpu"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(NONE) && stderr.contains("--device cpu"), "{stderr}");
    let output = without(&[]);
    assert!(written(&output).contains("epoch"));
    assert!(device(&output).starts_with("the CPU, because no GPU can be used"), "{output:?}");
}
