// @ts-check
/**
 * The protocol of the peers' bench (bench/peers in the project's shared folder; `cargo xtask bench` runs it): the
 * address says what to
 * measure, progress and the one result are posted to the server the page came from.
 */
import { version } from '../../../pkg/package.json';
import { measure } from './client.js';
import { isLarge, WORKLOADS } from './types.js';

/** @param {URLSearchParams} query */
export async function measureForPeers(query) {
  const started = Math.round(performance.now());
  const address = (/** @type {string} */ what) => `/${what}?id=${encodeURIComponent(query.get('id') ?? '')}`;
  const number = (/** @type {string} */ name, /** @type {number} */ usual) => Number(query.get(name) || usual);
  const opts = Object.fromEntries(
    (query.get('opts') ?? '')
      .split(/[,+ ]/)
      .filter(Boolean)
      .map((option) => option.split(':')),
  );
  const backend = opts.device === 'cpu' ? 'cpu' : 'webgpu';
  const fixed = { peer: 'inkling', version, opts, ms_page_to_script: started };
  const environment = {
    ua: navigator.userAgent.replace(/.*(Chrome\/[\d.]+).*/, '$1'),
    hw_threads: navigator.hardwareConcurrency,
  };
  const show = (/** @type {string} */ title, /** @type {string} */ text) => {
    document.title = title;
    document.body.textContent = text;
  };

  const { done } = measure(
    {
      choice: { device: backend, by: 'address' },
      workload: WORKLOADS.find((name) => name === query.get('w')) ?? 'M',
      mode: query.get('mode') === 'count' ? 'count' : 'time',
      block: number('block', 50),
      blocks: number('blocks', 5),
      warm: number('warm', 20),
      dec: number('dec', 50),
      count: number('count', 10),
      check: number('check', 6),
      large: isLarge(opts.gpu),
    },
    (event) => {
      if (event.event !== 'progress') return;
      show(event.text, event.text);
      navigator.sendBeacon(
        address('progress'),
        JSON.stringify({ ...fixed, ...event.result, at: event.text, at_ms: Math.round(performance.now()) }),
      );
    },
  );
  const result = { ...fixed, ...(await done), ...environment };
  show('done', JSON.stringify(result, null, 1));
  await fetch(address('result'), { method: 'POST', body: JSON.stringify(result) });
}
