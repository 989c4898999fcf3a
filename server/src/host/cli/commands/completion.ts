// SPDX-License-Identifier: MIT
// `dt-iommu completion`: a script for the user's shell, made from the table of options that the help is made from.
import { type Arguments, type Command, EVERYWHERE } from '#host/cli/arguments.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { HELP, OPTIONS, type OptionName, VALUE_HINTS } from '#host/cli/options.ts';

const SHELLS = { bash, zsh, fish };

export function completionCommand(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    operands: 'bash|zsh|fish',
    summary: 'A script that completes commands, options and their values in that shell.',
    examples: [
      ['completion bash > ~/.local/share/bash-completion/completions/dt-iommu', 'for bash, with bash-completion'],
      ['completion zsh > ~/.zfunc/_dt-iommu', 'for zsh, in a folder of its fpath'],
      ['completion fish > ~/.config/fish/completions/dt-iommu.fish', 'for fish'],
    ],
    options: [],
    async run({ operands: [shell, ...more] }: Arguments, io: Io): Promise<number> {
      if ((shell !== 'bash' && shell !== 'zsh' && shell !== 'fish') || more.length > 0) {
        throw new Failure('for which shell? dt-iommu completion bash, zsh or fish');
      }
      io.out(SHELLS[shell](commands()));
      return 0;
    },
  };
}

/** An option of one command as a shell knows it. */
interface Offered {
  /** `-j`, `--jobs`, as they are typed; options that have only a short name in the help lose their long one. */
  readonly flags: readonly string[];
  readonly meaning: string;
  readonly takesValue: boolean;
  readonly repeatable: boolean;
  readonly values: 'file' | 'folder' | readonly string[] | undefined;
}

function offered(command: Command): Offered[] {
  return [...command.options, ...EVERYWHERE].map((name: OptionName) => {
    const option: { readonly type: string; readonly short?: string; readonly multiple?: boolean } = OPTIONS[name];
    const [written, meaning] = HELP[name];
    const short = option.short === undefined ? [] : [`-${option.short}`];
    return {
      flags: written.includes(`--${name}`) ? [...short, `--${name}`] : short,
      meaning: name === 'format' ? 'the form of the result' : meaning.replaceAll('`', ''),
      takesValue: option.type === 'string',
      repeatable: option.multiple ?? false,
      values: name === 'format' ? command.formats : VALUE_HINTS[name],
    };
  });
}

/** What stands where no option does: names of files, unless the command takes words. */
function operandWords({ name }: Command, commands: readonly Command[]): readonly string[] | undefined {
  if (name === 'completion') return Object.keys(SHELLS);
  if (name === 'help') return commands.map((command) => command.name);
  return name === 'rules' || name === 'lsp' ? [] : undefined;
}

function bash(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const options = offered(command);
    const values = options.flatMap(({ flags, takesValue, values: hint }) => {
      if (!takesValue) return [];
      const reply =
        hint === 'file' ? 'compgen -f -- "$cur"' : hint === 'folder' ? 'compgen -d -- "$cur"' : wordsOf(hint ?? []);
      return [`        ${flags.join('|')}) mapfile -t COMPREPLY < <(${reply}); return ;;`];
    });
    const words = operandWords(command, commands);
    return `    ${command.name})
      case $prev in
${values.join('\n')}${values.length > 0 ? '\n' : ''}        *) ;;
      esac
      if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(${wordsOf(options.flatMap(({ flags }) => flags))})
      else
        mapfile -t COMPREPLY < <(${words ? wordsOf(words) : 'compgen -f -- "$cur"'})
      fi
      ;;`;
  });
  return `# bash completion of dt-iommu
_dt_iommu() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    mapfile -t COMPREPLY < <(${wordsOf([...commands.map(({ name }) => name), '--help', '--version'])})
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
}
complete -o filenames -F _dt_iommu dt-iommu
`;
}

function wordsOf(words: readonly string[]): string {
  return `compgen -W ${quoted(words.join(' '))} -- "$cur"`;
}

function zsh(commands: readonly Command[]): string {
  const list = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = commands.map((command) => {
    const specs = offered(command).flatMap((option) => zshSpecs(option));
    const words = operandWords(command, commands);
    const operand = words ? (words.length > 0 ? `'*:word:(${words.join(' ')})'` : undefined) : "'*:file:_files'";
    return `    ${command.name}) _arguments -s ${[...specs, ...(operand === undefined ? [] : [operand])].join(' \\\n      ')} ;;`;
  });
  return `#compdef dt-iommu
_dt_iommu() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _dt-iommu ]]; then _dt_iommu "$@"; else compdef _dt_iommu dt-iommu; fi
`;
}

function zshSpecs({ flags, meaning, takesValue, repeatable, values }: Offered): string[] {
  const text = meaning.replace(/[[\]:\\]/g, '\\$&');
  const value =
    values === 'file' ? '_files' : values === 'folder' ? '_files -/' : values ? `(${values.join(' ')})` : ' ';
  return flags.map((flag) => {
    // A long option may have its value behind `=`, a short one at once behind it.
    const end = !takesValue ? '' : flag.startsWith('--') ? '=' : '+';
    return quoted(`${repeatable ? '*' : ''}${flag}${end}[${text}]${takesValue ? `:value:${value}` : ''}`);
  });
}

function fish(commands: readonly Command[]): string {
  const lines = ['# fish completion of dt-iommu', 'complete -c dt-iommu -f'];
  lines.push('complete -c dt-iommu -n __fish_use_subcommand -l version -l help');
  for (const command of commands) {
    lines.push(`complete -c dt-iommu -n __fish_use_subcommand -a ${command.name} -d ${quotedForFish(command.summary)}`);
    const here = `complete -c dt-iommu -n '__fish_seen_subcommand_from ${command.name}'`;
    const words = operandWords(command, commands);
    if (words === undefined) lines.push(`${here} -F`);
    else if (words.length > 0) lines.push(`${here} -a ${quotedForFish(words.join(' '))}`);
    for (const { flags, meaning, takesValue, values } of offered(command)) {
      const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      const value =
        values === 'file'
          ? ' -rF'
          : values === 'folder'
            ? " -xa '(__fish_complete_directories)'"
            : values
              ? ` -xa ${quotedForFish(values.join(' '))}`
              : ' -x';
      lines.push(`${here} ${names.join(' ')}${takesValue ? value : ''} -d ${quotedForFish(meaning)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** One word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function quotedForFish(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
