// Instants and spans in words. Instants are milliseconds since 1970; the reader chooses between local time and UTC.

let utc = false;
let formats = {};

export function useUtc(on) {
  utc = on;
  formats = {};
}

function format(name, options) {
  formats[name] ??= new Intl.DateTimeFormat('en-GB', {hourCycle: 'h23', ...(utc && {timeZone: 'UTC'}), ...options});
  return formats[name];
}

const dayKey = (t) => format('key', {year: 'numeric', month: '2-digit', day: '2-digit'}).format(t);

// "14:30", "14:30:05" when seconds matter, "Wed 25 Nov 14:30" on another day than `now`.
export function clock(t, now = Date.now(), seconds = false) {
  if (t === null || t === undefined) return '';
  const time = seconds
      ? format('seconds', {hour: '2-digit', minute: '2-digit', second: '2-digit'}).format(t)
      : format('minutes', {hour: '2-digit', minute: '2-digit'}).format(t);
  return dayKey(t) === dayKey(now) ? time : `${day(t)} ${time}`;
}

export const day = (t) => format('day', {weekday: 'short', day: 'numeric', month: 'short'}).format(t).replace(',', '');
export const full = (t) => t === null || t === undefined ? '' : `${day(t)} ${clock(t, t, t % 60_000 !== 0)}${utc ? ' UTC' : ''}`;

// Minutes east of UTC at t, for axes whose ticks lie on whole hours of the reader's clock.
export const offsetMinutes = (t) => utc ? 0 : -new Date(t).getTimezoneOffset();

// The two largest units: "3 h 12 min", "45 s".
export function span(ms) {
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  for (let i = 0; i < units.length; ++i) {
    const large = Math.floor(seconds / units[i][0]);
    if (large === 0) continue;
    const rest = i + 1 < units.length ? Math.floor(seconds % units[i][0] / units[i + 1][0]) : 0;
    return `${large} ${units[i][1]}${rest > 0 ? ` ${rest} ${units[i + 1][1]}` : ''}`;
  }
  return '0 s';
}

// To the minute, above one: what stands in many rows must not change every second.
export function about(ms) {
  return Math.abs(ms) < 60_000 ? span(ms) : span(Math.floor(Math.abs(ms) / 60_000) * 60_000);
}

export function relative(t, now) {
  if (Math.abs(t - now) < 1000) return 'now';
  return t > now ? `in ${about(t - now)}` : `${about(now - t)} ago`;
}

// The sentences of the controller carry UTC instants: they are told as the reader has chosen.
export const localised = (text, now = Date.now()) => (text ?? '').replace(
    /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, (instant) => clock(Date.parse(instant), now, !instant.endsWith(':00Z')));
