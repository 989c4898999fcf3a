// SPDX-License-Identifier: MIT
// Rules about the names that Xen's grant DMA had before it became an IOMMU, and the way to the present binding.
import type { TextEdit } from '#base/text.ts';
import { compatibles, isAvailable, isLive, lastSet, u32 } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { addLabel, addNode, cellText, freeLabel, insertAfter, replaceProperty } from './edits.ts';
import { board, GRANT_DMA } from './example.ts';
import { isPciHost } from './id-map.ts';
import type { Finding, Fix, Rule, RuleContext } from './rule.ts';

const SOURCE =
  'Linux 5.19 drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid; Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml (the older names are in no release)';

const FIX_TITLE = 'Convert to `iommus` with `xen,grant-dma`';

/** Domain IDs from here on are reserved (xen/include/public/xen.h:DOMID_FIRST_RESERVED). */
const FIRST_RESERVED_DOMID = 0x7ff0;

interface Legacy {
  readonly id: string;
  readonly property: 'xen,backend-domid' | 'xen,dev-domid';
  readonly history: string;
}

function legacyRule({ id, property, history }: Legacy): Rule {
  const device = (binding: string): string => `virtio { compatible = "virtio,mmio"; ${binding} };`;
  return {
    id,
    severity: 'warning',
    title: `\`${property}\` instead of \`iommus\``,
    properties: [property],
    knows: 'node',
    doc: `${history} No release of Linux reads it: the device does ordinary virtio, and its backend
must be able to map all memory of the guest. Since Linux 5.19 the backend's domain is the cell of an \`iommus\` entry that
names a \`xen,grant-dma\` node. The quick fix writes that. Zephyr does read \`xen,backend-domid\`; its trees are not reported.`,
    source: SOURCE,
    example: {
      bad: board(device(`${property} = <1>;`)),
      good: board(GRANT_DMA, device('iommus = <&xen_iommu 1>; dma-coherent;')),
    },
    *check(context, node) {
      const found = node.properties.get(property);
      if (found) yield legacyFinding(context, node, found);
    },
    fix: (context, node) => {
      const found = node.properties.get(property);
      return found && migrate(context, node, found);
    },
  };
}

function legacyFinding(context: RuleContext, node: DtNode, property: DtProperty): Finding {
  const refusal = refusalOf(node, property);
  const start = `No Linux reads \`${property.name}\`, so this device gets no grant DMA`;
  const span = lastSet(property).name;
  if (refusal) return { message: `${start}; ${refusal}.`, span, tag: 'deprecated' };
  const edits = migrate(context, node, property);
  const message = `${start}; since 5.19 it is \`iommus = <&xen_iommu ${u32(property)}>\`.`;
  return { message, span, tag: 'deprecated', ...(edits && { fix: FIX_TITLE }) };
}

/** Why no repair is certain to be right, in words; `undefined` when one is. */
function refusalOf(node: DtNode, property: DtProperty): string | undefined {
  const bytes = property.value.bytes.length;
  if (bytes !== 4 || property.value.data[0]?.kind !== 'cell')
    return 'its value is not one cell, so the domain is not clear';
  if (property.value.references.length > 0) return 'its value is a reference and not a domain ID';
  const domid = u32(property) ?? 0;
  if (domid >= FIRST_RESERVED_DOMID) return `\`${domid}\` is no domain ID, which ends at 0x7fef`;
  if (isPciHost(node)) return 'on a PCI host bridge the backend of each function is an entry of `iommu-map`';
  if (node.properties.has('iommus')) return 'the device already has `iommus`, and only one of the two can be right';
  return undefined;
}

function migrate(context: RuleContext, node: DtNode, property: DtProperty): Fix | undefined {
  if (refusalOf(node, property)) return undefined;
  const provider = grantProvider(context, property);
  if (!provider) return undefined;
  const datum = property.value.data[0];
  const source = context.text(lastSet(property).span.file);
  const written = datum ? source.slice(datum.span.start, datum.span.end) : '';
  const cell = /^[\w()]+$/.test(written) ? written : cellText(u32(property) ?? 0, written);
  const edits: TextEdit[] = [...provider.edits];
  const iommus = { name: 'iommus', value: `<&${provider.label} ${cell}>` };
  edits.push(replaceProperty(context.text, property, iommus));
  if (!node.properties.has('dma-coherent') && compatibles(node).includes('virtio,mmio')) {
    edits.push(insertAfter(context.text, property, { name: 'dma-coherent' }));
  }
  return { title: FIX_TITLE, edits };
}

interface Provider {
  readonly label: string;
  readonly edits: readonly TextEdit[];
}

/** The grant node that the tree has, with a label if it has none; else a new one at the root. */
function grantProvider(context: RuleContext, property: DtProperty): Provider | undefined {
  const { tree } = context;
  const existing = [...tree.root.children.values()].find(
    (node) => compatibles(node).includes('xen,grant-dma') && isLive(node) && isAvailable(node),
  );
  const label = freeLabel(tree.labels, 'xen_iommu');
  if (existing) {
    if (u32(existing.properties.get('#iommu-cells')) !== 1) return undefined;
    const known = existing.labels[0]?.name;
    if (known !== undefined) return { label: known, edits: [] };
    const edit = addLabel(existing, label);
    return edit && { label, edits: [edit] };
  }
  const { file } = lastSet(property).span;
  const blocks = tree.root.origins.filter((origin) => origin.kind === 'open');
  const block = blocks.find((origin) => origin.span.file === file) ?? blocks[0];
  const edit =
    block &&
    addNode(context.text, block, `${label}: xen-iommu`, ['compatible = "xen,grant-dma";', '#iommu-cells = <1>;']);
  return edit && { label, edits: [edit] };
}

export const XEN_GRANT_RULES: readonly Rule[] = [
  legacyRule({
    id: 'xen-backend-domid-legacy',
    property: 'xen,backend-domid',
    history: 'This name was proposed in May 2022 for the domain that serves a virtio device.',
  }),
  legacyRule({
    id: 'xen-dev-domid-legacy',
    property: 'xen,dev-domid',
    history: 'This name stood in the first patch series of April and May 2022 for Xen grants with virtio.',
  }),
];
