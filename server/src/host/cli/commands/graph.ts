// SPDX-License-Identifier: MIT
// `dt-iommu graph`: the DMA topology of a board as the lanes of the map, as Graphviz text, or as data.
import { basename } from 'node:path';
import { type Arguments, type Command, PLATFORM_OPTIONS, TREE_OPTIONS } from '#host/cli/arguments.ts';
import { dotText } from '#host/cli/graph-dot.ts';
import type { Io } from '#host/cli/io.ts';
import { openSnapshot, tellErrors, writeResult } from '#host/cli/one-board.ts';
import { pictureOf } from '#host/cli/picture.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { topologyOf } from '#ide/explain/topology.ts';
import { dmaMap } from '#ide/map/dma-map.ts';
import { lanesOf } from '#ide/map/lanes.ts';
import { lanesSvg } from '#ide/map/lanes-svg.ts';
import { platformText } from '#wording/values.ts';

export const graphCommand: Command = {
  name: 'graph',
  operands: 'FILE',
  summary: 'The DMA topology: devices, IOMMUs, IDs, groups, suppliers.',
  details: [
    'svg: devices that do DMA on the left, the IOMMU that translates each lane in the middle, memory on the right.',
    'dot leaves out devices without an IOMMU and suppliers that no IOMMU waits for; json has everything.',
  ],
  examples: [
    ['graph board.dts -o board.svg', 'the DMA map as a picture'],
    ['graph board.dts --format json', 'the same as data'],
  ],
  options: ['format', 'output', 'stdin-name', ...PLATFORM_OPTIONS, ...TREE_OPTIONS],
  formats: ['svg', 'dot', 'json'],
  run: graph,
};

async function graph(args: Arguments, io: Io): Promise<number> {
  const { session, snapshot } = await openSnapshot(args, io);
  const code = tellErrors({ session, tree: snapshot.tree }, io);
  writeResult(drawn(snapshot, args.values.format), args.values.output, session, io);
  return code;
}

function drawn(snapshot: Snapshot, format: string | undefined): string {
  if (format === 'json') return `${JSON.stringify({ version: 1, ...topologyOf(snapshot) }, undefined, 2)}\n`;
  if (format === 'dot') return dotText(pictureOf(topologyOf(snapshot)));
  const platform = platformText(snapshot.platform);
  return lanesSvg(lanesOf(dmaMap(snapshot)), { board: basename(snapshot.tree.file), platform });
}
