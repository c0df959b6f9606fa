// @ts-check
/** What every latent does, as one picture: a row a latent, eleven digits along it. It can be saved. */
import { put } from '../../i18n/index.js';
import { signed } from '../../i18n/number.js';
import { textOf } from '../../protocol.js';
import { download } from '../../storage/save-file.js';
import { colour, drawDigit, PIXELS } from '../../ui/digit-canvas.js';
import { finder } from '../../ui/dom.js';
import { fan, VALUES } from './strip.js';

/** Of a digit, of the names at the left, of the values on top and of the rim, in pixels. */
const [CELL, LEFT, TOP, RIM] = [56, 64, 40, 16];

/** How large the picture of so many latents is. @param {number} latents */
export const tableSize = (latents) => ({
  width: LEFT + VALUES.length * CELL + RIM,
  height: TOP + latents * CELL + RIM,
});

/**
 * @param {HTMLElement} root @param {import('../../app/session.js').Session} session
 * @param {() => {code: Float32Array, latents: number[]} | null} what   to be shown: the latents that carry something
 */
export function latentTable(root, session, what) {
  const { button, canvas, element, find } = finder(root);
  const dialog = find('latents-table', HTMLDialogElement);
  const picture = canvas('latents-table-picture');
  const [caption, note] = [element('latents-table-caption'), element('latents-table-note')];
  const save = button('latents-table-save');

  async function open() {
    const now = what();
    if (!now) return;
    save.disabled = true;
    picture.hidden = true;
    put(note, null);
    put(caption, { key: 'latents.table.caption', n: now.latents.length });
    dialog.showModal();
    try {
      const { pixels } = await session.ask('decode', { codes: fan(now.code, now.latents) });
      paint(now.latents, pixels);
      picture.hidden = false;
      put(picture, { key: 'latents.table.picture', n: now.latents.length }, 'aria-label');
      save.disabled = false;
    } catch (problem) {
      put(note, textOf(problem));
    }
  }

  /** @param {number[]} latents @param {Uint8Array} pixels */
  function paint(latents, pixels) {
    Object.assign(picture, tableSize(latents.length));
    const context = picture.getContext('2d');
    if (!context) return;
    context.fillStyle = colour('sheet');
    context.fillRect(0, 0, picture.width, picture.height);
    context.fillStyle = colour('muted');
    context.textBaseline = 'middle';
    context.font = `14px ${colour('sans')}`;
    context.textAlign = 'center';
    VALUES.forEach((value, column) => {
      context.fillText(signed(value, 1), LEFT + (column + 0.5) * CELL, TOP / 2 + 4);
    });
    context.textAlign = 'right';
    latents.forEach((latent, row) => {
      context.fillText(`z ${latent + 1}`, LEFT - 14, TOP + (row + 0.5) * CELL);
    });
    for (let i = 0; i < latents.length * VALUES.length; i++) {
      const [row, column] = [Math.floor(i / VALUES.length), i % VALUES.length];
      context.setTransform(1, 0, 0, 1, LEFT + column * CELL, TOP + row * CELL);
      drawDigit(context, pixels.subarray(i * PIXELS, (i + 1) * PIXELS), CELL);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  save.addEventListener('click', async () => {
    const name = 'inkling-latents.png';
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => picture.toBlob(resolve, 'image/png'));
    if (!blob) return put(note, { key: 'latents.table.notSaved' });
    download(new Uint8Array(await blob.arrayBuffer()), name);
    put(note, { key: 'latents.table.saved', name });
  });
  button('latents-table-close').addEventListener('click', () => dialog.close());
  // A click outside closes it.
  dialog.addEventListener('click', ({ target, clientX, clientY }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    if (target === dialog && (clientX < left || clientX > right || clientY < top || clientY > bottom)) dialog.close();
  });
  return open;
}
