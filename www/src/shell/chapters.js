// @ts-check
/**
 * Chapters: tabs of the masthead, each with an address of its own (#studio, #inside, #uses), so that links and the back
 * button work. A chapter's panels are mounted, and some of them downloaded, when it is first opened, those of Uses when
 * they come near; hidden panels ask the engine for nothing (ui/live-view.js, ui/live-use.js).
 */
import './chapters.css';
import { learn, put } from '../i18n/index.js';
import { firstLine } from '../protocol.js';
import { land, whenNear } from './near.js';

/**
 * @typedef {import('../panels/index.js').Panel} Panel
 * @typedef {import('../panels/index.js').LaterPanel} LaterPanel
 * @typedef {import('../panels/index.js').ChapterId} ChapterId
 */

/** In the order of their tabs. @type {readonly ChapterId[]} */
const CHAPTERS = ['studio', 'inside', 'uses'];
/** Up to this width a panel and what it moves are not in view together. */
const NARROW = '(max-width: 979px)';

/**
 * @param {import('./index.js').App & {root: HTMLElement, tabs: HTMLElement, lede: HTMLElement}} shell
 * @param {readonly (Panel | LaterPanel)[]} panels
 */
export function chapters({ root, tabs, lede, ...app }, panels) {
  const used = CHAPTERS.filter((id) => panels.some(({ chapter }) => chapter === id));
  const all = new Map(used.map((id) => [id, { tab: makeTab(id), place: makePlace(id), scroll: 0, mounted: false }]));
  tabs.append(...[...all.values()].map(({ tab }) => tab));
  root.append(...[...all.values()].map(({ place }) => place));
  /** @type {ChapterId | null} */
  let open = null;
  /** Leaves the panel where it is that the address led to. */
  let letGo = () => {};
  /** @type {ReturnType<typeof prepareUses> | null} */
  let preparing = null;

  /** What the address says: a chapter, a panel in one, or nothing. */
  function wanted() {
    const name = location.hash.slice(1);
    const panel = panels.find(({ id }) => id === name);
    const chapter = used.find((id) => id === (panel?.chapter ?? name)) ?? used[0];
    return { chapter, panel };
  }

  function turn() {
    const { chapter, panel } = wanted();
    if (!chapter) return;
    if (chapter !== open) {
      const before = open && all.get(open);
      if (before) before.scroll = window.scrollY;
      open = chapter;
      for (const [id, { tab, place }] of all) {
        const selected = id === chapter;
        place.hidden = !selected;
        tab.setAttribute('aria-selected', String(selected));
        tab.tabIndex = selected ? 0 : -1;
      }
      put(lede, { key: `shell.chapter.${chapter}.lede` });
      mount(chapter);
      window.scrollTo({ top: all.get(chapter)?.scroll ?? 0, behavior: 'instant' });
    }
    letGo();
    const section = panel && document.getElementById(panel.id);
    if (section && chapter === 'uses') letGo = land(section);
    else section?.scrollIntoView();
  }

  /** @param {ChapterId} chapter */
  function mount(chapter) {
    const entry = all.get(chapter);
    if (!entry || entry.mounted) return;
    entry.mounted = true;
    for (const panel of panels.filter((one) => one.chapter === chapter)) {
      const section = document.createElement('section');
      section.id = panel.id;
      section.className = 'panel';
      section.setAttribute('aria-labelledby', `${panel.id}-title`);
      column(entry.place, panel).append(section);
      if ('mount' in panel) begin(panel, section);
      else if (chapter === 'uses') wait(panel, section);
      else fetchAndBegin(panel, section);
    }
  }

  /** Its title, and room for the rest until it comes near. @param {LaterPanel} panel @param {HTMLElement} section */
  function wait(panel, section) {
    section.dataset.waiting = '';
    // Where it cannot be had, those that are near say so.
    uses().catch(() => {});
    whenNear(section, () => fetchAndBegin(panel, section));
  }

  /** What the panels of Uses share, fetched with the first of them; with its words those that wait get their titles. */
  function uses() {
    if (preparing) return preparing;
    preparing = prepareUses(app);
    preparing.then(
      () => {
        for (const section of root.querySelectorAll('[data-waiting]:empty')) section.append(heading(section.id));
      },
      () => {
        preparing = null;
      },
    );
    return preparing;
  }

  /** @param {Panel} panel @param {HTMLElement} section @param {{uses?: import('../app/uses-engine.js').Uses}} [more] */
  function begin(panel, section, more) {
    const lifetime = new AbortController();
    delete section.dataset.waiting;
    try {
      panel.mount(
        /** @type {import('../panels/index.js').PanelContext} */ ({
          ...app,
          ...more,
          root: section,
          signal: lifetime.signal,
        }),
      );
    } catch (error) {
      // The others can do without it. What it listens to already ends.
      lifetime.abort();
      replace(section, panel.id, error);
    }
  }

  /** @param {LaterPanel} panel @param {HTMLElement} section */
  async function fetchAndBegin(panel, section) {
    try {
      const more = panel.chapter === 'uses' ? { uses: await uses() } : {};
      const { default: fetched } = await panel.load();
      begin(fetched, section, more);
    } catch (error) {
      replace(section, panel.id, error, () => fetchAndBegin(panel, section));
    }
    // It had no height yet when the address was followed.
    if (wanted().panel === panel && panel.chapter !== 'uses') section.scrollIntoView();
  }

  tabs.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const list = [...all.values()].map(({ tab }) => tab);
    const at = list.indexOf(/** @type {HTMLAnchorElement} */ (event.target));
    /** @type {Record<string, number>} */
    const targets = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: list.length - 1, ' ': at };
    const to = targets[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const tab = list[(to + list.length) % list.length];
    tab?.focus();
    tab?.click();
  });
  app.store.on('reveal', (id) => {
    const panel = root.querySelector(`#${id}`);
    if (!panel || !matchMedia(NARROW).matches || panel.getClientRects().length === 0) return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    panel.scrollIntoView({ behavior: calm ? 'instant' : 'smooth', block: 'start' });
  });
  // So that a chapter opens even if the network is gone by then. Uses needs the network all the same, for its engine.
  app.store.on('ready', async () => {
    await app.session.greeted;
    const fetchAll = () => {
      for (const panel of panels) if ('load' in panel && panel.chapter !== 'uses') panel.load().catch(() => {});
    };
    if ('requestIdleCallback' in window) requestIdleCallback(fetchAll);
    else setTimeout(fetchAll, 2000);
  });
  window.addEventListener('hashchange', turn);
  turn();
}

/** The words and the engine of Uses. @param {Omit<import('./index.js').App, never>} app */
async function prepareUses({ store, session }) {
  const [{ Uses }] = await Promise.all([import('../app/uses-engine.js'), learn('uses')]);
  return new Uses(store, session);
}

/**
 * Where a panel goes: in a chapter of two columns, the one that it names.
 * @param {HTMLElement} place @param {Panel | LaterPanel} panel
 */
function column(place, panel) {
  if (!('column' in panel)) return place;
  while (place.children.length < 2) {
    const made = document.createElement('div');
    made.className = 'column';
    place.append(made);
  }
  return place.children[panel.column === 2 ? 1 : 0] ?? place;
}

/** @param {string} id of a panel */
function heading(id) {
  const title = document.createElement('h2');
  title.id = `${id}-title`;
  // Its words may be what could not be had.
  put(title, { key: `${id}.title`, or: '…' });
  return title;
}

/**
 * Says in a panel's place why it is missing.
 * @param {HTMLElement} section @param {string} id @param {unknown} error
 * @param {() => void} [retry] once more, at a person's wish or when the network is back
 */
function replace(section, id, error, retry) {
  console.error(error);
  const message = document.createElement('p');
  message.className = 'error';
  const said = { key: 'shell.fatal.detail', said: firstLine(error) };
  put(message, [{ key: retry ? 'shell.panelNotFetched' : 'shell.panelFailed' }, said]);
  section.replaceChildren(heading(id), message);
  if (!retry) return;
  const again = document.createElement('button');
  again.type = 'button';
  put(again, { key: 'shell.panelAgain' });
  const tried = new AbortController();
  const once = () => {
    tried.abort();
    again.disabled = true;
    retry();
  };
  again.addEventListener('click', once, tried);
  window.addEventListener('online', once, tried);
  section.append(again);
}

/** @param {ChapterId} id */
function makeTab(id) {
  const tab = document.createElement('a');
  tab.id = `tab-${id}`;
  tab.href = `#${id}`;
  tab.setAttribute('role', 'tab');
  tab.setAttribute('aria-controls', `chapter-${id}`);
  put(tab, { key: `shell.chapter.${id}` });
  put(tab, { key: `shell.chapter.${id}.about` }, 'title');
  return tab;
}

/** Not named as the address is: the browser would scroll to it. @param {ChapterId} id */
function makePlace(id) {
  const place = document.createElement('div');
  place.id = `chapter-${id}`;
  place.className = 'chapter';
  place.setAttribute('role', 'tabpanel');
  place.setAttribute('aria-labelledby', `tab-${id}`);
  return place;
}
