// @ts-check
/** Every sentence of the page in both languages: none missing, left over or outside of the tables. Needs no browser. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FORMULAS } from '../../www/src/glossary/formulas.js';
import { INDEX, NEIGHBOURS } from '../../www/src/glossary/neighbours.js';
import { PICTURES } from '../../www/src/glossary/pictures.js';
import { pieces, plain } from '../../www/src/i18n/marks.js';

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
    // i18n/en.js puts the tables together, by Vite's glob; the glossary has entries, not sentences.
    if (name === `i18n/${language}.js` || name === `glossary/${language}.js`) continue;
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

const entries = async (/** @type {'en' | 'zh'} */ language) =>
  /** @type {Record<string, import('../../www/src/glossary/index.js').Entry>} */ (
    (await import(`file://${SRC}glossary/${language}.js`)).default
  );
/** The terms that a sentence marks, in order: `[[kl]]`, `[[kl|KL divergence]]`. @param {string} text */
const marks = (text) => [...text.matchAll(/\[\[([^\]|]*)/g)].map(([, id = '']) => id).sort();

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

describe('the glossary', () => {
  test('has every entry in both languages: a title, two to four sentences, and what its picture shows', async () => {
    const ids = Object.keys(NEIGHBOURS).sort();
    assert.ok(ids.length >= 43, `${ids.length} entries`);
    for (const language of /** @type {const} */ (['en', 'zh'])) {
      const all = await entries(language);
      assert.deepEqual(Object.keys(all).sort(), ids, language);
      const titles = Object.values(all).map(({ title }) => title);
      assert.equal(new Set(titles).size, titles.length, `${language}: every title is another`);
      for (const [id, { title, text, picture }] of Object.entries(all)) {
        const sentences = text.match(/[.!?](?!\d)|[。！？]/g)?.length ?? 0;
        assert.ok(title && sentences >= 2 && sentences <= 4, `${language} ${id}: ${sentences} sentences`);
        assert.equal(!!picture, id in PICTURES, `${language} ${id} says what its picture shows`);
        assert.equal(/[\u4e00-\u9fff]/.test(text), language === 'zh', `${language} ${id} is in its language`);
        assert.deepEqual(marks(text), [], `${language} ${id}: neighbours are named below, not in the text`);
      }
    }
    for (const table of [FORMULAS, PICTURES]) {
      assert.deepEqual(
        Object.keys(table).filter((id) => !ids.includes(id)),
        [],
      );
    }
  });

  test('names as neighbours entries that there are', () => {
    for (const [id, neighbours] of Object.entries(NEIGHBOURS)) {
      assert.ok(neighbours.length > 0 && !neighbours.includes(id), id);
      assert.deepEqual(
        neighbours.filter((other) => !(other in NEIGHBOURS)),
        [],
        id,
      );
    }
  });

  test('has formulas that are well-formed MathML', () => {
    for (const [id, markup] of Object.entries(FORMULAS)) {
      const tags = [...markup.matchAll(/<(\/?)([a-z]+)[^>]*?>/g)];
      /** @type {string[]} */
      const open = [];
      for (const [, closes, name = ''] of tags) {
        if (closes) assert.equal(open.pop(), name, `${id}: ${markup}`);
        else open.push(name);
      }
      assert.deepEqual(open, [], id);
      assert.match(markup, /^<math display="block"/, id);
      assert.doesNotMatch(markup, /undefined|NaN|<(mi|mn|mo)><\//, id);
    }
  });

  test('is what every marked term opens, and every entry is marked somewhere, in both languages', () => {
    for (const [language, table] of Object.entries({ en, zh })) {
      const marked = new Set(Object.values(table).flatMap((entry) => forms(entry).flatMap(marks)));
      for (const id of marked) assert.ok(id === INDEX || id in NEIGHBOURS, `${language} marks [[${id}]]`);
      const unmarked = Object.keys(NEIGHBOURS).filter((id) => !marked.has(id));
      assert.deepEqual(unmarked, [], `${language} marks every entry`);
    }
  });

  test('is opened by the same terms of a sentence in both languages', () => {
    for (const [key, entry] of Object.entries(en)) {
      const [first, ...others] = forms(entry).map(marks);
      for (const other of others) assert.deepEqual(other, first, `${key}, its plural`);
      for (const form of forms(zh[key])) assert.deepEqual(marks(form), first, key);
    }
  });

  test('a mark is a term with its own text, and its values are no marks', () => {
    const values = (/** @type {string} */ name) => ({ n: '3', file: '[[kl]] **' })[name] ?? '';
    assert.deepEqual(pieces('Of [[latent|{n} latents]], [[kl]] in {file}.', values), [
      { text: 'Of ' },
      { text: '3 latents', term: 'latent' },
      { text: ', ' },
      { text: 'kl', term: 'kl' },
      { text: ' in ' },
      { text: '[[kl]] **', value: true },
      { text: '.' },
    ]);
    assert.equal(plain(pieces('[[prior||z|²/2]] and {file}', values)), '|z|²/2 and [[kl]] **');
  });
});
