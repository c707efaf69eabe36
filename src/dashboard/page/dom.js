// Elements from values. Text is always set as text: what comes from the cluster is never read as HTML.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'onclick') node.addEventListener('click', value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(typeof child === 'object' ? child : document.createTextNode(String(child)));
  }
  return node;
}

export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
// As replaceChildren, but what is absent is left out and lists may be nested.
export const replace = (node, ...children) => {
  node.replaceChildren();
  return fill(node, {}, children);
};
export const byId = (id) => document.getElementById(id);

export function glyph(name) {
  return svg('svg', {class: 'glyph', 'aria-hidden': 'true', focusable: 'false'}, svg('use', {href: `#g-${name}`}));
}

// Only what differs is written: live pages are read aloud, and the reader is not to hear the same again.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
export function setAttribute(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}
export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}
