// SPDX-License-Identifier: MIT
// Domains and IOMMUs of a host (passthrough/iommu.c:iommu_domain_init, dom0less-bindings.c:parse_dom0less_node, Xen 4.22).
import { describe, expect, it } from 'vitest';
import { xenBuildOf } from '../../support/check.ts';
import { plainReportAt } from '../../support/reports.ts';

const DTB = 'm { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0 2 0 1>; };';
const SMMU = 'smmu: iommu { compatible = "arm,mmu-500"; #iommu-cells = <1>; #global-interrupts = <1>; };';
const IPMMU = 'ipmmu { compatible = "renesas,ipmmu-r8a77990"; #iommu-cells = <1>; };';

function host(args = ''): string {
  return `/ { #address-cells = <2>; #size-cells = <2>; ${SMMU} ${IPMMU} chosen { #address-cells = <2>; #size-cells = <2>; xen,xen-bootargs = "${args}";
    kernel { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 1 0 1>; };
    domU1 { compatible = "xen,domain"; ${DTB} };
    domU2 { compatible = "xen,domain"; };
    domU3 { compatible = "xen,domain"; passthrough = "enabled"; }; }; };`;
}

function tables(path: string, args?: string, xen = '4.22') {
  const { xen: facts } = plainReportAt(host(args), path, { kind: 'xen-host', xenBuild: xenBuildOf(xen) });
  return facts?.tables?.map(({ domain, iommu, table, state, from }) => [domain, iommu, table, state, from]);
}

describe('an IOMMU', () => {
  it('with each domain', () =>
    expect(tables('/iommu')).toEqual([
      ['dom0', '/iommu', 'shared', 'in-step', 'creation'],
      ['domU1', '/iommu', 'shared', 'in-step', 'creation'],
      ['domU2', '/iommu', null, 'no-flag', null],
      ['domU3', '/iommu', 'shared', 'in-step', 'creation'],
    ]));

  it('that the command line switches off', () =>
    expect(tables('/iommu', 'iommu=on,off')?.map(([, , table, state]) => [table, state])).toEqual(
      Array.from({ length: 4 }, () => [null, 'switched-off']),
    ));

  it('without a driver in this Xen', () =>
    expect(tables('/chosen/domU1', '', '4.22,ARM_64=y')).toEqual([
      ['domU1', '/iommu', null, 'not-in-table', null],
      ['domU1', '/ipmmu', null, 'not-in-table', null],
    ]));
});

it("an IPMMU that is not in Xen's table, and what another driver would have to do", () => {
  const { xen } = plainReportAt(host(), '/chosen/domU1', { kind: 'xen-host', xenBuild: xenBuildOf('4.22') });
  expect(xen?.tables?.find(({ iommu }) => iommu === '/ipmmu')).toMatchObject({
    table: null,
    state: 'not-in-table',
    otherwise: { table: 'own', from: 'creation' },
  });
});
