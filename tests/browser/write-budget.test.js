// @ts-check
/** The limit on wear of the disk. Needs no browser. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WriteBudget } from '../../www/src/storage/write-budget.js';

test('a visit writes four gigabytes at once, then a megabyte a second', () => {
  let now = 0;
  const budget = new WriteBudget(() => now);
  const checkpoint = 8e6;
  let written = 0;
  while (budget.wait(checkpoint) === 0) {
    budget.spend(checkpoint);
    written += checkpoint;
  }
  assert.equal(written, 4e9);
  assert.equal(budget.wait(checkpoint), 8000);
  now += 3000;
  assert.equal(budget.wait(checkpoint), 5000);
  now += 5000;
  assert.equal(budget.wait(checkpoint), 0);
  budget.spend(2 * checkpoint);
  assert.equal(budget.wait(checkpoint), 16_000, 'what was written all the same counts');
  now += 1e9;
  assert.ok(budget.wait(5e9) > 0, 'a rest saves up no more than that');
});
