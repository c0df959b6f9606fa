// @ts-check
/** The page's side of the engine, against a worker that does as the test says. Needs no browser. */
import assert from 'node:assert/strict';
import { afterEach, describe, mock, test } from 'node:test';
import { Session } from '../../www/src/app/session.js';
import { Store } from '../../www/src/app/store.js';
import { readModel, readPage } from '../../www/src/app/url-state.js';

/** @typedef {import('../../www/src/protocol.js').DataSource} DataSource */

const PRESET = /** @type {any} */ ({
  name: 'classic',
  hasEncoder: true,
  latent: 2,
  beta: 1,
  learningRate: 1e-3,
  batch: 8,
});
const CONFIG = { preset: 'classic', latent: 2, beta: 1, learningRate: 1e-3, batch: 8, epochs: 10, seed: 1 };
/** @type {DataSource} */
const OLD = { kind: 'generated', count: 60, seed: 1 };
/** @type {DataSource} */
const NEW = { kind: 'generated', count: 600, seed: 2 };
const FATAL = { code: 'device', message: 'a test', text: { key: 'errors.deviceLost', detail: 'a test' } };

/** Answers as the worker does, unless the test has another answer for a type of request. */
class FakeWorker {
  /** @type {FakeWorker[]} */ static all = [];
  /** The type of request at which the engine dies. */ static dies = '';
  static silent = false;
  /** @type {Record<string, (send: any) => unknown>} */ static answers = {};
  /** @type {{type: string, send: any}[]} */ asked = [];
  /** @type {(event: {data: unknown}) => void} */ onmessage = () => {};

  constructor() {
    FakeWorker.all.push(this);
  }

  terminate() {}

  /** @param {{id: number, type: string, send: any}} request */
  postMessage({ id, type, send }) {
    this.asked.push({ type, send });
    if (FakeWorker.silent) return;
    queueMicrotask(() => {
      if (type === FakeWorker.dies) return this.say({ event: 'fatal', error: FATAL });
      try {
        this.say({ id, ok: true, back: (FakeWorker.answers[type] ?? ANSWERS[type])?.(send) ?? null });
      } catch (error) {
        this.say({ id, ok: false, error });
      }
    });
  }

  /** @param {unknown} data */
  say(data) {
    this.onmessage({ data });
  }

  /** What was sent with the requests of a type. @param {string} type */
  sent(type) {
    return this.asked.filter((one) => one.type === type).map(({ send }) => send);
  }
}

const progress = (/** @type {number} */ step, state = 'paused') => ({
  state,
  step,
  totalSteps: 100,
  epoch: 1,
  epochs: 10,
  losses: null,
  heldOut: null,
});
const info = (config = CONFIG) => ({ config, parameters: 10, latent: 2, stepsPerEpoch: 10 });

/** @type {Record<string, (send: any) => unknown>} */
const ANSWERS = {
  init: () => ({ device: { backend: 'cpu', adapter: '', reason: { key: 'worker.cpuByAddress' } }, presets: [PRESET] }),
  load: ({ source }) => ({ kind: source.kind, name: '', train: source.count, heldOut: 6, own: 0, times: 0 }),
  configure: ({ config }) => info(config),
  restore: () => ({ ...info(), progress: progress(5) }),
  step: () => progress(5),
  checkpoint: () => ({ bytes: new Uint8Array([1]), progress: progress(5) }),
  updateHyperparameters: () => progress(5),
  loadPretrained: () => ({ preset: 'classic', latent: 2, labels: 0 }),
  continuePretrained: ({ epochs }) => info({ ...CONFIG, epochs }),
  start: () => null,
};

/** An answer of the engine that refuses. @param {string} reason */
const refuses = (reason) => () => {
  throw { code: 'data', message: reason, text: { key: `errors.${reason}` } };
};

function worker() {
  const found = FakeWorker.all.at(-1);
  assert.ok(found, 'there is a worker');
  return found;
}

/** A page that has begun with the old data. */
async function booted() {
  /** @type {any} */ (globalThis).Worker = FakeWorker;
  const store = new Store();
  const session = new Session(store, { device: 'auto' });
  const boot = session.boot(() => ({ sources: [OLD], configs: [CONFIG], refused: null }));
  return { store, session, boot };
}

/** Such a page, with a model that was trained for five steps and has a checkpoint. */
async function trained() {
  const { store, session, boot } = await booted();
  await boot;
  await session.step();
  worker().say({ event: 'checkpoint', bytes: new Uint8Array([5]), progress: progress(5) });
  return { store, session };
}

afterEach(() => {
  FakeWorker.all = [];
  FakeWorker.dies = '';
  FakeWorker.silent = false;
  FakeWorker.answers = {};
  mock.timers.reset();
});

describe('a worker', () => {
  test('that the browser does not make is told, and a restart tries again', async () => {
    /** @type {any} */ (globalThis).Worker = class {
      constructor() {
        throw new Error('blocked');
      }
    };
    const store = new Store();
    const session = new Session(store, { device: 'cpu', by: 'address' });
    await session.boot(() => ({ sources: [OLD], configs: [CONFIG], refused: null }));
    assert.equal(store.failure?.text.key, 'app.noWorker');
    assert.deepEqual(store.failure?.text.why, { key: 'errors.other', said: 'blocked' });

    /** @type {any} */ (globalThis).Worker = FakeWorker;
    await session.restart();
    assert.equal(store.failure, null);
    assert.ok(store.model);
  });

  test('that says nothing is told after a while, and the page goes on once it comes', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    FakeWorker.silent = true;
    const { store, boot } = await booted();
    mock.timers.tick(5000);
    assert.equal(store.failure, null, 'not at once');
    mock.timers.tick(60_000);
    const { text, backend } = /** @type {import('../../www/src/protocol.js').Failure} */ (
      /** @type {unknown} */ (store.failure)
    );
    assert.deepEqual([text.key, backend], ['app.engineSilent', 'webgpu'], 'the CPU may be a way out');

    FakeWorker.silent = false;
    const { asked } = worker();
    worker().say({ id: 1, ok: true, back: ANSWERS.init?.(asked[0]?.send) });
    await boot;
    assert.equal(store.failure, null);
    assert.ok(store.model);
  });

  test('that has spoken may take its time', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    FakeWorker.silent = true;
    const { store } = await booted();
    worker().say({ event: 'status', text: { key: 'worker.loadingEngine' } });
    mock.timers.tick(600_000);
    assert.equal(store.failure, null);
  });
});

describe('after an engine broke', () => {
  test('while new data went in, the model comes back with the data it was trained on', async () => {
    const { store, session } = await trained();
    FakeWorker.dies = 'configure';
    await assert.rejects(session.load(NEW), { code: 'device' });
    assert.equal(store.failure?.code, 'device');

    FakeWorker.dies = '';
    await session.restart();
    assert.deepEqual(worker().sent('load'), [{ source: OLD }]);
    assert.deepEqual(worker().sent('restore'), [{ bytes: new Uint8Array([5]) }]);
    assert.deepEqual([store.source, store.dataset?.train, store.progress.step], [OLD, 60, 5]);
  });

  test('while a replaced run came back, the model in place comes back with its data', async () => {
    const { store, session } = await trained();
    await session.load(NEW);
    assert.equal(store.undoable?.progress.step, 5);
    FakeWorker.dies = 'restore';
    await assert.rejects(session.undo(), { code: 'device' });

    FakeWorker.dies = '';
    await session.restart();
    assert.deepEqual(worker().sent('load'), [{ source: NEW }]);
    assert.deepEqual([store.source, store.progress.step], [NEW, 0]);
    await session.undo();
    assert.deepEqual([store.source, store.progress.step], [OLD, 5], 'and Undo is still there');
  });
});

describe('a pretrained model that is trained on', () => {
  test('is a run of its own, and what was there comes back', async () => {
    const { store, session } = await trained();
    const run = store.runId;
    await session.continuePretrained('best');
    assert.deepEqual([store.from, store.learned, store.progress.state, store.shown], ['best', true, 'paused', 'yours']);
    const { model, epochs, seed, learningRate } = worker().sent('continuePretrained')[0];
    assert.deepEqual([model, epochs, seed], ['best', CONFIG.epochs, CONFIG.seed]);
    assert.ok(learningRate < PRESET.learningRate, 'gently');
    assert.ok(session.kept, 'a crash does not cost its weights');
    assert.equal(store.undoable?.id, run);
    await session.undo();
    assert.deepEqual([store.runId, store.from], [run, null]);
    await session.undo();
    assert.equal(store.from, 'best');
  });

  test('on other data gives even an untrained model back, with its data', async () => {
    const { store, session, boot } = await booted();
    await boot;
    FakeWorker.answers.checkpoint = () => ({ bytes: new Uint8Array([1]), progress: progress(0, 'idle') });
    FakeWorker.answers.restore = () => ({ ...info(), progress: progress(0, 'idle') });
    await session.continuePretrained('hand', { source: NEW, labels: 11, epochs: 2 });
    assert.deepEqual([store.source, store.config?.epochs], [NEW, 2]);
    assert.equal(worker().sent('continuePretrained')[0].labels, 11);
    await session.undo();
    assert.deepEqual([store.source, store.progress.step, store.learned], [OLD, 0, false]);
  });

  test('that is refused leaves all as it was, and training goes on', async () => {
    const { store, session } = await trained();
    worker().say({ event: 'progress', progress: progress(5, 'running') });
    FakeWorker.answers.pause = () => progress(5);
    FakeWorker.answers.continuePretrained = refuses('needsLabels');
    await assert.rejects(session.continuePretrained('hand', { source: NEW }), { code: 'data' });
    assert.deepEqual([store.source, store.progress.step, store.from, store.undoable], [OLD, 5, null, null]);
    assert.equal(worker().sent('start').length, 1);
  });
});

describe('images without labels', () => {
  test('are refused while a conditional model is there, before they take the place of others', async () => {
    FakeWorker.answers.configure = ({ config }) => ({ ...info(config), labels: 10 });
    const { store, session, boot } = await booted();
    await boot;
    FakeWorker.answers.load = refuses('needsLabels');
    await assert.rejects(session.load(NEW), { code: 'data' });
    assert.equal(worker().sent('load').at(-1).labelled, true);
    assert.equal(store.source, OLD);
  });

  test('that came while the settings changed make way for what was there', async () => {
    const { store, session } = await trained();
    FakeWorker.answers.configure = refuses('needsLabels');
    await assert.rejects(session.load(NEW), { code: 'data' });
    assert.deepEqual([store.source, store.progress.step, store.undoable], [OLD, 5, null]);
  });
});

describe('Start', () => {
  test('is held back while a field is out of range, whatever the model', async () => {
    const { session } = await trained();
    session.setDraft(null);
    await assert.rejects(session.start(), { code: 'config' });
    assert.deepEqual(worker().sent('start'), []);
    session.setDraft(CONFIG);
    await session.start();
    assert.equal(worker().sent('start').length, 1);
  });

  test('does not ask for more epochs than a run can have', async () => {
    const { store, session } = await trained();
    worker().say({ event: 'progress', progress: { ...progress(100, 'finished'), epoch: 995, epochs: 995 } });
    store.config = { ...CONFIG, epochs: 995 };
    await session.start();
    assert.deepEqual(worker().sent('updateHyperparameters'), [{ epochs: 1000 }]);

    worker().say({ event: 'progress', progress: { ...progress(100, 'finished'), epoch: 1000, epochs: 1000 } });
    store.config = { ...CONFIG, epochs: 1000 };
    await assert.rejects(session.start(), ({ failure }) => failure.text.key === 'app.noMoreEpochs');
    assert.equal(worker().sent('start').length, 1);
  });
});

describe('the address', () => {
  /** @param {string} search */
  function visited(search) {
    /** @type {any} */ (globalThis).location = { search, href: `http://localhost/${search}` };
    return { ...readPage(), refused: readModel([PRESET]).refused?.what };
  }

  test('that asks for what there is not is answered with what was ignored', () => {
    const page = visited(
      `?data=zzz&device=tpu&lang=tlh&mnist=http://[&mnist=javascript:1&lr=9&seed=${'9'.repeat(300)}`,
    );
    assert.deepEqual([page.data, page.choice, page.mirrors], [null, { device: 'auto' }, {}]);
    assert.equal(
      page.refused,
      'device=tpu, lang=tlh, data=zzz, mnist=http://[, mnist=javascript:1, lr=9, seed=9999999999999999999…',
    );
  });

  test('that asks for what there is gets it', () => {
    const page = visited('?data=kmnist&device=gpu&lang=zh-Hans&mnist=mirror/&mnist=http://[&seed=1e3');
    assert.deepEqual([page.data, page.choice], ['kmnist', { device: 'webgpu', by: 'address' }]);
    assert.deepEqual([page.mirrors, page.refused], [{ mnist: ['mirror/'] }, 'mnist=http://[']);
    assert.equal(visited('?data=generated&device=cpu').refused, undefined);
  });
});
