// @ts-check
/** The training curve so far: one row per progress event, thinned to stay small however long the run. */

const MOST = 3000;

/** @typedef {(number | null)[]} Column */

export class LossHistory {
  /** @type {number[]} */ step = [];
  /** @type {Column} */ total = [];
  /** @type {Column} */ reconstruction = [];
  /** @type {Column} */ kl = [];
  /** @type {Column} */ heldOut = [];

  /** @param {import('../protocol.js').Progress} progress @returns {boolean} whether there was something to add */
  add({ step, losses, heldOut }) {
    if (!losses && !heldOut) return false;
    const last = this.step.length - 1;
    if (last >= 0 && this.step[last] === step) {
      if (losses) this.#put(last, losses);
      if (heldOut) this.heldOut[last] = heldOut.total;
      return true;
    }
    this.step.push(step);
    this.#put(last + 1, losses);
    this.heldOut.push(heldOut?.total ?? null);
    if (this.step.length > MOST) this.#thin();
    return true;
  }

  /** The newest value that is known; null if there is none. @param {Column} column */
  static last(column) {
    return column.findLast((value) => value !== null) ?? null;
  }

  /** Forgets what came after `step`: the run goes on from there. @param {number} step */
  trim(step) {
    const keep = this.step.filter((s) => s <= step).length;
    for (const column of this.#columns()) column.length = keep;
  }

  /** The columns as they were kept; null if they are none. @param {unknown} columns */
  static from(columns) {
    const history = new LossHistory();
    if (!Array.isArray(columns) || columns.length !== history.#columns().length) return null;
    const good = (/** @type {unknown} */ x, /** @type {number} */ c) => Number.isFinite(x) || (c > 0 && x === null);
    for (const [c, column] of history.#columns().entries()) {
      const kept = columns[c];
      if (!Array.isArray(kept) || kept.length !== columns[0].length || !kept.every((x) => good(x, c))) return null;
      for (const x of kept) column.push(x);
    }
    return history;
  }

  /** To be kept. */
  columns() {
    return this.#columns().map((column) => column.slice());
  }

  copy() {
    const copy = new LossHistory();
    for (const [i, column] of this.#columns().entries()) copy.#columns()[i]?.push(...column);
    return copy;
  }

  /** @param {number} row @param {import('../protocol.js').Losses | null} losses */
  #put(row, losses) {
    this.total[row] = losses?.total ?? null;
    this.reconstruction[row] = losses?.reconstruction ?? null;
    this.kl[row] = losses?.kl ?? null;
  }

  /** Halves the older rows by averaging neighbours; a held-out measurement is never dropped. */
  #thin() {
    const columns = this.#columns();
    const rows = this.step.length;
    const until = rows - (rows % 2);
    columns.forEach((column, c) => {
      /** @type {Column} */
      const thin = [];
      for (let i = 0; i < until; i += 2) {
        const [a, b] = [column[i] ?? null, column[i + 1] ?? null];
        thin.push(c === 0 || c === 4 ? (b ?? a) : a !== null && b !== null ? (a + b) / 2 : (a ?? b));
      }
      if (until < rows) thin.push(column[until] ?? null);
      column.length = 0;
      for (const value of thin) column.push(value);
    });
  }

  /** @returns {Column[]} */
  #columns() {
    return [/** @type {Column} */ (this.step), this.total, this.reconstruction, this.kl, this.heldOut];
  }
}
