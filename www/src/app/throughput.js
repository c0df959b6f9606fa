// @ts-check
/** How fast a run goes: steps over the wall time of its last seconds, whatever else the engine did meanwhile. */

const WINDOW_MS = 4000;

export class Throughput {
  /** @type {{step: number, at: number}[]} */
  #seen = [];

  /** Steps per second; 0 where it is not known (yet). @param {import('../protocol.js').Progress} progress */
  measure({ state, step }) {
    const seen = this.#seen;
    if (state !== 'running' || step < (seen.at(-1)?.step ?? 0)) seen.length = 0;
    if (state !== 'running') return 0;
    const at = performance.now();
    if (seen.at(-1)?.step !== step) seen.push({ step, at });
    while (seen.length > 2 && at - (seen[1]?.at ?? at) > WINDOW_MS) seen.shift();
    const [first, last] = [seen[0], seen.at(-1)];
    return first && last && last.at > first.at ? ((last.step - first.step) / (last.at - first.at)) * 1000 : 0;
  }
}
