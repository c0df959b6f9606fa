// @ts-check
/** Write a number: what a person types, in ink on a sheet, and as a picture to keep. */
import { put } from '../../i18n/index.js';
import { download } from '../../storage/save-file.js';
import { onTheme } from '../../ui/digit-canvas.js';
import { finder } from '../../ui/dom.js';
import { inked, line } from './ink.js';

/** Digits of a number. */
const MOST = 12;
/** Of a saved picture: pixels for each of a digit's own, and its colours, whatever the page's are. */
const LARGE = 24;
const INK = /** @type {const} */ ([27, 33, 56]);
const PAPER = '#fffdf7';

/**
 * @param {HTMLElement} root
 * @param {object} options
 * @param {() => void} options.changed   something else is to be written
 * @param {AbortSignal} options.signal
 */
export function writeNumber(root, { changed, signal }) {
  const { button, canvas, element, input } = finder(root);
  const [text, spread, paper] = [input('hand-text'), input('hand-spread'), canvas('hand-paper')];
  const [again, save, note] = [button('hand-again'), button('hand-save'), element('hand-number-note')];
  const grounds = { paper: button('hand-on-paper'), nothing: button('hand-on-nothing') };
  /** @type {keyof typeof grounds} */
  let ground = 'paper';
  let seed = 1;
  /** The number that is on the sheet. */
  let written = '';
  /** @type {import('./ink.js').Line | null} */
  let shown = null;

  /** What was typed, as digits: other characters go. */
  function read() {
    const typed = text.value.normalize('NFKC');
    const digits = typed.replace(/\D/g, '').slice(0, MOST);
    put(note, digits === typed ? null : { key: 'hand.number.digits', most: MOST });
    if (text.value !== digits) text.value = digits;
  }

  function paint() {
    const [width, height] = [paper.clientWidth, paper.clientHeight].map((side) => Math.round(side * devicePixelRatio));
    const context = paper.getContext('2d');
    if (!width || !height || !context || signal.aborted) return;
    Object.assign(paper, { width, height });
    if (!shown?.width) return;
    const scale = Math.min(height / shown.height, width / shown.width);
    const [red = 0, green = 0, blue = 0] = (getComputedStyle(paper).color.match(/[\d.]+/g) ?? []).map(Number);
    const image = inked(shown, scale, [red, green, blue]);
    context.putImageData(image, Math.floor((width - image.width) / 2), Math.floor((height - image.height) / 2));
  }

  async function saved() {
    if (!shown?.width) return;
    const image = inked(shown, LARGE, INK);
    const picture = document.createElement('canvas');
    Object.assign(picture, { width: image.width, height: image.height });
    const context = picture.getContext('2d');
    context?.putImageData(image, 0, 0);
    if (context && ground === 'paper') {
      context.globalCompositeOperation = 'destination-over';
      context.fillStyle = PAPER;
      context.fillRect(0, 0, image.width, image.height);
    }
    /** @type {Blob | null} */
    const blob = await new Promise((resolve) => picture.toBlob(resolve, 'image/png'));
    if (!blob) return put(note, { key: 'hand.save.failed' });
    const name = `inkling-${written}.png`;
    download(new Uint8Array(await blob.arrayBuffer()), name);
    put(note, { key: 'hand.save.done', name, width: image.width, height: image.height });
  }

  text.addEventListener('input', (event) => {
    // An input method is not done yet.
    if (/** @type {InputEvent} */ (event).isComposing) return;
    read();
    changed();
  });
  text.addEventListener('compositionend', () => {
    read();
    changed();
  });
  spread.addEventListener('input', () => {
    tell();
    changed();
  });
  again.addEventListener('click', () => {
    seed += 1;
    changed();
  });
  save.addEventListener('click', saved);
  for (const name of /** @type {const} */ (['paper', 'nothing'])) {
    grounds[name].addEventListener('click', () => {
      ground = name;
      for (const [other, choice] of Object.entries(grounds))
        choice.setAttribute('aria-pressed', String(other === name));
      paper.dataset.ground = ground;
    });
  }
  const tell = () => put(spread, { key: 'hand.spread.at', share: spread.valueAsNumber / 100 }, 'aria-valuetext');
  const sizes = new ResizeObserver(paint);
  sizes.observe(paper);
  signal.addEventListener('abort', () => sizes.disconnect());
  onTheme(paint);
  tell();

  return {
    /** What is to be written, and how. @param {number} classes that the model knows */
    wanted(classes) {
      const labels = Uint8Array.from(text.value, Number).filter((digit) => digit < classes);
      return { labels, spread: spread.valueAsNumber / 100, seed };
    },
    /** Shows it. @param {Uint8Array | null} pixels 784 grey levels a digit @param {Uint8Array} labels which digits */
    show(pixels, labels) {
      shown = pixels && line(pixels);
      written = labels.join('');
      again.disabled = save.disabled = !shown?.width;
      paper.dataset.written = shown ? written : '';
      put(paper, { key: shown ? 'hand.number.sheet' : 'hand.number.empty', written }, 'aria-label');
      paint();
    },
  };
}
