// @ts-check
/**
 * Latent space as a map: held-out images where the encoder puts them, on two axes; what any place decodes to; and the
 * image at hand among them. Of the model that is shown, or of a pretrained one with two latents, whose map is a plane.
 */
import './map.css';
import { codeSize, labelled, latentsOf } from '../../app/codes.js';
import { datasetName } from '../../app/data-source.js';
import { onLanguage, put, words } from '../../i18n/index.js';
import { textOf, toFailure } from '../../protocol.js';
import { colour, digit, onTheme, show } from '../../ui/digit-canvas.js';
import { fill, finder } from '../../ui/dom.js';
import { labelChoice } from '../../ui/label-choice.js';
import { latest } from '../../ui/latest.js';
import { liveView } from '../../ui/live-view.js';
import { atHand } from './at-hand.js';
import { axesChoice, axisName, segments } from './controls.js';
import { codeAt, placeOf } from './geometry.js';
import { gestures, KEY_ZOOM } from './gestures.js';
import { layers } from './layers.js';
import { legend as makeLegend } from './legend.js';
import markup from './map.html?raw';
import { ownPlane } from './own-plane.js';
import { clip, paintAxes, paintDecoded, paintOverlay } from './paint.js';
import { forgetColours, paintPoints, rgb, tile, wantedOf } from './points.js';
import { surveyor } from './survey.js';
import { aboutOf, coordinates, nearestOf, rangeOf, sharesOf, whereOf } from './told.js';
import { View } from './view.js';

/** Decoded digits along an edge: as many as can be told apart. */
const GRID = { least: 9, most: 20, room: 32 };

/**
 * @typedef {import('./geometry.js').Point} Point
 * @typedef {import('./survey.js').Survey} Survey
 * @typedef {import('../../app/picks.js').Pick} Pick
 */

/** @type {import('../index.js').Panel} */
export default {
  id: 'map',
  chapter: 'inside',
  mount(context) {
    const { root, store, session, picks, subject, inspection, signal } = context;
    fill(root, markup);
    const { element, canvas, button, find } = finder(root);
    const canvases = { decoded: canvas('map-decoded'), encoded: canvas('map-encoded'), plane: canvas('map-plane') };
    const digits = { here: canvas('map-here'), nearest: canvas('map-nearest'), rebuilt: canvas('map-rebuilt') };
    const [here, nearest, rebuilt] = [digit(digits.here), digit(digits.nearest), digit(digits.rebuilt)];
    const error = element('map-error');
    const lookHere = button('map-look-here');
    const lookNearest = button('map-look-nearest');
    const mine = button('map-mine');

    const view = new View();
    /** What the map shows. @type {Survey | null} */
    let survey = null;
    /** @type {import('./paint.js').Decoded | null} */
    let decoded = null;
    /** The place under the ring. @type {Point} */
    let at = [0, 0];
    /** Of the survey's images; -1: none. */
    let near = -1;
    /** A person asked for the pretrained plane. */
    let planeWanted = false;
    /** @type {import('./points.js').Kind} */
    let drawnAs = 'numerals';
    /** @type {'none' | 'faint' | 'alone'} */
    let behind = 'faint';
    /**
     * Places that were picked on the pretrained plane: to other models they are images.
     * @type {WeakMap<Pick, Point>}
     */
    const onPlane = new WeakMap();

    // ------------------------------------------------------------ whose map

    const isPlane = () => planeWanted || (store.standing?.model.latent ?? 2) < 2;
    const ask = surveyor(context, isPlane);
    const hand = atHand(context, isPlane, () => repaint('plane'));

    const work = async () => {
      try {
        const found = await ask(survey);
        if (signal.aborted) return;
        if (found) {
          take(found);
          const more = ask.hasTimeForMore(found);
          canvases.plane.setAttribute('aria-busy', String(more));
          if (more) resurvey();
        }
        put(error, null);
      } catch (problem) {
        // While one model takes another's place there is none: the next one brings a new map.
        const { code, text } = toFailure(problem);
        if (code !== 'state' && code !== 'cancelled') put(error, text);
      }
      tell();
    };
    const resurvey = latest(work);

    /** @param {Survey} found */
    function take(found) {
      const elsewhere = !sameMap(survey, found);
      const more = survey?.count !== found.count && !view.moved;
      survey = found;
      view.stretch(found.plane && spacing === 'quantiles');
      view.fit(found.points, elsewhere || more);
      if (elsewhere) {
        at = [0, 0];
        decoded = null;
      }
      for (const sheet of Object.values(canvases)) sheet.dataset.shows = found.shows;
      Object.assign(canvases.plane.dataset, { points: found.points.length / 2, step: found.step });
      legend.offer(found.labels);
      choice.offer(found.kind, found.latent, found.chosen);
      kind.press(found.kind);
      hand.ask();
      changed();
    }

    // ------------------------------------------------------------ what is asked for a place

    /** Latents as the decoder takes them: a conditional one writes them as a label. @param {Survey} of */
    const codes = (of, /** @type {Float32Array} */ latents) =>
      labelled(latents, of.model, inspection.label?.label ?? null);

    const regrid = latest(async () => {
      const now = survey;
      const { square, quantiles } = view;
      if (!now || behind === 'none') return;
      const count = Math.round(Math.min(GRID.most, Math.max(GRID.least, view.plot.side / GRID.room)));
      const places = view.cells(square, count);
      const latents = new Float32Array(places.length * now.latent);
      for (const [i, place] of places.entries()) latents.set(codeAt(now, place), i * now.latent);
      const { pixels } = await session.ask('decode', { codes: codes(now, latents), model: now.name });
      if (signal.aborted || !sameMap(survey, now)) return;
      gridPixels = { pixels, count, square, quantiles };
      tint();
    });
    /** @type {{pixels: Uint8Array, count: number, square: View['square'], quantiles: boolean} | null} */
    let gridPixels = null;
    function tint() {
      if (!gridPixels) return;
      const { pixels, count, square, quantiles } = gridPixels;
      const ink = rgb(colour('ink'));
      decoded = { sheet: tile(pixels, count, () => ink), square, quantiles };
      repaint('decoded');
    }

    /** The place and the image nearest to it, decoded. */
    const look = latest(async () => {
      const now = survey;
      if (!now) return;
      const [place, image] = [at, near];
      const size = codeSize(now.model);
      const both = new Float32Array((image < 0 ? 1 : 2) * size);
      both.set(codes(now, codeAt(now, place)));
      if (image >= 0) both.set(now.codes.subarray(image * size, (image + 1) * size), size);
      const { pixels } = await session.ask('decode', { codes: both, model: now.name });
      if (signal.aborted || !sameMap(survey, now)) return;
      show(here, pixels);
      show(rebuilt, image < 0 ? null : pixels, 1);
      show(nearest, image < 0 ? null : now.input, Math.max(0, image));
      lookHere.disabled = false;
      lookNearest.disabled = image < 0;
    });

    // ------------------------------------------------------------ painting

    const repaint = layers(
      canvases,
      {
        decoded(context) {
          if (behind === 'none') return;
          clip(context, view);
          paintDecoded(context, view, decoded);
          context.restore();
        },
        encoded(context) {
          const [x, y] = survey?.chosen ?? [0, 1];
          const names = [x, y].map((axis) => words(axisName(survey?.kind ?? 'latents', axis)));
          paintAxes(context, view, [names[0] ?? '', names[1] ?? '']);
          if (!survey || behind === 'alone') return;
          clip(context, view);
          paintPoints(context, view, survey, { kind: drawnAs, classes: legend.classes });
          context.restore();
        },
        plane(context) {
          const marks = survey
            ? { hand: hand.on(survey, survey.model), picks: picked(survey) }
            : { hand: null, picks: [] };
          paintOverlay(context, view, { place: at, nearest: survey && near >= 0 ? survey.at(near) : null, ...marks });
        },
      },
      (width) => {
        view.resize(width);
        changed();
      },
      signal,
    );

    /** A and B, where they are on this map. @param {Survey} now */
    function picked(now) {
      /** @type {import('./paint.js').Overlay['picks']} */
      const found = [];
      if (!picks.chosen) return found;
      for (const slot of /** @type {const} */ (['a', 'b'])) {
        const pick = picks[slot];
        if (!pick) continue;
        const place = now.name === 'plane' ? onPlane.get(pick) : placeOf(now, latentsOf(pick.code, now.model));
        if (place?.every(Number.isFinite)) found.push({ slot: slot === 'a' ? 'A' : 'B', at: place });
      }
      return found;
    }

    /** Another part of the map, or other points on it. */
    function changed() {
      repaint();
      regrid();
      place();
    }

    /** The ring is elsewhere, or the points are. */
    function place() {
      near = survey?.nearest(at, view, wantedOf(survey.labels, legend.classes)) ?? -1;
      repaint('plane');
      look();
      tellPlace();
    }

    // ------------------------------------------------------------ words

    function tellPlace() {
      put(element('map-where'), whereOf(survey, at));
      put(element('map-which'), nearestOf(survey, near));
    }

    function tell() {
      const { dataset } = store;
      element('map-kind').hidden = element('map-axes').hidden = !!survey?.plane;
      element('map-spacing').hidden = !survey?.plane;
      element('map-label-field').hidden = !survey?.model.labels;
      model.press(planeWanted ? 'plane' : 'shown');
      put(element('map-shares'), survey && [sharesOf(survey, view.quantiles), rangeOf(view)]);
      const data = dataset ? datasetName(dataset) : '';
      put(element('map-whose'), survey && [aboutOf(survey, data), survey.searched && { key: 'map.sought' }]);
      const [own, shown] = [store.model?.latent === 2, survey?.shows === 'yours' && survey.plane];
      mine.hidden = shown;
      put(mine, { key: own ? 'map.mine.show' : 'map.mine' });
      put(element('map-mine-note'), [
        { key: shown ? 'map.mine.is' : own ? 'map.mine.has' : 'map.mine.note' },
        !own && store.trained && { key: 'map.mine.undo' },
      ]);
    }

    // ------------------------------------------------------------ what a person does

    const legend = makeLegend(element('map-legend'), () => {
      repaint('encoded');
      place();
    });
    /** @type {'even' | 'quantiles'} */
    let spacing = 'even';
    const model = segments(button, 'map-model', ['shown', 'plane'], (value) => {
      planeWanted = value === 'plane';
      resurvey();
    });
    const kind = segments(button, 'map-kind', ['components', 'latents'], (value) => {
      ask.choose(value, null);
      resurvey();
    });
    const choice = axesChoice(
      { across: find('map-across', HTMLSelectElement), up: find('map-up', HTMLSelectElement) },
      (axes) => {
        ask.choose(null, axes);
        resurvey();
      },
    );
    segments(button, 'map-spacing', ['even', 'quantiles'], (value) => {
      spacing = value;
      view.stretch(value === 'quantiles');
      if (survey && value === 'even') view.fit(survey.points, true);
      changed();
      tell();
    });
    segments(button, 'map-points', ['numerals', 'dots', 'images'], (value) => {
      drawnAs = value;
      repaint('encoded');
    });
    segments(button, 'map-behind', ['none', 'faint', 'alone'], (value) => {
      behind = value;
      canvases.decoded.classList.toggle('alone', value === 'alone');
      repaint('decoded', 'encoded');
      regrid();
    });

    /** @param {number} factor @param {Point | null} around on the canvas */
    function zoom(factor, around) {
      view.zoomBy(factor, around ?? view.toCanvas(...at));
      changed();
      tell();
    }
    function whole() {
      view.reset();
      changed();
      tell();
    }
    gestures(
      canvases.plane,
      {
        look: (point) => {
          at = view.toPlace(point);
          place();
        },
        pick,
        pan: (dx, dy) => {
          view.panBy(dx, dy);
          changed();
          tell();
        },
        zoom,
        step: (dx, dy) => {
          // Whole strides: a ring that has been moved by hand comes back to round numbers.
          const stride = view.stride;
          at = [Math.round(at[0] / stride + dx) * stride, Math.round(at[1] / stride + dy) * stride];
          const before = view.key;
          view.reveal(at);
          if (view.key !== before) changed();
          else place();
        },
        reset: whole,
        canZoomOut: () => view.canZoomOut,
      },
      signal,
    );
    button('map-closer').addEventListener('click', () => zoom(KEY_ZOOM, view.centre));
    button('map-farther').addEventListener('click', () => zoom(1 / KEY_ZOOM, view.centre));
    button('map-whole').addEventListener('click', whole);

    async function pick() {
      const [now, place] = [survey, at];
      if (!now) return;
      try {
        const code = codes(now, codeAt(now, place));
        const { pixels } = await session.ask('decode', { codes: code, model: now.name });
        const name = { key: 'map.pick', ...coordinates(place, 1) };
        const plane = now.name === 'plane';
        const slot = picks.next;
        /** @type {Pick} */
        // A code of the pretrained plane means nothing to another model: that one encodes the image.
        const made = { code: plane ? new Float32Array() : code, pixels, source: plane ? pixels : null, name };
        if (plane) onPlane.set(made, place);
        picks.pick(made);
        // Interpolate is in another chapter.
        store.say({ key: 'map.picked', name, slot: slot.toUpperCase() });
        put(error, null);
      } catch (problem) {
        put(error, textOf(problem));
      }
    }

    lookHere.addEventListener('click', () => {
      if (!survey || !here.pixels) return;
      const name = { key: 'map.pick', ...coordinates(at, 1) };
      subject.set({ pixels: here.pixels, origin: 'place', name, label: inspection.label?.label ?? null });
      // The latents of the place itself, not those that the encoder would read from its picture.
      if (survey.name !== 'plane') subject.turn(codeAt(survey, at));
    });
    lookNearest.addEventListener('click', () => {
      const index = survey?.indices[near];
      if (!nearest.pixels || index === undefined) return;
      const name = { key: 'map.heldOut', i: index + 1 };
      subject.set({ pixels: nearest.pixels, origin: 'heldOut', name, label: survey?.labels?.[near] ?? null });
    });

    mine.addEventListener('click', async () => {
      mine.disabled = true;
      try {
        planeWanted = false;
        await ownPlane(context);
        put(error, null);
      } catch (problem) {
        put(error, textOf(problem));
      }
      mine.disabled = false;
    });

    // ------------------------------------------------------------ what else changes it

    picks.onChange(() => repaint('plane'), { signal });
    inspection.watch(canvases.plane, signal);
    onTheme(() => {
      if (signal.aborted) return;
      forgetColours();
      tint();
      repaint();
    });
    onLanguage(() => repaint('encoded'), { signal });
    labelChoice(
      { row: element('map-label-row'), select: find('map-label', HTMLSelectElement), note: null },
      context,
      changed,
    );
    tellPlace();
    tell();
    const refresh = liveView({ store, element: canvases.plane, every: 1000, work, lazy: true, signal });
    store.on('dataset', refresh, { signal });
  },
};

/** Whether both are of one model and on the same axes. @param {Survey | null} a @param {Survey} b */
const sameMap = (a, b) => !!a && a.model === b.model && a.kind === b.kind && a.chosen.join() === b.chosen.join();
