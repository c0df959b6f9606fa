// @ts-check
/**
 * Many held-out images at once: where the encoder puts them, on two axes of latent space.
 *
 * @typedef {import('./geometry.js').Point} Point
 * @typedef {import('./controls.js').AxesKind} AxesKind
 *
 * @typedef {object} About   what an answer is about
 * @property {import('../../protocol.js').Pretrained | undefined} name   of the model, for requests
 * @property {import('../../app/codes.js').Sizes} model   as the store has it
 * @property {'yours' | 'best' | 'plane'} shows
 * @property {number} step
 * @property {number} latent
 * @property {boolean} plane     two latents: the map is all of latent space
 * @property {boolean} searched  without an encoder, each code has to be searched for
 * @property {AxesKind} kind
 * @property {[number, number]} chosen   which components or latents are the axes, from 0
 * @property {number} count      images, if there are so many
 * @property {readonly unknown[]} key    whatever would make another answer
 *
 * @typedef {import('../../protocol.js').Projected & About & {
 *   at: (index: number) => Point,
 *   nearest: (to: Point, view: import('./view.js').View, wanted: (index: number) => boolean) => number}} Survey
 *   `nearest`: on the map as it is stretched; -1 where none is wanted
 */
import Flatbush from 'flatbush';
import { latentsOf } from '../../app/codes.js';
import { widest } from './geometry.js';

/** Held-out images that are encoded, by device: 5,000 take a GPU a moment. */
const IMAGES = { cpu: 2000, webgpu: 5000 };
/** The same without an encoder: the search takes a hundred times as long. */
const IMAGES_SEARCHED = 30;
/** A model is first asked for these, which says how long the others would take. */
const FIRST_IMAGES = 500;
/** How long a survey may take, in ms: training, and whatever else is asked for meanwhile, has to wait for it. */
const LONGEST = { training: 1000, resting: 10_000 };

/**
 * @param {import('../index.js').PanelContext} context
 * @param {() => boolean} isPlane   whether the map is that of the pretrained model with two latents
 */
export function surveyor({ store, session }, isPlane) {
  /** @type {AxesKind} */
  let wanted = 'components';
  /** @type {Record<AxesKind, [number, number] | null>} null: those that vary most */
  const axes = { components: null, latents: null };
  /** What an image took of which model, in ms. @type {{of: unknown, each: number}} */
  let cost = { of: null, each: 0 };
  /** Axes that were seen: components keep their signs, so that the map is never mirrored. */
  let known = { of: /** @type {unknown} */ (null), axes: /** @type {Map<string, Float32Array>} */ (new Map()) };
  let turn = 0;

  /** @param {AxesKind | null} kind @param {[number, number] | null} chosen */
  ask.choose = (kind, chosen) => {
    wanted = kind ?? wanted;
    axes[wanted] = chosen ?? axes[wanted];
  };

  /** Whether there is time for more images than these. @param {Survey} found */
  ask.hasTimeForMore = (found) => (target(found)?.count ?? 0) > found.count;

  /**
   * Null if it would be what there is already, or is out of date when it comes. Rejects as the engine does, or where
   * the pretrained model cannot be fetched.
   * @param {Survey | null} before @returns {Promise<Survey | null>}
   */
  async function ask(before) {
    const now = ++turn;
    if (isPlane()) await session.loadPretrained('plane');
    const about = target(before);
    if (!about || about.key.every((part, i) => part === before?.key[i])) return null;
    const { name, model, kind, chosen, count } = about;
    if (known.of !== model) known = { of: model, axes: new Map() };
    const [x, y] = chosen;
    const seen = `${kind} ${chosen}`;
    const start = performance.now();
    const previous = known.axes.get(seen) ?? null;
    const answer = await session.ask('project', { model: name, count, kind, x, y, previous });
    if (now !== turn) return null;
    known.axes.set(seen, answer.axes);
    cost = { of: about.model, each: (performance.now() - start) / count };
    // The axes lead from latents to latents. What a place is written as is another matter.
    const frame = { mean: latentsOf(answer.mean, about.model), axes: latentsOf(answer.axes, about.model) };
    return { ...answer, ...frame, ...about, ...index(answer.points) };
  }

  /** @param {Survey | null} before @returns {About | null} null while there is nothing to survey */
  function target(before) {
    const { standing, dataset } = store;
    const plane = isPlane() && store.pretrained.get('plane');
    const shown = store.pretrainedShown;
    const model = plane || standing?.model;
    if (!model || !dataset) return null;
    const own = !plane && !shown;
    const { latent } = model;
    const flat = latent === 2;
    const kind = flat ? 'latents' : wanted;
    const searched = own && !store.encoderShown;
    const count = searched ? IMAGES_SEARCHED : countOf(model, own && store.running);
    const chosen = flat ? /** @type {[number, number]} */ ([0, 1]) : chosenOf(kind, model, latent, before);
    const step = own ? store.progress.step : 0;
    return {
      name: plane ? 'plane' : shown,
      model,
      shows: plane ? 'plane' : shown ? 'best' : 'yours',
      step,
      latent,
      plane: flat,
      searched,
      kind,
      chosen,
      count,
      key: [model, step, dataset, kind, ...chosen, count],
    };
  }

  /**
   * As many as there is time for, in few steps: points do not come and go.
   * @param {unknown} model @param {boolean} training
   */
  function countOf(model, training) {
    if (cost.of !== model) return FIRST_IMAGES;
    const most = IMAGES[store.device?.backend ?? 'cpu'];
    const affordable = LONGEST[training ? 'training' : 'resting'] / cost.each;
    return [most, most / 2].find((count) => count <= affordable) ?? FIRST_IMAGES;
  }

  /** @param {AxesKind} kind @param {unknown} model @param {number} latent @param {Survey | null} before */
  function chosenOf(kind, model, latent, before) {
    // Another model has other latents, and perhaps fewer.
    if (axes[kind]?.some((axis) => axis >= latent)) axes[kind] = null;
    if (kind === 'latents' && before && before.model === model)
      axes.latents ??= widest(latentsOf(before.codes, before.model), latent);
    return axes[kind] ?? /** @type {[number, number]} */ ([0, 1]);
  }

  return ask;
}

/** Finds points of a map. @param {Float32Array} points x, y, x, y… @returns {Pick<Survey, 'at' | 'nearest'>} */
function index(points) {
  const at = (/** @type {number} */ i) => /** @type {Point} */ ([points[2 * i] ?? 0, points[2 * i + 1] ?? 0]);
  /** @type {Map<boolean, Flatbush>} with quantiles, near is something else */
  const trees = new Map();
  return {
    at,
    nearest(to, view, wanted) {
      const count = points.length / 2;
      if (count === 0) return -1;
      let tree = trees.get(view.quantiles);
      if (!tree) {
        tree = new Flatbush(count, 16, Float32Array);
        for (let i = 0; i < count; i++) {
          const [x, y] = at(i);
          tree.add(view.stretched(x), view.stretched(y));
        }
        tree.finish();
        trees.set(view.quantiles, tree);
      }
      const [found] = tree.neighbors(view.stretched(to[0]), view.stretched(to[1]), 1, Number.POSITIVE_INFINITY, wanted);
      return found ?? -1;
    },
  };
}
