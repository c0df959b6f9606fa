// @ts-check
/** The latest losses, as text for people and as data attributes for tests. They are also the legend of the curves. */
import { LossHistory } from '../../app/loss-history.js';
import { put } from '../../i18n/index.js';
import { finder } from '../../ui/dom.js';

/** How many held-out images the engine measures: fewer without an encoder, where each code has to be searched for. */
const MEASURED = { encoder: 500, free: 50 };

/** What the loss's second term is called. @param {import('../../app/store.js').Store} store */
export const secondTerm = ({ preset }) => ({ key: (preset?.hasEncoder ?? true) ? 'train.kl' : 'train.free' });

/** @param {import('../index.js').PanelContext} context */
export function legend({ root, store, signal }) {
  const { element } = finder(root);

  /** @param {string} name @param {number | null} value */
  function loss(name, value) {
    const place = element(`loss-${name}`);
    put(place, value === null ? '–' : { key: 'train.nats', value });
    place.dataset.value = value === null ? '' : String(value);
  }

  function terms() {
    const encoder = store.preset?.hasEncoder ?? true;
    put(element('loss-total-name'), { key: encoder ? 'train.total.help' : 'train.total.help.free' }, 'title');
    put(element('loss-kl-name'), secondTerm(store));
    put(element('loss-kl-name'), { key: encoder ? 'train.kl.help' : 'train.free.help' }, 'title');
    const n = Math.min(MEASURED[encoder ? 'encoder' : 'free'], store.dataset?.heldOut ?? Infinity);
    put(element('loss-held-out-name'), { key: 'train.heldOutTotal.help', n }, 'title');
  }

  /** A fresh model has no history; one that was brought back has its own. */
  function another() {
    terms();
    const { total, reconstruction, kl, heldOut } = store.history;
    loss('total', LossHistory.last(total));
    loss('reconstruction', LossHistory.last(reconstruction));
    loss('kl', LossHistory.last(kl));
    loss('held-out', LossHistory.last(heldOut));
  }

  store.on('model', another, { signal });
  store.on(
    'progress',
    ({ losses, heldOut }) => {
      if (losses) {
        loss('total', losses.total);
        loss('reconstruction', losses.reconstruction);
        loss('kl', losses.kl);
      }
      if (heldOut) loss('held-out', heldOut.total);
    },
    { signal },
  );
  another();
}
