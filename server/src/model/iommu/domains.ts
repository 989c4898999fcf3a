// SPDX-License-Identifier: MIT
// The default domain of a device's group: what the driver forces, else the kernel's default, else what can be had.
import { hex } from '#base/numbers.ts';
import { smaller } from '#model/addresses/addresses.ts';
import { deviceName } from '#model/devices/device-name.ts';
import type { DriverMatch } from '#model/drivers/index.ts';
import type { DomainRule, DomainType } from '#model/drivers/types.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { compareVersions, defaultDomain, inVersions, isEnabled } from '#model/platform/platform.ts';
import { at, quoted, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { Verdict } from '#model/report/types.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { armMapping } from './arm-mapping.ts';
import { pciPlacement } from './groups.ts';
import type { Subject } from './subject.ts';

const DEFAULT_TYPE = 'Linux 6.12 drivers/iommu/iommu.c:iommu_get_default_domain_type';
const SUBSYS_INIT = 'Linux 6.12 drivers/iommu/iommu.c:iommu_subsys_init';
const INIT_DOMAIN = 'Linux 6.12 drivers/iommu/dma-iommu.c:iommu_dma_init_domain';

/** The default domain type that Linux prints at boot, and a clause that names where it comes from. */
const globalDefault = perMachine(({ platform }) => {
  const { value, because } = defaultDomain(platform);
  return { type: value, from: because.includes('=') ? quoted(because) : because };
});

/** Architectures that select IOMMU_DMA in Linux 6.12; on the others no IOMMU domain backs the DMA API by itself. */
const WITH_IOMMU_DMA = ['arm64', 'x86'];

interface Forced {
  readonly type: DomainRule['type'];
  readonly why: string;
  readonly source: string;
}

/** The verdict for a device whose group is made; `group` are the nodes of all its devices. */
export function domainVerdict(subject: Subject, group: readonly DtNode[], steps: Steps): Verdict {
  const { machine } = subject;
  const { match, node: iommu } = subject.binding.reached[0]?.state ?? {};
  if (!match || !iommu) return 'direct';
  const forced = forcedType(machine, group, { match, iommu }, steps);
  if (forced) {
    say(steps, `Linux 6.12 ${forced.source}`, `The driver forces ${NAMES[forced.type]}, because ${forced.why}.`);
  }
  const mapped = machine.platform.arch === 'arm' ? armMapping(subject, match.driver, steps) : undefined;
  if (mapped !== undefined) return mapped;
  if (forced?.type === 'identity') return 'iommu-identity';
  if (forced?.type === 'platform') return 'direct';
  if (!forced) sayExternal(subject, steps);
  const iommuDma = isEnabled(machine.platform, 'IOMMU_DMA');
  if (iommuDma === 'off' || (iommuDma === 'unknown' && !WITH_IOMMU_DMA.includes(machine.platform.arch))) {
    say(steps, DEFAULT_TYPE, 'Without CONFIG_IOMMU_DMA the default domain is an identity domain.');
    return 'iommu-identity';
  }
  return settled(subject, forced ? 'dma' : undefined, match, steps);
}

/**
 * The port that leads out of the machine, above the function that a PCI function's group was made for: only that one
 * counts when the group gets its domain.
 */
function externalPort(subject: Subject): DtNode | undefined {
  let port = pciPlacement(subject)?.founder?.above;
  while (port && !port.node.properties.has('external-facing')) port = port.above;
  return port?.node;
}

/**
 * Since Linux 6.13 (3b96b895127b, in 6.1.192 and 6.12.117, too: seen booted) the architecture says which functions come
 * from outside, and Arm says none; before, those below such a port were not trusted and always translated.
 */
function sayExternal(subject: Subject, steps: Steps): void {
  const port = externalPort(subject);
  if (!port) return;
  const { kernelVersion } = subject.machine.platform;
  const authority = 'Linux 6.12 drivers/pci/probe.c:set_pcie_untrusted';
  const text = `The function is behind ${quoted(pathOf(port))}, which is \`external-facing\`: Linux trusts it all the same on this architecture.`;
  const evidence = at(port, 'external-facing');
  if (compareVersions(kernelVersion, [6, 13]) >= 0) {
    say(steps, authority, text, evidence);
    return;
  }
  const dependsOn =
    'whether the kernel has the change of Linux 6.13 by which only x86 distrusts functions from outside';
  sayIf(steps, authority, text, { dependsOn, evidence: [evidence] });
  steps.alternative ??= { when: 'the kernel is from before that change', verdict: 'iommu-dma' };
}

const NAMES: Readonly<Record<DomainRule['type'], string>> = {
  identity: 'an identity domain',
  dma: 'a translating domain',
  platform: 'the DMA operations of the platform',
};

function forcedType(
  machine: Machine,
  group: readonly DtNode[],
  { match, iommu }: { readonly match: DriverMatch; readonly iommu: DtNode },
  steps: Steps,
): Forced | undefined {
  const { driver, traits } = match;
  let found: Forced | undefined;
  for (const rule of driver.domainRules) {
    if (!inVersions(machine.platform.kernelVersion, rule)) continue;
    if (rule.implementation !== undefined && rule.implementation !== traits.implementation) continue;
    // Functions are told apart by their ID registers only.
    if (rule.pciId !== undefined) continue;
    if (rule.binding !== undefined && !iommu.properties.has(rule.binding)) continue;
    const { clients } = rule;
    if (clients && !group.some((node) => compatibles(node).some((name) => clients.includes(name)))) continue;
    if (rule.hardware !== undefined) {
      sayIf(steps, `Linux 6.12 ${rule.source}`, `The driver forces ${NAMES[rule.type]} where ${rule.hardware}.`, {
        dependsOn: `whether ${rule.hardware}`,
      });
      if (rule.type === 'identity') steps.alternative ??= { when: rule.hardware, verdict: 'iommu-identity' };
      continue;
    }
    // Where the devices of a group disagree, identity wins.
    if (!found || rule.type === 'identity') found = rule;
  }
  return found;
}

function domainsOf(machine: Machine, { driver }: DriverMatch): readonly DomainType[] {
  const before = driver.domainsBefore;
  return before && compareVersions(machine.platform.kernelVersion, before.until) < 0 ? before.domains : driver.domains;
}

/** The kernel's default (or the forced type) against what the driver can allocate. */
function settled(subject: Subject, forced: 'dma' | undefined, match: DriverMatch, steps: Steps): Verdict {
  const { machine } = subject;
  const available = domainsOf(machine, match);
  const { type, from } = globalDefault(machine);
  const wanted = forced ?? type;
  if (wanted === 'identity' && available.includes('identity')) {
    say(steps, SUBSYS_INIT, `The default domain passes addresses through (${from}).`);
    return 'iommu-identity';
  }
  if (!available.includes('dma')) {
    say(steps, DEFAULT_TYPE, `The driver ${match.driver.name} has no domain for the DMA API: DMA stays untranslated.`);
    return 'iommu-identity';
  }
  if (wanted === 'identity') {
    const name = deviceName(machine, subject.node);
    steps.log.push(
      'iommu: Failed to allocate default IOMMU domain of type 4 for group (null) - Falling back to IOMMU_DOMAIN_DMA',
    );
    say(
      steps,
      DEFAULT_TYPE,
      `The driver has no identity domain for ${quoted(name)}, so Linux translates although ${from} asks for none.`,
    );
  }
  if (outsideAperture(subject, match, steps)) return 'direct';
  if (wanted === 'dma-fq' && available.includes('dma-fq')) {
    say(steps, SUBSYS_INIT, `The default domain translates, with lazy invalidation (${from}).`);
    return 'iommu-dma-fq';
  }
  const lazy = wanted === 'dma-fq' ? `; the driver cannot do the lazy invalidation that ${from} asks for` : '';
  say(
    steps,
    SUBSYS_INIT,
    `The default domain translates, with strict invalidation (${lazy === '' ? from : 'DMA'})${lazy}.`,
  );
  return 'iommu-dma';
}

/**
 * What an IOMMU translates at least, in bits, where a register of it says whether it is as much as the driver can use
 * (Linux 6.12 arm-smmu-v3.c:arm_smmu_domain_finalise, arm-smmu.c:arm_smmu_device_cfg_probe).
 */
const LEAST_BITS: Readonly<Record<string, number>> = { 'arm-smmu-v3': 48, 'arm-smmu': 32 };

/** `dma-ranges` and the IOVA space have no address in common: the device keeps plain DMA, which the IOMMU blocks. */
function outsideAperture(subject: Subject, { driver, traits }: DriverMatch, steps: Steps): boolean {
  const { windows } = subject.addressing;
  if (traits.iovaBits === null || windows.length === 0) return false;
  const last = (1n << BigInt(traits.iovaBits)) - 1n;
  const lowest = windows.reduce((min, { dma }) => smaller(dma, min), windows[0]?.dma ?? 0n);
  if (lowest <= last) {
    if (lowest >> BigInt(LEAST_BITS[driver.name] ?? traits.iovaBits) > 0n) sayNarrow(lowest, steps);
    return false;
  }
  const name = deviceName(subject.machine, subject.node);
  steps.log.push(
    'specified DMA range outside IOMMU capability',
    `Failed to set up IOMMU for device ${name}; retaining platform DMA ops`,
  );
  say(
    steps,
    INIT_DOMAIN,
    `\`dma-ranges\` allows no address below ${hex(lowest)}, the IOMMU none above ${hex(last)}: Linux keeps untranslated DMA, and the IOMMU of ${quoted(pathOf(subject.node))} blocks it.`,
  );
  return true;
}

function sayNarrow(lowest: bigint, steps: Steps): void {
  const dependsOn = 'how many address bits the IOMMU translates';
  sayIf(
    steps,
    INIT_DOMAIN,
    `\`dma-ranges\` allows no address below ${hex(lowest)}, and a register of the IOMMU says whether it translates any above.`,
    { dependsOn },
  );
  steps.alternative ??= { when: 'it translates none that high', verdict: 'direct' };
}
