// @ts-check
/** What a person comes for, step by step, the same in every browser and on every device. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEVICES, distance, SEVEN } from '../support.js';
import {
  attribute,
  click,
  draw,
  ink,
  progress,
  reach,
  reachStep,
  ready,
  stored,
  until,
  upToDate,
  visible,
} from './steps.js';

/** @typedef {import('./index.js').Visitor} Visitor */
/** @typedef {import('./index.js').Device} Device */

/**
 * The chapter Inside is left out where `withInside` is false: on a slow adapter its models compile for minutes.
 * @param {Visitor} visitor @param {Device} device @param {import('./site.js').Site} site @param {string} downloads
 * @param {boolean} withInside
 * @returns {Promise<{adapter: string, ready: number}>} `ready`: in seconds
 */
export async function mainJob(visitor, device, site, downloads, withInside) {
  const chosen = DEVICES.find((one) => one.device === device);
  assert.ok(chosen);
  const { settings, steps, factor } = chosen;
  const since = Date.now();
  const seconds = await firstVisit(visitor, device, site, `device=${device}&${settings}`).then(
    () => (Date.now() - since) / 1000,
  );
  const adapter = await visitor.run(() => document.getElementById('device-name')?.textContent ?? '');
  await training(visitor, steps, factor);
  const drawn = await drawing(visitor);
  await interpolation(visitor, drawn);
  if (withInside) await inside(visitor);
  await saving(visitor, downloads);
  await resuming(visitor);
  await resetting(visitor);
  return { adapter, ready: seconds };
}

/** @param {Visitor} visitor @param {Device} device @param {import('./site.js').Site} site @param {string} query */
async function firstVisit(visitor, device, { url, asked }, query) {
  asked.splice(0);
  await visitor.open(`${url}?${query}`);
  await ready(visitor);
  assert.equal(await attribute(visitor, '#device-badge', 'data-backend'), device);
  const modules = asked.filter((path) => path.endsWith('.wasm'));
  assert.equal(modules.length, 1, `one build of the engine is downloaded: ${modules}`);
  await upToDate(visitor, 'samples-grid');
  const samples = await Promise.all([0, 1, 63].map((i) => ink(visitor, `#samples-grid [data-index="${i}"] canvas`)));
  assert.ok(distance(samples[0] ?? [], samples[1]) > 0, 'samples differ');
  assert.ok(distance(await ink(visitor, '#data-thumbs canvas')) > 1e5, 'the data set shows digits');
  assert.equal(await attribute(visitor, '#draw', 'data-empty'), 'true', 'nothing is drawn yet');
  await upToDate(visitor, 'held-out');
  // The pictures above took the engine a while.
  assert.equal(await progress(visitor, 'step'), 0, 'nothing trains unasked');
  assert.equal(await attribute(visitor, '#progress', 'data-state'), 'idle');
}

/** @param {Visitor} visitor @param {number} steps @param {number} factor by which the loss has to fall */
async function training(visitor, steps, factor) {
  const before = await ink(visitor, '#held-out [data-index="0"] .output');
  await click(visitor, '#step');
  await reachStep(visitor, 1);
  const first = await progress(visitor, 'total');
  await click(visitor, '#start');
  await reachStep(visitor, steps);
  await click(visitor, '#pause');
  await reach(visitor, 'paused');
  const [at, last] = [await progress(visitor, 'step'), await progress(visitor, 'total')];
  assert.ok(last < factor * first, `the loss fell from ${first} to ${last}`);
  assert.ok((await progress(visitor, 'held-out')) > 0, 'the held-out loss was measured');
  assert.ok((await progress(visitor, 'reconstruction')) < last + 1e-9);

  await upToDate(visitor, 'held-out');
  const input = await ink(visitor, '#held-out [data-index="0"] .input');
  const rebuilt = await ink(visitor, '#held-out [data-index="0"] .output');
  assert.ok(distance(rebuilt, input) < distance(before, input), 'held-out digits come back better than before');
  assert.equal(await progress(visitor, 'step'), at, 'paused is paused');
}

/** @param {Visitor} visitor @returns {Promise<number[]>} the reconstruction of what was drawn */
async function drawing(visitor) {
  await draw(visitor, SEVEN);
  await visible(visitor, '#draw[data-empty="false"][aria-busy="false"]');
  const drawn = await ink(visitor, '#draw-input');
  const written = await ink(visitor, '#draw-output');
  assert.ok(distance(drawn, written) < distance(drawn), 'the reconstruction is closer to the drawing than a blank is');
  const rows = [...drawn.keys()].filter((i) => (drawn[i] ?? 0) > 40).map((i) => Math.floor(i / 28));
  assert.ok(Math.max(...rows) - Math.min(...rows) <= 20, 'the drawing is fitted into 20 rows');
  return written;
}

/** Between two samples, then between the drawing and a sample. @param {Visitor} visitor @param {number[]} drawn */
async function interpolation(visitor, drawn) {
  await upToDate(visitor, 'samples-grid');
  await click(visitor, '#samples-grid [data-index="3"]');
  await click(visitor, '#samples-grid [data-index="19"]');
  await visible(visitor, '#strip[data-from="sample 1/3"][data-to="sample 1/19"]');
  const [a, b] = [
    await ink(visitor, '#samples-grid [data-index="3"] canvas'),
    await ink(visitor, '#samples-grid [data-index="19"] canvas'),
  ];
  const frames = [];
  for (let i = 0; i < 13; i++) frames.push(await ink(visitor, `#strip [data-frame="${i}"] canvas`));
  assert.ok(distance(frames[0] ?? [], a) < 784, 'the strip begins with A');
  assert.ok(distance(frames[12] ?? [], b) < 784, 'the strip ends with B');
  assert.ok(distance(a, b) > 784 * 4, 'A and B differ');
  const jumps = frames.slice(1).map((frame, i) => distance(frame, frames[i]));
  assert.ok(Math.max(...jumps) < distance(a, b), 'the way has no jump as large as itself');

  await click(visitor, '#path-slerp');
  await click(visitor, '#draw-use-a');
  await until(visitor, () => document.getElementById('interpolate-note')?.textContent?.includes('drawing'));
  await visible(visitor, '#strip[data-from="draw.pickName"][data-path="slerp"]');
  const start = await ink(visitor, '#strip [data-frame="0"] canvas');
  assert.ok(distance(start, drawn) < 784, 'the strip begins with the drawing now');
}

/** Looks into the drawing. @param {Visitor} visitor */
async function inside(visitor) {
  await click(visitor, '#tab-inside');
  await latents(visitor);
  await map(visitor);
  await anatomy(visitor);
  await click(visitor, '#tab-studio');
}

/** A latent is set by a press on a digit of its strip, and back. @param {Visitor} visitor */
async function latents(visitor) {
  await visible(visitor, '#athand[aria-busy="false"]');
  await until(visitor, () => document.querySelectorAll('.latent:not([hidden])').length > 1);
  await visible(visitor, '#latents-strip [data-index="0"]:not(:disabled)');
  const mean = await ink(visitor, '#athand-output');
  assert.ok(distance(mean) > 1e5, 'the drawing is read');
  await click(visitor, '#latents-strip [data-index="0"]');
  const is = (/** @type {boolean} */ same) =>
    until(
      visitor,
      (mean, same) => {
        const { pixels } = /** @type {any} */ (document.getElementById('athand-output'));
        return (
          pixels && pixels.every((/** @type {number} */ level, /** @type {number} */ i) => level === mean[i]) === same
        );
      },
      mean,
      same,
    );
  await is(false);
  await click(visitor, '#athand-settle');
  await is(true);
}

/** Layers are painted, mathematics is laid out, and a unit shows its weights. @param {Visitor} visitor */
async function anatomy(visitor) {
  await visitor.run(() => document.getElementById('anatomy')?.scrollIntoView());
  const means = '#anatomy-net canvas[data-figure="mu"]';
  await visible(visitor, means);
  await until(visitor, () => {
    const heights = [...document.querySelectorAll('#anatomy math')].map((math) => math.getBoundingClientRect().height);
    return heights.length >= 5 && heights.every((height) => height > 8);
  });
  await click(visitor, means);
  await visible(visitor, '#anatomy-in[data-shape]');
  await visible(visitor, '#anatomy-top button:not(:disabled)');
  await until(visitor, () =>
    ['#anatomy-in', '#anatomy-heat', '#anatomy-net canvas[data-figure="mu"]'].every((selector) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(selector));
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return data.some((/** @type {number} */ level, /** @type {number} */ i) => i % 4 === 3 && level > 0);
    }),
  );
  await click(visitor, '#anatomy-close');
}

/** The map shows its pictures, also after the browser has lost them with its GPU process. @param {Visitor} visitor */
async function map(visitor) {
  await visible(visitor, '#map-plane');
  await visitor.run(() => document.getElementById('map-plane')?.scrollIntoView({ block: 'center' }));
  await visible(visitor, '#map-plane[data-shows]');
  await until(visitor, mapIsDrawn);
  await visitor.run(() => {
    for (const canvas of /** @type {NodeListOf<HTMLCanvasElement>} */ (document.querySelectorAll('#map canvas'))) {
      canvas.getContext('2d')?.reset();
      canvas.dispatchEvent(new Event('contextrestored'));
    }
  });
  // What was lost is drawn again.
  await until(visitor, mapIsDrawn);
}

/** Runs in the page: decoded points are there, numerals in ten colours, and the point under the ring. */
function mapIsDrawn() {
  /** @param {string} id @param {(red: number, green: number, blue: number, alpha: number) => boolean} wanted */
  const share = (id, wanted) => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById(id));
    const { width, height } = canvas;
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    copy?.drawImage(canvas, 0, 0);
    const { data } = copy?.getImageData(0, 0, width, height) ?? { data: [] };
    let count = 0;
    for (let i = 0; i < data.length; i += 4)
      if (wanted(data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0, data[i + 3] ?? 0)) count++;
    return (4 * count) / data.length;
  };
  const coloured = share(
    'map-encoded',
    (red, green, blue, alpha) => alpha > 100 && Math.max(red, green, blue) - Math.min(red, green, blue) > 60,
  );
  /** @param {string} id @param {number} palest */
  const inked = (id, palest) => share(id, (_red, _green, _blue, alpha) => alpha > palest) > 0.02;
  // The ring and the lines of an empty map are less than one hundredth of it. What a young model decodes at the origin,
  // between digits, can be a pale blur.
  return coloured > 0.02 && inked('map-decoded', 100) && inked('map-here', 20);
}

/** @param {Visitor} visitor @param {string} downloads */
async function saving(visitor, downloads) {
  await click(visitor, '#save');
  const step = await progress(visitor, 'step');
  for (let tries = 0; tries < 600; tries++) {
    const name = (await readdir(downloads)).find((name) => name.endsWith(`-step-${step}.safetensors`));
    const bytes = name ? await readFile(join(downloads, name)) : Buffer.alloc(0);
    // A browser writes the file piece by piece; its header says how long it is.
    const header = bytes.length > 8 ? Number(bytes.readBigUInt64LE(0)) : Infinity;
    if (bytes.length >= 8 + header) {
      const { __metadata__: about, ...tensors } = JSON.parse(bytes.toString('utf8', 8, 8 + header));
      const ends = Object.values(tensors).map(({ data_offsets }) => data_offsets[1]);
      if (bytes.length === 8 + header + Math.max(...ends)) {
        assert.ok(JSON.parse(about.inkling), 'the file says which model it is');
        return;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`no whole model file of step ${step} arrived: ${await readdir(downloads)}`);
}

/** The page is loaded anew and goes on where it was. @param {Visitor} visitor */
async function resuming(visitor) {
  const names = ['step', 'total', 'held-out'];
  const before = await Promise.all(names.map((name) => progress(visitor, name)));
  await stored(visitor);
  await loadedAnew(visitor);
  await click(visitor, '#resume-accept');
  await until(visitor, () => document.getElementById('resume')?.hidden);
  await reach(visitor, 'paused');
  assert.deepEqual(await Promise.all(names.map((name) => progress(visitor, name))), before);
  await click(visitor, '#step');
  await reachStep(visitor, (before[0] ?? NaN) + 1);
}

/**
 * Reloads. Somebody presses Start all the while: until the engine is ready, the button takes no press and nothing is
 * said. Firefox gives controls the state back that they had before.
 * @param {Visitor} visitor
 */
async function loadedAnew(visitor) {
  await visitor.before?.(() => {
    const press = () => {
      if (document.documentElement.dataset.ready) return;
      for (const id of ['start', 'step', 'reset', 'resume-accept', 'save']) document.getElementById(id)?.click();
      requestAnimationFrame(press);
    };
    requestAnimationFrame(press);
  });
  await visitor.reload();
  await ready(visitor);
  await visible(visitor, '#resume');
  assert.equal(await attribute(visitor, '#progress', 'data-state'), 'idle', 'no press came through');
  const said = await visitor.run(() => [
    document.getElementById('status')?.textContent,
    document.getElementById('train-error')?.textContent,
    document.getElementById('resume-error')?.textContent,
  ]);
  assert.match(said[0] ?? '', /^Ready\. /);
  assert.deepEqual(said.slice(1), ['', ''], 'nothing stale is left');
}

/** @param {Visitor} visitor */
async function resetting(visitor) {
  const [step, loss] = [await progress(visitor, 'step'), await progress(visitor, 'total')];
  await click(visitor, '#reset');
  await reach(visitor, 'idle');
  assert.equal(await progress(visitor, 'step'), 0);
  await click(visitor, '#undo-reset');
  await reach(visitor, 'paused');
  assert.equal(await progress(visitor, 'step'), step);
  assert.equal(await progress(visitor, 'total'), loss);
}
