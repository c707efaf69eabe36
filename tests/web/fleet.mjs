// A thousand Jobs, hostile text, and a dashboard that goes away and comes back, in a real browser without a cluster.
// Usage: node fleet.mjs OUT

import {axe, Pictures, watch, withBrowser} from './browser.mjs';
import {check, equal, finish, none, until} from './expect.mjs';
import {FakeDashboard, job, modelOf} from './fake.mjs';

const SIZE = 1000;
const pictures = new Pictures(process.argv[2]);
const HOSTILE = '<img src=x onerror="window.hacked=1"></script><script>window.hacked=1</script>&amp;"\'`${1}';

const option = (page, name) => page.locator('#timeline [role=option]', {has: page.locator('.name', {hasText: new RegExp(`^${name}$`)})});
const active = (page) => page.evaluate(() => {
  const node = document.getElementById(document.getElementById('timeline').getAttribute('aria-activedescendant'));
  const board = document.getElementById('board').getBoundingClientRect(), head = document.getElementById('board-head').getBoundingClientRect();
  const box = node.getBoundingClientRect();
  return {at: Number(node.getAttribute('aria-posinset')), of: Number(node.getAttribute('aria-setsize')), seen: box.top >= head.bottom - 1 && box.bottom <= board.bottom + 1};
});

// How long the page was busy without a break, at worst, while `work` went on: ms.
async function longestTask(page, work) {
  await page.evaluate(() => {
    window.longest = 0;
    window.observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.longest = Math.max(window.longest, entry.duration);
    });
    window.observer.observe({type: 'longtask'});
  });
  await work();
  return page.evaluate(() => {
    for (const entry of window.observer.takeRecords()) window.longest = Math.max(window.longest, entry.duration);
    window.observer.disconnect();
    return window.longest;
  });
}

async function many(page, fake) {
  await until(() => page.locator('#timeline [role=option]').count(), 'the Jobs are shown');
  const inDocument = await page.locator('#timeline [role=option]').count();
  check(inDocument > 8 && inDocument < 60, `of ${SIZE} Jobs only those in sight are in the document: ${inDocument}`);
  await page.locator('#timeline').focus();
  await page.keyboard.press('Home');
  equal(JSON.stringify(await active(page)), JSON.stringify({at: 1, of: SIZE, seen: true}), 'Home');
  await page.keyboard.press('End');
  equal(JSON.stringify(await active(page)), JSON.stringify({at: SIZE, of: SIZE, seen: true}), 'End');
  await page.keyboard.press('PageUp');
  const up = await active(page);
  check(up.at < SIZE - 3 && up.at > SIZE - 40 && up.seen, `Page Up: ${JSON.stringify(up)}`);
  for (let i = 0; i < 30; ++i) await page.keyboard.press('ArrowUp');
  const walked = await active(page);
  check(walked.at === up.at - 30 && walked.seen, `thirty times arrow up: ${JSON.stringify(walked)}`);

  const control = await longestTask(page, () => page.evaluate(() => new Promise((resolve) => setTimeout(() => {
    for (const end = performance.now() + 120; performance.now() < end;);
    setTimeout(resolve, 50);
  }))));
  check(control >= 100, `a task of 120 ms is not seen: ${control}`);
  // Each second a tenth of all Jobs changes, while somebody scrolls. The bound is for a machine with much else to do: what
  // is asserted is that no single step redraws a thousand rows.
  const keys = Object.keys(fake.model.jobs);
  const longest = await longestTask(page, async () => {
    for (let round = 0; round < 6; ++round) {
      const jobs = {};
      for (let i = round; i < keys.length; i += 10) jobs[keys[i]] = {...fake.model.jobs[keys[i]], why: `round ${round}`};
      fake.change({jobs});
      for (let i = 0; i < 5; ++i) {
        await page.evaluate((y) => document.getElementById('board').scrollTop = y, (round * 5 + i) * 900);
        await page.evaluate(() => new Promise(requestAnimationFrame));
      }
    }
  });
  console.log(`longest task with ${SIZE} Jobs: ${Math.round(longest)} ms`);
  check(longest < 250, `the longest task took ${longest} ms`);

  await page.fill('#find', 'finance nightly-report');
  await until(async () => {
    const sizes = await page.locator('#timeline [role=option]').evaluateAll((nodes) => nodes.map((node) => node.textContent));
    return sizes.length > 0 && sizes.every((text) => text.includes('nightly-report') && text.includes('finance'));
  }, 'finding by name and namespace');
  await page.fill('#find', 'no such thing');
  await until(async () => /No Job matches/.test(await page.locator('#empty').textContent()), 'nothing found is said');
  await page.fill('#find', '');
  await page.click('#phases [data-group=waiting]');
  await until(async () => (await active(page).catch(() => ({of: 0}))).of === SIZE / 2 || await page.locator('#timeline [role=option]').first().getAttribute('aria-setsize') === String(SIZE / 2), 'phases can be left out');
  await page.click('#phases [data-group=waiting]');
  await page.click('#as-table');
  await until(async () => await page.locator('#jobs-table tbody tr').count() === SIZE, 'the table has them all');
  await page.click('#as-timeline');
}

async function hostile(page, fake) {
  const evil = job(HOSTILE, {why: HOSTILE, policy: HOSTILE, signal: HOSTILE, reason: HOSTILE, cronJob: HOSTILE, plannedAt: Date.now() + 60_000, deadlineAt: Date.now() + 120_000}, 'team-x');
  fake.explanation = {sentences: [HOSTILE], ignored: [HOSTILE], notes: [HOSTILE], advice: [`${HOSTILE}: kubectl ${HOSTILE}`], policy: {name: HOSTILE, fields: [{field: HOSTILE, value: HOSTILE, from: HOSTILE}]}};
  fake.change({
    jobs: {[`team-x/${HOSTILE}`]: evil}, notes: [HOSTILE], problem: {text: HOSTILE, since: Date.now()},
    about: {...fake.model.about, cluster: HOSTILE, namespace: HOSTILE, selector: HOSTILE},
    views: [...fake.model.views, {...fake.model.views[0], id: HOSTILE, label: HOSTILE, source: HOSTILE, zone: HOSTILE, isDefault: false}],
  });
  await page.fill('#find', 'team-x');
  await page.locator('#timeline [role=option]').first().click();
  await until(async () => (await page.locator('#details-title').textContent()) === HOSTILE, 'a hostile name is shown as text');
  await until(async () => (await page.locator('#details-body').textContent()).split(HOSTILE).length > 8, 'hostile sentences are shown as text');
  await page.selectOption('#view', HOSTILE);
  await page.click('#as-table');
  await until(async () => (await page.locator('#jobs-table').textContent()).includes(HOSTILE), 'and in the table');
  check((await page.locator('#banner').textContent()).includes(HOSTILE), 'and in the banner');
  none(await axe(page, 'hostile'), 'axe');
  equal(await page.evaluate(() => window.hacked), undefined, 'scripts that text from the cluster has run');
  equal(await page.locator('img').count(), 0, 'elements that text from the cluster has made');
  await page.setViewportSize({width: 360, height: 780});
  await until(async () => await page.evaluate(() => document.documentElement.scrollWidth) <= 360, 'long text does not widen the page');
  await page.setViewportSize({width: 1440, height: 1000});
  await page.click('#as-timeline');
  await page.fill('#find', '');
  await page.selectOption('#view', fake.model.views[0].id);
  fake.change({jobs: {[`team-x/${HOSTILE}`]: null}, notes: [], problem: null, about: {...fake.model.about, cluster: 'production-eu', namespace: null, selector: null}, views: fake.model.views.slice(0, 3)});
}

async function announcements(page, fake) {
  const keys = Object.keys(fake.model.jobs).filter((key) => fake.model.jobs[key].phase === 'waiting');
  const run = (key) => ({...fake.model.jobs[key], phase: 'running', startedAt: Date.now()});
  fake.change({jobs: {[keys[0]]: run(keys[0])}});
  await until(async () => await page.locator('#announcer').textContent() === `${keys[0].split('/')[1]}: running.`, 'one Job is announced by name');
  fake.change({jobs: Object.fromEntries(keys.slice(1, 40).map((key) => [key, run(key)]))});
  await until(async () => await page.locator('#announcer').textContent() === '39 Jobs: running.', 'many are announced by number');
}

async function away(page, fake) {
  const {port} = fake;
  await fake.stop();
  await until(async () => /does not answer/.test(await page.locator('#banner').textContent()), 'a dashboard that is gone is told');
  equal(await page.locator('#live').textContent(), 'Not connected', 'state');
  fake.model = modelOf(Date.now(), 3);
  await fake.start(port);
  await until(async () => await page.locator('#banner').isHidden(), 'it connects again by itself', 20_000);
  await until(async () => await page.locator('#timeline').evaluate((list) => list.lastElementChild?.getAttribute('aria-setsize')) === '3', 'and shows what is true now');
  equal(await page.locator('#live').textContent(), 'Live', 'state');
}

const fake = new FakeDashboard(modelOf(Date.now(), SIZE));
await fake.start();
await withBrowser(async (context) => {
  const page = context.pages()[0] ?? await context.newPage();
  const faults = watch(page, fake.origin);
  await page.goto(fake.origin);
  await many(page, fake);
  await page.evaluate(() => document.getElementById('board').scrollTop = 0);
  for (const scheme of ['light', 'dark']) {
    await page.emulateMedia({colorScheme: scheme});
    none(await axe(page, scheme), 'axe');
    await pictures.take(page, `thousand-${scheme}`, {fullPage: true});
  }
  await page.emulateMedia({colorScheme: 'light', forcedColors: 'active'});
  await pictures.take(page, 'thousand-forced-colours');
  await page.emulateMedia({colorScheme: 'light', forcedColors: 'none'});
  await page.setViewportSize({width: 360, height: 780});
  await pictures.take(page, 'thousand-360');
  await page.setViewportSize({width: 2200, height: 1200});
  await pictures.take(page, 'thousand-wide');
  await page.setViewportSize({width: 1440, height: 1000});
  await hostile(page, fake);
  await announcements(page, fake);
  none(faults.splice(0), 'the page');
  await away(page, fake);
});
await fake.stop();
finish();
