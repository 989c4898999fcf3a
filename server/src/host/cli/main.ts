// SPDX-License-Identifier: MIT
// `dt-iommu`: which command is meant, its help, and what becomes of errors.
import { VERSION } from '#host/version.ts';
import { type Command, parseArguments } from './arguments.ts';
import { checkCommand } from './commands/check.ts';
import { compareLiveCommand } from './commands/compare-live.ts';
import { compileCommand } from './commands/compile.ts';
import { completionCommand } from './commands/completion.ts';
import { explainCommand } from './commands/explain.ts';
import { fixCommand } from './commands/fix.ts';
import { formatCommand } from './commands/format.ts';
import { graphCommand } from './commands/graph.ts';
import { logCommand } from './commands/log.ts';
import { lspCommand } from './commands/lsp.ts';
import { mergeCommand } from './commands/merge.ts';
import { rulesCommand } from './commands/rules.ts';
import { treeCommand } from './commands/tree.ts';
import { commandHelp, overview } from './help.ts';
import { withInput } from './input.ts';
import { Failure, type Io } from './io.ts';

export const COMMANDS: readonly Command[] = [
  checkCommand,
  explainCommand,
  fixCommand,
  formatCommand,
  compileCommand,
  treeCommand,
  graphCommand,
  logCommand,
  compareLiveCommand,
  mergeCommand,
  rulesCommand,
  lspCommand,
  completionCommand(() => COMMANDS),
];

/** Runs one command; gives the exit code: 0 fine, 1 there are problems, 2 wrong usage or an internal error. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const [name, ...rest] = argv;
  try {
    if (name === undefined) throw new Failure(`which command? One of ${names()}; see \`dt-iommu --help\``);
    if (name === '--help' || name === '-h' || name === 'help') {
      io.out(overview(COMMANDS));
      return 0;
    }
    if (name === '--version') {
      io.out(`${VERSION}\n`);
      return 0;
    }
    const command = COMMANDS.find((candidate) => candidate.name === name);
    if (!command) throw new Failure(`'${name}' is not a command; it is one of ${names()}`);
    const args = parseArguments(command, rest);
    if (args.values.help) {
      io.out(commandHelp(command));
      return 0;
    }
    return await command.run(
      await withInput(command, args, io),
      args.values['no-color'] ? { ...io, color: false } : io,
    );
  } catch (error) {
    io.error(`dt-iommu: ${explanation(error, name)}\n`);
    return 2;
  }
}

function names(): string {
  return COMMANDS.map((command) => command.name).join(', ');
}

/** One line. An internal error says how to tell us. */
function explanation(error: unknown, command: string | undefined): string {
  if (error instanceof Failure) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return `internal error in \`${command}\`: ${text.split('\n')[0]}; report it with the command and the file`;
}
