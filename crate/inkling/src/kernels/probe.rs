//! What a device can do, before anybody relies on it: whether it computes at all, and how fast.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, TensorData};

use super::{Activation, dense};
use crate::device::read;
use crate::device::upload::{floats, zeros};
use crate::{Error, Result};

/// The sizes of the layer: more than one tile of outputs, and of terms in a sum.
const ROWS: usize = 3;
const INPUTS: usize = 40;
const OUTPUTS: usize = 35;

/// Computes one dense layer on small whole numbers and compares it with what they come to, exactly.
/// Drivers exist that return zeros, or compile a kernel wrongly, without any error: that is
/// [`Error::WrongNumbers`]. A device that fails is [`Error::Device`].
pub async fn self_check(device: &Device) -> Result<()> {
    let number = |i: usize, of: usize| ((i * i + 3 * i) % of) as f32 - 2.0;
    let inputs: Vec<f32> = (0..ROWS * INPUTS).map(|i| number(i, 7)).collect();
    let weights: Vec<f32> = (0..INPUTS * OUTPUTS).map(|i| number(i, 5)).collect();
    let biases: Vec<f32> = (0..OUTPUTS).map(|i| number(i, 11)).collect();
    let expected = (0..ROWS * OUTPUTS).map(|i| {
        let (row, column) = (i / OUTPUTS, i % OUTPUTS);
        let terms = (0..INPUTS).map(|k| inputs[row * INPUTS + k] * weights[k * OUTPUTS + column]);
        biases[column] + terms.sum::<f32>()
    });
    let expected: Vec<f32> = expected.collect();
    let input = floats(TensorData::new(inputs, [ROWS, INPUTS]), device);
    let weight = floats(TensorData::new(weights, [INPUTS, OUTPUTS]), device);
    let bias = floats(TensorData::new(biases, [OUTPUTS]), device);
    let layer = Linear { weight: Param::from_tensor(weight), bias: Some(Param::from_tensor(bias)) };
    let found = read(dense(&layer, input, Activation::None)).await?;
    if found == expected { Ok(()) } else { Err(Error::WrongNumbers) }
}

/// The side of the matrices that [`speed`] multiplies.
const SIDE: usize = 256;
/// Products in its rounds. Some browsers answer a read-back only every 100 ms: the last round takes
/// so long on a device that just about trains convolutions.
const ROUNDS: [usize; 3] = [8, 64, 512];
/// A round tells something if it takes this much longer than reading alone.
const LEAST_MS: f64 = 5.0;
const LEAST_SHARE: f64 = 0.1;

/// How many GFLOP/s the device does in matrix products: longer and longer rounds of them, until one
/// takes noticeably longer than reading a result. `clock` gives the milliseconds since some fixed
/// moment. A device that fails is [`Error::Device`].
pub async fn speed(device: &Device, clock: fn() -> f64) -> Result<f64> {
    let ones = || floats::<2>(TensorData::ones::<f32, _>([SIDE, SIDE]), device);
    let bias = Some(Param::from_tensor(zeros([SIDE], device)));
    let layer = Linear { weight: Param::from_tensor(ones()), bias };
    let round = async |products: usize| {
        let start = clock();
        let input = ones();
        let mut output = input.clone();
        for _ in 0..products {
            output = dense(&layer, input.clone(), Activation::None);
        }
        read(output).await.map(|_| clock() - start)
    };
    // The first one compiles.
    round(1).await?;
    let reading = round(0).await?;
    let mut gflops = f64::INFINITY;
    for products in ROUNDS {
        let computing = round(products).await? - reading;
        let flop = products as f64 * 2.0 * SIDE.pow(3) as f64;
        gflops = flop / 1e6 / computing.max(LEAST_MS);
        if computing > LEAST_MS + LEAST_SHARE * reading {
            break;
        }
    }
    Ok(gflops)
}

#[cfg(all(test, feature = "cpu"))]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::device::cpu;
    use futures_lite::future::block_on;

    thread_local! {
        /// What the clock shows, one look after the other; then the last one for ever.
        static TIMES: Cell<&'static [f64]> = const { Cell::new(&[]) };
    }

    fn clock() -> f64 {
        let times = TIMES.get();
        if times.len() > 1 {
            TIMES.set(&times[1..]);
        }
        times[0]
    }

    #[test]
    fn a_device_that_computes_passes() {
        block_on(self_check(&cpu())).expect("the CPU computes");
    }

    #[test]
    fn the_first_round_that_takes_noticeable_time_tells_the_speed() {
        let measured = |times| {
            TIMES.set(times);
            block_on(speed(&cpu(), clock)).expect("the CPU computes")
        };
        let product = 2.0 * 256f64.powi(3) / 1e6;
        // Compiling took a second, reading takes 2 ms, and eight products 20 ms longer.
        let found = measured(&[0.0, 1000.0, 1000.0, 1002.0, 1002.0, 1024.0]);
        assert!((found - 8.0 * product / 20.0).abs() < 1e-9, "{found}");
        // Reading takes 100 ms, and only 64 products take longer.
        let found = measured(&[0.0, 900.0, 900.0, 1000.0, 1000.0, 1100.0, 1100.0, 1300.0]);
        assert!((found - 64.0 * product / 100.0).abs() < 1e-9, "{found}");
        // A clock that stands still: as fast as can be told.
        let found = measured(&[5.0]);
        assert!((found - 512.0 * product / LEAST_MS).abs() < 1e-9, "{found}");
    }
}
