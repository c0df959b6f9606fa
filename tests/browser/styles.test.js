// @ts-check
/** The styles of a panel reach into no other panel. Needs no browser. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const PANELS = fileURLToPath(new URL('../../www/src/panels/', import.meta.url));

test("a panel's selectors name an id, or a class that begins with the panel's name", async () => {
  let selectors = 0;
  const faults = [];
  for (const path of await readdir(PANELS, { recursive: true })) {
    if (!path.endsWith('.css')) continue;
    const [panel = ''] = path.split(/[\\/]/);
    const text = (await readFile(PANELS + path, 'utf8')).replaceAll(/\/\*.*?\*\//gs, '');
    for (const [, rule = ''] of text.matchAll(/(?<=^|[{};])([^{};@]+)\{/g)) {
      for (const selector of parts(rule.trim())) {
        selectors++;
        const own = selector.includes('#') || new RegExp(`\\.${panel.replace(/s$/, '')}`).test(selector);
        if (!own) faults.push(`${path}: ${selector}`);
      }
    }
  }
  assert.deepEqual(faults, [], 'these could be in another panel, too: put `:where(#panel)` before them');
  assert.ok(selectors > 100, `${selectors} selectors were found`);
});

/** The selectors of a list; commas within brackets do not part them. @param {string} list */
function parts(list) {
  const found = [''];
  let depth = 0;
  for (const letter of list) {
    depth += letter === '(' ? 1 : letter === ')' ? -1 : 0;
    if (letter === ',' && depth === 0) found.push('');
    else found[found.length - 1] += letter;
  }
  return found.map((one) => one.trim());
}
