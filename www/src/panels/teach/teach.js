// @ts-check
/**
 * Has the pretrained conditional model learn a symbol of a person's own: their drawings are mixed among digits as one
 * class more, and it trains on, as a run of its own that can be undone. Then it writes the symbol, in any hand.
 */
import './teach.css';
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { digitGrid } from '../../ui/digit-grid.js';
import { fill, finder } from '../../ui/dom.js';
import { Sheet } from '../../ui/sheet.js';
import { flatten } from '../../ui/strokes.js';
import { FEWEST, holdsDigits, LABELS, LEARNING_RATE, lesson, MOST } from './lesson.js';
import markup from './teach.html?raw';
import { writing } from './writing.js';

/** How wide the strokes are, in the sheet's units: as at first in the Studio. */
const PEN = 22;

/** @typedef {import('./lesson.js').Drawing} Drawing */

/** @type {import('../index.js').Panel} */
export default {
  id: 'teach',
  chapter: 'uses',
  mount(context) {
    const { root, store, session, signal } = context;
    fill(root, markup);
    const { button, canvas, element, find } = finder(root);
    const [add, go, back] = [button('teach-add'), button('teach-go'), button('teach-back')];
    const [error, bar] = [element('teach-error'), find('teach-progress', HTMLProgressElement)];
    const sheet = new Sheet(
      {
        canvas: canvas('teach-pad'),
        pen: () => PEN,
        undo: button('teach-stroke'),
        clear: button('teach-clear'),
        invite: element('teach-invite'),
        words: { invite: 'teach.invite', empty: 'teach.sheet.empty' },
        signal,
      },
      follow,
    );
    /** @type {Drawing[]} */
    let drawings = [];
    /** The run that began with the last lesson, and what the page showed before. */
    let taught = { run: '', shown: store.shown };
    let busy = false;

    const grid = digitGrid(element('teach-drawings'), {
      count: 0,
      onPress: (index) => {
        drawings = drawings.filter((_, i) => i !== index);
        list();
        (grid.cells[Math.min(index, grid.cells.length - 1)]?.button ?? sheet.canvas).focus();
      },
    });
    writing(context);

    function list() {
      grid.resize(drawings.length);
      const pixels = new Uint8Array(drawings.length * 784);
      for (const [i, drawing] of drawings.entries()) {
        pixels.set(drawing.pixels, i * 784);
        grid.name(i, { key: 'teach.drawing', n: i + 1 });
      }
      grid.show(pixels);
      follow();
    }

    function follow() {
      const { model, source, dataset, failure, progress, running } = store;
      const n = drawings.length;
      add.disabled = busy || sheet.strokes.length === 0 || n >= MOST || !model || !!failure;
      go.disabled = busy || n < FEWEST || !model || !!failure;
      const left = FEWEST - n;
      put(
        element('teach-count'),
        n >= MOST
          ? { key: 'teach.count.full', n }
          : left > 0
            ? { key: 'teach.count.more', n, left }
            : { key: 'teach.count', n },
      );
      put(element('teach-data'), dataset && !holdsDigits(source) ? { key: 'teach.data.generated' } : null);
      const there = taught.run !== '' && store.runId === taught.run;
      back.hidden = !there || !store.undoable;
      back.disabled = busy || !!failure;
      const { step, totalSteps } = progress;
      bar.hidden = !there;
      bar.max = Math.max(1, totalSteps);
      bar.value = there ? step : 0;
      root.dataset.lesson = there ? progress.state : busy ? 'preparing' : 'none';
      const state = !there ? (busy ? 'preparing' : null) : running ? 'running' : progress.state;
      put(element('teach-state'), state && { key: `teach.state.${state}`, step, of: totalSteps });
    }

    /** @param {() => Promise<void>} action */
    async function attempt(action) {
      busy = true;
      put(error, null);
      follow();
      try {
        await action();
      } catch (failure) {
        put(error, textOf(failure));
      }
      busy = false;
      follow();
    }

    add.addEventListener('click', () =>
      attempt(async () => {
        const strokes = sheet.strokes.map(flatten);
        const { empty, input } = await session.ask('draw', { strokes, pen: PEN, ...quick() });
        if (empty) return;
        drawings = [...drawings, { strokes, pen: PEN, pixels: input }];
        sheet.clear();
        list();
        sheet.canvas.focus({ preventScroll: true });
      }),
    );
    /** Only the pixels matter. */
    function quick() {
      const [pretrained] = store.pretrained.keys();
      return pretrained ? { model: pretrained } : {};
    }

    go.addEventListener('click', () =>
      attempt(async () => {
        const { shown } = store;
        await session.loadPretrained('hand');
        const { source, epochs } = await lesson(session, store, drawings);
        await session.continuePretrained('hand', { source, labels: LABELS, epochs, learningRate: LEARNING_RATE });
        taught = { run: store.runId, shown };
        await session.start();
      }),
    );
    back.addEventListener('click', () =>
      attempt(async () => {
        await session.undo();
        await session.show(taught.shown);
        go.focus({ preventScroll: true });
      }),
    );

    for (const event of /** @type {const} */ (['model', 'dataset', 'progress', 'undoable', 'fatal'])) {
      store.on(event, follow, { signal });
    }
    list();
  },
};
