// SPDX-License-Identifier: MIT
// Which Xen reads a tree: what is stated, what the tree names, what is assumed; and what its drivers take.
import { describe, expect, it } from 'vitest';
import { platformOf } from '#model/platform/platform.ts';
import { isSince, parseXenVersion, xenName } from '#model/platform/xen-build.ts';
import { missingDriver, xenDriver } from '#model/xen/drivers.ts';
import { xenBuildOf } from '../../support/check.ts';
import { platform } from '../../support/reports.ts';
import { nodeAt, treeOf } from '../../support/tree.ts';

const dts = (content: string) => treeOf(`/dts-v1/; / { ${content} };`);

describe('the release', () => {
  it.each([
    ['4.20', 'Xen 4.20'],
    ['v4.21.2', 'Xen 4.21.2'],
    ['4.17.0', 'Xen 4.17'],
    ['4.23-unstable', 'Xen 4.23'],
    ['4', undefined],
    ['4.20.', undefined],
    ['four', undefined],
  ])('%s', (text, name) => {
    const version = parseXenVersion(text);
    expect(version && xenName({ version, assumed: false })).toBe(name);
  });

  it('a branch without its point release counts as its newest one', () => {
    expect(isSince(xenBuildOf('4.21'), [4, 21, 2])).toBe(true);
    expect(isSince(xenBuildOf('4.21.1'), [4, 21, 2])).toBe(false);
    expect(isSince(xenBuildOf('4.9'), [4, 18])).toBe(false);
  });

  it('a tree that Xen or its toolstack made names it', () => {
    const hypervisor = dts('hypervisor { compatible = "xen,xen-4.17", "xen,xen"; };');
    expect(platformOf(hypervisor).xenBuild).toMatchObject({ version: [4, 17, 99], assumed: false });
    const guest = dts('compatible = "xen,xenvm-4.20", "xen,xenvm"; passthrough { dma { xen,path = "/dma"; }; };');
    expect(platformOf(guest).xenBuild).toMatchObject({ version: [4, 20, 99], assumed: false });
    expect(platformOf(hypervisor, { xenVersion: '4.22.0' }).xenBuild?.version).toEqual([4, 22, 0]);
  });

  it('else the newest known, named as assumed', () => {
    const host = platformOf(dts('chosen { xen,xen-bootargs = ""; };'));
    expect(host.xenBuild).toEqual({ version: [4, 22, 0], assumed: true });
    expect(host.assumed).toContain('xenVersion');
    expect(platformOf(dts('chosen { };')).xenBuild).toBeUndefined();
  });
});

describe('drivers', () => {
  const tree = dts(
    'smmu2 { compatible = "arm,mmu-500"; }; smmu3 { compatible = "arm,smmu-v3"; }; v4h { compatible = "renesas,ipmmu-r8a779g0"; };',
  );
  const on = (xen: string, path: string) => {
    const own = platform({ kind: 'xen-host', xenBuild: xenBuildOf(xen) });
    return xenDriver(own, nodeAt(tree, path))?.name ?? missingDriver(own, nodeAt(tree, path));
  };

  it.each([
    ['4.17', '/smmu3', 'smmu-v3'],
    ['4.17,ARM_SMMU=y', '/smmu2', 'smmu'],
    ['4.17,ARM_SMMU=y', '/smmu3', { kind: 'built-without', symbol: 'ARM_SMMU_V3' }],
    ['4.20,ARM_SMMU_V3=y', '/smmu2', { kind: 'built-without', symbol: 'ARM_SMMU' }],
    // ipmmu-vmsa.c of RELEASE-4.19.0 does not have it, that of RELEASE-4.20.0 does.
    ['4.19', '/v4h', { kind: 'taken-since', driver: 'ipmmu-vmsa', release: '4.20' }],
    ['4.20', '/v4h', 'ipmmu-vmsa'],
  ])('Xen %s and %s', (xen, path, expected) => expect(on(xen, path)).toEqual(expected));

  it('what the configuration says needs no caveat any more', () => {
    const smmu3 = nodeAt(tree, '/smmu3');
    const option = (xen: string) => xenDriver(platform({ xenBuild: xenBuildOf(xen) }), smmu3)?.option;
    expect(option('4.20')).toMatch(/^CONFIG_ARM_SMMU_V3/);
    expect(option('4.20,ARM_SMMU_V3=y')).toBeUndefined();
  });
});
