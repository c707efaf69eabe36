// One Job in full: what `kubectl karbonetes explain` says of it.

import {byId, el, glyph, setText} from './dom.js';
import {energy, grams} from './quantity.js';
import {full, localised, relative} from './time.js';
import {PHASE_NAMES, why} from './words.js';

const STALE = 30_000;  // then the explanation is asked for again: the plan follows the forecast

export class Details {
  #title = byId('details-title');
  #body = byId('details-body');
  #key = null;
  #asked = {job: null, at: 0};
  #explanation = null;
  #drawn = '';

  constructor({onLeave}) {
    byId('details').addEventListener('keydown', (event) => {
      if (event.key === 'Escape') onLeave();
    });
  }

  focus() {
    this.#title.focus();
  }

  async draw(job, key, now) {
    if (this.#key !== key) {
      this.#key = key;
      this.#explanation = null;
      this.#asked = {job: null, at: 0};
    }
    if (key === null) return;
    this.#show(job, now);
    if (!job || (this.#asked.job === job && now - this.#asked.at < STALE)) return;
    const asked = this.#asked = {job, at: now};
    const explanation = await ask(job);
    if (this.#asked !== asked) return;
    this.#explanation = explanation;
    this.#show(job, now);
  }

  // Drawn anew only when it says something else: what is being read, or has the focus, stays. Times that run on are told
  // by themselves.
  #show(job, now) {
    const parts = job ? contents(job, this.#explanation, now) : [el('p', {class: 'hint'}, 'This Job is gone from the cluster, or it ended more than a day ago.')];
    const text = this.#key + parts.map((part) => part.outerHTML).join('');
    if (text !== this.#drawn) {
      this.#drawn = text;
      this.#title.textContent = job?.name ?? this.#key.split('/')[1];
      const open = this.#body.querySelector('details.data')?.open ?? false;
      const focused = this.#body.contains(document.activeElement);
      byId('details').className = `panel details p-${job?.phase ?? 'finished'}`;
      this.#body.replaceChildren(...parts);
      const fields = this.#body.querySelector('details.data');
      if (fields) fields.open = open;
      if (focused) this.#title.focus();
    }
    for (const node of this.#body.querySelectorAll('[data-at]')) setText(node, ` (${relative(Number(node.dataset.at), now)})`);
  }
}

function contents(job, explanation, now) {
  const at = (label, t) => t ? [el('dt', {}, label), el('dd', {}, full(t), el('span', {'data-at': t}))] : [];
  const text = (label, value) => value ? [el('dt', {}, label), el('dd', {}, value)] : [];
  const reason = why(job, now);
  return [
    el('p', {class: 'state'}, glyph(job.phase), PHASE_NAMES[job.phase]),
    reason && el('p', {class: 'lead'}, reason),
    el('dl', {}, text('Namespace', job.namespace), text('CronJob', job.cronJob), at('Submitted', job.createdAt),
        job.phase === 'waiting' ? [at('Planned start', job.plannedAt), at('Latest start', job.deadlineAt)] : [],
        at('Released', job.releasedAt), at('Started', job.startedAt), at('Ended', job.finishedAt),
        text('Policy', job.policy), text('Signal', job.signal), text('Shadow', job.shadow ? 'watched only: it runs as its author wrote it' : ''),
        account(job.account)),
    ...explained(explanation, now),
  ].filter(Boolean);
}

async function ask(job) {
  try {
    const query = new URLSearchParams({namespace: job.namespace, name: job.name});
    const response = await fetch(`/explain?${query}`);
    return await response.json();
  } catch {
    return {error: 'The dashboard does not answer.'};
  }
}

function account(it) {
  if (!it) return [];
  const kind = (name, totals) => totals ? [el('dt', {}, `Emitted, ${name}`),
    el('dd', {}, `${grams(totals.actualGrams)}; ${totals.avoidedGrams >= 0 ? `${grams(totals.avoidedGrams)} avoided` : `${grams(-totals.avoidedGrams)} more than at once`}`)] : [];
  return [el('dt', {}, 'Energy'), el('dd', {}, energy(it.kWh)), kind('average', it.average), kind('marginal', it.marginal)];
}

// "To run it now: kubectl ..." -> the words, and the command ready to be copied.
function advice(line) {
  const at = line.indexOf(': kubectl ');
  if (at < 0) return el('p', {}, line);
  const command = line.slice(at + 2);
  const copy = el('button', {type: 'button', class: 'quiet'}, 'Copy');
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(command);
      copy.textContent = 'Copied';
    } catch {
      copy.textContent = 'Not allowed';
    }
  });
  return el('div', {}, el('p', {}, line.slice(0, at + 1)), el('div', {class: 'command'}, el('code', {}, command), copy));
}

// "(in 3h12m)", as of the moment it was said.
const timeless = (line) => line.replace(/ \((in [0-9a-z]+|[0-9a-z]+ ago|now)\)/g, '');

function explained(explanation, now) {
  if (!explanation) return [el('p', {class: 'hint'}, 'Asking what holds for it.')];
  if (explanation.error) return [el('p', {class: 'hint'}, explanation.error)];
  const list = (title, lines) => lines?.length > 0 ? [el('h3', {}, title), el('ul', {}, lines.map((line) => el('li', {}, timeless(localised(line, now)))))] : [];
  const sentences = explanation.sentences.filter((line) => !line.startsWith('Why: '));
  const fields = explanation.policy?.fields ?? [];
  return [
    ...list('What holds for it', sentences),
    ...list('Without effect', explanation.ignored),
    ...list('Could not be read', explanation.notes),
    ...(explanation.advice?.length > 0 ? [el('h3', {}, 'What you can do'), ...explanation.advice.map(advice)] : []),
    fields.length > 0 && el('details', {class: 'data'}, el('summary', {}, `Policy ${explanation.policy.name}: each field and where it comes from`),
        el('table', {}, el('thead', {}, el('tr', {}, ['Field', 'Value', 'From'].map((head) => el('th', {scope: 'col'}, head)))),
            el('tbody', {}, fields.map((field) => el('tr', {}, el('th', {scope: 'row'}, field.field), el('td', {}, field.value), el('td', {}, field.from)))))),
  ].filter(Boolean);
}
