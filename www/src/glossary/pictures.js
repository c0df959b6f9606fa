// @ts-check
/**
 * Small pictures, by the id of their entry, drawn in the colours of the page: what they say is in the entry's text and
 * in its `picture`, which stands in for those who do not see them. Their few letters are the same in every language.
 */

const WIDTH = 320;

/** A normal density as a path, from its mean and deviation in px. */
const bell = (
  /** @type {number} */ mean,
  /** @type {number} */ deviation,
  foot = 78,
  height = 56,
  from = 8,
  to = 312,
) => {
  const points = Array.from({ length: 77 }, (_, i) => from + (i / 76) * (to - from));
  return points
    .map((x, i) => {
      const y = foot - height * Math.exp(-(((x - mean) / deviation) ** 2) / 2);
      return `${i ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
};
/** A curve through y(t), t from 0 to 1. */
const curve = (/** @type {(t: number) => number} */ y, from = 20, to = 300, steps = 60) =>
  Array.from({ length: steps + 1 }, (_, i) => {
    const x = from + ((to - from) * i) / steps;
    return `${i ? 'L' : 'M'}${x.toFixed(1)} ${y(i / steps).toFixed(1)}`;
  }).join('');
const path = (/** @type {string} */ kind, /** @type {string} */ d) => `<path class="${kind}" d="${d}"/>`;
const dot = (/** @type {number} */ x, /** @type {number} */ y, kind = 'dot', r = 4) =>
  `<circle class="${kind}" cx="${x}" cy="${y}" r="${r}"/>`;
const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ words, kind = '') =>
  `<text class="${kind}" x="${x}" y="${y}">${words}</text>`;
const picture = (/** @type {number} */ height, /** @type {string[]} */ ...parts) =>
  `<svg viewBox="0 0 ${WIDTH} ${height}" role="img">${parts.join('')}</svg>`;

const axis = (foot = 78) => path('faint', `M8 ${foot}H312`);

/** Image, encoder, code, decoder, image; one part may be stressed. */
function bottleneck(/** @type {'encoder' | 'decoder' | 'code' | ''} */ stressed) {
  const part = (/** @type {string} */ name) => (name === stressed ? 'accent' : 'ink');
  return picture(
    84,
    path('ink', 'M14 26h32v32h-32z'),
    text(30, 49, '7', 'big'),
    path(part('encoder'), 'M70 14 132 32v20L70 70Z'),
    path(part('code'), 'M150 28h20v28h-20z'),
    text(160, 47, 'z', stressed === 'code' ? 'stressed' : ''),
    path(part('decoder'), 'M250 14 188 32v20l62 18Z'),
    path('ink', 'M274 26h32v32h-32z'),
    text(290, 49, '7', 'big'),
    path('faint', 'M48 42h20M134 42h14M172 42h14M252 42h20'),
  );
}

/** Rows of latents, each with its mean and deviation, on one axis. */
function whiskers(/** @type {[number, number][]} */ rows, /** @type {number} */ silentFrom) {
  const at = (/** @type {number} */ value) => 160 + 44 * value;
  return picture(
    20 + 15 * rows.length,
    path('faint dash', `M160 4V${12 + 15 * rows.length}`),
    ...rows.map(([mean, deviation], i) => {
      const [y, kind] = [14 + 15 * i, i < silentFrom ? 'accent' : 'faint'];
      return (
        path(kind, `M${at(mean - deviation)} ${y}H${at(mean + deviation)}`) +
        dot(at(mean), y, i < silentFrom ? 'dot' : 'silent', 3)
      );
    }),
    text(160, 19 + 15 * rows.length, '0', 'small'),
    text(at(-1), 19 + 15 * rows.length, '−1', 'small'),
    text(at(1), 19 + 15 * rows.length, '1', 'small'),
  );
}

/** @type {Record<string, string>} */
export const PICTURES = {
  vae: bottleneck(''),
  conditional: picture(
    104,
    path('ink', 'M14 26h32v32h-32z'),
    text(30, 49, '7', 'big'),
    path('ink', 'M70 14 132 32v20L70 70Z'),
    path('ink', 'M150 28h20v28h-20z'),
    text(160, 47, 'z'),
    path('ink', 'M250 14 188 32v20l62 18Z'),
    path('ink', 'M274 26h32v32h-32z'),
    text(290, 49, '3', 'big'),
    path('faint', 'M48 42h20M134 42h14M172 42h14M252 42h20'),
    path('accent', 'M92 82V68M228 82V68'),
    text(92, 98, '7', 'stressed'),
    text(228, 98, '3', 'stressed'),
  ),
  encoder: bottleneck('encoder'),
  decoder: bottleneck('decoder'),
  code: bottleneck('code'),
  mu: picture(
    100,
    axis(),
    path('ink', bell(185, 34)),
    path('accent', 'M185 22V78'),
    text(185, 94, 'μ', 'stressed'),
    path('faint dash', 'M60 70V84'),
    text(60, 96, '0', 'small'),
  ),
  sigma: picture(
    100,
    axis(),
    path('ink', bell(160, 40)),
    path('faint dash', 'M120 46V84M200 46V84M160 22V84'),
    path('accent', 'M121 88H199M121 84v8M199 84v8'),
    text(112, 96, '−σ', 'small'),
    text(212, 96, '+σ', 'small'),
  ),
  eps: picture(
    98,
    axis(),
    path('faint', bell(160, 44)),
    ...[92, 128, 146, 171, 188, 240].map((x) => dot(x, 78, x === 188 ? 'dot' : 'silent', x === 188 ? 4.5 : 3)),
    text(188, 96, 'ε', 'stressed'),
    text(160, 96, '0', 'small'),
  ),
  posterior: picture(
    100,
    axis(),
    path('faint dash', bell(160, 62, 78, 30)),
    path('accent', bell(206, 18)),
    text(244, 30, 'q(z|x)', 'stressed'),
    text(66, 58, 'p(z)', 'small'),
    text(206, 94, 'μ'),
    text(160, 94, '0', 'small'),
  ),
  prior: picture(
    100,
    axis(),
    path('accent', bell(160, 48)),
    path('faint dash', 'M112 44V84M208 44V84'),
    text(160, 94, '0', 'small'),
    text(112, 96, '−1', 'small'),
    text(208, 96, '1', 'small'),
  ),
  kl: picture(
    100,
    axis(),
    path('area', `${bell(206, 24)}${bell(160, 56, 78, 30).replace('M', 'L')}Z`),
    path('faint dash', bell(160, 56, 78, 30)),
    path('ink', bell(206, 24)),
    text(250, 34, 'q(z|x)'),
    text(72, 58, 'p(z)', 'small'),
    text(206, 94, 'μ'),
    text(160, 94, '0', 'small'),
  ),
  reparameterisation: picture(
    130,
    path('faint', 'M8 50H312M8 112H312'),
    path('faint', bell(160, 40, 50, 38)),
    path('ink', bell(206, 20, 112, 40)),
    dot(200, 50),
    path('accent arrow', 'M200 56 226 105m1-8-1 8-7-4'),
    dot(226, 112),
    text(200, 66, '', 'small'),
    text(180, 64, 'ε', 'stressed'),
    text(244, 126, 'z', 'stressed'),
    text(206, 127, 'μ'),
    text(160, 64, '0', 'small'),
    text(262, 84, '× σ + μ', 'small'),
  ),
  'latent-space': picture(
    104,
    ...[
      [70, 30, '1'],
      [84, 44, '1'],
      [62, 54, '1'],
      [98, 26, '7'],
      [118, 34, '7'],
      [128, 20, '9'],
      [150, 32, '9'],
      [146, 50, '4'],
      [168, 44, '4'],
      [132, 74, '8'],
      [152, 84, '8'],
      [112, 80, '3'],
      [96, 90, '3'],
      [206, 38, '6'],
      [222, 54, '6'],
      [240, 74, '0'],
      [258, 62, '0'],
      [190, 78, '2'],
      [206, 90, '2'],
    ].map(([x, y, digit]) => text(Number(x), Number(y), String(digit), 'small')),
    path('faint', 'M24 98H300M30 6V102'),
  ),
  interpolation: picture(
    70,
    path('accent', 'M40 50 280 20'),
    ...[0, 1, 2, 3, 4].map((i) => dot(40 + 60 * i, 50 - 7.5 * i, i % 4 ? 'silent' : 'dot', i % 4 ? 3.5 : 5)),
    text(40, 68, 'A'),
    text(280, 40, 'B'),
  ),
  slerp: picture(
    112,
    path('faint dash', 'M76 104A84 84 0 0 1 244 104'),
    path('ink dash', 'M85 66 235 66'),
    path('accent', 'M85 66A84 84 0 0 1 235 66'),
    path('faint', 'M160 104 85 66M160 104 235 66'),
    dot(85, 66, 'dot', 5),
    dot(235, 66, 'dot', 5),
    text(66, 64, 'A'),
    text(254, 64, 'B'),
    text(160, 14, 'slerp', 'stressed small'),
    text(160, 82, 'lerp', 'small'),
    text(160, 111, '0', 'small'),
  ),
  pca: picture(
    104,
    ...Array.from({ length: 42 }, (_, i) => {
      // Two incommensurable steps scatter the points evenly over an ellipse.
      const [angle, radius] = [i * 2.399963, Math.sqrt((i + 0.5) / 42)];
      const [u, v] = [112 * radius * Math.cos(angle), 26 * radius * Math.sin(angle)];
      return dot(Math.round(160 + u * 0.94 + v * 0.34), Math.round(54 - u * 0.34 + v * 0.94), 'silent', 2);
    }),
    path('accent', 'M48 94 272 14m-9-2 9 2-5 8'),
    path('ink', 'M150 26 170 82m2-9-2 9-8-5'),
    text(286, 14, '1', 'stressed'),
    text(184, 94, '2'),
  ),
  collapse: whiskers(
    [
      [1.1, 0.22],
      [-0.7, 0.3],
      [0.02, 0.98],
      [-0.01, 1],
      [0, 1],
    ],
    2,
  ),
  'active-units': whiskers(
    [
      [1.4, 0.2],
      [-1.1, 0.25],
      [0.6, 0.4],
      [0, 1],
      [0.01, 0.99],
    ],
    3,
  ),
  'free-bits': picture(
    96,
    path('faint', 'M30 8V80H304'),
    path('faint dash', 'M30 80 150 44'),
    path('accent', 'M30 44H150L290 8'),
    path('faint dash', 'M150 44V80'),
    text(150, 94, 'λ', 'stressed'),
    text(18, 48, 'λ', 'stressed'),
    text(290, 94, 'KL', 'small'),
  ),
  'warm-up': picture(
    92,
    path('faint', 'M30 8V76H304'),
    path('accent', 'M30 76 140 20H300'),
    path('faint dash', 'M140 20V76M30 20H140'),
    text(18, 25, 'β', 'stressed'),
    text(140, 90, 'T'),
    text(296, 90, 't', 'small'),
  ),
  'learning-rate': picture(
    92,
    path('faint', 'M30 8V76H304'),
    path(
      'accent',
      curve(
        (t) =>
          76 - 60 * (t < 0.1 ? (1 - Math.cos(Math.PI * t * 10)) / 2 : (1 + Math.cos((Math.PI * (t - 0.1)) / 0.9)) / 2),
        30,
        300,
      ),
    ),
    text(18, 22, 'η', 'stressed'),
    text(296, 90, 't', 'small'),
  ),
  gradient: picture(
    96,
    path(
      'ink',
      curve((t) => 84 - 70 * (2 * t - 1.15) ** 2 * (0.9 + 0.2 * t) * 0.72, 30, 290),
    ),
    dot(78, 44),
    path('accent', 'M78 44 112 72m-2-9 2 9-9-1'),
    path('faint', 'M20 90H304M26 6V94'),
    text(298, 84, 'w', 'small'),
    text(16, 16, 'L', 'small'),
  ),
  overfitting: picture(
    96,
    path('faint', 'M30 6V82H304'),
    path(
      'ink',
      curve((t) => 22 + 54 * (1 - Math.exp(-3.2 * t)), 34, 300),
    ),
    path(
      'accent',
      curve((t) => 22 + 44 * (1 - Math.exp(-4.6 * t)) - 26 * Math.max(0, t - 0.35) ** 1.3, 34, 300),
    ),
    path('faint dash', 'M150 10V82'),
  ),
  divergence: picture(
    92,
    path('faint', 'M30 6V78H304'),
    path(
      'ink',
      curve((t) => 20 + 40 * (1 - Math.exp(-5 * t)), 34, 190),
    ),
    path('accent', 'M190 60 198 52 206 64 216 40 224 58 236 20 244 6'),
  ),
  activation: picture(
    84,
    path('faint', 'M20 64H300M160 6V80'),
    path('ink', 'M30 64H160L226 8'),
    path(
      'accent',
      curve(
        (t) => {
          const x = 8 * t - 4;
          return 64 - (17 * x) / (1 + Math.exp(-x));
        },
        24,
        296,
      ).replace(/L[\d.]+ -[\d.]+/g, ''),
    ),
    text(256, 30, 'SiLU', 'stressed small'),
    text(196, 18, '', 'small'),
    text(188, 22, 'ReLU', 'small'),
  ),
  logit: picture(
    90,
    path('faint', 'M20 74H300M20 16H300M160 8V80'),
    path(
      'accent',
      curve((t) => 74 - 58 / (1 + Math.exp(-(12 * t - 6))), 24, 296),
    ),
    text(160, 88, '0', 'small'),
    text(172, 28, '1', 'small'),
    text(294, 88, 'a', 'small'),
    text(36, 12, 'p', 'small'),
  ),
  'dense-layer': picture(
    92,
    path('faint', [14, 36, 58, 80].flatMap((a) => [25, 47, 69].map((b) => `M104 ${a}L216 ${b}`)).join('')),
    path('accent', [14, 36, 58, 80].map((a) => `M104 ${a}L216 47`).join('')),
    ...[14, 36, 58, 80].map((y) => dot(104, y, 'hollow', 6)),
    ...[25, 47, 69].map((y) => dot(216, y, y === 47 ? 'dot' : 'hollow', 6)),
  ),
  convolution: picture(
    96,
    path('faint', [0, 1, 2, 3, 4, 5, 6].map((i) => `M${70 + 12 * i} 10v72M70 ${10 + 12 * i}h72`).join('')),
    path('area', 'M94 22h36v36h-36z'),
    path('accent', 'M94 22h36v36h-36z'),
    path('faint', [0, 1, 2, 3].map((i) => `M${206 + 14 * i} 25v42M206 ${25 + 14 * i}h42`).join('')),
    path('accent', 'M220 39h14v14h-14z'),
    path('faint dash', 'M130 22 220 39M130 58 220 53'),
  ),
  'residual-block': picture(
    84,
    path('ink', 'M26 56H96M176 56h50M246 56h48'),
    path('ink', 'M96 40h80v32H96z'),
    text(136, 61, 'F'),
    path('accent', 'M60 56C60 8 236 2 236 46m-5-7 5 7 5-7'),
    dot(236, 56, 'hollow', 10),
    text(236, 61, '+'),
    text(34, 48, 'x'),
    text(288, 48, 'y'),
  ),
};
