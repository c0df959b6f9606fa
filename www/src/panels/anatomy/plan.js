// @ts-check
/**
 * What is drawn of a model, in the order of its computation: one figure a layer, and the numbers between encoder and
 * decoder. Made from the layers that the engine lists, never from a preset's name.
 *
 * @typedef {import('../../protocol.js').Inspected} Inspected
 * @typedef {import('../../protocol.js').Message} Message
 * @typedef {import('./cells.js').Box} Box
 * @typedef {Inspected['layers'][number]} Layer
 * @typedef {'encoder' | 'code' | 'posterior' | 'reparameterisation' | 'decoder' | 'likelihood'} PartId
 *
 * @typedef {object} Figure
 * @property {string} id       a layer's name; or x, mu, sigma, eps, z, mean, deviation
 * @property {PartId} part
 * @property {number} units    cells of a dense layer, channels of a convolution
 * @property {number} side     of a channel; 1 for a cell
 * @property {'cells' | 'vector' | 'raster' | 'image'} form
 * @property {Layer | null} layer   whose units can be opened
 * @property {number} first    number of the first unit within the layer
 * @property {Message} name
 * @property {(string | Message)[]} lines   its caption
 * @property {number} [full]   what is black; absent: the greatest of the numbers
 * @property {string} [skip]   the figure whose values are added to this one's: a residual block's input
 * @property {(look: import('../../app/inspection.js').Look) => ArrayLike<number>} values
 */
import { cells, image, raster, tiles, vector } from './cells.js';

export const PIXELS = 784;

/** Numbers between 0 and 1. @param {Uint8Array} greys */
const unitRange = (greys) => Float32Array.from(greys, (grey) => grey / 255);

/** @param {Layer} layer */
export const sizeOf = ({ shape }) => shape.reduce((product, n) => product * n, 1);

/** All figures, from left to right. @param {Inspected} answer @returns {Figure[]} */
export function plan(answer) {
  const [encoder, decoder] = ['encoder', 'decoder'].map((part) => answer.layers.filter((one) => one.part === part));
  const latent = answer.z.length;
  const hasEncoder = (encoder?.length ?? 0) > 0;
  /** @type {Figure[]} */
  const all = [picture('x', hasEncoder ? 'encoder' : 'code', ({ image }) => unitRange(image.pixels))];
  if (encoder && hasEncoder) {
    all.push(...encoder.slice(0, -1).map((layer, i) => hidden(layer, i, encoder, 'x')));
    const posterior = encoder.at(-1) ?? null;
    const half = { layer: posterior };
    all.push(numbers('mu', 'posterior', latent, ({ answer }) => answer.mu, half));
    const sigma = (/** @type {number} */ logvar) => Math.exp(logvar / 2);
    /** @type {Figure['values']} */
    const deviations = ({ answer }) => answer.logvar.map(sigma);
    all.push(numbers('sigma', 'posterior', latent, deviations, { ...half, first: latent }));
    all.push(numbers('eps', 'reparameterisation', latent, ({ answer }) => answer.eps));
    all.push(numbers('z', 'reparameterisation', latent, ({ answer }) => answer.z));
  } else all.push(numbers('z', 'code', latent, ({ answer }) => answer.z));
  if (decoder) {
    all.push(...decoder.slice(0, -1).map((layer, i) => hidden(layer, i, decoder, 'z')));
    const last = decoder.at(-1);
    if (last) all.push(output(last, decoder.length - 1));
  }
  all.push(picture('mean', 'likelihood', ({ answer }) => unitRange(answer.mean)));
  if (answer.outputs.length > PIXELS) {
    /** @type {Figure['values']} */
    const deviations = ({ answer }) => answer.outputs.slice(PIXELS).map((logvar) => Math.exp(logvar / 2));
    all.push({ ...picture('deviation', 'likelihood', deviations), full: undefined });
  }
  return all;
}

/** @param {string} id @param {PartId} part @param {Figure['values']} values @returns {Figure} */
const picture = (id, part, values) => ({
  id,
  part,
  units: 1,
  side: 28,
  form: 'image',
  layer: null,
  first: 0,
  name: { key: `anatomy.figure.${id}` },
  lines: [{ key: `anatomy.short.${id}` }, '28 × 28'],
  full: 1,
  values,
});

/**
 * @param {string} id @param {PartId} part @param {number} units @param {Figure['values']} values
 * @param {Partial<Figure>} [more] @returns {Figure}
 */
const numbers = (id, part, units, values, more) => ({
  id,
  part,
  units,
  side: 1,
  form: 'vector',
  layer: null,
  first: 0,
  name: { key: `anatomy.figure.${id}` },
  lines: [{ key: `anatomy.short.${id}` }, String(units)],
  values,
  ...more,
});

/** @param {Layer} layer @returns {Figure['values']} */
const valuesOf =
  (layer) =>
  ({ answer }) =>
    answer.values.subarray(layer.offset, layer.offset + sizeOf(layer));

/** @param {Layer} layer @param {number} i @param {Layer[]} siblings @param {string} input @returns {Figure} */
function hidden(layer, i, siblings, input) {
  const [units = 1, side = 1] = layer.shape;
  const size = layer.shape.length > 1 ? `${units} × ${side}²` : String(units);
  return {
    id: layer.name,
    part: layer.part,
    units,
    side,
    form: 'cells',
    layer,
    first: 0,
    name: { key: `anatomy.layer.${layer.part}`, i: i + 1 },
    lines: [{ key: `anatomy.kind.${layer.kind}` }, size, { key: `anatomy.activation.${layer.activation}` }],
    skip: layer.kind === 'block' ? (siblings[i - 2]?.name ?? input) : undefined,
    values: valuesOf(layer),
  };
}

/** The decoder's last layer: numbers for each pixel. @param {Layer} layer @param {number} i @returns {Figure} */
function output(layer, i) {
  const dense = layer.shape.length === 1;
  const figure = hidden(layer, i, [], '');
  const twice = sizeOf(layer) > PIXELS;
  return {
    ...figure,
    form: dense ? 'raster' : 'cells',
    name: { key: twice ? 'anatomy.figure.outputs' : 'anatomy.figure.logits' },
    lines: [{ key: `anatomy.kind.${layer.kind}` }, { key: `anatomy.short.${twice ? 'outputs' : 'logits'}` }],
  };
}

/** The decoder's own row begins with what it reads. @param {Figure[]} figures @returns {Figure[]} */
export const withZAgain = (figures) =>
  figures.flatMap((figure, i) => {
    const z = figures.find(({ id }) => id === 'z');
    const starts = figure.part === 'decoder' && figures[i - 1]?.part !== 'decoder';
    return starts && z ? [{ ...z, id: 'z.again', part: figure.part }, figure] : [figure];
  });

/** The parts in their order. @param {Figure[]} figures */
export const partsOf = (figures) => [...new Set(figures.map(({ part }) => part))];

/**
 * How the figures lie: in one row if they fit, else the encoder above the decoder.
 * @typedef {{boxes: Map<string, Box>, widths: Map<PartId, number>, rows: 1 | 2}} Layout
 */

/** Between two figures, and between two parts, in CSS pixels: anatomy.css says the same. */
const GAP = 20;
const PART_GAP = 22;
/** The least width of a figure, for its caption, and of each part, for its mathematics. */
const NARROWEST = 50;
const LEAST = { encoder: 176, code: 200, posterior: 176, reparameterisation: 190, decoder: 176, likelihood: 172 };
/** Sizes to try, the largest first: pixels of an image's cell, width of a layer. */
const STEPS = [
  [5, 150],
  [4, 132],
  [4, 112],
  [3, 100],
  [3, 84],
  [3, 72],
  [3, 60],
];
const SMALLEST = [3, 60];
/** What scrolls sideways anyway has a size that can be seen. */
const SCROLLED = [3, 84];
/** Of a row of figures: anatomy.css says the same. */
const HEIGHTS = { 1: 224, 2: 208 };

/**
 * @param {Figure[]} figures @param {number} width that there is
 * @param {boolean} scrolls whether the network may be wider than that: in one row
 * @returns {Layout}
 */
export function arrange(figures, width, scrolls) {
  if (scrolls) return { ...sized(figures, SCROLLED, HEIGHTS[1]), rows: 1 };
  const whole = fitting(figures, width, HEIGHTS[1]);
  if (whole) return { ...whole, rows: 1 };
  const all = withZAgain(figures);
  const [upper, lower] = [false, true].map((below) => {
    const row = all.filter(({ part }) => (part === 'decoder' || part === 'likelihood') === below);
    return fitting(row, width, HEIGHTS[2]) ?? sized(row, SMALLEST, HEIGHTS[2]);
  });
  const both = [upper, lower].flatMap((row) => row ?? []);
  return {
    boxes: new Map(both.flatMap(({ boxes }) => [...boxes])),
    widths: new Map(both.flatMap(({ widths }) => [...widths])),
    rows: 2,
  };
}

/** With the largest figures that fit; null if none do. @param {Figure[]} figures @param {number} width
 *  @param {number} height */
function fitting(figures, width, height) {
  for (const step of STEPS) {
    const found = sized(figures, step, height);
    const all = [...found.widths.values()];
    if (all.reduce((sum, one) => sum + one, 0) + PART_GAP * (all.length - 1) <= width) return found;
  }
  return null;
}

/** @param {Figure[]} figures @param {number[]} step @param {number} height */
function sized(figures, [cell = 3, wide = 60], height) {
  /** @param {Figure} figure @returns {Box} */
  const box = ({ form, units, side }) => {
    if (form === 'image') return image(cell);
    if (form === 'raster') return raster(units, cell);
    if (form === 'vector') return vector(units, height);
    // Cells of a single pixel could not be told apart.
    if (side === 1) return cells(units, units > 1500 ? Math.max(wide, 66) : wide, height);
    return tiles(units, side, units <= 2 ? 28 * cell : Math.max(wide, side < 10 ? 76 : 62), height);
  };
  const boxes = new Map(figures.map((figure) => [figure.id, box(figure)]));
  /** @type {Map<PartId, number>} */
  const widths = new Map();
  for (const part of partsOf(figures)) {
    const inside = figures.filter((figure) => figure.part === part);
    const all = inside.map(({ id }) => Math.max(NARROWEST, boxes.get(id)?.width ?? 0));
    widths.set(part, Math.max(LEAST[part], all.reduce((sum, one) => sum + one, 0) + GAP * (all.length - 1)));
  }
  return { boxes, widths };
}
