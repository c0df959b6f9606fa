// @ts-check
/** Small servers for the download tests: good and bad mirrors, each on its own port and therefore its own origin. */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/**
 * @typedef {object} Asked
 * @property {string} path
 * @property {string | undefined} range
 * @property {number} sent    bytes of the answer's body
 *
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {(context: {request: Request, response: Response, file: Buffer, from: number, asked: Asked}) => void} Manner
 */

const OPEN = { 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' };

/** How a mirror behaves, by the first folder of the address. */
const MANNERS = /** @type {Record<string, Manner>} */ ({
  good: whole,
  /** The first response breaks off after two thirds. Range requests are served. */
  breaks: (context) => (context.asked.range ? whole(context) : cut(context)),
  /** Like `breaks`, but answers a range request with the whole file. */
  'breaks-no-range': (context) => (context.asked.range ? whole({ ...context, from: -1 }) : cut(context)),
  /** Like `breaks`, but closes the connection on a range request. */
  'breaks-on-range': (context) =>
    context.asked.range
      ? context.response.destroy()
      : context.asked.sent === 0 && firstTime(context)
        ? cut(context)
        : whole(context),
  /** Like `breaks`, but answers a range request with a different range. */
  'breaks-other-range': (context) =>
    context.asked.range
      ? whole({ ...context, from: context.from + 1000 })
      : firstTime(context)
        ? cut(context)
        : whole(context),
  /** Like `breaks`, but hides the content-range header from the page. */
  'breaks-hidden': (context) => (context.asked.range ? whole({ ...context, hidden: true }) : cut(context)),
  /** Stops after two thirds without closing the connection, and never answers again. */
  stalls: (context) => (firstTime(context) ? cut({ ...context, open: true }) : undefined),
  /** Breaks off after two thirds, and never answers again. */
  dies: (context) => (firstTime(context) ? cut(context) : context.response.destroy()),
  silent: () => {},
  missing({ response }) {
    response.writeHead(404, OPEN).end('no such file');
  },
  /** A valid archive whose content differs in its last byte. */
  wrong: (context) => whole({ ...context, file: gzipSync(altered(gunzipSync(context.file))) }),
  /** The beginning of a different file of the same length, then nothing. */
  'wrong-breaks': (context) =>
    firstTime(context)
      ? cut({
          ...context,
          file: Buffer.concat([
            context.file.subarray(0, 10),
            altered(context.file.subarray(10, 20)),
            context.file.subarray(20),
          ]),
        })
      : context.response.destroy(),
  /** Sent with a content-encoding, so that the browser unpacks it. */
  unpacked({ response, file, asked }) {
    asked.sent = file.length;
    response.writeHead(200, { ...OPEN, 'content-encoding': 'gzip', 'content-length': file.length }).end(file);
  },
});

const seen = new WeakSet();
/** @param {any} context */
function firstTime({ mark }) {
  if (seen.has(mark)) return false;
  seen.add(mark);
  return true;
}

/** @param {Parameters<Manner>[0] & {hidden?: boolean}} context */
function whole({ response, file, from, asked, hidden = false }) {
  const body = file.subarray(Math.max(0, from));
  asked.sent = body.length;
  const ranged = asked.range && from >= 0;
  response.writeHead(ranged ? 206 : 200, {
    ...OPEN,
    'content-length': body.length,
    ...(ranged && { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` }),
    ...(!hidden && { 'access-control-expose-headers': 'content-range' }),
  });
  response.end(body);
}

/**
 * Responses to break off as soon as the page has received what was sent.
 * @type {Set<{bytes: number, end: () => void}>}
 */
const cuts = new Set();

/** The page reports how many bytes of a file it has. @param {number} bytes */
export function arrived(bytes) {
  for (const cut of cuts) {
    if (bytes < cut.bytes) continue;
    cuts.delete(cut);
    cut.end();
  }
}

/** @param {Parameters<Manner>[0] & {open?: boolean}} context */
function cut({ response, file, asked, open = false }) {
  const body = file.subarray(0, Math.floor((file.length * 2) / 3));
  asked.sent = body.length;
  response.writeHead(200, { ...OPEN, 'content-length': file.length });
  response.write(body);
  // Wait until the page has the bytes: a browser drops undelivered data when a connection breaks.
  if (!open) cuts.add({ bytes: body.length, end: () => response.destroy() });
}

/** @param {Buffer} file */
function altered(file) {
  const other = Buffer.from(file);
  other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
  return other;
}

/**
 * Serves `files` at `/MANNER/NAME`, for each manner above.
 * @param {Record<string, Buffer>} files
 * @param {(request: Request, response: Response) => boolean | Promise<boolean>} [also]
 *   answers other requests, or returns false
 */
export async function mirrors(files, also = () => false) {
  /** @type {Asked[]} */
  const log = [];
  /** @type {Map<string, {}>} */
  const marks = new Map();
  const server = createServer(async (request, response) => {
    if (await also(request, response)) return;
    const [, manner = '', name = ''] = new URL(request.url ?? '/', 'http://localhost').pathname.split('/');
    const [answer, file] = [MANNERS[manner], files[name]];
    if (!answer || !file) return void response.writeHead(404, OPEN).end();
    const asked = { path: `${manner}/${name}`, range: request.headers.range, sent: 0 };
    log.push(asked);
    const mark = marks.get(asked.path) ?? {};
    marks.set(asked.path, mark);
    answer(
      /** @type {any} */ ({
        request,
        response,
        file,
        asked,
        mark,
        from: Number(/^bytes=(\d+)-$/.exec(asked.range ?? '')?.[1] ?? -1),
      }),
    );
  });
  const port = await new Promise((/** @type {(port: number) => void} */ resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port));
  });
  return {
    url: `http://localhost:${port}/`,
    log,
    /** Clears the log and the record of which responses have broken off. */
    reset() {
      log.length = 0;
      marks.clear();
      cuts.clear();
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * i18n/en.js gathers its tables with Vite's glob, which a browser does not know. These are the ones a download needs.
 */
const TABLES = `import errors from './errors/en.js';
  import app from '../app/en.js';
  import worker from '../worker/en.js';
  export default { './errors/en.js': errors, '../app/en.js': app, '../worker/en.js': worker };`;

/** Serves the page's own modules under /src/, and an empty page. @param {Request} request @param {Response} response */
export async function sources({ url = '/' }, response) {
  if (url === '/' || url === '/favicon.ico') {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Downloads</title>');
    return true;
  }
  if (!url.startsWith('/src/') || extname(url) !== '.js') return false;
  const text = url === '/src/i18n/en.js' ? TABLES : await readFile(new URL(`../../www${url}`, import.meta.url));
  response.writeHead(200, { 'content-type': 'text/javascript' }).end(text);
  return true;
}
