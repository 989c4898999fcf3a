// SPDX-License-Identifier: MIT
// Words for default domains, and for the mappings of 32-bit Arm.
import { hex } from '#base/numbers.ts';
import type {
  DomainAlternative,
  DomainStatement,
  ForcedReason,
  ForcedType,
  HardwareTrait,
} from '#model/statements/domains.ts';
import { becauseText } from './platform.ts';
import { bounds, quoted } from './terms.ts';
import type { Words } from './words.ts';

const FORCED: Readonly<Record<ForcedType, string>> = {
  identity: 'an identity domain',
  dma: 'a translating domain',
  platform: 'the DMA operations of the platform',
};

const FORCED_BECAUSE: Readonly<Record<ForcedReason, string>> = {
  'display-driver-attaches': 'only the display driver uses translation, and it attaches the device itself',
  'pamu-passes-all': 'the PAMU lets all DMA pass one to one until VFIO takes the device',
  'own-mappings': 'its firmware or driver manages its own mappings',
  'legacy-groups': 'the legacy binding cannot tell which masters share a group',
  'legacy-without-dma-domain': 'there is no translating domain for masters of the legacy binding',
  'dart-page-size': 'a page of the DART would cover memory of other owners',
  'dart-without-bypass': 'there is no identity domain without bypass',
  'untranslated-trace': 'the PCIe trace device works only with untranslated addresses',
};

const TRAITS: Readonly<Record<HardwareTrait, string>> = {
  'dart-page-size': 'the DART has larger pages than the kernel (16 KiB against CONFIG_ARM64_4K_PAGES)',
  'dart-without-bypass': 'the DART cannot be bypassed',
};

/** Why a driver forces a domain type: a clause. */
export function forcedText(why: ForcedReason): string {
  return FORCED_BECAUSE[why];
}

export const DOMAINS: Words<DomainStatement> = {
  'domain-forced': ({ type, why }) => `The driver forces ${FORCED[type]}, because ${forcedText(why)}.`,
  'domain-forced-where': ({ type, trait }) => `The driver forces ${FORCED[type]} where ${TRAITS[trait]}.`,
  'external-port-trusted': ({ port }) =>
    `The function is behind ${quoted(port)}, which is \`external-facing\`: Linux trusts it nevertheless on this architecture.`,
  'no-iommu-dma': () => 'Without CONFIG_IOMMU_DMA the default domain is an identity domain.',
  'passes-through': ({ because }) => `The default domain passes addresses through (${becauseText(because)}).`,
  'no-dma-domain': ({ driver }) => `The driver ${driver} has no domain for the DMA API: DMA stays untranslated.`,
  'no-identity-domain': ({ device, because }) =>
    `The driver has no identity domain for ${quoted(device)}, so Linux translates although ${becauseText(because)} asks for none.`,
  translates: ({ lazy, because, lazyAsked }) => {
    const from = because === null ? 'DMA' : becauseText(because);
    const refused =
      lazyAsked === null ? '' : `; the driver cannot do the lazy invalidation that ${becauseText(lazyAsked)} asks for`;
    return `The default domain translates, with ${lazy ? 'lazy' : 'strict'} invalidation (${from})${refused}.`;
  },
  'outside-aperture': ({ lowest, last, device }) =>
    `\`dma-ranges\` allows no address below ${hex(lowest)}, the IOMMU none above ${hex(last)}: Linux keeps untranslated DMA, and the IOMMU of ${quoted(device)} blocks it.`,
  'maybe-outside-aperture': ({ lowest }) =>
    `\`dma-ranges\` allows no address below ${hex(lowest)}, and a register of the IOMMU says whether it translates any above.`,
  'arm-mapping-of-driver': ({ start, end }) =>
    `The driver attaches all its masters to one Arm mapping, of the addresses ${bounds(start, end)}.`,
  'arm-mapping-unseen': () =>
    'The driver found the device itself, without of_xlate; Linux takes it for one without an IOMMU and maps nothing.',
  'arm-mapping': () => 'Linux attaches the device to an Arm mapping of its own, whatever the default domain is.',
  'arm-mapping-once': () =>
    'It is the only device of its group that gets a mapping: when the next one comes, the group has two.',
  'arm-mapping-shared-group': () =>
    'The group already has a device, and a mapping can only be attached to a device that is alone in its group.',
  'arm-group-unusable': () => 'As the group is not in its default domain, no driver can bind the device (-EBUSY).',
  'arm-mapping-too-large': () =>
    '`dma-ranges` spans more than the 4 GiB that an Arm mapping can have: the device keeps direct DMA.',
};

export const DOMAIN_CONDITIONS: Words<DomainAlternative> = {
  'hardware-trait': ({ trait }) => `whether ${TRAITS[trait]}`,
  'untrusted-backport': () =>
    'whether the kernel has the change of Linux 6.13 by which only x86 distrusts functions from outside',
  'address-bits': () => 'how many address bits the IOMMU translates',
  'arm-mapping-selected': () => 'CONFIG_ARM_DMA_USE_IOMMU',
  'first-of-group': () => 'which device of the group is probed first',
};

export const DOMAIN_OTHERWISE: Words<DomainAlternative> = {
  'hardware-trait': ({ trait }) => TRAITS[trait],
  'untrusted-backport': () => 'the kernel is from before that change',
  'address-bits': () => 'it translates none that high',
  'arm-mapping-selected': () => 'no option of the kernel selects it',
  'first-of-group': ({ first }) => (first ? 'another one is probed first' : 'it is probed first'),
};
