// @ts-check
/**
 * One row a latent: mu as a dot, ± sigma as a whisker on an axis that all rows share, z as a second mark where it
 * differs, KL as a bar. Rows are sliders: a drag or the arrow keys move z.
 *
 * Rows lie where their transform puts them, and marks too: nothing that changes while a model trains has the browser
 * lay out the page.
 */
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { finder } from '../../ui/dom.js';

/** The axis reaches from -REACH to REACH. What lies beyond is marked at its edge. */
export const REACH = 3.5;
/** What an arrow key moves z by; with Shift, and Page Up or Down. */
const [STRIDE, LEAP] = [0.1, 0.5];
/** z that differs from mu by less is not marked. */
const SAME = 0.005;
/** How far a finger moves sideways before it means the row and not the page, in px. */
const SIDEWAYS = 4;

/**
 * @typedef {object} Readout   what the rows show
 * @property {Float32Array} mu
 * @property {Float32Array | null} sigma   null without an encoder
 * @property {Float32Array} z
 * @property {Float32Array} kl             of this image
 * @property {Float32Array | null} mean    over the held-out set: what the rows are sorted by
 * @property {Uint8Array | null} active    0: carries nothing
 * @property {number | null} chosen         null: the one that carries most
 *
 * @typedef {object} Row
 * @property {HTMLElement} element
 * @property {HTMLElement} whisker @property {HTMLElement} path @property {HTMLElement} mu @property {HTMLElement} z
 * @property {HTMLElement} bar @property {HTMLElement} mean @property {HTMLElement} nats
 */

/**
 * @param {HTMLElement} list
 * @param {object} options
 * @param {(latent: number) => number} options.value   z of now
 * @param {(latent: number, z: number | null) => void} options.onTurn   null: back to its mean
 * @param {(latent: number) => void} options.onChoose
 */
export function latentRows(list, { value, onTurn, onChoose }) {
  const { button, element } = finder(list);
  const fold = button('latents-fold');
  const body = /** @type {HTMLElement} */ (fold.parentElement);
  const sum = element('latents-sum');
  /** @type {Row[]} */
  let rows = [];
  /** All latents, the one that carries most first. @type {number[]} */
  let order = [];
  /** @type {Readout | null} */
  let shown = null;
  let open = false;
  let dragging = false;

  /** @param {number} count */
  function resize(count) {
    for (const { element } of rows) element.remove();
    rows = Array.from({ length: count }, (_, latent) => makeRow(latent));
    // In the order of their numbers: to move them would take the focus and the layout with them.
    body.prepend(...rows.map(({ element }) => element));
    order = rows.map((_, latent) => latent);
  }

  /** @param {Readout} now */
  function show(now) {
    shown = now;
    if (now.mu.length !== rows.length) resize(now.mu.length);
    // Rows that change places under a hand would be a nuisance.
    const held = dragging || body.querySelector('[role="slider"]:focus-visible') !== null;
    if (!held) order = sorted(order, now.mean ?? now.kl);
    paint();
  }

  function paint() {
    if (!shown) return;
    const { active, kl, mean } = shown;
    const chosen = choice();
    const carries = (/** @type {number} */ latent) => !active || active[latent] === 1;
    const silent = order.filter((latent) => !carries(latent));
    const unfolded = open || silent.length === order.length;
    const visible = order.filter((latent) => carries(latent) || latent === chosen);
    const below = unfolded ? silent.filter((latent) => latent !== chosen) : [];
    const place = new Map([...visible, ...below].map((latent, i) => [latent, i < visible.length ? i : i + 1]));
    const scale = nice(Math.max(...kl, ...(mean ?? [])));
    rows.forEach((row, latent) => {
      const at = place.get(latent);
      row.element.hidden = at === undefined;
      if (at === undefined) return;
      move(row.element, `translateY(calc(${at} * var(--row)))`);
      paintRow(row, latent, scale);
    });

    fold.hidden = silent.length === 0;
    fold.setAttribute('aria-expanded', String(unfolded));
    move(fold, `translateY(calc(${visible.length} * var(--row)))`);
    const together = silent.reduce((all, latent) => all + (kl[latent] ?? 0), 0);
    put(fold, { key: 'latents.fold', n: silent.length, all: order.length, kl: together });
    const lines = place.size + (fold.hidden ? 0 : 1);
    const height = `calc(${lines} * var(--row))`;
    if (body.style.height !== height) body.style.height = height;
    put(sum, { key: shown.sigma ? 'latents.sum' : 'latents.sum.free', kl: kl.reduce((all, one) => all + one, 0) });
    list.dataset.silent = String(silent.length);
  }

  const choice = () => shown?.chosen ?? order[0];

  /** @param {Row} row @param {number} latent @param {number} scale nats that fill a bar */
  function paintRow(row, latent, scale) {
    if (!shown) return;
    const { sigma } = shown;
    const [mu = 0, z = 0, kl = 0] = [shown.mu[latent], shown.z[latent], shown.kl[latent]];
    const spread = sigma?.[latent] ?? 0;
    const [from, to] = [share(mu - spread), share(mu + spread)];
    move(row.whisker, `translateX(${100 * from}%) scaleX(${to - from})`);
    mark(row.mu, mu);
    mark(row.z, z);
    const [left, right] = [share(Math.min(mu, z)), share(Math.max(mu, z))];
    move(row.path, `translateX(${100 * left}%) scaleX(${right - left})`);
    const differs = String(Math.abs(z - mu) >= SAME);
    if (row.element.dataset.differs !== differs) row.element.dataset.differs = differs;
    move(row.bar, `scaleX(${kl / scale})`);
    const mean = shown.mean?.[latent];
    row.mean.hidden = mean === undefined;
    move(row.mean, `translateX(${(100 * (mean ?? 0)) / scale}%)`);
    put(row.nats, kl.toFixed(2));

    const now = latent === choice();
    row.element.tabIndex = now ? 0 : -1;
    row.element.setAttribute('aria-current', String(now));
    row.element.setAttribute('aria-valuenow', Math.min(REACH, Math.max(-REACH, z)).toFixed(2));
    const values = { z: signed(z, 2), mu: signed(mu, 2), sigma: spread.toFixed(2), kl };
    put(row.element, { key: sigma ? 'latents.value' : 'latents.value.free', ...values }, 'aria-valuetext');
  }

  /** @param {EventTarget | null} target @returns {number} -1 for none */
  const latentOf = (target) => {
    const element = target instanceof Element ? target.closest('[role="slider"]') : null;
    return rows.findIndex((row) => row.element === element);
  };

  fold.addEventListener('click', () => {
    open = !open;
    paint();
  });
  pointer();
  keys();

  function pointer() {
    /** @type {{latent: number, box: DOMRect, x: number} | null} */
    let grip = null;
    const turn = (/** @type {number} */ x) => {
      if (!grip) return;
      dragging = true;
      const at = ((x - grip.box.left) / grip.box.width) * 2 * REACH - REACH;
      onTurn(grip.latent, Math.round(100 * Math.min(REACH, Math.max(-REACH, at))) / 100);
    };
    body.addEventListener('pointerdown', (event) => {
      const latent = latentOf(event.target);
      if (latent < 0 || !event.isPrimary || event.button !== 0) return;
      onChoose(latent);
      const axis = event.target instanceof Element ? event.target.closest('.latent-axis') : null;
      if (!axis) return;
      grip = { latent, box: axis.getBoundingClientRect(), x: event.clientX };
      // A finger may mean to scroll the page: it says so by where it moves.
      if (event.pointerType === 'touch') return;
      event.preventDefault();
      rows[latent]?.element.focus({ preventScroll: true });
      body.setPointerCapture(event.pointerId);
      turn(event.clientX);
    });
    body.addEventListener('pointermove', (event) => {
      if (!grip || !event.isPrimary) return;
      if (!dragging && Math.abs(event.clientX - grip.x) < SIDEWAYS) return;
      if (!dragging) body.setPointerCapture(event.pointerId);
      turn(event.clientX);
    });
    body.addEventListener('pointerup', (event) => {
      // A tap.
      if (grip && !dragging) turn(event.clientX);
      grip = null;
      dragging = false;
    });
    for (const end of /** @type {const} */ (['pointercancel', 'lostpointercapture'])) {
      body.addEventListener(end, () => {
        grip = null;
        dragging = false;
      });
    }
  }

  function keys() {
    body.addEventListener('focusin', ({ target }) => {
      const latent = latentOf(target);
      if (latent >= 0 && latent !== choice()) onChoose(latent);
    });
    body.addEventListener('keydown', (event) => {
      const latent = latentOf(event.target);
      if (latent < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const stride = event.shiftKey ? LEAP : STRIDE;
      const z = value(latent);
      /** @type {Record<string, number | null>} */
      const turns = {
        ArrowLeft: z - stride,
        ArrowRight: z + stride,
        PageDown: z - LEAP,
        PageUp: z + LEAP,
        Home: -REACH,
        End: REACH,
        Backspace: null,
        Delete: null,
      };
      /** @type {Record<string, number>} */
      const moves = { ArrowUp: -1, ArrowDown: 1 };
      const [to, by] = [turns[event.key], moves[event.key]];
      if (to !== undefined) {
        onTurn(latent, to === null ? null : Math.round(100 * Math.min(REACH, Math.max(-REACH, to))) / 100);
      } else if (by !== undefined) next(latent, by);
      else return;
      event.preventDefault();
    });
  }

  /** The row above or below. @param {number} latent @param {number} by */
  function next(latent, by) {
    const there = order.filter((one) => rows[one] && !rows[one].element.hidden);
    const to = there[there.indexOf(latent) + by];
    if (to !== undefined) rows[to]?.element.focus();
  }

  return {
    show,
    /** Of what was shown last, the one that carries most first. */
    get order() {
      return order;
    },
  };
}

/** @param {number} latent @returns {Row} */
function makeRow(latent) {
  const make = (/** @type {string} */ tag, /** @type {string} */ name, /** @type {Element[]} */ ...inside) => {
    const element = document.createElement(tag);
    element.className = name;
    element.append(...inside);
    return element;
  };
  const [whisker, path, mu, z] = ['sigma', 'path', 'mu', 'z'].map((name) => make('i', name));
  const [bar, mean] = ['bar', 'mean'].map((name) => make('i', name));
  const [label, nats] = [make('span', 'latent-name'), make('span', 'latent-nats')];
  if (!whisker || !path || !mu || !z || !bar || !mean) throw new Error('a row has seven marks');
  const axis = make('span', 'latent-axis', whisker, path, mu, z);
  const element = make('div', 'latent', label, axis, make('span', 'latent-kl', bar, mean), nats);
  const name = { key: 'latents.name', i: latent + 1 };
  element.dataset.latent = String(latent);
  element.setAttribute('role', 'slider');
  element.setAttribute('aria-valuemin', String(-REACH));
  element.setAttribute('aria-valuemax', String(REACH));
  put(label, name);
  put(element, name, 'aria-label');
  return { element, whisker, path, mu, z, bar, mean, nats };
}

/** Where on the axis, from 0 to 1. @param {number} value */
const share = (value) => Math.min(1, Math.max(0, (value + REACH) / (2 * REACH)));

/** @param {HTMLElement} element @param {number} value */
function mark(element, value) {
  move(element, `translateX(${100 * share(value)}%)`);
  const beyond = value > REACH ? 'right' : value < -REACH ? 'left' : '';
  if ((element.dataset.beyond ?? '') !== beyond) element.dataset.beyond = beyond;
}

/** @param {HTMLElement} element @param {string} transform */
function move(element, transform) {
  if (element.style.transform !== transform) element.style.transform = transform;
}

/** A length for the longest bar that does not change with each step of training. @param {number} most */
export function nice(most) {
  let scale = 0.5;
  for (let i = 0; scale < most && i < 40; i++) scale *= i % 2 ? 4 / 3 : 1.5;
  return scale;
}

/**
 * The largest weight first. Starts from the order of before, and two change places only for a clear difference: rows do
 * not dance while a model trains.
 * @param {readonly number[]} before @param {Float32Array} weights
 */
export function sorted(before, weights) {
  /** @type {number[]} */
  const order = [];
  for (const latent of before) {
    const weight = weights[latent] ?? 0;
    let at = order.length;
    while (at > 0 && weight > 1.03 * (weights[order[at - 1] ?? 0] ?? 0) + 0.002) at -= 1;
    order.splice(at, 0, latent);
  }
  return order;
}
