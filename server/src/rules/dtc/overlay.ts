// SPDX-License-Identifier: MIT
// What becomes of an overlay's nodes when it is applied to a board.
import type { Span } from '#base/text.ts';
import { planned } from '#rules/edits/repairs.ts';
import { ALL_PLATFORMS, type Rule } from '#rules/engine/rule.ts';
import { lostNodeText, nodesOutsideFragments } from '#tree/apply-overlays.ts';
import { nodeSpan } from '#tree/query.ts';
import type { DtNode, NodeOrigin } from '#tree/types.ts';

const outsideFragment: Rule = {
  id: 'overlay-outside-fragment',
  severity: 'warning',
  fixable: true,
  title: 'Node of an overlay that no fragment holds',
  platforms: ALL_PLATFORMS,
  scope: 'tree',
  knows: 'node',
  doc: `What is applied to a board is the \`__overlay__\` of each fragment; dtc makes one of \`&label { … }\` and of
\`&{/path} { … }\`. A node in \`/ { … }\` is in none: fdtoverlay, U-Boot and Linux leave it out without a message, and references to
it lead nowhere. A fragment that Raspberry Pi's loader switches on later has \`__dormant__\` instead, and \`metadata\` is
for tools. Write \`&{/} { … }\` to add nodes at the root of the board.`,
  source: 'libfdt 1.6.1 fdt_overlay.c:overlay_merge; Linux 6.12 drivers/of/overlay.c:init_overlay_changeset',
  example: {
    bad: '/plugin/;\n/ {\n\tclock { };\n};\n',
    good: '/plugin/;\n&{/} {\n\tclock { };\n};\n',
  },
  *check({ tree }) {
    if (!tree.plugin) return;
    for (const node of nodesOutsideFragments(tree)) {
      const block = blockOf(tree.root, node);
      yield {
        message: lostNodeText(node),
        span: nodeSpan(node),
        node,
        ...(block &&
          holdsOnlyNodes(tree.root, block) && {
            fix: planned('Add it at the root of the board, with `&{/}`', [{ span: block.name, text: '&{/}' }]),
          }),
      };
    }
  },
};

/** The `/ { … }` in which the node was first opened. */
function blockOf(root: DtNode, node: DtNode): NodeOrigin | undefined {
  return root.origins.find(({ kind, span }) => kind === 'open' && contains(span, nodeSpan(node)));
}

/** Properties of the overlay's root are read by tools, and a fragment in another would be lost. */
function holdsOnlyNodes(root: DtNode, { span }: NodeOrigin): boolean {
  const properties = [...root.properties.values()].flatMap((property) => property.origins);
  const fragments = [...root.children.values()].filter((child) => child.children.has('__overlay__')).map(nodeSpan);
  return ![...properties.map((origin) => origin.span), ...fragments].some((inner) => contains(span, inner));
}

function contains(outer: Span, inner: Span): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

export const OVERLAY_RULES: readonly Rule[] = [outsideFragment];
