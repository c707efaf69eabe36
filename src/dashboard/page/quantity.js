// Numbers with units, three digits of them.

const digits = (value) => {
  const size = Math.abs(value);
  return value.toLocaleString('en-GB', {maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3});
};

export function grams(value) {
  const size = Math.abs(value);
  if (size >= 1e6) return `${digits(value / 1e6)} t`;
  if (size >= 1e3) return `${digits(value / 1e3)} kg`;
  if (size > 0 && size < 0.1) return `${digits(value * 1e3)} mg`;
  return `${digits(value)} g`;
}

export function energy(kWh) {
  if (Math.abs(kWh) >= 1000) return `${digits(kWh / 1000)} MWh`;
  if (kWh !== 0 && Math.abs(kWh) < 0.1) return `${digits(kWh * 1000)} Wh`;
  return `${digits(kWh)} kWh`;
}

export const intensity = (value) => Math.round(value).toLocaleString('en-GB');
export const percent = (value) => value === null ? '' : `${Math.round(value)} %`;
export const count = (n, one, many) => `${n.toLocaleString('en-GB')} ${n === 1 ? one : many}`;
