// @ts-check
/**
 * Where images come from, and whether two sources give the same.
 * @typedef {import('../protocol.js').DataSource} DataSource
 * @typedef {import('../protocol.js').Mix} Mix
 */

/**
 * What the page writes itself, and starts with. Every sixth is held out.
 * @type {Extract<DataSource, {kind: 'generated'}>}
 */
export const GENERATED = { kind: 'generated', count: 12_000, seed: 1 };

/** A data set's name: that of the files, a proper name, or ours. @param {{kind: string, name: string}} dataset */
export const datasetName = ({ kind, name }) => (kind === 'generated' ? { key: 'app.generatedDigits' } : name);

/** @param {Uint8Array} a @param {Uint8Array | undefined} b */
const sameBytes = (a, b) => a.length === b?.length && a.every((byte, i) => byte === b[i]);

/** Whether they are the same of a person's own images. @param {Mix | undefined} a @param {Mix | undefined} b */
export const sameMix = (a, b) =>
  a === b || (!!a && a.times === b?.times && sameBytes(a.labels, b.labels) && sameBytes(a.pixels, b.pixels));

/**
 * Whether the two give the same images; files are only ever like themselves.
 * @param {DataSource} a @param {DataSource | null} b
 */
export function sameImages(a, b) {
  if (a === b) return true;
  if (!sameMix(a.mix, b?.mix)) return false;
  if (a.kind === 'generated') return b?.kind === 'generated' && a.count === b.count && a.seed === b.seed;
  return a.kind !== 'files' && a.kind === b?.kind;
}
