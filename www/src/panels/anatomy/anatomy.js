// @ts-check
import './anatomy.css';
import { fill } from '../../ui/dom.js';
import markup from './anatomy.html?raw';

/** @type {import('../index.js').Panel} */
export default {
  id: 'anatomy',
  chapter: 'inside',
  mount({ root }) {
    fill(root, markup);
  },
};
