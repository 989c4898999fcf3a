// SPDX-License-Identifier: MIT
// Xen grant DMA: a virtio device of a Xen guest whose IOMMU is `xen,grant-dma` reaches only pages that it granted.
import type { Span } from '#base/text.ts';
import { iommuMap, mapId } from '#model/iommu/id-map.ts';
import type { DmaSystem, Subject, Translation } from '#model/iommu/subject.ts';
import { GATES } from '#model/platform/gates.ts';
import { hasXenHypervisorNode } from '#model/platform/nodes.ts';
import { isEnabled } from '#model/platform/platform.ts';
import { has } from '#model/platform/releases.ts';
import { at, decides, doubt, newSteps, otherwise, type Steps, say, sayIf } from '#model/report/steps.ts';
import type { GrantSource, GrantStatement } from '#model/statements/systems.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';

const INIT_DOMID = 'Linux 6.12 drivers/xen/grant-dma-ops.c:xen_dt_grant_init_backend_domid';
const MEM_ACC = 'Linux 6.12 drivers/xen/grant-dma-ops.c:xen_virtio_restricted_mem_acc';
const FEATURES_OK = 'Linux 6.12 drivers/virtio/virtio.c:virtio_features_ok';

interface Grant {
  readonly provider: DtNode;
  readonly args: readonly number[];
  readonly span: Span;
}

/** The provider that the virtio core looks up: `iommus` entry 0, or the host bridge's map for the function. */
function granted(subject: Subject): Grant | undefined {
  const { machine, node, configuredBy, id } = subject;
  if (id !== undefined) {
    const found = mapId(iommuMap(machine, configuredBy).map, configuredBy, 'iommu-map', id);
    if (found.kind !== 'mapped') return undefined;
    // Only the first output cell is handed on, whatever the provider's `#iommu-cells`.
    return { provider: found.provider, args: found.args.slice(0, 1), span: found.row.span };
  }
  const first = specifiers(machine.tree, node.properties.get('iommus'), '#iommu-cells').entries[0];
  if (!first) return undefined;
  return { provider: first.provider, args: first.args.map(({ value }) => value), span: first.phandle.span };
}

function claims(subject: Subject): boolean {
  const grant = granted(subject);
  return grant !== undefined && compatibles(grant.provider).includes('xen,grant-dma');
}

function isVirtio({ bus, node }: Subject): 'yes' | 'no' | 'unknown' {
  if (compatibles(node).includes('virtio,mmio')) return 'yes';
  return bus === 'pci' ? 'unknown' : 'no';
}

function translate(subject: Subject, steps: Steps): Translation {
  const grant = granted(subject);
  if (!grant) return {};
  const virtio = isVirtio(subject);
  if (virtio === 'no') {
    say(steps, FEATURES_OK, { kind: 'not-virtio' }, at(subject.node, 'compatible'));
    return {};
  }
  const obstacle = obstacleTo(subject, grant);
  if (obstacle) {
    say(steps, obstacle.authority, obstacle.statement, ...obstacle.evidence);
    if (obstacle.backported) {
      const backport = { kind: 'grant-backport' } as const;
      doubt(steps, backport);
      otherwise(steps, backport, 'xen-grant');
    }
    return {};
  }
  const domid = (grant.args[0] ?? 0) & 0xffff;
  return { ops: { verdict: 'xen-grant', steps: grantSteps(subject, grant, domid) }, xen: { backendDomid: domid } };
}

interface Obstacle {
  readonly statement: GrantStatement;
  readonly authority: string;
  readonly evidence: readonly Span[];
  /** A later patch level of the same release lifts it. */
  readonly backported?: boolean;
}

/** Why the virtio core leaves the platform's DMA operations in place. */
function obstacleTo({ machine, id }: Subject, grant: Grant): Obstacle | undefined {
  const { platform } = machine;
  if (grant.args.length !== 1) {
    const provider = pathOf(grant.provider);
    const statement = { kind: 'grant-cells', provider, cells: grant.args.length } as const;
    return { statement, authority: INIT_DOMID, evidence: [grant.span, at(grant.provider, '#iommu-cells')] };
  }
  const gate = id === undefined ? GATES.grants : GATES.grantsByMap;
  if (!has(platform.kernelVersion, gate)) {
    const statement = { kind: 'grants-too-new', since: gate.since.join('.'), pci: id !== undefined } as const;
    const backported = id !== undefined && platform.kernelVersion.join('.') === '6.1';
    return { statement, authority: INIT_DOMID, evidence: [grant.span], backported };
  }
  for (const symbol of ['XEN', 'XEN_VIRTIO', 'XEN_GRANT_DMA_OPS']) {
    if (isEnabled(platform, symbol) !== 'off') continue;
    return { statement: { kind: 'grants-not-built', symbol }, authority: MEM_ACC, evidence: [] };
  }
  if (platform.kind === 'linux' || platform.kind === 'kvm') {
    if (hasXenHypervisorNode(machine)) return undefined;
    const authority = 'Linux 6.12 arch/arm/xen/enlighten.c:xen_guest_init';
    return { statement: { kind: 'not-under-xen' }, authority, evidence: [] };
  }
  return undefined;
}

function grantSteps(subject: Subject, grant: Grant, domid: number): Steps {
  const steps = newSteps();
  const { id, machine } = subject;
  const source: GrantSource = id === undefined ? { in: 'iommus' } : { in: 'iommu-map', id };
  const provider = pathOf(grant.provider);
  say(steps, INIT_DOMID, { kind: 'grants-from', source, provider, domid }, grant.span);
  decides(steps);
  if (isVirtio(subject) === 'unknown') {
    sayIf(steps, FEATURES_OK, { kind: 'only-virtio-functions' }, { dependsOn: { kind: 'virtio-function' } });
  }
  say(steps, 'Linux 6.12 drivers/xen/grant-dma-ops.c:grant_to_dma', { kind: 'grant-address', domid });
  say(steps, FEATURES_OK, { kind: 'virtio-features-needed' });
  if (machine.platform.kernelConfig === undefined) say(steps, MEM_ACC, { kind: 'xen-virtio-assumed' });
  return steps;
}

export const GRANT_DMA: DmaSystem = {
  id: 'grant-dma',
  title: 'Xen grant DMA',
  source: 'drivers/xen/grant-dma-ops.c, drivers/xen/grant-dma-iommu.c',
  claims,
  translate,
};
