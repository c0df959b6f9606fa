// @ts-check
/**
 * A proxy that is a slow line: every byte of every answer, to the page and to its workers, passes one pipe of a given
 * width, and every request and every connection costs a round trip. The browser's own throttling does not reach
 * workers. It counts each answer as packed with brotli, if the server has it so: browsers ask for that only over HTTPS,
 * as visitors do, so the proxy unpacks it.
 */
import { Agent, request as ask, createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync } from 'node:zlib';

/** How much of the pipe is filled at a time, in ms. */
const TICK = 10;
/** The most bytes of one answer before the next has its turn. */
const PACKET = 1460;

/**
 * @typedef {object} Sent
 * @property {string} path
 * @property {number} asked  when the request came, in ms since `reset`
 * @property {number} done   when its last byte went; NaN while it is on its way
 * @property {number} bytes  of the body, as sent
 *
 * @typedef {object} Answer
 * @property {Buffer} left     what the browser has not got yet
 * @property {number} packing  bytes on the line for each of them
 * @property {import('node:http').ServerResponse} to
 * @property {Sent} of
 *
 * @param {string} target  the server behind it
 * @param {{bytesPerSecond: number, roundTrip: number}} line  `roundTrip` in ms
 */
export async function slowLine(target, { bytesPerSecond, roundTrip }) {
  const agent = new Agent({ keepAlive: true });
  /** The answers that have something to send, each with its turn. @type {Answer[]} */
  const waiting = [];
  /** @type {Sent[]} */
  let sent = [];
  let start = performance.now();
  /** @type {WeakSet<object>} */
  const met = new WeakSet();

  let room = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    // What a late timer missed, it makes up for.
    room = Math.min(room, 0) + (bytesPerSecond * Math.min(now - last, 10 * TICK)) / 1000;
    last = now;
    // All answers share the pipe, one packet at a time.
    for (let next = waiting.shift(); next; next = room > 0 ? waiting.shift() : undefined) {
      const part = next.left.subarray(0, Math.ceil(PACKET / next.packing));
      next.left = next.left.subarray(part.length);
      next.to.write(part);
      next.of.bytes += part.length * next.packing;
      room -= part.length * next.packing;
      if (next.left.length > 0) waiting.push(next);
      else {
        next.of.done = performance.now() - start;
        next.to.end();
      }
    }
  }, TICK);

  const server = createServer((request, response) => {
    const of = { path: request.url ?? '', asked: performance.now() - start, done: NaN, bytes: 0 };
    sent.push(of);
    // A new connection costs a round trip of its own.
    const wait = roundTrip * (met.has(request.socket) ? 1 : 2);
    met.add(request.socket);
    const { connection, ...headers } = request.headers;
    const options = { agent, method: request.method, headers: { ...headers, 'accept-encoding': 'br' } };
    const begun = performance.now();
    const onward = ask(new URL(of.path, target), options, async (answer) => {
      // `close` ends what is still on its way.
      const sent = await buffer(answer).catch(() => null);
      if (!sent) {
        response.destroy();
        return;
      }
      const { 'content-encoding': packed, ...rest } = answer.headers;
      const left = packed === 'br' ? brotliDecompressSync(sent) : sent;
      const begin = () => {
        response.writeHead(answer.statusCode ?? 502, { ...rest, 'content-length': left.length });
        if (left.length === 0) response.end();
        else waiting.push({ left, packing: sent.length / left.length, to: response, of });
      };
      setTimeout(begin, Math.max(0, begun + wait - performance.now()));
    });
    onward.on('error', () => response.destroy());
    onward.end();
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}/`,
    get sent() {
      return sent;
    },
    reset() {
      sent = [];
      start = performance.now();
    },
    async close() {
      clearInterval(timer);
      agent.destroy();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
