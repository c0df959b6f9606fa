// @ts-check
/** How a VAE works in three paragraphs and a picture, and what becomes of what a person draws. */
import './footer.css';
import { fill, finder } from '../ui/dom.js';
import markup from './footer.html?raw';

/** @param {{root: HTMLElement, signal: AbortSignal}} shell */
export function footer({ root }) {
  fill(root, markup);
  const how = finder(root).find('how', HTMLDetailsElement);
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') how.open = false;
  });
}
