// @ts-check
/** The pretrained models that come with the page. They lie beside it as files and are fetched when they are wanted. */
import { problem } from '../protocol.js';
import { counted } from './counted.js';

/**
 * In halves where the page can begin with the decoder.
 * @type {Record<import('../protocol.js').Pretrained, {decoder: URL, encoder: URL} | {whole: URL}>}
 */
const ADDRESSES = {
  best: {
    decoder: new URL('../../models/small/best-decoder.safetensors', import.meta.url),
    encoder: new URL('../../models/small/best-encoder.safetensors', import.meta.url),
  },
  // With 8-bit weights its loss would be higher.
  plane: { whole: new URL('../../models/plane.safetensors', import.meta.url) },
  hand: { whole: new URL('../../models/small/hand.safetensors', import.meta.url) },
};

/** How long nothing may arrive before a download is given up, in ms. */
const SILENT_MS = 45_000;

/** @typedef {import('../protocol.js').Pretrained} Pretrained */
/** @typedef {import('./counted.js').OnBytes} OnBytes */

export class PretrainedModels {
  #loop;
  #post;
  /** Decoders that were asked for before there was an engine. @type {Map<Pretrained, Promise<Uint8Array>>} */
  #ahead = new Map();
  /**
   * Models whose encoder is still missing, and the fetch of it that is under way.
   * @type {Map<string, Promise<void> | null>}
   */
  #missing = new Map();
  /** Models whose encoder somebody asked for. @type {Set<Pretrained>} */ #asked = new Set();

  /**
   * @param {import('./training-loop.js').TrainingLoop} loop
   * @param {(event: import('../protocol.js').WorkerEvent) => void} post
   */
  constructor(loop, post) {
    this.#loop = loop;
    this.#post = post;
    // Somebody waited for it in vain.
    self.addEventListener('online', () => this.#again());
  }

  /** Begins to fetch what `load` will want first. @param {Pretrained} name */
  fetchAhead(name) {
    const address = ADDRESSES[name];
    if (!('decoder' in address) || this.#ahead.has(name)) return;
    const bytes = this.#fetch(address.decoder, `${name}-decoder`, 'model');
    this.#ahead.set(name, bytes);
    // `load` meets the error.
    bytes.catch(() => {});
  }

  /** The model, its decoder first. Rejects with the code 'network'. @param {Pretrained} name @param {boolean} whole */
  async load(name, whole) {
    const address = ADDRESSES[name];
    if (!('decoder' in address)) {
      const bytes = await this.#fetch(address.whole, name, 'model');
      return this.#loop.call((engine) => engine.loadPretrained(name, bytes));
    }
    const ahead = this.#ahead.get(name) ?? this.#fetch(address.decoder, `${name}-decoder`, 'model');
    this.#ahead.delete(name);
    const bytes = await ahead;
    const info = await this.#loop.call((engine) => engine.loadDecoder(name, bytes));
    this.#missing.set(name, null);
    if (whole) await this.complete(name);
    return info;
  }

  /**
   * Until the model of that name has its encoder, which is fetched for the first that asks; null if nothing is missing.
   * On a first visit that is the example on the sheet to draw on, whose reconstruction belongs to the first screen. It
   * cannot delay the digits: nothing is missing here before their decoder is in the engine.
   * Rejects with the code 'network'; the next that asks tries again, and so does the network's return.
   * @param {unknown} name of any model @returns {Promise<void> | null}
   */
  complete(name) {
    const model = /** @type {Pretrained} */ (name);
    if (!this.#missing.has(model)) return null;
    let coming = this.#missing.get(model);
    if (!coming) {
      coming = this.#fetchEncoder(model);
      this.#missing.set(model, coming);
      coming.then(
        () => this.#missing.delete(model),
        () => this.#missing.set(model, null),
      );
      this.#asked.add(model);
    }
    return coming;
  }

  /** @param {Pretrained} name */
  async #fetchEncoder(name) {
    const address = ADDRESSES[name];
    if (!('encoder' in address)) return;
    const bytes = await this.#fetch(address.encoder, `${name}-encoder`, 'encoder');
    await this.#loop.call((engine) => engine.loadEncoder(name, bytes));
  }

  #again() {
    for (const name of this.#asked) {
      // Under way, or here.
      if (this.#missing.get(name) !== null) continue;
      this.complete(name)?.then(
        () => this.#post({ event: 'completed', name }),
        () => {},
      );
    }
  }

  /** @param {URL} url @param {string} file @param {'model' | 'encoder'} what */
  async #fetch(url, file, what) {
    const tell = (/** @type {number} */ done, /** @type {number} */ total) =>
      this.#post({ event: 'fetching', what, done, total });
    tell(0, 0);
    try {
      return await download(url, FILE_SIZES[file] ?? 0, tell);
    } finally {
      this.#post({ event: 'fetched', what });
    }
  }
}

/**
 * Rejects with the code 'network'.
 * @param {URL} url @param {number} size @param {OnBytes} onBytes @returns {Promise<Uint8Array>}
 */
async function download(url, size, onBytes) {
  const abort = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), SILENT_MS);
  };
  alive();
  try {
    const response = await fetch(url, { signal: abort.signal }).catch(() => {
      throw problem('network', 'worker.pretrainedUnreachable');
    });
    if (!response.ok) throw problem('network', 'worker.pretrainedRefused', { status: response.status });
    const body = counted(response, size, (done, total) => {
      alive();
      onBytes(done, total);
    });
    const bytes = await body.arrayBuffer().catch(() => {
      throw problem('network', 'worker.pretrainedBroke');
    });
    return new Uint8Array(bytes);
  } finally {
    clearTimeout(timer);
  }
}
