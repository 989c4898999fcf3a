// SPDX-License-Identifier: MIT
// The command line as settings: flags win over the project file, which wins over what the source tree says.
import { readBytes } from '#host/disk-bytes.ts';
import { DiskFiles } from '#host/sources.ts';
import { configComplaint } from '#ide/boards/kernel-config.ts';
import { readProject } from '#ide/boards/project.ts';
import type { Arguments } from './arguments.ts';
import { absolute, isFolder } from './find.ts';
import { Failure } from './io.ts';
import type { SessionSettings } from './session.ts';

/** Fails on a value that does not say what its option may say. */
export function settingsOf(args: Arguments, cwd: string): SessionSettings {
  const { values } = args;
  const host = xenHost(args, cwd);
  const written = {
    includePaths: values.include.map((path) => existing(absolute(cwd, path), path)),
    defines: Object.fromEntries(values.define.map(definition)),
    ...(values.platform !== undefined && { platform: values.platform }),
    ...(values['kernel-version'] !== undefined && { kernelVersion: values['kernel-version'] }),
    ...(values['dtc-version'] !== undefined && { dtcVersion: values['dtc-version'] }),
    ...(values['kernel-config'] !== undefined && {
      kernelConfig: readableConfig(cwd, 'kernel-config', values['kernel-config']),
    }),
    ...(values['xen-version'] !== undefined && { xenVersion: values['xen-version'] }),
    ...(values['xen-config'] !== undefined && {
      xenConfig: readableConfig(cwd, 'xen-config', values['xen-config']),
    }),
    ...(values.cmdline !== undefined && { cmdline: values.cmdline }),
    ...(host && { boards: [host] }),
  };
  const { project, complaints } = readProject(written, cwd);
  if (complaints[0] !== undefined) throw new Failure(inWordsOfFlags(complaints[0]));
  return {
    flags: project,
    spelled: Object.fromEntries([...args.operands, ...values.include].map((text) => [absolute(cwd, text), text])),
    ...scriptOf(args, cwd),
    ...(args.piped && { piped: args.piped }),
    // The parts of several machines become SARIF, perhaps, when they are joined.
    planned: values.format === 'sarif' || (values.format === 'json' && values.shard !== undefined),
    bindings: values.bindings ?? false,
    symbols: values.symbols ?? false,
    force: values.force ?? false,
    ...(values.config !== undefined && { projectFile: readableProject(absolute(cwd, values.config), values.config) }),
  };
}

/** A script of U-Boot works on the host: the one that is named as such, else every tree that is given. */
function scriptOf({ operands, values }: Arguments, cwd: string): Pick<SessionSettings, 'script'> {
  const { 'uboot-script': script, 'xen-host': host } = values;
  if (script === undefined) return {};
  const boards = host === undefined ? operands : [host];
  if (boards.length === 0) throw new Failure('--uboot-script needs the tree that it changes: dt-iommu check HOST.dtb');
  const file = existing(absolute(cwd, script), script);
  return { script: { file, boards: boards.map((board) => absolute(cwd, board)) } };
}

/** A host board as in a project file: the given host with its domains, or the host of the given partial trees. */
function xenHost({ operands, values }: Arguments, cwd: string): object | undefined {
  const { 'xen-host': host, 'xen-domain': domains } = values;
  if (host === undefined && domains.length === 0) return undefined;
  const trees = operands.filter((operand) => operand.endsWith('.dts'));
  const file = host ?? trees[0];
  if (file === undefined) throw new Failure('--xen-domain needs the .dts file of the host tree that starts the domain');
  const partial = host === undefined ? [] : trees.filter((tree) => absolute(cwd, tree) !== absolute(cwd, host));
  return {
    file: existing(absolute(cwd, file), file),
    domains: [...domains, ...partial].map((text) => domain(text, cwd)),
  };
}

/** `/chosen/domU1=domU1.dts`, or the file alone. */
function domain(text: string, cwd: string): object {
  const equals = text.startsWith('/') ? text.indexOf('=') : -1;
  const file = text.slice(equals + 1);
  return { deviceTree: existing(absolute(cwd, file), file), ...(equals > 0 && { node: text.slice(0, equals) }) };
}

/** `NAME` is 1, as for cpp. */
function definition(text: string): [string, string] {
  const [name = '', ...value] = text.split('=');
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new Failure(`-D takes NAME or NAME=VALUE, not '${text}'`);
  return [name, value.length === 0 ? '1' : value.join('=')];
}

function existing(path: string, written: string): string {
  isFolder(path, written);
  return path;
}

/** One that cannot be read is no file without fields. */
function readableProject(path: string, written: string): string {
  const read = isFolder(path, written) ? { refusal: 'is a folder; give the dt-iommu.json in it' } : readBytes(path);
  if (read && 'refusal' in read) throw new Failure(`--config: ${written} ${read.refusal}`);
  return path;
}

function readableConfig(cwd: string, option: 'kernel-config' | 'xen-config', written: string): string {
  const path = absolute(cwd, written);
  const complaint = configComplaint(new DiskFiles(), path, option === 'xen-config' ? 'Xen' : 'kernel');
  if (complaint !== undefined) throw new Failure(`--${option}: ${written} ${complaint}`);
  return path;
}

/** The reader of project files speaks of `kernelVersion`, and would go on without it. */
function inWordsOfFlags(complaint: string): string {
  return complaint
    .replace(/^`(\w+)`/, (_, name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`)
    .replace(/; it is ignored\.$/, '');
}
