// @ts-check
/**
 * Numbers as a person reads them, in the language of the page. Some browsers have no locale data and throw when an
 * `Intl` object is made (WebKitGTK without a locale): then plain English forms stand in.
 */

/** Whole numbers where the browser cannot format them: 12,345. @type {{format(n: number): string}} */
export const PLAIN = { format: (n) => n.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ',') };

let whole = wholeNumbers('en');
let rules = pluralRules('en');

/** @param {string} locale */
export function useLocale(locale) {
  whole = wholeNumbers(locale);
  rules = pluralRules(locale);
}

/** @param {string} locale @returns {{format(n: number): string}} */
function wholeNumbers(locale) {
  try {
    return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  } catch {
    return PLAIN;
  }
}

/** @param {string} locale @returns {{select(n: number): string}} */
function pluralRules(locale) {
  try {
    return new Intl.PluralRules(locale);
  } catch {
    return { select: (n) => (n === 1 ? 'one' : 'other') };
  }
}

/** 12345 -> "12,345" @param {number} n */
export const count = (n) => whole.format(n);

/** The plural category of a count: "one", "other". @param {number} n */
export const plural = (n) => rules.select(n);

/** Nats: "121.4"; three digits that matter below 10. @param {number} n */
export const nats = (n) => (Math.abs(n) < 9.995 ? n.toFixed(2) : n.toFixed(1));

/** @param {number} bytes */
export const megabytes = (bytes) =>
  bytes < 1e5 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** Steps per second: "312", "9.4", "0.83". @param {number} n */
export const rate = (n) => (n >= 100 ? whole.format(n) : n >= 10 ? n.toFixed(0) : n >= 1 ? n.toFixed(1) : n.toFixed(2));

/** A setting without floating-point dust: 0.001, 2e-5. @param {number} n */
export const plain = (n) => (n !== 0 && Math.abs(n) < 1e-4 ? n.toExponential() : String(Number(n.toPrecision(10))));

/** 0.25 -> "25%" @param {number} share */
export const percent = (share) => `${Math.round(100 * share)}%`;

/**
 * 95 -> "1 min 35 s"
 * @param {number} seconds @param {(key: string, values: Record<string, number>) => string} t
 */
export function duration(seconds, t) {
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return t('app.seconds', { s });
  if (s < 3600) return t('app.minutesSeconds', { m: Math.floor(s / 60), s: s % 60 });
  return t('app.hoursMinutes', { h: Math.floor(s / 3600), m: Math.floor((s % 3600) / 60) });
}

/** "5 minutes ago", as a message. @param {number} when ms since 1970 @returns {import('../protocol.js').Message} */
export function ago(when) {
  const minutes = Math.max(0, (Date.now() - when) / 60_000);
  if (minutes < 1) return { key: 'app.justNow' };
  if (minutes < 60) return { key: 'app.minutesAgo', n: Math.floor(minutes) };
  if (minutes < 24 * 60) return { key: 'app.hoursAgo', n: Math.floor(minutes / 60) };
  return { key: 'app.daysAgo', n: Math.floor(minutes / 1440) };
}

/** A number with a real minus and as many digits after the point: "−1.50". @param {number} n @param {number} digits */
export function signed(n, digits) {
  const text = n.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}
