// SPDX-License-Identifier: MIT
// The tables of a Xen host: for each domain and IOMMU, whether the IOMMU walks the domain's P2M, and from when on.
//
// `need_iommu`, which the first assignment set, became XEN_DOMCTL_CDF_iommu at creation and `is_iommu_enabled` in 4.13;
// sharing is all that Xen on Arm knows since then (xen/arch/arm/Kconfig:IOMMU_FORCE_PT_SHARE).
import { type Machine, perMachine } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { xenOf } from '#model/platform/xen-build.ts';
import type { XenTable, XenTableState } from '#model/statements/xen.ts';
import { compatibles, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { iommuSwitch } from './command-line.ts';
import { usable, xenDriver } from './drivers.ts';
import { asksForIommu, domainName, domainNode, domainNodes, hardwareOwner, isHardwareDomain } from './system.ts';

/** What an IOMMU's own table would have to follow besides RAM. */
export const MIRRORED = ['RAM', '`xen,reg`', 'grants', 'foreign pages', 'the doorbell of the ITS'] as const;

/** A domain of the host, with what decides whether it is created with an IOMMU. */
interface Domain {
  readonly name: string;
  readonly asks: boolean;
}

function domains({ tree, platform }: Machine): Domain[] {
  const own = domainNodes(tree).map((node) => ({
    name: node.name,
    asks: isHardwareDomain(node) || asksForIommu(tree, node, xenOf(platform)),
  }));
  const { xen } = platform;
  // A partial tree is what asks for the IOMMU of a domain that only the boot loader knows.
  const linked = (xen?.domains ?? [])
    .filter((domain) => xen && !domainNode(xen, domain))
    .map((domain) => ({ name: domainName(domain), asks: true }));
  const hardware = hardwareOwner(tree);
  const hasDom0 = hardware ? !compatibles(hardware).includes('xen,domain') : own.length === 0;
  // create_dom0 sets the flag wherever an IOMMU came up.
  return [...(hasDom0 ? [{ name: 'dom0', asks: true }] : []), ...own, ...linked];
}

/** IOMMUs of the tree: those of Xen's drivers, and others by their `#iommu-cells`. */
function iommus(machine: Machine): DtNode[] {
  return treeNodes(machine).all.filter(
    (node) =>
      xenDriver(machine.platform, node) !== undefined ||
      (node.properties.has('#iommu-cells') && !compatibles(node).includes('xen,grant-dma')),
  );
}

/** Every domain with every IOMMU, in tree order. */
export const xenTables = perMachine<readonly XenTable[]>((machine) => {
  const up = usable(machine);
  const { enabled } = iommuSwitch(machine.tree, xenOf(machine.platform));
  return iommus(machine).flatMap((node) =>
    domains(machine).map(({ name, asks }): XenTable => {
      const driver = xenDriver(machine.platform, node);
      const state = stateOf({
        listed: driver !== undefined,
        enabled,
        up: up.includes(node),
        asks: asks && up.length > 0,
      });
      const shared = state === 'in-step';
      return {
        domain: name,
        iommu: pathOf(node),
        table: shared ? 'shared' : null,
        state,
        from: shared ? 'creation' : null,
        flush: shared ? (driver?.flush ?? null) : null,
        ...(!driver && isIpmmu(node) && { otherwise: { table: 'own', from: 'creation', mirrors: MIRRORED } }),
      };
    }),
  );
});

interface Circumstances {
  readonly listed: boolean;
  readonly enabled: boolean;
  readonly up: boolean;
  readonly asks: boolean;
}

function stateOf({ listed, enabled, up, asks }: Circumstances): XenTableState {
  if (!listed) return 'not-in-table';
  if (!enabled) return 'switched-off';
  if (!up) return 'not-up';
  return asks ? 'in-step' : 'no-flag';
}

export function isIpmmu(node: DtNode): boolean {
  return compatibles(node).some((name) => name.startsWith('renesas,ipmmu'));
}

/** The tables of a domain or of an IOMMU; empty for other nodes. */
export function tablesOf(machine: Machine, node: DtNode): readonly XenTable[] {
  const path = pathOf(node);
  const isDomain = domainNodes(machine.tree).includes(node);
  return xenTables(machine).filter(({ domain, iommu }) => (isDomain ? domain === node.name : iommu === path));
}
