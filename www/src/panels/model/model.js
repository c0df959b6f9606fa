// @ts-check
/**
 * The settings. Those that app/settings.js calls live change the current model, even while it trains. The others and
 * the preset need a new one: an untrained model is replaced at once, a trained one only when asked. Undo brings it
 * back.
 */
import './model.css';
import { changed, DEFERRED, defaults, LIVE, meant, needsNewModel, SETTINGS } from '../../app/settings.js';
import { put } from '../../i18n/index.js';
import { textOf } from '../../protocol.js';
import { fill, finder } from '../../ui/dom.js';
import { modelFigure } from './figure.js';
import markup from './model.html?raw';
import { settingField } from './setting-field.js';

/** @typedef {import('../../protocol.js').TrainConfig} TrainConfig */

/** ms to wait after a key, so that a number can be typed to its end, and while a slider moves. */
const TYPING_MS = 450;
const SLIDING_MS = 150;

/** @type {import('../index.js').Panel} */
export default {
  id: 'model',
  chapter: 'studio',
  mount({ root, store, session, signal }) {
    fill(root, markup);
    const { element, button, find } = finder(root);
    const form = find('settings', HTMLFormElement);
    const preset = find('preset', HTMLSelectElement);
    const [pending, facts, help, failure] = ['model-pending', 'model-facts', 'model-help', 'model-failure'].map(
      element,
    );
    const drawFigure = modelFigure(/** @type {SVGElement} */ (root.querySelector('#model-figure')));
    const [row, more] = [element('settings-row'), element('more-settings')];
    const fields = SETTINGS.map(settingField);
    /** The field in use. @type {import('./setting-field.js').SettingField | undefined} */
    let focused;
    let timer = 0;
    signal.addEventListener('abort', () => window.clearTimeout(timer));

    for (const field of fields) {
      if (field.setting.more) more.append(field.element);
      else if ('slider' in field.setting) row.before(field.element);
      else row.append(field.element);
      element('model-error').append(field.error);
      field.element.addEventListener('input', ({ target }) => {
        session.setDraft(read());
        applySoon(target === field.control ? TYPING_MS : SLIDING_MS);
      });
      // The field is left: a click on Start must find the new value applied.
      field.control.addEventListener('change', () => applySoon(0));
    }
    form.addEventListener('focusin', ({ target }) => explain(/** @type {Node} */ (target)));
    form.addEventListener('focusout', () => explain(null));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      applySoon(0);
    });
    preset.addEventListener('change', () => {
      const chosen = chosenPreset();
      if (!chosen) return;
      // What no preset says stays as it is.
      const kept = fields.filter(({ setting }) => setting.usual !== null);
      const values = kept.map(({ setting, value }) => [setting.name, value() ?? undefined]);
      write(changed(defaults(chosen), Object.fromEntries(values)));
      session.setDraft(read());
      applySoon(0);
    });
    button('apply-model').addEventListener('click', () => {
      const draft = read();
      if (draft) attempt(() => session.configure(draft));
      // The button goes away: the focus must not go with it.
      preset.focus({ preventScroll: true });
    });
    button('keep-model').addEventListener('click', () => {
      if (store.config) write(store.config);
      settle();
      preset.focus();
    });

    // On a phone the settings fold away.
    const narrow = matchMedia('(max-width: 699px)');
    const details = find('model-details', HTMLDetailsElement);
    const fold = () => {
      details.open = !narrow.matches;
    };
    narrow.addEventListener('change', fold, { signal });
    fold();

    store.on('device', offerPresets, { signal });
    store.on('model', follow, { signal });
    store.on(
      'config',
      (config) => {
        for (const { name } of LIVE) {
          const field = fields.find(({ setting }) => setting.name === name);
          if (field && document.activeElement !== field.control) field.set(config[name]);
        }
        settle();
      },
      { signal },
    );
    offerPresets();
    follow();

    function offerPresets() {
      const options = store.presets.map(({ name }) => {
        const option = new Option('', name);
        put(option, { key: `app.preset.${name}` });
        return option;
      });
      preset.replaceChildren(...options);
      if (store.config) preset.value = store.config.preset;
    }

    function follow() {
      const { model, config } = store;
      if (!model || !config) return;
      preset.disabled = false;
      for (const field of fields) field.enable(true);
      write(config);
      put(facts, { key: 'model.facts', parameters: model.parameters, n: model.stepsPerEpoch });
      facts.dataset.parameters = String(model.parameters);
      put(failure, null);
      settle();
    }

    /** @param {number} wait ms */
    function applySoon(wait) {
      window.clearTimeout(timer);
      timer = window.setTimeout(apply, wait);
    }

    async function apply() {
      put(failure, null);
      const draft = settle();
      const { config, trained } = store;
      if (!draft || !config) return;
      if (!trained && needsNewModel(draft, config, chosenPreset())) return attempt(() => session.configure(draft));
      // Another preset brings its own learning rate and β: they belong to the new model, not to this one.
      if (draft.preset !== config.preset) return;
      const differing = LIVE.filter(({ name }) => draft[name] !== config[name]);
      const change = Object.fromEntries(differing.map(({ name }) => [name, draft[name]]));
      if (differing.length > 0) await attempt(() => session.updateHyperparameters(change));
    }

    /** @param {() => Promise<unknown>} action */
    async function attempt(action) {
      try {
        await action();
        put(failure, null);
      } catch (error) {
        put(failure, textOf(error));
      }
    }

    /** The preset that the form names. */
    function chosenPreset() {
      return store.presets.find(({ name }) => name === preset.value);
    }

    /** Shows what is out of range and how the form differs from the model. Returns what `read` does. */
    function settle() {
      const shown = meant(written(), chosenPreset());
      for (const field of fields) {
        field.element.hidden = !shown.includes(field.setting);
        if (field.element.hidden) put(field.error, null);
        else field.check();
      }
      const draft = read();
      session.setDraft(draft);
      const { config } = store;
      const waits = draft && config && store.trained && needsNewModel(draft, config, chosenPreset()) ? draft : null;
      pending.hidden = !waits;
      preset.classList.toggle('waits', !!waits && waits.preset !== config?.preset);
      for (const { setting, control } of fields) {
        const { name } = setting;
        control.classList.toggle('waits', !!waits && DEFERRED.includes(setting) && waits[name] !== config?.[name]);
      }
      note();
      describe(draft);
      return draft;
    }

    /** @param {TrainConfig | null} draft */
    function describe(draft) {
      const chosen = chosenPreset();
      if (!chosen) return;
      const name = { key: `app.preset.${chosen.name}` };
      put(element('preset-summary'), { key: `${name.key}.summary` });
      put(element('preset-shape'), chosen.shape);
      put(element('preset-shape'), chosen.shape, 'title');
      if (!draft) return;
      const { latent, beta, learningRate, likelihood, warmupSteps, freeBits } = draft;
      put(element('settings-brief'), { key: 'model.brief', preset: name, n: latent, beta, rate: learningRate });
      const brief = {
        key: chosen.hasEncoder ? 'model.moreBrief' : 'model.moreBrief.free',
        likelihood: { key: `app.setting.likelihood.${likelihood}` },
        warmup: warmupSteps,
        bits: freeBits,
      };
      put(element('more-brief'), brief);
      drawFigure(latent, chosen.hasEncoder);
    }

    /** The field in use explains itself in the note under the form. @param {Node | null} target */
    function explain(target) {
      focused = fields.find((field) => field.element.contains(target));
      note();
    }

    /** One note at a time: what is wrong or waits, else the field in use, else facts of the model. */
    function note() {
      const taken = !pending.hidden || fields.some(({ error }) => error.textContent !== '');
      put(help, focused?.help);
      help.hidden = taken || !focused;
      facts.hidden = taken || !!focused;
    }

    /** What the fields say; null for those that are out of range. @returns {any} */
    function written() {
      return {
        preset: preset.value,
        ...Object.fromEntries(fields.map(({ setting, value }) => [setting.name, value()])),
      };
    }

    /** @returns {TrainConfig | null} null if a field is out of range */
    function read() {
      const [all, chosen] = [written(), chosenPreset()];
      const shown = meant(all, chosen);
      // What means nothing beside the others cannot be wrong.
      for (const { setting } of fields) {
        if (!shown.includes(setting) && chosen) all[setting.name] = defaults(chosen)[setting.name];
      }
      return Object.values(all).includes(null) ? null : all;
    }

    /** @param {TrainConfig} config */
    function write(config) {
      preset.value = config.preset;
      for (const field of fields) field.set(config[field.setting.name]);
    }
  },
};
