//! How many steps to queue on a device before the losses of earlier ones are read.
//!
//! A step is only queued, and its losses come back late: some browsers answer a read-back after
//! 100 ms, however short the work. So several slices of steps are in flight, as packets are in a
//! network, and their number follows from two figures: how many steps a millisecond come back
//! (Little's law: steps in flight over their round trip), and the round trip of a short slice that
//! was sent alone, which is what reading costs. Then the device always has about `budget_ms` of
//! work left, and no more.

use std::collections::VecDeque;

/// Slices of one step, each read before the next. All but the last compile shaders or record the
/// step, so they say nothing about the pace.
const WARM_UP: usize = 3;
/// Slices sent alone that are remembered. Their median counts.
const ALONE: usize = 3;
/// A slice sent alone is this part of the budget, so that its round trip is that of a read-back.
const ALONE_SHARE: f64 = 1.0 / 8.0;
/// A budget below this means that a person is drawing.
const LIVE_MS: f64 = 40.0;
/// The most steps in a slice, however quick the device.
const MOST_STEPS: f64 = 512.0;

/// The most work to have in flight while a person draws, in milliseconds.
const MOST_LIVE_MS: f64 = 80.0;
/// How fast the window grows until the device is busy.
const GROWTH: f64 = 2.0;
/// The device is busy once it can be this much faster at most.
const SATURATED: f64 = 2.0;

/// What is known of a device's pace.
#[derive(Debug, Default)]
pub(super) struct Window {
    answers: usize,
    /// Steps a millisecond; 0 before the first answer.
    rate: f64,
    /// Round trips of the last slices that were sent alone, in milliseconds.
    alone: VecDeque<f64>,
    /// Whether the device was busy all the time at least once.
    saturated: bool,
}

impl Window {
    /// Whether the pace is not known yet: then slices are single steps, and nothing is queued
    /// behind them.
    pub(super) fn is_warming_up(&self) -> bool {
        self.answers < WARM_UP
    }

    /// Steps a millisecond; 0 before the first answer.
    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// Steps of the next slice, with `in_flight` steps sent and not answered; one at least.
    pub(super) fn slice(&self, budget_ms: f64, in_flight: usize) -> usize {
        let steps = match in_flight {
            _ if self.is_warming_up() => 1.0,
            0 => self.rate * budget_ms * ALONE_SHARE,
            // Two slices at least: while one is read, the other is computed.
            _ => self.size(budget_ms) / (1.0 + (self.latency() / budget_ms).ceil().max(1.0)),
        };
        steps.clamp(1.0, MOST_STEPS) as usize
    }

    /// Whether another slice may be sent before one is answered.
    pub(super) fn has_room(&self, budget_ms: f64, in_flight: usize) -> bool {
        if in_flight == 0 || self.is_warming_up() {
            return in_flight == 0;
        }
        let next = self.slice(budget_ms, in_flight);
        // Two slices even of steps that are longer than the budget, but not while a person draws.
        let slow = next as f64 / self.rate > budget_ms && budget_ms < LIVE_MS;
        let least = if slow { next } else { 2 * next };
        in_flight + next <= least.max(self.size(budget_ms).ceil() as usize)
    }

    /// Learns that a slice came back `round_trip_ms` after it was sent. `in_flight` were the steps
    /// in flight then, its own included; `alone` says that there were no others.
    pub(super) fn answered(&mut self, in_flight: usize, alone: bool, round_trip_ms: f64) {
        self.answers += 1;
        let round_trip = round_trip_ms.max(1e-3);
        if alone && self.answers >= WARM_UP {
            self.alone.push_front(round_trip);
            self.alone.truncate(ALONE);
        }
        // Where answers come at fixed moments, one may come at once, and earlier ones with it.
        let latency = self.latency();
        let least = in_flight as f64 / round_trip.max(if alone { 0.0 } else { latency });
        if self.answers <= WARM_UP {
            self.rate = least;
            return;
        }
        // At best the device worked on these steps all the time but for the reading.
        let most = in_flight as f64 / (round_trip - latency).max(1e-3);
        self.rate = self.rate.max(least);
        self.saturated |= !alone && most < SATURATED * self.rate;
        if most < self.rate {
            self.rate += 0.3 * (most.max(least) - self.rate);
        }
    }

    /// The round trip to expect of a slice, in milliseconds.
    pub(super) fn expected(&self, in_flight: usize) -> f64 {
        if self.rate > 0.0 { self.latency().max(in_flight as f64 / self.rate) } else { 0.0 }
    }

    /// Steps to have in flight.
    fn size(&self, budget_ms: f64) -> f64 {
        let growth = if self.saturated { 1.0 } else { GROWTH };
        let ms = self.latency() + budget_ms;
        self.rate * growth * if budget_ms < LIVE_MS { ms.min(MOST_LIVE_MS) } else { ms }
    }

    /// The median round trip of a slice that was sent alone; 0 before the first.
    fn latency(&self) -> f64 {
        let mut sorted: Vec<f64> = self.alone.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A device whose steps take `step_ms`, and that answers `read_ms` after the work is done, or
    /// only at each multiple of `tick_ms`. Queueing a step takes the host `host_ms`. After
    /// `slow_at` ms the steps take four times as long.
    #[derive(Debug, Clone, Copy)]
    struct Device {
        step_ms: f64,
        read_ms: f64,
        tick_ms: f64,
        host_ms: f64,
        slow_at: f64,
    }

    const QUICK: Device =
        Device { step_ms: 1.0, read_ms: 1.0, tick_ms: 0.0, host_ms: 0.02, slow_at: f64::INFINITY };

    /// What a run on it comes to.
    #[derive(Debug)]
    struct Outcome {
        steps_per_ms: f64,
        /// Most work that was queued and not done when a slice had been sent, in milliseconds.
        queued_ms: f64,
        /// The longest time between two reports.
        silence_ms: f64,
        /// Whether a slice was always queued before the one before it was read.
        overlapped: bool,
    }

    /// Trains for `span_ms` after `ramp_ms`, which does not count. The first three steps compile.
    fn train(device: Device, budget_ms: f64, ramp_ms: f64, span_ms: f64) -> Outcome {
        let Device { read_ms, tick_ms, host_ms, .. } = device;
        let mut window = Window::default();
        let (mut now, mut done_at, mut sent) = (0.0f64, 0.0f64, 0usize);
        let mut flight: VecDeque<(usize, usize, f64, f64)> = VecDeque::new();
        let (mut steps, mut last_report) = (0usize, None::<f64>);
        let mut outcome =
            Outcome { steps_per_ms: 0.0, queued_ms: 0.0, silence_ms: 0.0, overlapped: true };
        while now < ramp_ms + span_ms {
            let before: usize = flight.iter().map(|slice| slice.0).sum();
            let next = window.slice(budget_ms, before);
            now += host_ms * next as f64;
            let compiling = [900.0, 300.0, 0.0].get(sent).copied().unwrap_or(0.0);
            let step_ms = device.step_ms * if now > device.slow_at { 4.0 } else { 1.0 };
            done_at = done_at.max(now) + compiling + step_ms * next as f64;
            sent += 1;
            let mut answer = done_at + read_ms;
            if tick_ms > 0.0 {
                answer = (answer / tick_ms).ceil() * tick_ms;
            }
            flight.push_back((next, before + next, now, answer));
            let measured = now > ramp_ms;
            if measured {
                outcome.queued_ms = outcome.queued_ms.max(done_at - now);
                outcome.overlapped &= before > 0;
            }
            loop {
                let in_flight: usize = flight.iter().map(|slice| slice.0).sum();
                if window.has_room(budget_ms, in_flight) {
                    break;
                }
                let Some((count, of, sent_at, answer)) = flight.pop_front() else { break };
                now = now.max(answer);
                window.answered(of, of == count, now - sent_at);
                if measured {
                    steps += count;
                    let since = now - last_report.unwrap_or(now);
                    outcome.silence_ms = outcome.silence_ms.max(since);
                    last_report = Some(now);
                }
            }
        }
        outcome.steps_per_ms = steps as f64 / (now - ramp_ms);
        outcome
    }

    #[test]
    fn slow_read_backs_cost_no_steps() {
        for step_ms in [0.2, 1.0, 4.0, 20.0, 70.0, 150.0] {
            let quick = Device { step_ms, ..QUICK };
            let usual = train(quick, 80.0, 2000.0, 12000.0);
            assert!(usual.steps_per_ms * step_ms > 0.95, "{step_ms}: {usual:?}");
            assert!(usual.queued_ms < 90.0 + 2.0 * step_ms, "{step_ms}: {usual:?}");
            assert!(usual.silence_ms < 90.0 + step_ms, "ten reports a second: {usual:?}");
            // All answers late by the same time, and only at fixed moments, as Firefox has it.
            let delayed = Device { read_ms: 101.0, ..quick };
            let ticking = Device { tick_ms: 100.0, ..quick };
            for slow in [delayed, ticking].map(|device| train(device, 80.0, 2000.0, 12000.0)) {
                let ratio = slow.steps_per_ms / usual.steps_per_ms;
                assert!(ratio > 0.95 && slow.overlapped, "{step_ms}: {ratio} {slow:?}");
                assert!(slow.queued_ms < 350.0 + 2.0 * step_ms, "{step_ms}: {slow:?}");
                assert!(slow.silence_ms < 205.0 + step_ms, "{step_ms}: {slow:?}");
            }
        }
    }

    #[test]
    fn while_a_person_draws_little_is_queued() {
        for step_ms in [1.0, 4.0, 20.0] {
            for (read_ms, tick_ms, most_ms) in
                [(1.0, 0.0, 24.0), (101.0, 0.0, 85.0), (1.0, 100.0, 150.0)]
            {
                let device = Device { step_ms, read_ms, tick_ms, ..QUICK };
                let outcome = train(device, 16.0, 4000.0, 4000.0);
                assert!(outcome.queued_ms < most_ms + 2.0 * step_ms, "{device:?}: {outcome:?}");
                assert!(outcome.steps_per_ms * step_ms > 0.7, "{device:?}: {outcome:?}");
            }
        }
        // A step that is longer than all that is read before another one is queued.
        let outcome = train(Device { step_ms: 500.0, ..QUICK }, 16.0, 4000.0, 4000.0);
        assert!(outcome.queued_ms <= 500.0, "{outcome:?}");
    }

    #[test]
    fn a_device_that_slows_down_is_noticed() {
        for (read_ms, tick_ms, most_ms) in
            [(1.0, 0.0, 130.0), (101.0, 0.0, 200.0), (1.0, 100.0, 350.0)]
        {
            let device = Device { read_ms, tick_ms, slow_at: 2000.0, ..QUICK };
            let outcome = train(device, 80.0, 4000.0, 4000.0);
            assert!(outcome.queued_ms < most_ms, "{device:?}: {outcome:?}");
            assert!(outcome.steps_per_ms * 4.0 > 0.95, "{device:?}: {outcome:?}");
        }
    }
}
