// SPDX-License-Identifier: MIT
// A DMA topology as a picture: laid out from devices on the left to what they need on the right.
import { Graph, layout } from '@dagrejs/dagre';
import type { Arrow, Box, Picture } from './picture.ts';

/** Pixels; the advance of a monospace font is 0.6 of its size. */
const FONT = 12;
const CHARACTER = FONT * 0.6;
const LINE = 16;
const PADDING = 8;
const MARGIN = 16;

const STYLE = `
  text { font: ${FONT}px monospace; fill: #1b1f24; }
  .arrow text { font-size: 10px; fill: #57606a; }
  .device rect { fill: #ffffff; stroke: #57606a; }
  .iommu rect { fill: #d8e8ff; stroke: #0a5fd8; }
  .supplier rect { fill: #f6f8fa; stroke: #8c959f; stroke-dasharray: 4 3; }
  .frame rect { fill: #fff8e5; stroke: #d4a72c; }
  .name { font-weight: bold; }
  path { fill: none; stroke: #57606a; }
  .waits path { stroke-dasharray: 4 3; }
  .ground { fill: #ffffff; }`;

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What dagre writes into the labels that it is given. */
type Node = { width: number; height: number; x?: number; y?: number };
type Edge = {
  width: number;
  height: number;
  labelpos: 'c';
  x?: number;
  y?: number;
  points?: { x: number; y: number }[];
};

export function svgText(picture: Picture): string {
  const graph = new Graph<{ width?: number; height?: number }, Node, Edge>({ compound: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 16, ranksep: 40, marginx: MARGIN, marginy: MARGIN });
  for (const box of picture.boxes) {
    graph.setNode(box.id, { width: textWidth(box.lines), height: box.lines.length * LINE + 2 * PADDING });
    if (box.frame === undefined) continue;
    if (!graph.hasNode(frameId(box.frame))) graph.setNode(frameId(box.frame), { width: 0, height: 0 });
    graph.setParent(box.id, frameId(box.frame));
  }
  for (const { from, to, text } of picture.arrows) {
    graph.setEdge(from, to, { width: text.length * 6 + LINE, height: LINE, labelpos: 'c' });
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const placed = (id: string): Placed => ({ x: 0, y: 0, ...graph.node(id) });
  const frames = [...new Set(picture.boxes.flatMap(({ frame }) => frame ?? []))];
  const note = picture.others > 0 ? `${picture.others} more devices, without an IOMMU` : undefined;
  const full = {
    width: Math.max(width, (note?.length ?? 0) * CHARACTER + 2 * MARGIN),
    height: height + (note ? 2 * LINE : 0),
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(full.width)}" height="${round(full.height)}">`,
    `<style>${STYLE}\n</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">',
    '<polygon points="0,0 8,4 0,8" fill="#57606a"/></marker></defs>',
    `<rect class="ground" width="100%" height="100%"/>`,
    ...frames.map((frame) => frameText(frame, placed(frameId(frame)))),
    ...picture.arrows.map((arrow) => arrowText(arrow, graph.edge(arrow.from, arrow.to))),
    ...picture.boxes.map((box) => boxText(box, placed(box.id))),
    ...(note ? [`<text x="${MARGIN}" y="${round(height + LINE)}">${note}</text>`] : []),
    '</svg>\n',
  ].join('\n');
}

function frameId(frame: string): string {
  return `frame ${frame}`;
}

function textWidth(lines: readonly string[]): number {
  return Math.max(...lines.map((line) => line.length)) * CHARACTER + 2 * PADDING;
}

function rect({ x, y, width, height }: Placed, radius: number): string {
  const [left, top] = [round(x - width / 2), round(y - height / 2)];
  return `<rect x="${left}" y="${top}" width="${round(width)}" height="${round(height)}" rx="${radius}"/>`;
}

function boxText({ kind, lines }: Box, place: Placed): string {
  const left = round(place.x - place.width / 2 + PADDING);
  const top = place.y - place.height / 2 + PADDING;
  const texts = lines.map((line, at) => {
    const name = at === 0 ? ' class="name"' : '';
    return `<text${name} x="${left}" y="${round(top + at * LINE + FONT)}">${escaped(line)}</text>`;
  });
  return `<g class="${kind}">${rect(place, kind === 'device' ? 6 : 0)}${texts.join('')}</g>`;
}

function frameText(frame: string, place: Placed): string {
  const [left, top] = [round(place.x - place.width / 2 + 4), round(place.y - place.height / 2 - 4)];
  return `<g class="frame">${rect(place, 6)}<text x="${left}" y="${top}">${escaped(frame)}</text></g>`;
}

function arrowText({ text, waits }: Arrow, { points = [], x = 0, y = 0 }: Edge): string {
  const line = points.map((point, at) => `${at === 0 ? 'M' : 'L'}${round(point.x)},${round(point.y)}`).join(' ');
  const label = `<text text-anchor="middle" x="${round(x)}" y="${round(y - 3)}">${escaped(text)}</text>`;
  return `<g class="arrow${waits ? ' waits' : ''}"><path d="${line}" marker-end="url(#tip)"/>${label}</g>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
