// The dashboard of a real cluster, as a person meets it.
// Usage: node dashboard.mjs URL OUT STEPS    envtest_dashboard runs it and does what "STEP name" asks for

import {existsSync} from 'node:fs';
import {request} from 'node:http';
import path from 'node:path';
import {axe, Pictures, watch, withBrowser} from './browser.mjs';
import {check, equal, finish, none, until} from './expect.mjs';

const [url, out, steps] = process.argv.slice(2);
const {origin, port, searchParams} = new URL(url);
const token = searchParams.get('token');
const pictures = new Pictures(out);

async function step(name) {
  console.log(`STEP ${name}`);
  await until(() => existsSync(path.join(steps, `${name}.done`)), `step ${name}`, 60_000);
}

// A request as no browser would send it.
function ask(target, {method = 'GET', headers = {}} = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({host: '127.0.0.1', port, path: target, method, headers}, (response) => {
      let body = '';
      response.on('data', (bytes) => body += bytes);
      response.on('end', () => resolve({status: response.statusCode, headers: response.headers, body}));
    });
    asked.on('error', reject);
    asked.end();
  });
}

async function guards() {
  const good = `/model?token=${token}`;
  equal((await ask(good)).status, 200, 'the model with the token');
  for (const target of ['/', '/model', '/events', '/explain?namespace=a&name=b', '/assets/main.js', '/model?token=', `/model?token=${token.slice(1)}0`]) {
    equal((await ask(target)).status, 403, `without the token: ${target}`);
  }
  for (const host of [`evil.example:${port}`, 'evil.example', `127.0.0.1.evil.example:${port}`, '127.0.0.1:1']) {
    equal((await ask(good, {headers: {Host: host}})).status, 403, `Host ${host}`);
  }
  equal((await ask(good, {headers: {Host: `localhost:${port}`}})).status, 200, 'Host localhost');
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) equal((await ask(good, {method})).status, 405, method);
  for (const site of ['cross-site', 'same-site']) {
    equal((await ask(good, {headers: {'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'cors'}})).status, 403, `Sec-Fetch-Site ${site}`);
  }
  equal((await ask(`/nothing?token=${token}`)).status, 404, 'an unknown address');
  equal((await ask(`/assets/../site.cpp?token=${token}`)).status, 404, 'an address that climbs');
  const {headers} = await ask(`/?token=${token}`);
  check(headers['content-security-policy']?.startsWith("default-src 'none'; script-src 'self'; style-src 'self'"), `policy: ${headers['content-security-policy']}`);
  equal(headers['x-content-type-options'], 'nosniff', 'X-Content-Type-Options');
  equal(headers['cache-control'], 'no-store', 'Cache-Control');
  check(/HttpOnly; SameSite=Lax$/.test(headers['set-cookie']?.[0] ?? ''), `cookie: ${headers['set-cookie']}`);
  equal((await ask(good)).headers['set-cookie'], undefined, 'a cookie for those who do not open the page');
}

const option = (page, name) => page.locator('#timeline [role=option]', {has: page.locator('.name', {hasText: new RegExp(`^${name}$`)})});
const phaseOf = async (page, name) => (await option(page, name).getAttribute('class'))?.match(/p-(\w+)/)?.[1];
const active = (page) => page.evaluate(() => document.getElementById(document.getElementById('timeline').getAttribute('aria-activedescendant'))?.querySelector('.name').textContent);

async function content(page) {
  await until(() => option(page, 'train-planned').count(), 'a Job is shown');
  equal(await page.evaluate(() => location.search), '', 'the token in the address bar');
  equal(await page.evaluate(() => document.cookie), '', 'the cookie in the hands of scripts');
  for (const [name, phase] of [['train-planned', 'waiting'], ['held-report', 'waiting'], ['hostile', 'waiting'], ['etl-running', 'running'], ['index-finished', 'finished']]) {
    equal(await phaseOf(page, name), phase, name);
  }
  equal(await option(page, 'plain-job').count(), 0, 'a Job that did not opt in');
  equal(await page.locator('#live').textContent(), 'Live', 'the state of the connection');
  check(/all namespaces/.test(await page.locator('#scope').textContent()), 'the scope');
  const planned = option(page, 'train-planned');
  equal(await planned.locator('.m-planned').count(), 1, 'planned start on the bar');
  equal(await planned.locator('.m-deadline').count(), 1, 'deadline on the bar');
  equal(await planned.locator('.b-expected').count(), 1, 'expected run on the bar');
  check((await planned.locator('.why').textContent()).length > 40, 'a sentence says why it waits');
  equal(await option(page, 'etl-running').locator('.b-run').count(), 1, 'the bar of what runs');
  await until(async () => /Carbon intensity between 90 and 3\d\d grams/.test(await page.locator('#forecast').getAttribute('aria-label')), 'the forecast in words');
  check(await page.locator('#forecast .s-green-edge').count() >= 1, 'green windows above the forecast');
  check(await page.locator('#backdrop .s-green').count() >= 1, 'green windows behind the Jobs');
  check((await page.locator('#forecast .s-line.ahead').getAttribute('d')).length > 40, 'the forecast line');
  const tiles = (await page.locator('#tiles').textContent()).replace(/\s+/g, ' ');
  check(/Grid now, emaps ?Not green \d{3} g\/kWh/.test(tiles), `grid: ${tiles}`);
  check(/Waiting ?3/.test(tiles) && /Running ?1/.test(tiles) && /Ended, 24 h ?1/.test(tiles), `counts: ${tiles}`);
  check(/Avoided, 30 days ?-?[\d.]+ (mg|g|kg)/.test(tiles), `savings: ${tiles}`);
  // The same instant on forecast and bars: a planned start lies at the begin of the first green window ahead.
  const edges = await page.evaluate(() => {
    const center = (node) => node.getBoundingClientRect();
    const diamond = document.querySelector('#timeline .m-planned').getBoundingClientRect();
    const now = document.querySelector('#backdrop .s-now').getBoundingClientRect().left;
    const greens = [...document.querySelectorAll('#forecast .s-green-edge')].map((node) => center(node)).filter((box) => box.left > now);
    return {planned: (diamond.left + diamond.right) / 2, green: greens[0]?.left};
  });
  check(Math.abs(edges.planned - edges.green) < 12, `planned start and green window on one axis: ${JSON.stringify(edges)}`);
  equal(await page.locator('img').count(), 0, 'elements from the text of a Job');
}

async function keyboard(page) {
  await page.evaluate(() => document.activeElement?.blur());
  await page.keyboard.press('Tab');
  check(await page.evaluate(() => document.activeElement.className === 'skip' && document.activeElement.getBoundingClientRect().left >= 0), 'the skip link comes first and is seen');
  await page.keyboard.press('Enter');
  equal(await page.evaluate(() => document.activeElement.id), 'timeline', 'the skip link leads to the Jobs');
  await page.keyboard.press('Home');
  const first = await active(page);
  await page.keyboard.press('ArrowDown');
  const second = await active(page);
  check(first && second && first !== second, `arrow down walks: ${first}, ${second}`);
  await page.keyboard.press('ArrowUp');
  equal(await active(page), first, 'arrow up walks back');
  await page.keyboard.press('End');
  equal(await active(page), 'index-finished', 'End goes to the last');
  check(await page.evaluate(() => getComputedStyle(document.querySelector('#timeline [aria-selected=true]')).outlineStyle === 'solid'), 'the focus is seen');
  equal(await page.locator('#timeline [aria-selected=true]').count(), 1, 'one is chosen');
  await page.keyboard.press('Enter');
  equal(await page.evaluate(() => document.activeElement.id), 'details-title', 'Enter goes to the details');
  equal(await page.locator('#details-title').textContent(), 'index-finished', 'the details of the chosen one');
  await until(async () => /It has finished\..*It used .* kWh/.test(await page.locator('#details-body').textContent()), 'the account in the details');
  await page.keyboard.press('Escape');
  equal(await page.evaluate(() => document.activeElement.id), 'timeline', 'Escape comes back');
  await option(page, 'hostile').click();
  await until(async () => /expected-duration/.test(await page.locator('#details-body').textContent()), 'an annotation without effect is told');
  equal(await page.locator('#details img').count(), 0, 'HTML from an annotation');
  await option(page, 'train-planned').click();
  await until(async () => /It starts at the latest at/.test(await page.locator('#details-body').textContent()), 'the deadline in the details');
  check(/kubectl karbonetes run-now -n carbon-demo train-planned/.test(await page.locator('#details .command code').textContent()), 'what to do about it');
}

async function tree(context, page) {
  const session = await context.newCDPSession(page);
  const {nodes} = await session.send('Accessibility.getFullAXTree');
  const seen = nodes.filter((node) => !node.ignored).map((node) => ({
    role: node.role?.value, name: node.name?.value ?? '', of: Object.fromEntries((node.properties ?? []).map((it) => [it.name, it.value.value])),
  }));
  const has = (role, name) => check(seen.some((node) => node.role === role && (name instanceof RegExp ? name.test(node.name) : node.name === name)),
      `accessibility tree: ${role} ${name}; there is ${seen.filter((node) => node.role === role).map((node) => node.name).join(' | ')}`);
  has('banner', '');
  has('main', '');
  has('contentinfo', '');
  has('complementary', 'train-planned');
  has('region', 'Forecast and Jobs');
  has('region', 'Avoided by waiting');
  has('heading', 'Karbonetes');
  has('listbox', 'Jobs on the time axis');
  const time = String.raw`(?:\w{3} \d{1,2} \w{3,4} )?\d\d:\d\d`; // in the evening the plan is for another day
  has('option', new RegExp(`^train-planned ?, waiting; start planned for ${time}; starts at the latest at ${time}\\.`));
  has('option', /^etl-running ?, running; started at /);
  has('image', /^emaps: now not green\./);
  has('searchbox', 'Find');
  has('combobox', 'Signal');
  has('button', /^Theme: /);
  has('status', /^/);
  await session.detach();
}

async function live(page) {
  await page.evaluate(() => window.loadedOnce = true);
  await step('release');
  await until(async () => ['running', 'finished'].includes(await phaseOf(page, 'held-report')), 'a released Job moves by itself', 20_000);
  await until(async () => /held-report: /.test(await page.locator('#announcer').textContent()), 'it is announced');
  await step('create');
  await until(async () => await phaseOf(page, 'late-comer') === 'waiting', 'a new Job appears by itself', 20_000);
  equal(await page.evaluate(() => window.loadedOnce), true, 'the page was not loaded again');
}

async function looks(context, page) {
  none(await axe(page, 'light'), 'axe');
  await pictures.take(page, 'cluster-light', {fullPage: true});
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.emulateMedia({colorScheme: 'dark'});
  const dark = await ground();
  check(light !== dark, `the system's choice of colours is followed: ${light}, ${dark}`);
  none(await axe(page, 'dark'), 'axe');
  await pictures.take(page, 'cluster-dark', {fullPage: true});
  await page.click('#theme');
  equal(await ground(), light, 'the reader chooses light');
  await page.click('#theme');
  equal(await ground(), dark, 'the reader chooses dark');
  await page.reload();
  await until(() => option(page, 'train-planned').count(), 'reloading needs no token');
  equal(await ground(), dark, 'the choice is kept');
  await page.emulateMedia({colorScheme: 'light', reducedMotion: 'reduce'});
  await page.click('#theme');
  equal(await page.evaluate(() => getComputedStyle(document.querySelector('.b-run')).transitionDuration), '0s', 'reduced motion');
  await page.setViewportSize({width: 360, height: 780});
  await until(async () => await page.evaluate(() => document.documentElement.scrollWidth) <= 360, 'nothing is wider than 360 px');
  check((await option(page, 'train-planned').locator('svg.bar').boundingBox()).width > 250, 'the bars use the width of a phone');
  none(await axe(page, '360 px'), 'axe');
  await pictures.take(page, 'cluster-360', {fullPage: true});
  await page.setViewportSize({width: 1440, height: 1000});
  await page.click('#as-table');
  equal(await page.locator('#jobs-table tbody tr').count(), 6, 'rows of the table');
  check(/planned/.test(await page.locator('#jobs-table tr[data-key="carbon-demo/train-planned"]').textContent()), 'the sentence in the table');
  await page.click('#jobs-table th button >> text=Job');
  equal(await page.locator('#jobs-table tbody th').first().textContent(), 'etl-running', 'sorted by name');
  none(await axe(page, 'table'), 'axe');
  await pictures.take(page, 'cluster-table');
  await page.click('#as-timeline');
  await page.click('summary >> text=The forecast as a table');
  await until(async () => await page.locator('#forecast-table tbody tr').count() > 5, 'the forecast as a table');
}

async function outage(page) {
  await step('apiserver-down');
  await until(async () => /cannot be read/.test(await page.locator('#banner').textContent()), 'the banner says that the cluster is away', 30_000);
  equal(await option(page, 'train-planned').count(), 1, 'what was known stays');
  equal(await page.locator('#live').textContent(), 'Live', 'the dashboard itself is there');
  await pictures.take(page, 'cluster-away');
  await step('apiserver-up');
  await until(async () => await page.locator('#banner').isHidden(), 'the banner goes when the cluster is back', 60_000);
}

await guards();
await withBrowser(async (context) => {
  const page = context.pages()[0] ?? await context.newPage();
  const faults = watch(page, origin);
  await page.goto(url);
  await content(page);
  await keyboard(page);
  await tree(context, page);
  await live(page);
  await looks(context, page);
  await outage(page);
  none(faults.splice(0), 'the page');
  await step('ctrl-c');
  await until(async () => /does not answer/.test(await page.locator('#banner').textContent()), 'the page says that the dashboard has ended');
  await pictures.take(page, 'cluster-ended');
  equal(await page.locator('#live').textContent(), 'Not connected', 'the state of the connection at the end');
});
finish();
