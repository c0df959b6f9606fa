// @ts-check
/** Start, pause, step, reset; where the run stands; its curves; and held-out digits above their reconstructions. */

import { Speed } from '../../app/throughput.js';
import { hasEncoder } from '../../protocol.js';
import { digit, show } from '../../ui/digit-canvas.js';
import { button, element, words } from '../../ui/dom.js';
import { count, duration, nats, rate } from '../../ui/format.js';
import { refresher } from '../../ui/live-view.js';
import { gridColumns, roving } from '../../ui/roving-focus.js';
import { Chart } from './chart.js';

/** @typedef {import('../../app/session.js').Session} Session */

const SHOWN = 10;
/** How many held-out images the engine measures: fewer without an encoder, where each code has to be sought. */
const MEASURED = { encoder: 500, free: 50 };

/** @param {Session} session @param {(pick: import('../interpolate/interpolate.js').Pick) => void} pick @param {() => import('../../protocol.js').TrainConfig | null} settings the form's values, null if one is out of range */
export function trainPanel(session, pick, settings) {
  transport(session, settings);
  standing(session);
  heldOutRow(session, pick);

  const chart = new Chart(element('chart'), element('chart-kl'));
  const empty = element('chart-empty');
  session.on('model', () => (chart.prior = nameTerms(session)));
  session.on('progress', () => {
    empty.hidden = session.history.step.length > 0;
    chart.show(session.history);
  });
}

/** The terms of this model's loss by their names. Returns that of the second term. @param {Session} session */
function nameTerms({ preset, dataset }) {
  const encoder = !preset || hasEncoder(preset);
  const prior = encoder ? 'KL' : '|z|²/2';
  for (const id of ['loss-kl-name', 'chart-kl-name']) element(id).textContent = prior;
  element('loss-kl-name').title = encoder
    ? 'How far the codes’ clouds stray from the bell curve'
    : 'How far the free codes stray from zero: there is no cloud, so no KL';
  const measured = Math.min(MEASURED[encoder ? 'encoder' : 'free'], dataset?.heldOut ?? Infinity);
  element('loss-held-out-name').title = `Mean over ${count(measured)} held-out images, always the same`;
  return prior;
}

/** @param {Session} session @param {() => import('../../protocol.js').TrainConfig | null} settings */
function transport(session, settings) {
  const [start, pause, step, reset, undo] = [
    button('start'),
    button('pause'),
    button('step'),
    button('reset'),
    button('undo-reset'),
  ];
  const error = element('train-error');
  /** @param {HTMLElement} control @param {() => Promise<unknown>} action */
  const on = (control, action) =>
    control.addEventListener('click', () => {
      error.textContent = '';
      action().catch((problem) => (error.textContent = words(problem)));
    });

  on(start, () => session.start());
  on(pause, () => session.pause());
  on(step, () => session.step());
  on(reset, async () => {
    const config = settings();
    if (config) await session.configure(config);
    else error.textContent = 'One of the settings is out of range.';
  });
  on(undo, () => session.undo());

  session.on('progress', ({ state, step: steps }) => {
    const running = state === 'running';
    const focused = document.activeElement === start || document.activeElement === pause;
    start.hidden = running;
    pause.hidden = !running;
    if (focused) (running ? pause : start).focus();
    start.textContent = state === 'idle' ? 'Start' : state === 'finished' ? 'Train on' : 'Resume';
    start.classList.toggle('inviting', state === 'idle');
    step.disabled = state === 'finished' || !session.model;
    start.disabled = !session.model;
    reset.disabled = steps === 0;
  });
  session.on('undoable', (kept) => {
    undo.hidden = !kept;
    undo.textContent = kept ? `Bring back the model at step ${count(kept.progress.step)}` : '';
  });
  session.on('stopped', ({ message }) => (error.textContent = message));
  session.on('fatal', (failure) => {
    for (const control of [start, pause, step, reset, undo]) control.disabled = failure !== null;
    if (!failure) reset.disabled = !session.trained;
  });
}

/** Numbers as text for people and as data attributes for tests. @param {Session} session */
function standing(session) {
  const progress = element('progress');
  const bar = /** @type {HTMLProgressElement} */ (element('progress-bar'));
  const speed = new Speed();
  const put = (/** @type {string} */ id, /** @type {string} */ text, /** @type {number} */ value) => {
    const place = element(id);
    place.textContent = text;
    place.dataset.value = String(value);
  };

  session.on('progress', (now) => {
    Object.assign(progress.dataset, {
      state: now.state,
      step: now.step,
      totalSteps: now.totalSteps,
      epoch: now.epoch,
      epochs: now.epochs,
    });
    put('progress-epoch', `${count(now.epoch)} / ${count(now.epochs)}`, now.epoch);
    put('progress-step', count(now.step), now.step);
    const pace = speed.measure(now);
    const left = pace > 0 ? (now.totalSteps - now.step) / pace : 0;
    put('progress-rate', pace > 0 ? rate(pace) : '–', pace);
    put('progress-left', pace > 0 ? duration(left) : '–', left);
    bar.max = Math.max(1, now.totalSteps);
    bar.value = now.step;
    if (now.step === 0 && !now.losses) {
      for (const name of ['total', 'reconstruction', 'kl', 'held-out']) forget(name);
    }
    if (now.losses) {
      const { total, reconstruction, kl } = now.losses;
      loss('total', total);
      loss('reconstruction', reconstruction);
      loss('kl', kl);
    }
    if (now.heldOut) loss('held-out', now.heldOut.total);
  });
  session.on('model', ({ fresh }) => {
    if (fresh) return;
    const { history } = session;
    for (const [name, column] of /** @type {const} */ ([
      ['total', history.total],
      ['reconstruction', history.reconstruction],
      ['kl', history.kl],
      ['held-out', history.heldOut],
    ])) {
      const value = column.findLast((number) => number !== null);
      if (value == null) forget(name);
      else loss(name, value);
    }
  });

  /** @param {string} name @param {number} value */
  function loss(name, value) {
    put(`loss-${name}`, nats(value), value);
    progress.setAttribute(`data-${name}`, String(value));
  }
  /** @param {string} name */
  function forget(name) {
    const place = element(`loss-${name}`);
    place.textContent = '–';
    place.dataset.value = '';
    progress.removeAttribute(`data-${name}`);
  }
}

/** @param {Session} session @param {(pick: import('../interpolate/interpolate.js').Pick) => void} pick */
function heldOutRow(session, pick) {
  const row = element('held-out');
  const cells = Array.from({ length: SHOWN }, (_, i) => {
    const cell = document.createElement('button');
    cell.type = 'button';
    cell.disabled = true;
    cell.dataset.index = String(i);
    cell.setAttribute('aria-label', `Held-out digit ${i + 1} and its reconstruction`);
    const [input, output] = [digit(), digit()];
    input.className = 'digit input';
    output.className = 'digit output';
    cell.append(input, output);
    row.append(cell);
    return { cell, input, output };
  });
  roving(row, () => gridColumns(row));
  /** @type {import('../../protocol.js').Reconstructed | null} */
  let shown = null;

  refresher(
    session,
    row,
    500,
    async () => {
      const step = session.progress.step;
      shown = await session.ask('heldOut', { count: SHOWN, model: undefined });
      const { input, output } = shown;
      const there = input.length / 784;
      cells.forEach((cell, i) => {
        cell.cell.disabled = i >= there;
        show(cell.input, i < there ? input : null, i);
        show(cell.output, i < there ? output : null, i);
      });
      row.dataset.step = String(step);
    },
    { whose: 'yours' },
  );

  row.addEventListener('click', ({ target }) => {
    const cell = target instanceof Element ? target.closest('button') : null;
    const i = Number(cell?.dataset.index);
    if (!cell || !shown) return;
    const { input, output, codes } = shown;
    const latent = codes.length / (input.length / 784);
    pick({
      code: codes.slice(i * latent, (i + 1) * latent),
      pixels: output.slice(i * 784, (i + 1) * 784),
      source: input.slice(i * 784, (i + 1) * 784),
      name: `held-out digit ${i + 1}`,
    });
  });
}
