// @ts-check
/** What the engine runs on and why, and the language. */
import './masthead.css';
import { replaceParams } from '../app/url-state.js';
import { LANGUAGES, language, onLanguage, put, rememberLanguage, setLanguage } from '../i18n/index.js';
import { finder } from '../ui/dom.js';

/** @param {import('./index.js').App & {root: HTMLElement, signal: AbortSignal}} shell */
export function masthead({ root, store }) {
  const { element, button } = finder(root);
  const [badge, name, reason, why] = [
    element('device-badge'),
    element('device-name'),
    element('device-reason'),
    button('device-why'),
  ];

  store.on('device', (device) => {
    badge.dataset.backend = device.backend;
    // Some browsers do not name the adapter.
    const gpu = { key: device.adapter ? 'shell.device.gpu' : 'shell.device.gpuUnnamed', adapter: device.adapter };
    const label = device.backend === 'webgpu' ? gpu : { key: 'shell.device.cpu', n: device.cores ?? 1 };
    put(name, label);
    put(reason, device.reason);
    put(why, { key: 'shell.device.why', device: label }, 'aria-label');
    put(why, device.reason, 'title');
  });
  const explain = (/** @type {boolean} */ open) => {
    reason.hidden = !open;
    why.setAttribute('aria-expanded', String(open));
  };
  why.addEventListener('click', () => explain(reason.hidden === true));
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Node && !badge.contains(target) && !reason.contains(target)) explain(false);
  });
  document.addEventListener('keydown', ({ key }) => key === 'Escape' && explain(false));

  languageSwitch(element('language'), store);
}

/** @param {HTMLElement} place @param {import('../app/store.js').Store} store */
function languageSwitch(place, store) {
  const buttons = Object.entries(LANGUAGES).map(([code, name]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.lang = code;
    button.textContent = name;
    button.addEventListener('click', async () => {
      const chosen = /** @type {import('../i18n/index.js').Language} */ (code);
      try {
        await setLanguage(chosen);
        if (language() !== chosen) return;
      } catch {
        // Offline, most likely: the language that is there stays.
        store.say({ key: 'shell.language.unreachable', name });
        return;
      }
      rememberLanguage(chosen);
      // A link says its language only if it did before.
      replaceParams((params) => params.has('lang') && params.set('lang', chosen));
    });
    return { code, button };
  });
  const follow = () => {
    for (const { code, button } of buttons) button.setAttribute('aria-pressed', String(code === language()));
  };
  place.append(...buttons.map(({ button }) => button));
  onLanguage(follow);
  follow();
}
