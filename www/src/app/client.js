// @ts-check
/**
 * Page side: the typed client of the worker. Every request is a promise; events go to listeners. After a fatal error
 * `restart` puts a new worker in place: the session then loads and restores what it kept.
 *
 * @typedef {import('../protocol.js').Requests} Requests
 * @typedef {import('../protocol.js').RequestType} RequestType
 * @typedef {import('../protocol.js').WorkerEvent} WorkerEvent
 * @typedef {import('../protocol.js').ResponseMessage} ResponseMessage
 */
import { cut, EngineError, toFailure } from '../protocol.js';
import { isHandMoving } from '../ui/hand.js';

/**
 * How long a new worker may say nothing at all before the page says so, in ms. Its script is small, and its first
 * message comes before it downloads anything: what takes longer is a connection that hangs, or a browser that blocks
 * the worker without a word.
 */
const SILENCE_MS = 20_000;

export class EngineClient {
  /** @type {Worker | null} */
  #worker = null;
  #nextId = 1;
  /** @type {Map<number, {resolve: (back: any) => void, reject: (error: Error) => void}>} */
  #open = new Map();
  /** Why there is no worker. @type {import('../protocol.js').Failure | null} */
  #missing = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #silence;
  /** @type {(event: WorkerEvent) => void} */
  #listener;
  /** @type {() => void} */
  #onSilence;

  /**
   * @param {(event: WorkerEvent) => void} listener every event of whichever worker is in place
   * @param {() => void} onSilence a worker says nothing; it may still come
   */
  constructor(listener, onSilence) {
    this.#listener = listener;
    this.#onSilence = onSilence;
    globalThis.document?.addEventListener('visibilitychange', () => {
      // Whether it is there or not, nobody waits for it.
      this.request('limitCores', { hidden: document.hidden }).catch(() => {});
    });
    this.restart();
  }

  /**
   * Ends the worker that is there (its open requests fail with 'cancelled') and starts a fresh one. Where the browser
   * makes none, every request fails and says why.
   */
  restart() {
    this.#worker?.terminate();
    this.#failAll({ code: 'cancelled', message: 'restarted', text: { key: 'errors.cancelled' } });
    clearTimeout(this.#silence);
    this.#worker = this.#missing = null;
    try {
      this.#start(new Worker(new URL('../worker/index.js', import.meta.url), { type: 'module' }));
    } catch (error) {
      const { code, message, text } = toFailure(error);
      this.#missing = { code, message, text: { key: 'app.noWorker', why: text } };
    }
  }

  /** @param {Worker} worker */
  #start(worker) {
    this.#worker = worker;
    this.#silence = setTimeout(this.#onSilence, SILENCE_MS);
    worker.onmessage = (/** @type {MessageEvent<WorkerEvent | ResponseMessage>} */ { data }) => {
      if (worker !== this.#worker) return;
      clearTimeout(this.#silence);
      if ('event' in data) this.#onEvent(data);
      else this.#onResponse(data);
    };
    worker.onerror = (event) => {
      if (worker !== this.#worker) return;
      event.preventDefault();
      clearTimeout(this.#silence);
      const said = cut(event.message ?? '');
      const text = said ? { key: 'errors.other', said } : { key: 'app.engineUnreachable' };
      this.#onEvent({ event: 'fatal', error: { code: 'panic', message: said, text } });
    };
  }

  /**
   * @template {RequestType} T
   * @param {T} type @param {Requests[T]['send']} send
   * @returns {Promise<Requests[T]['back']>} rejects with an EngineError
   */
  request(type, send) {
    if (!this.#worker && this.#missing) return Promise.reject(new EngineError(this.#missing));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#worker?.postMessage({ id, type, send, live: isHandMoving() });
      this.#open.set(id, { resolve, reject });
    });
  }

  /** @param {ResponseMessage} message */
  #onResponse(message) {
    const request = this.#open.get(message.id);
    this.#open.delete(message.id);
    if (message.ok) request?.resolve(message.back);
    else request?.reject(new EngineError(message.error));
  }

  /** @param {WorkerEvent} event */
  #onEvent(event) {
    if (event.event === 'fatal') this.#failAll(event.error);
    this.#listener(event);
  }

  /** @param {import('../protocol.js').Failure} failure */
  #failAll(failure) {
    const requests = [...this.#open.values()];
    this.#open.clear();
    for (const { reject } of requests) reject(new EngineError(failure));
  }
}
