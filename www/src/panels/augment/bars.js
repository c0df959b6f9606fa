// @ts-check
/** Accuracies as bars in a table, which says the same without them. */
import { put } from '../../i18n/index.js';

/**
 * @param {HTMLElement} body of a table @param {readonly import('./measure.js').Job[]} jobs
 * @returns {{show: (measured: import('./measure.js').Measured | null) => void}}
 */
export function bars(body, jobs) {
  const rows = jobs.map(({ method, more }, i) => {
    const row = document.createElement('tr');
    // The second of a pair is of the same classifier.
    if (i % 2 === 0) {
      const name = document.createElement('th');
      name.scope = 'rowgroup';
      name.rowSpan = 2;
      put(name, { key: `augment.${method}` });
      row.append(name);
    }
    const [what, how, value, bar] = ['td', 'td', 'b', 'i'].map((tag) => document.createElement(tag));
    if (!what || !how || !value || !bar) throw new Error('no elements');
    put(what, { key: more ? 'augment.with' : 'augment.alone' });
    bar.className = more ? 'more' : '';
    how.className = 'augment-bar';
    how.append(bar, value);
    row.append(what, how);
    row.dataset.job = `${method}-${more ? 'with' : 'alone'}`;
    body.append(row);
    return { row, value, bar };
  });
  return {
    show(measured) {
      rows.forEach(({ row, value, bar }, i) => {
        const share = measured ? (measured.sums[i] ?? 0) / (measured.counts[i] ?? 0) : NaN;
        const known = Number.isFinite(share);
        row.dataset.draws = String(measured?.counts[i] ?? 0);
        put(value, known ? `${(100 * share).toFixed(1)}%` : '–');
        bar.style.setProperty('--share', String(known ? share : 0));
      });
    },
  };
}
