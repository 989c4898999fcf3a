// SPDX-License-Identifier: MIT
// What the former property of one device says: which domain it names, whether grants fit the device, and its coherence.
import type { Span, TextEdit } from '#base/text.ts';
import { coherence } from '#model/addresses/coherence.ts';
import { machineOf } from '#model/platform/machine.ts';
import { indentAt, lineEnd } from '#rules/edits/edits.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { compatibles, u32 } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { hostOf } from './grant-dma-pci.ts';

const LEGACY_NAMES = ['xen,backend-domid', 'xen,dev-domid'] as const;

/** Domain IDs from here on are reserved (xen/include/public/xen.h:DOMID_FIRST_RESERVED). */
const FIRST_RESERVED_DOMID = 0x7ff0;

/** Why the value names no domain. */
export function valueRefusal({ value }: DtProperty): string | undefined {
  const { bytes, data, references } = value;
  const [datum] = data;
  if (bytes.length === 0) return 'it has no value, so the domain is not known';
  if (references.length > 0) return 'its value is a reference and not a domain ID';
  if (data.some(({ kind }) => kind !== 'cell')) return 'its value is not one cell, so the domain is not clear';
  if (data.length === 1 && datum?.length !== 4)
    return `its value has ${(datum?.length ?? 0) * 8} bits, and a cell has 32`;
  if (data.length > 1 && bytes.length === data.length * 4)
    return `it has ${data.length} cells, and a device has one backend`;
  if (bytes.length !== 4 || data.length !== 1) return 'its value is not one cell, so the domain is not clear';
  const domid = cellValue(bytes);
  return domid < FIRST_RESERVED_DOMID ? undefined : `\`${domid}\` is not a domain ID, which ends at 0x7fef`;
}

function cellValue(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Why this node has no backend that Linux would use. */
export function deviceRefusal(node: DtNode, property: DtProperty): string | undefined {
  for (const name of LEGACY_NAMES) {
    const other = node.properties.get(name);
    if (other && u32(other) !== u32(property))
      return `\`${name}\` says domain ${u32(other)}, and only one can be right`;
  }
  if (isPciHost(node)) return 'on a PCI host bridge the backend of each function is an entry of `iommu-map`';
  const names = compatibles(node);
  if (hostOf(node)) return undefined;
  if (names.some((name) => /^pci[\da-f]+,/.test(name)))
    return 'the PCI host bridge, which needs `iommu-map`, is in another tree';
  if (names.length > 0 && !names.some((name) => name.startsWith('virtio,'))) {
    return 'only virtio devices use grants, and this is none';
  }
  return undefined;
}

/** virtio,mmio.yaml and libxl: a device whose backend is another domain sees the same caches. */
export function wantsCoherent(context: RuleContext, node: DtNode): boolean {
  const { tree, platform } = context;
  const names = compatibles(node);
  // An overlay need not say what its target is; that it had the property says that it is a virtio device.
  if (!names.includes('virtio,mmio') && !(tree.plugin && names.length === 0)) return false;
  if (node.properties.has('dma-noncoherent') || node.properties.has('dma-coherent')) return false;
  for (let at = node.parent; at; at = at.parent) {
    if (at.properties.has('dma-coherent')) return !coherence(machineOf(tree, platform), node).coherent;
  }
  return true;
}

/** Behind the statement: on its line where the node is written on one line, else on the next. */
export function coherentAfter(source: string, span: Span): TextEdit {
  const lineStart = source.lastIndexOf('\n', span.start - 1) + 1;
  const alone = source.slice(lineStart, span.start).trim() === '';
  const tail = /^[ \t]*(\/\/[^\n\r]*|\/\*[^\n]*?\*\/)?[ \t]*(?=\r?\n)/.exec(source.slice(span.end))?.[0].length ?? 0;
  const at = alone ? span.end + tail : span.end;
  const text = alone ? `${lineEnd(source)}${indentAt(source, span.start)}dma-coherent;` : ' dma-coherent;';
  return { span: { file: span.file, start: at, end: at }, text };
}
