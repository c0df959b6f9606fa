// @ts-check
/** Wires the panels to the session, says how the page is, and opens the engine. */

import { Session } from './app/session.js';
import { readPage, readWishes, write } from './app/url-state.js';
import { dataPanel, GENERATED } from './panels/data/data.js';
import { mixPanel } from './panels/data/mix-control.js';
import { drawPanel } from './panels/draw/draw.js';
import { ownPanel } from './panels/draw/my-digits.js';
import { interpolatePanel } from './panels/interpolate/interpolate.js';
import { mapPanel } from './panels/map/map.js';
import { modelPanel } from './panels/model/model.js';
import { samplesPanel } from './panels/samples/samples.js';
import { trainPanel } from './panels/train/train.js';
import { shownSwitch } from './shell/model-switch.js';
import { resumeBar } from './shell/resume-bar.js';
import { Autosave } from './storage/autosave.js';
import { OwnSet } from './storage/digit-store.js';
import { modelFiles } from './storage/save-file.js';
import { button, element, find } from './ui/dom.js';

const page = readPage();
const session = new Session(page.choice);
const autosave = new Autosave(session);
const own = new OwnSet();

masthead();
broken();
const settings = modelPanel(session);
const interpolate = interpolatePanel(session);
const mix = mixPanel(session, own);
dataPanel(session, page.mirrors, mix, modelFiles(session, autosave));
trainPanel(session, interpolate.pick, settings.read);
drawPanel(session, interpolate.pick, ownPanel(session, own));
samplesPanel(session, interpolate);
mapPanel(session, interpolate);
shownSwitch(session);
address();
leaving();
resumeBar(session, autosave);

session.boot((presets) => ({
  // What an address asks for is taken only if this browser has it: nothing is downloaded without a click.
  sources: page.data ? [{ kind: page.data, cachedOnly: true }, GENERATED] : [GENERATED],
  ...readWishes(presets, settings.accept),
}));

function masthead() {
  const [badge, name, reason, why] = [
    element('device-badge'),
    element('device-name'),
    element('device-reason'),
    button('device-why'),
  ];
  const status = element('status');
  session.on('device', (device) => {
    badge.dataset.backend = device.backend;
    // Some browsers do not name the adapter.
    const adapter = device.adapter.replace(/^CPU\W*/, '');
    name.textContent = [device.backend === 'webgpu' ? 'WebGPU' : 'CPU', adapter].filter(Boolean).join(' · ');
    reason.textContent = device.reason;
    why.setAttribute('aria-label', `Runs on ${name.textContent}. Why?`);
    why.title = device.reason;
  });
  const explain = (/** @type {boolean} */ open) => {
    reason.hidden = !open;
    why.setAttribute('aria-expanded', String(open));
  };
  why.addEventListener('click', () => explain(reason.hidden === true));
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Node && !badge.contains(target) && !reason.contains(target)) explain(false);
  });
  document.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return;
    explain(false);
    find('how', HTMLDetailsElement).open = false;
  });
  const waiting = element('chart-empty');
  session.on('say', (sentence) => {
    status.textContent = sentence;
    if (!session.model) waiting.textContent = sentence;
  });
  session.on('ready', (refused) => {
    document.documentElement.dataset.ready = 'true';
    waiting.textContent = 'Press Start, and the curves fall here.';
    status.textContent = `${refused && `${sentence(refused)} `}Ready: your model is untrained. Press Start.`;
  });
  session.on('model', ({ info }) => (element('lede-latent').textContent = String(info.latent)));
}

/** The engine stopped: say so, offer the way back. */
function broken() {
  const [banner, restart, cpu] = [element('fatal'), button('restart'), button('restart-cpu')];
  session.on('fatal', (failure) => {
    banner.hidden = failure === null;
    restart.disabled = cpu.disabled = false;
    if (!failure) {
      document.documentElement.dataset.ready = 'true';
      return;
    }
    banner.dataset.code = failure.code;
    element('fatal-title').textContent = session.model ? 'The engine stopped' : 'The engine did not start';
    element('fatal-message').textContent =
      `${failure.code === 'panic' ? 'Something broke inside it: ' : ''}${sentence(failure.message)} ${session.kept ? 'Your last good weights are kept and come back with it.' : ''}`;
    cpu.hidden = page.choice.device === 'cpu' || session.device?.backend === 'cpu';
    restart.focus();
  });
  for (const [control, choice] of /** @type {const} */ ([
    [restart, undefined],
    [cpu, { device: 'cpu', why: 'it was chosen when the engine failed on WebGPU' }],
  ])) {
    control.addEventListener('click', async () => {
      restart.disabled = cpu.disabled = true;
      await session.restart(choice);
      if (banner.hidden) element('start').focus();
    });
  }
}

/** Who leaves a model that could not be kept is asked first. */
function leaving() {
  const ask = (/** @type {BeforeUnloadEvent} */ event) => event.preventDefault();
  // Listened for only while there is something to lose: it keeps the browser from going back to this page as it was.
  const follow = () => (autosave.safe ? window.removeEventListener : window.addEventListener)('beforeunload', ask);
  autosave.follow(follow);
  session.on('undoable', follow);
}

/** Keeps the address in step with what differs from the defaults. */
function address() {
  const save = () => {
    if (session.config) write(session.config, session.presets, session.dataset?.kind ?? 'generated');
  };
  session.on('model', save);
  session.on('config', save);
}

/** A panic's first line is what a person can read; the rest is in the console. @param {string} message */
function sentence(message) {
  const line = message.split('\n')[0]?.slice(0, 240) ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
