// @ts-check
/**
 * Two lines of mathematics for each part, in MathML, with the numbers of the image at hand. The formulas are ours and
 * fixed; only numbers change in them.
 *
 * @typedef {import('./plan.js').PartId} PartId
 * @typedef {import('../../protocol.js').Inspected} Inspected
 */
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { PIXELS, sizeOf } from './plan.js';

/** @param {string} x */
const mi = (x) => `<mi>${x}</mi>`;
/** @param {string} x */
const mo = (x) => `<mo>${x}</mo>`;
/** @param {string | number} x */
const mn = (x) => `<mn>${x}</mn>`;
/** A number that changes. @param {string} name */
const value = (name) => `<mn data-n="${name}"></mn>`;
/** @param {string[]} inside */
const row = (...inside) => `<mrow>${inside.join('')}</mrow>`;
/** @param {string} base @param {string} index */
const sub = (base, index) => `<msub>${base}${index}</msub>`;
/** @param {string} base */
const square = (base) => `<msup>${base}${mn(2)}</msup>`;
/** @param {string} over @param {string} under */
const fraction = (over, under) => `<mfrac>${over}${under}</mfrac>`;
/** @param {string[]} inside */
const parens = (...inside) => row('<mo stretchy="false">(</mo>', ...inside, '<mo stretchy="false">)</mo>');
const UNIT = '<mspace width="0.25em"></mspace><mtext data-unit></mtext>';
/** Upright, as functions and names of several letters are. @param {string} x */
const name = (x) => `<mi mathvariant="normal">${x}</mi>`;
const LN = name('ln');
const HALF = fraction(mn(1), mn(2));
const SUM = '<mo movablelimits="true">∑</mo>';

/** A layer, as h = ReLU(W x + b). @param {string} result @param {string} activation @param {string[]} inside */
const layer = (result, activation, ...inside) =>
  row(result, mo('='), activation === 'none' ? row(...inside) : row(NAMES[activation] ?? '', parens(...inside)));

/** @type {Record<string, string>} */
const NAMES = { relu: name('ReLU'), silu: name('SiLU') };

/**
 * W h + b; with several layers W and b have indices.
 * @param {string} input @param {string} [index] @param {boolean} [conv]
 */
function affine(input, index, conv) {
  const [w, b] = [mi('W'), mi('b')].map((letter) => (index ? sub(letter, mi(index)) : letter));
  return [w ?? '', conv ? mo('∗') : '<mo>&InvisibleTimes;</mo>', input, mo('+'), b ?? ''];
}

const [H, X, Z, P, L, M, S, KL, MU, SIGMA, EPS] = [
  mi('h'),
  mi('x'),
  mi('z'),
  mi('p'),
  mi('ℓ'),
  mi('m'),
  mi('s'),
  name('KL'),
  mi('μ'),
  mi('σ'),
  mi('ε'),
];

/**
 * h = ReLU(W x + b), or for several layers with the index i.
 * @param {readonly {kind: string, activation: string}[]} hidden @param {string} input
 */
function hiddenLine(hidden, input) {
  const [first] = hidden;
  if (!first) return null;
  const conv = first.kind !== 'dense';
  if (hidden.length === 1) return layer(H, first.activation, ...affine(input, undefined, conv));
  const before = sub(H, row(mi('i'), mo('−'), mn(1)));
  const start = row(sub(H, mn(0)), mo('='), input);
  return row(
    layer(sub(H, mi('i')), first.activation, ...affine(before, 'i', conv)),
    mo(','),
    '<mspace width="0.4em"></mspace>',
    start,
  );
}

/**
 * How the pixels' numbers become nats. The engine's answer does not name the likelihood, but its numbers tell: two
 * numbers a pixel have a learned variance, and of the others only one formula gives these nats.
 * @param {Inspected} answer @param {Uint8Array} pixels
 * @returns {{name: 'bernoulli' | 'gaussian' | 'gaussianLearned', variance: number}}
 */
export function likelihoodOf({ outputs, nats }, pixels) {
  if (outputs.length > PIXELS) return { name: 'gaussianLearned', variance: NaN };
  let [entropy, squares, all] = [0, 0, 0];
  for (let i = 0; i < PIXELS; i++) {
    const [logit, x] = [outputs[i] ?? 0, (pixels[i] ?? 0) / 255];
    entropy += Math.max(logit, 0) - x * logit + Math.log1p(Math.exp(-Math.abs(logit)));
    squares += (x - 1 / (1 + Math.exp(-logit))) ** 2;
    all += nats[i] ?? 0;
  }
  if (Math.abs(entropy - all) <= 1e-3 * Math.max(1, Math.abs(all))) return { name: 'bernoulli', variance: NaN };
  return { name: 'gaussian', variance: squares / (2 * all) };
}

/**
 * Both lines of every part.
 * @param {Inspected} answer @param {string} likelihood @returns {Record<PartId, string[]>}
 */
function formulas({ layers }, likelihood) {
  const [encoder, decoder] = ['encoder', 'decoder'].map((part) => layers.filter((one) => one.part === part));
  const [inwards, outwards] = [encoder?.slice(0, -1) ?? [], decoder?.slice(0, -1) ?? []];
  const count = (/** @type {string} */ which) =>
    row(
      '<mo stretchy="false">|</mo>',
      row('<mo stretchy="false">{</mo>', H, mo('&gt;'), mn(0), '<mo stretchy="false">}</mo>'),
      '<mo stretchy="false">|</mo>',
      mo('='),
      value(`${which}.on`),
      mo('/'),
      value(`${which}.of`),
    );
  const last = outwards.length > 0 ? H : Z;
  const lastConv = decoder?.at(-1)?.kind !== 'dense';
  const posteriorLine = layer(parens(MU, mo(','), LN, square(SIGMA)), 'none', ...affine(inwards.length > 0 ? H : X));
  /** @type {Record<string, string[]>} */
  const pixel = {
    bernoulli: [
      row(P, mo('='), fraction(mn(1), row(mn(1), mo('+'), `<msup>${mi('e')}${row(mo('−'), L)}</msup>`))),
      row(
        row(mo('−'), SUM, '<mo stretchy="false">[</mo>', X, LN, P, mo('+')),
        row(parens(mn(1), mo('−'), X), LN, parens(mn(1), mo('−'), P), '<mo stretchy="false">]</mo>'),
      ),
    ],
    gaussian: [
      row(M, mo('='), fraction(mn(1), row(mn(1), mo('+'), `<msup>${mi('e')}${row(mo('−'), L)}</msup>`))),
      row(
        SUM,
        fraction(square(parens(X, mo('−'), M)), row(mn(2), square(S))),
        mo(','),
        square(S),
        mo('='),
        value('variance'),
      ),
    ],
    gaussianLearned: [
      row(M, mo('='), fraction(mn(1), row(mn(1), mo('+'), `<msup>${mi('e')}${row(mo('−'), L)}</msup>`))),
      row(
        HALF,
        SUM,
        row('<mo>[</mo>', fraction(square(parens(X, mo('−'), M)), square(S)), mo('+'), LN, square(S)),
        row(mo('+'), LN, mn(2), mi('π'), '<mo>]</mo>'),
      ),
    ],
  };
  const nats = (/** @type {string} */ which) => row(mo('='), value(which), UNIT);
  return {
    encoder: [
      hiddenLine(inwards, X) ?? posteriorLine,
      inwards.length > 0 ? count('encoder') : row(SUM, X, mo('='), value('ink')),
    ],
    code: [
      row(
        Z,
        mo('='),
        name('argmin'),
        parens(
          mo('−'),
          LN,
          mi('p'),
          parens(X, mo('|'), Z),
          mo('+'),
          HALF,
          square(row('<mo stretchy="false">|</mo>', Z, '<mo stretchy="false">|</mo>')),
        ),
      ),
      row(HALF, square(row('<mo stretchy="false">|</mo>', Z, '<mo stretchy="false">|</mo>')), nats('divergence')),
    ],
    posterior: [
      posteriorLine,
      row(
        row(KL, mo('='), HALF, SUM),
        parens(square(MU), mo('+'), square(SIGMA), mo('−'), mn(1), mo('−'), LN, square(SIGMA)),
      ),
      nats('divergence'),
    ],
    reparameterisation: [
      row(
        Z,
        mo('='),
        MU,
        mo('+'),
        SIGMA,
        mo('⊙'),
        EPS,
        '<mspace width="0.6em"></mspace>',
        EPS,
        mo('∼'),
        mi('N'),
        parens(mn(0), mo(','), mn(1)),
      ),
      row(
        sub(Z, value('index')),
        mo('='),
        value('mu'),
        mo('+'),
        value('sigma'),
        mo('×'),
        value('eps'),
        mo('='),
        value('z'),
      ),
    ],
    decoder: [
      hiddenLine(outwards, Z) ?? layer(L, 'none', ...affine(last)),
      ...(outwards.length > 0 ? [layer(L, 'none', ...affine(last, undefined, lastConv))] : []),
      row(value('least'), mo('≤'), L, mo('≤'), value('most')),
    ],
    likelihood: [...(pixel[likelihood] ?? []), nats('reconstruction')],
  };
}

/** The numbers in the formulas. @param {Inspected} answer @param {Uint8Array} pixels @param {number} variance */
function numbers({ layers, values, mu, logvar, eps, z, kl, outputs, reconstruction, divergence }, pixels, variance) {
  const loudest = kl.indexOf(Math.max(...kl));
  /** @type {Record<string, string>} */
  const all = {
    divergence: signed(divergence, 2),
    reconstruction: signed(reconstruction, 2),
    variance: String(Number(variance.toPrecision(3))),
    ink: signed(pixels.reduce((sum, grey) => sum + grey, 0) / 255, 1),
    index: String(loudest + 1),
    mu: signed(mu[loudest] ?? 0, 2),
    sigma: signed(Math.exp((logvar[loudest] ?? 0) / 2), 2),
    eps: signed(eps[loudest] ?? 0, 2),
    z: signed(z[loudest] ?? 0, 2),
  };
  const logits = outputs.subarray(0, PIXELS);
  all.least = signed(
    logits.reduce((a, b) => Math.min(a, b), Infinity),
    1,
  );
  all.most = signed(
    logits.reduce((a, b) => Math.max(a, b), -Infinity),
    1,
  );
  for (const part of ['encoder', 'decoder']) {
    let [on, of] = [0, 0];
    for (const one of layers.filter((layer) => layer.part === part).slice(0, -1)) {
      const size = sizeOf(one);
      of += size;
      for (let i = one.offset; i < one.offset + size; i++) if ((values[i] ?? 0) > 0) on += 1;
    }
    all[`${part}.on`] = String(on);
    all[`${part}.of`] = String(of);
  }
  return all;
}

export function maths() {
  /** @type {Map<PartId, HTMLElement>} */
  const feet = new Map();
  let shown = '';

  /** @param {Inspected} answer @param {string} likelihood */
  function write(answer, likelihood) {
    const all = formulas(answer, likelihood);
    for (const [part, foot] of feet) {
      foot.innerHTML = all[part].map((line) => `<math>${line}</math>`).join('');
      for (const unit of foot.querySelectorAll('[data-unit]')) put(unit, { key: 'anatomy.nats' });
    }
  }

  return {
    /** The place of a part's formulas. @param {PartId} part */
    foot(part) {
      const foot = document.createElement('div');
      foot.className = 'maths';
      feet.set(part, foot);
      shown = '';
      return foot;
    },
    /** @param {Inspected} answer @param {Uint8Array} pixels */
    show(answer, pixels) {
      const { name, variance } = likelihoodOf(answer, pixels);
      for (const [part, foot] of feet) if (!foot.isConnected) feet.delete(part);
      const key = [name, ...answer.layers.map((one) => one.name + one.activation)].join();
      if (key !== shown) {
        shown = key;
        write(answer, name);
      }
      const found = numbers(answer, pixels, variance);
      for (const foot of feet.values()) {
        for (const place of foot.querySelectorAll('[data-n]')) {
          const text = found[place.getAttribute('data-n') ?? ''] ?? '';
          if (place.textContent !== text) place.textContent = text;
        }
      }
      return name;
    },
  };
}
