// @ts-check
/** One measurement, two faces: with an `id` in the address a program reads the results, without one a person does. */
import { setLanguage } from '../i18n/index.js';
import { measureForPeers } from './peers.js';
import { personPage } from './person.js';

// A page for developers, in English alone.
await setLanguage('en');
const query = new URLSearchParams(location.search);
if (query.has('id')) measureForPeers(query);
else personPage(query);
