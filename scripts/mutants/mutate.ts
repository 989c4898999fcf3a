// SPDX-License-Identifier: MIT
// Small changes of a program that its tests should notice. All mutants of a file are in one text, each behind a switch
// (mutant schemata: Untch, Offutt and Harrold, 1993), so that a file is transformed once.
import { transformSync } from 'esbuild';
import { parseAst } from 'vite';

export interface Mutant {
  readonly id: number;
  /** What was there, and what is in its place. */
  readonly from: string;
  readonly to: string;
  /** One-based, in the program without types, whose lines are those of the source but for empty ones. */
  readonly line: number;
}

export interface Mutated {
  /** JavaScript in which `globalThis.__mutant` chooses. */
  readonly code: string;
  readonly mutants: readonly Mutant[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly to: string;
}

const SWAPPED = new Map(
  Object.entries({
    '===': '!==',
    '!==': '===',
    '<': '<=',
    '<=': '<',
    '>': '>=',
    '>=': '>',
    '-': '+',
    '*': '/',
    '&&': '||',
    '||': '&&',
  }),
);

/** The program with all its mutants, numbered from `first` on. */
export function mutate(source: string, first: number): Mutated {
  const { code } = transformSync(source, { loader: 'ts', target: 'es2022', format: 'esm' });
  const changes: Change[] = [];
  visit(parseAst(code) as unknown as Node, code, changes);
  const mutants = changes.map(({ start, end, to }, index) => ({
    id: first + index,
    from: code.slice(start, end),
    to,
    line: code.slice(0, start).split('\n').length,
  }));
  return { code: switched(code, changes, first), mutants };
}

/** Inner changes first: the outer one holds them in its own branch. */
function switched(code: string, changes: readonly Change[], first: number): string {
  const numbered = changes.map((change, index) => ({ ...change, id: first + index }));
  const build = (start: number, end: number, inside: typeof numbered): string => {
    const outer = inside.filter((one) => !inside.some((other) => other !== one && holds(other, one)));
    let text = '';
    let at = start;
    for (const place of [...new Map(outer.map((one) => [`${one.start}-${one.end}`, one])).values()].sort(
      (a, b) => a.start - b.start,
    )) {
      const same = inside.filter((one) => one.start === place.start && one.end === place.end);
      const inner = inside.filter((one) => holds(place, one) && !same.includes(one));
      const original = build(place.start, place.end, inner);
      const choices = same.map(({ id, to }) => `globalThis.__mutant === ${id} ? (${to}) : `).join('');
      text += `${code.slice(at, place.start)}(${choices}(${original}))`;
      at = place.end;
    }
    return text + code.slice(at, end);
  };
  return build(0, code.length, numbered);
}

function holds(outer: Change, inner: Change): boolean {
  return outer.start <= inner.start && inner.end <= outer.end && outer.end - outer.start > inner.end - inner.start;
}

function visit(node: Node, code: string, changes: Change[], parent?: Node, field?: string): void {
  const text = (part: unknown) => code.slice((part as Node).start, (part as Node).end);
  const put = (to: string) => changes.push({ start: node.start, end: node.end, to });
  if (node.type === 'ImportDeclaration' || node.type === 'ExportAllDeclaration') return;
  if (node.type === 'Literal' && isValue(parent, field)) {
    if (typeof node.value === 'string') put(node.value === '' ? '"mutant"' : '""');
    else if (typeof node.value === 'number') put(`${node.value} + 1`);
    else if (typeof node.value === 'boolean') put(String(!node.value));
  } else if (node.type === 'TemplateLiteral' && parent?.type !== 'TaggedTemplateExpression') put('""');
  else if (node.type === 'BinaryExpression' || node.type === 'LogicalExpression') {
    const other = SWAPPED.get(String(node.operator));
    if (other !== undefined) put(`(${text(node.left)}) ${other} (${text(node.right)})`);
  } else if (node.type === 'UnaryExpression' && node.operator === '!') put(text(node.argument));
  else if (node.type === 'IfStatement' || node.type === 'ConditionalExpression') {
    const { start, end } = node.test as Node;
    changes.push({ start, end, to: 'true' }, { start, end, to: 'false' });
  } else if (node.type === 'CallExpression') call(node, text, put);
  for (const [name, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child === 'object' && child !== null && 'type' in child)
        visit(child as Node, code, changes, node, name);
    }
  }
}

/** What lists are asked. */
function call(node: Node, text: (part: unknown) => string, put: (to: string) => void): void {
  const callee = node.callee as Node;
  if (callee.type !== 'MemberExpression' || callee.computed === true || callee.optional === true) return;
  const name = text(callee.property);
  if (name === 'filter' || name === 'sort') put(text(callee.object));
  const other = name === 'some' ? 'every' : name === 'every' ? 'some' : undefined;
  const rest = (node.arguments as Node[]).map(text).join(', ');
  if (other) put(`${text(callee.object)}.${other}(${rest})`);
}

/** Keys of objects, names of classes' fields and the like are no values. */
function isValue(parent: Node | undefined, field: string | undefined): boolean {
  if (!parent || parent.type === 'ExpressionStatement') return false;
  return !(field === 'key' || parent.type === 'ImportExpression' || parent.type === 'TemplateElement');
}
