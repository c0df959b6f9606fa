// @ts-check
/**
 * Worker side: one gzipped file from the first of several addresses that has it, checked, and kept in the browser's Cache Storage. A
 * download that breaks off goes on where it was, at once or at the next visit (parts.js). What is not the original is not used.
 */

import { EngineError } from '../protocol.js';
import { megabytes } from '../ui/format.js';
import { isPacked, Parts, troubleOf } from './partial-file.js';

/**
 * @typedef {object} RemoteFile
 * @property {string} name
 * @property {number} size       of the archive, for the progress bar until the server says better
 * @property {number} unpacked   exact size of its content
 * @property {'content' | 'archive'} hashed   what the hash is of
 * @property {string} sha256
 *
 * @typedef {object} Kept
 * @property {import('./partial-file.js').Trouble | null} trouble   why the browser did not keep it
 * @property {string} from     the mirror it came from; '' if it was there already
 *
 * @typedef {object} Options
 * @property {string} set         the data set's name
 * @property {string[]} mirrors   folders, tried in turn; if there are none, nothing is fetched
 * @property {Cache | null} cache
 * @property {AbortSignal} signal
 * @property {(label: string, done: number, total: number) => void} onProgress
 * @property {(sentence: string) => void} onTrouble
 * @property {number} [patience]  ms without a byte after which a mirror counts as silent
 */

const PATIENCE = 30_000;
/** How often a connection that breaks off is taken up again, as long as each time brings something. */
const ATTEMPTS = 5;
const PAUSE = 500;

/** @param {RemoteFile} file @param {Options} options @returns {Promise<{content: Uint8Array<ArrayBuffer>, kept: Kept}>} */
export async function download(file, options) {
  const { set, mirrors, cache, signal, onProgress } = options;
  const stored = await fromCache(cache, file);
  signal.throwIfAborted();
  if (stored) {
    onProgress(`Reading ${set} from this browser`, file.size, file.size);
    return { content: stored, kept: { trouble: null, from: '' } };
  }
  if (mirrors.length === 0) throw failure('network', `${set} has not been downloaded to this browser yet.`);

  const parts = await Parts.open(cache, local('data-parts', file));
  /** @type {EngineError[]} */
  const refusals = [];
  for (const [i, mirror] of mirrors.entries()) {
    try {
      const content = await fromMirror(file, parts, mirror, options);
      const trouble = await keep(cache, file, parts);
      return { content, kept: { trouble, from: mirror } };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof EngineError)) throw error;
      refusals.push(error);
      const next = mirrors[i + 1];
      if (next) options.onTrouble(`${error.message} Trying ${new URL(next).host}…`);
    }
  }
  throw altogether(file, refusals, parts);
}

/** The checked content, or an error in words. @param {RemoteFile} file @param {Parts} parts @param {string} mirror @param {Options} options */
async function fromMirror(file, parts, mirror, options) {
  for (;;) {
    const resumed = parts.length > 0;
    await complete(file, parts, mirror, options);
    try {
      return await checked(parts.bytes, file);
    } catch (error) {
      await parts.clear();
      options.signal.throwIfAborted();
      // Another file's beginning may have been kept, from another mirror or before the file was changed there: once more, from its start.
      if (!resumed)
        throw failure(
          'data',
          `${file.name} from ${new URL(mirror).host} ${/** @type {Error} */ (error).message}, so it was not used.`,
        );
    }
  }
}

/** Gets what is missing. @param {RemoteFile} file @param {Parts} parts @param {string} mirror @param {Options} options */
async function complete(file, parts, mirror, options) {
  for (let attempt = 1; ; attempt++) {
    const before = parts.length;
    if (parts.total > 0 && before === parts.total) return;
    try {
      return await fetchRest(file, parts, mirror, options);
    } catch (error) {
      await parts.flush();
      options.signal.throwIfAborted();
      if (error instanceof EngineError) throw error;
      const { host } = new URL(mirror);
      if (parts.length === before || attempt === ATTEMPTS) {
        throw failure(
          'network',
          before === 0 && parts.length === 0
            ? `${host} could not be reached (${words(error)}).`
            : `The connection to ${host} broke while ${file.name} was loading (${words(error)}).`,
        );
      }
      if (!parts.packed) await parts.clear();
      options.onTrouble(`The connection to ${host} broke: going on with ${file.name}…`);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      options.signal.throwIfAborted();
    }
  }
}

/** One request, for what is missing. Throws an EngineError where the server said no, any other error where the connection failed. @param {RemoteFile} file @param {Parts} parts @param {string} mirror @param {Options} options */
async function fetchRest(file, parts, mirror, { set, signal, onProgress, patience = PATIENCE }) {
  const silence = new AbortController();
  const url = new URL(file.name, mirror);
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = self.setTimeout(() => silence.abort(new Error('no answer')), patience);
  };
  const ask = (/** @type {HeadersInit} */ headers) =>
    fetch(url, { signal: AbortSignal.any([signal, silence.signal]), headers, mode: 'cors', credentials: 'omit' });
  wait();
  try {
    const response = await rest(ask, parts);
    const { status, body } = response;
    if (!response.ok || !body)
      throw failure(
        'network',
        `${url.host} answered ${status}${status === 404 ? ' (not found)' : ''} for ${file.name}.`,
      );
    // A server that unpacks on the way says the packed size; the stream then counts unpacked bytes.
    const said = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
    if (said > 0) parts.total = parts.length + said;
    const label = `${parts.length > 0 ? 'Going on with' : 'Downloading'} ${set}`;
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      wait();
      await parts.add(value);
      if (parts.length > Math.max(file.unpacked, file.size)) {
        await reader.cancel().catch(() => {});
        await parts.clear();
        throw failure('data', `${file.name} from ${url.host} is larger than it should be, so it was not used.`);
      }
      onProgress(label, parts.length, Math.max(parts.total || file.size, parts.length));
    }
    // Some servers end a broken answer as if it were whole.
    if (parts.packed && parts.length < parts.total) throw new Error('the file ended early');
    parts.total = parts.length;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The answer with what is missing, or with the whole file: then what there was is dropped.
 * @param {(headers: HeadersInit) => Promise<Response>} ask @param {Parts} parts @returns {Promise<Response>}
 */
async function rest(ask, parts) {
  if (parts.length > 0) {
    // A range may be what another origin refuses to be asked for: then the question is put without.
    const response = await ask({ range: `bytes=${parts.length}-` }).catch(() => null);
    if (response && goesOn(response, parts)) return response;
    if (response?.status === 200) {
      await parts.clear();
      return response;
    }
    await response?.body?.cancel();
    if (response && ![206, 416].includes(response.status)) return response;
  }
  const response = await ask({});
  if (response.ok) await parts.clear();
  return response;
}

/** Whether the answer begins where the parts end. Other origins may hide where it begins, but not how long it is. @param {Response} response @param {Parts} parts */
function goesOn({ status, headers }, parts) {
  if (status !== 206 || headers.get('content-encoding')) return false;
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  if (first !== undefined) {
    const whole = total === '*' ? parts.total : Number(total);
    return (
      Number(first) === parts.length &&
      (parts.total === 0 || whole === parts.total) &&
      (whole === 0 || Number(last) === whole - 1)
    );
  }
  return parts.total > 0 && Number(headers.get('content-length')) === parts.total - parts.length;
}

/** A stored file that was damaged counts as missing. @param {Cache | null} cache @param {RemoteFile} file */
async function fromCache(cache, file) {
  try {
    const response = await cache?.match(local('data-cache', file));
    return response ? await checked(new Uint8Array(await response.arrayBuffer()), file) : null;
  } catch {
    return null;
  }
}

/** In the place of its parts. @param {Cache | null} cache @param {RemoteFile} file @param {Parts} parts @returns {Promise<import('./partial-file.js').Trouble | null>} */
async function keep(cache, file, parts) {
  const whole = parts.bytes;
  await parts.clear();
  if (!cache) return 'refused';
  return cache.put(local('data-cache', file), new Response(whole)).then(() => null, troubleOf);
}

/** The content of the original; throws what is wrong with any other, as the end of a sentence. @param {Uint8Array<ArrayBuffer>} bytes @param {RemoteFile} file */
async function checked(bytes, { hashed, sha256, unpacked }) {
  if (hashed === 'archive') {
    if (!isPacked(bytes)) throw new Error('came unpacked, and its checksum is not known');
    if ((await hash(bytes)) !== sha256) throw new Error('is not the original file (its checksum differs)');
  }
  const content = isPacked(bytes) ? await gunzip(bytes, unpacked) : bytes;
  if (hashed === 'content' && (await hash(content)) !== sha256)
    throw new Error('is not the original file (its checksum differs)');
  return content;
}

/** @param {Uint8Array<ArrayBuffer>} packed @param {number} unpacked */
async function gunzip(packed, unpacked) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const whole = new Uint8Array(unpacked);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Error('is a damaged or cut gzip file');
    });
    if (done) return whole.subarray(0, at);
    if (at + value.length > unpacked) {
      reader.cancel().catch(() => {});
      throw new Error('is larger than it should be');
    }
    whole.set(value, at);
    at += value.length;
  }
}

/** All that the mirrors said, and what is there for the next attempt. @param {RemoteFile} file @param {EngineError[]} refusals @param {Parts} parts */
function altogether(file, refusals, parts) {
  const keeps =
    parts.length > 0 && parts.packed && !parts.trouble
      ? ` ${megabytes(parts.length)} of ${file.name} are kept: the next attempt goes on from there.`
      : '';
  if (navigator.onLine === false)
    return failure('network', `You are offline: ${file.name} has to be downloaded once.${keeps}`);
  const network = refusals.find(({ code }) => code === 'network');
  return failure(
    network ? 'network' : 'data',
    `${refusals.map(({ message }) => message).join(' ')}${keeps} Try again, or load the IDX files yourself.`,
  );
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function hash(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} folder @param {RemoteFile} file */
const local = (folder, { sha256 }) => new URL(`${folder}/${sha256}`, self.location.href).href;

/** @param {unknown} error */
const words = (error) => (error instanceof Error ? error.message : String(error));

/** @param {import('../protocol.js').ErrorCode} code @param {string} message */
const failure = (code, message) => new EngineError({ code, message });
