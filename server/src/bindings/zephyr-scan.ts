// SPDX-License-Identifier: MIT
// What the index has to know of a binding in Zephyr's form, told from its lines.

export interface ZephyrScan {
  readonly title: string;
  /** With how many `child-binding` around each: 0 is the node's own. */
  readonly compatibles: readonly { readonly compatible: string; readonly depth: number }[];
}

/** Of one binding. */
const MAX_COMPATIBLES = 20;
const COMPATIBLE = /^( *)compatible:[ \t]*["']?([\w][\w,.+-]*)["']?[ \t]*(?:#.*)?$/;
const CHILD = /^( *)child-binding:[ \t]*(?:#.*)?$/;

/** `undefined` for what has none of the keys of a binding at its top. */
export function scanZephyr(text: string): ZephyrScan | undefined {
  if (!/^(?:compatible|properties|include|child-binding|description|title):/m.test(text)) return undefined;
  const compatibles: { compatible: string; depth: number }[] = [];
  const children: number[] = [];
  for (const line of text.split('\n')) {
    const indent = CHILD.exec(line)?.[1]?.length;
    if (indent !== undefined) {
      while ((children.at(-1) ?? -1) >= indent) children.pop();
      children.push(indent);
    }
    const match = COMPATIBLE.exec(line);
    if (!match || compatibles.length >= MAX_COMPATIBLES) continue;
    const depth = children.filter((each) => each < (match[1] ?? '').length).length;
    // A copy of its own: a piece of the text would keep the whole text.
    if (depth > 0 || match[1] === '') compatibles.push({ compatible: [...(match[2] ?? '')].join(''), depth });
  }
  return { title: titleOf(text), compatibles };
}

/** `title` (since Zephyr 4.2), else how the description begins. */
function titleOf(text: string): string {
  const lines = /^(?:title|description):.*(?:\n(?:[ \t]+.*)?)*/m.exec(text)?.[0] ?? '';
  const title = /^title:(.*)/.exec(lines)?.[1] ?? /^title:(.*)/m.exec(text)?.[1];
  const said = (title ?? lines.replace(/^description:/, '')).replace(/^[ \t]*[|>][-+]?\d?[ \t]*(?=\n|$)/, '').trim();
  const [first = ''] = said.split(/\n[ \t]*\n|\.(?:\s|$)/);
  const plain = first.replace(/\s+/g, ' ').replace(/^(["'])(.*)\1$/, '$2');
  return [...plain.slice(0, 120)].join('');
}
