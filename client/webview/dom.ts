// SPDX-License-Identifier: MIT
// Elements from data. Texts of the tree become text nodes and attributes, never markup.
import { ICONS, type IconName } from './icons.ts';

export type Child = Node | string | false | null | undefined;

/** `false`, `null` and `undefined` leave the attribute away; `true` sets it empty. */
export type Attributes = Readonly<Record<string, string | number | boolean | null | undefined>>;

const SVG = 'http://www.w3.org/2000/svg';

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes,
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    made.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat()) {
    if (child !== false && child !== null && child !== undefined) made.append(child);
  }
  return made;
}

/** What it shows is said by the text beside it. */
export function icon(name: IconName, look = ''): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', look === '' ? 'i' : `i ${look}`);
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** A word behind an icon, for those who do not see it. */
export function spoken(text: string): HTMLElement {
  return element('span', { class: 'vh' }, text);
}

/** Text with back-ticks as the messages of the server have it: what stands between them is code. */
export function marked(text: string): Child[] {
  return text.split('`').map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part));
}
