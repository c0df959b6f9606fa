// @ts-check
/**
 * Terms of the field explain themselves: a press on one (i18n/marks.js makes them) opens its entry in the page's one
 * popover, right at the word. The entries are downloaded when the first term is opened, or earlier while the page has
 * nothing else to do.
 */
import './glossary.css';
import { onLanguage, put } from '../i18n/index.js';
import { termIn } from '../i18n/marks.js';
import { fill, finder } from '../ui/dom.js';
import markup from './glossary.html?raw';

/** px between the popover and the edge of the window, and between it and the word. */
const EDGE = 12;
const GAP = 6;

/** @param {Pick<import('./index.js').App, 'store' | 'session'>} app */
export function glossary({ store, session }) {
  const box = document.createElement('div');
  box.id = 'glossary';
  box.popover = 'auto';
  box.tabIndex = -1;
  box.setAttribute('role', 'dialog');
  box.setAttribute('aria-labelledby', 'glossary-title');
  fill(box, markup);
  const { element, button } = finder(box);
  const [title, body] = [element('glossary-title'), element('glossary-body')];
  /** The word at which the popover is open, and what it stood in. @type {{term: HTMLElement, host: Element} | null} */
  let anchor = null;
  /** The word whose popover this press has just closed. @type {Element | null} */
  let pressed = null;
  let asks = 0;

  const isOpen = () => box.matches(':popover-open');

  document.addEventListener('pointerdown', () => (pressed = isOpen() && anchor ? anchor.term : null), true);
  document.addEventListener('click', (event) => {
    const term = termAt(event);
    if (!term) return;
    if (box.contains(term)) show(term.dataset.term ?? '', term.textContent ?? '');
    else if (term !== pressed) open(term);
    pressed = null;
  });
  box.addEventListener('beforetoggle', (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === 'closed') current()?.removeAttribute('aria-expanded');
  });
  button('glossary-close').addEventListener('click', close);
  button('glossary-all').addEventListener('click', () => show('index', ''));
  // Before anybody else who listens for Escape: one press closes one thing.
  window.addEventListener(
    'keydown',
    (event) => {
      if (!isOpen()) return;
      if (event.key === 'Tab') leave(event);
      if (event.key !== 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
      close();
    },
    true,
  );
  // The popover's own scrolling moves no word.
  const follow = (/** @type {Event} */ { target }) => isOpen() && target !== box && place();
  window.addEventListener('scroll', follow, { capture: true, passive: true });
  window.addEventListener('resize', () => isOpen() && place());
  onLanguage(() => isOpen() && box.dataset.term && show(box.dataset.term, ''));
  // So that a term opens even if the network is gone by then.
  store.on('ready', async () => {
    await session.greeted;
    const early = () => load().catch(() => {});
    if ('requestIdleCallback' in window) requestIdleCallback(early);
    else setTimeout(early, 2000);
  });

  /** @param {HTMLElement} term */
  function open(term) {
    if (isOpen()) box.hidePopover();
    anchor = { term, host: term.closest('.panel, section, dialog, footer, header') ?? document.body };
    // What lies outside of a modal dialog is out of reach.
    (term.closest('dialog') ?? document.body).append(box);
    // Safari does not focus a button that is clicked; whoever has the focus now gets it back.
    term.focus({ preventScroll: true });
    box.showPopover();
    term.setAttribute('aria-expanded', 'true');
    show(term.dataset.term ?? '', term.textContent ?? '');
  }

  function close() {
    box.hidePopover();
    current()?.focus({ preventScroll: true });
  }

  /** The word as it stands now: a sentence that is written anew has new words. */
  function current() {
    if (anchor && !anchor.term.isConnected) {
      anchor.term = termIn(anchor.host, anchor.term.dataset.term ?? '') ?? anchor.term;
      if (isOpen()) anchor.term.setAttribute('aria-expanded', 'true');
    }
    return anchor?.term;
  }

  /** @param {string} id @param {string} text how the page writes it, until its entry is there */
  async function show(id, text) {
    const turn = ++asks;
    box.dataset.term = id;
    if (text) {
      put(title, text);
      body.replaceChildren();
    }
    button('glossary-all').hidden = id === 'index';
    // Also where a button in here was pressed that is about to go.
    box.focus({ preventScroll: true });
    box.setAttribute('aria-busy', 'true');
    place();
    const entry = await load().then(
      ({ entryOf }) => entryOf(id),
      () => null,
    );
    if (turn !== asks) return;
    if (entry) {
      put(title, entry.title);
      body.replaceChildren(...entry.nodes);
    } else {
      const failed = document.createElement('p');
      put(failed, { key: 'shell.glossary.unreachable' });
      body.replaceChildren(failed);
    }
    box.removeAttribute('aria-busy');
    box.scrollTop = 0;
    place();
  }

  /** Beside the word: below it where there is room, else above, always within the window. */
  function place() {
    const term = current();
    if (!term) return;
    // The button is larger than its word.
    const at = (term.firstElementChild ?? term).getBoundingClientRect();
    const [width, height] = [document.documentElement.clientWidth, window.innerHeight];
    if (at.width === 0 || at.bottom < 0 || at.top > height) {
      if (isOpen()) box.hidePopover();
      return;
    }
    box.style.maxHeight = '';
    const wanted = box.offsetHeight;
    const [below, above] = [height - at.bottom - GAP - EDGE, at.top - GAP - EDGE];
    const under = wanted <= below || below >= above;
    const tall = Math.min(wanted, Math.max(under ? below : above, 120));
    box.style.maxHeight = `${tall}px`;
    const top = under ? at.bottom + GAP : at.top - GAP - tall;
    box.style.top = `${Math.max(EDGE, Math.min(top, height - EDGE - tall))}px`;
    box.style.left = `${Math.max(EDGE, Math.min(at.left - EDGE, width - EDGE - box.offsetWidth))}px`;
  }

  /**
   * From its first or last control, Tab goes on from the word, as if the popover stood there.
   * @param {KeyboardEvent} event
   */
  function leave({ shiftKey }) {
    const stops = [...box.querySelectorAll('button:not([hidden])')];
    const last = shiftKey ? [box, stops[0]] : [stops.at(-1)];
    if (last.includes(/** @type {Element} */ (document.activeElement))) close();
  }
}

const load = () => import('../glossary/index.js');

/**
 * The term that is meant by a click. On a touch screen terms reach beyond their line, over those of the line above: the
 * nearest word counts.
 * @param {MouseEvent} event
 */
function termAt({ target, clientX: x, clientY: y, detail }) {
  const hit = target instanceof Element ? target.closest('button.term') : null;
  if (!(hit instanceof HTMLElement)) return null;
  // By the keyboard.
  if (detail === 0) return hit;
  const away = (/** @type {Element} */ term) => {
    const { left, right, top, bottom } = (term.firstElementChild ?? term).getBoundingClientRect();
    return Math.hypot(Math.max(left - x, x - right, 0), Math.max(top - y, y - bottom, 0));
  };
  const all = document.elementsFromPoint(x, y).filter((one) => one instanceof HTMLElement && one.matches('.term'));
  const near = all.sort((a, b) => away(a) - away(b))[0];
  return near instanceof HTMLElement ? near : hit;
}
