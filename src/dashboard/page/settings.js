// What the reader has chosen, kept in this browser: theme, time zone, span, signal.

const KEY = 'karbonetes-dashboard';

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};  // forbidden, or edited by hand
  }
}

const kept = load();

export const setting = (name, otherwise) => kept[name] ?? otherwise;

export function keep(name, value) {
  kept[name] = value;
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // Then it holds until the page is closed.
  }
}

export const THEMES = ['system', 'light', 'dark'];

export function applyTheme(theme) {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}
