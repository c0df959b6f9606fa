// @ts-check
/**
 * A server in front of the page's own, the same for every browser. It serves the built package under /pkg/, knows what
 * was asked for, and puts a script into the page and its worker that reports what they complain about: WebKitGTK's
 * driver does not hand out the console, and Firefox's leaves out the workers'.
 */
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';

const ROOT = new URL('../../../', import.meta.url);
const COLLECTOR = new URL('collector.js', import.meta.url);
const TYPES = /** @type {Record<string, string>} */ ({ js: 'text/javascript', wasm: 'application/wasm' });

/** @typedef {Awaited<ReturnType<typeof startSite>>} Site */

/** @param {string} upstream address of the page */
export async function startSite(upstream) {
  /** @type {string[]} */
  const complaints = [];
  /** @type {string[]} */
  const asked = [];
  const collector = await readFile(COLLECTOR, 'utf8');

  const server = createServer(async (from, to) => {
    const path = new URL(from.url ?? '/', upstream).pathname;
    asked.push(path);
    if (path === '/complaints') {
      let text = '';
      for await (const part of from) text += part;
      complaints.push(text);
      to.writeHead(204).end();
    } else if (path === '/collector.js') to.writeHead(200, { 'content-type': TYPES.js }).end(collector);
    else if (path.startsWith('/pkg/')) await file(new URL(`.${path}`, ROOT), to);
    else pass(from, to, path);
  });

  /** @param {import('node:http').IncomingMessage} from @param {import('node:http').ServerResponse} to */
  function pass(from, to, /** @type {string} */ path) {
    const page = path === '/';
    const changed = page || /\/worker[^/]*\.js$/.test(path);
    const headers = { ...from.headers, host: new URL(upstream).host };
    // What is changed here has to come uncompressed and whole.
    if (changed) for (const name of ['accept-encoding', 'if-modified-since', 'if-none-match']) delete headers[name];
    const asking = request(new URL(from.url ?? '/', upstream), { method: from.method, headers }, async (answer) => {
      if (!changed) {
        to.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(to);
        return;
      }
      let body = '';
      for await (const part of answer.setEncoding('utf8')) body += part;
      body = page ? body.replace('<head>', '<head><script src="/collector.js"></script>') : `${collector}\n${body}`;
      delete answer.headers['content-length'];
      to.writeHead(answer.statusCode ?? 500, answer.headers).end(body);
    });
    asking.on('error', () => to.destroy());
    from.pipe(asking);
  }

  await /** @type {Promise<void>} */ (new Promise((done) => server.listen(0, 'localhost', done)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}/`,
    asked,
    complaints,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** @param {URL} place @param {import('node:http').ServerResponse} to */
async function file(place, to) {
  const bytes = await readFile(place).catch(() => null);
  const type = TYPES[place.pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  to.writeHead(bytes ? 200 : 404, { 'content-type': type }).end(bytes);
}
