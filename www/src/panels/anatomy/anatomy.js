// @ts-check
/**
 * The network of the model that is shown, with the image at hand in it: every layer's activations, the mathematics of
 * each part with this image's numbers, any unit in detail, and where the nats go.
 */
import './anatomy.css';
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { textOf, toFailure } from '../../protocol.js';
import { onTheme } from '../../ui/digit-canvas.js';
import { fill, finder } from '../../ui/dom.js';
import { liveView } from '../../ui/live-view.js';
import markup from './anatomy.html?raw';
import { listLayers } from './layer-list.js';
import { maths } from './maths.js';
import { natsView } from './nats.js';
import { network } from './network.js';
import { unitCard } from './unit-card.js';
import { incoming, outgoing, strongest } from './wires.js';

/**
 * @typedef {import('./network.js').Drawn} Drawn
 * @typedef {import('./wires.js').Wire} Wire
 * @typedef {import('../../i18n/index.js').Content} Content
 */

/** How often the open unit's weights follow training, and the images that drive it, in ms. */
const EVERY = { weights: 500, top: 3000 };

/** What the network's region keeps free for the ring of a focused canvas, in px: anatomy.css says the same. */
const INSET = 8;

/** @type {import('../index.js').Panel} */
export default {
  id: 'anatomy',
  chapter: 'inside',
  mount({ root, store, session, subject, inspection, signal }) {
    fill(root, markup);
    const find = finder(root);
    const { element, button } = find;
    const overlay = root.querySelector('svg');
    if (!overlay) throw new Error('there is no overlay');
    const [scroll, net, readout] = ['anatomy-scroll', 'anatomy-net', 'anatomy-readout'].map(element);
    if (!scroll || !net || !readout) throw new Error('the markup is not whole');
    const formulas = maths();
    const view = network(net, overlay, { onPoint, onOpen, foot: formulas.foot });
    const nats = natsView(find, () => (store.pretrainedShown ? null : (store.config?.beta ?? null)));
    const card = unitCard(find, { store, session, subject, onWeights: () => wire() });

    let frame = 0;
    /** Once a frame at most. */
    function soon() {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        if (!signal.aborted) show();
      });
    }

    function show() {
      const { now, problem } = inspection;
      const failed = problem ? toFailure(problem) : null;
      put(element('anatomy-error'), failed && failed.code !== 'state' ? textOf(problem) : null);
      tellEps();
      if (!now) return;
      const others = view.show(now, scroll.clientWidth - INSET);
      formulas.show(now.answer, now.image.pixels);
      if (others) {
        // The mathematics has its height now.
        view.measure();
        listLayers(element('anatomy-listing'), now.answer.layers);
      }
      nats.show(now);
      net.dataset.step = String(now.step);
      put(element('anatomy-count'), { key: 'anatomy.count', n: now.answer.values.length });
      const scrolls = scroll.scrollWidth > scroll.clientWidth + 1;
      element('anatomy-hint').hidden = !scrolls;
      scroll.tabIndex = scrolls ? 0 : -1;
      follow();
    }

    function tellEps() {
      const free = inspection.now?.answer.logvar.length === 0;
      const state = free ? 'none' : subject.z ? 'hand' : subject.seed === null ? 'zero' : 'drawn';
      put(element('anatomy-eps'), { key: `anatomy.eps.${state}` });
      element('anatomy-noise').hidden = free;
      button('anatomy-draw').disabled = !inspection.now;
      button('anatomy-settle').disabled = !subject.z && subject.seed === null;
    }

    /** The numbers of a cell, a channel or a pixel. @param {Drawn} drawn @param {number} index @returns {Content} */
    function reading({ figure, values }, index) {
      const { name } = figure;
      if (figure.form === 'image') {
        const place = { row: Math.floor(index / 28) + 1, column: (index % 28) + 1 };
        return { key: 'anatomy.read.pixel', name, ...place, value: signed(values[index] ?? 0, 2) };
      }
      if (figure.form === 'vector') {
        return { key: 'anatomy.read.latent', name, i: index + 1, value: signed(values[index] ?? 0, 3) };
      }
      if (figure.side === 1)
        return { key: 'anatomy.read.unit', name, i: index + 1, value: signed(values[index] ?? 0, 3) };
      const own = ownValues({ figure, values }, index);
      const [least, most] = [own.reduce((a, b) => Math.min(a, b)), own.reduce((a, b) => Math.max(a, b))];
      return { key: 'anatomy.read.channel', name, i: index + 1, least: signed(least, 2), most: signed(most, 2) };
    }

    /** @param {Pick<Drawn, 'figure' | 'values'>} drawn @param {number} index */
    function ownValues({ figure, values }, index) {
      const per = figure.side ** 2;
      return Float32Array.from({ length: per }, (_, i) => values[index * per + i] ?? 0);
    }

    /** @param {Drawn | null} drawn @param {number} index */
    function onPoint(drawn, index) {
      put(readout, drawn ? reading(drawn, index) : { key: 'anatomy.read.none' });
    }

    /** @param {Drawn} drawn @param {number} index */
    function onOpen(drawn, index) {
      // ε and z have no weights of their own: they open the mean of the same latent.
      const target = drawn.figure.layer ? drawn : view.drawn.get('mu');
      const layer = target?.figure.layer;
      if (!target || !layer || drawn.figure.form === 'image') return;
      const { figure } = target;
      const name = {
        key:
          figure.form === 'vector'
            ? 'anatomy.unit.latent'
            : figure.side > 1
              ? 'anatomy.unit.channel'
              : 'anatomy.unit.cell',
        name: figure.name,
        i: index + 1,
      };
      card.open({ layer: layer.name, unit: figure.first + index, figure: figure.id, index, name });
      follow();
    }

    /** The unit that is open says its activation and keeps its wires; it closes when its layer is gone. */
    function follow() {
      const { selection } = card;
      const drawn = selection && view.drawn.get(selection.figure);
      if (selection && (!drawn || selection.index >= drawn.figure.units)) card.open(null);
      view.mark(drawn && card.selection ? drawn.figure.id : null, selection?.index);
      if (drawn && card.selection) sayUnit(drawn, selection?.index ?? 0);
      wire();
    }

    /** @param {Drawn} drawn @param {number} index */
    function sayUnit(drawn, index) {
      const bias = card.weights ? signed(card.weights.bias, 3) : '…';
      const own = ownValues(drawn, index);
      const most = own.reduce((a, b) => Math.max(a, b));
      if (own.length > 1) card.say({ key: 'anatomy.now.channel', most: signed(most, 3), bias });
      // The layer gives the logarithm of the variance.
      else if (drawn.figure.id === 'sigma')
        card.say({ key: 'anatomy.now.sigma', value: signed(2 * Math.log(most), 3), bias });
      else card.say({ key: 'anatomy.now', value: signed(most, 3), bias });
    }

    /** Curves for the unit that is open. */
    function wire() {
      const { selection, weights } = card;
      const drawn = selection && view.drawn.get(selection.figure);
      view.wire(weights && drawn && selection ? wiresOf(drawn, selection, weights) : []);
      if (drawn && selection) sayUnit(drawn, selection.index);
    }

    /**
     * @param {Drawn} drawn @param {import('./unit-card.js').Selection} selection
     * @param {import('../../protocol.js').UnitWeights} weights @returns {Wire[]}
     */
    function wiresOf({ figure, values }, { index }, weights) {
      const here = { id: figure.id, index };
      const { before, after } = neighbours(figure.id);
      const source = view.drawn.get(before ?? '');
      const read = source ? incoming(source.figure, source.values, weights.incoming, weights.incomingShape) : [];
      // Mean and deviation of a latent meet in z, and z is what the decoder reads.
      const meet = figure.form === 'vector';
      const z = view.drawn.get(view.zBesideDecoder);
      const [last, own] =
        meet && z ? [{ id: z.figure.id, index }, ownValues(z, index)] : [here, ownValues({ figure, values }, index)];
      const passed = outgoing(own, weights.outgoing, weights.outgoingShape);
      /** @type {Wire[]} */
      const all = [
        ...strongest(read).map(({ index, value }) => ({ from: { id: before ?? '', index }, to: here, value })),
        ...strongest(passed).map(({ index, value }) => ({ from: last, to: reader(after ?? '', index), value })),
      ];
      if (meet) all.push({ from: here, to: { id: 'z', index }, value: values[index] ?? 0 });
      return all;
    }

    /** The figures before and after in the computation. @param {string} id */
    function neighbours(id) {
      const chain = [...view.drawn.values()]
        .map(({ figure }) => figure)
        .filter(({ layer, form }) => layer && form !== 'vector');
      const [encoder, decoder] = ['encoder', 'decoder'].map((part) =>
        chain.filter((one) => one.part === part).map(({ id }) => id),
      );
      if (id === 'mu' || id === 'sigma') return { before: encoder?.at(-1) ?? 'x', after: decoder?.[0] ?? null };
      const line = encoder?.includes(id) ? ['x', ...encoder, 'mu'] : [view.zBesideDecoder, ...(decoder ?? [])];
      const place = line.indexOf(id);
      return { before: line[place - 1] ?? null, after: line[place + 1] ?? null };
    }

    /** Means and deviations are two figures of one layer. @param {string} id @param {number} index */
    function reader(id, index) {
      const latent = view.drawn.get('mu')?.figure.units ?? 0;
      return id === 'mu' && index >= latent ? { id: 'sigma', index: index - latent } : { id, index };
    }

    function close() {
      const { selection } = card;
      if (!selection) return;
      card.open(null);
      view.mark(null);
      view.drawn.get(selection.figure)?.canvas.focus();
    }

    /** Another unit of the same layer. @param {number} by */
    function step(by) {
      const { selection } = card;
      const drawn = selection && view.drawn.get(selection.figure);
      if (!drawn || !selection) return;
      const { units } = drawn.figure;
      onOpen(drawn, (selection.index + by + units) % units);
    }

    button('anatomy-previous').addEventListener('click', () => step(-1));
    button('anatomy-next').addEventListener('click', () => step(1));
    button('anatomy-close').addEventListener('click', close);
    button('anatomy-draw').addEventListener('click', () => subject.draw(((subject.seed ?? 0) + 1) % 2 ** 32));
    button('anatomy-settle').addEventListener('click', () => subject.settle());
    root.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
    });
    onPoint(null, 0);

    inspection.watch(root, signal, soon);
    subject.onChange(tellEps, { signal });
    const refreshTop = liveView({
      store,
      element: element('anatomy-card'),
      every: EVERY.top,
      work: card.loadTop,
      lazy: true,
      signal,
    });
    liveView({ store, element: net, every: EVERY.weights, work: card.loadWeights, lazy: true, signal });
    store.on('dataset', refreshTop, { signal });
    const resized = new ResizeObserver(soon);
    resized.observe(scroll);
    const grown = new ResizeObserver(() => {
      view.measure();
      wire();
    });
    grown.observe(net);
    signal.addEventListener('abort', () => {
      resized.disconnect();
      grown.disconnect();
    });
    onTheme(() => {
      if (signal.aborted) return;
      view.repaint();
      card.repaint();
      nats.repaint();
    });
    soon();
  },
};
