// @ts-check
/**
 * Which runs are open in a tab, so that two tabs never write the same one. A tab claims the runs that it holds: by Web
 * Locks, which end with the tab; where the browser has none (they need https), the tabs ask each other.
 */

const PREFIX = 'inkling-run:';
/** How long the other tabs have to answer, in ms. */
const ANSWER_MS = 400;

/**
 * `kept`: by `keep`, which may give it up again.
 * @typedef {{granted: Promise<boolean>, release: () => void, kept: boolean}} Claim
 */

export class RunClaims {
  /** Called when another tab has taken a run that was claimed here. @type {(id: string) => void} */ onLost = () => {};

  /** @type {Map<string, Claim>} */ #mine = new Map();
  /** @type {BroadcastChannel | null} */ #channel = null;
  /** @type {Set<(ids: string[]) => void>} */ #asking = new Set();

  constructor() {
    if (!navigator.locks && 'BroadcastChannel' in window) {
      this.#channel = new BroadcastChannel('inkling-runs');
      this.#channel.onmessage = ({ data }) => this.#hear(data);
    }
    // Behind the back button a page keeps no claims; what another tab took meanwhile is the other's.
    window.addEventListener('pagehide', ({ persisted }) => persisted && this.#releaseAll());
    window.addEventListener('pageshow', ({ persisted }) => persisted && this.#claimAgain());
  }

  /** Whether this tab has claimed the run. @param {string} id */
  has(id) {
    return this.#mine.has(id);
  }

  /** The runs that other tabs have open. Empty if the browser cannot tell. @returns {Promise<Set<string>>} */
  async others() {
    const all = navigator.locks ? await lockedRuns() : await this.#ask();
    return new Set(all.filter((id) => !this.#mine.has(id)));
  }

  /**
   * Claims a run for this tab, until `release`, or until `keep` has named it and then names it no more.
   * @param {string} id @returns {Promise<boolean>} false if another tab has it open
   */
  claim(id) {
    const claimed = this.#mine.get(id);
    if (claimed) return claimed.granted;
    /** @type {() => void} */
    let release = () => {};
    /** @type {Promise<void>} */
    const released = new Promise((resolve) => {
      release = resolve;
    });
    const granted = navigator.locks ? lock(id, released) : this.#agree(id);
    const claim = { granted, release, kept: false };
    this.#mine.set(id, claim);
    granted.then((mine) => {
      if (!mine && this.#mine.get(id) === claim) this.#mine.delete(id);
    });
    return granted;
  }

  /**
   * Claims these runs and gives up those that it claimed before. `onLost` hears of those that another tab has open.
   * @param {string[]} ids
   */
  keep(ids) {
    for (const id of ids) {
      if (!this.#mine.has(id)) this.claim(id).then((mine) => mine || this.onLost(id));
      const claim = this.#mine.get(id);
      if (claim) claim.kept = true;
    }
    for (const [id, { kept }] of this.#mine) if (kept && !ids.includes(id)) this.release(id);
  }

  /** Gives a run up, if this tab has claimed it. @param {string} id */
  release(id) {
    this.#mine.get(id)?.release();
    this.#mine.delete(id);
  }

  #releaseAll() {
    for (const { release } of this.#mine.values()) release();
  }

  #claimAgain() {
    const ids = [...this.#mine.keys()];
    this.#mine.clear();
    this.keep(ids);
  }

  // ---------------------------------------------------------------- without Web Locks

  /** @param {string} id */
  async #agree(id) {
    if ((await this.#ask()).includes(id)) return false;
    // A tab that was frozen could not answer.
    this.#channel?.postMessage({ taken: id });
    return true;
  }

  /** @returns {Promise<string[]>} the runs that the other tabs say they have open */
  async #ask() {
    if (!this.#channel) return [];
    /** @type {string[]} */
    const open = [];
    const hear = (/** @type {string[]} */ ids) => open.push(...ids);
    this.#asking.add(hear);
    this.#channel.postMessage({ which: true });
    await new Promise((resolve) => window.setTimeout(resolve, ANSWER_MS));
    this.#asking.delete(hear);
    return open;
  }

  /** @param {{which?: true, open?: string[], taken?: string}} message of another tab */
  #hear({ which, open, taken }) {
    if (which) this.#channel?.postMessage({ open: [...this.#mine.keys()] });
    if (open) for (const hear of this.#asking) hear(open);
    if (taken && this.#mine.has(taken)) {
      this.release(taken);
      this.onLost(taken);
    }
  }
}

/** @param {string} id @param {Promise<void>} released @returns {Promise<boolean>} */
const lock = (id, released) =>
  new Promise((answer) => {
    const held = navigator.locks.request(PREFIX + id, { ifAvailable: true }, (granted) => {
      answer(granted !== null);
      return granted ? released : undefined;
    });
    // A browser that refuses locks cannot say who has the run.
    held.catch(() => answer(true));
  });

async function lockedRuns() {
  const { held = [] } = await navigator.locks.query().catch(() => ({ held: [] }));
  return held
    .map(({ name = '' }) => name)
    .flatMap((name) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));
}
