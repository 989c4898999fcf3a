// SPDX-License-Identifier: MIT
// `dt-iommu graph`: the DMA topology of a board as a picture, as Graphviz text, or as data.
import { type Topology, topologyOf } from '#ide/explain/topology.ts';
import { type Arguments, type Command, PLATFORM_OPTIONS, TREE_OPTIONS } from './arguments.ts';
import { dotText } from './graph-dot.ts';
import { svgText } from './graph-svg.ts';
import type { Io } from './io.ts';
import { openSnapshot, tellErrors, writeResult } from './one-board.ts';
import { pictureOf } from './picture.ts';

export const graphCommand: Command = {
  name: 'graph',
  operands: 'FILE',
  summary: 'The DMA topology: devices, IOMMUs, IDs, groups, suppliers.',
  details: [
    'The picture leaves out devices without an IOMMU and suppliers that no IOMMU waits for; JSON has everything.',
  ],
  options: ['format', 'output', ...PLATFORM_OPTIONS, ...TREE_OPTIONS],
  formats: ['svg', 'dot', 'json'],
  run: graph,
};

async function graph(args: Arguments, io: Io): Promise<number> {
  const { session, snapshot } = await openSnapshot(args, io);
  const code = tellErrors({ session, tree: snapshot.tree }, io);
  const topology = topologyOf(snapshot);
  writeResult(drawn(topology, args.values.format), args.values.output, session, io);
  return code;
}

function drawn(topology: Topology, format: string | undefined): string {
  if (format === 'json') return `${JSON.stringify({ version: 1, ...topology }, undefined, 2)}\n`;
  const picture = pictureOf(topology);
  return format === 'dot' ? dotText(picture) : svgText(picture);
}
