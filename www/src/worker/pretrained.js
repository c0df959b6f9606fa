// @ts-check
/** The trained models that come with the page. They lie beside it as files and are fetched when they are wanted. */
import { EngineError } from '../protocol.js';

/** @type {Record<import('../protocol.js').Shipped, URL>} */
const ADDRESSES = {
  best: new URL('../../models/best.safetensors', import.meta.url),
  plane: new URL('../../models/plane.safetensors', import.meta.url),
};

/** @param {import('../protocol.js').Shipped} name @returns {Promise<Uint8Array>} rejects with the code 'network' */
export async function fetchModel(name) {
  const failed = (/** @type {string} */ why) =>
    new EngineError({ code: 'network', message: `The ready-made model could not be fetched (${why}).` });
  const response = await fetch(ADDRESSES[name]).catch(() => {
    throw failed('no connection');
  });
  if (!response.ok) throw failed(`the server answered ${response.status}`);
  const bytes = await response.arrayBuffer().catch(() => {
    throw failed('the connection broke off');
  });
  return new Uint8Array(bytes);
}
