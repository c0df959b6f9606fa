// @ts-check
/** Numbers as a person reads them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** 12345 -> "12,345" @param {number} n */
export const count = (n) => whole.format(n);

/** Nats: "121.4"; three digits that matter below 10. @param {number} n */
export const nats = (n) => (Math.abs(n) < 9.995 ? n.toFixed(2) : n.toFixed(1));

/** @param {number} bytes */
export const megabytes = (bytes) =>
  bytes < 1e5 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/** 95 -> "1 min 35 s" @param {number} seconds */
export function duration(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** Steps per second: "312", "9.4", "0.83". @param {number} n */
export const rate = (n) => (n >= 100 ? whole.format(n) : n >= 10 ? n.toFixed(0) : n >= 1 ? n.toFixed(1) : n.toFixed(2));

/** A setting without floating-point dust: 0.001, 2e-5. @param {number} n */
export const plain = (n) => (n !== 0 && Math.abs(n) < 1e-4 ? n.toExponential() : String(Number(n.toPrecision(6))));

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** "5 minutes ago" @param {number} when ms since 1970 */
export function ago(when) {
  const minutes = Math.max(0, (Date.now() - when) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return relative.format(-Math.floor(minutes), 'minute');
  if (minutes < 24 * 60) return relative.format(-Math.floor(minutes / 60), 'hour');
  return relative.format(-Math.floor(minutes / 1440), 'day');
}
