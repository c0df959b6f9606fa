// @ts-check
/**
 * Bits as bars: a table with a row for each way to write an image. Of a file's bits, its headers are pale.
 *
 * @typedef {object} Row
 * @property {string} id
 * @property {import('../../i18n/index.js').Message} name
 * @property {number | null} data    bits of the image itself; null: there is no number
 * @property {number} [headers]      bits beside them
 */
import { put } from '../../i18n/index.js';
import { count } from '../../i18n/number.js';

/** @param {HTMLElement} host @param {import('../../i18n/index.js').Message} label */
export function bars(host, label) {
  const table = document.createElement('table');
  const body = document.createElement('tbody');
  put(table, label, 'aria-label');
  table.append(body);
  host.append(table);
  /** @type {Map<string, {row: HTMLElement, name: HTMLElement, bar: HTMLElement, number: HTMLElement}>} */
  const rows = new Map();

  /** @param {Row} of */
  function make({ id }) {
    const row = document.createElement('tr');
    row.dataset.row = id;
    const name = document.createElement('th');
    name.scope = 'row';
    const cell = document.createElement('td');
    cell.className = 'compress-bar';
    const bar = document.createElement('span');
    bar.setAttribute('aria-hidden', 'true');
    bar.append(document.createElement('i'), document.createElement('b'));
    const number = document.createElement('em');
    cell.append(bar, number);
    row.append(name, cell);
    body.append(row);
    const made = { row, name, bar, number };
    rows.set(id, made);
    return made;
  }

  /** @param {readonly Row[]} all @param {number} full bits of a bar as wide as can be */
  return (all, full) => {
    for (const one of all) {
      const { row, name, bar, number } = rows.get(one.id) ?? make(one);
      put(name, one.name);
      const { data, headers = 0 } = one;
      row.dataset.bits = data === null ? '' : String(data + headers);
      bar.style.setProperty('--data', String(Math.min(1, (data ?? 0) / full)));
      bar.style.setProperty('--headers', String(Math.min(1, headers / full)));
      put(number, data === null ? '–' : count(Math.round(data + headers)));
    }
  };
}
