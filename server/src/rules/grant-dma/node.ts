// SPDX-License-Identifier: MIT
// Rules about what grant DMA needs in a guest's tree: the `xen,grant-dma` node itself, and `/hypervisor`.
import { isEnabled } from '#model/platform/platform.ts';
import { deletion, setCells } from '#rules/edits/repairs.ts';
import { board, board32, GIC, GRANT_DMA } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { compatibles, isLive, lastSet, nodeSpan, u32 } from '#tree/query.ts';
import { isGrant } from './devices.ts';

const BINDING = 'Linux 6.12 Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml';
const INIT_DOMID = 'Linux 6.12 drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid';

const cellsRule: Rule = {
  id: 'xen-grant-cells',
  severity: 'error',
  fixable: true,
  title: '`xen,grant-dma` whose `#iommu-cells` is not 1',
  properties: ['#iommu-cells'],
  knows: 'node',
  doc: `The one cell of a specifier is the domain that serves the device. With another number a device whose \`iommus\` names the node goes
on without grants, so that the backend must map the guest's memory or the device fails; only with debug output on does Linux print
\`Incompatible IOMMU node\`. For \`iommu-map\` it is the same in 7.3, and in 6.12 one cell is taken anyway. Set it to 1.`,
  source: `${INIT_DOMID}; Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml`,
  example: {
    bad: board('xen-iommu { compatible = "xen,grant-dma"; #iommu-cells = <2>; };'),
    good: board(GRANT_DMA),
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    const property = node.properties.get('#iommu-cells');
    const count = u32(property);
    if (!property || !isGrant(node) || count === undefined || count === 1) return;
    yield {
      message: `\`#iommu-cells\` says ${count}, but Linux takes only 1 for a grant provider: a device whose \`iommus\` names it goes on without grants.`,
      span: lastSet(property).name,
      fix: setCells(context, property, 1),
    };
  },
};

const BINDING_PROPERTIES = new Set(['compatible', '#iommu-cells', 'phandle', 'linux,phandle', 'status']);

const extraProps: Rule = {
  id: 'xen-grant-extra-props',
  severity: 'warning',
  fixable: true,
  title: '`xen,grant-dma` with properties that its binding does not have',
  properties: ['#iommu-cells'],
  knows: 'node',
  doc: `The node stands for no hardware: the binding allows \`compatible\` and \`#iommu-cells\` and nothing else.
Linux ignores the rest, and the schema check of the tree fails. Delete the property.`,
  source: BINDING,
  example: {
    bad: board('xen-iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; dma-coherent; };'),
    good: board(GRANT_DMA),
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    if (!isGrant(node)) return;
    for (const property of node.properties.values()) {
      if (BINDING_PROPERTIES.has(property.name)) continue;
      yield {
        message: `A \`xen,grant-dma\` node is not hardware and has no \`${property.name}\`; Linux ignores it.`,
        span: lastSet(property).name,
        fix: deletion(context, property),
        tag: 'unnecessary',
      };
    }
  },
};

const hypervisorNode: Rule = {
  id: 'xen-hypervisor-node',
  severity: 'error',
  title: '`/hypervisor` of Xen without `reg` or `interrupts`',
  properties: ['compatible'],
  knows: 'all',
  doc: `A guest finds the place for its grant table in the \`reg\` and the event channel's interrupt in the \`interrupts\` of \`/hypervisor\`.
Without the interrupt Linux does not start its Xen part (\`Xen event channel interrupt not found\`), and there are no grants. Without
\`reg\` it prints \`Xen grant table region is not found\` and puts the grant table over pages of its own memory instead (*warning*).
Xen and its toolstack write the node; copy it whole.`,
  source:
    'Linux 6.12 arch/arm/xen/enlighten.c:xen_dt_guest_init, xen_guest_init; drivers/xen/xlate_mmu.c:xen_xlate_map_ballooned_pages; Documentation/devicetree/bindings/arm/xen.txt',
  example: {
    bad: board32(GIC, 'hypervisor { compatible = "xen,xen-4.17", "xen,xen"; interrupts-extended = <&gic 15>; };'),
    good: board32(
      GIC,
      'hypervisor { compatible = "xen,xen-4.17", "xen,xen"; reg = <0x38000000 0x1000000>; interrupts-extended = <&gic 15>; };',
    ),
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    if (node.name !== 'hypervisor' || node.parent !== context.tree.root) return;
    if (!compatibles(node).includes('xen,xen')) return;
    if (!node.properties.has('interrupts') && !node.properties.has('interrupts-extended')) {
      yield {
        message:
          '`/hypervisor` lacks `interrupts`, so Linux does not start its Xen part: no event channels, and virtio gets no grants.',
        span: nodeSpan(node),
      };
    } else if (!node.properties.has('reg')) {
      yield {
        message:
          '`/hypervisor` lacks `reg`: Linux prints "Xen grant table region is not found" and uses pages of its own memory for the grant table.',
        span: nodeSpan(node),
        severity: 'warning',
      };
    }
  },
};

const stubNeeded: Rule = {
  id: 'xen-grant-stub-needed',
  severity: 'info',
  title: 'Grant DMA in a kernel without the driver for its node',
  properties: ['#iommu-cells'],
  knows: 'all',
  doc: `\`CONFIG_XEN_GRANT_DMA_IOMMU\` binds a driver without work to the \`xen,grant-dma\` node, so that its devices need not wait for it.
The kernel's configuration lacks it, so each device waits for the deferred probe timeout first. Enable
\`CONFIG_XEN_VIRTIO\`, which selects it.`,
  source: 'Linux 6.12 drivers/xen/grant-dma-iommu.c; drivers/xen/Kconfig:XEN_GRANT_DMA_IOMMU',
  example: {
    bad: board(GRANT_DMA),
    good: board('chosen { };'),
    platform: { kind: 'xen-domu', kernelConfig: new Map([['XEN', 'y']]) },
  },
  *check({ platform }, node) {
    if (!isGrant(node) || !isLive(node) || platform.kernelConfig === undefined) return;
    if (isEnabled(platform, 'XEN_GRANT_DMA_IOMMU') !== 'off') return;
    yield {
      message:
        'This kernel has no CONFIG_XEN_GRANT_DMA_IOMMU, so each device of the node waits for the deferred probe timeout.',
      span: nodeSpan(node),
    };
  },
};

export const XEN_GRANT_NODE_RULES: readonly Rule[] = [cellsRule, extraProps, hypervisorNode, stubNeeded];
