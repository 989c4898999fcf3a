// SPDX-License-Identifier: MIT
// Is there an entry for each name of a `…-names` list?
import { replaceValue } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import { ALL_PLATFORMS, type Rule } from '#rules/engine/rule.ts';
import { cells, cellTarget, lastSet, strings, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

/** The lists that names belong to, and the property with the cells of an entry. */
const LISTS: ReadonlyMap<string, readonly [property: string, cells: string]> = new Map([
  ['clock-names', ['clocks', '#clock-cells']],
  ['reset-names', ['resets', '#reset-cells']],
  ['power-domain-names', ['power-domains', '#power-domain-cells']],
  ['phy-names', ['phys', '#phy-cells']],
  ['dma-names', ['dmas', '#dma-cells']],
  ['mbox-names', ['mboxes', '#mbox-cells']],
  ['pwm-names', ['pwms', '#pwm-cells']],
  ['io-channel-names', ['io-channels', '#io-channel-cells']],
  ['reg-names', ['reg', '']],
  ['interrupt-names', ['interrupts', '#interrupt-cells']],
]);

/** How many entries the list has; `undefined` where that is not certain. */
function entriesOf(tree: DeviceTree, node: DtNode, property: string, cellsName: string): number | undefined {
  const list = node.properties.get(property);
  if (!list) return property === 'interrupts' ? extendedInterrupts(tree, node) : 0;
  if (property === 'reg') return regEntries(node);
  if (property === 'interrupts') return node.properties.has('interrupts-extended') ? undefined : interrupts(tree, node);
  const { entries, stop, ragged } = specifiers(tree, list, cellsName);
  return stop || ragged > 0 ? undefined : entries.length;
}

function regEntries(node: DtNode): number | undefined {
  const length = node.properties.get('reg')?.value.bytes.length ?? 0;
  const address = u32(node.parent?.properties.get('#address-cells')) ?? 2;
  const size = u32(node.parent?.properties.get('#size-cells')) ?? 1;
  const entry = (address + size) * 4;
  return entry > 0 && length % entry === 0 ? length / entry : undefined;
}

function extendedInterrupts(tree: DeviceTree, node: DtNode): number | undefined {
  const extended = node.properties.get('interrupts-extended');
  if (!extended) return 0;
  const { entries, stop, ragged } = specifiers(tree, extended, '#interrupt-cells');
  return stop || ragged > 0 ? undefined : entries.length;
}

function interrupts(tree: DeviceTree, node: DtNode): number | undefined {
  const length = node.properties.get('interrupts')?.value.bytes.length ?? 0;
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    const [cell] = cells(tree, at.properties.get('interrupt-parent'));
    const controller = at !== node && at.properties.has('#interrupt-cells') ? at : cell && cellTarget(tree, cell);
    if (cell && !controller) return undefined;
    if (!controller) continue;
    const count = u32(controller.properties.get('#interrupt-cells'));
    return count && length % (count * 4) === 0 ? length / (count * 4) : undefined;
  }
  return undefined;
}

const namesWithoutEntry: Rule = {
  id: 'names-without-entry',
  severity: 'warning',
  platforms: ALL_PLATFORMS,
  fixable: true,
  judgement: true,
  needs: ['iommu-clock-names-unmatched'],
  title: '`…-names` with more names than the list has entries',
  doc: `A driver asks for a clock, a reset or a register region by its name; Linux looks for the name in \`…-names\`, and takes the
entry of the list at the same place. Where the list ends before, it has none: the driver fails to probe, or goes on without.
Add the entry, or delete the name.`,
  source: 'Linux 7.3 drivers/of/property.c:of_property_match_string, drivers/of/base.c:__of_parse_phandle_with_args',
  example: {
    bad: board('clk: clock { #clock-cells = <0>; };', 'dma { clocks = <&clk>; clock-names = "bus", "core"; };'),
    good: board(
      'clk: clock { #clock-cells = <0>; };',
      'dma { clocks = <&clk>, <&clk>; clock-names = "bus", "core"; };',
    ),
  },
  properties: [...LISTS.keys()],
  *check({ tree, text }, node) {
    for (const [namesProperty, [property, cellsName]] of LISTS) {
      const list = node.properties.get(namesProperty);
      // Nearly always there is a reference for each name, and no provider has to be asked.
      const written = list?.value.data.length ?? 0;
      if (written > 0 && written <= (node.properties.get(property)?.value.references.length ?? 0)) continue;
      const names = strings(list);
      if (!list || names.length === 0) continue;
      const count = entriesOf(tree, node, property, cellsName);
      if (count === undefined || names.length <= count) continue;
      const first = names[count] ?? '';
      const { data } = list.value;
      const isWritten = data.length === names.length;
      const kept = names.slice(0, count).map((name) => `"${name}"`);
      const entries = count === 1 ? '1 entry' : `${count} entries`;
      const all = names.length === 1 ? '1 name' : `${names.length} names`;
      const message = `${property} has ${entries}, and ${namesProperty} ${all}; Linux finds nothing for "${first}".`;
      const later = node.properties.get(property);
      if (later && lastSet(later).span.file !== lastSet(list).span.file) {
        // One file took over what another one lists: it may know that the driver can do without.
        const related = [{ message: 'the names are here', span: lastSet(list).name }];
        yield { message, span: lastSet(later).name, severity: 'info', related };
        continue;
      }
      yield {
        message,
        span: (isWritten ? data[count]?.span : undefined) ?? lastSet(list).name,
        ...(isWritten &&
          count > 0 && {
            fix: repair(`Delete the names behind the ${count === 1 ? 'first' : `first ${count}`}`, () =>
              replaceValue(text, list, kept.join(', ')),
            ),
          }),
      };
    }
  },
};

const pinctrlNames: Rule = {
  id: 'pinctrl-names-without-state',
  severity: 'warning',
  platforms: ALL_PLATFORMS,
  knows: 'node',
  fixable: true,
  judgement: true,
  title: '`pinctrl-names` with more names than there are `pinctrl-N`',
  doc: `The state of a pin controller that is called by the first name is in \`pinctrl-0\`, the next in \`pinctrl-1\`, and so on.
Linux reads the properties one after the other up to the first that is absent, and never comes to the names behind it: a driver that asks
for such a state is told that there is none, and the pins stay as they are. Add the property, or delete the name.`,
  source: 'Linux 7.3 drivers/pinctrl/devicetree.c:pinctrl_dt_to_map',
  example: {
    bad: board('pins: pins { };', 'dma { pinctrl-0 = <&pins>; pinctrl-names = "default", "sleep"; };'),
    good: board(
      'pins: pins { };',
      'dma { pinctrl-0 = <&pins>; pinctrl-1 = <&pins>; pinctrl-names = "default", "sleep"; };',
    ),
  },
  properties: ['pinctrl-names'],
  *check({ text }, node) {
    const list = node.properties.get('pinctrl-names');
    const names = strings(list);
    let count = 0;
    while (node.properties.has(`pinctrl-${count}`)) count++;
    // A shared file may name the states, and leave the pins to the boards.
    if (!list || count === 0 || names.length <= count) return;
    const { data } = list.value;
    const isWritten = data.length === names.length;
    const kept = names.slice(0, count).map((name) => `"${name}"`);
    yield {
      message: `The node has no pinctrl-${count}; Linux knows no pin state "${names[count]}" of it.`,
      span: (isWritten ? data[count]?.span : undefined) ?? lastSet(list).name,
      ...(isWritten && {
        fix: repair(`Delete the names behind the ${count === 1 ? 'first' : `first ${count}`}`, () =>
          replaceValue(text, list, kept.join(', ')),
        ),
      }),
    };
  },
};

export const NAME_LIST_RULES: readonly Rule[] = [namesWithoutEntry, pinctrlNames];
