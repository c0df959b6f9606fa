// @ts-check
/**
 * How much of what a visitor waits for is here: the engine, the pretrained model, its encoder. It takes the place of
 * the status line's sentence while it is on its way, without a jump, and leaves that alone on a fast line.
 */
import { put } from '../i18n/index.js';
import { finder } from '../ui/dom.js';

/** What is here sooner needs no bar, in ms. */
const SOON = 400;

/** @param {{root: HTMLElement, store: import('../app/store.js').Store}} shell */
export function fetchingBar({ root, store }) {
  const { element, find } = finder(root);
  const [place, label, bytes] = [element('fetching'), element('fetching-label'), element('fetching-bytes')];
  const bar = find('fetching-bar', HTMLProgressElement);
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  store.on('fetching', (now) => {
    if (!now) {
      clearTimeout(timer);
      timer = undefined;
      place.hidden = true;
      return;
    }
    timer ??= setTimeout(() => {
      place.hidden = false;
    }, SOON);
    const { what, done, total } = now;
    put(label, { key: `shell.fetching.${what}` });
    put(bar, { key: `shell.fetching.${what}` }, 'aria-label');
    put(bytes, done > 0 && { key: total > 0 ? 'shell.fetching.bytesOf' : 'shell.fetching.bytes', done, total });
    // Without a value the bar says that it is under way.
    if (total > 0) [bar.max, bar.value] = [total, done];
    else bar.removeAttribute('value');
  });
}
