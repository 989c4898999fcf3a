// SPDX-License-Identifier: MIT
// Reports of a tree in a few words, so that a test reads like the table in the facts: a line per device.
import { readFileSync } from 'node:fs';
import { parseProject } from '#ide/boards/project.ts';
import { configure, configureAll } from '#model/configure.ts';
import type { Platform, XenSystem } from '#model/platform/types.ts';
import type { DmaReport } from '#model/report/types.ts';
import type { DeviceTree } from '#tree/types.ts';
import { type DescribedReport, describe } from '#wording/report.ts';
import { evaluateText } from './evaluate.ts';
import { nodeAt, treeOf } from './tree.ts';

/** Debian-like defaults: 64-bit Arm, Linux 6.12, every driver of the architecture built in. */
export const LINUX_6_12: Platform = { kind: 'linux', arch: 'arm64', kernelVersion: [6, 12], cmdline: '', assumed: [] };

export function platform(over: Partial<Platform> = {}): Platform {
  return { ...LINUX_6_12, ...over };
}

/** A kernel that has exactly these symbols. */
export function configured(...symbols: readonly string[]): Partial<Platform> {
  return { kernelConfig: new Map(symbols.map((symbol) => [symbol.replace(/=.*/, ''), symbol.replace(/^.*=/, '')])) };
}

/** A board file of the folder of a system. */
export function board(name: string): DeviceTree {
  const text = readFileSync(new URL(`../model/systems/${name}`, import.meta.url), 'utf8');
  const { tree } = evaluateText(`//- /${name.slice(name.lastIndexOf('/') + 1)}\n${text}`);
  if (tree.problems[0]) throw new Error(`${name}: ${tree.problems[0].message}`);
  return tree;
}

/** A Xen host with its domains: the folder of a system that holds a `dt-iommu.json`. */
export function xenSystem(folder: string): XenSystem {
  const text = readFileSync(new URL(`../model/systems/${folder}/dt-iommu.json`, import.meta.url), 'utf8');
  const { project, complaints } = parseProject(text, '/dt-iommu.json');
  const [host] = project.boards ?? [];
  if (!host?.domains || complaints.length > 0) throw new Error(`${folder}: ${complaints[0] ?? 'has no domains'}`);
  return {
    host: board(`${folder}${host.file}`),
    domains: host.domains.map(({ deviceTree, ...node }) => ({ ...node, tree: board(`${folder}${deviceTree}`) })),
  };
}

type Asked = Partial<Platform> & { readonly rid?: number };

/** The report of one node, or of a function behind it, as data. */
export function plainReportAt(tree: DeviceTree | string, path: string, options: Asked = {}): DmaReport {
  const { rid, ...over } = options;
  const resolved = typeof tree === 'string' ? treeOf(tree) : tree;
  return configure(resolved, platform(over), nodeAt(resolved, path), rid === undefined ? {} : { rid });
}

/** The same in words. */
export function reportAt(tree: DeviceTree | string, path: string, options: Asked = {}): DescribedReport {
  return describe(plainReportAt(tree, path, options));
}

/** `/dma@1000  iommu-dma  /smmu@9050000#0x40  stream-id 0x40`, a line per device that Linux makes. */
export function verdicts(tree: DeviceTree | string, over: Partial<Platform> = {}): string {
  const resolved = typeof tree === 'string' ? treeOf(tree) : tree;
  const reports = configureAll(resolved, platform(over)).filter(({ verdict }) => verdict !== 'no-device');
  return reports.map(line).join('\n');
}

/** One report in a line. */
export function line(
  report: Omit<DmaReport, 'steps' | 'dependsOn' | 'alternative' | 'alternatives' | 'reserved'>,
): string {
  const ids = report.iommus.flatMap((use) =>
    use.ids.map(({ kind, id, mask }) => `${kind} ${hex(id)}${mask === null ? '' : `/${hex(mask)}`}`),
  );
  const parts = [
    report.path,
    report.verdict,
    report.group ?? '',
    ids.join(', '),
    report.coherent ? 'coherent' : '',
    report.dmaLimit === null ? '' : `limit ${report.dmaLimit}`,
    report.xen?.backendDomid === undefined ? '' : `domain ${report.xen.backendDomid}`,
    report.certainty === 'certain' ? '' : '?',
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
