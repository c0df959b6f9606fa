// @ts-check
/** The engine's errors as messages: `toFailure`, and what some of their values are called in the page's language. */
import { toFailure } from '../protocol.js';

/** @param {unknown} error @returns {import('../protocol.js').Failure} */
export function describe(error) {
  if (error instanceof WebAssembly.RuntimeError) {
    const { message } = error;
    return { code: 'panic', message, text: { key: 'errors.panic', detail: message } };
  }
  const failure = toFailure(error);
  return { ...failure, text: named(failure.text) };
}

/** @param {import('../protocol.js').Message} text @returns {import('../protocol.js').Message} */
function named(text) {
  const { key, integer, found, items } = text;
  const whole = integer === true && (key === 'errors.range' || key === 'errors.badSetting');
  return {
    ...text,
    ...(whole && { key: `${key}Whole` }),
    ...(key === 'errors.notIdx' && { found: { key: `errors.found.${found}` } }),
    ...(key === 'errors.idxType' && { found: { key: `errors.element.${found}` } }),
    ...(typeof items === 'string' && { items: { key: `errors.items.${items}` } }),
  };
}
