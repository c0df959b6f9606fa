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
import { EngineError } from '../protocol.js';

export class EngineClient {
  /** @type {Worker | null} */
  #worker = null;
  #nextId = 1;
  /** @type {Map<number, {resolve: (back: any) => void, reject: (error: Error) => void}>} */
  #open = new Map();
  /** @type {(event: WorkerEvent) => void} */
  #listener;

  /** @param {(event: WorkerEvent) => void} listener every event of whichever worker is in place */
  constructor(listener) {
    this.#listener = listener;
    this.restart();
  }

  /** Ends the worker that is there (its open requests fail with 'cancelled') and starts a fresh one. */
  restart() {
    this.#worker?.terminate();
    this.#failAll({ code: 'cancelled', message: 'restarted', text: { key: 'errors.cancelled' } });
    const worker = new Worker(new URL('../worker/index.js', import.meta.url), { type: 'module' });
    this.#worker = worker;
    worker.onmessage = (/** @type {MessageEvent<WorkerEvent | ResponseMessage>} */ { data }) => {
      if (worker !== this.#worker) return;
      if ('event' in data) this.#onEvent(data);
      else this.#onResponse(data);
    };
    worker.onerror = (event) => {
      if (worker !== this.#worker) return;
      event.preventDefault();
      const said = (event.message ?? '').slice(0, 240);
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
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#worker?.postMessage({ id, type, send });
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
