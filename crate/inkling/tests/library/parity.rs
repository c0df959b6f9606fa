//! The losses of the peers' workloads come out as TF.js, jax-js and PyTorch have them.

use futures_lite::future::block_on;
use inkling::parity::{Workload, check};

fn assert_parity(workload: Workload) {
    let found = block_on(check(workload, &inkling::device::cpu())).expect("trains");
    let expected = workload.expected().expect("the peers train it");
    println!("{workload:?}: {found:?}");
    let pairs = expected.losses.iter().zip(&found.losses);
    for (expected, found) in pairs.chain([(&expected.pixel_sum, &found.pixel_sum)]) {
        assert!((found / expected - 1.0).abs() < 1e-3, "{found} instead of {expected}");
    }
    assert_eq!(expected.losses.len(), found.losses.len());
}

#[test]
fn mlp() {
    assert_parity(Workload::Mlp);
}

#[test]
fn conv() {
    assert_parity(Workload::Conv);
}
