// @ts-check
/**
 * A person sorts digits into ten boxes, by hand or by the keys 0 to 9. After each, a classifier learns what has been
 * sorted so far, guesses the next digit, and sorts held-out digits into the same boxes.
 *
 * @typedef {object} OwnLabels
 * @property {(begun: import('./study.js').Begun) => void} deal   there are digits to sort
 * @property {(method: import('./study.js').Method) => void} ready   the engine knows their codes
 * @property {(method: import('./study.js').Method) => void} use   another classifier
 * @property {() => void} pause   the engine does not know the codes yet
 * @property {() => void} clear   the digits are others: labels are of no use any more
 * @property {() => {size: number, accuracy: number} | null} standing   labels a class, and what they bring
 */
import { put } from '../../i18n/index.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { finder } from '../../ui/dom.js';
import { latest } from '../../ui/latest.js';
import { points } from './format.js';

const CLASSES = 10;
/** Held-out digits that a box shows. */
const SHOWN = 4;

/**
 * @param {HTMLElement} root
 * @param {object} options
 * @param {import('./study.js').Uses} options.uses
 * @param {() => void} options.changed   what `standing` says
 * @param {() => void} options.failed   the engine could not answer
 * @param {AbortSignal} options.signal
 * @returns {OwnLabels}
 */
export function ownLabels(root, { uses, changed, failed, signal }) {
  const { button, canvas, element } = finder(root);
  const [area, undo] = [element('labels-own'), button('labels-undo')];
  const next = digit(canvas('labels-next'));
  const boxes = Array.from({ length: CLASSES }, (_, label) => box(label));
  element('labels-boxes').append(...boxes.map(({ button }) => button));
  /** @type {import('./study.js').Begun | null} */
  let begun = null;
  /** The label of each image of the pool that was sorted, in the pool's order. @type {number[]} */
  const labels = [];
  /** @type {import('./study.js').Method} */
  let method = 'neighbour';
  let ready = false;
  /** What the classifier makes of them. @type {import('../../../../pkg/uses/inkling_web.js').LabelsTaught | null} */
  let read = null;

  const count = () => (begun ? begun.pool.length / 784 : 0);

  /** @param {number} label */
  function sort(label) {
    if (labels.length >= count() - 1) return;
    labels.push(label);
    read = null;
    tell();
    learn(true);
  }

  function back() {
    if (labels.length === 0) return;
    labels.pop();
    read = null;
    tell();
    learn(true);
    // A disabled button would lose the focus to nowhere.
    if (labels.length === 0) area.focus();
  }

  const learn = latest(async (/** @type {boolean} */ byHand) => {
    if (!ready || labels.length === 0) {
      if (ready) empty();
      return;
    }
    const places = Uint32Array.from(labels.keys());
    const query = { method, places, labels: Uint8Array.from(labels), next: labels.length };
    const found = await uses.ask('labelsTaught', query).catch((error) => {
      // The engine broke, and what it knew is gone. What was not asked for by hand is not asked again.
      if (byHand) failed();
      throw error;
    });
    if (!ready || labels.length !== places.length) return;
    read = found;
    boxes.forEach(({ canvases, button }, label) => {
      const into = [...found.heldOut.keys()].filter((i) => found.heldOut[i] === label);
      for (const [i, one] of canvases.entries()) show(one, begun && i < into.length ? begun.heldOut : null, into[i]);
      button.dataset.sorted = String(into.length);
    });
    tell();
    changed();
  });

  function empty() {
    for (const { canvases } of boxes) for (const one of canvases) show(one, null);
    changed();
  }

  function tell() {
    undo.disabled = labels.length === 0;
    area.dataset.labels = String(labels.length);
    show(next, begun?.pool ?? null, labels.length);
    put(next, { key: 'labels.next', n: labels.length + 1 }, 'aria-label');
    boxes.forEach(({ button, number }, label) => {
      const held = labels.filter((one) => one === label).length;
      button.disabled = !begun;
      put(number, held ? String(held) : '');
      put(button, { key: 'labels.box', label: String(label), n: held }, 'aria-label');
      button.classList.toggle('guess', read?.next === label);
    });
    put(element('labels-guess'), guess());
    put(element('labels-sorted'), standing());
  }

  /** What the classifier takes the next digit for. */
  function guess() {
    if (labels.length === 0) return { key: 'labels.guess.none' };
    if (!read) return { key: 'labels.guess.later' };
    const label = String(read.next);
    if (read.certainty === null) return { key: 'labels.guess', label };
    return { key: 'labels.guess.sure', label, share: read.certainty };
  }

  function standing() {
    if (labels.length === 0 || !begun) return { key: 'labels.sorted.none' };
    const truth = begun.poolLabels;
    const same = truth ? labels.filter((label, i) => label === truth[i]).length : null;
    const sorted = { key: same === null ? 'labels.sorted.bare' : 'labels.sorted', n: labels.length, same };
    const images = begun.heldOut.length / 784;
    if (!read) return [sorted];
    if (read.accuracy === null) return [sorted, { key: 'labels.sorted.heldOut', images }];
    return [sorted, { key: 'labels.sorted.accuracy', images, share: points(read.accuracy) }];
  }

  for (const [label, { button }] of boxes.entries()) button.addEventListener('click', () => sort(label));
  undo.addEventListener('click', back);
  area.addEventListener('keydown', (event) => {
    if (event.altKey || (event.ctrlKey || event.metaKey ? event.key !== 'z' : false)) return;
    if (/^[0-9]$/.test(event.key)) sort(Number(event.key));
    else if (event.key === 'Backspace' || event.key === 'z') back();
    else return;
    event.preventDefault();
  });
  drag(next, (label) => sort(label));
  tell();

  return {
    deal(now) {
      begun = now;
      tell();
    },
    ready(now) {
      method = now;
      ready = true;
      learn(false);
    },
    use(now) {
      method = now;
      learn(true);
    },
    pause() {
      ready = false;
      read = null;
    },
    clear() {
      labels.length = 0;
      begun = null;
      ready = false;
      read = null;
      empty();
      tell();
    },
    standing() {
      const accuracy = read?.accuracy ?? null;
      return accuracy === null ? null : { size: labels.length / CLASSES, accuracy };
    },
  };

  /** @param {HTMLElement} handle @param {(label: number) => void} dropped on that box */
  function drag(handle, dropped) {
    /** @type {{x: number, y: number} | null} */
    let from = null;
    const under = (/** @type {PointerEvent} */ { clientX, clientY }) => {
      const found = document.elementFromPoint(clientX, clientY)?.closest('[data-box]');
      return found instanceof HTMLElement && root.contains(found) ? found : null;
    };
    const mark = (/** @type {HTMLElement | null} */ target) => {
      for (const { button } of boxes) button.classList.toggle('over', button === target);
    };
    const stop = () => {
      from = null;
      handle.style.transform = '';
      handle.classList.remove('dragged');
      mark(null);
    };
    handle.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || !begun) return;
      event.preventDefault();
      area.focus({ preventScroll: true });
      from = { x: event.clientX, y: event.clientY };
      handle.setPointerCapture(event.pointerId);
      handle.classList.add('dragged');
    });
    handle.addEventListener('pointermove', (event) => {
      if (!from) return;
      handle.style.transform = `translate(${event.clientX - from.x}px, ${event.clientY - from.y}px) scale(0.6)`;
      mark(under(event));
    });
    handle.addEventListener('pointerup', (event) => {
      if (!from) return;
      const target = under(event);
      stop();
      if (target) dropped(Number(target.dataset.box));
    });
    handle.addEventListener('pointercancel', stop);
    signal.addEventListener('abort', stop);
  }
}

/** A box for one class. @param {number} label */
function box(label) {
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.box = String(label);
  button.disabled = true;
  const name = document.createElement('b');
  name.textContent = String(label);
  const number = document.createElement('span');
  const inside = document.createElement('span');
  inside.className = 'labels-inside';
  const canvases = Array.from({ length: SHOWN }, () => digit());
  inside.append(...canvases);
  button.append(name, number, inside);
  return { button, number, canvases };
}
