// @ts-check
/**
 * Worker side: a file as it comes in. What has come is kept in the browser's Cache Storage piece by piece, so that a download that broke
 * off, or was left by a reload, goes on from there. Where the browser keeps nothing, it is all in memory, and `trouble` says why.
 */

/** How many bytes make a piece: a reload costs at most so many. */
const PIECE = 1 << 19;

/** @typedef {'full' | 'refused'} Trouble */

export class Parts {
  /** @type {Cache | null} */ #cache;
  /** @type {string} */ #url;
  /** @type {Uint8Array<ArrayBuffer>[]} */ #chunks = [];
  /** Where the piece that is not kept yet begins: its first chunk, its first byte. */
  #unkept = { chunk: 0, byte: 0 };
  length = 0;
  /** Of the whole file; 0: not known. */
  total = 0;
  /** @type {Trouble | null} */ trouble;

  /** @param {Cache | null} cache @param {string} url the pieces are kept under it, each with the place of its first byte */
  constructor(cache, url) {
    this.#cache = cache;
    this.#url = url;
    this.trouble = cache ? null : 'refused';
  }

  /** With what is kept. @param {Cache | null} cache @param {string} url */
  static async open(cache, url) {
    const parts = new Parts(cache, url);
    try {
      for (;;) {
        const piece = await cache?.match(parts.#key(parts.length));
        const bytes = piece && new Uint8Array(await piece.arrayBuffer());
        if (!bytes?.length) break;
        parts.#push(bytes);
        parts.total = Number(piece?.headers.get('x-total')) || 0;
      }
    } catch {
      // What cannot be read any more is downloaded again.
    }
    parts.#unkept = { chunk: parts.#chunks.length, byte: parts.length };
    return parts;
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk */
  async add(chunk) {
    this.#push(chunk);
    if (this.length - this.#unkept.byte >= PIECE) await this.flush();
  }

  /** Has all of it kept, if it can be gone on with: what a server unpacked on the way cannot. */
  async flush() {
    const { chunk, byte } = this.#unkept;
    if (byte === this.length || this.trouble || !this.packed) return;
    const headers = { 'x-total': String(this.total) };
    try {
      await this.#cache?.put(
        this.#key(byte),
        new Response(join(this.#chunks.slice(chunk), this.length - byte), { headers }),
      );
      this.#unkept = { chunk: this.#chunks.length, byte: this.length };
    } catch (error) {
      this.trouble = troubleOf(error);
      // Pieces that nothing can follow are only in the way.
      await this.#forget();
    }
  }

  /** Begins anew. */
  async clear() {
    this.#chunks = [];
    this.#unkept = { chunk: 0, byte: 0 };
    this.length = this.total = 0;
    await this.#forget();
  }

  /** Whether it comes as the archive that it is: servers may unpack on the way. */
  get packed() {
    return isPacked(this.#chunks[0]);
  }

  /** All of it, in one. */
  get bytes() {
    return join(this.#chunks, this.length);
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk */
  #push(chunk) {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  async #forget() {
    const keys = (await this.#cache?.keys(this.#url, { ignoreSearch: true }).catch(() => [])) ?? [];
    await Promise.all(keys.map((key) => this.#cache?.delete(key).catch(() => false)));
  }

  /** @param {number} from */
  #key(from) {
    return `${this.#url}?from=${from}`;
  }
}

/** Whether it begins as a gzip file does. @param {Uint8Array | undefined} bytes */
export const isPacked = (bytes) => bytes?.[0] === 0x1f && bytes[1] === 0x8b;

/** @param {unknown} error @returns {Trouble} */
export const troubleOf = (error) =>
  /** @type {{name?: string}} */ (error)?.name === 'QuotaExceededError' ? 'full' : 'refused';

/** @param {Uint8Array<ArrayBuffer>[]} chunks @param {number} length */
function join(chunks, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
