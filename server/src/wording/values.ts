// SPDX-License-Identifier: MIT
// How a DMA report is put into words: the same in the hover, on the command line and in the topology.
import { hex } from '#base/numbers.ts';
import type { RoleWhy } from '#model/devices/dma-role.ts';
import type { Platform } from '#model/platform/types.ts';
import { xenName, xenOf } from '#model/platform/xen-build.ts';
import type { DmaReport, IommuUse, Reserved, Verdict, XenLimit } from '#model/report/types.ts';
import type { Otherwise } from '#model/what-if.ts';
import { reservedBecause } from './statements/reserved.ts';
import { elsewhereText } from './statements/what-if.ts';

/** What each verdict means for the device, as the first line of an answer. */
export const VERDICTS: Record<Verdict, string> = {
  'no-device': 'no device: Linux creates none for this node',
  'not-configured': 'no DMA setup: no bus configures the DMA of this node',
  direct: 'direct DMA, no IOMMU',
  'direct+swiotlb': 'direct DMA, bounced through swiotlb where the device cannot address the memory',
  'restricted-pool': 'every transfer bounced through a restricted DMA pool',
  'iommu-dma': 'translated by the IOMMU, strict invalidation',
  'iommu-dma-fq': 'translated by the IOMMU, lazy invalidation',
  'iommu-identity': 'behind the IOMMU, passed through untranslated',
  defer: 'waits: the probe is deferred',
  'defer->direct': 'waits, then direct DMA without the IOMMU',
  'xen-swiotlb': 'Xen swiotlb: machine addresses, bounced where they are not contiguous',
  'xen-grant': 'Xen grants',
};

/** `Xen grants, backend domain 2`: the verdict with the one fact that tells devices of a kind apart. */
export function verdictText(report: DmaReport): string {
  const text = VERDICTS[report.verdict];
  const domid = report.xen?.backendDomid;
  if (report.verdict === 'xen-grant' && domid !== undefined) return `${text}, backend domain ${domid}`;
  if (report.verdict === 'no-device' && report.xen) {
    return report.compatible.includes('xen,domain') ? 'a domain that Xen starts' : 'no device of dom0';
  }
  return text;
}

/** The verdict as the head of a page: that of a host bridge is about what is behind it. */
export function headVerdict(report: DmaReport): string {
  const mapped = report.rid === undefined && report.pci?.maps.some(({ length }) => length > 0);
  const text = verdictText(report);
  return mapped && report.verdict === 'direct' ? `what is behind it: by ID, through iommu-map; itself: ${text}` : text;
}

/** `with \`iommu.passthrough=1\`: behind the IOMMU, …`. */
export function otherwiseText({ when, verdict, backendDomid }: Otherwise): string {
  const domain = backendDomid === undefined ? '' : `, backend domain ${backendDomid}`;
  return `${elsewhereText(when)}: ${VERDICTS[verdict]}${domain}`;
}

export { idText } from './statements/terms.ts';

/** The driver that Linux binds to the IOMMU, or that there is none. */
export function driverText(use: IommuUse): string {
  return use.driver ?? 'no Linux driver';
}

/** `contexts`, `micro-TLBs`. */
export function limitName({ kind }: Pick<XenLimit, 'kind'>): string {
  return kind === 'micro-tlbs' ? 'micro-TLBs' : kind;
}

/** `2 of 7: dom0, domU1`. */
export function limitText({ used, available, by }: XenLimit): string {
  return `${used} of ${available ?? 'what the hardware has'}${by.length === 0 ? '' : `: ${by.join(', ')}`}`;
}

export function reservedText(reserved: Reserved): string {
  return `${reserved.start} to ${reserved.end}, ${reserved.type}: ${reservedBecause(reserved.why)}`;
}

/** `Linux 6.12 on arm64, config-6.12`, and which of these nobody stated. */
export function platformText(platform: Platform): string {
  const version = platform.kernelVersion.join('.');
  const xenConfig = platform.xenBuild?.configPath === undefined ? '' : ` (${platform.xenBuild.configPath})`;
  const system: Record<Platform['kind'], string> = {
    linux: `Linux ${version}`,
    'xen-dom0': `Linux ${version} as Xen dom0`,
    'xen-domu': `Linux ${version} as a Xen guest`,
    'xen-host': `${xenName(xenOf(platform))}${xenConfig}, then Linux ${version} as dom0`,
    kvm: `Linux ${version} as a KVM guest`,
    zephyr: 'Zephyr',
  };
  const config = platform.kernelConfigPath ? `, ${platform.kernelConfigPath}` : '';
  const cmdline = platform.cmdline === '' ? '' : `, booted with \`${platform.cmdline}\``;
  const assumed = platform.assumed.length === 0 ? '' : ` (assumed: ${platform.assumed.join(', ')})`;
  return `${system[platform.kind]} on ${platform.arch}${config}${cmdline}${assumed}`;
}

/** What the role of a device follows from. */
export function roleText(why: RoleWhy): string {
  switch (why.kind) {
    case 'property':
      return `the node has ${why.property}`;
    case 'pci-host':
      return 'a PCI host bridge, whose functions do DMA';
    case 'pci-function':
      return 'a function on a PCI bus';
    case 'driver':
      return `the driver for ${why.compatible} in Linux ${why.release} uses the DMA API`;
    case 'channels':
      return `dmas lets ${why.controllers.join(', ')} do it`;
    case 'is-iommu':
      return 'an IOMMU: it walks its tables, and its masters do DMA';
    case 'no-device':
      return 'Linux makes no device that does DMA for the node';
    case 'no-driver':
      return `no driver of Linux ${why.release} that is known to this tool uses the DMA API for it`;
  }
}

/** `a.dts, b.dts, c.dts and 3 more`. */
export function someOf(names: readonly string[], shown = 3): string {
  const more = names.length - shown;
  if (more > 0) return `${names.slice(0, shown).join(', ')} and ${more} more`;
  const last = names[names.length - 1] ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** `requester IDs 0x100 to 0x1ff`, or `no requester ID` where the entry covers none. */
export function requesterIds({ ridBase, length }: { readonly ridBase: number; readonly length: number }): string {
  return length === 0 ? 'no requester ID' : `requester IDs ${hex(ridBase)} to ${hex(ridBase + length - 1)}`;
}
