// @ts-check
/**
 * To be imported before uPlot, which makes two `Intl` objects as it is loaded: where that throws (WebKitGTK without a
 * locale), it would take the whole page with it. From here on, plain ones stand in for those that cannot be made.
 */
import { PLAIN } from '../../i18n/number.js';

const STAND_INS = {
  NumberFormat: PLAIN,
  // The chart shows no dates.
  DateTimeFormat: { resolvedOptions: () => ({ timeZone: 'UTC' }) },
};

for (const name of /** @type {const} */ (['NumberFormat', 'DateTimeFormat'])) {
  const value = new Proxy(Intl[name], {
    construct(target, args) {
      try {
        return Reflect.construct(target, args);
      } catch {
        return STAND_INS[name];
      }
    },
  });
  Object.defineProperty(Intl, name, { value, configurable: true, writable: true });
}
