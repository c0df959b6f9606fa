// @ts-check
/** What the steps of the main job are made of: each works in every browser. */
import assert from 'node:assert/strict';

/** @typedef {import('./index.js').Visitor} Visitor */

/** How long the page may take to come to anything, in ms: shaders compile for minutes on a busy machine. */
const PATIENCE = 300_000;

/**
 * Waits until `work` gives something true, and returns it.
 * @template T @template {any[]} A
 * @param {Visitor} visitor @param {(...args: A) => T | Promise<T>} work run in the page @param {A} args
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(visitor, work, ...args) {
  for (const since = Date.now(); Date.now() - since < PATIENCE; ) {
    const found = await visitor.run(work, ...args);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const says = await visitor.run(() => document.body.innerText.slice(0, 600));
  return assert.fail(`waited in vain for ${work} of ${JSON.stringify(args)}. The page says:\n${says}`);
}

/** Waits for an element that can be seen. @param {Visitor} visitor @param {string} selector */
export const visible = (visitor, selector) =>
  until(visitor, (selector) => document.querySelector(selector)?.checkVisibility() ?? false, selector);

/** Waits for a control that can be used, and clicks it. @param {Visitor} visitor @param {string} selector */
export async function click(visitor, selector) {
  await visible(visitor, `${selector}:not(:disabled)`);
  await visitor.run((selector) => document.querySelector(selector)?.scrollIntoView({ block: 'center' }), selector);
  await visitor.click(selector);
}

/** Waits until the engine is ready. @param {Visitor} visitor */
export const ready = (visitor) => until(visitor, () => document.documentElement.dataset.ready === 'true');

/**
 * An attribute of an element, null if absent.
 * @param {Visitor} visitor @param {string} selector @param {string} name
 */
export const attribute = (visitor, selector, name) =>
  visitor.run((selector, name) => document.querySelector(selector)?.getAttribute(name) ?? null, selector, name);

/** A number of #progress, NaN if absent. @param {Visitor} visitor @param {string} name */
export const progress = async (visitor, name) => Number((await attribute(visitor, '#progress', `data-${name}`)) ?? NaN);

/** @param {Visitor} visitor @param {string} state */
export const reach = (visitor, state) => visible(visitor, `#progress[data-state="${state}"]`);

/** @param {Visitor} visitor @param {number} step */
export const reachStep = (visitor, step) =>
  until(visitor, (step) => Number(document.getElementById('progress')?.dataset.step) >= step, step);

/** The 784 grey levels of the image that a canvas shows. @param {Visitor} visitor @param {string} selector */
export async function ink(visitor, selector) {
  const shown = await visitor.run((selector) => {
    const { pixels } = /** @type {any} */ (document.querySelector(selector)) ?? {};
    return pixels ? /** @type {number[]} */ (Array.from(pixels)) : [];
  }, selector);
  assert.equal(shown.length, 784, `${selector} shows an image`);
  return shown;
}

/**
 * Waits until the pictures of this element are those of the current step.
 * @param {Visitor} visitor @param {string} id
 */
export async function upToDate(visitor, id) {
  // Pictures follow the model only while they are in sight.
  await visitor.run((id) => document.getElementById(id)?.scrollIntoView({ block: 'center' }), id);
  await visible(visitor, `#${id}[data-step="${await progress(visitor, 'step')}"]`);
}

/** Draws strokes, whose points are fractions of the canvas. @param {Visitor} visitor @param {number[][][]} strokes */
export async function draw(visitor, strokes) {
  const box = await visitor.run(() => {
    const canvas = document.getElementById('draw-canvas');
    canvas?.scrollIntoView({ block: 'center', behavior: 'instant' });
    const { x = 0, y = 0, width = 0, height = 0 } = canvas?.getBoundingClientRect() ?? {};
    return { x, y, width, height };
  });
  for (const stroke of strokes)
    await visitor.drag(stroke.map(([x = 0, y = 0]) => [box.x + x * box.width, box.y + y * box.height]));
}

/** Waits until the page lets the person go without asking: the run is stored. @param {Visitor} visitor */
export const stored = (visitor) =>
  until(visitor, () => {
    const leaving = new Event('beforeunload', { cancelable: true });
    window.dispatchEvent(leaving);
    return !leaving.defaultPrevented;
  });
