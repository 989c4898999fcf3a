// SPDX-License-Identifier: MIT
// Rules about the frame of a partial device tree: what Xen copies from it into a guest's tree, and what it leaves out.
import { isSince } from '#model/platform/xen-build.ts';
import { insertProperty } from '#rules/edits/edits.ts';
import { deletion, repair } from '#rules/edits/repairs.ts';
import { board } from '#rules/engine/example.ts';
import type { Finding, PlatformKind, Rule, RuleContext } from '#rules/engine/rule.ts';
import { compatibles, lastSet, nodeByReference, nodeSpan, pathOf, u32, walk } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { named, xen } from './release.ts';

const MODULE = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:domain_handle_dtb_boot_module';
const TEXT = 'docs/misc/arm/device-tree/passthrough.txt';

/** A partial tree describes a guest; it is recognised by what is in `/passthrough`. */
export const XEN_GUEST: readonly PlatformKind[] = ['xen-domu'];
const GUEST = { kind: 'xen-domu' } as const;

const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const BUS = `compatible = "simple-bus"; ranges; ${CELLS}`;
const CONTROLLER = 'gic: gic { #interrupt-cells = <3>; interrupt-controller; };';

/** What a device of {@link partial} has besides what an example is about. */
export const MMIO =
  'compatible = "vendor,uart"; reg = <0x0 0xff000000 0x0 0x1000>; xen,path = "/soc/serial@ff000000"; xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0xff000000>;';

/** A partial device tree with one device. */
export function partial(device: string, outside = ''): string {
  const passthrough = `passthrough { ${BUS} serial@ff000000 { ${device} }; };`;
  return board(CELLS, CONTROLLER, passthrough, ...(outside === '' ? [] : [outside]));
}

const GOOD = partial(`${MMIO} interrupt-parent = <&gic>; interrupts = <0 21 4>;`);

/** The properties that Xen consumes; without one of them a tree is none for dom0less. */
export const CONSUMED = ['xen,path', 'xen,reg', 'xen,force-assign-without-iommu'] as const;

/** True for `/passthrough` and all below it. */
export function isPassedThrough({ tree }: RuleContext, node: DtNode): boolean {
  const frame = tree.root.children.get('passthrough');
  for (let at: DtNode | undefined = node; at; at = at.parent) if (at === frame) return true;
  return false;
}

/** True when the tree is a partial one that Xen itself reads, not the toolstack. */
function isForXen(context: RuleContext): boolean {
  // A finished guest tree: the toolstack copies these properties as they are.
  if (context.tree.root.children.has('hypervisor')) return false;
  // A project that links it to a host says so.
  if (context.platform.xen) return true;
  return CONSUMED.some((name) => context.nodesWith(name).some((node) => isPassedThrough(context, node)));
}

const busProps: Rule = {
  id: 'xen-partial-bus-props',
  severity: 'warning',
  title: '`/passthrough` that is not a bus for the guest',
  scope: 'tree',
  properties: CONSUMED,
  platforms: XEN_GUEST,
  knows: 'all',
  doc: `The guest finds the devices in \`/passthrough\` only when it is a bus for it: \`compatible = "simple-bus"\`, \`ranges\`,
\`#address-cells\` and \`#size-cells\`. Xen copies the node and checks nothing. Add what is missing.`,
  source: `Xen 4.22 ${TEXT}`,
  example: {
    bad: GOOD.replace('compatible = "simple-bus"; ranges;', 'compatible = "simple-bus";'),
    good: GOOD,
    platform: GUEST,
  },
  *check(context) {
    const node = context.tree.root.children.get('passthrough');
    if (!node || !isForXen(context)) return;
    const missing = [
      ...(compatibles(node).includes('simple-bus') ? [] : ['`compatible = "simple-bus"`']),
      ...['ranges', '#address-cells', '#size-cells']
        .filter((name) => !node.properties.has(name))
        .map((name) => `\`${name}\``),
    ];
    if (missing.length === 0) return;
    yield {
      message: `\`/passthrough\` lacks ${missing.join(', ')}, so the guest makes no devices of what is in it.`,
      span: nodeSpan(node),
      node,
    };
  },
};

const iommus: Rule = {
  id: 'xen-partial-iommus',
  severity: 'warning',
  fixable: true,
  title: '`iommus` in a partial device tree',
  properties: ['iommus', 'iommu-map'],
  platforms: XEN_GUEST,
  needs: ['iommus-bad-phandle'],
  doc: `Xen takes the IOMMU of an assigned device from the host's tree and copies the partial tree as it is. The guest then sees
\`iommus\` to an IOMMU that it does not have. Only a \`xen,grant-dma\` node inside \`/passthrough\` makes sense. Delete the property.`,
  source: `Xen 4.22 xen/common/device-tree/dom0less-build.c:scan_pfdt_node; ${TEXT}`,
  example: {
    bad: partial(`${MMIO} iommus = <&smmu 4>;`, 'smmu: smmu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };'),
    good: GOOD,
    platform: GUEST,
  },
  *check(context, node) {
    const property = node.properties.get('iommus') ?? node.properties.get('iommu-map');
    if (!property || !isPassedThrough(context, node) || !isForXen(context)) return;
    const [first] = specifiers(context.tree, node.properties.get('iommus'), '#iommu-cells').entries;
    if (first && compatibles(first.provider).includes('xen,grant-dma')) return;
    yield {
      message: `Xen uses \`iommus\` of the host's tree and copies this \`${property.name}\` to a guest without that IOMMU.`,
      span: lastSet(property).name,
      fix: deletion(context, property),
    };
  },
};

/** Whether Xen copies the node, or, for `/gic`, gives its phandle to its own controller. */
function isCopied(context: RuleContext, node: DtNode): boolean {
  const { children } = context.tree.root;
  if (isPassedThrough(context, node)) return true;
  // dt_node_cmp does not tell upper case from lower case.
  return children.get(node.name) === node && ['gic', 'aliases'].includes(node.name.toLowerCase());
}

const dangling: Rule = {
  id: 'xen-partial-dangling',
  severity: 'error',
  title: 'Reference from `/passthrough` to a node that Xen leaves out',
  scope: 'tree',
  properties: CONSUMED,
  platforms: XEN_GUEST,
  knows: 'all',
  doc: `Of the root's children Xen reads only \`gic\`, \`aliases\` and \`passthrough\`. A phandle of any other node leads nowhere in the guest,
and the device's driver fails or waits. Move the provider into \`/passthrough\`.`,
  source: MODULE,
  example: {
    bad: partial(`${MMIO} clocks = <&clk>;`, 'clk: clock { compatible = "fixed-clock"; #clock-cells = <0>; };'),
    good: GOOD,
    platform: GUEST,
  },
  *check(context) {
    const frame = context.tree.root.children.get('passthrough');
    if (!frame || !isForXen(context)) return;
    for (const node of walk(frame)) {
      for (const property of node.properties.values()) {
        if (['interrupt-parent', 'iommus', 'iommu-map'].includes(property.name)) continue;
        for (const reference of property.value.references) {
          const target = nodeByReference(context.tree, reference.ref);
          if (reference.kind !== 'phandle' || !target || isCopied(context, target)) continue;
          yield {
            message: `Xen does not copy \`${pathOf(target)}\`, so \`${property.name}\` leads nowhere in the guest.`,
            span: reference.span,
            node,
          };
        }
      }
    }
  },
};

const gicName: Rule = {
  id: 'xen-partial-gic-name',
  severity: 'error',
  title: 'Interrupt controller of a partial device tree that is not called `gic`',
  properties: ['interrupt-parent'],
  platforms: XEN_GUEST,
  doc: `Xen makes the guest's interrupt controller itself and gives it the phandle of the root's child with the name \`gic\` (in upper or lower case).
A controller with another name (also \`gic@…\`) is dropped, and \`interrupt-parent\` leads nowhere. Rename the node.`,
  source: 'Xen 4.22 xen/common/device-tree/dom0less-build.c:domain_handle_dtb_boot_module, init_intc_phandle',
  example: { bad: GOOD.replace('gic: gic {', 'gic: interrupt-controller {'), good: GOOD, platform: GUEST },
  *check(context, node) {
    const property = node.properties.get('interrupt-parent');
    const [reference] = property?.value.references ?? [];
    if (!property || !reference || !isPassedThrough(context, node) || !isForXen(context)) return;
    const target = nodeByReference(context.tree, reference.ref);
    if (!target || isCopied(context, target)) return;
    yield {
      message: `Xen recognises only \`/gic\` and drops \`${pathOf(target)}\`, so the guest has no such interrupt controller.`,
      span: reference.span,
    };
  },
};

const interruptParent: Rule = {
  id: 'xen-partial-interrupt-parent',
  severity: 'error',
  fixable: true,
  title: 'Device of a partial device tree without `interrupt-parent`',
  properties: ['interrupts'],
  platforms: XEN_GUEST,
  knows: 'all',
  doc: `The root that Xen writes has no \`interrupt-parent\`, and that of the partial tree's own root is not copied. \`interrupts\` in
\`/passthrough\` then belong to no controller, and the guest's driver gets none. Add \`interrupt-parent = <&gic>\` to the device
or to \`/passthrough\`.`,
  source: `Xen 4.22 xen/common/device-tree/dom0less-build.c:prepare_dtb_domU; ${TEXT}`,
  example: { bad: partial(`${MMIO} interrupts = <0 21 4>;`), good: GOOD, platform: GUEST },
  *check(context, node) {
    const frame = context.tree.root.children.get('passthrough');
    if (!isPassedThrough(context, node) || !isForXen(context)) return;
    for (let at: DtNode | undefined = node; at && at !== frame?.parent; at = at.parent) {
      const isController = at !== node && (at.properties.has('#interrupt-cells') || at.properties.has('interrupt-map'));
      if (at.properties.has('interrupt-parent') || isController) return;
    }
    const label = context.tree.root.children.get('gic')?.labels[0]?.name;
    yield {
      message:
        'Nothing up to `/passthrough` has an `interrupt-parent`, and Xen gives the guest no other: `interrupts` have no controller.',
      span: nodeSpan(node),
      ...(label !== undefined && {
        fix: repair(`Add \`interrupt-parent = <&${label}>\``, () =>
          insertProperty(context.text, node, { name: 'interrupt-parent', value: `<&${label}>` }),
        ),
      }),
    };
  },
};

/** xen/include/public/device_tree_defs.h:GUEST_PHANDLE_GIC, GUEST_PHANDLE_IOMMU */
const GUEST_GIC = 65000;
const GUEST_IOMMU = 65001;

const phandle: Rule = {
  id: 'xen-phandle-reserved',
  severity: 'error',
  title: 'phandle of a partial device tree that Xen keeps for itself',
  scope: 'tree',
  properties: ['phandle', 'linux,phandle'],
  platforms: XEN_GUEST,
  doc: `Xen and its toolstack use the phandles 65000 and 65001 in a guest's tree. Since 4.22 Xen looks for the highest phandle of the whole
partial tree, also of nodes that it does not copy, and refuses the tree when the next one is 65000 or more: \`Device tree generation
failed\`, and it panics. Before, only a copied node with Xen's own phandle is in the way (*warning*): the guest has two nodes with it.
\`xl\` copies \`/passthrough\` beside its own controller in every release. Delete the property; dtc numbers the nodes itself.`,
  source:
    'Xen 4.22 xen/common/device-tree/dom0less-build.c:domain_handle_dtb_boot_module; tools/libs/light/libxl_arm.c:copy_partial_fdt',
  example: { bad: GOOD.replace('gic: gic {', 'gic: gic { phandle = <65000>;'), good: GOOD, platform: GUEST },
  *check(context) {
    const all = context
      .nodesWith('phandle')
      .concat(context.nodesWith('linux,phandle'))
      .map((node) => ({ node, property: node.properties.get('phandle') ?? node.properties.get('linux,phandle') }))
      .map((entry) => ({ ...entry, value: u32(entry.property) ?? 0 }));
    const build = xen(context);
    const refused = isForXen(context) && isSince(build, [4, 22]);
    for (const { node, property, value } of all) {
      if (!property) continue;
      const found = refused ? refusal(value) : collision(context, node, value);
      if (found) yield { ...found, span: lastSet(property).name, node };
    }
  },
};

function refusal(value: number): Pick<Finding, 'message'> | undefined {
  if (value + 1 < GUEST_GIC) return undefined;
  return {
    message: `phandle ${value} leaves Xen none below 65000 for its own nodes: since 4.22 it refuses the whole tree and panics.`,
  };
}

/** Two nodes of the guest with one phandle: a copied one and one that Xen or the toolstack makes. */
function collision(
  context: RuleContext,
  node: DtNode,
  value: number,
): Pick<Finding, 'message' | 'severity'> | undefined {
  if (!isPassedThrough(context, node)) return undefined;
  if (isForXen(context)) {
    const gic = context.tree.root.children.get('gic');
    // The controller that Xen makes takes over the phandle of `/gic`.
    const own = gic && ['phandle', 'linux,phandle'].some((name) => gic.properties.has(name));
    if (value !== GUEST_GIC || own || (gic?.labels.length ?? 0) > 0) return undefined;
    return {
      message: `The interrupt controller that ${named(xen(context))} makes has phandle ${value} as well.`,
      severity: 'warning',
    };
  }
  if (value !== GUEST_GIC && value !== GUEST_IOMMU) return undefined;
  const what = value === GUEST_GIC ? 'interrupt controller' : 'xen,grant-dma node';
  return { message: `The ${what} that the toolstack makes has phandle ${value} as well.` };
}

const misplaced: Rule = {
  id: 'xen-props-misplaced',
  severity: 'warning',
  title: 'Assignment outside `/passthrough`',
  properties: CONSUMED,
  platforms: XEN_GUEST,
  doc: `Xen reads \`xen,path\`, \`xen,reg\` and \`xen,force-assign-without-iommu\` only in \`/passthrough\` of the partial tree.
Elsewhere nothing is assigned, and the node is not even copied. Move it.`,
  source: `${MODULE}; ${TEXT}`,
  example: {
    bad: partial(MMIO, 'timer { compatible = "vendor,timer"; xen,path = "/soc/timer"; };'),
    good: GOOD,
    platform: GUEST,
  },
  *check(context, node) {
    const first = CONSUMED.map((name) => node.properties.get(name)).find((property) => property !== undefined);
    if (!first || isPassedThrough(context, node)) return;
    yield {
      message: `Xen reads \`${first.name}\` only in \`/passthrough\`; this node is not assigned and not copied.`,
      span: lastSet(first).name,
    };
  },
};

export const XEN_PARTIAL_RULES: readonly Rule[] = [
  misplaced,
  busProps,
  iommus,
  dangling,
  gicName,
  interruptParent,
  phandle,
];
