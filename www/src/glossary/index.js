// @ts-check
/**
 * The glossary: what the terms of the field mean. An entry is a title and a text (en.js, zh.js), and the same in every
 * language, its formula, its picture and its neighbours. To add one: a line in NEIGHBOURS, its words in each language
 * file, and a mark `[[id]]` in a sentence of the page (docs/ADDING.md).
 */
import './glossary.css';
import { language, put, t } from '../i18n/index.js';
import { termButton } from '../i18n/marks.js';
import { FORMULAS } from './formulas.js';
import { INDEX, NEIGHBOURS } from './neighbours.js';
import { PICTURES } from './pictures.js';

/**
 * @typedef {object} Entry
 * @property {string} title
 * @property {string} text
 * @property {string} [picture]   what its picture shows, for those who do not see it
 */

/** A visitor downloads the entries of one language. */
const TEXTS = { en: () => import('./en.js'), zh: () => import('./zh.js') };

/**
 * What the popover shows of an entry: its title, and what stands under it. The list of all entries for the id `index`,
 * and for one that has no entry. Rejects if the entries cannot be fetched.
 * @param {string} id @returns {Promise<{title: string, nodes: Element[]}>}
 */
export async function entryOf(id) {
  const spoken = language();
  /** @type {Record<string, Entry>} */
  const entries = (await TEXTS[spoken]()).default;
  const entry = entries[id];
  if (!entry) {
    if (id !== INDEX) console.error(`The glossary has no entry ${id}`);
    return { title: t('shell.glossary'), nodes: [listOf(entries, spoken)] };
  }
  /** @type {Element[]} */
  const nodes = [paragraph(entry.text)];
  for (const markup of [FORMULAS[id], PICTURES[id]]) if (markup) nodes.push(...parse(markup));
  for (const svg of nodes) if (entry.picture && svg.localName === 'svg') svg.setAttribute('aria-label', entry.picture);
  nodes.push(neighboursOf(id, entries));
  return { title: entry.title, nodes };
}

/** @param {string} text */
function paragraph(text) {
  const element = document.createElement('p');
  element.textContent = text;
  return element;
}

/** Formulas and pictures of our own. @param {string} markup */
function parse(markup) {
  const template = document.createElement('template');
  template.innerHTML = markup;
  return [...template.content.children];
}

/** @param {string} id @param {Record<string, Entry>} entries */
function neighboursOf(id, entries) {
  const element = document.createElement('p');
  element.className = 'also';
  const label = document.createElement('span');
  put(label, { key: 'shell.glossary.also' });
  element.append(label);
  for (const other of NEIGHBOURS[id] ?? []) element.append(termButton(other, entries[other]?.title ?? other));
  return element;
}

/** @param {Record<string, Entry>} entries @param {string} spoken */
function listOf(entries, spoken) {
  const list = document.createElement('ul');
  const all = Object.entries(entries).sort(([, a], [, b]) => a.title.localeCompare(b.title, spoken));
  for (const [id, { title }] of all) {
    const item = document.createElement('li');
    item.append(termButton(id, title));
    list.append(item);
  }
  return list;
}
