// @ts-check
/** The pretrained models that come with the page. They lie beside it as files and are fetched when they are wanted. */
import { problem } from '../protocol.js';

/** @type {Record<import('../protocol.js').Pretrained, URL>} */
const ADDRESSES = {
  best: new URL('../../models/best.safetensors', import.meta.url),
  plane: new URL('../../models/plane.safetensors', import.meta.url),
};

/** Rejects with the code 'network'. @param {import('../protocol.js').Pretrained} name @returns {Promise<Uint8Array>} */
export async function fetchModel(name) {
  const response = await fetch(ADDRESSES[name]).catch(() => {
    throw problem('network', 'worker.pretrainedUnreachable');
  });
  if (!response.ok) throw problem('network', 'worker.pretrainedRefused', { status: response.status });
  const bytes = await response.arrayBuffer().catch(() => {
    throw problem('network', 'worker.pretrainedBroke');
  });
  return new Uint8Array(bytes);
}
