// @ts-check
/** The benchmark as a person sees it: which device, Start and Stop, and a panel of results for each workload. */

import { readPage } from '../app/url-state.js';
import { finder } from '../ui/dom.js';
import { measure } from './client.js';
import { panel } from './panel.js';
import { asJson, asText, computing } from './text.js';
import { isLarge, WORKLOADS } from './types.js';

const { button, element, find } = finder(document);

/** @typedef {import('./types.js').Result} Result */
/** @typedef {import('./types.js').Workload} Workload */

const SLOW =
  'Very slow: a step takes from half a second (M) to 20 seconds (R), everything together several minutes. ' +
  'Stop works at any time.';
const ON_CPU =
  'On the CPU a step of C or R may take seconds. There are no launches and no GPU times to show. ' +
  'Stop works at any time.';

/** @param {URLSearchParams} query */
export function personPage(query) {
  const { choice } = readPage();
  const [start, stop, status, bar] = [
    button('start'),
    button('stop'),
    element('status'),
    find('progress-bar', HTMLProgressElement),
  ];
  const panels = new Map(WORKLOADS.map((workload) => [workload, panel(workload)]));
  /** @type {Map<Workload, Result>} */
  const results = new Map();
  /** @type {import('./types.js').Device | null} */
  let device = null;
  /** @type {ReturnType<typeof measure> | null} */
  let current = null;
  let stopped = false;

  // `w=M,C` chooses as the boxes do.
  const wanted = query.get('w')?.toUpperCase().split(',');
  if (wanted) for (const [workload, { chosen }] of panels) chosen.checked = wanted.includes(workload);
  document.body.dataset.ready = 'false';

  /**
   * @param {Workload} workload @param {import('./types.js').Mode} mode
   * @param {(event: import('./types.js').BenchEvent) => void} onEvent
   */
  const run = (workload, mode, onEvent) => {
    const unused = { block: 0, blocks: 0, warm: 0, dec: 0, count: 0, check: 0 };
    // `gpu=large` or `gpu=usual` says so instead of timing it.
    const large = isLarge(query.get('gpu'));
    current = measure({ choice, workload, mode, large, ...unused }, (event) => {
      if (event.event === 'device') {
        device = event.device;
        showDevice(device);
      }
      onEvent(event);
    });
    return current.done;
  };
  const say = (/** @type {string} */ text) => {
    // A live region speaks at each change: none without need.
    if (status.textContent !== text) status.textContent = text;
  };
  const busy = (/** @type {boolean} */ on) => {
    // Focus must not fall off the page with the button that had it.
    const focused = [start, stop].includes(/** @type {HTMLButtonElement} */ (document.activeElement));
    [start.hidden, stop.hidden] = [on, !on];
    if (focused) (on ? stop : start).focus();
    for (const { chosen } of panels.values()) chosen.disabled = on;
    copyable();
  };
  const copyable = () => {
    for (const id of ['copy-text', 'copy-json']) button(id).disabled = results.size === 0;
  };

  start.addEventListener('click', async () => {
    const todo = WORKLOADS.filter((workload) => panels.get(workload)?.chosen.checked);
    if (todo.length === 0) return say('Choose a workload first.');
    for (const workload of todo) {
      results.delete(workload);
      panels.get(workload)?.show(null, 'waits for its turn');
    }
    stopped = false;
    find('by-hand', HTMLTextAreaElement).hidden = true;
    busy(true);
    /** @type {string[]} */
    const failed = [];
    for (const [i, workload] of todo.entries()) {
      if (stopped) {
        panels.get(workload)?.show(null);
        continue;
      }
      const result = await run(workload, 'person', (event) => {
        if (event.event !== 'progress') return;
        say(`${workload} (${i + 1} of ${todo.length}): ${event.text}`);
        bar.value = (i + event.done) / todo.length;
        results.set(workload, event.result);
        copyable();
        panels.get(workload)?.show(event.result, 'being measured…');
      });
      results.set(workload, result);
      panels.get(workload)?.show(result);
      if (result.error) failed.push(workload);
    }
    bar.value = stopped ? bar.value : 1;
    busy(false);
    const outcome =
      failed.length > 0 ? `${failed.join(' and ')} failed: the reason is below.` : 'Everything chosen is measured.';
    say(stopped ? 'Stopped. What was measured so far is below.' : outcome);
  });
  stop.addEventListener('click', () => {
    stopped = true;
    current?.stop();
  });

  const facts = () => ({ device, results: [...results.values()] });
  button('copy-text').addEventListener('click', () => copy(asText(facts()), say));
  button('copy-json').addEventListener('click', () => copy(asJson(facts()), say));

  run('M', 'look', () => {}).then(({ error }) => {
    say(error ?? 'Ready.');
    start.disabled = false;
    document.body.dataset.ready = 'true';
  });
}

/** @param {import('./types.js').Device} device */
function showDevice(device) {
  const { backend, adapter, reason } = device;
  element('device-badge').dataset.backend = backend;
  element('device-name').textContent = backend === 'webgpu' ? `WebGPU · ${adapter}` : `CPU · ${computing(device)}`;
  const more = backend === 'cpu' ? ON_CPU : /\(software\)/.test(adapter) ? SLOW : '';
  element('reason').textContent = `${reason} ${more}`;
}

/** @param {string} text @param {(text: string) => void} say */
async function copy(text, say) {
  const area = find('by-hand', HTMLTextAreaElement);
  try {
    await navigator.clipboard.writeText(text);
    area.hidden = true;
    say('Copied.');
  } catch {
    area.hidden = false;
    area.value = text;
    area.select();
    say('This browser does not let the page copy: the results are in the box, selected.');
  }
}
