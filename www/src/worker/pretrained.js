// @ts-check
/** The pretrained models that come with the page. They lie beside it as files and are fetched when they are wanted. */
import { problem } from '../protocol.js';

/** @type {Record<import('../protocol.js').Pretrained, URL>} */
const ADDRESSES = {
  best: new URL('../../models/best.safetensors', import.meta.url),
  plane: new URL('../../models/plane.safetensors', import.meta.url),
  hand: new URL('../../models/hand.safetensors', import.meta.url),
};

/** How long nothing may arrive before a download is given up, in ms. */
const SILENT_MS = 45_000;

/**
 * Rejects with the code 'network'.
 * @param {import('../protocol.js').Pretrained} name
 * @param {(done: number, total: number) => void} onProgress bytes; `total` is 0 where it is not known
 * @returns {Promise<Uint8Array>}
 */
export async function fetchModel(name, onProgress) {
  const abort = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), SILENT_MS);
  };
  alive();
  try {
    const response = await fetch(ADDRESSES[name], { signal: abort.signal }).catch(() => {
      throw problem('network', 'worker.pretrainedUnreachable');
    });
    if (!response.ok) throw problem('network', 'worker.pretrainedRefused', { status: response.status });
    // Of a file that is packed on the way, the length is that of the packed one.
    const packed = response.headers.has('content-encoding');
    const total = packed ? 0 : Number(response.headers.get('content-length'));
    const counted = new TransformStream({
      transform(part, controller) {
        alive();
        done += part.length;
        onProgress(done, total);
        controller.enqueue(part);
      },
    });
    let done = 0;
    const body = new Response(response.body?.pipeThrough(counted));
    const bytes = await body.arrayBuffer().catch(() => {
      throw problem('network', 'worker.pretrainedBroke');
    });
    return new Uint8Array(bytes);
  } finally {
    clearTimeout(timer);
  }
}
