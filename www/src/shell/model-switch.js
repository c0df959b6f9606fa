// @ts-check
/** Whose digits the page shows: those of the model that came with it, so that there is something to see at once, or of the one in training. */
import { button, element, words } from '../ui/dom.js';
import { count, nats } from '../ui/format.js';

/** @param {import('../app/session.js').Session} session */
export function shownSwitch(session) {
  const buttons = { best: button('shown-best'), yours: button('shown-yours') };
  const note = element('shown-note');

  function tell() {
    const best = session.shipped.get('best');
    const shown = session.shippedShown ?? 'yours';
    buttons.best.disabled = !session.device;
    buttons.yours.disabled = !session.model;
    for (const name of /** @type {const} */ (['best', 'yours']))
      buttons[name].setAttribute('aria-pressed', String(shown === name));
    element('draw-who').textContent = shown === 'yours' ? 'your model' : 'the ready-made model';
    document.documentElement.dataset.shown = shown;
    note.textContent =
      shown === 'best' && best
        ? about(best)
        : session.trained
          ? `Yours, at step ${count(session.progress.step)}.`
          : session.model
            ? 'Yours has learned nothing yet: this is noise.'
            : '';
  }

  for (const name of /** @type {const} */ (['best', 'yours'])) {
    buttons[name].addEventListener('click', () =>
      session.show(name).catch((problem) => (note.textContent = words(problem))),
    );
  }
  session.on('device', tell);
  session.on('shipped', tell);
  session.on('shown', tell);
  session.on('model', tell);
  session.on('progress', tell);
  tell();
}

/** @param {import('../protocol.js').ShippedInfo} info */
function about({ title, latent, record }) {
  const trained =
    record && `, ${count(record.epochs)} epochs of ${record.data}’s ${count(record.images)} ${record.split}`;
  const loss = record?.grey && ` Loss on its test images: ${nats(record.grey)}.`;
  return `${title}, ${count(latent)} latents${trained ?? ''}.${loss || ''}`;
}
