// Runs before the scripts of the page and of its worker. Reports to the test's server what they complain about.
{
  const report = (/** @type {string} */ text) =>
    fetch('/complaints', { method: 'POST', body: text, keepalive: true }).catch(() => {});
  for (const level of /** @type {const} */ (['warn', 'error'])) {
    const say = console[level];
    console[level] = (...args) => {
      report(`${level}: ${args.map(String).join(' ')}`);
      say.apply(console, args);
    };
  }
  addEventListener('error', ({ message, filename, lineno }) => report(`error: ${message} (${filename}:${lineno})`));
  addEventListener('unhandledrejection', ({ reason }) => report(`unhandled: ${reason?.stack ?? reason}`));
  addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
    report(`policy: ${violatedDirective} ${blockedURI}`),
  );
}
