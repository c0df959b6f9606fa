// @ts-check
/**
 * The picture of the network: a canvas a layer, a ring for the cell under the hand, curves over all. It paints a layer
 * only when its numbers have changed, and asks for the layout only when there are other layers or another width.
 *
 * @typedef {import('./plan.js').Figure} Figure
 * @typedef {import('../../app/inspection.js').Look} Look
 * @typedef {import('./wires.js').Rect} Rect
 *
 * @typedef {object} Drawn
 * @property {Figure} figure
 * @property {import('./cells.js').Box} box
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLElement} ring      around the cell under the hand
 * @property {HTMLElement} chosen    around the unit that is open
 * @property {ArrayLike<number>} values   as painted
 * @property {number} full
 * @property {number} cursor         unit, or cell of an image
 * @property {Rect} place            of the canvas, in the network
 *
 * @typedef {object} Handlers
 * @property {(drawn: Drawn | null, index: number) => void} onPoint   a cell is under the hand; none is
 * @property {(drawn: Drawn, index: number) => void} onOpen
 * @property {(part: import('./plan.js').PartId) => Element} foot      what stands under a part
 */
import { put } from '../../i18n/index.js';
import { at, greatest, paint, unitRect } from './cells.js';
import { arrange, partsOf, plan, withZAgain } from './plan.js';
import { drawFunnels, drawSkips, drawWires } from './wires.js';

/** Narrower than this, the network is one row that scrolls sideways. */
const SCROLLS_BELOW = 640;

/** Figures that are one sum: μ + σ × ε = z. @type {Record<string, string>} */
const OPERATORS = { mu: '+', sigma: '×', eps: '=' };

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
const same = (a, b) => a.length === b.length && Array.prototype.every.call(a, (value, i) => value === b[i]);

/** @param {string} name @param {string} [className] */
function make(name, className = '') {
  const element = document.createElement(name);
  element.className = className;
  return element;
}

/** @param {HTMLElement} root @param {SVGElement} overlay over all of it @param {Handlers} handlers */
export function network(root, overlay, { onPoint, onOpen, foot }) {
  /** @type {Map<string, Drawn>} */
  const drawn = new Map();
  /** @type {1 | 2} */
  let rows = 1;
  let built = '';
  /** @type {Look | null} */
  let look = null;
  /** What is under the hand. @type {Drawn | null} */
  let pointed = null;
  const [flow, skips, wires] = ['flow', 'skips', 'wires'].map((name) => {
    const group = document.createElementNS('http://www.w3.org/2000/svg', 'g');
    group.setAttribute('class', name);
    overlay.append(group);
    return group;
  });

  /** Makes the figures anew if they are others, or lie otherwise in this width. @param {number} width */
  function build(width) {
    if (!look || width <= 0) return false;
    const { answer } = look;
    const shapes = answer.layers.map(({ name, shape, activation }) => [name, ...shape, activation].join());
    const key = [...shapes, answer.z.length, answer.outputs.length, width].join(';');
    if (key === built) return false;
    built = key;
    const single = plan(answer);
    const { boxes, widths, rows: found } = arrange(single, width, width < SCROLLS_BELOW);
    rows = found;
    const figures = rows === 2 ? withZAgain(single) : single;
    drawn.clear();
    pointed = null;
    for (const child of [...root.children]) if (child !== overlay) child.remove();
    let line = make('div', 'line');
    root.append(line);
    for (const part of partsOf(figures)) {
      if (rows === 2 && part === 'decoder') {
        line = make('div', 'line');
        root.append(line);
      }
      const section = make('div', 'part');
      section.dataset.part = part;
      section.style.width = `${widths.get(part) ?? 0}px`;
      const [title, row] = [make('h3'), make('div', 'figures')];
      put(title, { key: `anatomy.part.${part}` });
      for (const figure of figures.filter((one) => one.part === part)) row.append(draw(figure, boxes));
      section.append(title, row, foot(part));
      line.append(section);
    }
    root.dataset.rows = String(rows);
    return true;
  }

  /** @param {Figure} figure @param {Map<string, import('./cells.js').Box>} boxes */
  function draw(figure, boxes) {
    const box = boxes.get(figure.id);
    if (!box) throw new Error(`no place for ${figure.id}`);
    const [whole, holder, sheet] = [make('figure'), make('div', 'holder'), make('div', 'sheet')];
    const caption = make('figcaption');
    const canvas = document.createElement('canvas');
    canvas.style.width = `${box.width}px`;
    canvas.style.height = `${box.height}px`;
    canvas.tabIndex = 0;
    canvas.setAttribute('role', 'application');
    canvas.dataset.figure = figure.id;
    canvas.dataset.shape = figure.side > 1 ? `${figure.units}x${figure.side}x${figure.side}` : String(figure.units);
    const opens = figure.layer || figure.id === 'eps' || (figure.id.startsWith('z') && figure.part !== 'code');
    const label = { name: figure.name, parameters: figure.layer?.parameters ?? 0 };
    put(
      canvas,
      figure.layer
        ? { key: 'anatomy.canvas.layer', ...label, n: figure.units }
        : { key: opens ? 'anatomy.canvas.opens' : 'anatomy.canvas.looks', ...label },
      'aria-label',
    );
    const [ring, chosen] = [make('span', 'ring'), make('span', 'ring chosen')];
    ring.hidden = chosen.hidden = true;
    sheet.append(canvas, chosen, ring);
    holder.append(sheet);
    const operator = OPERATORS[figure.id];
    if (operator) holder.dataset.operator = operator;
    for (const line of figure.lines) {
      const text = make('span');
      put(text, line);
      caption.append(text);
    }
    whole.append(holder, caption);
    const nowhere = { x: 0, y: 0, width: 0, height: 0 };
    /** @type {Drawn} */
    const one = { figure, box, canvas, ring, chosen, values: [], full: 1, cursor: 0, place: nowhere };
    drawn.set(figure.id, one);
    listen(one);
    return whole;
  }

  /** @param {Drawn} one */
  function listen(one) {
    const { canvas, figure, box } = one;
    const image = figure.form === 'image';
    const [count, columns] = image ? [box.side ** 2, box.side] : [figure.units, box.columns];
    /** @param {MouseEvent} event */
    const under = ({ clientX, clientY }) => {
      const { left, top } = canvas.getBoundingClientRect();
      const found = at(box, clientX - left, clientY - top);
      return found && (image ? found.cell : found.unit);
    };
    canvas.addEventListener('pointermove', (event) => {
      const index = under(event);
      if (index !== null) point(one, index);
    });
    canvas.addEventListener('pointerleave', () => document.activeElement !== canvas && point(null, 0));
    canvas.addEventListener('focus', () => point(one, one.cursor));
    canvas.addEventListener('blur', () => point(null, 0));
    canvas.addEventListener('click', (event) => {
      const index = under(event);
      if (index === null) return;
      point(one, index);
      onOpen(one, index);
    });
    canvas.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { cursor } = one;
      /** @type {Record<string, number>} */
      const moves = {
        ArrowLeft: cursor - 1,
        ArrowRight: cursor + 1,
        ArrowUp: cursor - columns,
        ArrowDown: cursor + columns,
        Home: 0,
        End: count - 1,
      };
      const to = moves[event.key];
      if (to !== undefined) {
        if (to >= 0 && to < count) point(one, to);
      } else if (event.key === 'Enter' || event.key === ' ') onOpen(one, cursor);
      else return;
      event.preventDefault();
    });
    canvas.addEventListener('contextrestored', () => {
      one.values = [];
      paintAll();
    });
  }

  /** @param {Drawn | null} one @param {number} index */
  function point(one, index) {
    if (pointed && pointed !== one) pointed.ring.hidden = true;
    pointed = one;
    if (one) {
      one.cursor = index;
      frame(one, one.ring, index);
    }
    onPoint(one, index);
  }

  /** @param {Drawn} one @param {HTMLElement} ring @param {number} index */
  function frame(one, ring, index) {
    const { x, y, width, height } = rectOf(one, index);
    ring.hidden = false;
    ring.style.transform = `translate(${x}px, ${y}px)`;
    ring.style.width = `${width}px`;
    ring.style.height = `${height}px`;
  }

  /** Of a unit, or of an image's cell, on its canvas. @param {Drawn} one @param {number} index @returns {Rect} */
  function rectOf({ figure, box }, index) {
    if (figure.form !== 'image') return unitRect(box, index);
    const { wide, high, side } = box;
    return { x: (index % side) * wide, y: Math.floor(index / side) * high, width: wide, height: high };
  }

  function paintAll() {
    if (!look) return;
    for (const one of drawn.values()) {
      const values = one.figure.values(look);
      if (same(values, one.values)) continue;
      one.values = Float32Array.from(values);
      one.full = one.figure.full ?? greatest(values);
      paint(one.canvas, one.box, values, one.full);
    }
  }

  /** Where the canvases lie; then the lines between them. To be called when the network's size has changed. */
  function measure() {
    const origin = root.getBoundingClientRect();
    for (const one of drawn.values()) {
      const { left, top, width, height } = one.canvas.getBoundingClientRect();
      one.place = { x: left - origin.left, y: top - origin.top, width, height };
    }
    const [width, height] = [root.scrollWidth, root.scrollHeight];
    overlay.setAttribute('viewBox', `0 0 ${width} ${height}`);
    overlay.setAttribute('width', String(width));
    overlay.setAttribute('height', String(height));
    const all = [...drawn.values()];
    /** @type {[Rect, Rect][]} */
    const funnels = [];
    for (const [i, one] of all.entries()) {
      const next = all[i + 1];
      if (!next || OPERATORS[one.figure.id] || one.figure.id === 'mean') continue;
      if (rows === 2 && one.figure.id === 'z') continue;
      funnels.push([one.place, next.place]);
    }
    if (flow) drawFunnels(flow, funnels);
    /** @type {[Rect, Rect][]} */
    const arcs = all.flatMap(({ figure, place }) => {
      const from = figure.skip ? drawn.get(figure.skip) : undefined;
      return from ? [/** @type {[Rect, Rect]} */ ([from.place, place])] : [];
    });
    if (skips) drawSkips(skips, arcs);
  }

  return {
    /**
     * Whether there are other figures now, whose places have to be measured.
     * @param {Look} now @param {number} width
     */
    show(now, width) {
      look = now;
      const others = build(width);
      paintAll();
      if (pointed) onPoint(pointed, pointed.cursor);
      return others;
    },
    measure,
    /** Paints everything again: in other colours. */
    repaint() {
      for (const one of drawn.values()) one.values = [];
      paintAll();
    },
    get drawn() {
      return drawn;
    },
    /** The figure that the decoder reads z from: the one beside it. */
    get zBesideDecoder() {
      return rows === 2 ? 'z.again' : 'z';
    },
    /** Marks the unit that is open; none without a figure. @param {string | null} id @param {number} [index] */
    mark(id, index = 0) {
      for (const one of drawn.values()) {
        if (one.figure.id === id) frame(one, one.chosen, index);
        else one.chosen.hidden = true;
      }
    },
    /** @param {import('./wires.js').Wire[]} all */
    wire(all) {
      if (!wires) return;
      drawWires(wires, all, ({ id, index }) => {
        const one = drawn.get(id);
        if (!one) return null;
        const { x, y, width, height } = rectOf(one, index);
        return { x: one.place.x + x, y: one.place.y + y, width, height };
      });
    },
  };
}
