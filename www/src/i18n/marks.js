// @ts-check
/**
 * Sentences in pieces. A table marks a term of the glossary as `[[kl]]` or `[[kl|KL divergence]]` (its entry's id, then
 * how the sentence writes it): in running text it becomes a button that opens the entry (shell/glossary.js listens),
 * anywhere else it is plain text.
 *
 * @typedef {object} Piece
 * @property {string} text
 * @property {string} [term]      the id of its entry in the glossary
 * @property {boolean} [value]    it came from outside of the table, so its asterisks are asterisks
 *
 * @typedef {object} Run   a piece as it is shown
 * @property {string} text
 * @property {string} [term]
 * @property {boolean} bold
 * @property {boolean} [kept]   on one line with what stands before it
 */

const TOKEN = /\[\[([\w-]+)(?:\|([^\]]+))?\]\]|\{(\w+)(?::(\w+))?\}/g;

/**
 * Where a term cannot be a button: in controls and their labels, in pictures, in what is read out when it changes or
 * never read out.
 */
const PLAIN = [
  'button, a, label, summary, option, title, svg, [role="button"], [role="tab"], [role="option"], [role="img"]',
  '[role="slider"], [role="status"], [role="alert"], [aria-live], [aria-hidden="true"]',
].join();

/**
 * A sentence of a table with its values filled in.
 * @param {string} template @param {(name: string, format: string | undefined) => string} value
 * @returns {Piece[]}
 */
export function pieces(template, value) {
  /** @type {Piece[]} */
  const found = [];
  let end = 0;
  for (const match of template.matchAll(TOKEN)) {
    const [all, term, text, name = '', format] = match;
    if (match.index > end) found.push({ text: template.slice(end, match.index) });
    if (term === undefined) found.push({ text: value(name, format), value: true });
    else found.push({ text: text === undefined ? term : plain(pieces(text, value)), term });
    end = match.index + all.length;
  }
  if (end < template.length) found.push({ text: template.slice(end) });
  return found;
}

/** @param {readonly Piece[]} all */
export const plain = (all) => all.map(({ text }) => text).join('');

/**
 * What an element shows of a sentence: the nodes that hold its text, and how they are put together.
 * @type {WeakMap<Element, {leaves: Node[], shape: string}>}
 */
const shown = new WeakMap();

/**
 * Shows a sentence as an element's text. What is read out when it changes must not seem to change, and a term that has
 * the focus keeps it: so what is the same stays in place.
 * @param {Element} element @param {readonly Piece[]} all @param {boolean} rich whether **these** are bold
 */
export function write(element, all, rich) {
  const runs = runsOf(all, rich, all.some(({ term }) => term) && !element.closest(PLAIN));
  const before = shown.get(element);
  if (!before && runs.every(({ term, bold }) => !term && !bold)) {
    const text = runs.map((run) => run.text).join('');
    if (element.textContent !== text) element.textContent = text;
    return;
  }
  const shape = runs.map(({ term, bold, kept }) => `${kept ? '+' : ' '}${bold ? 'b' : ''}${term ?? ''}`).join();
  if (before?.shape === shape && before.leaves.every((leaf) => element.contains(leaf))) {
    for (const [i, { text }] of runs.entries()) {
      const leaf = before.leaves[i];
      if (leaf && leaf.textContent !== text) leaf.textContent = text;
    }
    return;
  }
  const focused = element.contains(document.activeElement) && document.activeElement;
  const term = focused instanceof HTMLElement ? focused.dataset.term : undefined;
  const made = runs.map(nodeOf);
  shown.set(element, { leaves: made.map(({ leaf }) => leaf), shape });
  element.replaceChildren();
  for (const [i, { outer }] of made.entries()) {
    const last = element.lastChild;
    if (!runs[i]?.kept || !last) element.append(outer);
    else if (last instanceof HTMLElement && last.className === 'kept') last.append(outer);
    else {
      const line = document.createElement('span');
      line.className = 'kept';
      element.append(line);
      line.append(last, outer);
    }
  }
  if (term) termIn(element, term)?.focus({ preventScroll: true });
}

/** The first button for a term within an element. @param {ParentNode} element @param {string} id */
export const termIn = (element, id) =>
  [.../** @type {NodeListOf<HTMLButtonElement>} */ (element.querySelectorAll('button.term'))].find(
    ({ dataset }) => dataset.term === id,
  );

/** Punctuation that belongs to the word before it, or to the one after it. */
const CLOSING = /^[)\]’”.,;:!?…）】》，。；：、！？]+/;
const OPENING = /[([‘“（【《]+$/;

/** @param {readonly Piece[]} all @param {boolean} rich @param {boolean} terms whether terms are buttons here */
function runsOf(all, rich, terms) {
  /** @type {Run[]} */
  const runs = [];
  let bold = false;
  /** @param {string} text @param {string} [term] */
  const add = (text, term) => {
    const last = runs.at(-1);
    if (!term && last && !last.term && last.bold === bold) last.text += text;
    else if (text) runs.push({ text, bold, ...(term ? { term } : {}) });
  };
  for (const { text, term, value } of all) {
    if (term) {
      add(text, terms ? term : undefined);
      continue;
    }
    for (const [i, part] of (rich && !value ? text.split('**') : [text]).entries()) {
      if (i > 0) bold = !bold;
      add(part);
    }
  }
  return terms ? runs.flatMap((run, i) => (run.term ? [run] : splitAt(run, runs[i - 1], runs[i + 1]))) : runs;
}

/**
 * A browser breaks a line beside a button, even between a word and its comma: such punctuation is a run of its own that
 * stays with its word.
 * @param {Run} run @param {Run} [before] @param {Run} [after] @returns {Run[]}
 */
function splitAt({ text, bold }, before, after) {
  const closing = before?.term ? (CLOSING.exec(text)?.[0] ?? '') : '';
  const opening = after?.term ? (OPENING.exec(text.slice(closing.length))?.[0] ?? '') : '';
  const between = text.slice(closing.length, text.length - opening.length);
  if (opening && after) after.kept = true;
  return [
    { text: closing, bold, kept: true },
    { text: between, bold },
    { text: opening, bold, kept: between === '' && closing !== '' },
  ].filter((part) => part.text);
}

/** @param {Run} run @returns {{outer: Node, leaf: Node}} */
function nodeOf({ text, term, bold }) {
  const inner = term ? termButton(term, text) : document.createTextNode(text);
  const leaf = inner.firstChild ?? inner;
  if (!bold) return { outer: inner, leaf };
  const outer = document.createElement('b');
  outer.append(inner);
  return { outer, leaf };
}

/**
 * A word that opens its entry of the glossary. For an id without an entry the glossary says so.
 * @param {string} id @param {string} text
 */
export function termButton(id, text) {
  const button = document.createElement('button');
  button.type = 'button';
  // A single letter is narrow: it needs more room around it to be hit.
  button.className = [...text].length > 1 ? 'term' : 'term short';
  button.dataset.term = id;
  button.setAttribute('aria-haspopup', 'dialog');
  // Its own element: the room around one word must not cover another word (controls.css).
  const word = document.createElement('span');
  word.textContent = text;
  button.append(word);
  return button;
}
