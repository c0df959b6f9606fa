// @ts-check
/**
 * How well the model keeps a hand, measured on held-out digits of the page's data set, a few at a time: each is written
 * as every digit, and a classifier says what it reads.
 *
 * @typedef {import('../../protocol.js').Requests['handKept']['back']} Kept
 */
import { datasetName } from '../../app/data-source.js';
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { problem } from '../../protocol.js';
import { isHandMoving } from '../../ui/hand.js';
import { liveUse } from '../../ui/live-use.js';

/** Held-out digits in all, and in one question. */
const [IMAGES, AT_ONCE] = [200, 20];
const SEED = 1;
/** While a hand draws or moves a slider, this waits, in ms. */
const PATIENCE = 250;

/**
 * @param {object} options
 * @param {import('../../app/uses-engine.js').Uses} options.uses
 * @param {import('../../app/store.js').Store} options.store
 * @param {HTMLElement} options.element   what is told
 * @param {HTMLElement} options.note
 * @param {AbortSignal} options.signal
 */
export function keptHand({ uses, store, element, note, signal }) {
  /** The classifier's file; fetched once. @type {Promise<Uint8Array> | null} */
  let classifier = null;
  /** How often the model or the data changed. */
  let changes = 0;
  /** That it trains was said instead. */
  let waits = false;
  for (const change of /** @type {const} */ (['model', 'data'])) uses.on(change, () => changes++, { signal });

  /** @type {Parameters<typeof liveUse>[0]['work']} */
  async function measure(ask) {
    const of = changes;
    const model = uses.conditional;
    waits = model === 'yours' && store.running;
    if (waits) {
      put(element, { key: 'hand.kept.training' });
      element.dataset.images = '0';
      return;
    }
    classifier ??= fetchClassifier();
    classifier.catch(() => (classifier = null));
    const [file, { dataset }] = [await classifier, store];
    /** @type {Float64Array | null} */
    let tally = null;
    for (let first = 0; first < IMAGES; first += AT_ONCE) {
      while (isHandMoving()) await new Promise((resolve) => window.setTimeout(resolve, PATIENCE));
      if (signal.aborted || of !== changes) return;
      const part = { first, count: AT_ONCE, seed: SEED, tally, classifier: file, model };
      /** @type {Kept} */
      const kept = await ask('handKept', part);
      if (signal.aborted || of !== changes) return;
      tally = kept.tally;
      tell(kept, dataset && datasetName(dataset), legible(model, dataset?.kind));
      // The data set has no more.
      if (kept.images < first + AT_ONCE) break;
    }
  }

  /**
   * @param {Kept} kept
   * @param {import('../../i18n/index.js').Sentence} data @param {boolean} read   whether the classifier can read them
   */
  function tell({ images, written, wanted, slant, strokeWidth }, data, read) {
    const correlations = { slant: signed(slant, 2), width: signed(strokeWidth, 2) };
    put(element, [
      { key: 'hand.kept.images', n: images, data: data || { key: 'app.generatedDigits' } },
      read && { key: 'hand.kept.read', share: wanted / written, wanted, written },
      Number.isFinite(slant) && Number.isFinite(strokeWidth) && { key: 'hand.kept.correlation', ...correlations },
    ]);
    Object.assign(element.dataset, { images, wanted, written, slant, width: strokeWidth });
  }

  const refresh = liveUse({ uses, element, note, work: measure, signal });
  store.on('progress', () => waits && !store.running && refresh(), { signal });
}

/** The classifier reads digits. What a model of clothes or characters writes, it cannot read. */
const legible = (/** @type {'hand' | 'yours'} */ model, /** @type {string | undefined} */ kind) =>
  model === 'hand' || !['fashion', 'kmnist'].includes(kind ?? '');

/** Rejects with the code 'network'. @returns {Promise<Uint8Array>} */
async function fetchClassifier() {
  const address = new URL('../../../models/classifier.safetensors', import.meta.url);
  const response = await fetch(address).catch(() => null);
  const bytes = response?.ok ? await response.arrayBuffer().catch(() => null) : null;
  if (!bytes) throw problem('network', 'hand.kept.unreachable');
  return new Uint8Array(bytes);
}
