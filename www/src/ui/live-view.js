// @ts-check
/**
 * Keeps a picture of the model up to date while the model trains: never more than one refresh under way, not oftener than
 * `every` ms, less often where a refresh takes long, not at all while nobody can see it; then it catches up.
 *
 * @param {import('../app/session.js').Session} session
 * @param {Element} element
 * @param {number} every
 * @param {() => Promise<void>} work
 * @param {{whose?: 'shown' | 'yours', lazy?: boolean}} [options] of the model that is shown, or always of the one in training; `lazy`: nothing at all before it is seen
 * @returns {() => void} asks for a refresh at once
 */
export function refresher(session, element, every, work, { whose = 'shown', lazy = false } = {}) {
  const follows = () => whose === 'yours' || !session.shippedShown;
  const model = () => (whose === 'yours' ? session.model : session.standing);
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
    if (!stale || busy || document.hidden || !model() || !(inView || urgent)) return;
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

  session.on('model', () => follows() && now());
  if (whose === 'shown') session.on('shown', now);
  session.on('progress', ({ step, state }) => {
    const at = `${step} ${state === 'running'}`;
    if (at === seen || !follows()) return;
    seen = at;
    stale = true;
    kick();
  });
  document.addEventListener('visibilitychange', kick);
  new IntersectionObserver(
    ([entry]) => {
      inView = entry?.isIntersecting ?? true;
      kick();
    },
    { rootMargin: '100px' },
  ).observe(element);
  return now;
}
