// @ts-check
/**
 * Writes drawn-digits.json: digits that scripted hands draw on the page's canvas. Run: node tests/drawn-digits.mjs
 *
 * The digit shapes below are made of straight lines and arcs for this file alone. They share nothing with the generator
 * that the page trains on, and no hand was tuned to suit a network. A test that draws them therefore measures how the
 * page handles drawings that it was not made for.
 */
import { writeFileSync } from 'node:fs';

/** The side of the drawing area, in the page's units (www/src/panels/draw/draw.js). */
const SHEET = 280;
/** Milliseconds between two pointer events on a 120 Hz screen. */
const TICK = 8;

/**
 * @typedef {[number, number]} Point
 * @typedef {Point[]} Line   its points; x to the right, y down; a digit's box is about 0.6 wide and 1 high
 */

/**
 * An arc of the ellipse around (x, y). Angles are in degrees: 0 is to the right, 90 is down.
 * @param {number} x @param {number} y @param {number} rx @param {number} ry @param {number} from @param {number} to
 * @returns {Line}
 */
function arc(x, y, rx, ry, from, to) {
  const pieces = Math.max(4, Math.ceil(Math.abs(to - from) / 10));
  return Array.from({ length: pieces + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / pieces) * Math.PI) / 180;
    return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
  });
}

/**
 * A quadratic Bézier curve from a to b with control point c.
 * @param {Point} a @param {Point} c @param {Point} b @returns {Line}
 */
const bend = (a, c, b) =>
  Array.from({ length: 13 }, (_, i) => {
    const t = i / 12;
    const [u, v, w] = [(1 - t) ** 2, 2 * t * (1 - t), t * t];
    return [u * a[0] + v * c[0] + w * b[0], u * a[1] + v * c[1] + w * b[1]];
  });

/** @param {...Line} parts @returns {Line} one stroke, without lifting the pen */
const stroke = (...parts) => parts.flat();

/** Several ways to write each digit, each a list of strokes. @type {Line[][][]} */
const WAYS = [
  [[arc(0.3, 0.5, 0.3, 0.5, -80, -455)], [arc(0.3, 0.5, 0.24, 0.5, -50, -400)], [arc(0.3, 0.5, 0.33, 0.48, -120, 250)]],
  [
    [
      [
        [0.3, 0],
        [0.3, 1],
      ],
    ],
    [
      [
        [0.1, 0.24],
        [0.34, 0],
        [0.34, 1],
      ],
    ],
    [
      [
        [0.12, 0.2],
        [0.32, 0],
        [0.32, 1],
      ],
      [
        [0.08, 1],
        [0.56, 1],
      ],
    ],
  ],
  [
    [
      stroke(arc(0.3, 0.27, 0.27, 0.27, -165, 35), [
        [0.02, 1],
        [0.6, 1],
      ]),
    ],
    [
      stroke(
        arc(0.3, 0.25, 0.26, 0.25, -180, 45),
        bend([0.45, 0.46], [0.2, 0.8], [0.08, 0.92]),
        arc(0.12, 0.88, 0.09, 0.09, 150, 330),
        bend([0.24, 0.88], [0.42, 1.02], [0.62, 0.96]),
      ),
    ],
    [
      stroke(
        bend([0.05, 0.12], [0.35, -0.12], [0.52, 0.14]),
        bend([0.52, 0.14], [0.6, 0.4], [0.06, 0.97]),
        bend([0.06, 0.97], [0.35, 0.88], [0.6, 0.98]),
      ),
    ],
  ],
  [
    [stroke(arc(0.28, 0.25, 0.25, 0.25, -160, 90), arc(0.27, 0.74, 0.31, 0.26, -85, 155))],
    [
      stroke(
        [
          [0.04, 0.02],
          [0.54, 0.02],
          [0.26, 0.4],
        ],
        arc(0.26, 0.7, 0.31, 0.3, -80, 150),
      ),
    ],
    [
      stroke(
        bend([0.04, 0.08], [0.7, -0.08], [0.5, 0.3]),
        bend([0.5, 0.3], [0.42, 0.46], [0.2, 0.47]),
        bend([0.2, 0.47], [0.66, 0.44], [0.58, 0.76]),
        bend([0.58, 0.76], [0.48, 1.08], [0, 0.94]),
      ),
    ],
  ],
  [
    [
      [
        [0.1, 0.02],
        [0.04, 0.56],
        [0.6, 0.55],
      ],
      [
        [0.46, 0.06],
        [0.44, 1],
      ],
    ],
    [
      [
        [0.42, 0],
        [0.02, 0.64],
        [0.62, 0.64],
      ],
      [
        [0.42, 0],
        [0.42, 1],
      ],
    ],
    [
      stroke(bend([0.08, 0.05], [0, 0.5], [0.1, 0.54]), bend([0.1, 0.54], [0.25, 0.6], [0.48, 0.5])),
      bend([0.5, 0.08], [0.5, 0.5], [0.4, 1]),
    ],
  ],
  [
    [
      stroke(
        [
          [0.12, 0.02],
          [0.08, 0.42],
        ],
        arc(0.28, 0.69, 0.31, 0.31, -115, 145),
      ),
      [
        [0.12, 0.02],
        [0.56, 0],
      ],
    ],
    [
      stroke(
        [
          [0.56, 0.02],
          [0.12, 0.04],
          [0.06, 0.46],
        ],
        bend([0.06, 0.46], [0.6, 0.3], [0.56, 0.7]),
        bend([0.56, 0.7], [0.5, 1.04], [0.02, 0.96]),
      ),
    ],
    [
      stroke(
        [
          [0.52, 0],
          [0.16, 0],
          [0.1, 0.44],
        ],
        bend([0.1, 0.44], [0.36, 0.3], [0.52, 0.52]),
        bend([0.52, 0.52], [0.68, 0.9], [0.28, 1]),
        [
          [0.28, 1],
          [0.04, 0.92],
        ],
      ),
    ],
  ],
  [
    [stroke(bend([0.46, 0.02], [0.08, 0.2], [0.04, 0.68]), arc(0.3, 0.72, 0.26, 0.27, 170, -175))],
    [
      stroke(
        [
          [0.3, 0],
          [0.08, 0.6],
        ],
        arc(0.3, 0.74, 0.24, 0.24, 200, -150),
      ),
    ],
    [
      stroke(
        bend([0.54, 0.1], [0.4, -0.06], [0.2, 0.2]),
        bend([0.2, 0.2], [-0.04, 0.6], [0.1, 0.84]),
        arc(0.32, 0.74, 0.25, 0.24, 140, -195),
      ),
    ],
  ],
  [
    [
      [
        [0.02, 0.03],
        [0.6, 0.02],
        [0.22, 1],
      ],
    ],
    [
      [
        [0.02, 0.02],
        [0.58, 0],
        [0.24, 1],
      ],
      [
        [0.18, 0.5],
        [0.56, 0.46],
      ],
    ],
    [
      stroke(
        [
          [0.04, 0.14],
          [0.05, 0.02],
        ],
        bend([0.05, 0.02], [0.3, 0.06], [0.6, 0]),
        bend([0.6, 0], [0.3, 0.4], [0.28, 1]),
      ),
    ],
  ],
  [
    [
      stroke(
        arc(0.3, 0.24, 0.23, 0.24, -40, -265),
        arc(0.3, 0.74, 0.29, 0.26, -90, 275),
        arc(0.3, 0.24, 0.23, 0.24, 95, -50),
      ),
    ],
    [arc(0.3, 0.23, 0.22, 0.23, -90, 280), arc(0.3, 0.73, 0.29, 0.27, -90, 285)],
    [
      stroke(
        bend([0.52, 0.12], [0.3, -0.1], [0.12, 0.16]),
        bend([0.12, 0.16], [0.02, 0.36], [0.32, 0.5]),
        bend([0.32, 0.5], [0.66, 0.66], [0.5, 0.88]),
        bend([0.5, 0.88], [0.3, 1.1], [0.1, 0.86]),
        bend([0.1, 0.86], [0, 0.66], [0.3, 0.48]),
        bend([0.3, 0.48], [0.54, 0.34], [0.54, 0.14]),
      ),
    ],
  ],
  [
    [
      stroke(arc(0.29, 0.27, 0.26, 0.27, -15, -365), [
        [0.55, 0.3],
        [0.52, 1],
      ]),
    ],
    [
      stroke(arc(0.28, 0.28, 0.25, 0.27, -40, -380), bend([0.53, 0.34], [0.56, 0.92], [0.3, 0.98]), [
        [0.3, 0.98],
        [0.06, 0.92],
      ]),
    ],
    [stroke(arc(0.3, 0.25, 0.24, 0.25, 10, -340), bend([0.54, 0.3], [0.5, 0.6], [0.28, 1]))],
  ],
];

/**
 * How somebody draws. Lengths are in the page's units; the wobble is a fraction of the digit's height.
 * @typedef {object} Hand
 * @property {string} name
 * @property {number} pen         width, 8 to 40 as on the page's slider
 * @property {number} height      of a digit
 * @property {number} speed       units per millisecond
 * @property {number} wobble      how far the line strays
 * @property {Point} [at]         the digit's centre, as a fraction of the drawing area
 * @property {number} [slant]     how far the top leans to the right, as a fraction of the height
 * @property {number} [turn]      degrees, clockwise
 * @property {number} [aspect]    width relative to the usual width
 */

/** @type {Hand[]} */
const HANDS = [
  { name: 'steady', pen: 22, height: 200, speed: 0.5, wobble: 0.008 },
  { name: 'thick', pen: 40, height: 200, speed: 0.5, wobble: 0.012 },
  { name: 'thin', pen: 8, height: 210, speed: 0.5, wobble: 0.012 },
  { name: 'tiny', pen: 8, height: 45, speed: 0.2, wobble: 0.02 },
  { name: 'tiny with a thick pen', pen: 18, height: 70, speed: 0.2, wobble: 0.02, at: [0.7, 0.65] },
  { name: 'top left', pen: 16, height: 110, speed: 0.4, wobble: 0.012, at: [0.22, 0.26] },
  { name: 'bottom right', pen: 20, height: 130, speed: 0.4, wobble: 0.012, at: [0.76, 0.7] },
  { name: 'leaning right', pen: 18, height: 190, speed: 0.6, wobble: 0.012, slant: 0.32 },
  { name: 'leaning left', pen: 20, height: 190, speed: 0.5, wobble: 0.012, slant: -0.2 },
  { name: 'fast', pen: 22, height: 200, speed: 3.5, wobble: 0.02 },
  { name: 'slow', pen: 22, height: 200, speed: 0.25, wobble: 0.015 },
  { name: 'wide', pen: 24, height: 170, speed: 0.5, wobble: 0.012, aspect: 1.45 },
  { name: 'narrow', pen: 16, height: 220, speed: 0.5, wobble: 0.012, aspect: 0.65 },
  { name: 'huge', pen: 30, height: 262, speed: 1, wobble: 0.01 },
  { name: 'turned', pen: 20, height: 190, speed: 0.5, wobble: 0.012, turn: 12 },
  { name: 'shaky', pen: 20, height: 190, speed: 0.35, wobble: 0.03 },
];

/** Random numbers from 0 to 1, the same for the same seed (mulberry32, Tommy Ettinger 2017). @param {number} seed */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A smooth wobble of about -1 to 1: the sum of one to four waves per digit height. @param {() => number} next */
function stray(next) {
  const waves = [1, 2, 4].map((n) => ({
    rate: n * (0.7 + 0.6 * next()) * 2 * Math.PI,
    phase: next() * 2 * Math.PI,
    size: 1 / n,
  }));
  return (/** @type {number} */ s) =>
    waves.reduce((sum, { rate, phase, size }) => sum + size * Math.sin(rate * s + phase), 0);
}

/** @param {number} label @param {number} number @param {Hand} hand */
function draw(label, number, hand) {
  const next = random(1000 * number + label);
  const between = (/** @type {number} */ low, /** @type {number} */ high) => low + (high - low) * next();
  const ways = WAYS[label] ?? [];
  const way = ways[(number + label) % ways.length] ?? [];
  const turn = (((hand.turn ?? 0) * (label % 2 ? -1 : 1) + between(-4, 4)) * Math.PI) / 180;
  const aspect = (hand.aspect ?? 1) * between(0.92, 1.08);
  const slant = (hand.slant ?? 0) + between(-0.05, 0.05);
  const height = hand.height * between(0.94, 1.03);
  const [middleX, middleY] = (hand.at ?? [0.5, 0.5]).map((part) => SHEET * part);
  let clock = 0;
  const strokes = way.map((line) => {
    const [dx, dy] = [stray(next), stray(next)];
    // People never start a stroke quite where they meant to.
    const [offX, offY] = [between(-0.015, 0.015), between(-0.015, 0.015)];
    const place = (/** @type {Point} */ [x, y], /** @type {number} */ s) => {
      const [u, v] = [(x - 0.3 + offX + hand.wobble * dx(s)) * aspect, y - 0.5 + offY + hand.wobble * dy(s)];
      const leaning = u - slant * v;
      const [c, d] = [Math.cos(turn), Math.sin(turn)];
      return /** @type {Point} */ ([
        (middleX ?? 0) + height * (leaning * c - v * d),
        (middleY ?? 0) + height * (leaning * d + v * c),
      ]);
    };
    const points = sampled(line, height, hand.speed).map(({ at, s }, i) => {
      const inside = place(at, s).map((x) => Math.round(10 * Math.min(SHEET - 1, Math.max(1, x))) / 10);
      return [...inside, clock + i * TICK];
    });
    clock += points.length * TICK + 200;
    return points;
  });
  return { label, hand: hand.name, pen: hand.pen, strokes };
}

/**
 * The pointer's position at each tick, and its distance along the line. The pen starts and stops at half its speed.
 * @param {Line} line @param {number} height @param {number} speed
 */
function sampled(line, height, speed) {
  const lengths = [0];
  for (const [i, [x, y]] of line.entries()) {
    if (i === 0) continue;
    const [lastX, lastY] = line[i - 1] ?? [x, y];
    lengths.push((lengths.at(-1) ?? 0) + Math.hypot(x - lastX, y - lastY));
  }
  const whole = lengths.at(-1) ?? 0;
  const found = [];
  for (let s = 0; s < whole; s += ((speed * TICK) / height) * (0.5 + 0.5 * Math.sin((Math.PI * s) / whole)))
    found.push(s);
  return [...found, whole].map((s) => {
    const after = Math.max(
      1,
      lengths.findIndex((length) => length >= s),
    );
    const [a, b] = [line[after - 1] ?? [0, 0], line[after] ?? [0, 0]];
    const [from, to] = [lengths[after - 1] ?? 0, lengths[after] ?? 0];
    const t = to > from ? (s - from) / (to - from) : 1;
    return { at: /** @type {Point} */ ([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]), s };
  });
}

const digits = HANDS.flatMap((hand, number) => WAYS.map((_, label) => draw(label, number, hand)));
const about =
  'Digits as scripted hands draw them (drawn-digits.mjs writes this file). ' +
  'Points are [x, y, milliseconds], on a sheet of 280 x 280.';
writeFileSync(
  new URL('drawn-digits.json', import.meta.url),
  `{"about":${JSON.stringify(about)},"digits":[\n${digits.map((one) => JSON.stringify(one)).join(',\n')}\n]}\n`,
);
console.log(`${digits.length} digits by ${HANDS.length} hands`);
