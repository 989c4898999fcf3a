// SPDX-License-Identifier: MIT
// `dt-iommu explain`: the effective DMA set-up of devices, and why; for a folder, how many devices get which.
import { relative } from 'node:path';
import { printable } from '#base/text.ts';
import {
  type Arguments,
  type Command,
  PLATFORM_OPTIONS,
  positive,
  TREE_OPTIONS,
  type Values,
} from '#host/cli/arguments.ts';
import { byChange, compareJson, sideBySide } from '#host/cli/compare.ts';
import { absolute, BOARDS, findFiles, isFolder, shard } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { openSnapshot, Places, tellErrors } from '#host/cli/one-board.ts';
import { startProgress } from '#host/cli/progress.ts';
import { plural } from '#host/cli/report/report.ts';
import type { Session } from '#host/cli/session.ts';
import { settingsOf } from '#host/cli/settings.ts';
import { runWork } from '#host/cli/workers.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { compareDma, likeFirst } from '#ide/compare/compare-boards.ts';
import { bootOrderText } from '#ide/explain/boot-text.ts';
import { withFunctions } from '#ide/explain/bridge-functions.ts';
import { briefExplanationOf, type DeviceExplanation, explanationOf } from '#ide/explain/device-explanation.ts';
import { maskReach } from '#ide/explain/dma-mask.ts';
import { nodeNamed } from '#ide/explain/node-name.ts';
import { bootOrderJson, explainJson } from '#ide/explain/report-json.ts';
import { reportText } from '#ide/explain/report-text.ts';
import { dmaMap } from '#ide/map/dma-map.ts';
import { overviewTable } from '#ide/map/table.ts';
import { wishedPlatform } from '#ide/map/wish.ts';
import { configure } from '#model/configure.ts';
import { bootOrder } from '#model/probe/boot-order.ts';
import type { DmaReport, Verdict } from '#model/report/types.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { platformText, VERDICTS, verdictText } from '#wording/values.ts';

export const explainCommand: Command = {
  name: 'explain',
  operands: 'FILE [NODE…]',
  summary: 'The effective DMA setup of the given nodes (path, &label or alias), or of every device.',
  details: [
    'Given a board alone: a table of what does DMA, by IOMMU; --all lists every device, --why with the reasons.',
    'Given a folder: a line per board with the number of devices by verdict.',
    "Given nodes: also what each probe waits for, in Linux's order, and what the device would get elsewhere.",
    '--compare takes NAME=VALUE with NAME one of platform, kernel-version, kernel-config, cmdline; CONFIG_NAME (turned',
    'over) or CONFIG_NAME=y, m or n; or another tree, a source or a blob (`tree A --diff B` has what else differs).',
    'One row for all devices that change alike; with nodes, or --all, each device by itself.',
  ],
  examples: [
    ['explain board.dts', 'a table of what does DMA, by IOMMU'],
    ['explain board.dts /soc/ethernet@4000', 'one device, and why'],
    ["explain board.dts '&pcie' --rid 00:01.0", 'a PCI function behind a host bridge'],
    ['explain board.dts --compare kernel-version=6.12', 'what another release changes'],
  ],
  options: [
    'all',
    'why',
    'format',
    'rid',
    'dma-mask',
    'boot-order',
    'compare',
    'stdin-name',
    ...PLATFORM_OPTIONS,
    ...TREE_OPTIONS,
    'shard',
    'jobs',
  ],
  formats: ['text', 'json'],
  run: explain,
};

async function explain(args: Arguments, io: Io): Promise<number> {
  const [path, ...names] = args.operands;
  if (path === undefined) throw new Failure('explain needs a board; see `dt-iommu explain --help`');
  const file = absolute(io.cwd, path);
  if (args.piped?.file !== file && isFolder(file, path)) return explainFolder(args, io);
  if (args.values['boot-order']) return explainOrder(args, io);
  if (args.values.compare.length > 0) return explainBoth(args, io);
  const board = await openSnapshot(args, io);
  const { snapshot } = board;
  const reports = reportsOf(snapshot, names, args.values.rid);
  const { all, why, quiet, format } = args.values;
  const detailed = format === 'json' || names.length > 0 || why;
  const explanations = (detailed ? reports : []).map((report) =>
    (names.length > 0 ? explanationOf : briefExplanationOf)(snapshot, report),
  );
  const places = new Places(board.session, io);
  const bits = maskBits(args.values['dma-mask']);
  const reach = (report: DmaReport) => (bits === undefined ? undefined : maskReach(snapshot, report, bits));
  const withMask = (json: ReturnType<typeof explainJson>) =>
    bits === undefined
      ? json
      : {
          ...json,
          devices: json.devices.map((device, at) => ({ ...device, dmaMask: reach(reports[at] as DmaReport) })),
        };
  const masked = (explanation: DeviceExplanation) => {
    const found = reach(explanation.report);
    const page = inFull([explanation], places);
    return found ? `${page.trimEnd()}\n  mask ${`${found.bits} bits`.padEnd(6)} ${found.text}\n\n` : page;
  };
  if (format === 'json') {
    io.out(`${JSON.stringify(withMask(explainJson(explanations, snapshot.platform, places.range)), undefined, 2)}\n`);
  } else {
    if (names.length > 0) io.out(explanations.map(masked).join(''));
    else if (why)
      io.out(
        inFull(
          explanations.filter(({ report }) => isShown(report)),
          places,
        ),
      );
    else if (all) io.out(overview(reports, places));
    else io.out(table(snapshot, path, io));
    if (!quiet && (names.length > 0 || why || all)) io.out(`${platformText(snapshot.platform)}\n`);
  }
  return tellErrors({ session: board.session, tree: snapshot.tree }, io);
}

/** `--dma-mask N`. */
function maskBits(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bits = positive('dma-mask', text);
  if (bits > 64) throw new Failure(`--dma-mask is a number of bits up to 64, not '${text}'`);
  return bits;
}

function inFull(explanations: readonly DeviceExplanation[], places: Places): string {
  return explanations.map((explanation) => `${reportText(explanation.report, places.line, explanation)}\n\n`).join('');
}

/** The board at a glance: what does DMA, by IOMMU. */
function table(snapshot: Snapshot, board: string, io: Io): string {
  const platform = platformText(snapshot.platform);
  return `${overviewTable(dmaMap(snapshot), { board, platform, width: io.columns ?? 100 }).join('\n')}\n`;
}

function isShown({ verdict, xen }: DmaReport): boolean {
  return verdict !== 'no-device' || xen !== null;
}

/** Every device without the reasons, which a reader of a hundred devices does not want. */
function overview(reports: readonly DmaReport[], places: Places): string {
  const devices = reports.filter(isShown);
  const others = reports.length - devices.length;
  const facts = devices.map((report) => `${reportText({ ...report, steps: [] }, places.line)}\n\n`).join('');
  return `${facts}${plural(devices.length, 'device')}, ${plural(others, 'node')} for which Linux creates none; name a device to see why.\n`;
}

/** What must be bound before what: of the whole board, or of all that the given nodes need. */
async function explainOrder(args: Arguments, io: Io): Promise<number> {
  const [, ...names] = args.operands;
  const { session, snapshot } = await openSnapshot(args, io);
  const { tree, platform } = snapshot;
  const order = bootOrder(tree, platform, names.length > 0 ? names.map((name) => named(tree, name)) : undefined);
  if (args.values.format === 'json') io.out(`${JSON.stringify(bootOrderJson(order, platform), undefined, 2)}\n`);
  else io.out(`${bootOrderText(order)}${args.values.quiet ? '' : `\n${platformText(platform)}\n`}`);
  return tellErrors({ session, tree }, io);
}

/** Against another platform or another tree: by kind of change, or with nodes (or `--all`) each device. */
async function explainBoth(args: Arguments, io: Io): Promise<number> {
  const { values, operands } = args;
  const left = await openSnapshot(args, io);
  const right = await otherSide(args, left.snapshot, io);
  const names = operands.slice(1);
  const nodes = reportsOf(left.snapshot, names, values.rid).map((report) => {
    const node = nodeNamed(right.tree, report.path);
    return { left: report, right: node && reportOf(right, node, values.rid) };
  });
  const pairs = withFunctions(nodes, left.snapshot, right);
  if (values.format === 'json') {
    const platforms = [left.snapshot.platform, right.platform] as const;
    const places = [new Places(left.session, io).range, new Places(right.session, io).range] as const;
    io.out(`${JSON.stringify(compareJson(pairs, platforms, places), undefined, 2)}\n`);
  } else {
    const file = right.file === undefined ? [] : [operands[0] ?? '', right.file];
    const sides = [left.snapshot.platform, right.platform].map((platform, at) =>
      [file[at], platformText(platform)].filter((part) => part !== undefined).join(', '),
    ) as [string, string];
    const each = names.length > 0 || values.all;
    const shown = new Set(dmaMap(left.snapshot).devices.map(({ path }) => path));
    const options = { isMaster: (path: string) => shown.has(path), width: io.columns };
    io.out(each ? sideBySide(pairs, sides) : byChange(pairs, sides, options));
    if (right.file !== undefined && !each) io.out(onlyThere(left.snapshot, right));
  }
  return tellErrors({ session: left.session, tree: left.snapshot.tree }, io);
}

type Side = Pick<Snapshot, 'tree' | 'platform'>;

interface OtherSide extends Side {
  readonly session: Session;
  readonly snapshot: Snapshot;
  /** As it was given; absent: the same tree. */
  readonly file: string | undefined;
}

/** `--compare` takes options of a platform, `CONFIG_NAME` and what it becomes, and one file. */
async function otherSide({ operands, values }: Arguments, left: Snapshot, io: Io): Promise<OtherSide> {
  const symbols = values.compare.filter((each) => each.startsWith('CONFIG_'));
  const [file, ...more] = values.compare.filter((each) => !each.includes('=') && !symbols.includes(each));
  if (more.length > 0) throw new Failure(`--compare takes one file, not ${file} and ${more.join(', ')}`);
  const settings = values.compare.filter((each) => each !== file && !symbols.includes(each));
  const opened = await openSnapshot(
    { operands: [file ?? operands[0] ?? ''], values: { ...values, ...otherPlatform(settings) } },
    io,
  );
  const { tree, platform: own } = opened.snapshot;
  let platform = file === undefined ? own : likeFirst(left.platform, own);
  for (const symbol of symbols) {
    const wished = wishedPlatform({ tree, platform }, symbol);
    if (typeof wished === 'string') {
      const text = platform.kernelConfig
        ? `it takes CONFIG_NAME or CONFIG_NAME=y, m or n`
        : 'name a .config with --kernel-config';
      throw new Failure(`--compare ${symbol}: ${text}`);
    }
    platform = wished;
  }
  return { ...opened, file, tree, platform };
}

/** Devices that do DMA and are in the second tree alone. */
function onlyThere(left: Snapshot, { snapshot }: OtherSide): string {
  const { added } = compareDma(left, snapshot);
  const lines = added.map((report) => `  ${printable(report.label ?? report.path)}: ${verdictText(report)}\n`);
  return lines.length === 0 ? '' : `only in B\n${lines.join('')}`;
}

const COMPARABLE = ['platform', 'kernel-version', 'kernel-config', 'cmdline'] as const;

function otherPlatform(settings: readonly string[]): Partial<Values> {
  return Object.fromEntries(
    settings.map((setting) => {
      const [name = '', ...value] = setting.split('=');
      if (!COMPARABLE.some((known) => known === name) || value.length === 0) {
        throw new Failure(
          `--compare takes NAME=VALUE with NAME one of ${COMPARABLE.join(', ')}, CONFIG_NAME, or a file, not '${setting}'`,
        );
      }
      return [name, value.join('=')];
    }),
  );
}

function reportsOf(snapshot: Snapshot, names: readonly string[], rid: string | undefined): DmaReport[] {
  if (names.length === 0 && rid === undefined) return snapshot.reports();
  if (names.length === 0) throw new Failure('--rid needs the node of the host bridge: explain FILE NODE --rid BB:DD.F');
  return names.map((name) => reportOf(snapshot, named(snapshot.tree, name), rid));
}

function named(tree: DeviceTree, name: string): DtNode {
  const node = nodeNamed(tree, name);
  if (!node) throw new Failure(`${name}: no such path, label or alias; \`dt-iommu tree\` shows what there is`);
  return node;
}

function reportOf({ tree, platform }: Side, node: DtNode, rid: string | undefined): DmaReport {
  return configure(tree, platform, node, rid === undefined ? {} : { rid: requesterId(rid) });
}

/** `BB:DD.F`, or the 16-bit number itself. */
function requesterId(text: string): number {
  const [, bus, device, fn] = /^([\da-f]{1,2}):([\da-f]{1,2})\.([0-7])$/i.exec(text) ?? [];
  if (bus !== undefined && device !== undefined && fn !== undefined && Number.parseInt(device, 16) < 32) {
    return (Number.parseInt(bus, 16) << 8) | (Number.parseInt(device, 16) << 3) | Number(fn);
  }
  if (/^(0x[\da-f]+|\d+)$/i.test(text) && Number(text) <= 0xffff) return Number(text);
  throw new Failure(`--rid is a bus, device and function as in 00:01.0, or a 16-bit number, not '${text}'`);
}

/** A line per board; with `--format json` an object per board. */
async function explainFolder(args: Arguments, io: Io): Promise<number> {
  const { operands, values } = args;
  const tasks = shard(findFiles(operands, io.cwd, BOARDS), values.shard);
  const progress = startProgress(io, 'explaining', tasks.length);
  const boards = new Map<string, Partial<Record<Verdict, number>>>();
  const failures: string[] = [];
  await runWork({
    job: 'verdicts',
    settings: settingsOf(args, io.cwd),
    tasks,
    threads: values.jobs === undefined ? undefined : positive('jobs', values.jobs),
    done(outcome) {
      progress.step();
      const name = relative(io.cwd, outcome.task.file);
      if ('value' in outcome) boards.set(name, outcome.value);
      else failures.push(`${name}: ${outcome.failure}`);
    },
  });
  progress.end();
  const sorted = [...boards].sort(([a], [b]) => (a < b ? -1 : 1)).map(([board, verdicts]) => ({ board, verdicts }));
  if (values.format === 'json') io.out(`${JSON.stringify({ version: 1, boards: sorted }, undefined, 2)}\n`);
  else for (const { board, verdicts } of sorted) io.out(`${board}: ${counts(verdicts)}\n`);
  if (failures.length > 0) throw new Failure(failures.join('\n'));
  return 0;
}

/** `12 iommu-dma, 3 direct`, in the order in which the verdicts are documented. */
function counts(verdicts: Partial<Record<Verdict, number>>): string {
  const parts = Object.keys(VERDICTS).flatMap((verdict) => {
    const count = verdicts[verdict as Verdict];
    return count === undefined ? [] : [`${count} ${verdict}`];
  });
  return parts.length === 0 ? 'no device' : parts.join(', ');
}
