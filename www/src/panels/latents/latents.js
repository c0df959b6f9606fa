// @ts-check
/**
 * The latents of the image at hand, a row each: what the encoder reads, what a person makes of it, and what each of the
 * numbers does.
 */
import './latents.css';
import { labelled, latentsOf } from '../../app/codes.js';
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { textOf, toFailure } from '../../protocol.js';
import { digit, show as showDigit } from '../../ui/digit-canvas.js';
import { fill, finder } from '../../ui/dom.js';
import { isHandMoving } from '../../ui/hand.js';
import { inSight } from '../../ui/in-sight.js';
import { liveView } from '../../ui/live-view.js';
import { bell, figure, latentGaussian } from './gaussian.js';
import markup from './latents.html?raw';
import { latentReadings } from './readings.js';
import { latentRows, REACH } from './rows.js';
import { latentStrip } from './strip.js';
import { latentTable } from './table.js';

/** Held-out images that the statistics are taken over. */
const IMAGES = 1000;
/** The same without an encoder: each code has to be searched for. */
const IMAGES_SEARCHED = 20;
/** While a model trains: no fewer images, and no longer than this if it can be helped, in ms. */
const [FEWEST, TRAINING, AT_REST] = [100, 250, 10_000];
/** While a hand draws, digits that are decoded for the strip and the readings wait this long, in ms: it comes first. */
const PATIENCE = 250;

/** @type {import('../index.js').Panel} */
export default {
  id: 'latents',
  chapter: 'inside',
  mount({ root, store, session, subject, inspection, signal }) {
    fill(root, markup);
    drawAxis(root);
    const { button, canvas, element } = finder(root);
    const now = digit(canvas('latents-now'));
    const gaussian = latentGaussian(root);
    const list = element('latents-list');
    const [resample, prior, settle] = [button('latents-resample'), button('latents-prior'), button('latents-settle')];
    const [error, table] = [element('latents-error'), button('latents-table-open')];
    /** Over the held-out set. @type {import('../../protocol.js').LatentStatistics | null} */
    let statistics = null;
    /** The row that a person chose; null: the one that carries most. @type {number | null} */
    let chosen = null;
    let seed = 1;
    /** What an image of the statistics costs, in ms. */
    let cost = 0;
    /** Statistics are wanted as soon as the image at hand is there. */
    let waiting = false;
    let decodedAt = -Infinity;
    /** @type {number | undefined} */
    let timer;

    const rows = latentRows(list, {
      value: (latent) => z()?.[latent] ?? 0,
      onTurn: (latent, to) => {
        turn(latent, to ?? inspection.now?.answer.mu[latent] ?? 0);
      },
      onChoose: (latent) => {
        chosen = latent;
        show();
      },
    });
    const strip = latentStrip(element('latents-strip'), {
      session,
      onPress: (value) => turn(current(), value),
    });
    const readings = latentReadings(element('latents-readings'), element('latents-readings-note'), {
      session,
      onPress: (code) => subject.turn(latents(code), 'posterior'),
    });
    const open = latentTable(root, session, () => {
      const code = z();
      if (!code) return null;
      const carrying = rows.order.filter(carries);
      return { code: full(code), latents: carrying.length > 0 ? carrying : [...rows.order] };
    });
    const seen = inSight(root, () => show(), signal);

    /** As it is at hand: set by hand, or as the answer says. The hand is ahead of the answer. */
    function z() {
      const at = inspection.now?.answer;
      if (!at) return null;
      return subject.z?.length === at.mu.length ? subject.z : at.z;
    }
    /** As the decoder takes them: with the label at hand, if the model knows any. @param {Float32Array} z */
    function full(z) {
      const model = store.standing?.model;
      return model ? labelled(z, model, inspection.label?.label ?? null) : z;
    }
    /** @param {Float32Array} code */
    function latents(code) {
      const model = store.standing?.model;
      return model ? latentsOf(code, model) : code;
    }
    /** Moves one latent. @param {number} latent @param {number} to */
    function turn(latent, to) {
      const code = z()?.slice();
      if (!code) return;
      code[latent] = to;
      subject.turn(code, latent);
    }
    /** The latent that the strip is about. */
    function current() {
      return chosen ?? rows.order[0] ?? 0;
    }
    const carries = (/** @type {number} */ latent) => (fitting()?.active[latent] ?? 1) === 1;

    /** The statistics, if they are of a model with as many latents. */
    function fitting() {
      return statistics?.kl.length === inspection.now?.answer.mu.length ? statistics : null;
    }

    function show() {
      const [look, code] = [inspection.now, z()];
      const posterior = !!look && look.answer.logvar.length > 0;
      resample.disabled = !posterior;
      prior.disabled = table.disabled = !look;
      settle.disabled = subject.settled;
      tell();
      if (!look || !code) {
        readings.clear();
        strip.clear();
        showDigit(now, null);
      } else if (seen()) showLook(look, code, posterior);
      const i = current() + 1;
      put(element('latents-what'), { key: 'latents.what', i });
      put(element('latents-what-note'), { key: 'latents.what.note', i });
    }

    /** What depends on whether there is an encoder. */
    function tell() {
      const kind = store.encoderShown ? 'encoder' : 'free';
      put(element('latents-caption'), { key: `latents.caption.${kind}` });
      put(element('latents-legend-mu'), { key: `latents.legend.mu.${kind}` });
      put(element('latents-legend-kl'), { key: `latents.legend.kl.${kind}` });
      const n = statistics?.images ?? (store.encoderShown ? IMAGES : IMAGES_SEARCHED);
      put(element('latents-legend-mean'), { key: `latents.legend.mean.${kind}`, n });
      list.dataset.images = String(n);
      for (const id of ['latents-legend-sigma', 'latents-readings-title', 'latents-readings'])
        element(id).hidden = !store.encoderShown;
    }

    /** @param {import('../../app/inspection.js').Look} look @param {Float32Array} code @param {boolean} posterior */
    function showLook(look, code, posterior) {
      const { answer, image, model, step } = look;
      const readout = {
        mu: answer.mu,
        sigma: posterior ? answer.logvar.map((logvar) => Math.exp(logvar / 2)) : null,
        z: code,
        kl: answer.kl,
        mean: fitting()?.kl ?? null,
        active: fitting()?.active ?? null,
        chosen,
      };
      rows.show(readout);
      gaussian(current(), readout);
      showDigit(now, answer.mean);
      put(now, { key: 'latents.now' }, 'aria-label');
      list.dataset.step = String(step);
      if (waiting) {
        waiting = false;
        refresh();
      }
      window.clearTimeout(timer);
      const wait = isHandMoving() ? decodedAt + PATIENCE - performance.now() : 0;
      if (wait > 0) {
        timer = window.setTimeout(show, wait);
        return;
      }
      decodedAt = performance.now();
      strip.show(current(), full(code), [model, step]);
      readings.show(posterior ? image.pixels : null, seed, inspection.label?.label ?? null, [model, step]);
    }

    async function measure() {
      // The digit comes first.
      waiting = !inspection.now;
      if (waiting) return;
      const model = store.standing?.model;
      const most = store.encoderShown ? IMAGES : IMAGES_SEARCHED;
      const affordable = () => {
        const time = store.running && !store.pretrainedShown ? TRAINING : AT_REST;
        return Math.min(most, Math.max(FEWEST, Math.floor(time / cost)));
      };
      const ask = async (/** @type {number} */ count) => {
        const start = performance.now();
        const back = await session.ask('latentStatistics', { count });
        cost = (performance.now() - start) / back.images;
        return back;
      };
      const gone = () => signal.aborted || model !== store.standing?.model;
      try {
        // The first few say what an image costs: on a slow device all of them would hold up whatever else is asked.
        const first = cost === 0;
        let back = await ask(first ? Math.min(most, FEWEST) : affordable());
        if (first && !gone() && back.images < affordable()) back = await ask(affordable());
        if (gone()) return;
        statistics = back;
        put(error, null);
        show();
      } catch (problem) {
        const { code } = toFailure(problem);
        if (code !== 'state' && code !== 'cancelled') put(error, textOf(problem));
      }
    }

    resample.addEventListener('click', () => {
      seed += 1;
      subject.draw(seed);
    });
    prior.addEventListener('click', async () => {
      put(error, null);
      try {
        const { codes } = await session.ask('samples', { count: 1, seed: Math.floor(Math.random() * 1e6) });
        subject.turn(latents(codes), 'prior');
      } catch (problem) {
        put(error, textOf(problem));
      }
    });
    settle.addEventListener('click', () => subject.settle());
    table.addEventListener('click', open);

    subject.onChange(show, { signal });
    inspection.watch(root, signal, show);
    for (const event of /** @type {const} */ (['model', 'shown'])) {
      store.on(
        event,
        () => {
          // Of another model: they would sort and fold the rows of this one.
          statistics = null;
          cost = 0;
          if (chosen !== null && chosen >= (store.standing?.model.latent ?? 0)) chosen = null;
          show();
        },
        { signal },
      );
    }
    const refresh = liveView({ store, element: list, every: 1000, work: measure, lazy: true, signal });
    store.on('dataset', refresh, { signal });
    signal.addEventListener('abort', () => window.clearTimeout(timer));
    show();
  },
};

/** The numbers of the axis, and over them the prior's density. @param {HTMLElement} root */
function drawAxis(root) {
  const axis = root.querySelector('.latent-head .latent-axis');
  if (!axis) throw new Error('there is no axis');
  const { svg, path } = figure();
  path('prior').setAttribute('d', bell(0, 1));
  axis.append(svg);
  for (let value = -3; value <= 3; value++) {
    const number = document.createElement('b');
    number.style.left = `${(100 * (value + REACH)) / (2 * REACH)}%`;
    put(number, signed(value, 0));
    axis.append(number);
  }
}
