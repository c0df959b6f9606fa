// @ts-check
import './athand.css';
import { fill } from '../../ui/dom.js';
import markup from './athand.html?raw';

/** @type {import('../index.js').Panel} */
export default {
  id: 'athand',
  chapter: 'inside',
  mount({ root }) {
    fill(root, markup);
  },
};
