// SPDX-License-Identifier: MIT
// How a finding carries its repair: the title at once, the edits when somebody asks for them.
import type { Repair } from '#base/problem.ts';
import type { TextEdit } from '#base/text.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { enable, removeProperty, replaceValue } from './edits.ts';

/** A repair whose edits are worked out when it is chosen; `undefined` or none: the text leaves no certain place for it. */
export function repair(title: string, plan: () => TextEdit | readonly TextEdit[] | undefined): Repair {
  return {
    title,
    plan: () => {
      const edits = plan();
      return edits === undefined || 'length' in edits ? edits : [edits];
    },
  };
}

/** A repair that had to be planned to know whether there is one. */
export function planned(title: string, edits: readonly TextEdit[]): Repair {
  return { title, plan: () => edits };
}

/** Deletes every statement that sets the property. */
export function deletion({ text }: Pick<RuleContext, 'text'>, property: DtProperty): Repair {
  return repair(`Delete \`${property.name}\``, () => removeProperty(text, property));
}

/** Sets `#iommu-cells`, which the node has with another value. */
export function setCells({ text }: Pick<RuleContext, 'text'>, property: DtProperty, count: number): Repair {
  return repair(`Set \`${property.name} = <${count}>\``, () => replaceValue(text, property, `<${count}>`));
}

/** Sets `status = "okay"` on a node that has a status. */
export function enabling(board: Pick<RuleContext, 'tree' | 'text'>, node: DtNode): Repair {
  return repair(`Enable \`${pathOf(node)}\``, () => enable(board, node));
}
