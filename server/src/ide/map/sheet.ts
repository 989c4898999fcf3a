// SPDX-License-Identifier: MIT
// A sheet of SVG: rectangles and texts with classes; the viewer's light or dark colours.
import type { Way } from './ways.ts';

/** What a shape means; its colour comes from the style. */
export type Look = string;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels per character of each kind of text, as a sans-serif font has them on average, or a monospace one exactly. */
const ADVANCE = { name: 7.1, small: 6.5, chip: 6.1, head: 8.2 } as const;

export type TextKind = keyof typeof ADVANCE;

/** Light, dark. Without CSS variables, which some viewers do not know. */
const COLOURS: Readonly<Record<Way, readonly [string, string]>> = {
  translated: ['#388a34', '#89d185'],
  identity: ['#652d90', '#b180d7'],
  direct: ['#1a85ff', '#3794ff'],
  bounced: ['#b36b00', '#d18616'],
  grant: ['#652d90', '#b180d7'],
  dom0: ['#1a85ff', '#3794ff'],
  domain: ['#388a34', '#89d185'],
  refused: ['#717171', '#9d9d9d'],
  waiting: ['#8a6d00', '#cca700'],
};

function colours(theme: 0 | 1): string {
  return Object.entries(COLOURS)
    .map(
      ([way, { [theme]: colour }]) =>
        `.bar.${way}, .used.${way} { fill: ${colour}; } .way.${way} { stroke: ${colour}; }`,
    )
    .join('\n  ');
}

const STYLE = `
  svg { color-scheme: light dark; }
  text { font: 11px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #616161; }
  .name { font-size: 12px; font-weight: 600; fill: #3b3b3b; }
  .head { font-size: 14px; fill: #3b3b3b; }
  .chip { font: 10px ui-monospace, "DejaVu Sans Mono", monospace; fill: #3b3b3b; }
  .ground, .card { fill: #ffffff; }
  .lane, .rail { fill: #f8f8f8; }
  .ground { stroke: none; }
  rect { stroke: #d4d4d4; }
  .frame { fill: none; stroke: #8a8a8a; stroke-dasharray: 4 3; }
  .pill { fill: #f0f0f0; }
  .dashed { stroke-dasharray: 4 3; }
  .bar, .used { stroke: none; }
  .meter { fill: #e0e0e0; stroke: none; }
  path { fill: none; stroke: #616161; stroke-width: 2; }
  ${colours(0)}
  @media (prefers-color-scheme: dark) {
    text { fill: #9d9d9d; } .name, .head, .chip { fill: #cccccc; }
    .ground, .card { fill: #1f1f1f; } .lane, .rail { fill: #181818; }
    rect { stroke: #3c3c3c; } .pill { fill: #2a2a2a; } .meter { fill: #3c3c3c; }
    ${colours(1)}
  }`;

export function textWidth(text: string, kind: TextKind): number {
  return [...text].reduce((width, character) => width + columns(character), 0) * ADVANCE[kind];
}

/** Cut where it would not fit, with an ellipsis. */
export function fitted(text: string, width: number, kind: TextKind): string {
  const fits = Math.max(1, Math.floor(width / ADVANCE[kind]));
  let used = 0;
  let shown = '';
  for (const character of text) {
    used += columns(character);
    if (used > fits) return `${shown}…`;
    if (used < fits) shown += character;
    else if (shown.length + character.length < text.length) return `${shown}…`;
  }
  return text;
}

/** From the radicals of CJK on, a character is as wide as two others. */
function columns(character: string): number {
  return (character.codePointAt(0) ?? 0) >= 0x2e80 ? 2 : 1;
}

export class Sheet {
  readonly #parts: string[] = [];

  rect({ x, y, width, height }: Area, look: Look, radius = 4): void {
    this.#parts.push(
      `<rect class="${look}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`,
    );
  }

  /** Cut to the width. */
  text(text: string, at: { readonly x: number; readonly y: number; readonly width: number }, kind: TextKind): void {
    if (text === '') return;
    const shown = escaped(fitted(text, at.width, kind));
    const look = kind === 'small' ? '' : ` class="${kind}"`;
    this.#parts.push(`<text${look} x="${round(at.x)}" y="${round(at.y)}">${shown}</text>`);
  }

  /** From top to bottom, in the middle of the area. */
  upright(text: string, { x, y, width, height }: Area): void {
    const [cx, cy] = [round(x + width / 2 - 4), round(y + height / 2)];
    this.#parts.push(
      `<text transform="translate(${cx} ${cy}) rotate(90)" text-anchor="middle" letter-spacing="3">${escaped(text)}</text>`,
    );
  }

  path(data: string, look: Look): void {
    this.#parts.push(`<path class="way ${look}" d="${data}"/>`);
  }

  /** What is drawn inside is one thing, with a tooltip. */
  group(title: string, draw: () => void): void {
    this.#parts.push(`<g><title>${escaped(title)}</title>`);
    draw();
    this.#parts.push('</g>');
  }

  whole(size: { readonly width: number; readonly height: number }, title: string): string {
    const [width, height] = [Math.ceil(size.width), Math.ceil(size.height)];
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
      `<title>${escaped(title)}</title>`,
      `<style>${STYLE}\n</style>`,
      '<rect class="ground" width="100%" height="100%"/>',
      ...this.#parts,
      '</svg>\n',
    ].join('\n');
  }
}

/** XML allows no control characters, not even written as references. */
function escaped(text: string): string {
  const clean = [...text].map((character) => ((character.codePointAt(0) ?? 0) < 32 ? '\ufffd' : character)).join('');
  return clean.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
