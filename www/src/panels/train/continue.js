// @ts-check
/** Has a model that comes with the page trained on: a dialog with all of them. */
import { put } from '../../i18n/index.js';
import { PRETRAINED, textOf } from '../../protocol.js';
import { finder } from '../../ui/dom.js';

/** @param {import('../index.js').PanelContext} context */
export function continuePretrained({ root, store, session, signal }) {
  const { button, element, find } = finder(root);
  const [open, close, error] = [button('continue-open'), button('continue-close'), element('continue-error')];
  const dialog = find('continue', HTMLDialogElement);

  const controls = PRETRAINED.map((name) => {
    const [item, title, note, control] = ['li', 'h3', 'p', 'button'].map((tag) => document.createElement(tag));
    if (!item || !title || !note || !(control instanceof HTMLButtonElement)) throw new Error('an item has three parts');
    control.type = 'button';
    control.dataset.name = name;
    note.className = 'note';
    put(title, { key: `train.continue.${name}` });
    put(note, { key: `train.continue.${name}.note` });
    put(control, { key: 'train.continue.go' });
    put(control, { key: 'train.continue.goOn', name: { key: `train.continue.${name}` } }, 'aria-label');
    control.addEventListener('click', () => begin(name));
    item.append(title, note, control);
    element('continue-models').append(item);
    return control;
  });

  /** @param {import('../../protocol.js').Pretrained} name */
  async function begin(name) {
    busy(true);
    put(error, null);
    try {
      await session.continuePretrained(name);
      dialog.close();
    } catch (problem) {
      put(error, textOf(problem));
    }
    busy(false);
  }
  /** @param {boolean} now */
  function busy(now) {
    dialog.setAttribute('aria-busy', String(now));
    for (const control of controls) control.disabled = now;
  }

  open.addEventListener('click', () => {
    put(error, null);
    dialog.showModal();
    controls[0]?.focus();
  });
  close.addEventListener('click', () => dialog.close());
  // A click outside closes it.
  dialog.addEventListener('click', ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    if (target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom)) dialog.close();
  });

  const follow = () => {
    open.disabled = !store.model || store.failure !== null;
  };
  store.on('model', follow, { signal });
  store.on('fatal', follow, { signal });
  follow();
}
