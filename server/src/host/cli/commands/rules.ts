// SPDX-License-Identifier: MIT
// `dt-iommu rules`: the list of the rules, or the page of one.
import type { Arguments, Command } from '#host/cli/arguments.ts';
import { Failure, type Io } from '#host/cli/io.ts';
import { readable } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { CATALOGUE } from '#rules/index.ts';

export const rulesCommand: Command = {
  name: 'rules',
  operands: '[ID]',
  summary: 'The rules, or the documentation of one.',
  examples: [
    ['rules', 'the list'],
    ['rules iommus-target-disabled', 'the page of one'],
  ],
  options: ['format'],
  formats: ['text', 'json'],
  run: rules,
};

async function rules({ operands: [id, ...more], values }: Arguments, io: Io): Promise<number> {
  if (more.length > 0) throw new Failure('rules takes one rule id, or none for the list');
  const rule = id === undefined ? undefined : CATALOGUE.byId.get(id);
  if (id !== undefined && !rule) throw new Failure(`'${id}' is not a rule; \`dt-iommu rules\` lists them`);
  const sorted = [...CATALOGUE.rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  if (values.format === 'json') {
    io.out(`${JSON.stringify(rule ? describe(rule) : sorted.map(describe), undefined, 2)}\n`);
  } else if (rule) {
    io.out(page(rule));
  } else {
    const width = Math.max(...sorted.map((known) => known.id.length));
    for (const known of sorted) {
      io.out(
        `${known.id.padEnd(width)}  ${levelOf(known).padEnd(7)}  ${known.fixable ? 'fix' : '   '}  ${known.title}\n`,
      );
    }
  }
  return 0;
}

/** `off`: reported only where the project gives it a severity. */
function levelOf({ off, severity }: Rule): string {
  return off ? 'off' : severity;
}

/** `platforms` is `null` for a rule that holds on all. */
function describe(rule: Rule): object {
  const { id, title, platforms, fixable = false, doc, source } = rule;
  return { id, severity: levelOf(rule), title, platforms: platforms ?? null, fix: fixable, doc, source };
}

function page(rule: Rule): string {
  const { id, title, platforms, doc, source, example, fixable } = rule;
  const where = platforms ? `, on ${platforms.join(', ')}` : '';
  const indented = (text: string) => text.trim().replace(/^/gm, '    ');
  return [
    `${id}: ${title}`,
    `${levelOf(rule)}${where}${fixable ? ', has a quick fix' : ''}`,
    doc,
    `Wrong:\n\n${indented(readable(example.bad))}`,
    `Right:\n\n${indented(readable(example.good))}`,
    `Source: ${source}\n`,
  ].join('\n\n');
}
