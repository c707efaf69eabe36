// What waiting has avoided, by day: what was emitted against what the same runs would have emitted at once.

import {byId, el, replace, svg} from './dom.js';
import {count, energy, grams, percent} from './quantity.js';
import {span} from './time.js';

const DAY = 86_400_000;

let drawn = null;

export function drawSavings(savings) {
  const text = JSON.stringify(savings ?? null);
  if (text === drawn) return;
  drawn = text;
  const root = byId('savings');
  const open = root.querySelector('details')?.open ?? false;
  const kinds = ['average', 'marginal'].filter((kind) => savings?.[kind]);
  if (kinds.length === 0) {
    replace(root, el('p', {class: 'hint'}, savings?.shadowJobs > 0
        ? `${count(savings.shadowJobs, 'Job', 'Jobs')} ran in shadow mode: watched, not shifted. \`kubectl karbonetes report\` says what it would have brought.`
        : 'No finished Job has been accounted for in the last 30 days.'), notes(savings));
    return;
  }
  replace(root,
      el('div', {class: 'sums'}, kinds.map((kind) => sum(kind, savings[kind])),
          el('div', {}, el('p', {class: 'big'}, energy(savings.kWh)), el('p', {}, `used by ${count(savings.jobs, 'Job', 'Jobs')} since ${savings.since}`)),
          savings.jobs > 0 && el('div', {}, el('p', {class: 'big'}, span(savings.waitSeconds / savings.jobs * 1000)), el('p', {}, 'waited, on average'))),
      kinds.map((kind) => chart(kind, savings.days)).flat(),
      el('details', {class: 'data', open}, el('summary', {}, 'The days as a table'), el('div', {class: 'table-wrap small', tabindex: 0, role: 'region', 'aria-label': 'Days as a table'}, table(kinds, savings.days))),
      notes(savings));
}

function sum(kind, totals) {
  const worse = totals.avoidedGrams < 0;
  return el('div', {}, el('p', {class: 'big'}, grams(Math.abs(totals.avoidedGrams))),
      el('p', {}, `${worse ? 'more than at once' : 'avoided'}${totals.avoidedPercent === null ? '' : `, ${percent(Math.abs(totals.avoidedPercent))}`}, by ${kind} intensity; ` +
          `${percent(totals.coveragePercent)} of the run time was observed`));
}

function chart(kind, days) {
  const known = days.filter((day) => day[kind]);
  if (known.length === 0) return [];
  const last = Date.parse(known.at(-1).day);
  const slots = Math.max(14, Math.round((last - Date.parse(known[0].day)) / DAY) + 1);
  const first = last - (slots - 1) * DAY;
  const most = Math.max(...known.flatMap((day) => [day[kind].actualGrams, day[kind].atOnceGrams]), 1e-9);
  const width = 1000 / slots;
  const bars = known.map((day) => {
    const x = Math.round((Date.parse(day.day) - first) / DAY) * width;
    const {actualGrams, atOnceGrams} = day[kind];
    const height = (value) => Math.max(0, value / most * 100);
    return svg('g', {}, svg('title', {}, `${day.day}: ${grams(actualGrams)} emitted, ${grams(atOnceGrams)} at once`),
        svg('rect', {class: actualGrams > atOnceGrams ? 'd-worse' : 'd-actual', x: x + width * 0.22, width: width * 0.56, y: 104 - height(actualGrams), height: height(actualGrams)}),
        svg('rect', {class: 'd-once', x: x + width * 0.14, width: width * 0.72, y: 104 - height(atOnceGrams), height: height(atOnceGrams)}));
  });
  return [
    el('p', {class: 'hint'}, `By ${kind} intensity: filled, what was emitted; outline, what the same runs would have emitted at once. The highest is ${grams(most)}.`),
    svg('svg', {class: 'days', viewBox: '0 0 1000 106', preserveAspectRatio: 'none', role: 'img', 'aria-label': `Emissions by day, ${kind} intensity; the table below has the numbers`},
        ...bars, svg('line', {class: 'd-base', x1: 0, x2: 1000, y1: 105, y2: 105, 'vector-effect': 'non-scaling-stroke'})),
    el('div', {class: 'days-axis', 'aria-hidden': 'true'}, el('span', {}, new Date(first).toISOString().slice(0, 10)), el('span', {}, known.at(-1).day)),
  ];
}

function table(kinds, days) {
  const heads = kinds.flatMap((kind) => [`Emitted, ${kind}`, `At once, ${kind}`, `Avoided, ${kind}`]);
  return el('table', {}, el('caption', {}, 'Emissions of the Jobs that ended on a day, UTC'),
      el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, 'Day'), el('th', {scope: 'col', class: 'num'}, 'Jobs'), heads.map((head) => el('th', {scope: 'col', class: 'num'}, head)))),
      el('tbody', {}, days.map((day) => el('tr', {}, el('th', {scope: 'row'}, day.day), el('td', {class: 'num'}, day.jobs), kinds.flatMap((kind) => {
        const of = day[kind];
        return (of ? [of.actualGrams, of.atOnceGrams, of.atOnceGrams - of.actualGrams].map(grams) : ['', '', '']).map((text) => el('td', {class: 'num'}, text));
      })))));
}

function notes(savings) {
  return savings?.notes?.length > 0 ? el('ul', {class: 'hint'}, savings.notes.map((note) => el('li', {}, note))) : null;
}
