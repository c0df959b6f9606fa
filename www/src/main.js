// @ts-check
/** Creates the app, mounts the shell and its panels, and opens the engine. */
import './styles/tokens.css';
import './styles/controls.css';
import './styles/layout.css';
import { GENERATED } from './app/data-source.js';
import { Inspection } from './app/inspection.js';
import { Picks } from './app/picks.js';
import { Session } from './app/session.js';
import { Store } from './app/store.js';
import { Subject } from './app/subject.js';
import { followSettings, readModel, readPage } from './app/url-state.js';
import { preferredLanguage, setLanguage } from './i18n/index.js';
import { PANELS } from './panels/index.js';
import { mountShell } from './shell/index.js';
import { Autosave } from './storage/autosave.js';
import { DigitStore } from './storage/digit-store.js';

const { choice, mirrors, data } = readPage();
const store = new Store();
const session = new Session(store, choice);
const subject = new Subject();
const app = {
  store,
  session,
  picks: new Picks(store),
  subject,
  inspection: new Inspection(store, session, subject),
  digits: new DigitStore(),
  autosave: new Autosave(store, session),
  mirrors,
};

session.askAhead();
// Without its table the page is in English: better than no page.
await setLanguage(preferredLanguage()).catch(() => setLanguage('en'));
mountShell(app, PANELS);
followSettings(store);
// From here on the page itself says what fails: public/start-guard.js is not needed any more.
document.documentElement.dataset.mounted = 'true';

session.boot((presets) => ({
  // What an address asks for is taken only if this browser has it: nothing is downloaded without a click.
  sources: data ? [{ kind: data, cachedOnly: true }, GENERATED] : [GENERATED],
  ...readModel(presets),
}));
