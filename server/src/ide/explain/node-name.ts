// SPDX-License-Identifier: MIT
// The node that a person means by a name on a command line or in a request.
import { nodeByPath, nodeByReference, strings } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

/** A path, `&label`, a label or an alias. */
export function nodeNamed(tree: DeviceTree, name: string): DtNode | undefined {
  if (name.startsWith('/')) return nodeByPath(tree, name);
  const found = nodeByReference(tree, name.replace(/^&/, ''));
  if (found) return found;
  const alias = strings(nodeByPath(tree, '/aliases')?.properties.get(name))[0];
  return alias === undefined ? undefined : nodeByPath(tree, alias);
}
