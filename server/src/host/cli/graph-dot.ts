// SPDX-License-Identifier: MIT
// A DMA topology as Graphviz text.
import type { Box, Picture } from './picture.ts';

const STYLES: Record<Box['kind'], string> = {
  device: 'style=rounded',
  iommu: 'style=filled fillcolor="#d8e8ff"',
  supplier: 'style=dashed',
};

export function dotText({ boxes, arrows, others }: Picture): string {
  const lines = ['digraph dma {', '  rankdir=LR;', '  node [shape=box fontname="monospace" fontsize=10];'];
  lines.push('  edge [fontname="monospace" fontsize=9];');
  const frames = new Set(boxes.flatMap(({ frame }) => frame ?? []));
  for (const box of boxes) if (box.frame === undefined) lines.push(`  ${boxText(box)}`);
  let number = 0;
  for (const frame of frames) {
    lines.push(`  subgraph cluster_${number++} {`, `    label=${quoted(frame)};`);
    for (const box of boxes) if (box.frame === frame) lines.push(`    ${boxText(box)}`);
    lines.push('  }');
  }
  for (const { from, to, text, waits } of arrows) {
    lines.push(`  ${quoted(from)} -> ${quoted(to)} [label=${quoted(text)}${waits ? ' style=dashed' : ''}];`);
  }
  if (others > 0) lines.push(`  label=${quoted(`${others} more devices, without an IOMMU`)};`);
  return `${lines.join('\n')}\n}\n`;
}

function boxText({ id, kind, lines }: Box): string {
  return `${quoted(id)} [label=${quoted(lines.join('\n'))} ${STYLES[kind]}];`;
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}
