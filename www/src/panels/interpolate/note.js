// @ts-check
/**
 * What Interpolate says about A and B.
 * @typedef {import('../../app/picks.js').Picks} Picks
 * @typedef {import('../../app/picks.js').Slot} Slot
 * @typedef {import('../../i18n/index.js').Message} Message
 */

/** @type {Record<Slot, string>} */
const LETTER = { a: 'A', b: 'B' };

/** What happened last, or what there is to do. @param {Picks} picks @returns {Message} */
export function noteOf({ a, b, next, last, chosen }) {
  if (last.what === 'turn') return { key: 'interpolate.note.turn', slot: LETTER[last.slot] };
  // The page's own proposal is replaced by another at once: nobody misses it.
  if (last.what === 'cleared' && chosen) {
    const [slot, other] = last.slots;
    const { before, now } = last;
    if (slot && !other) return { key: 'interpolate.note.cleared', slot: LETTER[slot], before, now };
    return { key: 'interpolate.note.clearedBoth', before, now };
  }
  if (last.what === 'reencoded') return { key: 'interpolate.note.reencoded' };
  if (a && b) {
    const key = chosen ? 'interpolate.note.both' : 'interpolate.note.proposed';
    return { key, a: a.name, b: b.name, next: LETTER[next] };
  }
  const pick = a ?? b;
  if (pick) return { key: 'interpolate.note.one', slot: a ? 'A' : 'B', name: pick.name, next: LETTER[next] };
  return { key: 'interpolate.note.empty' };
}

/**
 * The name of a slot's button. That the next pick goes there shows in its pressed state.
 * @param {Picks} picks @param {Slot} slot @returns {Message}
 */
export function slotLabel(picks, slot) {
  const pick = picks[slot];
  if (!pick) return { key: 'interpolate.slot.fill', slot: LETTER[slot] };
  return { key: 'interpolate.slot.replace', slot: LETTER[slot], name: pick.name };
}
