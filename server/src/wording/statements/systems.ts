// SPDX-License-Identifier: MIT
// Words for the systems: Xen grants, virtio-iommu, waits, Xen's own operations.
import { t } from '#base/language.ts';
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
    t(
      'Grants are set up when a virtio device negotiates its features; this is not a virtio device, so it gets no grants.',
    ),
  'grant-cells': ({ provider, cells }) =>
    t(
      '{0} has {1} cells instead of 1: Linux does not take it for a grant provider and continues without grants.',
      quoted(provider),
      cells,
    ),
  'grants-too-new': ({ since, pci }) =>
    t('Linux before {0} has no grant DMA{1}.', since, pci ? t(' of PCI functions') : ''),
  'grants-not-built': ({ symbol }) => t('This kernel has no CONFIG_{0}: no grants.', symbol),
  'not-under-xen': () =>
    t('Linux does not run under Xen here (the tree has no `/hypervisor` with "xen,xen"), so there are no grants.'),
  'grants-from': ({ source, provider, domid }) => {
    const from = source.in === 'iommus' ? t('`iommus` entry 0') : t('`iommu-map` for requester ID {0}', hex(source.id));
    return t(
      'When the virtio device negotiates its features, Linux reads {0} again: {1} is "xen,grant-dma", and the backend is domain {2}.',
      from,
      quoted(provider),
      domid,
    );
  },
  'only-virtio-functions': () => t('Only virtio functions get grants.'),
  'grant-address': ({ domid }) =>
    t(
      'A DMA address is bit 63, the grant reference from bit 12 on, and the offset in the page; domain {0} reaches only granted pages.',
      domid,
    ),
  'virtio-features-needed': () =>
    t('The device must offer VIRTIO_F_VERSION_1 and VIRTIO_F_ACCESS_PLATFORM, or its probe fails.'),
  'xen-virtio-assumed': () =>
    t('The kernel is assumed to have CONFIG_XEN_VIRTIO; without it the device would use guest physical addresses.'),
};

const virtioText = (mmio: boolean): string =>
  mmio ? t('the device behind the transport has virtio ID 23') : t('the PCI function is a virtio-iommu');

const VIRTIO_IOMMU: Words<VirtioIommuStatement> = {
  'virtio-iommu-only-if': ({ mmio }) => t('The node becomes an IOMMU only where {0}.', virtioText(mmio)),
  'maps-itself': () => t('`iommu-map` maps the IOMMU to itself, so its probe waits for itself.'),
  'provider-maps-itself': ({ iommu }) =>
    t(
      '{0} waits for itself, because `iommu-map` covers it as well: no function behind it gets an IOMMU before the timeout.',
      quoted(iommu),
    ),
};

const WAITS: Words<WaitStatement> = {
  'waits-for-supplier': ({ property, supplier, why }, { reasonText }) =>
    t(
      '{0} makes the probe wait for {1} without end{2}.',
      quoted(property),
      quoted(supplier),
      why === null ? '' : t(', because {0}', reasonText(why)),
    ),
  'iommu-comes-late': ({ iommu, supplier }) =>
    t(
      '{0} waits until the timeout for {1}, which has no driver in this kernel; a device that waits for the IOMMU may be tried before it then, and gets none.',
      quoted(iommu),
      quoted(supplier),
    ),
  'waits-for-iommu': ({ iommu, seconds, because }) =>
    seconds === null
      ? t('The probe waits for {0} without end ({1}).', quoted(iommu), becauseText(because))
      : t(
          'The probe waits {0} s for {1} ({2}), then Linux continues without an IOMMU.',
          seconds,
          quoted(iommu),
          becauseText(because),
        ),
  'held-by-link': ({ iommu }) =>
    t(
      'The driver had linked the device to {0} before the registration ended; the link stays, no timeout ends the wait for it, and the device is never probed.',
      quoted(iommu),
    ),
  'configured-before-probe': () =>
    t('DMA is also configured before the probe: when the device is made, and when an IOMMU registers.'),
  'left-by-firmware': () => t('The hardware stays as the firmware left it and may block the device.'),
};

const BUSES: Words<BusStatement> = {
  'iommus-hidden-by-xen': () =>
    t('Xen leaves `iommus` and `iommu-map` out of the tree of dom0, so Linux sees no IOMMU.'),
  'bus-does-not-insist': () =>
    t('The bus does not insist on DMA, so without `dma-ranges` Linux returns before it reads `iommu-map`.'),
  'cdx-does-not-wait': () =>
    t('CDX does not wait for an IOMMU that is not registered: the device gets direct DMA at once.'),
};

const XEN_OPS: Words<XenOpsStatement> = {
  'assigned-from-host': ({ device, domain }) =>
    t('Xen assigns {0} of the host to {1} and takes its interrupts and its IOMMU from there.', quoted(device), domain),
  'dma-untranslated-in-domain': () =>
    t("Its DMA goes to the addresses that the driver gives it, which are the guest's, and nothing translates them."),
  'no-swiotlb-xen': ({ owner }) =>
    t("{0} is not mapped one to one, so its Linux does not use Xen's swiotlb: the IOMMU translates.", owner),
  'swiotlb-xen': () =>
    t('dom0 is mapped one to one, so Linux gives every device that it configures the operations of swiotlb-xen.'),
  'iommu-ops-replaced': () =>
    t('They replace the operations of the IOMMU, whose domain stays attached, without a message.'),
  'iommu-visible-to-dom0': () =>
    t('The IOMMU is also visible to dom0: Linux warns, and setting a DMA mask fails with -EIO.'),
};

export const SYSTEMS: Words<GrantStatement | VirtioIommuStatement | WaitStatement | BusStatement | XenOpsStatement> = {
  ...GRANTS,
  ...VIRTIO_IOMMU,
  ...WAITS,
  ...BUSES,
  ...XEN_OPS,
};

export const SUPPLIER_REASONS: Words<SupplierReason> = {
  'nothing-provides': () => t('it has no device, and neither has a node above it'),
  'provider-not-built': ({ device, symbol }) =>
    t('it has no device, and {0}, which would provide it, has no driver (CONFIG_{1} is off)', quoted(device), symbol),
  'not-built-without-timeout': ({ symbol, because }) =>
    t('it has no driver (CONFIG_{0} is off), and Linux never gives up on it ({1})', symbol, becauseText(because)),
  'option-off': ({ symbol }) => t('CONFIG_{0} is off', symbol),
};

type SystemAlternative = GrantAlternative | VirtioIommuAlternative | WaitAlternative;

export const SYSTEM_CONDITIONS: Words<SystemAlternative | GrantCondition | VirtioIommuCondition | WaitCondition> = {
  'virtio-function': () => t('whether the PCI function is a virtio device'),
  'grant-backport': () => t('whether the kernel is 6.1.170 or later'),
  'endpoint-known': ({ id }) =>
    t('whether the virtio-iommu knows endpoint ID {0} (otherwise it refuses the device)', hex(id)),
  'access-platform-offered': () =>
    t('whether the virtio device offers VIRTIO_F_ACCESS_PLATFORM (otherwise its driver uses physical addresses)'),
  'msi-region-reported': () => t('whether the virtio-iommu reports an MSI region of its own'),
  'is-virtio-iommu': ({ mmio }) => t('whether {0}', virtioText(mmio)),
  'supplier-set-up-early': ({ supplier }) => t('whether the kernel sets {0} up before devices exist', quoted(supplier)),
  'left-by-firmware': () => t('how the firmware left the IOMMU'),
  'iommu-first-after-timeout': ({ iommu }) => afterTimeout(iommu),
  'driver-binds': ({ device }) => t('whether a driver binds {0}', quoted(device)),
  'iommu-before-device': ({ iommu }) => afterTimeout(iommu),
};

function afterTimeout(iommu: string): string {
  return t('whether {0} registers before the device is tried again after the timeout', quoted(iommu));
}

export const SYSTEM_OTHERWISE: Words<SystemAlternative> = {
  'grant-backport': () => t('the kernel has the backport'),
  'is-virtio-iommu': ({ mmio }) =>
    mmio
      ? t('the device behind the transport does not have virtio ID 23')
      : t('the PCI function is not a virtio-iommu'),
  'driver-binds': ({ device }) => t('no driver binds {0}', quoted(device)),
  'iommu-before-device': () => t('the device is tried before its IOMMU'),
};
