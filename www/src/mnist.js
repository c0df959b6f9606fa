// @ts-check
/**
 * Worker side: MNIST's four files, fetched once, checked, kept in the browser's Cache Storage, and read from there ever after.
 * The check hashes the uncompressed content: gzip archives of the same data differ from mirror to mirror.
 */
import { EngineError } from './protocol.js';

export const MNIST_BASE = 'https://cdn.jsdelivr.net/gh/fgnt/mnist@ae608a02b796c9ee908c082585a5f006fe05258e/';

/** In the order `loadIdx` takes them. `size` is the packed size, for the progress bar until the server says better; `unpacked` the true one. */
const FILES = [
  { name: 'train-images-idx3-ubyte.gz', size: 9912422, unpacked: 47_040_016, sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db' },
  { name: 'train-labels-idx1-ubyte.gz', size: 28881, unpacked: 60_008, sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5' },
  { name: 't10k-images-idx3-ubyte.gz', size: 1648877, unpacked: 7_840_016, sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7' },
  { name: 't10k-labels-idx1-ubyte.gz', size: 4542, unpacked: 10_008, sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2' },
];
const CACHE = 'inkling-mnist';

/** @typedef {typeof FILES[number]} MnistFile */

/**
 * @param {object} options
 * @param {string} [options.base]
 * @param {boolean} [options.cachedOnly]
 * @param {AbortSignal} options.signal
 * @param {(label: string, done: number, total: number) => void} options.onProgress
 * @returns {Promise<{files: Uint8Array[], kept: 'already' | 'now' | 'not'}>} the four files, unpacked and checked
 */
export async function loadMnist({ base = MNIST_BASE, cachedOnly = false, signal, onProgress }) {
  if (!globalThis.crypto?.subtle) {
    throw failure('data', 'MNIST cannot be checked here: the page must come over https or from localhost.');
  }
  const cache = await globalThis.caches?.open(CACHE).catch(() => null);
  const sizes = FILES.map((file) => file.size);
  const done = FILES.map(() => 0);
  const report = (/** @type {string} */ label) => onProgress(label, sum(done), sum(sizes));

  /** @type {'already' | 'now' | 'not'} */
  let kept = 'already';
  /** @type {Uint8Array[]} */
  const files = [];
  for (const [i, file] of FILES.entries()) {
    const stored = await fromCache(cache, file);
    signal.throwIfAborted();
    if (stored) {
      files.push(stored);
      done[i] = sizes[i] ?? 0;
      report('Reading MNIST from this browser');
      continue;
    }
    if (cachedOnly) throw failure('network', 'MNIST has not been downloaded to this browser yet.');
    const packed = await download(base, file, signal, (got, size) => {
      sizes[i] = Math.max(size || file.size, got);
      done[i] = got;
      report('Downloading MNIST');
    });
    const content = await gunzip(packed, file);
    if ((await sha256(content)) !== file.sha256) {
      throw failure('data', `${file.name} from ${new URL(base, self.location.href).host} is not the original file (its checksum differs), so it was not used.`);
    }
    signal.throwIfAborted();
    files.push(content);
    done[i] = sizes[i] ?? 0;
    const put = await cache?.put(key(file), new Response(packed)).then(() => true, () => false);
    if (!put) kept = 'not';
    else if (kept === 'already') kept = 'now';
  }
  return { files, kept };
}

/** A stored file that was damaged counts as missing. @param {Cache | null | undefined} cache @param {MnistFile} file */
async function fromCache(cache, file) {
  try {
    const response = await cache?.match(key(file));
    if (!response) return null;
    const content = await gunzip(new Uint8Array(await response.arrayBuffer()), file);
    return (await sha256(content)) === file.sha256 ? content : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} base @param {MnistFile} file @param {AbortSignal} signal
 * @param {(done: number, total: number) => void} onProgress
 */
async function download(base, { name, unpacked }, signal, onProgress) {
  const directory = new URL(base.endsWith('/') ? base : `${base}/`, self.location.href);
  const response = await fetch(new URL(name, directory), { signal, mode: 'cors', credentials: 'omit' }).catch((error) => {
    signal.throwIfAborted();
    throw failure(
      'network',
      navigator.onLine === false ? 'You are offline: MNIST has to be downloaded once (11.6 MB).' : `${directory.host} could not be reached (${error.message}). Try again, or load the IDX files yourself.`,
    );
  });
  if (!response.ok || !response.body) {
    throw failure('network', `${directory.host} answered ${response.status}${response.status === 404 ? ' (not found)' : ''} for ${name}.`);
  }
  // A server that unpacks on the way says the packed size; the stream then counts unpacked bytes.
  const total = response.headers.get('content-encoding') ? 0 : Number(response.headers.get('content-length'));
  const reader = response.body.getReader();
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      length += value.length;
      if (length > unpacked) throw tooLarge(name);
      onProgress(length, total);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof EngineError) throw error;
    throw failure('network', `The connection broke while ${name} was loading. Try again.`);
  }
  return join(chunks, length);
}

/** A server may have unpacked the file on the way. @param {Uint8Array<ArrayBuffer>} packed @param {MnistFile} file */
async function gunzip(packed, { name, unpacked }) {
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return packed;
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const whole = new Uint8Array(unpacked);
  let at = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw failure('data', `${name} is a damaged or cut gzip file.`);
    });
    if (done) return whole.subarray(0, at);
    if (at + value.length > unpacked) {
      reader.cancel().catch(() => {});
      throw tooLarge(name);
    }
    whole.set(value, at);
    at += value.length;
  }
}

/** @param {string} name */
const tooLarge = (name) => failure('data', `${name} is larger than it should be.`);

/** @param {Uint8Array<ArrayBuffer>[]} chunks @param {number} length */
function join(chunks, length) {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function sha256(bytes) {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {{sha256: string}} file */
const key = (file) => new URL(`mnist-cache/${file.sha256}`, self.location.href).href;

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

/** @param {import('./protocol.js').ErrorCode} code @param {string} message */
const failure = (code, message) => new EngineError({ code, message });
