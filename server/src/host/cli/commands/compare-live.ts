// SPDX-License-Identifier: MIT
// `dt-iommu compare-live`: what the model says of a board against what the machine says that runs it.
import { type Arguments, type Command, TREE_OPTIONS } from '#host/cli/arguments.ts';
import { absolute, isFolder } from '#host/cli/find.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { Places, tellErrors, writeResult } from '#host/cli/one-board.ts';
import { openSessions, type Session } from '#host/cli/session.ts';
import { settingsOf } from '#host/cli/settings.ts';
import { SNAPSHOT_SCRIPT } from '#host/cli/snapshot-script.ts';
import { liveJson, liveReport, liveText } from '#ide/live/live-report.ts';
import { type LiveSnapshot, readSnapshot } from '#ide/live/snapshot-file.ts';
import type { Statements } from '#model/platform/platform.ts';
import type { PlatformKind } from '#model/platform/types.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { decompile, isBlob } from '#tree/blob/decompile.ts';
import type { DeviceTree } from '#tree/types.ts';

export const compareLiveCommand: Command = {
  name: 'compare-live',
  operands: '[BOARD] --snapshot FILE',
  summary: 'What the model says of a board against what the machine says that runs it, field by field.',
  details: [
    '--print-script prints the script that writes the snapshot: sh snapshot.sh > snapshot.txt, as root, on that machine.',
    'Without BOARD the tree in the snapshot is judged: the one that firmware handed over.',
    'Release, command line and configuration are those of the snapshot, unless an option says otherwise.',
    'Exit code: 0 nothing differs, 1 something does, 2 wrong usage or an unreadable file.',
  ],
  examples: [
    ['compare-live --print-script > snapshot.sh', 'the script that runs on the machine'],
    ['compare-live board.dts --snapshot snapshot.txt', 'the prediction against that machine'],
  ],
  options: [
    'snapshot',
    'print-script',
    'format',
    'output',
    'platform',
    'kernel-version',
    'kernel-config',
    'cmdline',
    ...TREE_OPTIONS,
  ],
  formats: ['text', 'json'],
  run: compareLive,
};

async function compareLive(args: Arguments, io: Io): Promise<number> {
  const { operands, values } = args;
  if (values['print-script']) {
    io.out(SNAPSHOT_SCRIPT);
    return 0;
  }
  const { snapshot: name } = values;
  if (name === undefined) throw new Failure('--snapshot FILE is what the script of --print-script wrote');
  if (operands.length > 1) throw new Failure(`one board at a time, not also '${operands[1]}'`);
  const [board] = operands;
  const file = absolute(io.cwd, board ?? name);
  if (isFolder(file, board ?? name)) throw new Failure(`${board}: is a folder; give the .dts file of one board`);
  const session = (await openSessions(settingsOf(args, io.cwd)))(file);
  const snapshot = snapshotOf(session, absolute(io.cwd, name), name);
  const running = snapshot.blob && session.treeOfText(decompile(snapshot.blob));
  const tree = board === undefined ? running : session.tree(file);
  if (!tree) throw new Failure(`${name}: has no device tree; name the board that runs`);
  const trees =
    running && board !== undefined && !hasErrors(tree) ? { board: asBooted(session, tree), running } : undefined;
  const stated = statedBy(session, args, io.cwd);
  const report = liveReport({ tree, snapshot, stated, ...(trees && { trees }) });
  const places = new Places(session, io);
  const place = board === undefined ? () => 'the tree of the snapshot' : places.line;
  const text =
    values.format === 'json'
      ? `${JSON.stringify(liveJson(report), undefined, 2)}\n`
      : liveText(report, { place, board: board ?? 'the tree that was booted', snapshot: name });
  writeResult(text, values.output, session, io);
  const code = board === undefined ? 0 : tellErrors({ session, tree }, io);
  return Math.max(code, report.fields.some(({ outcome }) => outcome === 'differs') ? 1 : 0);
}

function snapshotOf(session: Session, path: string, name: string): LiveSnapshot {
  if (isFolder(path, name)) throw new Failure(`${name}: is a folder; give the file that the script wrote`);
  const text = session.files.read(path)?.text;
  if (text === undefined) throw new Failure(`${name}: ${session.files.refusal(path) ?? 'cannot be read'}`);
  const snapshot = readSnapshot(text);
  if ('complaint' in snapshot) throw new Failure(`${name}: ${snapshot.complaint}`);
  if (snapshot.blob && !isBlob(snapshot.blob)) throw new Failure(`${name}: its fdt lines are not a device tree blob`);
  return snapshot;
}

/** What the options say; the snapshot knows the rest. */
function statedBy(session: Session, { values }: Arguments, cwd: string): Statements {
  const path = values['kernel-config'];
  const config = path === undefined ? undefined : session.files.read(absolute(cwd, path))?.text;
  return {
    // settingsOf has looked at it.
    ...(values.platform !== undefined && { kind: values.platform as PlatformKind }),
    ...(values['kernel-version'] !== undefined && { kernelVersion: values['kernel-version'] }),
    ...(values.cmdline !== undefined && { cmdline: values.cmdline }),
    ...(path !== undefined && config !== undefined && { kernelConfig: config, kernelConfigPath: path }),
  };
}

const hasErrors = (tree: DeviceTree) => tree.problems.some(({ severity }) => severity === 'error');

/** The tree with numbers for references, as a kernel gets it. */
function asBooted(session: Session, tree: DeviceTree): DeviceTree {
  return session.treeOfText(decompile(writeBlob(tree, { symbols: false })));
}
