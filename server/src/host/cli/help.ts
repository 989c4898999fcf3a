// SPDX-License-Identifier: MIT
// `--help`, and the same as a manual page.
import { type Command, EVERYWHERE } from './arguments.ts';
import { HELP, type OptionName } from './options.ts';

const TITLE = 'what DMA each device of a device tree gets when it boots, why, and what is wrong';
const NETWORK = 'Nothing is ever read from the network.';

export const EXIT_CODES: readonly (readonly [string, string])[] = [
  ['0', 'nothing at or above --fail-on'],
  ['1', 'something'],
  ['2', 'wrong usage, an unreadable file or an internal error, with one line on standard error that says what to do'],
];

export function overview(commands: readonly Command[]): string {
  const list = commands.map((command) => `  ${usage(command)}\n      ${command.summary}\n`);
  return `dt-iommu COMMAND …: ${TITLE}

${list.join('')}
\`dt-iommu COMMAND --help\` lists the options and has examples. ${NETWORK}
`;
}

export function commandHelp(command: Command): string {
  const lines = [`dt-iommu ${usage(command)}`, '', `  ${command.summary}`];
  for (const line of command.details ?? []) lines.push(`  ${line}`);
  lines.push('');
  for (const [written, meaning] of optionLines(command)) lines.push(`  ${written.padEnd(26)}${meaning}`);
  lines.push('', 'Examples:', '');
  for (const [line, meaning] of command.examples) lines.push(`  dt-iommu ${line}`, `      ${meaning}`);
  return `${lines.join('\n')}\n`;
}

function usage({ name, operands }: Command): string {
  return `${name} ${operands}`.trimEnd();
}

function optionLines(command: Command): (readonly [string, string])[] {
  return [...command.options, ...EVERYWHERE].map((name: OptionName) => {
    const [written, meaning] = HELP[name];
    return [written, name === 'format' ? formatHelp(command) : meaning];
  });
}

function formatHelp(command: Command): string {
  const [first, ...others] = command.formats ?? [];
  return `${first} (default)${others.length > 0 ? `, ${others.join(', ')}` : ''}`;
}

/** dt-iommu(1), in the man macros of troff. */
export function manPage(commands: readonly Command[], version: string): string {
  const lines = [
    `.TH DT\\-IOMMU 1 "" "dt\\-iommu ${troff(version)}" "Devicetree IOMMU"`,
    '.SH NAME',
    `dt\\-iommu \\- ${troff(TITLE)}`,
    '.SH SYNOPSIS',
  ];
  for (const command of commands) lines.push(`.B dt\\-iommu ${troff(command.name)}`, troff(command.operands), '.br');
  lines.push('.SH COMMANDS');
  for (const command of commands) lines.push(...manSection(command));
  lines.push('.SH EXIT STATUS');
  for (const [code, meaning] of EXIT_CODES) lines.push('.TP', `.B ${code}`, troff(meaning));
  lines.push('.SH NOTES', troff(NETWORK), 'A project file, dt\\-iommu.json, has settings of the same names.');
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}

function manSection(command: Command): string[] {
  const lines = [`.SS "dt\\-iommu ${troff(usage(command)).replaceAll('"', '\\(dq')}"`, troff(command.summary)];
  for (const line of command.details ?? []) lines.push('.br', troff(line));
  for (const [written, meaning] of optionLines(command)) lines.push('.TP', `.B ${troff(written)}`, troff(meaning));
  lines.push('.PP', 'Examples:');
  for (const [line, meaning] of command.examples)
    lines.push('.PP', '.RS', `.B dt\\-iommu ${troff(line)}`, '.RE', troff(meaning));
  return lines;
}

/** A line of text, which troff shall show as it is: also one that begins with a dot, and hyphens that are copied. */
function troff(text: string): string {
  const escaped = text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...');
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}
