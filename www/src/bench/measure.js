// @ts-check
/**
 * The measurements as the peers' bench makes them, and the pieces that a person's benchmark shares. Results grow in
 * `out` field by field, so
 * that whoever stops half-way has what there is.
 *
 * @typedef {import('./types.js').Plan} Plan
 * @typedef {import('./types.js').Result} Result
 * @typedef {import('./types.js').Say} Say
 * @typedef {import('../../../pkg/webgpu/inkling_web.js').Bench} Bench
 * @typedef {{bench: Bench, next: () => Int32Array, firstStep: number}} Running   `firstStep`: in ms
 */
import { loadModule } from '../worker/load-module.js';
import { between, counted, pipelines, tidy } from './hooks.js';
import { makeBatches, makeLatents } from './streams.js';

/** Seeds of the latents that the peers decode for the clock and for the check. */
const [TIMED, CHECKED] = [6, 9];

/**
 * Loads the engine and takes the first step.
 * @param {Plan} plan @param {import('../protocol.js').Backend} backend @param {Result} out @param {Say} say
 * @param {(failure: import('../protocol.js').Failure) => void} onFatal
 * @returns {Promise<Running & {module: import('../worker/load-module.js').EngineModule}>}
 */
export async function begin({ workload, mode, large }, backend, out, say, onFatal) {
  let since = performance.now();
  const module = await loadModule(backend, onFatal, say);
  // Opens the device, which the workload then shares.
  const engine = await module.Engine.open(large);
  out.engine_adapter = engine.adapter();
  if (backend === 'webgpu') out.large_gpu = engine.largeGpu();
  engine.free();
  out.ms_init = ms(performance.now() - since);
  say('Drawing the data and the first weights…');
  const initial = counted();
  since = performance.now();
  // The peers' pages get data and weights from outside; here they are part of the engine.
  const bench = await module.Bench.open(workload, true);
  out.ms_upload = ms(performance.now() - since);
  const next = makeBatches();
  const opened = counted();
  say(backend === 'webgpu' ? 'First step: compiling shaders…' : 'First step…');
  since = performance.now();
  bench.queue(next());
  out.first_loss = ms(await bench.loss());
  const firstStep = performance.now() - since;
  out.ms_first_step = ms(firstStep);
  if (mode === 'count')
    Object.assign(out, {
      init_counts: initial,
      upload_counts: between(initial, opened),
      first_step_counts: between(opened, counted()),
    });
  return { module, bench, next, firstStep };
}

/** Steps until everything is warm. @param {Running} running @param {Plan} plan @param {Result} out @param {Say} say */
export async function warmUp({ bench, next }, { warm }, out, say) {
  say('Warming up…');
  out.warm = warm;
  for (let i = 0; i < warm; i++) {
    const since = performance.now();
    bench.queue(next());
    if (i > 0) continue;
    await bench.loss();
    out.ms_second_step = ms(performance.now() - since);
  }
  out.last_loss = ms(await bench.loss());
}

/**
 * Speed, in blocks of steps with the loss read after each.
 * @param {Running} running @param {Plan} plan @param {Result} out @param {Say} say
 */
export async function time(running, { workload, block, blocks, dec }, out, say) {
  const [totals, queued] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  out.block = block;
  out.block_losses = [];
  for (let b = 0; b < blocks; b++) {
    say(`block ${b}`, b / (blocks + 2));
    const { total, enqueue, loss } = await steps(running, block);
    totals.push(total);
    queued.push(enqueue);
    out.block_losses.push(ms(loss));
  }
  speed(
    out,
    totals.map((total) => total / block),
  );
  // Steps are gathered before they go to the device together: those of the last, smaller lot go with the reading of the
  // loss, and are not in here.
  out.js_enqueue_ms_per_step = ms(median(queued) / block);
  /** @type {Float32Array | null} */
  let one = null;
  for (const count of [1, 256]) {
    say(`decode ${count}`, (blocks + (one ? 1 : 0)) / (blocks + 2));
    const pixels = await decode(running, workload, count, out, { warm: 3, times: () => dec });
    out[`decode_${count}_mean`] = ms(sum(pixels) / pixels.length);
    const bad = pixels.filter((value) => !(value >= 0 && value <= 1)).length;
    if (bad > 0 || pixels.length !== count * 784) out[`decode_${count}_bad`] = bad || 'length';
    if (one) {
      // The same latent alone and among others.
      const apart = Math.max(...one.map((value, i) => Math.abs(value - (pixels[i] ?? NaN))));
      out.decode_1_vs_256_maxdiff = ms(apart);
      out.decode_ok = apart < 1e-4;
    }
    one = pixels;
  }
  out.last_loss = out.block_losses.at(-1);
  out.trains = out.last_loss < out.first_loss;
}

/**
 * Calls of WebGPU per step, and the losses that all peers share.
 * @param {Running & {module: import('../worker/load-module.js').EngineModule}} running
 * @param {Plan} plan @param {Result} out @param {Say} say
 */
export async function count(running, { workload, count, check }, out, say) {
  const { bench, module } = running;
  say('count', 0.2);
  // What K more steps add is K steps without the reading of the loss.
  const snaps = [counted()];
  for (const n of [count, 2 * count]) {
    const { loss } = await steps(running, n);
    out.last_loss = ms(loss);
    snaps.push(counted());
  }
  const [short, long] = [between(snaps[0] ?? {}, snaps[1] ?? {}), between(snaps[1] ?? {}, snaps[2] ?? {})];
  const names = Object.keys({ ...short, ...long });
  const each = (/** @type {(k: number, k2: number) => number} */ of) =>
    Object.fromEntries(
      names.map((name) => [name, tidy(of(short[name] ?? 0, long[name] ?? 0))]).filter(([, n]) => n !== 0),
    );
  out.per_step = each((k, k2) => (k2 - k) / count);
  out.loss_read = each((k, k2) => 2 * k - k2);
  out.training_pipelines = pipelines();

  say('count decode', 0.5);
  const latent = makeLatents(workload, 1, TIMED);
  await bench.decode(latent);
  const decoded = counted();
  await bench.decode(latent);
  out.decode_1_counts = between(decoded, counted());
  out.total_pipelines = pipelines();
  out.trains = out.last_loss < out.first_loss;

  // No peer trains R: there is nothing to compare with.
  if (workload === 'R') return;
  say('check', 0.6);
  const quiet = await module.Bench.open(workload, false);
  const next = makeBatches();
  out.check_losses = [];
  for (let i = 0; i < check; i++) {
    quiet.queue(next());
    out.check_losses.push(Number((await quiet.loss()).toPrecision(8)));
  }
  out.check_pixel_sum = Number(sum(await quiet.decode(makeLatents(workload, 1, CHECKED))).toPrecision(8));
  quiet.free();
}

/** A block of steps and the reading of its last loss, in ms. @param {Running} running @param {number} count */
export async function steps({ bench, next }, count) {
  const batches = Array.from({ length: count }, next);
  const since = performance.now();
  for (const batch of batches) bench.queue(batch);
  const enqueue = performance.now() - since;
  const loss = await bench.loss();
  return { total: performance.now() - since, enqueue, loss };
}

/** @param {Result} out @param {number[]} each ms per step of each block */
export function speed(out, each) {
  out.steps_per_s = ms(1000 / median(each));
  out.ms_per_step = ms(median(each));
  out.ms_per_step_all = each.map(ms);
}

/**
 * Decodes `count` latents again and again. The first time, which may compile shaders, has a field of its own.
 * @param {Running} running @param {import('./types.js').Workload} workload @param {number} count @param {Result} out
 * @param {{warm: number, times: (onceMs: number) => number}} often `warm` times before the clock counts; 0 times: the
 *   last of those must do
 */
export async function decode({ bench }, workload, count, out, { warm, times }) {
  const latents = makeLatents(workload, count, TIMED);
  const once = async () => {
    const since = performance.now();
    const pixels = await bench.decode(latents);
    return { took: performance.now() - since, pixels };
  };
  let last = await once();
  out[`decode_${count}_first_ms`] = ms(last.took);
  for (let i = 0; i < warm; i++) last = await once();
  const all = [];
  for (let left = times(last.took); left > 0; left--) {
    last = await once();
    all.push(last.took);
  }
  out[`decode_${count}_ms`] = ms(median(all.length > 0 ? all : [last.took]));
  out[`decode_${count}_n`] = last.pixels.length;
  return last.pixels;
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2
    ? (sorted[Math.floor(middle)] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Six digits are enough. @param {number} n */
export const ms = (n) => Number(n.toPrecision(6));

const sum = (/** @type {Float32Array} */ values) => values.reduce((total, value) => total + value, 0);
