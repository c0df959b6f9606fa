// @ts-check
/** The run in training: losses, curves, held-out digits with their reconstructions, and the model as a file. */
import './train.css';
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { fill, finder } from '../../ui/dom.js';
import { adviceNote } from './advice-note.js';
import { Chart } from './chart.js';
import { continuePretrained } from './continue.js';
import { heldOutRow } from './held-out-row.js';
import { legend, secondTerm } from './legend.js';
import { modelFile } from './model-file.js';
import markup from './train.html?raw';

/** @type {import('../index.js').Panel} */
export default {
  id: 'train',
  chapter: 'studio',
  mount(context) {
    fill(context.root, markup);
    legend(context);
    curves(context);
    heldOutRow(context);
    modelFile(context);
    continuePretrained(context);
    bringBack(context);
    keptNote(context);
    adviceNote(context);
  },
};

/** The curves, or a sentence while there are none. @param {import('../index.js').PanelContext} context */
function curves({ root, store, signal }) {
  const { element } = finder(root);
  const chart = new Chart(element('chart'), element('chart-kl'), signal);
  const empty = element('chart-empty');

  const waiting = () => {
    if (store.failure) return { key: 'train.empty.failed' };
    if (!store.model) return { key: 'train.empty.loading' };
    if (store.running) return { key: 'train.empty.running' };
    // A model file holds no curve.
    if (store.trained) return { key: 'train.empty.opened', step: store.progress.step };
    return { key: 'train.empty.start' };
  };
  const follow = () => {
    // Right after a model was opened, only its held-out loss is known: one point is not a curve.
    const curve = store.history.total.some((value) => value !== null);
    empty.hidden = curve;
    put(empty, curve ? null : waiting());
    chart.show(store.history);
  };
  const name = () => {
    chart.second = secondTerm(store);
    put(element('chart-kl-name'), chart.second);
    follow();
  };
  store.on('model', name, { signal });
  store.on('progress', follow, { signal });
  store.on('fatal', follow, { signal });
  name();
}

/** @param {import('../index.js').PanelContext} context */
function bringBack({ root, store, session, signal }) {
  const { button, element } = finder(root);
  const [undo, error] = [button('undo-reset'), element('file-error')];
  const follow = () => {
    undo.hidden = !store.undoable;
    put(undo, { key: 'train.undo', step: store.undoable?.progress.step ?? 0 });
    undo.disabled = store.failure !== null;
  };
  undo.addEventListener('click', async () => {
    put(error, null);
    try {
      await session.undo();
    } catch (problem) {
      put(error, textOf(problem));
    }
  });
  store.on('undoable', follow, { signal });
  store.on('fatal', follow, { signal });
  follow();
}

/** Says why the browser cannot keep the run. @param {import('../index.js').PanelContext} context */
function keptNote({ root, autosave, signal }) {
  const note = finder(root).element('kept-note');
  const follow = () => put(note, autosave.note);
  autosave.follow(follow, { signal });
  follow();
}
