// @ts-check
/** One or two sentences on what is happening, in sight in every chapter and read out to those who listen. */
import { put } from '../i18n/index.js';
import { finder } from '../ui/dom.js';

/** @param {{root: HTMLElement, store: import('../app/store.js').Store}} shell */
export function statusLine({ root, store }) {
  const status = finder(root).element('status');
  const say = (/** @type {import('../i18n/index.js').Content} */ content) => {
    put(status, content);
    // It is cut after two lines.
    put(status, content, 'title');
  };
  store.on('say', say);
  store.on('ready', (refused) => {
    document.documentElement.dataset.ready = 'true';
    say([...(Array.isArray(refused) ? refused : [refused]), { key: 'shell.ready' }]);
  });
  // What was being loaded is not on its way any more.
  store.on('fatal', (failure) => failure && say(failure.text));
}
