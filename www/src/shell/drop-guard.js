// @ts-check
/**
 * Dropped files are the Data panel's business (panels/data). Where that panel is not there yet, the browser would open
 * the file in the page's place, and a run would be gone.
 * @param {{store: import('../app/store.js').Store}} shell
 */
export function dropGuard({ store }) {
  // On the window, which hears of it after the panel on the document.
  for (const type of /** @type {const} */ (['dragover', 'drop'])) {
    window.addEventListener(type, (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      if (type === 'drop') store.say({ key: 'shell.dropInStudio' });
    });
  }
}
