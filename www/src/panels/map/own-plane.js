// @ts-check
import { problem } from '../../protocol.js';

/**
 * Shows a person's own model with two latents; one that has more gives way to a new one, which begins to train.
 * @param {Pick<import('../index.js').PanelContext, 'store' | 'session'>} context
 */
export async function ownPlane({ store, session }) {
  if (store.model?.latent === 2) return session.show('yours');
  const config = store.draft === undefined ? store.config : store.draft;
  if (!config) throw problem('config', 'app.settingsOutOfRange');
  await session.configure({ ...config, latent: 2 });
  await session.start();
}
