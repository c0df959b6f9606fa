// @ts-check
/**
 * Whose digits the page shows: those of the model that came with it, so that there is something to see at once, or of
 * the one in training.
 */
import './model-switch.css';
import { put } from '../i18n/index.js';
import { textOf } from '../protocol.js';
import { fill, finder } from '../ui/dom.js';
import markup from './model-switch.html?raw';

/** @param {import('./index.js').App & {root: HTMLElement, signal: AbortSignal}} shell */
export function modelSwitch({ root, store, session }) {
  fill(root, markup);
  const { button, element } = finder(root);
  const buttons = { best: button('shown-best'), yours: button('shown-yours') };
  const note = element('shown-note');

  function follow() {
    const shown = store.pretrainedShown ?? 'yours';
    buttons.best.disabled = !store.device;
    buttons.yours.disabled = !store.model;
    for (const name of /** @type {const} */ (['best', 'yours'])) {
      buttons[name].setAttribute('aria-pressed', String(shown === name));
    }
    document.documentElement.dataset.shown = shown;
    put(note, about());
  }

  /** @returns {import('../i18n/index.js').Content} */
  function about() {
    const best = store.pretrainedShown && store.pretrained.get('best');
    if (best) {
      const { latent, record, preset } = best;
      const title = { key: `app.preset.${preset}` };
      if (!record) return { key: 'shell.shown.best', title, latent };
      const { data, images, epochs, grey } = record;
      const values = { title, latent, data, images, epochs, loss: grey };
      return [{ key: 'shell.shown.bestOf', ...values }, grey !== null && { key: 'shell.shown.bestLoss', loss: grey }];
    }
    if (store.learned) return { key: 'shell.shown.trained', step: store.progress.step };
    return store.model ? { key: 'shell.shown.untrained' } : null;
  }

  for (const name of /** @type {const} */ (['best', 'yours'])) {
    buttons[name].addEventListener('click', () =>
      session.show(name).catch((problem) => {
        put(note, textOf(problem));
      }),
    );
  }
  for (const event of /** @type {const} */ (['device', 'pretrained', 'shown', 'model', 'progress']))
    store.on(event, follow);
  follow();
}
