// @ts-check
/**
 * The label that a conditional model reads the image at hand as, and writes it as: known, guessed, or chosen here. Not
 * there at all where the model that is shown knows no labels.
 */
import { put } from '../i18n/index.js';

/** Digits have these; what a person teaches a model comes after them. */
const DIGITS = 10;

/** What a label is called. @param {number} label @param {number} labels that the model knows */
export const labelName = (label, labels) =>
  label === DIGITS && labels === DIGITS + 1 ? { key: 'ui.label.symbol' } : String(label);

/**
 * @param {{row: HTMLElement, select: HTMLSelectElement, note: HTMLElement | null}} parts
 * @param {Pick<import('../panels/index.js').PanelContext, 'store' | 'subject' | 'inspection' | 'signal'>} context
 * @param {() => void} [onChange]   it is another now
 */
export function labelChoice({ row, select, note }, { store, subject, inspection, signal }, onChange) {
  let offered = 0;
  /** @type {number | null} */
  let told = null;

  function follow() {
    const labels = store.standing?.model.labels ?? 0;
    const now = inspection.label;
    row.hidden = !now;
    if (now && offered !== labels) {
      offered = labels;
      select.replaceChildren(
        ...Array.from({ length: labels }, (_, label) => {
          const option = new Option('', String(label));
          put(option, labelName(label, labels));
          return option;
        }),
      );
    }
    if (now) {
      if (select.value !== String(now.label)) select.value = String(now.label);
      if (note) put(note, { key: `ui.label.by.${now.by}` });
    }
    const label = now?.label ?? null;
    if (label === told) return;
    told = label;
    onChange?.();
  }
  select.addEventListener('change', () => subject.say(Number(select.value)));
  subject.onChange(follow, { signal });
  inspection.onChange(follow, { signal });
  for (const event of /** @type {const} */ (['model', 'shown'])) store.on(event, follow, { signal });
  follow();
}
