// SPDX-License-Identifier: MIT
// What a command is, and how its arguments are read.
import { parseArgs } from 'node:util';
import { Failure, type Io, type Piped } from './io.ts';
import { OPTIONS, type OptionName } from './options.ts';

export interface Command {
  readonly name: string;
  /** What follows the name in the usage line. */
  readonly operands: string;
  readonly summary: string;
  /** More lines for `--help`. */
  readonly details?: readonly string[];
  /** What people type, without `dt-iommu`, and what they get by it. */
  readonly examples: readonly (readonly [string, string])[];
  readonly options: readonly OptionName[];
  /** Values of `--format`, the default first. */
  readonly formats?: readonly string[];
  /** Gives the exit code. */
  run(args: Arguments, io: Io): Promise<number>;
}

export type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

export interface Arguments {
  readonly operands: readonly string[];
  readonly values: Values;
  /** What the operand - read. */
  readonly piped?: Piped;
}

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
export const EVERYWHERE: readonly OptionName[] = ['quiet', 'no-color', 'help'];

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

/** `--jobs`: a whole number above 0. */
export function positive(name: OptionName, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Failure(`--${name} is a whole number above 0, not '${text}'`);
  return value;
}
