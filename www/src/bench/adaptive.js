// @ts-check
/**
 * Everything a person wants to know of a workload, in numbers of steps that suit the device: from thousands a second to
 * one in 20 seconds.
 */

import { between, counted, pipelines } from './hooks.js';
import { canTime, startClock, stopClock } from './kernels.js';
import { decode, ms, speed, steps } from './measure.js';

const BLOCK_MS = 300;
const BLOCKS = 9;
/** On a slow device there are fewer blocks: none begins after this time. */
const BLOCKS_UNTIL_MS = 8000;
const DECODE_MS = 400;
const CLOCK_MS = 800;

/**
 * @param {import('./measure.js').Running} running @param {import('./types.js').Workload} workload @param
 *   {import('../protocol.js').Backend} backend
 * @param {import('./types.js').Result} out @param {import('./types.js').Say} say
 */
export async function measureAll(running, workload, backend, out, say) {
  const first = running.firstStep > 3000 ? ` (the first took ${duration(running.firstStep / 1000)})` : '';
  say(`A second step, to see how long one takes${first}…`, 0.1);
  let each = (await steps(running, 1)).total;
  out.ms_second_step = ms(each);

  // The count goes over the blocks, their readings of the loss included.
  const [before, began] = [counted(), performance.now()];
  const all = [];
  let total = 0;
  for (let b = 0; b < BLOCKS && (b === 0 || performance.now() - began < BLOCKS_UNTIL_MS); b++) {
    // The time of a step alone is mostly waiting: the next block may be larger, but not by too much.
    const block = Math.max(1, Math.min(Math.round(BLOCK_MS / each), 4 * (out.block ?? 4)));
    const wait =
      each * block > 2000
        ? `, block ${b + 1}: ${block === 1 ? 'one step' : `${block} steps`}, about ${duration((each * block) / 1000)}`
        : '';
    say(`Training${wait}…`, 0.2 + (0.4 * b) / BLOCKS);
    const { total: took, loss } = await steps(running, block);
    each = took / block;
    total += block;
    // The first blocks find the size; they are no measure unless they took their time.
    if (took > 0.6 * BLOCK_MS) all.push(each);
    Object.assign(out, { block, measured_blocks: all.length, last_loss: ms(loss) });
    speed(out, all.length > 0 ? all : [each]);
  }
  out.trains = out.last_loss < out.first_loss;
  if (backend === 'webgpu') {
    const {
      dispatch = 0,
      dispatch_indirect = 0,
      submit = 0,
      create_bind_group = 0,
      create_buffer = 0,
      pipeline_sync = 0,
      pipeline_async = 0,
    } = between(before, counted(), total);
    out.launch = {
      dispatch: dispatch + dispatch_indirect,
      submit,
      create_bind_group,
      create_buffer,
      create_pipeline: pipeline_sync + pipeline_async,
    };
    out.training_pipelines = pipelines();
  }

  for (const count of [1, 256]) {
    say(`Decoding ${count === 1 ? 'one latent' : `${count} latents`}…`, count === 1 ? 0.65 : 0.75);
    await decode(running, workload, count, out, {
      warm: 1,
      times: (once) => Math.min(50, Math.round(DECODE_MS / once)),
    });
  }
  out.total_pipelines = backend === 'webgpu' ? pipelines() : undefined;

  out.gpu_times = backend === 'webgpu' && canTime();
  if (!out.gpu_times) return;
  const timedSteps = Math.max(1, Math.min(256, Math.round(CLOCK_MS / each)));
  const timed = timedSteps === 1 ? 'one step' : `${timedSteps} steps`;
  say(`GPU time of each kernel, ${timed}${each > 1000 ? `, about ${duration(each / 1000)}` : ''}…`, 0.85);
  startClock();
  await steps(running, timedSteps);
  Object.assign(out, await stopClock(timedSteps), { timed_steps: timedSteps });
}

/** 95 -> "1 min 35 s" @param {number} seconds */
function duration(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${s % 60} s`;
}
