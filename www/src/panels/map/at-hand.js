// @ts-check
/**
 * Where the image at hand lies on the map: as the model that is shown sees it (app/inspection.js), or as the pretrained
 * plane does, if the map shows that one.
 */
import { latest } from '../../ui/latest.js';
import { ellipse, placeOf } from './geometry.js';

/** How far z may be from mu, in any latent, to pass for the same. */
const SAME = 1e-4;

/**
 * @param {import('../index.js').PanelContext} context
 * @param {() => boolean} onPlane   whether the map shows the pretrained plane
 * @param {() => void} onChange
 */
export function atHand({ session, subject, inspection, store, signal }, onPlane, onChange) {
  /**
   * What the plane says, and of which image.
   * @type {{image: unknown, answer: import('../../protocol.js').Inspected} | null}
   */
  let seen = null;

  const ask = latest(async () => {
    const { image } = subject;
    if (!onPlane() || !image || seen?.image === image || !store.pretrained.has('plane')) return;
    const answer = await session.ask('inspect', { pixels: image.pixels, model: 'plane' });
    if (signal.aborted || subject.image !== image) return;
    seen = { image, answer };
    onChange();
  });
  // It looks into each image, as long as somebody sees it: then the plane is asked, too.
  inspection.onChange(() => (onPlane() ? ask() : onChange()), { signal });

  return {
    /** The map shows another model. */
    ask,
    /**
     * @param {import('./geometry.js').Frame} frame
     * @param {unknown} model   the one whose map it is
     * @returns {import('./paint.js').Hand | null}
     */
    on(frame, model) {
      const { now } = inspection;
      const answer = onPlane() ? seen?.answer : now?.model === model ? now?.answer : null;
      if (!answer || !subject.image) return null;
      const { mu, logvar, z } = answer;
      const at = placeOf(frame, mu);
      if (!at.every(Number.isFinite)) return null;
      const moved = !onPlane() && z.some((value, i) => Math.abs(value - (mu[i] ?? 0)) > SAME);
      return { at, outline: ellipse(frame, mu, logvar), z: moved ? placeOf(frame, z) : null };
    },
  };
}
