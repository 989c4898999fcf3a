// SPDX-License-Identifier: MIT
// The grammar for tests: loaded once, and ASTs printed so that a test can show them.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Ast, Item } from '#syntax/ast.ts';
import { loadGrammar } from '#syntax/parser.ts';

function bytes(path: string): Uint8Array {
  return readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)));
}

export const GRAMMAR_FOLDER = fileURLToPath(new URL('../../grammars/devicetree', import.meta.url));

export const grammar = await loadGrammar({
  runtime: bytes('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
  grammar: bytes('grammars/devicetree/tree-sitter-devicetree.wasm'),
});

/** One line for each item, indented as it nests: `node uart@0`, `property reg = <0>`. */
export function outline(items: readonly Item[], indent = ''): string[] {
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'node':
        return [`${indent}${item.headText} {${item.closed ? '' : ' (open)'}`, ...outline(item.body, `${indent}  `)];
      case 'property':
        return [`${indent}${item.headText}${item.valueText === undefined ? '' : ` = ${item.valueText}`}`];
      case 'conditional':
        return item.branches.flatMap((branch) => [
          `${indent}#${branch.keyword} ${branch.conditionText}`.trimEnd(),
          ...outline(branch.body, `${indent}  `),
        ]);
      case 'include':
        return [`${indent}${item.kind} ${item.style} ${item.pathText}`];
      case 'define':
      case 'undef':
        return [`${indent}${item.kind} ${item.restText}`];
      case 'delete-node':
      case 'delete-property':
      case 'omit-if-no-ref':
        return [`${indent}${item.kind} ${item.targetText}`];
      default:
        return [`${indent}${item.kind}: ${item.text}`];
    }
  });
}

/** The path of each node and property, in order: `/soc/uart@0`, `/soc/uart@0:reg`. */
export function paths(items: readonly Item[], parent = ''): string[] {
  return items.flatMap((item) => {
    if (item.kind === 'conditional') return item.branches.flatMap((branch) => paths(branch.body, parent));
    if (item.kind === 'property') return [`${parent}:${item.headText}`];
    if (item.kind !== 'node') return [`${parent}:(${item.kind})`];
    const name = item.headText.replace(/^\/$/, '');
    const path = parent === '' ? name : `${parent}/${name}`;
    return [path || '/', ...paths(item.body, path)];
  });
}

/** `text at the place: message` for each error. */
export function messages(ast: Ast): string[] {
  return ast.errors.map((error) => error.message);
}
