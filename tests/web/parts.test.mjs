// The page's pure parts, without a browser: time, numbers, the axis, the store.

import assert from 'node:assert/strict';
import {test} from 'node:test';

process.env.TZ = 'Europe/Berlin';
const page = '../../src/dashboard/page';
const {Axis, rangeOf} = await import(`${page}/axis.js`);
const {sentenceOf} = await import(`${page}/announce.js`);
const {isGreen, stepsOf, valueAt} = await import(`${page}/forecast.js`);
const {energy, grams, percent} = await import(`${page}/quantity.js`);
const {compareJobs, Store} = await import(`${page}/store.js`);
const {about, clock, full, localised, relative, span, useUtc} = await import(`${page}/time.js`);
const {picture, when, why} = await import(`${page}/words.js`);

const at = (text) => Date.parse(text);
const NOW = at('2026-11-25T09:00:00Z');
const MINUTE = 60_000, HOUR = 60 * MINUTE;
const aJob = (more) => ({key: `a/${more.name ?? 'x'}`, name: 'x', namespace: 'a', phase: 'waiting', plannedAt: null, deadlineAt: null, why: null, ...more});

test('spans have two units, the largest', () => {
  assert.equal(span(0), '0 s');
  assert.equal(span(59_999), '59 s');
  assert.equal(span(3 * HOUR + 12 * MINUTE + 5000), '3 h 12 min');
  assert.equal(span(50 * HOUR), '2 d 2 h');
  assert.equal(span(-90_000), '1 min 30 s');
  assert.equal(about(90_000), '1 min');
  assert.equal(about(59_000), '59 s');
});

test('instants are told in the time zone that was chosen', () => {
  useUtc(false);
  assert.equal(clock(NOW, NOW), '10:00');
  assert.equal(clock(NOW + 24 * HOUR, NOW), 'Thu 26 Nov 10:00');
  assert.equal(full(NOW + 5000), 'Wed 25 Nov 10:00:05');
  useUtc(true);
  assert.equal(clock(NOW, NOW), '09:00');
  assert.equal(full(NOW), 'Wed 25 Nov 09:00 UTC');
  useUtc(false);
  assert.equal(clock(null), '');
  assert.equal(relative(NOW + 2 * HOUR, NOW), 'in 2 h');
  assert.equal(relative(NOW - 2 * HOUR, NOW), '2 h ago');
  assert.equal(relative(NOW + 300, NOW), 'now');
});

test('instants within sentences are told so, too, and nothing else is touched', () => {
  assert.equal(localised('green next at 2026-11-25T14:30:00Z; v2026-11-25', NOW), 'green next at 15:30; v2026-11-25');
  assert.equal(localised('at 2026-11-25T14:30:07Z', NOW), 'at 15:30:07');
  assert.equal(localised(null, NOW), '');
});

test('numbers have three digits and a fitting unit', () => {
  assert.equal(grams(0), '0 g');
  assert.equal(grams(0.0273), '27.3 mg');
  assert.equal(grams(-12.345), '-12.3 g');
  assert.equal(grams(2974), '2.97 kg');
  assert.equal(grams(4.2e6), '4.2 t');
  assert.equal(energy(0.00001), '0.01 Wh');
  assert.equal(energy(84.2), '84.2 kWh');
  assert.equal(energy(1234), '1.23 MWh');
  assert.equal(percent(null), '');
});

test('the axis fits what waits, on whole steps, and never far into the past', () => {
  const jobs = [aJob({waitingSince: NOW - 20 * HOUR, plannedAt: NOW + 2 * HOUR, deadlineAt: NOW + 5 * HOUR, expectedMs: HOUR})];
  const {from, until} = rangeOf('fit', jobs, null, NOW);
  assert.ok(until >= NOW + 5 * HOUR && until < NOW + 6.5 * HOUR, new Date(until).toISOString());
  assert.ok(from <= NOW - 5 * HOUR && from > NOW - 6.5 * HOUR, new Date(from).toISOString());
  assert.deepEqual(rangeOf('fit', jobs, null, NOW + 1000), {from, until}, 'it creeps with every second');
  const day = rangeOf('24h', [], null, NOW);
  assert.ok(day.until - day.from >= 24 * HOUR && day.until - day.from <= 26 * HOUR);
  const empty = rangeOf('fit', [], null, NOW);
  assert.ok(empty.until > NOW && empty.from < NOW);
  const forever = rangeOf('fit', [aJob({deadlineAt: NOW + 900 * HOUR})], null, NOW);
  assert.ok(forever.until < NOW + 90 * HOUR, 'a far deadline makes everything else invisible');
});

test('positions are per cent, and what lies outside stays outside', () => {
  const axis = new Axis({from: NOW, until: NOW + 10 * HOUR});
  assert.equal(axis.x(NOW + 5 * HOUR), 50);
  assert.equal(axis.x(NOW - 100 * HOUR), -50);
  assert.equal(axis.at(0.25), NOW + 2.5 * HOUR);
  assert.ok(axis.holds(NOW) && !axis.holds(NOW - 1));
});

test('ticks lie on whole hours of the reader, and are no more than fit', () => {
  useUtc(false);
  const axis = new Axis({from: at('2026-11-25T20:10:00Z'), until: at('2026-11-26T08:10:00Z')});
  const ticks = axis.ticks(800);
  assert.ok(ticks.length >= 4 && ticks.length <= 10, `${ticks.length}`);
  assert.deepEqual(ticks.filter((tick) => tick.midnight).map((tick) => tick.label), ['Thu 26 Nov']);
  assert.ok(ticks.every((tick) => /^\d\d:00$|^Thu/.test(tick.label)), ticks.map((tick) => tick.label).join());
  assert.ok(axis.ticks(100).length <= 2);
});

test('a step holds until the next, the last until the end of the forecast', () => {
  const view = {series: [[NOW, 300], [NOW + HOUR, 100]], forecastUntil: NOW + 2 * HOUR, green: [[NOW + HOUR, NOW + 2 * HOUR]]};
  assert.equal(valueAt(view, NOW - 1), null);
  assert.equal(valueAt(view, NOW), 300);
  assert.equal(valueAt(view, NOW + HOUR - 1), 300);
  assert.equal(valueAt(view, NOW + HOUR), 100);
  assert.equal(valueAt(view, NOW + 2 * HOUR), null);
  assert.equal(valueAt(null, NOW), null);
  assert.ok(!isGreen(view, NOW) && isGreen(view, NOW + HOUR) && !isGreen(view, NOW + 2 * HOUR));
  assert.deepEqual(stepsOf(view, new Axis({from: NOW + HOUR, until: NOW + 9 * HOUR})), [{from: NOW + HOUR, until: NOW + 2 * HOUR, value: 100}]);
});

test('the store takes changes in, and says which Jobs have moved', () => {
  const store = new Store();
  store.replace({about: {version: '1'}, counts: {waiting: 2}, jobs: {'a/x': aJob({name: 'x'}), 'a/y': aJob({name: 'y'})}});
  assert.equal(store.jobs.size, 2);
  const moved = store.change({counts: {waiting: 1}, jobs: {'a/x': aJob({name: 'x', phase: 'running'}), 'a/y': null}});
  assert.deepEqual(moved.map(({job, from}) => [job.key, from, job.phase]), [['a/x', 'waiting', 'running']]);
  assert.deepEqual([...store.jobs.keys()], ['a/x']);
  assert.equal(store.sections.about.version, '1');
  assert.equal(store.sections.counts.waiting, 1);
  assert.deepEqual(store.change({jobs: {'a/x': aJob({name: 'x', phase: 'running', why: 'b'})}}), []);
  assert.deepEqual(store.replace({jobs: {}}), []);
  assert.equal(store.view('x'), null);
});

test('Jobs are found by all words, in any field', () => {
  const store = new Store();
  store.replace({jobs: {'a/x': aJob({name: 'x', why: 'not green until noon', policy: 'a/default'}), 'b/y': aJob({name: 'y', namespace: 'b'})}});
  const phases = new Set(['waiting']);
  assert.equal(store.matching({phases, text: ''}).length, 2);
  assert.deepEqual(store.matching({phases, text: 'NOON a/'}).map((job) => job.key), ['a/x']);
  assert.equal(store.matching({phases, text: 'noon b/'}).length, 0);
  assert.equal(store.matching({phases: new Set(), text: ''}).length, 0);
});

test('the order is that in which things happen', () => {
  const jobs = [
    aJob({key: 'f2', phase: 'finished', finishedAt: NOW - HOUR}), aJob({key: 'f1', phase: 'failed', finishedAt: NOW - MINUTE}),
    aJob({key: 'r', phase: 'running', startedAt: NOW - HOUR}), aJob({key: 'w2', deadlineAt: NOW + 3 * HOUR}),
    aJob({key: 'w1', plannedAt: NOW + HOUR, deadlineAt: NOW + 9 * HOUR}), aJob({key: 'w3'}),
  ];
  assert.deepEqual(jobs.sort(compareJobs).map((job) => job.key), ['w1', 'w2', 'w3', 'r', 'f1', 'f2']);
});

test('a Job in words', () => {
  useUtc(true);
  assert.equal(when(aJob({plannedAt: NOW + HOUR, deadlineAt: NOW + 2 * HOUR}), NOW), 'in 1 h');
  assert.equal(when(aJob({deadlineAt: NOW + 2 * HOUR}), NOW), 'by 11:00');
  assert.equal(when(aJob({deadlineAt: NOW - 2 * HOUR}), NOW), 'overdue 2 h');
  assert.equal(why(aJob({phase: 'suspended'}), NOW), 'Its author suspended it.');
  assert.equal(why(aJob({phase: 'running', reason: 'green'}), NOW), 'released: green');
  assert.equal(picture(aJob({plannedAt: NOW + HOUR, deadlineAt: NOW + 2 * HOUR}), NOW), 'waiting; start planned for 10:00; starts at the latest at 11:00.');
  assert.equal(sentenceOf([aJob({phase: 'running'})]), 'x: running.');
  assert.equal(sentenceOf([...'abcd'].map((key) => aJob({key, phase: 'running'}))), '4 Jobs: running.');
  useUtc(false);
});
