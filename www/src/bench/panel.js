// @ts-check
/** The panel of one workload: fills in what is known of its result, as it comes. */
import { rate } from '../i18n/number.js';
import { finder } from '../ui/dom.js';

const { element, find } = finder(document);

/** Rows of the table of kernels; the others are summed up. */
const ROWS = 12;

/** @param {import('./types.js').Workload} workload */
export function panel(workload) {
  const section = element(workload);
  section.append(find('results-template', HTMLTemplateElement).content.cloneNode(true));
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (section.querySelector(selector));
  const fill = (/** @type {string} */ field, /** @type {string} */ text, /** @type {number | undefined} */ value) => {
    const cell = part(`[data-field="${field}"]`);
    cell.textContent = text;
    cell.dataset.value = value === undefined ? '' : String(value);
  };

  /**
   * @param {import('./types.js').Result | null} result null: there is none
   * @param {string} [going] what is happening, unless it is over
   */
  function show(result, going) {
    const { steps_per_s, launch, gpu_times, error, stopped, backend } = result ?? {};
    section.dataset.state = error ? 'failed' : going ? 'running' : stopped ? 'stopped' : result ? 'done' : 'idle';
    part('.error').textContent = error ? `It failed: ${error}` : '';
    fill('steps_per_s', steps_per_s === undefined ? '–' : rate(steps_per_s), steps_per_s);
    part('.state').textContent = [
      blocks(result ?? {}),
      going ?? (stopped ? 'stopped before the end' : result ? '' : 'not measured'),
    ]
      .filter(Boolean)
      .join('; ');
    for (const field of ['ms_per_step', 'ms_first_step', 'decode_1_ms', 'decode_256_ms'])
      fill(field, milliseconds(result?.[field]), result?.[field]);
    for (const field of ['dispatch', 'submit', 'create_bind_group', 'create_buffer'])
      fill(field, amount(launch?.[field]), launch?.[field]);
    const all = result?.total_pipelines ?? result?.training_pipelines;
    fill('pipelines', amount(all), all);
    part('.launch').hidden = backend !== 'webgpu' || !launch;
    showKernels(part('.kernels'), result ?? {});
    part('.no-times').hidden = gpu_times !== false || backend !== 'webgpu';
  }

  show(null);
  return { chosen: find(`measure-${workload}`, HTMLInputElement), show };
}

/** @param {import('./types.js').Result} result */
function blocks({ steps_per_s, measured_blocks, block }) {
  if (steps_per_s === undefined) return '';
  return measured_blocks > 1
    ? `median of ${measured_blocks} blocks, the last of ${steps(block)}`
    : `one block of ${steps(block)}`;
}

/** @param {HTMLElement} place @param {import('./types.js').Result} result */
function showKernels(place, { kernels, tick_us, timed_steps }) {
  place.hidden = !kernels;
  if (!kernels) return;
  const rows = /** @type {import('./types.js').KernelRow[]} */ (kernels);
  const rest = rows.slice(ROWS);
  const total = sum(rows, 'us_per_step');
  const shown = [
    ...rows
      .slice(0, ROWS)
      .map(({ kernel, workgroups, us_per_step, share }) => [
        kernel,
        workgroups,
        microseconds(us_per_step),
        percent(share),
      ]),
    ...(rest.length > 0
      ? [[`${rest.length} more`, '', microseconds(sum(rest, 'us_per_step')), percent(sum(rest, 'share'))]]
      : []),
    ['together', '', microseconds(total), ''],
  ];
  const body = place.querySelector('tbody');
  body?.replaceChildren(
    ...shown.map((cells) => {
      const row = document.createElement('tr');
      row.append(
        ...cells.map((text, i) => {
          const cell = document.createElement(i === 0 ? 'th' : 'td');
          if (i === 0) cell.setAttribute('scope', 'row');
          cell.textContent = text;
          return cell;
        }),
      );
      return row;
    }),
  );
  const note = place.querySelector('.note');
  // Rounding cancels out over many steps, not over a few.
  const coarse =
    tick_us >= 5
      ? ` This browser tells GPU time in steps of ${tick_us.toFixed(0)} µs, so short kernels are rough.`
      : '';
  if (note) note.textContent = `Mean of ${steps(timed_steps)}, each dispatch timed alone.${coarse}`;
}

const steps = (/** @type {number} */ n) => (n === 1 ? 'one step' : `${n} steps`);
const sum = (/** @type {any[]} */ rows, /** @type {string} */ field) =>
  rows.reduce((total, row) => total + row[field], 0);

/** @param {number | undefined} n */
const amount = (n) => (n === undefined ? '–' : String(Number(n.toFixed(2))));
/** @param {number | undefined} n */
function milliseconds(n) {
  if (n === undefined) return '–';
  return n >= 10_000
    ? `${(n / 1000).toFixed(1)} s`
    : `${n >= 100 ? Math.round(n).toLocaleString('en') : n >= 10 ? n.toFixed(1) : n.toFixed(2)} ms`;
}
/** @param {number} n */
const microseconds = (n) => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toFixed(1));
/** @param {number} n */
const percent = (n) => `${(100 * n).toFixed(n >= 0.0995 ? 0 : 1)} %`;
