// @ts-check
/** The formulas, by the id of their entry: the same in every language. */
import { both, formula, frac, root, row, sub, sum, sup } from './maths.js';

const muJ = sub('μ', 'j');
const [xi, pi] = [sub('x', 'i'), sub('p', 'i')];
const half = frac('1', '2');
const posterior = row`q ( z | x )`;
const likelihood = row`p ( x | z )`;
const normal = (/** @type {string} */ mean, /** @type {string} */ variance) => row`𝒩 ( ${mean} , ${variance} )`;
const letter = (/** @type {string} */ name) => `<mi>${name}</mi>`;
const number = (/** @type {string} */ digits) => `<mn>${digits}</mn>`;
const rate = row`1 − t`;
const klJ = sub('KL', 'j');
const squaredError = sup(row`( ${xi} − ${sub('m', 'i')} )`, '2');
const exp = (/** @type {string} */ power) => sup('e', power);

/** @type {Record<string, string>} */
export const FORMULAS = {
  latent: formula(row`z = ( ${sub('z', '1')} , ${sub('z', '2')} , … , ${sub('z', 'd')} )`),
  encoder: formula(row`x ↦ ( μ , log ${sup('σ', '2')} )`),
  decoder: formula(row`z ↦ ${likelihood}`),
  posterior: formula(row`${posterior} = ${normal(letter('μ'), sup('σ', '2'))}`),
  prior: formula(row`p ( z ) = ${normal(number('0'), number('1'))}`),
  sigma: formula(row`σ = ${exp(row`${half} log ${sup('σ', '2')}`)}`),
  eps: formula(row`ε ∼ ${normal(number('0'), number('1'))}`),
  reparameterisation: formula(row`z = μ + σ ε`),
  kl: formula(
    row`KL = ${half} ${sum('j')} ( ${both('μ', 'j', '2')} + ${both('σ', 'j', '2')} − 1 − ln ${both('σ', 'j', '2')} )`,
  ),
  reconstruction: formula(row`− ln ${likelihood}`),
  loss: formula(row`L = − ln ${likelihood} + β KL`),
  elbo: formula(row`ln p ( x ) ≥ ${sub('E', posterior)} [ ln ${likelihood} ] − KL`),
  nats: formula(row`− ln p`, row`1 nat = ${frac('1', row`ln 2`)} bit ≈ 1.44 bit`),
  beta: formula(row`L = − ln ${likelihood} + β KL`),
  'free-bits': formula(row`${sum('j')} max ( λ , ${klJ} )`),
  'warm-up': formula(row`${sub('β', 't')} = β min ( 1 , ${frac('t', 'T')} )`),
  likelihood: formula(row`p ( x | z ) = ${`<munder><mo>∏</mo>${letter('i')}</munder>`} p ( ${xi} | z )`),
  bernoulli: formula(row`− ln p ( ${xi} ) = − ${xi} ln ${pi} − ( 1 − ${xi} ) ln ( 1 − ${pi} )`),
  gaussian: formula(row`− ln p ( ${xi} ) = ${frac(squaredError, row`2 ${sup('s', '2')}`)} + ln s + ${half} ln 2 π`),
  collapse: formula(row`q ( ${sub('z', 'j')} | x ) ≈ ${normal(number('0'), number('1'))}`, row`${klJ} ≈ 0`),
  'active-units': formula(row`${sub('Var', 'x')} [ ${muJ} ( x ) ] > 0.01`),
  logit: formula(row`p = ${frac('1', row`1 + ${exp(row`− a`)}`)}`),
  sample: formula(row`z ∼ ${normal(number('0'), number('1'))}`, row`z ↦ ${likelihood}`),
  interpolation: formula(row`z ( t ) = ( ${rate} ) a + t b`),
  slerp: formula(
    row`z ( t ) = ${frac(row`sin ( ( ${rate} ) θ )`, row`sin θ`)} a + ${frac(row`sin ( t θ )`, row`sin θ`)} b`,
  ),
  activation: formula(row`ReLU ( x ) = max ( 0 , x )`, row`SiLU ( x ) = ${frac('x', row`1 + ${exp(row`− x`)}`)}`),
  'dense-layer': formula(row`y = f ( W x + b )`),
  'residual-block': formula(row`y = x + F ( x )`),
  gradient: formula(row`w ← w − η ${frac(row`∂ L`, row`∂ w`)}`),
  adam: formula(row`w ← w − η ${frac('m', root('v'))}`),
};
