// @ts-check
/**
 * Everything around the panels: masthead, transport, chapters, footer, and what stands in when something failed.
 *
 * @typedef {Omit<import('../panels/index.js').PanelContext, 'root' | 'uses' | 'signal'>} App
 */
import { translate } from '../i18n/index.js';
import { finder } from '../ui/dom.js';
import { chapters } from './chapters.js';
import { dropGuard } from './drop-guard.js';
import { failureBanner } from './failure-banner.js';
import { fetchingBar } from './fetching-bar.js';
import { footer } from './footer.js';
import { glossary } from './glossary.js';
import { leaveGuard } from './leave-guard.js';
import { masthead } from './masthead.js';
import { modelSwitch } from './model-switch.js';
import { resumeBar } from './resume-bar.js';
import { statusLine } from './status-line.js';
import { transport } from './transport.js';

/** @param {App} app @param {Parameters<typeof chapters>[1]} panels */
export function mountShell(app, panels) {
  const { element } = finder(document);
  // The shell stays for as long as the page does.
  const { signal } = new AbortController();
  translate(document);
  masthead({ ...app, root: element('masthead'), signal });
  transport({ ...app, root: element('transport'), signal });
  statusLine({ ...app, root: element('transport') });
  fetchingBar({ ...app, root: element('transport') });
  modelSwitch({ ...app, root: element('model-switch'), signal });
  failureBanner({ ...app, root: element('fatal'), signal });
  resumeBar({ ...app, root: element('resume'), signal });
  dropGuard(app);
  leaveGuard({ ...app, signal });
  footer({ root: element('footer'), signal });
  glossary(app);
  chapters({ ...app, tabs: element('tabs'), lede: element('lede'), root: element('chapters') }, panels);
}
