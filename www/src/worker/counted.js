// @ts-check
/** Worker side: how much of a download is here. */

/** @typedef {(done: number, total: number) => void} OnBytes   bytes as sent; `total` is 0 where it is not known */

/**
 * The same response, whose every part is told. Browsers unpack what a server packed, so the bytes that arrive are more
 * than those that are sent; `unpacked` says how many there will be, and what is told is in bytes as sent, if the server
 * says how many those are.
 * @param {Response} response @param {number} unpacked   0 where it is not known @param {OnBytes} onBytes
 */
export function counted(response, unpacked, onBytes) {
  const { body, status, headers } = response;
  if (!body) return response;
  const sent = Number(headers.get('content-length'));
  const packed = headers.has('content-encoding');
  // Without the unpacked size, nobody can say which share of a packed file is here.
  const total = packed && !unpacked ? 0 : sent || unpacked;
  const scale = packed && total ? total / unpacked : 1;
  let done = 0;
  const counter = new TransformStream({
    transform: (part, controller) => {
      done += part.length;
      onBytes(total ? Math.min(total, Math.round(done * scale)) : done, total);
      controller.enqueue(part);
    },
  });
  return new Response(body.pipeThrough(counter), { status, headers });
}
