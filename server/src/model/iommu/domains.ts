// SPDX-License-Identifier: MIT
// The default domain of a device's group: what the driver forces, else the kernel's default, else what can be had.
import { smaller } from '#model/addresses/addresses.ts';
import { deviceName } from '#model/devices/device-name.ts';
import type { DriverMatch } from '#model/drivers/index.ts';
import type { DomainRule, DomainType } from '#model/drivers/types.ts';
import { GATES } from '#model/platform/gates.ts';
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { defaultDomain, isEnabled } from '#model/platform/platform.ts';
import { has, inVersions } from '#model/platform/releases.ts';
import { at, decides, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { Verdict } from '#model/report/types.ts';
import type { ForcedReason } from '#model/statements/domains.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { armMapping } from './arm-mapping.ts';
import { pciPlacement } from './groups.ts';
import type { Subject } from './subject.ts';

const DEFAULT_TYPE = 'Linux 6.12 drivers/iommu/iommu.c:iommu_get_default_domain_type';
const SUBSYS_INIT = 'Linux 6.12 drivers/iommu/iommu.c:iommu_subsys_init';
const INIT_DOMAIN = 'Linux 6.12 drivers/iommu/dma-iommu.c:iommu_dma_init_domain';

/** The default domain type that Linux prints at boot, and where it comes from. */
const globalDefault = perMachine(({ platform }) => {
  const { value, because } = defaultDomain(platform);
  return { type: value, because };
});

/** Architectures that select IOMMU_DMA in Linux 6.12; on the others no IOMMU domain backs the DMA API by itself. */
const WITH_IOMMU_DMA = ['arm64', 'x86'];

interface Forced {
  readonly type: DomainRule['type'];
  readonly why: ForcedReason;
  readonly source: string;
}

/** The verdict for a device whose group is made; `group` are the nodes of all its devices. */
export function domainVerdict(subject: Subject, group: readonly DtNode[], steps: Steps): Verdict {
  const { machine } = subject;
  const { match, node: iommu } = subject.binding.reached[0]?.state ?? {};
  if (!match || !iommu) return 'direct';
  const forced = forcedType(machine, group, { match, iommu }, steps);
  if (forced) {
    const { type, why, source } = forced;
    say(steps, source.startsWith('Linux ') ? source : `Linux 6.12 ${source}`, { kind: 'domain-forced', type, why });
    if (type !== 'dma') decides(steps);
  }
  const mapped = machine.platform.arch === 'arm' ? armMapping(subject, match.driver, steps) : undefined;
  if (mapped !== undefined) return mapped;
  if (forced?.type === 'identity') return 'iommu-identity';
  if (forced?.type === 'platform') return 'direct';
  if (!forced) sayExternal(subject, steps);
  const iommuDma = isEnabled(machine.platform, 'IOMMU_DMA');
  if (iommuDma === 'off' || (iommuDma === 'unknown' && !WITH_IOMMU_DMA.includes(machine.platform.arch))) {
    say(steps, DEFAULT_TYPE, { kind: 'no-iommu-dma' });
    decides(steps);
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
  const statement = { kind: 'external-port-trusted', port: pathOf(port) } as const;
  const evidence = at(port, 'external-facing');
  if (has(kernelVersion, GATES.armTrusts)) {
    say(steps, authority, statement, evidence);
    return;
  }
  const dependsOn = { kind: 'untrusted-backport' } as const;
  sayIf(steps, authority, statement, { dependsOn, evidence: [evidence] });
  otherwise(steps, dependsOn, 'iommu-dma');
}

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
    if (rule.config !== undefined && isEnabled(machine.platform, rule.config) === 'off') continue;
    // Functions are told apart by their ID registers only.
    if (rule.pciId !== undefined) continue;
    if (rule.binding !== undefined && !iommu.properties.has(rule.binding)) continue;
    const { clients } = rule;
    if (clients && !group.some((node) => compatibles(node).some((name) => clients.includes(name)))) continue;
    if (rule.hardware !== undefined) {
      const dependsOn = { kind: 'hardware-trait', trait: rule.hardware } as const;
      const statement = { kind: 'domain-forced-where', type: rule.type, trait: rule.hardware } as const;
      sayIf(steps, `Linux 6.12 ${rule.source}`, statement, { dependsOn });
      if (rule.type === 'identity') otherwise(steps, dependsOn, 'iommu-identity');
      continue;
    }
    // Where the devices of a group disagree, identity wins.
    if (!found || rule.type === 'identity') found = rule;
  }
  return found;
}

function domainsOf(machine: Machine, { driver }: DriverMatch): readonly DomainType[] {
  const before = driver.domainsBefore?.find(({ until }) => !has(machine.platform.kernelVersion, until));
  return before?.domains ?? driver.domains;
}

/** The kernel's default (or the forced type) against what the driver can allocate. */
function settled(subject: Subject, forced: 'dma' | undefined, match: DriverMatch, steps: Steps): Verdict {
  const { machine } = subject;
  const available = domainsOf(machine, match);
  const { type, because } = globalDefault(machine);
  const wanted = forced ?? type;
  if (wanted === 'identity' && available.includes('identity')) {
    say(steps, SUBSYS_INIT, { kind: 'passes-through', because });
    decides(steps);
    return 'iommu-identity';
  }
  if (!available.includes('dma')) {
    say(steps, DEFAULT_TYPE, { kind: 'no-dma-domain', driver: match.driver.name });
    decides(steps);
    return 'iommu-identity';
  }
  if (wanted === 'identity') {
    const name = deviceName(machine, subject.node);
    steps.log.push(
      'iommu: Failed to allocate default IOMMU domain of type 4 for group (null) - Falling back to IOMMU_DOMAIN_DMA',
    );
    say(steps, DEFAULT_TYPE, { kind: 'no-identity-domain', device: name, because });
  }
  if (outsideAperture(subject, match, steps)) return 'direct';
  if (wanted === 'dma-fq' && available.includes('dma-fq')) {
    say(steps, SUBSYS_INIT, { kind: 'translates', lazy: true, because, lazyAsked: null });
    return 'iommu-dma-fq';
  }
  const lazyAsked = wanted === 'dma-fq' ? because : null;
  say(steps, SUBSYS_INIT, { kind: 'translates', lazy: false, because: lazyAsked ? null : because, lazyAsked });
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
  say(steps, INIT_DOMAIN, { kind: 'outside-aperture', lowest, last, device: pathOf(subject.node) });
  decides(steps);
  return true;
}

function sayNarrow(lowest: bigint, steps: Steps): void {
  const dependsOn = { kind: 'address-bits' } as const;
  sayIf(steps, INIT_DOMAIN, { kind: 'maybe-outside-aperture', lowest }, { dependsOn });
  otherwise(steps, dependsOn, 'direct');
}
