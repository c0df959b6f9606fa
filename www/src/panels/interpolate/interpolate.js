// @ts-check
/** From A to B through latent space: a strip of 13 frames, and a canvas that walks back and forth over the decoded path. */

import { latest } from '../../app/client.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { button, canvas, element, input, words } from '../../ui/dom.js';
import { refresher } from '../../ui/live-view.js';
import { gridColumns, roving } from '../../ui/roving-focus.js';

/**
 * @typedef {import('../../app/session.js').Session} Session
 * @typedef {'a' | 'b'} Slot
 * @typedef {object} Pick
 * @property {Float32Array} code
 * @property {Uint8Array} pixels          the code, decoded
 * @property {Uint8Array | null} source   the image it was encoded from, if any
 * @property {import('../../app/session.js').Session['standing']} [encoded]   which state of which model encoded `source`, if known
 * @property {string} name                "sample 12"
 * @property {string} [key]               which sample exactly
 *
 * @typedef {ReturnType<typeof interpolatePanel>} Interpolate
 */

const FRAMES = 13;
/** Frames of the walk between two frames of the strip: all of them decoded, none blended. */
const BETWEEN = 4;
const WALK = (FRAMES - 1) * BETWEEN + 1;
const SECONDS = 2.6;

/** @param {Session} session */
export function interpolatePanel(session) {
  /** @type {Record<Slot, Pick | null>} */
  const picks = { a: null, b: null };
  /** @type {Slot} */
  let next = 'a';
  /** @type {import('../../protocol.js').Path} */
  let path = 'lerp';
  /** @type {Uint8Array | null} */
  let walk = null;
  let version = 0;
  /** @type {(() => void)[]} */
  const listeners = [];

  const slots = { a: button('pick-a'), b: button('pick-b') };
  const thumbs = { a: digit(canvas('thumb-a')), b: digit(canvas('thumb-b')) };
  const note = element('interpolate-note');
  const frames = strip((frame) => player.goTo(frame * BETWEEN));
  const player = walker((at) => frames.mark(at === null ? null : Math.round(at / BETWEEN)));

  /** @param {Pick} pick @param {Slot} [slot] the other one comes next */
  function pick(pick, slot = next) {
    picks[slot] = pick;
    next = slot === 'a' ? 'b' : 'a';
    note.textContent =
      picks.a && picks.b
        ? `From ${picks.a.name} to ${picks.b.name}. The next pick replaces ${next.toUpperCase()}.`
        : `${slot.toUpperCase()} is ${pick.name}. Now pick ${next.toUpperCase()}.`;
    changed();
  }

  function changed() {
    for (const slot of /** @type {const} */ (['a', 'b'])) {
      const there = picks[slot];
      show(thumbs[slot], there?.pixels ?? null);
      slots[slot].setAttribute('aria-pressed', String(next === slot));
      slots[slot].setAttribute(
        'aria-label',
        `${slot.toUpperCase()}: ${there?.name ?? 'nothing picked'}. The next pick goes here: ${next === slot ? 'yes' : 'no'}.`,
      );
    }
    for (const listener of listeners) listener();
    update();
  }

  const update = latest(refresh);

  async function refresh() {
    const asked = ++version;
    const { a, b } = picks;
    if (!a || !b) {
      walk = null;
      frames.show(null);
      player.show(null);
      return;
    }
    try {
      for (const there of [a, b]) await encode(there);
      const { pixels } = await session.ask('interpolate', { a: a.code, b: b.code, frames: WALK, path });
      if (asked !== version) return;
      const first = walk === null;
      walk = pixels;
      a.pixels = pixels.slice(0, 784);
      b.pixels = pixels.slice(-784);
      show(thumbs.a, a.pixels);
      show(thumbs.b, b.pixels);
      frames.show(walk);
      player.show(walk);
      if (first && !matchMedia('(prefers-reduced-motion: reduce)').matches) player.play();
    } catch (problem) {
      if (asked === version) note.textContent = words(problem) || note.textContent;
    }
  }

  /** A random code is a point like any other; an image's code is whatever the encoder, as it is now, says. @param {Pick} there */
  async function encode(there) {
    const { standing } = session;
    if (!there.source || (there.encoded?.model === standing?.model && there.encoded?.step === standing?.step)) return;
    const { codes } = await session.ask('encode', { pixels: there.source });
    Object.assign(there, { code: codes, encoded: standing });
  }

  let walked = session.standing?.model;
  /** Another model is shown. A random code fits it only if it is as long; an image can always be encoded anew. */
  function another() {
    const [before, now] = [walked, session.standing?.model];
    walked = now;
    if (!now || before === now || (!picks.a && !picks.b)) return;
    const slots = /** @type {const} */ (['a', 'b']);
    const lost = slots.filter((slot) => picks[slot] && !picks[slot].source);
    if (before && before.latent !== now.latent && lost.length > 0) {
      for (const slot of lost) picks[slot] = null;
      next = lost[0] ?? 'a';
      note.textContent = `${lost.length === 2 ? 'A and B were' : `${next.toUpperCase()} was`} cleared: a code of the model before has ${before.latent} numbers, one of this model ${now.latent}.`;
      changed();
      return;
    }
    if (picks.a?.source || picks.b?.source) note.textContent = 'Another model: the picked images are encoded anew.';
    update();
  }
  session.on('model', another);
  session.on('shown', another);
  refresher(session, element('strip'), 700, refresh);

  for (const slot of /** @type {const} */ (['a', 'b'])) {
    slots[slot].addEventListener('click', () => {
      next = slot;
      note.textContent = `The next pick becomes ${slot.toUpperCase()}.`;
      changed();
    });
  }
  const paths = { lerp: button('path-lerp'), slerp: button('path-slerp') };
  for (const name of /** @type {const} */ (['lerp', 'slerp'])) {
    paths[name].addEventListener('click', () => {
      path = name;
      for (const [key, control] of Object.entries(paths)) control.setAttribute('aria-pressed', String(key === path));
      update();
    });
  }
  changed();

  return {
    pick,
    picked: () => ({ ...picks }),
    /** @param {() => void} listener */
    onChange: (listener) => listeners.push(listener),
  };
}

/** The 13 frames as buttons. @param {(frame: number) => void} goTo */
function strip(goTo) {
  const host = element('strip');
  const cells = Array.from({ length: FRAMES }, (_, i) => {
    const cell = document.createElement('button');
    const frame = digit();
    cell.type = 'button';
    cell.disabled = true;
    cell.dataset.frame = String(i);
    cell.setAttribute('aria-label', `Frame ${i + 1} of ${FRAMES}`);
    cell.append(frame);
    host.append(cell);
    return { cell, frame };
  });
  roving(host, () => gridColumns(host));
  host.addEventListener('click', ({ target }) => {
    const cell = target instanceof Element ? target.closest('button') : null;
    if (cell) goTo(Number(cell.dataset.frame));
  });
  return {
    /** @param {Uint8Array | null} walk */
    show(walk) {
      cells.forEach(({ cell, frame }, i) => {
        cell.disabled = !walk;
        show(frame, walk, i * BETWEEN);
      });
    },
    /** @param {number | null} now */
    mark(now) {
      cells.forEach(({ cell }, i) => cell.toggleAttribute('data-now', i === now));
    },
  };
}

/** The larger canvas, its slider and its Play button. @param {(at: number | null) => void} onMove */
function walker(onMove) {
  const screen = digit(canvas('player'));
  const [scrub, toggle] = [input('scrub'), button('play')];
  /** @type {Uint8Array | null} */
  let walk = null;
  let at = 0;
  /** Where the swing is, in radians: the walk eases at both ends. */
  let phase = 0;
  let playing = false;
  let before = 0;

  /** @param {number} now @param {boolean} [force] */
  function move(now, force = false) {
    if (now === at && !force) return;
    at = now;
    scrub.value = String(at);
    scrub.setAttribute('aria-valuetext', `${Math.round((100 * at) / (WALK - 1))} % of the way from A to B`);
    show(screen, walk, at);
    screen.dataset.frame = String(at);
    onMove(walk ? at : null);
  }

  /** @param {number} time */
  function tick(time) {
    if (!playing) return;
    phase += Math.min(0.1, (time - before) / 1000) * (Math.PI / SECONDS);
    before = time;
    move(Math.round(((1 - Math.cos(phase)) / 2) * (WALK - 1)));
    requestAnimationFrame(tick);
  }

  /** @param {boolean} on */
  function play(on) {
    playing = on && walk !== null;
    toggle.textContent = playing ? 'Pause' : 'Play';
    toggle.setAttribute('aria-pressed', String(playing));
    if (!playing) return;
    phase = Math.acos(1 - (2 * at) / (WALK - 1));
    before = performance.now();
    requestAnimationFrame(tick);
  }

  /** @param {number} to */
  function goTo(to) {
    play(false);
    move(to, true);
  }
  toggle.addEventListener('click', () => play(!playing));
  scrub.addEventListener('input', () => goTo(scrub.valueAsNumber));

  return {
    goTo,
    play: () => play(true),
    /** @param {Uint8Array | null} pixels */
    show(pixels) {
      walk = pixels;
      toggle.disabled = scrub.disabled = !walk;
      screen.setAttribute(
        'aria-label',
        walk ? 'The digit on the way from A to B' : 'Walk from A to B: pick two digits first',
      );
      if (!walk) play(false);
      move(walk ? at : 0, true);
    },
  };
}
