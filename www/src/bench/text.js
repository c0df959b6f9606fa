// @ts-check
/** Results to be pasted elsewhere: for a person, and for a program. */
import { version } from '../../../pkg/package.json';

/** @typedef {{device: import('./types.js').Device | null, results: import('./types.js').Result[]}} Facts */

/**
 * Cores, which are known once something was measured, and SIMD of the CPU: "2 cores, simd128".
 * @param {import('./types.js').Device} device
 */
export function computing({ cores, simd }) {
  return [cores === 1 ? 'one core' : cores && `${cores} cores`, simd].filter(Boolean).join(', ');
}

/** @param {Facts} facts */
export const asJson = ({ device, results }) =>
  JSON.stringify(
    {
      page: 'Inkling benchmark',
      version,
      date: new Date().toISOString(),
      ua: navigator.userAgent,
      hw_threads: navigator.hardwareConcurrency,
      device,
      results,
    },
    null,
    1,
  );

/** @param {Facts} facts */
export function asText({ device, results }) {
  const lines = [
    `Inkling ${version} benchmark, ${new Date().toISOString().slice(0, 10)}`,
    device?.backend === 'webgpu' ? `WebGPU: ${device.adapter}` : `CPU${device ? `: ${computing(device)}` : ''}`,
    navigator.userAgent,
  ];
  for (const result of results) {
    const { workload, launch, kernels, timed_steps, error, stopped } = result;
    lines.push('', `${workload}${stopped ? ' (stopped before the end)' : ''}`);
    if (error) lines.push(`  failed: ${error}`);
    for (const [name, field] of [
      ['steps/s', 'steps_per_s'],
      ['ms per step', 'ms_per_step'],
      ['first step, ms', 'ms_first_step'],
      ['decode 1, ms', 'decode_1_ms'],
      ['decode 256, ms', 'decode_256_ms'],
    ])
      if (result[field ?? ''] !== undefined) lines.push(`  ${name?.padEnd(16)} ${result[field ?? '']}`);
    if (launch) {
      const { dispatch, submit, create_bind_group: groups, create_buffer: buffers } = launch;
      const made = `${groups} bind groups, ${buffers} buffers created`;
      lines.push(`  per step: ${dispatch} dispatches, ${submit} submits, ${made}`);
      const decoding = result.total_pipelines ? `, ${result.total_pipelines} with decoding` : '';
      lines.push(`  pipelines: ${result.training_pipelines} to train${decoding}`);
    }
    if (kernels)
      lines.push(
        `  GPU time, mean of ${timed_steps}:`,
        '    kernel                           workgroups   µs per step   share',
      );
    for (const { kernel, workgroups, us_per_step, share } of kernels ?? []) {
      const [time, percent] = [us_per_step.toFixed(1).padStart(13), (100 * share).toFixed(1).padStart(6)];
      lines.push(`    ${kernel.padEnd(32)} ${workgroups.padStart(10)} ${time} ${percent} %`);
    }
  }
  return `${lines.join('\n')}\n`;
}
