// SPDX-License-Identifier: MIT
// Rules about `xen,passthrough`: devices of a host tree that are kept from dom0 so that another domain can have them.
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { xenDriver } from '#model/xen/drivers.ts';
import { hostView, protection } from '#model/xen/host.ts';
import { assignments } from '#model/xen/system.ts';
import { insertProperty, replaceProperty } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board32, bus } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { compatibles, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';
import { lackText } from '#wording/statements/xen.ts';
import { smmuBoard, XEN_HOST } from './host.ts';

const unprotected: Rule = {
  id: 'xen-passthrough-unprotected',
  severity: 'warning',
  scope: 'tree',
  title: 'Device for another domain whose DMA no IOMMU of Xen checks',
  properties: ['xen,passthrough'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `\`xen,passthrough\` marks the device for another domain, but its \`iommus\` leads to no IOMMU that Xen brings up (or it has none,
which is only worth an *info*: a device without DMA needs none). Xen refuses the assignment with \`-EINVAL\` unless the partial tree
says \`xen,force-assign-without-iommu\`, and then the device's DMA reaches all memory of the machine.
Name an IOMMU that Xen drives. The devices without \`iommus\` are reported once, at the first of them.`,
  source:
    'Xen 4.22 xen/drivers/passthrough/device_tree.c:iommu_assign_dt_device; xen/common/device-tree/dom0less-build.c:handle_passthrough_prop',
  example: {
    bad: smmuBoard('dma { compatible = "vendor,dma"; interrupts-extended = <&gic 9>; xen,passthrough; };'),
    good: smmuBoard(
      'dma { compatible = "vendor,dma"; interrupts-extended = <&gic 9>; iommus = <&smmu 4>; xen,passthrough; };',
    ),
    platform: { kind: 'xen-host' },
  },
  *check(context) {
    const machine = machineOf(context.tree, context.platform);
    const all = context.nodesWith('xen,passthrough').filter((node) => isUnprotected(machine, node));
    for (const node of all) {
      const iommus = node.properties.get('iommus');
      if (!iommus) continue;
      const { lack } = protection(machine, node);
      const why = lack ? lackText(lack) : 'it leads to no IOMMU that Xen brings up';
      yield {
        message: `No IOMMU of Xen checks what this device reads and writes, because ${why}: Xen assigns it only by force.`,
        span: lastSet(iommus).name,
        node,
      };
    }
    const [first, ...more] = all.filter(({ properties }) => !properties.has('iommus'));
    const property = first?.properties.get('xen,passthrough');
    if (!first || !property) return;
    const others = more.length > 0 ? ` (the same holds for ${more.length} more)` : '';
    yield {
      message: `The device has no \`iommus\`, so Xen assigns it only with \`xen,force-assign-without-iommu\` in the partial tree${others}.`,
      span: lastSet(property).name,
      node: first,
      severity: 'info',
    };
  },
};

/** A device that waits for a domain, is not assigned by a partial tree that is known, and has no IOMMU of Xen. */
function isUnprotected(machine: Machine, node: DtNode): boolean {
  const { platform } = machine;
  if (xenDriver(platform, node) || isPciHost(node) || compatibles(node).length === 0) return false;
  if (!['reg', 'interrupts', 'interrupts-extended'].some((name) => node.properties.has(name))) return false;
  // `xen-assign-no-iommu` says it at the partial tree, which may force the assignment.
  if (platform.xen && assignments(platform.xen).some(({ device }) => device === node)) return false;
  return hostView(machine, node).use === undefined;
}

const childUnmarked: Rule = {
  id: 'xen-passthrough-child-unmarked',
  severity: 'warning',
  fixable: true,
  title: 'Child of a `xen,passthrough` node that dom0 keeps',
  properties: ['xen,passthrough'],
  platforms: XEN_HOST,
  doc: `\`xen,passthrough\` is not inherited: Xen looks at each node on its own. A child with registers or interrupts and without the
property is mapped to dom0, and giving it to another domain fails later with \`-EBUSY\`. Mark the child, too.`,
  source: 'Xen 4.22 xen/arch/arm/domain_build.c:handle_node, xen/arch/arm/device.c:handle_device',
  example: {
    bad: board32(
      bus(
        `usb@1000 { reg = <0x1000 0x100>; #address-cells = <1>; #size-cells = <1>; ranges; xen,passthrough; core@2000 { reg = <0x2000 0x100>; }; };`,
      ),
    ),
    good: board32(
      bus(
        `usb@1000 { reg = <0x1000 0x100>; #address-cells = <1>; #size-cells = <1>; ranges; xen,passthrough; core@2000 { reg = <0x2000 0x100>; xen,passthrough; }; };`,
      ),
    ),
    platform: { kind: 'xen-host' },
  },
  *check({ text }, node) {
    for (const child of node.children.values()) {
      if (child.properties.has('xen,passthrough') || !hasResources(child)) continue;
      yield {
        message: `\`xen,passthrough\` of \`${pathOf(node)}\` is not inherited: Xen maps this child to dom0.`,
        span: nodeSpan(child),
        node: child,
        fix: repair('Add `xen,passthrough`', () => insertProperty(text, child, { name: 'xen,passthrough' })),
      };
    }
  },
};

/** `reg` is a range of the machine only where the bus passes addresses on. */
function hasResources(node: DtNode): boolean {
  if (node.properties.has('interrupts') || node.properties.has('interrupts-extended')) return true;
  return node.properties.has('reg') && (node.parent?.properties.has('ranges') ?? false);
}

const FLAGS = ['xen,passthrough', 'xen,force-assign-without-iommu', 'direct-map', 'vpl011'] as const;
/** Names that only a domain's node gives this meaning. */
const OF_DOMAINS = new Set(['direct-map', 'vpl011']);

function flagsWithValue(node: DtNode): DtProperty[] {
  return FLAGS.flatMap((name) => {
    const property = node.properties.get(name);
    if (!property || property.value.bytes.length === 0) return [];
    return OF_DOMAINS.has(name) && !compatibles(node).includes('xen,domain') ? [] : [property];
  });
}

const booleanValue: Rule = {
  id: 'xen-boolean-has-value',
  severity: 'warning',
  fixable: true,
  title: 'Flag of Xen with a value',
  properties: FLAGS,
  platforms: ['xen-host', 'xen-domu', 'xen-dom0'],
  knows: 'node',
  doc: `Xen only asks whether the property is there. A value means nothing: \`<0>\` switches the flag on as well.
Delete the value, or the property where it was meant to be off.`,
  source: 'Xen 4.22 xen/include/xen/device_tree.h:dt_property_read_bool; docs/misc/arm/device-tree/booting.txt',
  example: {
    bad: smmuBoard(
      'dma { compatible = "vendor,dma"; interrupts-extended = <&gic 9>; iommus = <&smmu 4>; xen,passthrough = <1>; };',
    ),
    good: smmuBoard(
      'dma { compatible = "vendor,dma"; interrupts-extended = <&gic 9>; iommus = <&smmu 4>; xen,passthrough; };',
    ),
    platform: { kind: 'xen-host' },
  },
  *check({ text }, node) {
    for (const property of flagsWithValue(node)) {
      const zero = property.value.bytes.every((byte) => byte === 0);
      yield {
        message: `Xen only asks whether \`${property.name}\` is there; with ${zero ? 'a value of 0 it is on, too' : 'any value it is on'}.`,
        span: lastSet(property).name,
        ...(!zero && {
          fix: repair('Delete the value', () => replaceProperty(text, property, { name: property.name })),
        }),
      };
    }
  },
};

export const XEN_PASSTHROUGH_RULES: readonly Rule[] = [unprotected, childUnmarked, booleanValue];
