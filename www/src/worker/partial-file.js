// @ts-check
/**
 * Worker side: a file while it is being downloaded. The bytes so far are stored in the browser's Cache Storage piece
 * by piece, so that a download that broke off, or was cut by a reload, resumes from there. Where the browser stores
 * nothing, they are only in memory, and `trouble` says why.
 */

/** Bytes in a piece: a reload loses at most so many. */
const PIECE = 1 << 19;

/** @typedef {'full' | 'refused'} Trouble */

export class Parts {
  /** @type {Cache | null} */ #cache;
  /** @type {string} */ #url;
  /** @type {Uint8Array<ArrayBuffer>[]} */ #chunks = [];
  /** Where the piece that is not stored yet begins: its first chunk, its first byte. */
  #unkept = { chunk: 0, byte: 0 };
  length = 0;
  /** Of the whole file; 0: not known. */
  total = 0;
  /** @type {Trouble | null} */ trouble;

  /**
   * @param {Cache | null} cache
   * @param {string} url the pieces are stored under it, each with the position of its first byte
   */
  constructor(cache, url) {
    this.#cache = cache;
    this.#url = url;
    this.trouble = cache ? null : 'refused';
  }

  /** With the bytes that are stored already. @param {Cache | null} cache @param {string} url */
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
      // A piece that cannot be read is downloaded again.
    }
    parts.#unkept = { chunk: parts.#chunks.length, byte: parts.length };
    return parts;
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk */
  async add(chunk) {
    this.#push(chunk);
    if (this.length - this.#unkept.byte >= PIECE) await this.flush();
  }

  /** Stores all of it, if the download can be resumed: one that the server unpacks on the way cannot. */
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
      // Without the pieces that follow, these are of no use.
      await this.#forget();
    }
  }

  /** Starts over. */
  async clear() {
    this.#chunks = [];
    this.#unkept = { chunk: 0, byte: 0 };
    this.length = this.total = 0;
    await this.#forget();
  }

  /** Whether it arrives as an archive: servers may unpack on the way. */
  get packed() {
    return isPacked(this.#chunks[0]);
  }

  /** All of it, in one array. */
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
