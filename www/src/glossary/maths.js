// @ts-check
/** Formulas as MathML, which browsers lay out and screen readers read: no fonts, no library, no pictures of text. */

/** @param {string} word a letter, a number or a sign */
function symbol(word) {
  if (/^[\d.,]+$/.test(word)) return `<mn>${word}</mn>`;
  if (/^(nat|bit)$/.test(word)) return `<mtext>\u00a0${word}</mtext>`;
  if (/^(ln|log|sin)$/.test(word)) return `<mi>${word}</mi><mspace width="0.17em"></mspace>`;
  // A name of several letters is upright by itself.
  if (/^[\p{L}₀-₉ⱼᵢₖₜ]+$/u.test(word)) return `<mi>${word}</mi>`;
  return `<mo>${word.replace('<', '&lt;').replace('>', '&gt;')}</mo>`;
}

/**
 * Signs with spaces between them, and whole parts as they are: row`z = μ + ${product}`.
 * @param {TemplateStringsArray} text @param {...string} parts
 */
export const row = ({ raw }, ...parts) =>
  `<mrow>${raw
    .map((text, i) => text.split(/\s+/).filter(Boolean).map(symbol).join('') + (parts[i] ?? ''))
    .join('')}</mrow>`;

const one = (/** @type {string} */ part) => (part.startsWith('<') ? part : symbol(part));

export const frac = (/** @type {string} */ over, /** @type {string} */ under) =>
  `<mfrac>${one(over)}${one(under)}</mfrac>`;
export const sub = (/** @type {string} */ base, /** @type {string} */ index) =>
  `<msub>${one(base)}${one(index)}</msub>`;
export const sup = (/** @type {string} */ base, /** @type {string} */ power) =>
  `<msup>${one(base)}${one(power)}</msup>`;
export const both = (/** @type {string} */ base, /** @type {string} */ index, /** @type {string} */ power) =>
  `<msubsup>${one(base)}${one(index)}${one(power)}</msubsup>`;
export const root = (/** @type {string} */ of) => `<msqrt>${one(of)}</msqrt>`;
export const sum = (/** @type {string} */ index) => `<munder><mo>∑</mo>${one(index)}</munder>`;

/** A formula on a line of its own. @param {...string} lines one below the other */
export const formula = (...lines) =>
  lines.map((line) => `<math display="block" class="formula">${line}</math>`).join('');
