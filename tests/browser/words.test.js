// @ts-check
/** Every sentence of the page in both languages: none missing, left over or outside of the tables. Needs no browser. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../../www/src/', import.meta.url));
/** The benchmark is a page for developers, in English alone. */
const ELSEWHERE = /^bench\//;
const TABLE = /(^|\/)(en|zh)\.js$/;

const files = (await readdir(SRC, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort();
const names = (/** @type {RegExp} */ pattern) => files.filter((name) => pattern.test(name) && !ELSEWHERE.test(name));
const read = (/** @type {string} */ name) => readFile(SRC + name, 'utf8');

/** @typedef {Record<string, string | {one?: string, other: string}>} Table */

/** The tables of a language as one, with the folder's name before each key. @param {'en' | 'zh'} language */
async function table(language) {
  /** @type {Table} */
  const all = {};
  for (const name of names(new RegExp(`/${language}\\.js$`))) {
    // i18n/en.js puts the tables together, by Vite's glob.
    if (name === `i18n/${language}.js`) continue;
    const folder = name.split('/').at(-2);
    /** @type {Table} */
    const entries = (await import(`file://${SRC}${name}`)).default;
    for (const [key, entry] of Object.entries(entries)) all[`${folder}.${key}`] = entry;
  }
  return all;
}
const [en, zh] = [await table('en'), await table('zh')];

/** @param {Table[string] | undefined} entry */
const forms = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry ?? {}));
/** @param {string} text */
const placeholders = (text) => [...text.matchAll(/\{(\w+)(:\w+)?\}/g)].map(([, name]) => name).sort();

/** Keys as the sources name them; a template's `${…}` stands for anything. */
async function used() {
  /** @type {Set<string>} */
  const keys = new Set();
  for (const name of names(/\.(js|html)$/)) {
    if (TABLE.test(name)) continue;
    const text = `${await read(name)}${name === 'main.js' ? await read('../index.html') : ''}`;
    for (const [, key] of text.matchAll(/data-t(?:-[\w-]+)?="([^"]+)"/g)) keys.add(key ?? '');
    for (const [, key] of text.matchAll(/'([a-z]\w*\.[\w.]+)'/gi)) keys.add(key ?? '');
    for (const [, key] of text.matchAll(/`([a-z]\w*\.[^`\s]*\$\{[^`]*)`/gi)) keys.add(key ?? '');
  }
  return keys;
}

describe('words', () => {
  test('both languages have every key', () => {
    assert.ok(Object.keys(en).length > 100, 'the tables were found');
    assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort());
  });

  test('both have the same placeholders, and English has its plurals', () => {
    for (const [key, entry] of Object.entries(en)) {
      const wanted = placeholders(forms(entry).at(-1) ?? '');
      for (const form of forms(zh[key])) assert.deepEqual(placeholders(form), wanted, key);
      if (typeof entry !== 'string') assert.deepEqual(Object.keys(entry).sort(), ['one', 'other'], key);
    }
  });

  test('Chinese is Chinese', () => {
    const same = Object.keys(en).filter((key) => {
      const [a, b] = [forms(en[key]).join(), forms(zh[key]).join()];
      // Symbols, names and units are alike in both.
      return a === b && /[a-z]{4,} [a-z]{2,}/i.test(a.replace(/\{[^}]*\}/g, ''));
    });
    assert.deepEqual(same, []);
  });

  test('every key that the sources name is in the tables, and every entry is named', async () => {
    const keys = [...(await used())];
    const folders = new Set(Object.keys(en).map((key) => key.split('.')[0]));
    const exact = keys.filter((key) => !key.includes('$') && folders.has(key.split('.')[0]));
    // A module's file is named with its ending, a sentence never is.
    const missing = exact.filter((key) => !(key in en) && !/\.(js|html|css|safetensors)$/.test(key));
    assert.deepEqual(missing, []);

    const literal = new Set(exact);
    const patterns = keys
      .filter((key) => key.includes('$'))
      .map(
        (key) =>
          new RegExp(
            `^${key
              .split(/\$\{[^}]*\}/)
              .map((part) => part.replaceAll('.', '\\.'))
              .join('.+')}$`,
          ),
      );
    const left = Object.keys(en).filter((key) => !literal.has(key) && !patterns.some((pattern) => pattern.test(key)));
    // The engine names its errors itself.
    assert.deepEqual(
      left.filter((key) => !key.startsWith('errors.')),
      [],
    );
  });

  test('no sentence stands in markup', async () => {
    const properNames = ['MNIST', 'Fashion', 'KMNIST'];
    const found = [];
    for (const name of names(/\.html$/)) {
      const text = (await read(name)).replace(/<!--[\s\S]*?-->|&\w+;/g, '');
      const texts = [...text.matchAll(/>([^<]*[A-Za-z]{3,}[^<]*)</g)].map(([, words]) => (words ?? '').trim());
      found.push(...texts.filter((words) => !properNames.includes(words)).map((words) => `${name}: ${words}`));
      for (const [all] of text.matchAll(/\s(?:title|aria-label|placeholder|alt)="[^"]*"/g))
        found.push(`${name}:${all}`);
    }
    assert.deepEqual(found, []);
  });

  test('no sentence stands in a script', async () => {
    const found = [];
    for (const name of names(/\.js$/)) {
      if (TABLE.test(name)) continue;
      const code = (await read(name)).replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
      for (const line of code.split('\n')) {
        // What only a developer reads.
        if (/new (Type)?Error\(|console\./.test(line)) continue;
        for (const [, , words] of line.matchAll(/(['"`])((?:(?!\1).)*)\1/g)) {
          if (/[A-Za-z]{2,} [A-Za-z]{2,} [a-z]{2,}/.test(words ?? '')) found.push(`${name}: ${words}`);
        }
      }
    }
    assert.deepEqual(found, []);
  });
});
