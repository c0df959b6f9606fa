// @ts-check
/** From A to B through latent space: a strip of 13 frames, and a player that goes back and forth over the path. */
import './interpolate.css';
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { digit, PIXELS, show } from '../../ui/digit-canvas.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { fill, finder } from '../../ui/dom.js';
import { liveView } from '../../ui/live-view.js';
import markup from './interpolate.html?raw';
import { noteOf, slotLabel } from './note.js';
import { player as makePlayer } from './player.js';

const FRAMES = 13;
/** Steps of the player from one frame of the strip to the next: all of them decoded, none blended. */
const BETWEEN = 4;
const STEPS = (FRAMES - 1) * BETWEEN + 1;
const SLOTS = /** @type {const} */ (['a', 'b']);
const PATHS = /** @type {const} */ (['lerp', 'slerp']);

/** @type {import('../index.js').Panel} */
export default {
  id: 'interpolate',
  chapter: 'studio',
  mount({ root, store, session, picks, signal }) {
    fill(root, markup);
    const { element, button, canvas, input } = finder(root);
    const slots = { a: button('pick-a'), b: button('pick-b') };
    const thumbs = { a: digit(canvas('thumb-a')), b: digit(canvas('thumb-b')) };
    const paths = { lerp: button('path-lerp'), slerp: button('path-slerp') };
    const [random, note, error] = [button('pick-random'), element('interpolate-note'), element('interpolate-error')];

    const host = element('strip');
    const strip = digitGrid(host, {
      count: FRAMES,
      onPress: (frame) => player.goTo(frame * BETWEEN),
      decorate: ({ button }) => {
        button.dataset.frame = button.dataset.index;
      },
    });
    for (let i = 0; i < FRAMES; i++) strip.name(i, { key: 'interpolate.frame', n: i + 1, frames: FRAMES });
    const parts = { screen: canvas('player'), scrub: input('scrub'), toggle: button('play') };
    const player = makePlayer(parts, STEPS, markFrame, signal);

    /** @type {import('../../protocol.js').Path} */
    let path = 'lerp';

    /** @param {number | null} at a step of the player */
    function markFrame(at) {
      const now = at === null ? null : Math.round(at / BETWEEN);
      strip.cells.forEach(({ button }, i) => {
        button.toggleAttribute('data-now', i === now);
      });
    }

    /** @param {Uint8Array | null} pixels of all steps */
    function showPath(pixels) {
      const every = (/** @type {number} */ frame) => frame * BETWEEN * PIXELS;
      const frames = pixels && new Uint8Array(FRAMES * PIXELS);
      for (let i = 0; i < FRAMES; i++) {
        frames?.set(pixels?.subarray(every(i), every(i) + PIXELS) ?? [], i * PIXELS);
      }
      strip.show(frames);
      player.show(pixels);
    }

    async function refresh() {
      const { a, b } = picks;
      const [asked, standing] = [path, store.standing];
      if (!a || !b) return;
      /** Whether what comes back is still what is asked for; if not, another refresh is on its way. */
      const current = () => !signal.aborted && picks.a === a && picks.b === b && path === asked;
      try {
        for (const pick of [a, b]) await encode(pick);
        const { pixels } = await session.ask('interpolate', { a: a.code, b: b.code, frames: STEPS, path: asked });
        if (!current()) return;
        a.pixels = pixels.slice(0, PIXELS);
        b.pixels = pixels.slice(-PIXELS);
        for (const slot of SLOTS) show(thumbs[slot], picks[slot]?.pixels ?? null);
        showPath(pixels);
        const [from, to] = [a, b].map(({ key, name }) => key ?? name.key);
        Object.assign(host.dataset, { from, to, path: asked, step: standing?.step ?? 0 });
        put(error, null);
      } catch (problem) {
        if (current() && store.standing?.model === standing?.model) put(error, textOf(problem));
      }
    }

    /**
     * A random code is a point like any other; an image's code is what the encoder says as it is now.
     * @param {import('../../app/picks.js').Pick} pick
     */
    async function encode(pick) {
      const { standing } = store;
      const { source, encoded } = pick;
      if (!source || (encoded?.model === standing?.model && encoded?.step === standing?.step)) return;
      const { codes } = await session.ask('encode', { pixels: source });
      Object.assign(pick, { code: codes, encoded: standing });
    }

    function follow() {
      for (const slot of SLOTS) {
        show(thumbs[slot], picks[slot]?.pixels ?? null);
        slots[slot].setAttribute('aria-pressed', String(picks.next === slot));
        put(slots[slot], slotLabel(picks, slot), 'aria-label');
      }
      put(note, noteOf(picks));
      if (!picks.a || !picks.b) {
        put(error, null);
        showPath(null);
        Object.assign(host.dataset, { from: '', to: '' });
      }
    }

    /** "Pick two for me" is in this panel: nobody has to be brought here. */
    let ownButton = false;

    /** A pick by a person starts the player; the second one brings them here. */
    function onPicks() {
      follow();
      update();
      if (picks.last.what !== 'picked' || !picks.chosen || !picks.a || !picks.b) return;
      player.invite();
      if (picks.last.slot === 'b' && !ownButton) session.reveal('interpolate');
    }
    picks.onChange(onPicks, { signal });

    for (const slot of SLOTS) slots[slot].addEventListener('click', () => picks.turnTo(slot));
    for (const name of PATHS) {
      paths[name].addEventListener('click', () => {
        path = name;
        for (const other of PATHS) paths[other].setAttribute('aria-pressed', String(other === path));
        update();
      });
    }
    random.addEventListener('click', () => {
      ownButton = true;
      picks.pickTwo();
      ownButton = false;
    });
    const ready = () => {
      random.disabled = !store.standing;
    };
    store.on('model', ready, { signal });
    store.on('shown', ready, { signal });
    ready();
    follow();

    // Last: it may ask at once.
    const update = liveView({ store, element: host, every: 700, work: refresh, signal });
  },
};
