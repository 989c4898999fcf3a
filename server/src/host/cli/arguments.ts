// SPDX-License-Identifier: MIT
// The options of every command in one table: how they are read, and what `--help` says of them.
import { parseArgs } from 'node:util';
import { Failure, type Io } from './io.ts';

export interface Command {
  readonly name: string;
  /** What follows the name in the usage line. */
  readonly operands: string;
  readonly summary: string;
  /** More lines for `--help`. */
  readonly details?: readonly string[];
  readonly options: readonly OptionName[];
  /** Values of `--format`, the default first. */
  readonly formats?: readonly string[];
  /** Gives the exit code. */
  run(args: Arguments, io: Io): Promise<number>;
}

const OPTIONS = {
  include: { type: 'string', short: 'I', multiple: true, default: [] as string[] },
  define: { type: 'string', short: 'D', multiple: true, default: [] as string[] },
  config: { type: 'string' },
  platform: { type: 'string' },
  'dtc-version': { type: 'string' },
  'kernel-version': { type: 'string' },
  'kernel-config': { type: 'string' },
  cmdline: { type: 'string' },
  'xen-version': { type: 'string' },
  'xen-config': { type: 'string' },
  'uboot-script': { type: 'string' },
  'xen-host': { type: 'string' },
  'xen-domain': { type: 'string', multiple: true, default: [] as string[] },
  format: { type: 'string' },
  output: { type: 'string', short: 'o' },
  'out-dir': { type: 'string' },
  symbols: { type: 'boolean', short: '@' },
  force: { type: 'boolean', short: 'f' },
  'syntax-only': { type: 'boolean' },
  baseline: { type: 'string' },
  diff: { type: 'string' },
  'fail-on': { type: 'string' },
  rid: { type: 'string' },
  'dma-mask': { type: 'string' },
  all: { type: 'boolean' },
  why: { type: 'boolean' },
  'boot-order': { type: 'boolean' },
  compare: { type: 'string', multiple: true, default: [] as string[] },
  rule: { type: 'string', multiple: true, default: [] as string[] },
  write: { type: 'boolean' },
  check: { type: 'boolean' },
  shard: { type: 'string' },
  jobs: { type: 'string', short: 'j' },
  stdio: { type: 'boolean' },
  clientProcessId: { type: 'string' },
  tree: { type: 'string' },
  snapshot: { type: 'string' },
  'print-script': { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  'no-color': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export type OptionName = keyof typeof OPTIONS;
export type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

export interface Arguments {
  readonly operands: readonly string[];
  readonly values: Values;
}

const HELP: Record<OptionName, readonly [string, string]> = {
  include: ['-I DIR', 'look for #include files here too (repeatable)'],
  define: ['-D NAME[=VALUE]', 'define a macro (repeatable)'],
  config: ['--config FILE', 'project file; default: dt-iommu.json upwards from the file'],
  platform: ['--platform KIND', 'linux, xen-dom0, xen-domu, xen-host, kvm or zephyr'],
  'dtc-version': ['--dtc-version X.Y.Z', 'the dtc whose refusals count; default: that of the tree around the file'],
  'kernel-version': ['--kernel-version X.Y', 'the Linux that boots'],
  'kernel-config': ['--kernel-config FILE', 'its .config, plain or .gz'],
  cmdline: ['--cmdline "…"', 'its command line'],
  'xen-version': ['--xen-version 4.NN', 'the Xen that reads the tree; default: what the tree names, else 4.22'],
  'xen-config': ['--xen-config FILE', 'its .config, plain or .gz: which drivers it has'],
  'uboot-script': ['--uboot-script FILE', "a U-Boot script whose `fdt` commands change the given host's tree"],
  'xen-host': ['--xen-host FILE', "the host tree of the Xen that reads the given trees as its domains' partial ones"],
  'xen-domain': [
    '--xen-domain [NODE=]FILE',
    "a partial tree that boots with the given host tree, NODE as '/chosen/domU1' (repeatable)",
  ],
  format: ['--format FORMAT', ''],
  output: ['-o FILE', 'write here instead of standard output'],
  'out-dir': ['--out-dir DIR', 'write one file per board here, in the same folders as below each PATH'],
  force: ['-f', 'write the blob although a check of dtc fails, as far as `dtc -f` fills it in'],
  symbols: ['-@', 'add __symbols__, so that overlays can be applied'],
  'syntax-only': ['--syntax-only', 'parse each .dts, .dtsi and .dtso alone; end with "N files, M with errors"'],
  baseline: ['--baseline FILE', 'leave out what an earlier `check --format json` reported'],
  diff: ['--diff OTHER', 'what differs in OTHER, a source or a blob: what DMA can depend on first'],
  'fail-on': ['--fail-on SEVERITY', 'exit with 1 from this severity on: error (default), warning, info'],
  all: ['--all', 'every device, also those without DMA of their own'],
  why: ['--why', 'every device with the reasons'],
  'dma-mask': ['--dma-mask N', 'what a driver with a mask of N bits reaches of RAM, for the given nodes'],
  rid: ['--rid BB:DD.F', 'the PCI function behind the given host bridge'],
  'boot-order': [
    '--boot-order',
    'what must be bound before what, level by level: the board, or all that the nodes need',
  ],
  compare: ['--compare NAME=VALUE', 'side by side with a platform that differs in this option (repeatable)'],
  rule: ['--rule ID', 'only this rule (repeatable)'],
  write: ['--write', 'change the files instead of printing a diff'],
  check: ['--check', 'name the files that would change and exit with 1 if there are any'],
  shard: ['--shard I/N', 'only part I of N of the boards'],
  jobs: ['-j N, --jobs N', 'worker threads; default: the number of cores'],
  stdio: ['--stdio', 'speak on standard input and output'],
  clientProcessId: ['--clientProcessId PID', 'the editor, as clients for Node name it: the server ends with it'],
  snapshot: ['--snapshot FILE', 'what the script of --print-script wrote on the machine'],
  'print-script': ['--print-script', 'print the script that writes a snapshot'],
  tree: ['--tree BOARD', 'the tree that was booted: a .dts or a .dtb'],
  quiet: ['-q, --quiet', 'only problems at or above --fail-on, no summary, no progress'],
  'no-color': ['--no-color', 'no colours'],
  help: ['-h, --help', 'show this'],
};

/** What resolves a tree. */
export const TREE_OPTIONS: readonly OptionName[] = ['include', 'define', 'config', 'dtc-version'];
/** What decides about DMA, beside the tree. */
export const PLATFORM_OPTIONS: readonly OptionName[] = [
  'platform',
  'kernel-version',
  'kernel-config',
  'cmdline',
  'xen-version',
  'xen-config',
  'uboot-script',
  'xen-host',
  'xen-domain',
];
const EVERYWHERE: readonly OptionName[] = ['quiet', 'no-color', 'help'];

/** Reads what follows the command's name. Fails on options that the command does not have. */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const known = new Set<string>([...command.options, ...EVERYWHERE]);
  try {
    const { values, positionals, tokens } = parseArgs({
      args: [...argv],
      options: OPTIONS,
      allowPositionals: true,
      tokens: true,
    });
    for (const token of tokens) {
      if (token.kind === 'option' && !known.has(token.name)) {
        throw new Error(`Option '${token.rawName}' does not belong to this command`);
      }
    }
    const { format } = values;
    if (format !== undefined && !command.formats?.includes(format)) {
      throw new Error(`--format is one of ${command.formats?.join(', ')}, not '${format}'`);
    }
    return { operands: positionals, values };
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new Failure(`${sentence}; see \`dt-iommu ${command.name} --help\``);
  }
}

export function commandHelp(command: Command): string {
  const lines = [`dt-iommu ${command.name} ${command.operands}`.trimEnd(), '', `  ${command.summary}`];
  for (const line of command.details ?? []) lines.push(`  ${line}`);
  lines.push('');
  for (const name of [...command.options, ...EVERYWHERE]) {
    const [usage, meaning] = HELP[name];
    lines.push(`  ${usage.padEnd(24)}${name === 'format' ? formatHelp(command) : meaning}`);
  }
  return `${lines.join('\n')}\n`;
}

function formatHelp(command: Command): string {
  const [first, ...others] = command.formats ?? [];
  return `${first} (default)${others.length > 0 ? `, ${others.join(', ')}` : ''}`;
}

/** `--jobs`: a whole number above 0. */
export function positive(name: OptionName, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Failure(`--${name} is a whole number above 0, not '${text}'`);
  return value;
}
