// @ts-check
/** Save and Open: the model in training as a safetensors file. */
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { download, readModelFile } from '../../storage/save-file.js';
import { finder } from '../../ui/dom.js';

/** @param {import('../index.js').PanelContext} context */
export function modelFile({ root, store, session, autosave, signal }) {
  const { button, element, input } = finder(root);
  const [save, open, chosen, error] = [button('save'), button('open'), input('model-input'), element('file-error')];

  /** @param {() => Promise<void>} action */
  async function attempt(action) {
    put(error, null);
    try {
      await action();
    } catch (problem) {
      put(error, textOf(problem));
    }
  }

  save.addEventListener('click', () =>
    attempt(async () => {
      const { runId, config } = store;
      const { bytes, progress } = await session.saveModel();
      const name = `inkling-${config?.preset}-${config?.latent}-step-${progress.step}.safetensors`;
      download(bytes, name);
      if (runId === store.runId) autosave.saved(progress.step);
      store.say({ key: 'train.saved', name, size: bytes.length });
    }),
  );

  open.addEventListener('click', () => chosen.click());
  chosen.addEventListener('change', () => {
    const [file] = chosen.files ?? [];
    chosen.value = '';
    if (!file) return;
    attempt(async () => {
      await session.openModel(await readModelFile(file), file.name);
      autosave.saved();
    });
  });

  const follow = () => {
    save.disabled = open.disabled = !store.model || store.failure !== null;
  };
  store.on('model', follow, { signal });
  store.on('fatal', follow, { signal });
  follow();
}
