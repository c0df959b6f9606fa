// @ts-check
/**
 * Limits wear on the disk. A visit writes 4 GB as fast as checkpoints come, and 1 MB/s beyond that: a drive of 256 GB
 * is made for some 40,000 times as much.
 */
const AT_ONCE = 4e9;
const PER_MS = 1000;

export class WriteBudget {
  #left = AT_ONCE;
  #since;
  #now;

  /** @param {() => number} [now] ms from any moment */
  constructor(now = () => performance.now()) {
    this.#now = now;
    this.#since = now();
  }

  /** How long to wait before so much is written, in ms. @param {number} bytes */
  wait(bytes) {
    this.#refill();
    return Math.max(0, bytes - this.#left) / PER_MS;
  }

  /** @param {number} bytes that were written, however many */
  spend(bytes) {
    this.#refill();
    this.#left -= bytes;
  }

  #refill() {
    const now = this.#now();
    this.#left = Math.min(AT_ONCE, this.#left + (now - this.#since) * PER_MS);
    this.#since = now;
  }
}
