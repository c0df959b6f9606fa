// @ts-check
/**
 * Where the nats go: the reconstruction's over the pixels, the KL's over the latents, and their sum. A pixel or a
 * latent under the hand says its numbers.
 *
 * @typedef {import('../../app/inspection.js').Look} Look
 */
import { put } from '../../i18n/index.js';
import { nats, signed } from '../../i18n/number.js';
import { colour } from '../../ui/digit-canvas.js';
import { at, greatest, paint, raster } from './cells.js';
import { likelihoodOf } from './maths.js';
import { PIXELS } from './plan.js';

/** Of the heat map and the bars, in CSS pixels. */
const CELL = 6;
export const SIDE = 28 * CELL;
const HEAT = raster(PIXELS, CELL);

/** Nats with a real minus. @param {number} n */
const inWords = (n) => nats(n).replace('-', '−');

/** @param {ReturnType<typeof import('../../ui/dom.js').finder>} find @param {() => number | null} beta of training */
export function natsView({ element, canvas }, beta) {
  const [heat, bars] = [canvas('anatomy-heat'), canvas('anatomy-bars')];
  const rings = { heat: element('anatomy-heat-ring'), bars: element('anatomy-bars-ring') };
  const [readout, sum, weighed] = ['anatomy-nats-readout', 'anatomy-sum', 'anatomy-weighed'].map(element);
  const [pixelPart, latentPart] = ['anatomy-share-pixels', 'anatomy-share-latents'].map(element);
  for (const one of [heat]) Object.assign(one.style, { width: `${SIDE}px`, height: `${SIDE}px` });
  /** @type {Look | null} */
  let look = null;
  /** Latents, the one with most nats first. @type {number[]} */
  let order = [];
  /** @type {{of: 'heat' | 'bars', index: number} | null} */
  let hand = null;
  const cursor = { heat: 14 * 28 + 14, bars: 0 };

  function show(/** @type {Look} */ now) {
    look = now;
    const { answer } = now;
    order = [...answer.kl.keys()].sort((a, b) => (answer.kl[b] ?? 0) - (answer.kl[a] ?? 0) || a - b);
    const { reconstruction, divergence } = answer;
    const total = reconstruction + divergence;
    const free = answer.logvar.length === 0;
    put(element('anatomy-bars-note'), { key: free ? 'anatomy.bars.free' : 'anatomy.bars' });
    const terms = { reconstruction: inWords(reconstruction), divergence: inWords(divergence), total: inWords(total) };
    put(sum, { key: free ? 'anatomy.sum.free' : 'anatomy.sum', ...terms }, 'rich');
    const weight = beta();
    put(
      weighed,
      weight !== null && weight !== 1
        ? { key: 'anatomy.weighed', beta: signed(weight, 2), total: inWords(reconstruction + weight * divergence) }
        : null,
    );
    // With a learned variance the density of a pixel can be over 1, and its nats below 0.
    const share = total > 0 && reconstruction > 0 ? reconstruction / total : NaN;
    for (const [part, size] of /** @type {const} */ ([
      [pixelPart, share],
      [latentPart, 1 - share],
    ])) {
      part?.style.setProperty('flex-grow', String(Number.isNaN(size) ? 0 : size));
    }
    paintAll();
    tell();
  }

  function paintAll() {
    if (!look) return;
    paint(heat, HEAT, look.answer.nats, greatest(look.answer.nats));
    paintBars(bars, order, look.answer.kl);
  }

  /** Says what is under the hand. */
  function tell() {
    for (const [name, ring] of /** @type {const} */ ([
      ['heat', rings.heat],
      ['bars', rings.bars],
    ])) {
      ring.hidden = hand?.of !== name;
    }
    if (!look || !hand) {
      put(readout ?? heat, { key: 'anatomy.nats.hint' });
      return;
    }
    const { answer, image } = look;
    if (hand.of === 'heat') {
      const i = hand.index;
      const [row, column] = [Math.floor(i / 28), i % 28];
      rings.heat.style.transform = `translate(${column * CELL}px, ${row * CELL}px)`;
      const grey = image.pixels[i] ?? 0;
      const { name } = likelihoodOf(answer, image.pixels);
      const logvar = answer.outputs[PIXELS + i];
      put(readout ?? heat, {
        key: `anatomy.pixel.${name}`,
        row: row + 1,
        column: column + 1,
        nats: signed(answer.nats[i] ?? 0, 2),
        grey,
        share: signed(grey / 255, 2),
        mean: signed(1 / (1 + Math.exp(-(answer.outputs[i] ?? 0))), 2),
        sigma: logvar === undefined ? '' : signed(Math.exp(logvar / 2), 3),
      });
    } else {
      const latent = order[hand.index] ?? 0;
      const { width } = bars.getBoundingClientRect();
      const pitch = width / Math.max(1, order.length);
      rings.bars.style.transform = `translateX(${hand.index * pitch}px)`;
      rings.bars.style.width = `${pitch}px`;
      put(readout ?? heat, {
        key: answer.logvar.length > 0 ? 'anatomy.latent' : 'anatomy.latent.free',
        i: latent + 1,
        nats: signed(answer.kl[latent] ?? 0, 2),
        mu: signed(answer.mu[latent] ?? 0, 2),
        sigma: signed(Math.exp((answer.logvar[latent] ?? 0) / 2), 2),
      });
    }
  }

  /**
   * @param {HTMLCanvasElement} one @param {'heat' | 'bars'} of @param {(x: number, y: number) => number | null} find
   * @param {() => number} count @param {number} columns
   */
  function listen(one, of, find, count, columns) {
    const point = (/** @type {number} */ index) => {
      cursor[of] = index;
      hand = { of, index };
      tell();
    };
    const leave = () => {
      hand = document.activeElement === one ? hand : null;
      tell();
    };
    const move = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const { left, top } = one.getBoundingClientRect();
      const index = find(clientX - left, clientY - top);
      if (index !== null) point(index);
    };
    one.addEventListener('pointermove', move);
    one.addEventListener('pointerdown', move);
    one.addEventListener('pointerleave', leave);
    one.addEventListener('focus', () => point(Math.min(cursor[of], count() - 1)));
    one.addEventListener('blur', () => {
      hand = null;
      tell();
    });
    one.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const now = cursor[of];
      /** @type {Record<string, number>} */
      const moves = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: count() - 1 };
      if (columns > 1) Object.assign(moves, { ArrowUp: now - columns, ArrowDown: now + columns });
      const to = moves[event.key];
      if (to === undefined) return;
      event.preventDefault();
      if (to >= 0 && to < count()) point(to);
    });
    one.addEventListener('contextrestored', paintAll);
  }
  listen(
    heat,
    'heat',
    (x, y) => at(HEAT, x, y)?.unit ?? null,
    () => PIXELS,
    28,
  );
  const bar = (/** @type {number} */ x) => {
    const index = Math.floor((x / bars.getBoundingClientRect().width) * order.length);
    return index >= 0 && index < order.length ? index : null;
  };
  listen(bars, 'bars', bar, () => order.length, 1);

  return { show, repaint: paintAll };
}

/**
 * Bars from left to right; the greatest fills the height.
 * @param {HTMLCanvasElement} canvas @param {number[]} order @param {Float32Array} kl
 */
function paintBars(canvas, order, kl) {
  const context = canvas.getContext('2d');
  if (!context || canvas.clientWidth === 0) return;
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.clearRect(0, 0, width, height);
  const most = greatest(kl);
  const pitch = width / Math.max(1, order.length);
  const gap = pitch >= 4 * ratio ? ratio : 0;
  const room = height - 16 * ratio;
  context.fillStyle = colour('ink');
  for (const [i, latent] of order.entries()) {
    const high = ((kl[latent] ?? 0) / most) * room;
    const [left, right] = [Math.round(i * pitch), Math.round((i + 1) * pitch)];
    context.fillRect(left, height - high, Math.max(1, right - left - gap), high);
  }
  context.fillStyle = colour('rule');
  context.fillRect(0, height - ratio, width, ratio);
}
