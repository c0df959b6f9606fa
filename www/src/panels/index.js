// @ts-check
/**
 * The panels, a line each, in the order in which they are read. To add one: docs/ADDING.md.
 *
 * @typedef {'studio' | 'inside' | 'uses'} ChapterId
 *
 * @typedef {object} PanelContext   what a panel is given
 * @property {HTMLElement} root     its own element, empty
 * @property {import('../app/store.js').Store} store
 * @property {import('../app/session.js').Session} session
 * @property {import('../app/picks.js').Picks} picks
 * @property {import('../app/subject.js').Subject} subject         the image at hand
 * @property {import('../app/inspection.js').Inspection} inspection   what the model makes of it
 * @property {import('../storage/digit-store.js').DigitStore} digits
 * @property {import('../storage/autosave.js').Autosave} autosave
 * @property {import('../app/url-state.js').Mirrors} mirrors
 * @property {import('../app/uses-engine.js').Uses} uses   in the chapter Uses only: the engine that answers there
 * @property {AbortSignal} signal   aborted when the panel is taken away: every listener outside of `root` ends with it
 *
 * @typedef {object} Panel
 * @property {string} id
 * @property {ChapterId} chapter
 * @property {(context: PanelContext) => void} mount
 *
 * A panel that a visitor downloads when its chapter is first opened; in Uses, when it comes near. `column`: where it
 * stands in a chapter of two columns, the second of which is read after the first.
 * @typedef {Omit<Panel, 'mount'> & {load: () => Promise<{default: Panel}>, column?: 1 | 2}} LaterPanel
 */
import data from './data/data.js';
import draw from './draw/draw.js';
import interpolate from './interpolate/interpolate.js';
import model from './model/model.js';
import samples from './samples/samples.js';
import train from './train/train.js';

/** @type {readonly (Panel | LaterPanel)[]} */
export const PANELS = [
  data,
  model,
  train,
  draw,
  samples,
  interpolate,
  { id: 'athand', chapter: 'inside', load: () => import('./athand/athand.js') },
  { id: 'latents', chapter: 'inside', load: () => import('./latents/latents.js') },
  { id: 'map', chapter: 'inside', load: () => import('./map/map.js') },
  { id: 'anatomy', chapter: 'inside', load: () => import('./anatomy/anatomy.js') },
  // Uses, a column after the other.
  { id: 'hand', chapter: 'uses', column: 1, load: () => import('./hand/hand.js') },
  { id: 'finish', chapter: 'uses', column: 1, load: () => import('./finish/finish.js') },
  { id: 'denoise', chapter: 'uses', column: 1, load: () => import('./denoise/denoise.js') },
  { id: 'teach', chapter: 'uses', column: 1, load: () => import('./teach/teach.js') },
  { id: 'anomalies', chapter: 'uses', column: 2, load: () => import('./anomalies/anomalies.js') },
  { id: 'labels', chapter: 'uses', column: 2, load: () => import('./labels/labels.js') },
  { id: 'augment', chapter: 'uses', column: 2, load: () => import('./augment/augment.js') },
  { id: 'compress', chapter: 'uses', column: 2, load: () => import('./compress/compress.js') },
];
