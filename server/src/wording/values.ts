// SPDX-License-Identifier: MIT
// How a DMA report is put into words: the same in the hover, on the command line and in the topology.
import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { own } from '#base/own.ts';
import type { RoleWhy } from '#model/devices/dma-role.ts';
import type { Platform } from '#model/platform/types.ts';
import { xenName, xenOf } from '#model/platform/xen-build.ts';
import type { DmaReport, IommuUse, Reserved, Verdict, XenLimit } from '#model/report/types.ts';
import type { Otherwise } from '#model/what-if.ts';
import { reservedBecause } from './statements/reserved.ts';
import { elsewhereText } from './statements/what-if.ts';

/** What each verdict means for the device, as the first line of an answer. */
export const VERDICTS: Record<Verdict, string> = texts({
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
});

/** `Xen grants, backend domain 2`: the verdict with the one fact that tells devices of a kind apart. */
export function verdictText(report: DmaReport): string {
  const text = VERDICTS[report.verdict];
  const domid = report.xen?.backendDomid;
  if (report.verdict === 'xen-grant' && domid !== undefined) return t('{0}, backend domain {1}', text, domid);
  if (report.verdict === 'no-device' && report.xen) {
    return report.compatible.includes('xen,domain') ? t('a domain that Xen starts') : t('no device of dom0');
  }
  return text;
}

/** The verdict as the head of a page: that of a host bridge is about what is behind it. */
export function headVerdict(report: DmaReport): string {
  const mapped = report.rid === undefined && report.pci?.maps.some(({ length }) => length > 0);
  const text = verdictText(report);
  return mapped && report.verdict === 'direct'
    ? t('what is behind it: by ID, through iommu-map; itself: {0}', text)
    : text;
}

/** `with \`iommu.passthrough=1\`: behind the IOMMU, …`. */
export function otherwiseText({ when, verdict, backendDomid }: Otherwise): string {
  const domain = backendDomid === undefined ? '' : t(', backend domain {0}', backendDomid);
  return `${elsewhereText(when)}: ${VERDICTS[verdict]}${domain}`;
}

export { idText } from './statements/terms.ts';

/** The driver that Linux binds to the IOMMU, or that there is none. */
export function driverText(use: IommuUse): string {
  return use.driver ?? t('no Linux driver');
}

const LIMITS: Readonly<Record<XenLimit['kind'], string>> = texts({
  contexts: 'contexts',
  'micro-tlbs': 'micro-TLBs',
  streams: 'streams',
});

/** `contexts`, `micro-TLBs`. */
export function limitName({ kind }: Pick<XenLimit, 'kind'>): string {
  return LIMITS[kind];
}

/** What the model says where it knows no domain. */
const NO_DOMAIN = texts({
  'the domain that it is assigned to': 'the domain that it is assigned to',
  'no domain: no partial tree names it': 'no domain: no partial tree names it',
});

/** Who has a device under Xen. */
export function ownerText(owner: string): string {
  return own(NO_DOMAIN, owner) ?? owner;
}

/** `2 of 7: dom0, domU1`. */
export function limitText({ used, available, by }: XenLimit): string {
  return t('{0} of {1}{2}', used, available ?? t('what the hardware has'), by.length === 0 ? '' : `: ${by.join(', ')}`);
}

export function reservedText(reserved: Reserved): string {
  return t('{0} to {1}, {2}: {3}', reserved.start, reserved.end, reserved.type, reservedBecause(reserved.why));
}

/** `Linux 6.12 on arm64, config-6.12`, and which of these nobody stated. */
export function platformText(platform: Platform): string {
  const version = platform.kernelVersion.join('.');
  const xenConfig = platform.xenBuild?.configPath === undefined ? '' : ` (${platform.xenBuild.configPath})`;
  const system: Record<Platform['kind'], string> = {
    linux: t('Linux {0}', version),
    'xen-dom0': t('Linux {0} as Xen dom0', version),
    'xen-domu': t('Linux {0} as a Xen guest', version),
    'xen-host': t('{0}{1}, then Linux {2} as dom0', xenName(xenOf(platform)), xenConfig, version),
    kvm: t('Linux {0} as a KVM guest', version),
    zephyr: 'Zephyr',
  };
  const config = platform.kernelConfigPath ? `, ${platform.kernelConfigPath}` : '';
  const cmdline = platform.cmdline === '' ? '' : t(', booted with `{0}`', platform.cmdline);
  const assumed = platform.assumed.length === 0 ? '' : t(' (assumed: {0})', platform.assumed.join(', '));
  return t('{0} on {1}{2}{3}{4}', system[platform.kind], platform.arch, config, cmdline, assumed);
}

/** What the role of a device follows from. */
export function roleText(why: RoleWhy): string {
  switch (why.kind) {
    case 'property':
      return t('the node has {0}', why.property);
    case 'pci-host':
      return t('a PCI host bridge, whose functions do DMA');
    case 'pci-function':
      return t('a function on a PCI bus');
    case 'driver':
      return t('the driver for {0} in Linux {1} uses the DMA API', why.compatible, why.release);
    case 'channels':
      return t('dmas lets {0} do it', why.controllers.join(', '));
    case 'is-iommu':
      return t('an IOMMU: it walks its tables, and its masters do DMA');
    case 'no-device':
      return t('Linux makes no device that does DMA for the node');
    case 'no-driver':
      return t('no driver of Linux {0} that is known to this tool uses the DMA API for it', why.release);
  }
}

/** `a.dts, b.dts, c.dts and 3 more`. */
export function someOf(names: readonly string[], shown = 3): string {
  const more = names.length - shown;
  if (more > 0) return t('{0} and {1} more', names.slice(0, shown).join(', '), more);
  const last = names[names.length - 1] ?? '';
  return names.length < 2 ? last : t('{0} and {1}', names.slice(0, -1).join(', '), last);
}

/** `requester IDs 0x100 to 0x1ff`, or `no requester ID` where the entry covers none. */
export function requesterIds({ ridBase, length }: { readonly ridBase: number; readonly length: number }): string {
  return length === 0 ? t('no requester ID') : t('requester IDs {0} to {1}', hex(ridBase), hex(ridBase + length - 1));
}
