// SPDX-License-Identifier: MIT
// Words for IOMMUs that never come up, and for what their nodes lack.
import { hex } from '#base/numbers.ts';
import type {
  Lack,
  RegistrationCondition,
  RegistrationReason,
  RegistrationStatement,
  StringNote,
} from '#model/statements/registration.ts';
import { quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

export const REGISTRATION: Words<RegistrationStatement> = {
  'never-registered': ({ why }, { reasonText }) =>
    `The node is never registered as an IOMMU, because ${reasonText(why)}.`,
};

const LACKS: Words<Lack> = {
  property: ({ property }) => `it has no ${quoted(property)}`,
  'clock-names': ({ sets }) => {
    const wanted = sets.map((set) => set.map(quoted).join(' and ')).join(' or ');
    return `its \`clock-names\` lacks ${wanted}`;
  },
  interrupts: ({ found, wanted }) => {
    const has = found === 0 ? 'no interrupt' : `${found} ${found === 1 ? 'interrupt' : 'interrupts'}`;
    return `it has ${has} where ${wanted} ${wanted === 1 ? 'is' : 'are'} needed`;
  },
  registers: ({ found, wanted }) => `its registers are ${hex(found)} bytes instead of ${hex(wanted)}`,
  'usable-reg': () => 'it has no usable `reg`',
  supplier: ({ property }) => `the node that ${quoted(property)} names has no device`,
};

/** What a node lacks: a clause about "it". */
export function lackText(lack: Lack): string {
  return wordsOf(LACKS, lack);
}

const NOTES: Readonly<Record<StringNote, string>> = {
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
};

/** What the registry notes about a compatible string: a sentence. */
export function noteText(note: StringNote): string {
  return NOTES[note];
}

const ERRORS: Readonly<Record<number, string>> = { [-22]: '-EINVAL', [-28]: '-ENOSPC', [-34]: '-ERANGE' };

/** `-EINVAL` */
export function errorName(error: number): string {
  return ERRORS[error] ?? String(error);
}

const withoutStop = (sentence: string): string => sentence.replace(/\.$/, '');
const printed = (log: string | null): string => (log === null ? '' : `: "${log}"`);

export const REGISTRATION_REASONS: Words<RegistrationReason> = {
  'needs-itself': () => 'it needs itself',
  'other-driver-first': ({ first }) =>
    `before Linux 6.8 one driver serves all IOMMUs, and ${quoted(first)} comes first`,
  'no-device': ({ why }, { statementText }) =>
    `Linux makes no device for it (${why === null ? 'it has no device' : withoutStop(statementText(why))})`,
  'no-compatible': () => 'it has no `compatible`',
  'no-iommu-driver': ({ compatible }) => `no IOMMU driver of Linux for ${quoted(compatible)} is known to this tool`,
  'string-not-bound': ({ compatible, driver, role, note }) =>
    note === null
      ? `no driver of this Linux binds ${quoted(compatible)} (${driver} knows it as ${role})`
      : `no driver of this Linux binds it (${withoutStop(noteText(note))})`,
  'driver-not-built': ({ driver, symbol }) => `this kernel has no ${driver} driver (CONFIG_${symbol} is off)`,
  'driver-left-out': ({ driver, option }) => `${quoted(option)} keeps the ${driver} driver from starting`,
  'probe-prints': ({ log }) => `its probe fails: "${log}"`,
  lacks: ({ lack, log }) => `${lackText(lack)}, so its probe fails${printed(log)}`,
  'supplier-disabled': ({ property, supplier }) =>
    `its ${quoted(property)} needs ${quoted(supplier)}, which is disabled`,
  'supplier-not-built': ({ property, supplier, symbol }) =>
    `its ${quoted(property)} needs ${quoted(supplier)}, which has no driver in this kernel (CONFIG_${symbol} is off)`,
  'root-ipmmu': () => 'the root IPMMU serves only the cache IPMMUs and is not registered (ipmmu_probe)',
  'other-generation': ({ first }) =>
    `${quoted(first)} is of another generation, and the driver serves only one generation in a system`,
  'form-differs': ({ has, property, first, log }) =>
    `it ${has ? 'has' : 'lacks'} ${quoted(property)}, unlike ${quoted(first)}, and all must be alike: "${log}"`,
  'master-refused': ({ master, why, error }, { reasonText }) =>
    `its driver refuses ${quoted(master)} (${errorName(error)}: ${reasonText(why)}), and since Linux 6.15 one refused device ends the registration of the whole IOMMU`,
  'only-listed-masters': ({ property }) =>
    `it has ${quoted(property)}, so it is registered without its node and only for the masters that it lists`,
};

export const REGISTRATION_CONDITIONS: Words<Extract<RegistrationCondition, { readonly kind: 'iommu-probed-first' }>> = {
  'iommu-probed-first': ({ iommu }) => `whether ${quoted(iommu)} is probed first`,
};
