// SPDX-License-Identifier: MIT
// Words for the systems: Xen grants, virtio-iommu, waits, Xen's own operations.
import { hex } from '#base/numbers.ts';
import type {
  BusStatement,
  GrantAlternative,
  GrantCondition,
  GrantStatement,
  SupplierReason,
  VirtioIommuAlternative,
  VirtioIommuCondition,
  VirtioIommuStatement,
  WaitAlternative,
  WaitCondition,
  WaitStatement,
  XenOpsStatement,
} from '#model/statements/systems.ts';
import { becauseText } from './platform.ts';
import { quoted } from './terms.ts';
import type { Words } from './words.ts';

const GRANTS: Words<GrantStatement> = {
  'not-virtio': () =>
    'Grants are set up when a virtio device negotiates its features; this is not a virtio device, so it gets no grants.',
  'grant-cells': ({ provider, cells }) =>
    `${quoted(provider)} has ${cells} cells instead of 1: Linux does not take it for a grant provider and continues without grants.`,
  'grants-too-new': ({ since, pci }) => `Linux before ${since} has no grant DMA${pci ? ' of PCI functions' : ''}.`,
  'grants-not-built': ({ symbol }) => `This kernel has no CONFIG_${symbol}: no grants.`,
  'not-under-xen': () =>
    'Linux does not run under Xen here (the tree has no `/hypervisor` with "xen,xen"), so there are no grants.',
  'grants-from': ({ source, provider, domid }) => {
    const from = source.in === 'iommus' ? '`iommus` entry 0' : `\`iommu-map\` for requester ID ${hex(source.id)}`;
    return `When the virtio device negotiates its features, Linux reads ${from} again: ${quoted(provider)} is "xen,grant-dma", and the backend is domain ${domid}.`;
  },
  'only-virtio-functions': () => 'Only virtio functions get grants.',
  'grant-address': ({ domid }) =>
    `A DMA address is bit 63, the grant reference from bit 12 on, and the offset in the page; domain ${domid} reaches only granted pages.`,
  'virtio-features-needed': () =>
    'The device must offer VIRTIO_F_VERSION_1 and VIRTIO_F_ACCESS_PLATFORM, or its probe fails.',
  'xen-virtio-assumed': () =>
    'The kernel is assumed to have CONFIG_XEN_VIRTIO; without it the device would use guest physical addresses.',
};

const virtioText = (mmio: boolean): string =>
  mmio ? 'the device behind the transport has virtio ID 23' : 'the PCI function is a virtio-iommu';

const VIRTIO_IOMMU: Words<VirtioIommuStatement> = {
  'virtio-iommu-only-if': ({ mmio }) => `The node becomes an IOMMU only where ${virtioText(mmio)}.`,
  'maps-itself': () => '`iommu-map` maps the IOMMU to itself, so its probe waits for itself.',
  'provider-maps-itself': ({ iommu }) =>
    `${quoted(iommu)} waits for itself, because \`iommu-map\` covers it as well: no function behind it gets an IOMMU before the timeout.`,
};

const WAITS: Words<WaitStatement> = {
  'waits-for-supplier': ({ property, supplier, why }, { reasonText }) =>
    `${quoted(property)} makes the probe wait for ${quoted(supplier)} without end${why === null ? '' : `, because ${reasonText(why)}`}.`,
  'iommu-comes-late': ({ iommu, supplier }) =>
    `${quoted(iommu)} waits until the timeout for ${quoted(supplier)}, which has no driver in this kernel; a device that waits for the IOMMU may be tried before it then, and gets none.`,
  'waits-for-iommu': ({ iommu, seconds, because }) =>
    seconds === null
      ? `The probe waits for ${quoted(iommu)} without end (${becauseText(because)}).`
      : `The probe waits ${seconds} s for ${quoted(iommu)} (${becauseText(because)}), then Linux continues without an IOMMU.`,
  'held-by-link': ({ iommu }) =>
    `The driver had linked the device to ${quoted(iommu)} before the registration ended; the link stays, no timeout ends the wait for it, and the device is never probed.`,
  'configured-before-probe': () =>
    'DMA is also configured before the probe: when the device is made, and when an IOMMU registers.',
  'left-by-firmware': () => 'The hardware stays as the firmware left it and may block the device.',
};

const BUSES: Words<BusStatement> = {
  'iommus-hidden-by-xen': () => 'Xen leaves `iommus` and `iommu-map` out of the tree of dom0, so Linux sees no IOMMU.',
  'bus-does-not-insist': () =>
    'The bus does not insist on DMA, so without `dma-ranges` Linux returns before it reads `iommu-map`.',
  'cdx-does-not-wait': () =>
    'CDX does not wait for an IOMMU that is not registered: the device gets direct DMA at once.',
};

const XEN_OPS: Words<XenOpsStatement> = {
  'assigned-from-host': ({ device, domain }) =>
    `Xen assigns ${quoted(device)} of the host to ${domain} and takes its interrupts and its IOMMU from there.`,
  'dma-untranslated-in-domain': () =>
    "Its DMA goes to the addresses that the driver gives it, which are the guest's, and nothing translates them.",
  'no-swiotlb-xen': ({ owner }) =>
    `${owner} is not mapped one to one, so its Linux does not use Xen's swiotlb: the IOMMU translates.`,
  'swiotlb-xen': () =>
    'dom0 is mapped one to one, so Linux gives every device that it configures the operations of swiotlb-xen.',
  'iommu-ops-replaced': () =>
    'They replace the operations of the IOMMU, whose domain stays attached, without a message.',
  'iommu-visible-to-dom0': () =>
    'The IOMMU is also visible to dom0: Linux warns, and setting a DMA mask fails with -EIO.',
};

export const SYSTEMS: Words<GrantStatement | VirtioIommuStatement | WaitStatement | BusStatement | XenOpsStatement> = {
  ...GRANTS,
  ...VIRTIO_IOMMU,
  ...WAITS,
  ...BUSES,
  ...XEN_OPS,
};

export const SUPPLIER_REASONS: Words<SupplierReason> = {
  'nothing-provides': () => 'it has no device, and neither has a node above it',
  'provider-not-built': ({ device, symbol }) =>
    `it has no device, and ${quoted(device)}, which would provide it, has no driver (CONFIG_${symbol} is off)`,
  'not-built-without-timeout': ({ symbol, because }) =>
    `it has no driver (CONFIG_${symbol} is off), and Linux never gives up on it (${becauseText(because)})`,
  'option-off': ({ symbol }) => `CONFIG_${symbol} is off`,
};

type SystemAlternative = GrantAlternative | VirtioIommuAlternative | WaitAlternative;

export const SYSTEM_CONDITIONS: Words<SystemAlternative | GrantCondition | VirtioIommuCondition | WaitCondition> = {
  'virtio-function': () => 'whether the PCI function is a virtio device',
  'grant-backport': () => 'whether the kernel is 6.1.170 or later',
  'endpoint-known': ({ id }) =>
    `whether the virtio-iommu knows endpoint ID ${hex(id)} (otherwise it refuses the device)`,
  'access-platform-offered': () =>
    'whether the virtio device offers VIRTIO_F_ACCESS_PLATFORM (otherwise its driver uses physical addresses)',
  'msi-region-reported': () => 'whether the virtio-iommu reports an MSI region of its own',
  'is-virtio-iommu': ({ mmio }) => `whether ${virtioText(mmio)}`,
  'supplier-set-up-early': ({ supplier }) => `whether the kernel sets ${quoted(supplier)} up before devices exist`,
  'left-by-firmware': () => 'how the firmware left the IOMMU',
  'iommu-first-after-timeout': ({ iommu }) => afterTimeout(iommu),
  'driver-binds': ({ device }) => `whether a driver binds ${quoted(device)}`,
  'iommu-before-device': ({ iommu }) => afterTimeout(iommu),
};

function afterTimeout(iommu: string): string {
  return `whether ${quoted(iommu)} registers before the device is tried again after the timeout`;
}

export const SYSTEM_OTHERWISE: Words<SystemAlternative> = {
  'grant-backport': () => 'the kernel has the backport',
  'is-virtio-iommu': ({ mmio }) =>
    mmio ? 'the device behind the transport does not have virtio ID 23' : 'the PCI function is not a virtio-iommu',
  'driver-binds': ({ device }) => `no driver binds ${quoted(device)}`,
  'iommu-before-device': () => 'the device is tried before its IOMMU',
};
