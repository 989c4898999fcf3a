// SPDX-License-Identifier: MIT
// Xen grant DMA: a virtio device of a Xen guest whose IOMMU is `xen,grant-dma` reaches only pages that it granted.
import { hex } from '#base/numbers.ts';
import type { Span } from '#base/text.ts';
import { iommuMap, mapId } from '#model/iommu/id-map.ts';
import type { DmaSystem, Subject, Translation } from '#model/iommu/subject.ts';
import { hasXenHypervisorNode } from '#model/platform/nodes.ts';
import { compareVersions, isEnabled } from '#model/platform/platform.ts';
import { at, doubt, newSteps, quoted, type Steps, say, sayIf } from '#model/report/steps.ts';
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
    const text = 'Grants are set up when a virtio device negotiates its features; this is none, so it gets no grants.';
    say(steps, FEATURES_OK, text, at(subject.node, 'compatible'));
    return {};
  }
  const obstacle = obstacleTo(subject, grant);
  if (obstacle) {
    say(steps, obstacle.authority, obstacle.text, ...obstacle.evidence);
    if (obstacle.backported !== undefined) {
      doubt(steps, obstacle.backported);
      steps.alternative ??= { when: 'the kernel has the backport', verdict: 'xen-grant' };
    }
    return {};
  }
  const domid = (grant.args[0] ?? 0) & 0xffff;
  return { ops: { verdict: 'xen-grant', steps: grantSteps(subject, grant, domid) }, xen: { backendDomid: domid } };
}

interface Obstacle {
  readonly text: string;
  readonly authority: string;
  readonly evidence: readonly Span[];
  /** A later patch level of the same release lifts it. */
  readonly backported?: string;
}

/** Why the virtio core leaves the platform's DMA operations in place. */
function obstacleTo({ machine, id }: Subject, grant: Grant): Obstacle | undefined {
  const { platform } = machine;
  if (grant.args.length !== 1) {
    const text = `${quoted(pathOf(grant.provider))} has ${grant.args.length} cells instead of 1: Linux takes it for no grant provider and goes on without grants.`;
    return { text, authority: INIT_DOMID, evidence: [grant.span, at(grant.provider, '#iommu-cells')] };
  }
  const since = id === undefined ? ([5, 19] as const) : ([6, 2] as const);
  if (compareVersions(platform.kernelVersion, since) < 0) {
    const what = id === undefined ? 'grant DMA' : 'grant DMA of PCI functions';
    const text = `Linux before ${since.join('.')} has no ${what}.`;
    const backport = id !== undefined && compareVersions(platform.kernelVersion, [6, 1]) === 0;
    const evidence = [grant.span];
    return {
      text,
      authority: INIT_DOMID,
      evidence,
      ...(backport && { backported: 'whether the kernel is 6.1.170 or later' }),
    };
  }
  for (const symbol of ['XEN', 'XEN_VIRTIO', 'XEN_GRANT_DMA_OPS']) {
    if (isEnabled(platform, symbol) !== 'off') continue;
    return { text: `This kernel has no CONFIG_${symbol}: no grants.`, authority: MEM_ACC, evidence: [] };
  }
  if (platform.kind === 'linux' || platform.kind === 'kvm') {
    if (hasXenHypervisorNode(machine)) return undefined;
    const text =
      'Linux does not run under Xen here (the tree has no `/hypervisor` with "xen,xen"), so nobody sets up grants.';
    return { text, authority: 'Linux 6.12 arch/arm/xen/enlighten.c:xen_guest_init', evidence: [] };
  }
  return undefined;
}

function grantSteps(subject: Subject, grant: Grant, domid: number): Steps {
  const steps = newSteps();
  const { id, machine } = subject;
  const whence = id === undefined ? '`iommus` entry 0' : `\`iommu-map\` for requester ID ${hex(id)}`;
  say(
    steps,
    INIT_DOMID,
    `When the virtio device negotiates its features, Linux reads ${whence} again: ${quoted(pathOf(grant.provider))} is "xen,grant-dma", the backend is domain ${domid}.`,
    grant.span,
  );
  if (isVirtio(subject) === 'unknown') {
    sayIf(steps, FEATURES_OK, 'Only virtio functions get grants.', {
      dependsOn: 'whether the PCI function is a virtio device',
    });
  }
  const shape = 'bit 63, the grant reference from bit 12 on, and the offset in the page';
  say(
    steps,
    'Linux 6.12 drivers/xen/grant-dma-ops.c:grant_to_dma',
    `A DMA address is ${shape}; domain ${domid} reaches only granted pages.`,
  );
  say(steps, FEATURES_OK, 'The device must offer VIRTIO_F_VERSION_1 and VIRTIO_F_ACCESS_PLATFORM, or its probe fails.');
  if (machine.platform.kernelConfig === undefined) {
    say(
      steps,
      MEM_ACC,
      'The kernel is assumed to have CONFIG_XEN_VIRTIO; without it the device would use guest physical addresses.',
    );
  }
  return steps;
}

export const GRANT_DMA: DmaSystem = {
  id: 'grant-dma',
  title: 'Xen grant DMA',
  source: 'drivers/xen/grant-dma-ops.c, drivers/xen/grant-dma-iommu.c',
  claims,
  translate,
};
