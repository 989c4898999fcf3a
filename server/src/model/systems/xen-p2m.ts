// SPDX-License-Identifier: MIT
// Xen on Arm: the operations of a domain that is mapped one to one, who owns a device, and whose P2M its IOMMU walks.
import type { DmaSystem, Subject, Translation } from '#model/iommu/subject.ts';
import { GATES } from '#model/platform/gates.ts';
import { has } from '#model/platform/releases.ts';
import { at, decides, follow, newSteps, type Steps, say } from '#model/report/steps.ts';
import { hostView, protection, xenFacts } from '#model/xen/host.ts';
import { type Assignment, assignments, domainName, hostMachine } from '#model/xen/system.ts';
import { pathOf } from '#tree/query.ts';

const SETUP_OPS = 'Linux 6.12 include/xen/arm/xen-ops.h:xen_setup_dma_ops';

function claims(subject: Subject): boolean {
  const { kind } = subject.machine.platform;
  return kind === 'xen-dom0' || kind === 'xen-host' || assignedHere(subject) !== undefined;
}

/** The assignment that a device of a partial tree stands for, where the host's tree is known. */
function assignedHere({ machine, node }: Subject): Assignment | undefined {
  const { kind, xen } = machine.platform;
  return kind === 'xen-domu' && xen ? assignments(xen).find((made) => made.node === node) : undefined;
}

/** A device of the host that a domain has: its own Linux knows of no IOMMU, and the host's is between all the same. */
function assigned({ machine }: Subject, made: Assignment, steps: Steps): Translation {
  const { xen } = machine.platform;
  if (!xen || !made.device) return {};
  const view = hostView(hostMachine(xen), made.device);
  const assignment = {
    kind: 'assigned-from-host',
    device: pathOf(made.device),
    domain: domainName(made.domain),
  } as const;
  say(
    steps,
    'Xen 4.22 xen/common/device-tree/dom0less-build.c:handle_passthrough_prop',
    assignment,
    at(made.node, 'xen,path'),
  );
  follow(steps, protection(hostMachine(xen), made.device).steps);
  if (!view.use && view.directMap !== true) {
    say(steps, 'Xen docs/misc/arm/device-tree/passthrough.txt', { kind: 'dma-untranslated-in-domain' });
  }
  return { xen: xenFacts(view) };
}

function translate(subject: Subject, outer: Steps): Translation {
  const made = assignedHere(subject);
  if (made) return assigned(subject, made, outer);
  const { machine, node, binding } = subject;
  const steps = newSteps();
  const view = machine.platform.kind === 'xen-host' ? hostView(machine, node) : undefined;
  const facts = view && { xen: xenFacts(view), ...(view.use && { use: view.use }) };
  if (view?.directMap === false) {
    const authority = 'Linux 6.12 include/xen/arm/swiotlb-xen.h:xen_swiotlb_detect';
    say(steps, authority, { kind: 'no-swiotlb-xen', owner: view.owner });
    decides(steps);
    return { ops: { verdict: 'direct', steps }, ...facts };
  }
  say(steps, SETUP_OPS, { kind: 'swiotlb-xen' });
  decides(steps);
  if (binding.outcome === 'bound') sayVisible(subject, steps);
  return { ops: { verdict: 'xen-swiotlb', steps }, ...facts };
}

/** An IOMMU that dom0 can see: the domain of the DMA API and Xen's operations get in each other's way. */
function sayVisible({ machine }: Subject, steps: Steps): void {
  if (!has(machine.platform.kernelVersion, GATES.dmaIommuDirect)) {
    say(steps, SETUP_OPS, { kind: 'iommu-ops-replaced' });
    return;
  }
  say(steps, 'Linux 6.12 kernel/dma/mapping.c:dma_supported', { kind: 'iommu-visible-to-dom0' });
}

export const XEN_P2M: DmaSystem = {
  id: 'xen-p2m',
  title: 'Xen host trees, P2M sharing and passthrough',
  source: 'xen/arch/arm, xen/drivers/passthrough',
  claims,
  translate,
};
