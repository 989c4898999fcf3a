// SPDX-License-Identifier: MIT
// Rules about the devices of Xen grant DMA: which of them get grants, and to which domain.
import { insertProperty } from '#rules/edits/edits.ts';
import { planned, repair } from '#rules/edits/repairs.ts';
import { board, GRANT_DMA, host, SMMU_V3 } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { type Use, usesOf } from '#rules/engine/uses.ts';
import { mapForAll } from '#rules/migrations/grant-dma-pci.ts';
import { compatibles, isLive, lastSet, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const INIT_DOMID = 'Linux 6.12 drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid';

/** Domain IDs from here on are reserved (xen/include/public/xen.h:DOMID_FIRST_RESERVED). */
const FIRST_RESERVED_DOMID = 0x7ff0;

function virtio(binding: string): string {
  return `virtio { compatible = "virtio,mmio"; ${binding} };`;
}

const GOOD = board(GRANT_DMA, virtio('iommus = <&xen_iommu 1>; dma-coherent;'));

export function isGrant(node: DtNode): boolean {
  return compatibles(node).includes('xen,grant-dma');
}

/** The entries of a device that name a grant node. */
function grants(context: RuleContext, node: DtNode): Use[] {
  return usesOf(context, node).filter(({ provider }) => isGrant(provider));
}

/** The grant entry that Linux reads: the first of the `iommus` of a virtio-mmio device. */
function effective(context: RuleContext, node: DtNode): Use | undefined {
  const [first] = usesOf(context, node);
  const isVirtio = compatibles(node).includes('virtio,mmio');
  return first?.via === 'iommus' && isGrant(first.provider) && isVirtio ? first : undefined;
}

const notFirst: Rule = {
  id: 'xen-grant-not-first',
  severity: 'error',
  title: '`xen,grant-dma` that is not the first entry of `iommus`',
  properties: ['iommus'],
  doc: `When a virtio device negotiates its features, Linux reads only entry 0 of \`iommus\` again. A \`xen,grant-dma\` entry
behind another one is not seen there: the device gets no grants. Name the grant node first, and alone.`,
  source: INIT_DOMID,
  example: {
    bad: board(SMMU_V3, GRANT_DMA, virtio('iommus = <&smmu 4>, <&xen_iommu 1>; dma-coherent;')),
    good: GOOD,
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    const entries = usesOf(context, node).filter(({ via }) => via === 'iommus');
    const [first] = entries;
    const late = entries.slice(1).find(({ provider }) => isGrant(provider));
    if (!first || !late || isGrant(first.provider)) return;
    yield {
      message: `Linux reads only the first entry for grants, which names \`${pathOf(first.provider)}\`; the device gets none.`,
      span: late.phandle.span,
    };
  },
};

const domidRange: Rule = {
  id: 'xen-grant-domid-range',
  severity: 'error',
  title: 'Backend that is not a domain ID',
  properties: ['iommus', 'iommu-map'],
  doc: `The cell after a \`xen,grant-dma\` node is the ID of the domain that serves the device. IDs end at 0x7fef; from 0x7ff0 on
Xen reserves them, so no domain can map the granted pages and the device does not work. Linux keeps 16 bits of the cell: a larger number is
another domain than it says. Write the ID of the backend.`,
  source: `${INIT_DOMID}; Xen 4.22 xen/include/public/xen.h:DOMID_FIRST_RESERVED`,
  example: {
    bad: board(GRANT_DMA, virtio('iommus = <&xen_iommu 0x7ff0>; dma-coherent;')),
    good: GOOD,
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    for (const { args } of grants(context, node)) {
      const [domid] = args;
      if (!domid || domid.value < FIRST_RESERVED_DOMID) continue;
      const kept = domid.value & 0xffff;
      const then =
        kept < FIRST_RESERVED_DOMID
          ? `Linux keeps 16 bits and grants to domain ${kept}`
          : 'Xen lets no domain map what is granted to it';
      yield {
        message: `0x${domid.value.toString(16)} is not a domain: IDs end at 0x7fef, and ${then}.`,
        span: domid.span,
      };
    }
  },
};

const domidZero: Rule = {
  id: 'xen-grant-dma-domid-zero',
  severity: 'info',
  title: 'Grants for a backend in domain 0',
  properties: ['iommus'],
  doc: `The backend is domain 0. The toolstack of Xen leaves grants out for a backend there unless \`grant_usage=1\` asks for them,
because domain 0 may map the whole guest anyway. It works; it costs a grant per buffer. Check that 0 is meant.`,
  source:
    'Xen 4.22 tools/libs/light/libxl_virtio.c:libxl__device_virtio_setdefault; Linux 6.12 drivers/xen/grant-dma-ops.c',
  example: {
    bad: board(GRANT_DMA, virtio('iommus = <&xen_iommu 0>; dma-coherent;')),
    good: GOOD,
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    const domid = effective(context, node)?.args[0];
    if (domid?.value !== 0) return;
    yield {
      message: 'The backend is domain 0, for which the toolstack of Xen uses grants only on request (`grant_usage=1`).',
      span: domid.span,
    };
  },
};

const nonVirtio: Rule = {
  id: 'xen-grant-non-virtio',
  severity: 'warning',
  title: '`iommus` to `xen,grant-dma` on a device that is not virtio',
  properties: ['iommus'],
  needs: ['xen-grant-not-first', 'iommus-on-pci-function'],
  doc: `Linux sets grants up when a virtio device negotiates its features; no other driver asks for them. On a device that is not
\`virtio,mmio\` the entry has no effect, and its DMA uses guest physical addresses. Remove the entry, or correct \`compatible\`.`,
  source:
    'Linux 6.12 drivers/virtio/virtio.c:virtio_features_ok, drivers/xen/grant-dma-ops.c:xen_virtio_restricted_mem_acc',
  example: {
    bad: board(GRANT_DMA, 'dma { compatible = "vendor,dma"; iommus = <&xen_iommu 1>; };'),
    good: GOOD,
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    const [use] = grants(context, node);
    const names = compatibles(node);
    if (use?.via !== 'iommus' || isPciHost(node) || names.length === 0 || names.includes('virtio,mmio')) return;
    yield {
      message: `Linux sets up grants only for virtio devices, and \`${names[0]}\` is none; this entry has no effect.`,
      span: use.phandle.span,
    };
  },
};

const coherent: Rule = {
  id: 'xen-grant-no-dma-coherent',
  severity: 'warning',
  fixable: true,
  title: 'virtio device with grants and without `dma-coherent`',
  properties: ['iommus'],
  knows: 'all',
  doc: `The backend is software on the same CPUs, so its view of memory is coherent, and Xen's toolstack always writes
\`dma-coherent\`. Without it an arm64 kernel takes the device for non-coherent: it does cache maintenance and maps rings
uncached, which the backend's cached accesses contradict. Add \`dma-coherent\`.`,
  source:
    'Xen 4.22 tools/libs/light/libxl_arm.c:make_virtio_mmio_node_common; Linux 6.12 drivers/of/address.c:of_dma_is_coherent',
  example: {
    bad: board(GRANT_DMA, virtio('iommus = <&xen_iommu 1>;')),
    good: GOOD,
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    if (!effective(context, node) || inheritsCoherence(node)) return;
    yield {
      message:
        'The backend shares the caches of the guest, but without `dma-coherent` Linux treats the device as non-coherent.',
      span: nodeSpan(node),
      fix: repair('Add `dma-coherent`', () => insertProperty(context.text, node, { name: 'dma-coherent' })),
    };
  },
};

function inheritsCoherence(node: DtNode): boolean {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    if (at.properties.has('dma-coherent') || at.properties.has('dma-noncoherent')) return true;
  }
  return false;
}

const mapLinear: Rule = {
  id: 'xen-grant-map-linear',
  severity: 'error',
  title: '`iommu-map` that gives each PCI function another backend domain',
  properties: ['iommu-map'],
  doc: `An entry of \`iommu-map\` is linear: the output cell grows with the requester ID. For \`xen,grant-dma\` the output is a domain,
so an entry longer than 1 names domain N for the first function, N+1 for the next, and so on. Give every function an entry
of length 1, or keep only one ID with \`iommu-map-mask = <0x0>\`.`,
  source: `${INIT_DOMID}; Linux 6.12 drivers/of/base.c:of_map_id`,
  example: {
    bad: board(GRANT_DMA, host('iommu-map = <0x0 &xen_iommu 0x1 0x10>;')),
    good: board(GRANT_DMA, host('iommu-map = <0x0 &xen_iommu 0x1 0x1>, <0x8 &xen_iommu 0x1 0x1>;')),
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    const mask = u32(node.properties.get('iommu-map-mask'));
    if (mask === 0) return;
    for (const { via, args, count, phandle } of grants(context, node)) {
      const first = args[0]?.value;
      if (via !== 'iommu-map' || count <= 1 || first === undefined) continue;
      yield {
        message: `The entry covers ${count} requester IDs, and Linux counts the backend up with them: domain ${first} for the first, ${first + 1} for the next.`,
        span: phandle.span,
      };
    }
  },
};

const pciIommus: Rule = {
  id: 'xen-grant-pci-iommus',
  severity: 'warning',
  fixable: true,
  title: '`iommus` to `xen,grant-dma` on a PCI host bridge',
  properties: ['iommus'],
  doc: `For a virtio device on PCI, Linux takes the backend from the \`iommu-map\` of the host bridge (since 6.2). The \`iommus\` of the
bridge concerns the bridge alone, which is not a virtio device: nothing behind it gets grants. Write \`iommu-map\`.`,
  source: INIT_DOMID,
  example: {
    bad: board(GRANT_DMA, host('iommus = <&xen_iommu 1>;')),
    good: board(GRANT_DMA, host('iommu-map = <0x0 &xen_iommu 0x1 0x1>;')),
    platform: { kind: 'xen-domu' },
  },
  *check(context, node) {
    const [use] = grants(context, node);
    if (use?.via !== 'iommus' || !isPciHost(node)) return;
    const edits = mapForAll(context, node);
    yield {
      message:
        'For functions behind a PCI host bridge Linux reads the backend from `iommu-map`; this `iommus` gives none of them grants.',
      span: lastSet(use.property).name,
      ...(edits && { fix: planned('Convert to `iommu-map` for all functions', edits) }),
    };
  },
};

const mixed: Rule = {
  id: 'xen-grant-mixed',
  severity: 'info',
  title: 'virtio device without grants next to one with grants',
  properties: ['compatible'],
  scope: 'tree',
  knows: 'all',
  doc: `Some virtio devices of the guest use grants, and this one does not. That is allowed, device by device; but its backend must map
the guest's memory freely, so the guest is not protected from that backend. Give it \`iommus\` to the \`xen,grant-dma\` node
unless the backend is trusted.`,
  source:
    'Xen 4.22 docs/man/xl.cfg.5.pod.in (grant_usage); Linux 6.12 drivers/xen/grant-dma-ops.c:xen_virtio_restricted_mem_acc',
  example: {
    bad: board(
      GRANT_DMA,
      virtio('iommus = <&xen_iommu 1>; dma-coherent;'),
      'virtio-console { compatible = "virtio,mmio"; dma-coherent; };',
    ),
    good: GOOD,
    platform: { kind: 'xen-domu' },
  },
  *check(context) {
    const devices = context
      .nodesWith('compatible')
      .filter((node) => compatibles(node).includes('virtio,mmio') && isLive(node));
    if (!devices.some((node) => effective(context, node))) return;
    for (const node of devices) {
      // An IOMMU of its own, or one of the names that grant DMA had before.
      if (['iommus', '#iommu-cells', 'xen,backend-domid', 'xen,dev-domid'].some((name) => node.properties.has(name))) {
        continue;
      }
      yield {
        message: 'Other virtio devices here use grants, but this one gives its backend all memory of the guest.',
        span: nodeSpan(node),
        node,
      };
    }
  },
};

export const XEN_GRANT_DEVICE_RULES: readonly Rule[] = [
  notFirst,
  domidRange,
  domidZero,
  nonVirtio,
  coherent,
  mapLinear,
  pciIommus,
  mixed,
];
