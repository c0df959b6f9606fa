// @ts-check
import './latents.css';
import { fill } from '../../ui/dom.js';
import markup from './latents.html?raw';

/** @type {import('../index.js').Panel} */
export default {
  id: 'latents',
  chapter: 'inside',
  mount({ root }) {
    fill(root, markup);
  },
};
