// @ts-check
/**
 * Worker side: fetches one gzipped file from the first of several mirrors that has it, verifies it, and stores it in
 * the browser's Cache Storage. A download that breaks off is resumed, at once or on the next visit (partial-file.js).
 * A file that is not the original is not used.
 */

import { EngineError, problem } from '../protocol.js';
import { isPacked, Parts, troubleOf } from './partial-file.js';

/**
 * @typedef {import('../protocol.js').Message} Message
 *
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
 * @property {(label: Message, done: number, total: number) => void} onProgress
 * @property {(text: Message) => void} onTrouble
 * @property {number} [patience]  ms without a byte after which a mirror counts as silent
 */

const PATIENCE = 30_000;
/** How often a broken connection is resumed, as long as each attempt brings something. */
const ATTEMPTS = 5;
const PAUSE = 500;
/** The longest text of the browser's that is shown, in characters. */
const LONGEST = 80;

/** A connection that failed in a way that we can name. */
class Broken extends Error {
  /** @param {'silent' | 'short'} how no byte for a while; ended before the file did */
  constructor(how) {
    super(how);
    this.how = how;
  }
}

/** Bytes that are not the original file. */
class NotOriginal extends Error {
  /** @param {'unpacked' | 'checksum' | 'damaged' | 'tooLarge'} how */
  constructor(how) {
    super(how);
    this.how = how;
  }
}

/**
 * Rejects with code 'network' or 'data', saying what each mirror answered, or with the signal's reason.
 * @param {RemoteFile} file @param {Options} options @returns {Promise<{content: Uint8Array<ArrayBuffer>, kept: Kept}>}
 */
export async function download(file, options) {
  const { set, mirrors, cache, signal, onProgress } = options;
  const stored = await fromCache(cache, file);
  signal.throwIfAborted();
  if (stored) {
    onProgress({ key: 'worker.readingStored', set }, file.size, file.size);
    return { content: stored, kept: { trouble: null, from: '' } };
  }
  if (mirrors.length === 0) throw problem('network', 'worker.notDownloaded', { set });

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
      if (next) options.onTrouble({ key: 'worker.nextMirror', refusal: error.failure.text, host: new URL(next).host });
    }
  }
  throw altogether(file, refusals, parts);
}

/**
 * The verified content. Throws an EngineError if this mirror cannot give it.
 * @param {RemoteFile} file @param {Parts} parts @param {string} mirror @param {Options} options
 */
async function fromMirror(file, parts, mirror, options) {
  for (;;) {
    const resumed = parts.length > 0;
    await complete(file, parts, mirror, options);
    try {
      return await checked(parts.bytes, file);
    } catch (error) {
      await parts.clear();
      options.signal.throwIfAborted();
      // The stored start may be that of another file, from another mirror or an earlier version: start over, once.
      if (resumed) continue;
      const facts = { name: file.name, host: new URL(mirror).host };
      if (error instanceof NotOriginal) throw problem('data', `worker.notOriginal.${error.how}`, facts);
      throw problem('data', 'worker.unusable', { ...facts, said: said(error) });
    }
  }
}

/**
 * Gets what is missing.
 * @param {RemoteFile} file @param {Parts} parts @param {string} mirror @param {Options} options
 */
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
      const facts = { name: file.name, host: new URL(mirror).host };
      if (parts.length === before || attempt === ATTEMPTS) {
        const how = error instanceof Broken ? error.how : 'failed';
        const stage = parts.length === 0 ? 'unreachable' : 'broken';
        throw problem('network', `worker.${stage}.${how}`, { ...facts, said: said(error) });
      }
      if (!parts.packed) await parts.clear();
      options.onTrouble({ key: 'worker.resuming', ...facts });
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      options.signal.throwIfAborted();
    }
  }
}

/**
 * One request, for what is missing. Throws an EngineError where the server refused, any other error where the
 * connection failed.
 * @param {RemoteFile} file @param {Parts} parts @param {string} mirror @param {Options} options
 */
async function fetchRest(file, parts, mirror, { set, signal, onProgress, patience = PATIENCE }) {
  const silence = new AbortController();
  const url = new URL(file.name, mirror);
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = self.setTimeout(() => silence.abort(), patience);
  };
  const ask = (/** @type {HeadersInit} */ headers) =>
    fetch(url, { signal: AbortSignal.any([signal, silence.signal]), headers, mode: 'cors', credentials: 'omit' });
  wait();
  try {
    const response = await rest(ask, parts);
    const { status, body } = response;
    if (!response.ok || !body) {
      const key = status === 404 ? 'worker.notFound' : 'worker.refused';
      throw problem('network', key, { name: file.name, host: url.host, status });
    }
    // For a file that is unpacked on the way, the header gives the packed size, and the stream counts unpacked bytes.
    const left = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
    if (left > 0) parts.total = parts.length + left;
    const label = { key: parts.length > 0 ? 'worker.resumingDownload' : 'worker.downloading', set };
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      wait();
      await parts.add(value);
      if (parts.length > Math.max(file.unpacked, file.size)) {
        await reader.cancel().catch(() => {});
        await parts.clear();
        throw problem('data', 'worker.notOriginal.tooLarge', { name: file.name, host: url.host });
      }
      onProgress(label, parts.length, Math.max(parts.total || file.size, parts.length));
    }
    // Some servers end a broken answer as if it were whole.
    if (parts.packed && parts.length < parts.total) throw new Broken('short');
    parts.total = parts.length;
  } catch (error) {
    throw silence.signal.aborted && !(error instanceof EngineError) ? new Broken('silent') : error;
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
    // Another origin may refuse requests with a range: then the whole file is asked for.
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

/**
 * Whether the answer begins where the parts end. Other origins may hide where it begins, but not how long it is.
 * @param {Response} response @param {Parts} parts
 */
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

/**
 * In the place of its parts.
 * @param {Cache | null} cache @param {RemoteFile} file @param {Parts} parts
 * @returns {Promise<import('./partial-file.js').Trouble | null>}
 */
async function keep(cache, file, parts) {
  const whole = parts.bytes;
  await parts.clear();
  if (!cache) return 'refused';
  return cache.put(local('data-cache', file), new Response(whole)).then(() => null, troubleOf);
}

/**
 * The content of the original; throws NotOriginal for anything else.
 * @param {Uint8Array<ArrayBuffer>} bytes @param {RemoteFile} file
 */
async function checked(bytes, { hashed, sha256, unpacked }) {
  if (hashed === 'archive') {
    if (!isPacked(bytes)) throw new NotOriginal('unpacked');
    if ((await hash(bytes)) !== sha256) throw new NotOriginal('checksum');
  }
  const content = isPacked(bytes) ? await gunzip(bytes, unpacked) : bytes;
  if (hashed === 'content' && (await hash(content)) !== sha256) throw new NotOriginal('checksum');
  return content;
}

/** @param {Uint8Array<ArrayBuffer>} packed @param {number} unpacked */
async function gunzip(packed, unpacked) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const whole = new Uint8Array(unpacked);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new NotOriginal('damaged');
    });
    if (done) return whole.subarray(0, at);
    if (at + value.length > unpacked) {
      reader.cancel().catch(() => {});
      throw new NotOriginal('tooLarge');
    }
    whole.set(value, at);
    at += value.length;
  }
}

/**
 * What all mirrors answered, and how much is stored for the next attempt.
 * @param {RemoteFile} file @param {EngineError[]} refusals @param {Parts} parts
 */
function altogether(file, refusals, parts) {
  const stored = parts.length > 0 && parts.packed && !parts.trouble;
  const kept = stored ? [{ key: 'worker.partStored', size: parts.length, name: file.name }] : [];
  if (navigator.onLine === false) {
    const all = [{ key: 'worker.offline', name: file.name }, ...kept];
    return problem('network', 'worker.sentences', { all });
  }
  const network = refusals.some(({ code }) => code === 'network');
  const all = [...refusals.map(({ failure }) => failure.text), ...kept];
  return problem(network ? 'network' : 'data', 'worker.allMirrorsFailed', { all });
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function hash(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} folder @param {RemoteFile} file */
const local = (folder, { sha256 }) => new URL(`${folder}/${sha256}`, self.location.href).href;

/** The browser's own words. @param {unknown} error */
const said = (error) => (error instanceof Error ? error.message : String(error)).slice(0, LONGEST);
