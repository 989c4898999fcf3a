// SPDX-License-Identifier: MIT
// A resolved tree from a few lines of source, for tests below the rules.
import { nodeByPath } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { evaluateText } from './evaluate.ts';

/** The tree of `/dts-v1/;` and this text, as the board at `path`. A problem in the text is the test's mistake. */
export function treeOf(text: string, path = '/board.dts'): DeviceTree {
  const { tree } = evaluateText(`//- ${path}\n/dts-v1/;\n${text}`);
  const [problem] = tree.problems;
  if (problem) throw new Error(`${problem.rule}: ${problem.message}`);
  return tree;
}

/** The node at a path that the test knows to exist. */
export function nodeAt(tree: DeviceTree, path: string): DtNode {
  const node = nodeByPath(tree, path);
  if (!node) throw new Error(`no node ${path}`);
  return node;
}
