/**
 * Which folders of src may import from which: panels and shell -> app -> protocol; everyone may use ui and i18n; only the
 * worker (and the benchmark, which drives the engine itself) knows pkg. docs/ADDING.md tells where new files belong.
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two modules that need each other are one module, or one of them knows too much.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A module that nobody imports is left over.',
      severity: 'error',
      from: {
        orphan: true,
        // Read by a glob of i18n, not by an import.
        pathNot: ['/(en|zh)\\.js$', '\\.d\\.ts$'],
      },
      to: {},
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'panels-stand-alone',
      comment: 'A panel is one folder: it talks to others through the app alone.',
      severity: 'error',
      from: { path: '^src/panels/([^/]+)/' },
      to: { path: '^src/panels/', pathNot: ['^src/panels/$1/'] },
    },
    {
      name: 'panels-use-app-ui-i18n',
      severity: 'error',
      from: { path: '^src/panels/[^/]+/' },
      to: { path: '^src/', pathNot: '^src/(panels|app|storage|ui|i18n)/|^src/protocol\\.js$' },
    },
    {
      name: 'shell-knows-no-panel',
      comment: 'The registry (panels/index.js) is what the shell and main.js see.',
      severity: 'error',
      from: { path: '^src/shell/' },
      to: { path: '^src/(panels/[^/]+|worker|bench)/' },
    },
    {
      name: 'app-is-below-the-panels',
      severity: 'error',
      from: { path: '^src/(app|storage)/' },
      to: { path: '^src/(panels|shell|bench)/' },
    },
    {
      name: 'ui-and-i18n-know-nobody',
      severity: 'error',
      from: { path: '^src/(ui|i18n)/' },
      to: { path: '^src/', pathNot: '^src/(ui|i18n)/' },
    },
    {
      name: 'glossary-is-words',
      comment: 'What a term means does not depend on the app. The shell opens the entries.',
      severity: 'error',
      from: { path: '^src/glossary/' },
      to: { path: '^src/', pathNot: '^src/(glossary|ui|i18n)/' },
    },
    {
      name: 'protocol-stands-alone',
      severity: 'error',
      from: { path: '^src/protocol\\.js$' },
      to: { path: '^src/' },
    },
    {
      name: 'worker-is-behind-the-protocol',
      comment: 'The page starts the worker by its address; what they share is the protocol.',
      severity: 'error',
      from: { path: '^src/(?!worker/|bench/)' },
      to: { path: '^src/worker/', pathNot: '^src/worker/index\\.js$' },
    },
    {
      name: 'worker-knows-no-page',
      severity: 'error',
      from: { path: '^src/worker/' },
      to: { path: '^src/(app|storage|panels|shell|bench)/' },
    },
    {
      name: 'only-the-worker-knows-pkg',
      severity: 'error',
      from: { path: '^src/(?!worker/|bench/)' },
      to: { path: '(^|/)pkg/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '(^|/)pkg/'] },
    tsPreCompilationDeps: false,
    moduleSystems: ['es6'],
  },
};
