// SPDX-License-Identifier: MIT
// Words for default domains, and for the mappings of 32-bit Arm.
import { t, texts } from '#base/language.ts';
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

const FORCED: Readonly<Record<ForcedType, string>> = texts({
  identity: 'an identity domain',
  dma: 'a translating domain',
  platform: 'the DMA operations of the platform',
});

const FORCED_BECAUSE: Readonly<Record<ForcedReason, string>> = texts({
  'display-driver-attaches': 'only the display driver uses translation, and it attaches the device itself',
  'pamu-passes-all': 'the PAMU lets all DMA pass one to one until VFIO takes the device',
  'own-mappings': 'its firmware or driver manages its own mappings',
  'legacy-groups': 'the legacy binding cannot tell which masters share a group',
  'legacy-without-dma-domain': 'there is no translating domain for masters of the legacy binding',
  'dart-page-size': 'a page of the DART would cover memory of other owners',
  'dart-without-bypass': 'there is no identity domain without bypass',
  'untranslated-trace': 'the PCIe trace device works only with untranslated addresses',
});

const TRAITS: Readonly<Record<HardwareTrait, string>> = texts({
  'dart-page-size': 'the DART has larger pages than the kernel (16 KiB against CONFIG_ARM64_4K_PAGES)',
  'dart-without-bypass': 'the DART cannot be bypassed',
});

/** Why a driver forces a domain type: a clause. */
export function forcedText(why: ForcedReason): string {
  return FORCED_BECAUSE[why];
}

export const DOMAINS: Words<DomainStatement> = {
  'domain-forced': ({ type, why }) => t('The driver forces {0}, because {1}.', FORCED[type], forcedText(why)),
  'domain-forced-where': ({ type, trait }) => t('The driver forces {0} where {1}.', FORCED[type], TRAITS[trait]),
  'external-port-trusted': ({ port }) =>
    t(
      'The function is behind {0}, which is `external-facing`: Linux trusts it nevertheless on this architecture.',
      quoted(port),
    ),
  'no-iommu-dma': () => t('Without CONFIG_IOMMU_DMA the default domain is an identity domain.'),
  'passes-through': ({ because }) => t('The default domain passes addresses through ({0}).', becauseText(because)),
  'no-dma-domain': ({ driver }) => t('The driver {0} has no domain for the DMA API: DMA stays untranslated.', driver),
  'no-identity-domain': ({ device, because }) =>
    t(
      'The driver has no identity domain for {0}, so Linux translates although {1} asks for none.',
      quoted(device),
      becauseText(because),
    ),
  translates: ({ lazy, because, lazyAsked }) => {
    const from = because === null ? 'DMA' : becauseText(because);
    const refused =
      lazyAsked === null
        ? ''
        : t('; the driver cannot do the lazy invalidation that {0} asks for', becauseText(lazyAsked));
    return t(
      'The default domain translates, with {0} invalidation ({1}){2}.',
      lazy ? t('lazy') : t('strict'),
      from,
      refused,
    );
  },
  'outside-aperture': ({ lowest, last, device }) =>
    t(
      '`dma-ranges` allows no address below {0}, the IOMMU none above {1}: Linux keeps untranslated DMA, and the IOMMU of {2} blocks it.',
      hex(lowest),
      hex(last),
      quoted(device),
    ),
  'maybe-outside-aperture': ({ lowest }) =>
    t(
      '`dma-ranges` allows no address below {0}, and a register of the IOMMU says whether it translates any above.',
      hex(lowest),
    ),
  'arm-mapping-of-driver': ({ start, end }) =>
    t('The driver attaches all its masters to one Arm mapping, of the addresses {0}.', bounds(start, end)),
  'arm-mapping-unseen': () =>
    t(
      'The driver found the device itself, without of_xlate; Linux takes it for one without an IOMMU and maps nothing.',
    ),
  'arm-mapping': () => t('Linux attaches the device to an Arm mapping of its own, whatever the default domain is.'),
  'arm-mapping-once': () =>
    t('It is the only device of its group that gets a mapping: when the next one comes, the group has two.'),
  'arm-mapping-shared-group': () =>
    t('The group already has a device, and a mapping can only be attached to a device that is alone in its group.'),
  'arm-group-unusable': () => t('As the group is not in its default domain, no driver can bind the device (-EBUSY).'),
  'arm-mapping-too-large': () =>
    t('`dma-ranges` spans more than the 4 GiB that an Arm mapping can have: the device keeps direct DMA.'),
};

export const DOMAIN_CONDITIONS: Words<DomainAlternative> = {
  'hardware-trait': ({ trait }) => t('whether {0}', TRAITS[trait]),
  'untrusted-backport': () =>
    t('whether the kernel has the change of Linux 6.13 by which only x86 distrusts functions from outside'),
  'address-bits': () => t('how many address bits the IOMMU translates'),
  'arm-mapping-selected': () => 'CONFIG_ARM_DMA_USE_IOMMU',
  'first-of-group': () => t('which device of the group is probed first'),
};

export const DOMAIN_OTHERWISE: Words<DomainAlternative> = {
  'hardware-trait': ({ trait }) => TRAITS[trait],
  'untrusted-backport': () => t('the kernel is from before that change'),
  'address-bits': () => t('it translates none that high'),
  'arm-mapping-selected': () => t('no option of the kernel selects it'),
  'first-of-group': ({ first }) => (first ? t('another one is probed first') : t('it is probed first')),
};
