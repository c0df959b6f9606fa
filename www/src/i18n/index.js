// @ts-check
/**
 * Every sentence that a person can meet, in their language. A sentence travels as a message: its key in the tables and
 * the values for its placeholders, `{ key: 'app.pausedLoss', step: 120, loss: 104.2 }`. It becomes words only where it
 * is shown, so that a change of language needs no reload: `put` remembers what each element shows.
 *
 * In a table, `{step}` stands for a value and `{loss:nats}` for a value in one of the formats of number.js; numbers
 * without a format are counts. A value may be a message itself. `[[kl]]` and `[[kl|KL divergence]]` are terms of the
 * glossary (marks.js). A sentence with plural forms has them by category ({ one, other }), chosen by `n`. (A library
 * for this, such as i18next, weighs more than all of our sentences together; the download has a budget.)
 */
import { pieces, plain as plainText, write } from './marks.js';
import { count, duration, megabytes, nats, percent, plain, plural, rate, useLocale } from './number.js';

/**
 * @typedef {import('../protocol.js').Message} Message
 * @typedef {Record<string, string | {one?: string, other: string}>} Table
 * @typedef {Message | string | null | undefined | false} Sentence   a string is shown as it is: a file's name, a number
 * @typedef {Sentence | Sentence[]} Content   several sentences follow one another
 * @typedef {keyof typeof LANGUAGES} Language
 */

/** By their code, each by the name it has for those who speak it. */
export const LANGUAGES = { en: 'English', zh: '中文' };
/**
 * A visitor downloads the tables of one language.
 * @type {Record<Language, () => Promise<{default: Record<string, Table>}>>}
 */
const TABLES = { en: () => import('./en.js'), zh: () => import('./zh.js') };
/** Those that come with a chapter. @type {Record<'uses', typeof TABLES>} */
const LATER = { uses: { en: () => import('./uses-en.js'), zh: () => import('./uses-zh.js') } };

/** What stands between two sentences. @type {Record<Language, string>} */
const GAP = { en: ' ', zh: '' };
const LOCALES = { en: 'en', zh: 'zh-CN' };
const REMEMBERED = 'inkling-language';

/** @type {Record<string, (value: number) => string>} */
const FORMATS = { count, nats, bytes: megabytes, rate, plain, percent, duration: (seconds) => duration(seconds, t) };

/** @type {Record<string, Table[string]>} */
let table = {};
/** @type {Language} */
let now = 'en';
/** @type {Set<() => void>} */
const listeners = new Set();
/** What each element shows: its text and its attributes. @type {WeakMap<Element, Map<string, Content>>} */
const shown = new WeakMap();

/** The language of the page. */
export const language = () => now;

/**
 * A sentence in the language of now. For a key that no table has, `or` or else the key itself is shown.
 * @param {string} key @param {Record<string, unknown>} [values] @returns {string}
 */
export const t = (key, values = {}) => plainText(sentence(key, values));

/** @param {string} key @param {Record<string, unknown>} values @returns {import('./marks.js').Piece[]} */
function sentence(key, values) {
  const entry = table[key];
  if (entry === undefined) {
    if (typeof values.or === 'string') return [{ text: values.or, value: true }];
    console.error(`No sentence for ${key}`);
    return [{ text: key, value: true }];
  }
  const forms = typeof entry === 'string' ? { other: entry } : entry;
  const template = (typeof values.n === 'number' && forms[/** @type {'one'} */ (plural(values.n))]) || forms.other;
  return pieces(template, (name, format) => value(values[name], format));
}

/** @param {unknown} of @param {string | undefined} format @returns {string} */
function value(of, format) {
  if (typeof of === 'number') return (FORMATS[format ?? 'count'] ?? count)(of);
  if (of && typeof of === 'object') return words(/** @type {Message} */ (of));
  return String(of ?? '');
}

/** As plain text. @param {Content} content */
export const words = (content) => plainText(piecesOf(content));

/** @param {Content} content @returns {import('./marks.js').Piece[]} */
function piecesOf(content) {
  if (Array.isArray(content)) {
    return content.filter(Boolean).flatMap((one, i) => (i ? [{ text: GAP[now] }, ...piecesOf(one)] : piecesOf(one)));
  }
  if (content && typeof content === 'object') return sentence(content.key, content);
  return content ? [{ text: content, value: true }] : [];
}

/**
 * Shows it, now and in the language of later. In an element's text, terms of the glossary are buttons (marks.js).
 * @param {Element} element @param {Content} content
 * @param {string} [target] an attribute's name, or `rich`: its text, in which **these** are bold
 */
export function put(element, content, target = 'text') {
  const all = shown.get(element) ?? new Map();
  shown.set(element, all.set(target, content));
  render(element, content, target);
}

/** @param {Element} element @param {Content} content @param {string} target */
function render(element, content, target) {
  if (target === 'text' || target === 'rich') return write(element, piecesOf(content), target === 'rich');
  const text = words(content);
  if (element.getAttribute(target) !== text) element.setAttribute(target, text);
}

/**
 * Fills in static markup: `data-t="map.title"` is an element's text, `data-t-title="…"` its title,
 * `data-t-aria-label="…"` its name, `data-t-rich="…"` its text with bold words.
 * @param {ParentNode} root
 */
export function translate(root) {
  for (const element of root.querySelectorAll('*')) {
    for (const { name, value: key } of element.attributes) {
      if (name === 'data-t') put(element, { key });
      else if (name.startsWith('data-t-')) put(element, { key }, name.slice('data-t-'.length));
    }
  }
}

/** Called after each change of the language. @param {() => void} listener @param {{signal?: AbortSignal}} [options] */
export function onLanguage(listener, { signal } = {}) {
  listeners.add(listener);
  signal?.addEventListener('abort', () => listeners.delete(listener));
}

/** The language to begin with: that of the address, of an earlier choice, of the browser. */
export function preferredLanguage() {
  const wanted = [new URLSearchParams(location.search).get('lang'), remembered(), ...(navigator.languages ?? [])];
  return wanted.map(known).find((found) => found !== null) ?? 'en';
}

/**
 * The language that is meant; null if the page does not speak it.
 * @param {string | null} code as browsers write it: zh-Hans-CN @returns {Language | null}
 */
export function known(code) {
  const name = (code ?? '').toLowerCase().split('-')[0] ?? '';
  return Object.hasOwn(LANGUAGES, name) ? /** @type {Language} */ (name) : null;
}

/** The chapters whose tables are there, or on their way. @type {Set<keyof typeof LATER>} */
const learnt = new Set();

/** Adds the sentences of a chapter. Rejects if they cannot be fetched. @param {keyof typeof LATER} chapter */
export async function learn(chapter) {
  learnt.add(chapter);
  try {
    const { default: tables } = await LATER[chapter][now]();
    table = { ...flatten(tables), ...table };
  } catch (error) {
    learnt.delete(chapter);
    throw error;
  }
}

/** All tables of a language, as one. @param {Language} wanted */
async function tablesOf(wanted) {
  const all = await Promise.all([TABLES[wanted](), ...[...learnt].map((chapter) => LATER[chapter][wanted]())]);
  return Object.assign({}, ...all.map(({ default: tables }) => flatten(tables)));
}

/** How often a language was asked for: of two that are on their way, the one that was asked for last counts. */
let asked = 0;

/** Rejects if its table cannot be fetched; then all stays as it is. @param {Language} wanted */
export async function setLanguage(wanted) {
  const turn = ++asked;
  let [fetched, before] = [table, -1];
  // A chapter may be opened meanwhile.
  while (before < learnt.size) {
    before = learnt.size;
    fetched = await tablesOf(wanted);
    if (turn !== asked) return;
  }
  table = fetched;
  now = wanted;
  useLocale(LOCALES[wanted]);
  document.documentElement.lang = LOCALES[wanted];
  for (const element of document.querySelectorAll('*')) {
    for (const [target, content] of shown.get(element) ?? []) render(element, content, target);
  }
  for (const listener of listeners) listener();
}

/** The person chose it: later visits begin with it. @param {Language} chosen */
export function rememberLanguage(chosen) {
  try {
    localStorage.setItem(REMEMBERED, chosen);
  } catch {
    // A browser that stores nothing asks again next time.
  }
}

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

/**
 * The tables of all folders as one: `title` of panels/map is `map.title`.
 * @param {Record<string, Table>} tables by the path of their file
 */
function flatten(tables) {
  /** @type {Record<string, Table[string]>} */
  const all = {};
  for (const [path, entries] of Object.entries(tables)) {
    const folder = path.split('/').at(-2);
    for (const [key, entry] of Object.entries(entries)) all[`${folder}.${key}`] = entry;
  }
  return all;
}
