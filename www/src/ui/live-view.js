// @ts-check
/**
 * Keeps a picture of the model up to date while the model trains: never more than one refresh under way, no more often
 * than `every` ms, less often where a refresh takes long, not at all while nobody can see it (another chapter, another
 * tab); then it catches up.
 *
 * @param {object} options
 * @param {import('../app/store.js').Store} options.store
 * @param {Element} options.element   the picture
 * @param {number} options.every      ms
 * @param {() => Promise<void>} options.work
 * @param {'shown' | 'yours'} [options.whose]   of the model that is shown, or always of the one in training
 * @param {boolean} [options.lazy]    nothing at all before it is scrolled into view
 * @param {AbortSignal} options.signal
 * @returns {() => void} asks for a refresh at once
 */
export function liveView({ store, element, every, work, whose = 'shown', lazy = false, signal }) {
  const follows = () => whose === 'yours' || !store.pretrainedShown;
  const model = () => (whose === 'yours' ? store.model : store.standing);
  // Told by the browser: to ask for the layout at each report would make the browser compute it each time.
  let laidOut = false;
  let busy = false;
  let stale = false;
  let urgent = false;
  let inView = !lazy;
  let last = -Infinity;
  let cost = 0;
  let seen = '';
  /** @type {number | undefined} */
  let timer;

  function kick() {
    if (!stale || busy || signal.aborted || document.hidden || !laidOut || !model() || !(inView || urgent)) return;
    const wait = urgent ? 0 : last + Math.max(every, 3 * cost) - performance.now();
    window.clearTimeout(timer);
    if (wait > 0) {
      timer = window.setTimeout(kick, wait);
      return;
    }
    stale = urgent = false;
    busy = true;
    const start = performance.now();
    // An engine that broke or was restarted says so itself; the next model refreshes again.
    work()
      .catch(() => {})
      .then(() => {
        busy = false;
        last = performance.now();
        cost = last - start;
        kick();
      });
  }
  function now() {
    stale = true;
    urgent = !lazy;
    kick();
  }

  store.on('model', () => follows() && now(), { signal });
  if (whose === 'shown') store.on('shown', now, { signal });
  store.on(
    'progress',
    ({ step, state }) => {
      const at = `${step} ${state === 'running'}`;
      if (at === seen || !follows()) return;
      seen = at;
      stale = true;
      kick();
    },
    { signal },
  );
  document.addEventListener('visibilitychange', kick, { signal });
  // A chapter that is not open has no layout.
  const sized = new ResizeObserver(([entry]) => {
    laidOut = (entry?.contentRect.width ?? 0) > 0;
    kick();
  });
  sized.observe(element);
  signal.addEventListener('abort', () => sized.disconnect());
  const seenAt = new IntersectionObserver(
    ([entry]) => {
      inView = entry?.isIntersecting ?? true;
      kick();
    },
    { rootMargin: '100px' },
  );
  seenAt.observe(element);
  signal.addEventListener('abort', () => seenAt.disconnect());
  // The model may be older than the picture.
  if (model()) now();
  return now;
}
