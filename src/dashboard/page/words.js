// What is said of a Job in a few words, the same in row, table, details and announcement.

import {about, clock, localised, relative} from './time.js';

export const PHASE_NAMES = {
  waiting: 'Waiting', starting: 'Starting', running: 'Running', suspended: 'Suspended', finished: 'Finished', failed: 'Failed',
};

// The one time that matters most now.
export function when(job, now) {
  switch (job.phase) {
    case 'waiting':
      if (job.plannedAt && job.plannedAt > now) return relative(job.plannedAt, now);
      if (!job.deadlineAt) return '';
      return job.deadlineAt >= now ? `by ${clock(job.deadlineAt, now)}` : `overdue ${about(now - job.deadlineAt)}`;
    case 'running':
      return job.startedAt ? `for ${about(now - job.startedAt)}` : '';
    case 'finished':
    case 'failed':
      return job.finishedAt ? relative(job.finishedAt, now) : '';
    default:
      return '';
  }
}

export function why(job, now) {
  if (job.why) return localised(job.why, now);
  if (job.phase === 'suspended') return 'Its author suspended it.';
  return job.reason ? `released: ${job.reason}` : '';
}

// What the bar shows, for those who hear it. Absolute times alone: what changes would be read again and again.
export function picture(job, now) {
  const parts = [PHASE_NAMES[job.phase].toLowerCase()];
  if (job.phase === 'waiting') {
    if (job.plannedAt) parts.push(`start planned for ${clock(job.plannedAt, now)}`);
    if (job.deadlineAt) parts.push(`starts at the latest at ${clock(job.deadlineAt, now)}`);
  }
  if (job.startedAt) parts.push(`started at ${clock(job.startedAt, now)}`);
  if (job.finishedAt) parts.push(`ended at ${clock(job.finishedAt, now)}`);
  return `${parts.join('; ')}.`;
}
