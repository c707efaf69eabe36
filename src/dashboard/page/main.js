// The page: takes what the server tells, draws it, and listens to the reader.

import {Announcer} from './announce.js';
import {Axis, rangeOf, SPANS} from './axis.js';
import {legendItems} from './bar.js';
import {Details} from './details.js';
import {byId, el, glyph, setText, show} from './dom.js';
import {drawAxis, drawForecast, forecastTable, readAt} from './forecast.js';
import {listen} from './live.js';
import {drawSavings} from './savings.js';
import {applyTheme, keep, setting, THEMES} from './settings.js';
import {Store} from './store.js';
import {JobTable} from './table.js';
import {drawTiles} from './tiles.js';
import {clock, useUtc} from './time.js';
import {drawEmpty, Timeline} from './timeline.js';

const TICK = 1000;
const GROUPS = {waiting: ['waiting', 'suspended'], running: ['starting', 'running'], ended: ['finished', 'failed']};
const GROUP_NAMES = {waiting: 'Waiting', running: 'Running', ended: 'Ended'};

const store = new Store();
const announcer = new Announcer();
const chosen = {
  view: setting('view', null),
  span: setting('span', 'fit'),
  groups: new Set(Object.keys(GROUPS)),
  text: '',
  table: false,
};
let started = false;  // the first model has come
let connection = 'connecting';

const timeline = new Timeline({onChoose: () => drawDetails(), onOpen: () => details.focus()});
const table = new JobTable({onOpen: (key) => {
  timeline.choose(key);
  details.focus();
}});
const details = new Details({onLeave: () => chosen.table ? byId('jobs-table').focus() : timeline.focus()});

// -- drawing --

let queued = false;
function draw() {
  if (queued) return;
  queued = true;
  requestAnimationFrame(() => {
    queued = false;
    if (started) drawAll();
  });
}

let axis = null;
function drawAll() {
  const now = Date.now();
  const view = store.view(chosen.view);
  const phases = new Set([...chosen.groups].flatMap((group) => GROUPS[group]));
  const jobs = store.matching({phases, text: chosen.text});
  axis = new Axis(rangeOf(chosen.span, [...store.jobs.values()], view, now));

  drawBanner(now);
  drawScope();
  drawViews(view);
  drawTiles(store, view, now);
  drawPicture(view, now);
  timeline.draw(jobs, axis, view, now);
  if (chosen.table) table.draw(jobs, now);
  drawEmpty(jobs.length, store.jobs.size, store.sections.about?.listed);
  drawGroups();
  drawForecastTable(view, now);
  drawSavings(store.sections.savings);
  drawNotes();
  if (timeline.chosen === null && jobs.length > 0) timeline.choose(jobs[0].key);
  else drawDetails();
  const left = store.sections.counts?.left ?? 0;
  show(byId('left'), left > 0);
  if (left > 0) setText(byId('left'), `${left.toLocaleString('en-GB')} more Jobs are not shown, those that ended first: narrow it down with -n or -l.`);
}

// Time alone moves the picture by less than can be seen, most of the time.
let picture = [];
function drawPicture(view, now) {
  const key = [view, axis.from, axis.until, Math.round(axis.x(now) * 10), byId('forecast').clientWidth, utc];
  if (key.every((part, i) => part === picture[i])) return;
  picture = key;
  drawForecast(view, axis, now);
  drawAxis(axis, now);
}

function drawDetails() {
  const key = timeline.chosen;
  details.draw(key === null ? null : store.jobs.get(key), key, Date.now());
}

function drawBanner(now) {
  const {problem} = store.sections;
  let text = '';
  if (connection === 'over') text = 'This dashboard has ended, or was started anew with another address. Run `kubectl karbonetes dashboard` and open the address that it prints.';
  else if (connection === 'lost') text = 'The dashboard does not answer; trying again. What you see is what it told last.';
  else if (problem) text = `Since ${clock(problem.since, now, true)}, ${problem.text}. What you see is what was known before; trying again.`;
  // An alert that says the same is not to be read again.
  if (byId('banner').textContent !== text) byId('banner').textContent = text;
  show(byId('banner'), text !== '');
}

function drawScope() {
  const about = store.sections.about ?? {};
  const where = about.namespace ? `namespace ${about.namespace}` : 'all namespaces';
  setText(byId('scope'), [about.cluster && `cluster ${about.cluster}`, where, about.selector].filter(Boolean).join(' · '));
  setText(byId('foot'), `kubectl-karbonetes ${about.version ?? ''}. It shows what you may see in the cluster, and changes nothing.`);
  const waiting = store.sections.counts?.waiting ?? 0;
  document.title = `${waiting > 0 ? `(${waiting}) ` : ''}Karbonetes${about.cluster ? ` · ${about.cluster}` : ''}`;
}

let drawnViews = '';
function drawViews(view) {
  const views = store.sections.views ?? [];
  const text = JSON.stringify(views.map(({id, label, isDefault}) => [id, label, isDefault]));
  if (text !== drawnViews) {
    drawnViews = text;
    byId('view').replaceChildren(...views.map(({id, label, isDefault}) => el('option', {value: id}, isDefault ? `${label} (default)` : label)));
    if (views.length === 0) byId('view').append(el('option', {}, 'none'));
  }
  if (view && byId('view').value !== view.id) byId('view').value = view.id;
}

function drawGroups() {
  const counts = store.sections.counts ?? {};
  for (const button of byId('phases').children) {
    const group = button.dataset.group;
    const n = GROUPS[group].reduce((sum, phase) => sum + (counts[phase] ?? 0), 0);
    setText(button.querySelector('.n'), `${GROUP_NAMES[group]} ${n}`);
  }
}

let drawnForecast = '';
function drawForecastTable(view, now) {
  const root = byId('forecast-table');
  if (!root.parentElement.open) return;
  const text = JSON.stringify([view?.id, view?.series, view?.green, Math.floor(now / 600_000), byId('zone').getAttribute('aria-pressed')]);
  if (text === drawnForecast) return;
  drawnForecast = text;
  root.replaceChildren(forecastTable(view, now));
}

let drawnNotes = '';
function drawNotes() {
  const notes = store.sections.notes ?? [];
  show(byId('notes-panel'), notes.length > 0);
  const text = JSON.stringify(notes);
  if (text === drawnNotes) return;
  drawnNotes = text;
  byId('notes').replaceChildren(...notes.map((note) => el('li', {}, note)));
}

// -- listening to the reader --

function pressed(button, on) {
  button.setAttribute('aria-pressed', String(on));
}

function asTable(on) {
  chosen.table = on;
  pressed(byId('as-table'), on);
  pressed(byId('as-timeline'), !on);
  show(byId('jobs-table'), on);
  show(byId('board'), !on);
  if (started) drawAll();
}

byId('as-table').addEventListener('click', () => asTable(true));
byId('as-timeline').addEventListener('click', () => asTable(false));
byId('skip-to-table').addEventListener('click', (event) => {
  event.preventDefault();
  asTable(true);
  byId('jobs-table').focus();
});
for (const link of document.querySelectorAll('.skip[href="#timeline"]')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    asTable(false);
    timeline.focus();
  });
}

byId('phases').append(...Object.keys(GROUPS).map((group) => {
  const button = el('button', {type: 'button', 'aria-pressed': 'true', 'data-group': group}, glyph(GROUPS[group].at(group === 'running' ? 1 : 0)), el('span', {class: 'n'}, GROUP_NAMES[group]));
  button.addEventListener('click', () => {
    if (!chosen.groups.delete(group)) chosen.groups.add(group);
    pressed(button, chosen.groups.has(group));
    draw();
  });
  return button;
}));

byId('spans').append(...Object.entries(SPANS).map(([name, label]) => {
  const button = el('button', {type: 'button', 'aria-pressed': String(name === chosen.span)}, label);
  button.addEventListener('click', () => {
    chosen.span = name;
    keep('span', name);
    for (const other of byId('spans').children) pressed(other, other === button);
    draw();
  });
  return button;
}));

byId('find').addEventListener('input', (event) => {
  chosen.text = event.target.value;
  draw();
});
byId('view').addEventListener('change', (event) => {
  chosen.view = event.target.value;
  keep('view', chosen.view);
  draw();
});
document.querySelector('details.data').addEventListener('toggle', draw);

byId('legend').append(...legendItems().map(([picture, label, tone]) => el('span', {class: tone}, picture, label)));

let theme = setting('theme', 'system');
function drawTheme() {
  applyTheme(theme);
  setText(byId('theme'), `Theme: ${theme}`);
}
byId('theme').addEventListener('click', () => {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  keep('theme', theme);
  drawTheme();
});
drawTheme();

let utc = setting('utc', false);
function drawZone() {
  useUtc(utc);
  pressed(byId('zone'), utc);
}
byId('zone').addEventListener('click', () => {
  utc = !utc;
  keep('utc', utc);
  drawZone();
  draw();
});
drawZone();

byId('board').addEventListener('pointermove', (event) => {
  if (!started || axis === null) return;
  const box = byId('forecast').getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right;
  readAt(store.view(chosen.view), inside ? axis.at((event.clientX - box.left) / box.width) : null, Date.now());
});
byId('board').addEventListener('pointerleave', () => readAt(null, null, 0));

let width = 0;
new ResizeObserver(() => {
  if (byId('board').clientWidth === width) return;
  width = byId('board').clientWidth;
  draw();
}).observe(byId('board'));

// -- listening to the server --

// The address came with a secret, which is a cookie by now: neither history nor a bookmark shall keep it.
if (location.search !== '') history.replaceState(null, '', location.pathname);

const LIVE = {connecting: 'Connecting', live: 'Live', lost: 'Not connected', over: 'Ended'};
listen({
  onModel: (model) => {
    const moved = store.replace(model);
    if (started) announcer.moved(moved);
    started = true;
    draw();
  },
  onChange: (changes) => {
    announcer.moved(store.change(changes));
    draw();
  },
  onState: (state) => {
    // Between two attempts it is still lost.
    if (state === 'connecting' && connection === 'lost') return;
    connection = state;
    byId('live').dataset.state = state === 'over' ? 'lost' : state;
    setText(byId('live'), LIVE[state]);
    if (started) draw();
    else if (state === 'over') drawBanner(Date.now());
  },
});

setInterval(draw, TICK);
