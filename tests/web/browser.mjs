// Debian's Chromium by playwright-core, and what every page is checked for: nothing on the console, nothing asked of
// another origin, no finding of axe-core. The modules are those that `make web-modules` installs.

import {createRequire} from 'node:module';
import {mkdtempSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';

const modules = process.env.KARBONETES_WEB_MODULES;
if (!modules) throw new Error('KARBONETES_WEB_MODULES is not set: it names the folder with node_modules, see make/web.mk');
const require = createRequire(path.resolve(modules, 'package.json'));
const {chromium} = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const CHROMIUM = process.env.KARBONETES_CHROMIUM ?? '/usr/bin/chromium';

export async function withBrowser(work) {
  const profile = mkdtempSync(path.join(tmpdir(), 'karbonetes-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: {width: 1440, height: 1000},
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
  try {
    return await work(context);
  } finally {
    await context.close();
    rmSync(profile, {recursive: true, force: true});
  }
}

// Notes from now on what a page must not do. Requests that the page cancels itself are no fault.
export function watch(page, origin) {
  const faults = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) faults.push(`request off the origin: ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()} for ${response.url()}`);
  });
  return faults;
}

export async function axe(page, where) {
  // Through the inspector, which the page's own policy does not bind.
  await page.evaluate(axeSource);
  const result = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const found = result.violations.map((it) => `${where}: ${it.id} (${it.impact}): ${it.help}\n` +
      it.nodes.slice(0, 4).map((node) => `    ${node.target.join(' ')}: ${node.failureSummary?.replace(/\s+/g, ' ')}`).join('\n'));
  if (result.passes.length < 10) found.push(`${where}: axe looked at hardly anything (${result.passes.length} rules passed)`);
  return found;
}

export class Pictures {
  constructor(folder) {
    this.folder = folder;
    mkdirSync(folder, {recursive: true});
  }
  async take(page, name, options = {}) {
    await page.screenshot({path: path.join(this.folder, `${name}.png`), ...options});
  }
}
