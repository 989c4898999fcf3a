// SPDX-License-Identifier: MIT
// Directives of cpp and of dtc, what deletions may name, names in conditions, rules in ignore comments.
import { t, texts } from '#base/language.ts';
import type { View } from '#ide/analysis.ts';
import { CATALOGUE } from '#rules/index.ts';
import { compatibles } from '#tree/query.ts';
import type { Here } from './drafts.ts';
import { type CompletionItem, literal } from './item.ts';
import { knownMacros } from './macros.ts';
import { placeOf } from './properties.ts';

/** What each is for. */
const DETAILS = texts({
  '#include <…>': 'a file of the include path',
  '#include "…"': 'a file beside this one, or of the include path',
  '#define': 'a macro',
  '#ifdef': 'only where a macro is defined',
  '#ifndef': 'only where a macro is not defined',
  '#if': 'only where an expression is not 0',
  '#else': 'the other case',
  '#elif': 'another case',
  '#endif': 'the end of a condition',
  '#undef': 'no macro any more',
  '#error': 'stops cpp',
  '/dts-v1/': 'the version of the source: the first statement',
  '/plugin/': 'this is an overlay',
  '/memreserve/': 'memory that the kernel leaves alone',
  '/ {…}': 'the root node',
  '/include/': "dtc's own include",
  '/delete-node/': 'takes a node out of the tree',
  '/omit-if-no-ref/': 'leaves a node out that nothing refers to',
  '/delete-property/': 'takes a property out of the node',
});

type Row = readonly [label: keyof typeof DETAILS, snippet: string];

const OF_CPP: readonly Row[] = [
  ['#include <…>', '#include <$1>'],
  ['#include "…"', '#include "$1"'],
  ['#define', `#define \${1:NAME} $0`],
  ['#ifdef', `#ifdef \${1:NAME}\n$0\n#endif`],
  ['#ifndef', `#ifndef \${1:NAME}\n$0\n#endif`],
  ['#if', `#if \${1:condition}\n$0\n#endif`],
  ['#else', '#else'],
  ['#elif', `#elif \${1:condition}`],
  ['#endif', '#endif'],
  ['#undef', `#undef \${1:NAME}`],
  ['#error', `#error "$1"`],
];

const AT_THE_TOP: readonly Row[] = [
  ['/dts-v1/', '/dts-v1/;'],
  ['/plugin/', '/plugin/;'],
  ['/memreserve/', `/memreserve/ \${1:address} \${2:size};`],
  ['/ {…}', '/ {\n\t$0\n};'],
];

const ANYWHERE: readonly Row[] = [
  ['/include/', '/include/ "$1"'],
  ['/delete-node/', '/delete-node/ $1;'],
  ['/omit-if-no-ref/', '/omit-if-no-ref/ $1'],
];

const IN_NODES: readonly Row[] = [['/delete-property/', '/delete-property/ $1;']];

const RANK = 9;

function rows(list: readonly Row[]): CompletionItem[] {
  return list.map(([label, snippet], order) => ({
    label,
    kind: 'keyword',
    detail: DETAILS[label],
    snippet,
    filter: label.replace(/ .*/, ''),
    rank: RANK,
    order,
    ...(/\$1/.test(snippet) && !snippet.includes('${1') && { suggests: true as const }),
  }));
}

export function cppDirectives(): CompletionItem[] {
  return rows(OF_CPP);
}

/** Statements that begin with `/`. */
export function slashDirectives(inNode: boolean): CompletionItem[] {
  return rows(inNode ? [...IN_NODES, ...ANYWHERE] : [...AT_THE_TOP, ...ANYWHERE]);
}

/** Labels of nodes stand behind `&`; here the children of this node. */
export function deletableNodes({ node, view }: Here, ended: boolean): CompletionItem[] {
  const end = ended ? '' : ';';
  const items = [...(node?.children.values() ?? [])].map(
    (child): CompletionItem => ({
      label: child.name,
      kind: 'node',
      detail: compatibles(child)[0] ?? t('in {0}', fileOf(child.origins[0]?.span.file ?? view.file)),
      snippet: literal(child.name) + end,
      rank: 0,
    }),
  );
  const reference: CompletionItem = {
    label: '&…',
    kind: 'keyword',
    detail: t('a node by its label'),
    snippet: ended ? '&$1' : '&$1;',
    filter: '&',
    rank: 1,
    suggests: true,
  };
  return [...items, reference];
}

/** Properties that another block sets: deleting what this one sets would be strange. */
export function deletableProperties({ node, view, content }: Here, ended: boolean): CompletionItem[] {
  return [...(node?.properties.values() ?? [])].map((property) => ({
    label: property.name,
    kind: 'property',
    detail: t('set in {0}', placeOf(view.snapshot, property)),
    snippet: literal(property.name) + (ended ? '' : ';'),
    rank: content.properties.has(property.name) ? 1 : 0,
    about: { kind: 'property', name: property.name },
  }));
}

function fileOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The guard that keeps a header from being read twice; it is of no use in a condition elsewhere. */
const GUARD = /^[ \t]*#[ \t]*ifndef[ \t]+(\w+)[^\n]*\n\s*#[ \t]*define[ \t]+\1[ \t]*(?:\/[*/][^\n]*)?\r?$/gm;

/** Macros that other conditions of the board ask for, then all that are defined. */
export function conditionNames(view: View, expression: boolean): CompletionItem[] {
  const asked = new Set<string>();
  const guards = new Set<string>();
  for (const file of view.snapshot.tree.files) {
    const text = view.snapshot.text(file);
    for (const [, name = ''] of text.matchAll(GUARD)) guards.add(name);
    const conditions = text.matchAll(/^[ \t]*#[ \t]*(?:el)?if(?:n?def)?\b([^\n]*)/gm);
    for (const [, condition = ''] of conditions) {
      for (const [name] of condition.matchAll(/\b[A-Za-z_]\w*/g)) if (name !== 'defined') asked.add(name);
    }
  }
  for (const name of guards) asked.delete(name);
  const item = (label: string, rank: number, detail: string): CompletionItem => ({
    label,
    kind: 'macro',
    detail,
    snippet: label,
    rank,
    about: { kind: 'macro', name: label },
  });
  const known = knownMacros(view.snapshot.tree).filter(({ name }) => !asked.has(name));
  const words = expression ? [{ ...item('defined', 0, ''), kind: 'keyword' as const, snippet: 'defined($1)' }] : [];
  return [
    ...words,
    ...[...asked].map((name) => item(name, 1, 'in a condition')),
    ...known.map(({ name, file }) => item(name, 2, fileOf(file))),
  ];
}

/** Rules, those first that report something in this file. */
export function ruleIds(view: View): CompletionItem[] {
  const reported = new Set(
    view.snapshot
      .problems()
      .filter(({ span }) => span.file === view.file)
      .map(({ rule }) => rule),
  );
  return CATALOGUE.rules.map(({ id, title }) => ({
    label: id,
    kind: 'rule',
    detail: title,
    snippet: id,
    rank: reported.has(id) ? 0 : 1,
    about: { kind: 'rule', name: id },
  }));
}
