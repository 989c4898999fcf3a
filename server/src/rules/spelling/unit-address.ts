// SPDX-License-Identifier: MIT
// Does a node lie where its name says?
import type { TextEdit } from '#base/text.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board32 } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { baseName, nodeSpan, readU32, strings, u32, unitAddress } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

/** What the first entry of `reg` says; `undefined` where its cells mean more than an address. */
function firstAddress(node: DtNode): bigint | undefined {
  return addresses(node)[0];
}

/** Where the entries of `reg` begin; empty where the bus writes addresses in a way of its own. */
function addresses(node: DtNode): bigint[] {
  const bytes = node.properties.get('reg')?.value.bytes;
  const parent = node.parent;
  const count = u32(parent?.properties.get('#address-cells'));
  if (!bytes || !parent || count === undefined || count < 1 || count > 2) return [];
  // Of an I2C device the high bits are flags; PCI has three cells.
  if (/^(?:i2c|i3c)/.test(baseName(parent)) || strings(parent.properties.get('device_type'))[0] === 'pci') return [];
  const entry = (count + Math.min(u32(parent.properties.get('#size-cells')) ?? 1, 2)) * 4;
  // Cells that make no whole entries say no address: that is the mistake to tell of.
  if (bytes.length % entry !== 0) return [];
  const found: bigint[] = [];
  for (let at = 0; at + count * 4 <= bytes.length && found.length < MAX_ENTRIES; at += entry) {
    const high = count === 2 ? BigInt(readU32(bytes, at)) << 32n : 0n;
    found.push(high | BigInt(readU32(bytes, at + (count - 1) * 4)));
  }
  return found;
}

/** More than any device has. */
const MAX_ENTRIES = 64;

const unitAddressDiffers: Rule = {
  id: 'unit-address-differs',
  // Dozens of boards of Linux have one that works all the same.
  severity: 'hint',
  // In the trees for Xen's domains and with `xen,reg`, a node may have another address than its device.
  platforms: ['linux', 'kvm', 'xen-dom0'],
  sees: 'node',
  title: 'Unit address that is not the first address of `reg`',
  doc: `What follows the \`@\` of a node is the first address in its \`reg\`, in hexadecimal. Linux goes by \`reg\`, and names
the device by it; people, aliases, overlays and scripts go by the name. One of the two is wrong: often a node was copied and
only one of them changed: where another node has the same address in \`reg\`, it is a warning. Where the name has the address of
another entry of \`reg\`, it is a hint. Correct the one that is wrong.`,
  source: 'Devicetree Specification 0.4, 2.2.1; Linux 7.3 drivers/of/device.c:of_device_make_bus_id',
  example: {
    bad: board32('dma@2000 { reg = <0x1000 0x100>; };'),
    good: board32('dma@1000 { reg = <0x1000 0x100>; };'),
  },
  properties: ['reg'],
  *check(context, node) {
    const unit = unitAddress(node);
    if (unit === undefined || !/^(?:0x)?[0-9a-fA-F]{1,16}$/.test(unit)) return;
    const address = firstAddress(node);
    const named = BigInt(`0x${unit.replace(/^0x/, '')}`);
    if (address === undefined || address === named) return;
    const name = `${baseName(node)}@${address.toString(16)}`;
    // The name of another entry of its own is chosen (rk3588's PCIe has two modes, in two nodes), not left over.
    const others = addresses(node).includes(named) ? [] : [...(node.parent?.children.values() ?? [])];
    const other = others.find((each) => each !== node && firstAddress(each) === address);
    const renaming = rename(context, node, name);
    const place = placing(context, node, named);
    yield {
      message: `${node.name} is at 0x${address.toString(16)} by its reg; Linux goes by reg, not by the name.`,
      span: nodeSpan(node),
      ...(other && {
        severity: 'warning' as const,
        related: [{ message: `${other.name} is there, too`, span: nodeSpan(other) }],
      }),
      choices: [
        ...(renaming.length > 0 ? [repair(`Change the name to ${name}`, () => renaming)] : []),
        ...(place ? [repair(`Change the address in reg to 0x${named.toString(16)}`, () => place)] : []),
      ],
    };
  },
};

/** At every place that opens the node by its name; none where a macro or another block has a part in it. */
function rename({ text }: RuleContext, node: DtNode, name: string): TextEdit[] {
  return node.origins.flatMap(({ name: span }) => {
    const own = text(span.file).slice(span.start, span.end);
    return own === node.name ? [{ span, text: name }] : [];
  });
}

/** The low cell of the address, where it is written as a number and the high one need not change. */
function placing({ text }: RuleContext, node: DtNode, address: bigint): TextEdit | undefined {
  const property = node.properties.get('reg');
  const count = u32(node.parent?.properties.get('#address-cells')) ?? 0;
  const cell = property?.value.data[count - 1];
  if (!property || !cell || cell.kind !== 'cell') return undefined;
  if (count === 2 && BigInt(readU32(property.value.bytes, 0)) !== address >> 32n) return undefined;
  const written = text(cell.span.file).slice(cell.span.start, cell.span.end);
  return /^\w+$/.test(written) && /^\d/.test(written)
    ? { span: cell.span, text: `0x${(address & 0xffffffffn).toString(16)}` }
    : undefined;
}

export const UNIT_ADDRESS_SPELLING_RULES: readonly Rule[] = [unitAddressDiffers];
