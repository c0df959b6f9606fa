// @ts-check
/**
 * The last resort: says that the page did not start, in words, where nothing else can. It stands apart from all modules
 * (a plain script, not built), because each of them may be what failed: a file that was blocked or not found, a browser
 * too old for the syntax, an exception while the page is put together. Once the page stands (`data-mounted`, set by
 * main.js), failures have a banner of their own, and this has nothing more to say.
 */
(() => {
  /** When to speak up although nothing failed, in ms: a file can be on its way for ever. */
  const PATIENCE_MS = 20_000;
  const WORDS = {
    en: {
      lang: 'en',
      failed: 'The page did not start',
      why: 'A part of it could not be loaded, or failed in this browser. Check your connection and try again.',
      slow: 'The page is still loading',
      wait: 'This takes longer than usual. You can wait, or try again.',
      detail: 'Technical detail: {said}',
      reload: 'Reload the page',
    },
    zh: {
      lang: 'zh-CN',
      failed: '页面未能启动',
      why: '页面的一部分无法加载，或在此浏览器中出错。请检查网络连接后重试。',
      slow: '页面仍在加载',
      wait: '所需时间比平常更长。你可以继续等待，或重新尝试。',
      detail: '技术细节：{said}',
      reload: '重新加载页面',
    },
  };
  /** What failed may be anything, so this takes from the browser only what it has had for long. */
  const page = document.documentElement;
  /** @type {HTMLElement | null} */
  let notice = null;

  /** By the address, an earlier choice, the browser: as i18n/index.js does. */
  function words() {
    let remembered = '';
    try {
      remembered = localStorage.getItem('inkling-language') || '';
    } catch {
      // Storage is blocked: the browser's languages say it.
    }
    const asked = /[?&]lang=(\w\w)/.exec(location.search);
    const wanted = [asked ? asked[1] : '', remembered].concat(navigator.languages || []);
    const known = wanted.map((code) => (code || '').slice(0, 2).toLowerCase()).filter((code) => /^(en|zh)$/.test(code));
    return known[0] === 'zh' ? WORDS.zh : WORDS.en;
  }

  /** @param {'failed' | 'slow'} what @param {string} [said] */
  function tell(what, said) {
    if (page.dataset.mounted || (notice && notice.dataset.what === 'failed')) return;
    const { lang, failed, why, slow, wait, detail, reload } = words();
    if (notice) notice.remove();
    notice = document.createElement('section');
    notice.id = 'not-started';
    notice.lang = lang;
    notice.dataset.what = what;
    notice.setAttribute('role', 'alert');
    const add = (/** @type {string} */ tag, /** @type {string} */ text) => {
      const element = document.createElement(tag);
      element.textContent = text;
      if (notice) notice.appendChild(element);
      return element;
    };
    add('h2', what === 'failed' ? failed : slow);
    add('p', what === 'failed' ? why : wait);
    if (said)
      add(
        'p',
        detail.replace('{said}', () => said.slice(0, 160)),
      );
    add('a', reload).setAttribute('href', location.href);
    const show = () => {
      if (!notice || page.dataset.mounted) return;
      // Nothing is on its way any more.
      if (what === 'failed') for (const id of ['status', 'device-name']) clear(id);
      document.body.insertBefore(notice, document.body.firstChild);
    };
    if (document.body) show();
    else document.addEventListener('DOMContentLoaded', show);
  }

  /** @param {string} id */
  function clear(id) {
    const element = document.getElementById(id);
    if (element) element.textContent = '';
  }

  window.addEventListener(
    'error',
    (event) => {
      const { target } = event;
      if (target instanceof HTMLScriptElement) tell('failed', target.src);
      // Extensions run scripts of their own here.
      else if (!/^[\w-]*extension:/.test(event.filename || '')) tell('failed', event.message);
    },
    // A file that cannot be loaded is told to its element alone.
    true,
  );
  window.setTimeout(() => tell('slow'), PATIENCE_MS);
  new MutationObserver(() => {
    if (page.dataset.mounted && notice) notice.remove();
  }).observe(page, { attributes: true, attributeFilter: ['data-mounted'] });
})();
