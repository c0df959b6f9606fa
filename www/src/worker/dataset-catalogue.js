// @ts-check
/**
 * Worker side: the published data sets, four IDX files each. Every file is checked against its SHA-256 before it is
 * used.
 */

import { problem } from '../protocol.js';
import { download } from './fetch-verified.js';

/** @typedef {import('../protocol.js').Published} Published */
/** @typedef {import('../protocol.js').Message} Message */
/** @typedef {import('./fetch-verified.js').RemoteFile} RemoteFile */
/** @typedef {{name: string, mirrors: string[], files: RemoteFile[]}} DataSet   files in the order of `loadIdx` */

const CACHE = 'inkling-data';
/** What the cache was called when there was only MNIST. */
const FORMER = 'inkling-mnist';
const NAMES = [
  'train-images-idx3-ubyte.gz',
  'train-labels-idx1-ubyte.gz',
  't10k-images-idx3-ubyte.gz',
  't10k-labels-idx1-ubyte.gz',
];
const UNPACKED = [47_040_016, 60_008, 7_840_016, 10_008];

/**
 * MNIST's hashes are those of the unpacked contents, because some mirrors have repacked its archives. For the other
 * two the published hashes are those of the archives: TensorFlow Datasets (url_checksums), repeated in other
 * catalogues. jsDelivr serves no GitHub file over 20 MB, so Fashion-MNIST is fetched from GitHub itself first.
 * @type {Record<Published, DataSet>}
 */
const SETS = {
  mnist: {
    name: 'MNIST',
    mirrors: [
      'https://cdn.jsdelivr.net/gh/fgnt/mnist@ae608a02b796c9ee908c082585a5f006fe05258e/',
      'https://raw.githubusercontent.com/fgnt/mnist/ae608a02b796c9ee908c082585a5f006fe05258e/',
    ],
    files: files('content', [
      [9_912_422, 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db'],
      [28_881, '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5'],
      [1_648_877, '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7'],
      [4_542, 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2'],
    ]),
  },
  fashion: {
    name: 'Fashion-MNIST',
    mirrors: [
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/',
      'https://cdn.jsdelivr.net/gh/zalandoresearch/fashion-mnist@b2617bb6d3ffa2e429640350f613e3291e10b141/data/fashion/',
    ],
    files: files('archive', [
      [26_421_880, '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84'],
      [29_515, 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845'],
      [4_422_102, '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073'],
      [5_148, '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5'],
    ]),
  },
  kmnist: {
    name: 'KMNIST',
    mirrors: [
      'https://raw.githubusercontent.com/namanlab/CVCNN_Paper/0f30b9c852904dc63a7902c1d2a2f5c61d0547e4/data/KMNIST/raw/',
      'https://codh.rois.ac.jp/kmnist/dataset/kmnist/',
    ],
    files: files('archive', [
      [18_165_135, '51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4'],
      [29_497, 'e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17'],
      [3_041_136, 'edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5'],
      [5_120, '20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c'],
    ]),
  },
};

forgetFormer().catch(() => {});

/** Nothing reads the old cache any more. */
async function forgetFormer() {
  await globalThis.caches?.delete(FORMER);
}

/**
 * @param {'content' | 'archive'} hashed @param {[number, string][]} facts
 * @returns {import('./fetch-verified.js').RemoteFile[]}
 */
function files(hashed, facts) {
  return facts.map(([size, sha256], i) => ({ name: NAMES[i] ?? '', size, unpacked: UNPACKED[i] ?? 0, hashed, sha256 }));
}

/**
 * Rejects with code 'network' or 'data' if a file cannot be had from any mirror.
 * @param {{kind: Published, mirrors?: string[], cachedOnly?: boolean}} source
 * @param {object} options
 * @param {AbortSignal} options.signal
 * @param {(label: Message, done: number, total: number) => void} options.onProgress
 * @param {(text: Message) => void} options.onTrouble
 * @returns {Promise<{name: string, files: Uint8Array[], note: Message | null}>} the files, unpacked and verified; a
 *   note if the browser could not store them
 */
export async function loadPublished({ kind, mirrors, cachedOnly = false }, { signal, onProgress, onTrouble }) {
  const { name, files, mirrors: usual } = SETS[kind];
  if (!globalThis.crypto?.subtle) throw problem('data', 'worker.noCrypto', { set: name });
  const cache = (await globalThis.caches?.open(CACHE).catch(() => null)) ?? null;
  const addresses = (mirrors ?? usual).map(
    (mirror) => new URL(mirror.endsWith('/') ? mirror : `${mirror}/`, self.location.href).href,
  );
  const sizes = files.map((file) => file.size);
  const done = files.map(() => 0);

  /** @type {Uint8Array[]} */
  const contents = [];
  /** @type {Message | null} */
  let note = null;
  for (const [i, file] of files.entries()) {
    const { content, kept } = await download(file, {
      set: name,
      mirrors: cachedOnly ? [] : addresses,
      cache,
      signal,
      onProgress(label, got, size) {
        done[i] = got;
        sizes[i] = size;
        onProgress(label, sum(done), sum(sizes));
      },
      onTrouble,
    });
    contents.push(content);
    // A mirror that served one file most likely has the others too.
    if (kept.from) addresses.sort((a, b) => Number(b === kept.from) - Number(a === kept.from));
    if (kept.trouble) note = { key: kept.trouble === 'full' ? 'worker.noRoom' : 'worker.notStored', set: name };
  }
  return { name, files: contents, note };
}

/** @param {number[]} numbers */
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
