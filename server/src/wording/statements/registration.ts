// SPDX-License-Identifier: MIT
// Words for IOMMUs that never come up, and for what their nodes lack.
import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type {
  Lack,
  RegistrationCondition,
  RegistrationReason,
  RegistrationStatement,
  StringNote,
} from '#model/statements/registration.ts';
import { quoted, withoutStop } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

export const REGISTRATION: Words<RegistrationStatement> = {
  'never-registered': ({ why }, { reasonText }) =>
    t('The node is never registered as an IOMMU, because {0}.', reasonText(why)),
};

const LACKS: Words<Lack> = {
  property: ({ property }) => t('it has no {0}', quoted(property)),
  'clock-names': ({ sets }) => {
    const wanted = sets.map((set) => set.map(quoted).join(t(' and '))).join(t(' or '));
    return t('its `clock-names` lacks {0}', wanted);
  },
  interrupts: ({ found, wanted }) => {
    const has = found === 0 ? t('no interrupt') : `${found} ${found === 1 ? t('interrupt') : t('interrupts')}`;
    return t('it has {0} where {1} {2} needed', has, wanted, wanted === 1 ? t('is') : t('are'));
  },
  registers: ({ found, wanted }) => t('its registers are {0} bytes instead of {1}', hex(found), hex(wanted)),
  'usable-reg': () => t('it has no usable `reg`'),
  supplier: ({ property }) => t('the node that {0} names has no device', quoted(property)),
};

/** What a node lacks: a clause about "it". */
export function lackText(lack: Lack): string {
  return wordsOf(LACKS, lack);
}

const NOTES: Readonly<Record<StringNote, string>> = texts({
  'tegra-ahb': 'The bus that must let the SMMU answer.',
  'tegra30-smmu': 'The separate node of the first binding; since Linux 3.19 the memory controller is the IOMMU.',
  'tegra20-gart': 'The GART that it had is not an IOMMU since Linux 6.1.',
  'tegra-memory-controller': 'Only a memory controller; the IOMMU is the node with `nvidia,smmu-500`.',
  'context-bank': 'A context bank; masters point to its parent with the number of the bank.',
  'translation-buffer': 'A translation buffer unit of the SMMU; masters point to the SMMU.',
  'command-queue-virtualisation': 'Command queue virtualisation beside the SMMU; the SMMU node names it.',
  'virtio-mmio': 'An IOMMU only with `#iommu-cells` and when the device behind the transport has virtio ID 23.',
  'virtio-pci': 'The node of a PCI function, found by `reg`; virtio-pci binds the function by its PCI ID.',
  'omap-syscon': '`ti,syscon-mmuconfig` is a syscon and the number of this MMU, 0 or 1.',
  'page-size-limit':
    'Only pages up to the page size of the CPU: larger ones leave stale walk-cache entries on this SoC.',
  'gpu-stream-zero': 'The GPU must use stream ID 0 to get its own page tables per process.',
  'no-identity-list': 'No vendor code except for the GPU: the identity list of clients does not hold here.',
  'no-aarch64-tables': 'Tables in AArch64 format are switched off.',
  'infra-banks': 'PCIe ports have the page table of bank 0, USB ports that of bank 4.',
});

/** What the registry notes about a compatible string: a sentence. */
export function noteText(note: StringNote): string {
  return NOTES[note];
}

const ERRORS: Readonly<Record<number, string>> = { [-22]: '-EINVAL', [-28]: '-ENOSPC', [-34]: '-ERANGE' };

/** `-EINVAL` */
export function errorName(error: number): string {
  return ERRORS[error] ?? String(error);
}

const printed = (log: string | null): string => (log === null ? '' : `: "${log}"`);

export const REGISTRATION_REASONS: Words<RegistrationReason> = {
  'needs-itself': () => t('it needs itself'),
  'other-driver-first': ({ first }) =>
    t('before Linux 6.8 one driver serves all IOMMUs, and {0} comes first', quoted(first)),
  'no-device': ({ why }, { statementText }) =>
    t('Linux makes no device for it ({0})', why === null ? t('it has no device') : withoutStop(statementText(why))),
  'no-compatible': () => t('it has no `compatible`'),
  'no-iommu-driver': ({ compatible }) =>
    t('no IOMMU driver of Linux for {0} is known to this tool', quoted(compatible)),
  'string-not-bound': ({ compatible, driver, role, note }) =>
    note === null
      ? t('no driver of this Linux binds {0} ({1} knows it as {2})', quoted(compatible), driver, role)
      : t('no driver of this Linux binds it ({0})', withoutStop(noteText(note))),
  'driver-not-built': ({ driver, symbol }) => t('this kernel has no {0} driver (CONFIG_{1} is off)', driver, symbol),
  'driver-left-out': ({ driver, option }) => t('{0} keeps the {1} driver from starting', quoted(option), driver),
  'probe-prints': ({ log }) => t('its probe fails: "{0}"', log),
  lacks: ({ lack, log }) => t('{0}, so its probe fails{1}', lackText(lack), printed(log)),
  'supplier-disabled': ({ property, supplier }) =>
    t('its {0} needs {1}, which is disabled', quoted(property), quoted(supplier)),
  'supplier-not-built': ({ property, supplier, symbol }) =>
    t(
      'its {0} needs {1}, which has no driver in this kernel (CONFIG_{2} is off)',
      quoted(property),
      quoted(supplier),
      symbol,
    ),
  'root-ipmmu': () => t('the root IPMMU serves only the cache IPMMUs and is not registered (ipmmu_probe)'),
  'other-generation': ({ first }) =>
    t('{0} is of another generation, and the driver serves only one generation in a system', quoted(first)),
  'form-differs': ({ has, property, first, log }) =>
    t(
      'it {0} {1}, unlike {2}, and all must be alike: "{3}"',
      has ? t('has') : t('lacks'),
      quoted(property),
      quoted(first),
      log,
    ),
  'master-refused': ({ master, why, error }, { reasonText }) =>
    t(
      'its driver refuses {0} ({1}: {2}), and since Linux 6.15 one refused device ends the registration of the whole IOMMU',
      quoted(master),
      errorName(error),
      reasonText(why),
    ),
  'only-listed-masters': ({ property }) =>
    t('it has {0}, so it is registered without its node and only for the masters that it lists', quoted(property)),
};

export const REGISTRATION_CONDITIONS: Words<Extract<RegistrationCondition, { readonly kind: 'iommu-probed-first' }>> = {
  'iommu-probed-first': ({ iommu }) => t('whether {0} is probed first', quoted(iommu)),
};
