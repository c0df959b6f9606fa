// @ts-check
/** The layers as tables: what each computes, how many numbers it gives, how many it has learned. */
import { put } from '../../i18n/index.js';

/** @param {HTMLElement} root @param {readonly import('./plan.js').Layer[]} layers */
export function listLayers(root, layers) {
  const parts = /** @type {const} */ (['encoder', 'decoder']).filter((part) => layers.some((one) => one.part === part));
  root.replaceChildren(...parts.map((part) => table(part, layers)));
}

/** @param {'encoder' | 'decoder'} part @param {readonly import('./plan.js').Layer[]} layers */
function table(part, layers) {
  const [whole, title] = [document.createElement('table'), document.createElement('caption')];
  const [top, body] = [document.createElement('thead'), document.createElement('tbody')];
  put(title, { key: `anatomy.part.${part}` });
  const columns = ['name', 'kind', 'size', 'parameters'];
  const head = row(
    'th',
    columns.map((column) => ({ key: `anatomy.layers.${column}` })),
  );
  for (const cell of head.children) cell.setAttribute('scope', 'col');
  top.append(head);
  for (const [i, layer] of layers.filter((one) => one.part === part).entries()) {
    const { kind, activation, shape, parameters } = layer;
    const computes = { kind: { key: `anatomy.kind.${kind}` }, activation: { key: `anatomy.activation.${activation}` } };
    const learned = { key: 'anatomy.number', n: parameters };
    const computed = { key: 'anatomy.layers.computes', ...computes };
    body.append(row('td', [String(i + 1), computed, shape.join(' × '), learned]));
  }
  whole.append(title, top, body);
  return whole;
}

/** @param {'th' | 'td'} kind @param {import('../../i18n/index.js').Content[]} texts */
function row(kind, texts) {
  const line = document.createElement('tr');
  for (const text of texts) {
    const cell = document.createElement(kind);
    put(cell, text);
    line.append(cell);
  }
  return line;
}
