// SPDX-License-Identifier: MIT
// Xen host trees: the facts of F.1 (xen.md) and G12 (linux-dma.md), read from xen/drivers/passthrough and xen/arch/arm.
import { describe, expect, test } from 'vitest';
import { configureAll } from '#model/configure.ts';
import type { XenLimit } from '#model/report/types.ts';
import { board, line, platform, reportAt, verdicts, xenSystem } from '#test/support/reports.ts';

const host = board('xen-p2m/host.dts');
const rcar = board('xen-p2m/rcar.dts');
const xen = { kind: 'xen-host' } as const;

function owner(tree: typeof host, path: string): string {
  const report = reportAt(tree, path, xen);
  return `${line(report)}  owner ${report.xen?.owner}  shares ${report.xen?.sharesP2m}`;
}

test('dom0 gets protected devices without `iommus`, marked ones not at all', () => {
  const paths = ['iommu@fd800000', 'ethernet@ff0e0000', 'mmc@ff160000', 'usb@ff170000', 'serial@ff180000'];
  expect(paths.map((name) => owner(host, `/soc/${name}`)).join('\n')).toMatchInlineSnapshot(`
    "/soc/iommu@fd800000  no-device  ?  owner Xen  shares true
    /soc/ethernet@ff0e0000  no-device  stream-id 0x877  owner the domain that it is assigned to  shares true
    /soc/mmc@ff160000  xen-swiotlb  stream-id 0x870  owner dom0  shares true
    /soc/usb@ff170000  xen-swiotlb  owner dom0  shares false
    /soc/serial@ff180000  xen-swiotlb  owner dom0  shares false"
  `);
});

test('the reasons for a device of dom0', () => {
  const { steps } = reportAt(host, '/soc/mmc@ff160000', xen);
  expect(steps.map(({ text }) => text)).toMatchInlineSnapshot(`
    [
      "Linux makes a platform device, whose bus sets up its DMA.",
      "\`/soc/iommu@fd800000\` translates the device's stream ID 0x870 in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step.",
      "Xen maps the device to dom0 and routes its interrupts there.",
      "\`dma-ranges\` is absent on the way from \`/soc\` to the root: bus addresses are CPU addresses, without a limit.",
      "Neither \`dma-coherent\` nor \`dma-noncoherent\` on the way to the root: not coherent, the default of arm64.",
      "Xen leaves \`iommus\` and \`iommu-map\` out of the tree of dom0, so Linux sees no IOMMU.",
      "dom0 is mapped one to one, so Linux gives every device that it configures the operations of swiotlb-xen.",
    ]
  `);
});

test('a domain with a device tree of its own is created with an IOMMU', () => {
  const { steps } = reportAt(host, '/chosen/domU1', xen);
  expect(steps.map(({ text }) => text)).toContain(
    'Because of its `multiboot,device-tree` module the domain is created with an IOMMU: its P2M is the table of the IOMMU from the first page on.',
  );
});

test('R-Car H3: Linux alone lets few masters through, Xen takes every micro-TLB that exists', () => {
  expect(
    verdicts(rcar)
      .split('\n')
      .filter((text) => !/iommu@|chipid/.test(text.split(' ')[0] ?? ''))
      .join('\n'),
  ).toMatchInlineSnapshot(`
    "/soc  direct
    /soc/mmc@ee100000  iommu-dma  /soc/iommu@e7740000  micro-tlb 0x20  ?
    /soc/dma-controller@e7300000  direct
    /soc/ethernet@e6800000  defer->direct  micro-tlb 0x10
    /soc/gpu@fd000000  direct"
  `);
  const paths = ['mmc@ee100000', 'dma-controller@e7300000', 'ethernet@e6800000', 'gpu@fd000000'];
  expect(paths.map((name) => owner(rcar, `/soc/${name}`)).join('\n')).toMatchInlineSnapshot(`
    "/soc/mmc@ee100000  xen-swiotlb  micro-tlb 0x20  ?  owner dom0  shares true
    /soc/dma-controller@e7300000  xen-swiotlb  micro-tlb 0x0, micro-tlb 0x1  ?  owner dom0  shares true
    /soc/ethernet@e6800000  xen-swiotlb  micro-tlb 0x10  ?  owner dom0  shares true
    /soc/gpu@fd000000  no-device  owner the domain that it is assigned to  shares false"
  `);
});

test('what Xen needs from the chip is said', () => {
  expect(reportAt(rcar, '/soc/mmc@ee100000', xen).dependsOn).toContain('R-Car H3 and M3-W from 3.0 on');
});

/** What Xen does with every device of a host, a line each: the owner, its IOMMU, whose addresses the device sees. */
function shares(system: ReturnType<typeof xenSystem>): string[] {
  return configureAll(system.host, platform({ ...xen, xen: system })).flatMap(({ path, iommus, xen: facts }) => {
    if (!facts || facts.owner === 'Xen' || facts.owner === undefined) return [];
    const [use] = iommus;
    const behind = use ? `${use.path} ${use.ids.map(({ id }) => id).join(',')}` : 'no IOMMU';
    const addresses = { true: 'machine', false: 'guest', undefined: 'unknown' }[`${facts.directMap}`];
    return [`${path}: ${facts.owner}, ${behind}, ${addresses} addresses`];
  });
}

function limits(system: ReturnType<typeof xenSystem>, path: string): readonly XenLimit[] | undefined {
  return reportAt(system.host, path, { ...xen, xen: system }).xen?.limits;
}

function stepsAt(system: ReturnType<typeof xenSystem>, path: string): string[] {
  return reportAt(system.host, path, { ...xen, xen: system }).steps.map(({ text }) => text);
}

describe('Salvator-XS: dom0 and two domains behind the IPMMUs of an R-Car H3', () => {
  const salvator = xenSystem('xen-p2m/salvator');

  test('each device has the owner that a partial tree, or the lack of a mark, gives it', () => {
    expect(shares(salvator)).toEqual([
      '/soc: dom0, no IOMMU, machine addresses',
      '/soc/system-controller@e6180000: dom0, no IOMMU, machine addresses',
      '/soc/chipid@fff00044: dom0, no IOMMU, machine addresses',
      '/soc/ethernet@e6800000: domD, /soc/iommu@e6740000 16, guest addresses',
      '/soc/mmc@ee100000: domD, /soc/iommu@e7740000 32, guest addresses',
      '/soc/mmc@ee140000: domU, /soc/iommu@e7740000 34, guest addresses',
      '/soc/mmc@ee160000: dom0, /soc/iommu@e7740000 35, machine addresses',
      '/soc/sata@ee300000: domU, /soc/iommu@e6570000 2, guest addresses',
      '/soc/usb@ee080100: dom0, no IOMMU, machine addresses',
    ]);
  });

  // R-Car Gen3 has 8 contexts, of which Xen keeps number 0; caches take over the number of the root's context.
  test('three domains take three of the seven contexts, all at the root', () => {
    expect(limits(salvator, '/soc/iommu@e67b0000')).toEqual([
      { kind: 'contexts', used: 3, by: ['domD', 'domU', 'dom0'], available: 7 },
      { kind: 'micro-tlbs', used: 0, by: [], available: 48 },
    ]);
    expect(limits(salvator, '/soc/iommu@e7740000')).toEqual([
      {
        kind: 'micro-tlbs',
        used: 3,
        by: ['/soc/mmc@ee100000', '/soc/mmc@ee140000', '/soc/mmc@ee160000'],
        available: 48,
      },
    ]);
  });

  test('what Xen keeps in step for a domain, from its creation on', () => {
    const steps = stepsAt(salvator, '/chosen/domU');
    expect(steps).toContain('Xen starts the domain as number 2.');
    expect(steps).toContain(
      'Because of its `multiboot,device-tree` module the domain is created with an IOMMU: its P2M is the table of the IOMMU from the first page on.',
    );
    expect(steps).toContain('Its partial tree names `/soc/mmc@ee140000`, `/soc/sata@ee300000`.');
    expect(steps).toContain('It takes a context of `/soc/iommu@e67b0000`, of which 3 of 7 are taken.');
    expect(steps.filter((text) => /flush|cleans/.test(text))).toEqual([
      'The table is the P2M itself: after a change of it Xen flushes, in `/soc/iommu@e67b0000`, the whole context of the domain, because the hardware has no selective flush.',
      'Xen cleans each changed entry of the P2M to memory, because the IOMMU does not look into the caches.',
    ]);
  });

  test('all of that hangs on the cut of the chip', () => {
    const report = reportAt(salvator.host, '/soc/mmc@ee140000', { ...xen, xen: salvator });
    expect(report.dependsOn).toContain('R-Car H3 and M3-W from 3.0 on');
    expect(report.xen).toEqual({ owner: 'domU', sharesP2m: true, directMap: false });
  });
});

describe('ZCU102: two domains behind an SMMUv2, no dom0', () => {
  const zcu102 = xenSystem('xen-p2m/zcu102');

  test('a partial tree knows what the host does for its devices', () => {
    const [ethernet, card] = zcu102.domains.map(({ tree }) => tree);
    const guest = { kind: 'xen-domu', xen: zcu102 } as const;
    const report = reportAt(ethernet!, '/passthrough/ethernet@ff0e0000', guest);
    expect(report).toMatchObject({ verdict: 'direct', iommus: [] });
    expect(report.xen).toEqual({ owner: 'domU1', sharesP2m: true, directMap: false });
    expect(report.steps.map(({ text }) => text)).toContain(
      "`/axi/iommu@fd800000` translates the device's stream ID 0x877 in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step.",
    );
    expect(reportAt(card!, '/passthrough/mmc@ff170000', guest).xen).toEqual({
      owner: 'domU2',
      sharesP2m: true,
      directMap: true,
    });
    const uart = reportAt(ethernet!, '/passthrough/serial@ff000000', guest);
    expect(uart.xen?.sharesP2m).toBe(false);
    expect(uart.steps.at(-1)?.text).toContain('nothing translates them');
  });

  test('a device that no partial tree names belongs to nobody, unless the boot loader adds a dom0', () => {
    expect(shares(zcu102)).toEqual([
      '/axi: dom0, no IOMMU, machine addresses',
      '/axi/ethernet@ff0e0000: domU1, /axi/iommu@fd800000 2167, guest addresses',
      '/axi/mmc@ff170000: domU2, /axi/iommu@fd800000 2161, machine addresses',
      '/axi/serial@ff000000: domU1, no IOMMU, guest addresses',
      '/axi/usb@fe200000: dom0, /axi/iommu@fd800000 2144, machine addresses',
    ]);
    const { dependsOn } = reportAt(zcu102.host, '/axi/usb@fe200000', { ...xen, xen: zcu102 });
    expect(dependsOn).toBe('whether the boot loader adds a dom0 to the domains in `/chosen`');
  });

  // 17 interrupts, one of them global: Xen insists on one for each context bank.
  test('the SMMU has 16 context banks by its interrupts; only the hardware knows its stream matching entries', () => {
    expect(limits(zcu102, '/axi/iommu@fd800000')).toEqual([
      { kind: 'contexts', used: 2, by: ['domU1', 'domU2'], available: 16 },
      { kind: 'streams', used: 2, by: ['/axi/ethernet@ff0e0000', '/axi/mmc@ff170000'], available: null },
    ]);
    const streams = reportAt(zcu102.host, '/axi/iommu@fd800000', { ...xen, xen: zcu102 }).steps.find(({ text }) =>
      text.includes('stream matching'),
    );
    expect(streams).toMatchObject({
      certainty: 'depends',
      dependsOn: 'the entries that the hardware has (ID0.NUMSMRG)',
    });
  });
});

describe('Two SMMUv3: a hardware domain in place of dom0, and a domain that only the boot loader knows', () => {
  const server = xenSystem('xen-p2m/smmuv3');

  test('owners by capability, by partial tree, and none', () => {
    expect(shares(server)).toEqual([
      '/soc: hardware, no IOMMU, guest addresses',
      '/soc/sata@30000000: storage, /soc/iommu@2b400000 32, guest addresses',
      '/soc/dma-controller@30100000: hardware, /soc/iommu@2b400000 33,34, guest addresses',
      '/soc/ethernet@30200000: net, /soc/iommu@2b600000 256, unknown addresses',
      '/soc/watchdog@30300000: no domain: no partial tree names it, no IOMMU, unknown addresses',
    ]);
  });

  test('the hardware domain is not mapped one to one, so its Linux needs no swiotlb of Xen', () => {
    expect(reportAt(server.host, '/soc/dma-controller@30100000', { ...xen, xen: server }).verdict).toBe('direct');
  });

  test('no contexts to run out of, only the stream table', () => {
    expect(limits(server, '/soc/iommu@2b400000')).toEqual([
      { kind: 'streams', used: 3, by: ['/soc/sata@30000000', '/soc/dma-controller@30100000'], available: null },
    ]);
  });

  // smmu-v3.c: coherent walks only if every SMMU has `dma-coherent` in the tree.
  test('one SMMU without `dma-coherent` makes Xen clean the P2M of all domains', () => {
    expect(stepsAt(server, '/chosen/storage')).toContain(
      'Xen cleans each changed entry of the P2M to memory, because the IOMMU does not look into the caches: `/soc/iommu@2b600000` lacks `dma-coherent`.',
    );
  });
});

describe("an IPMMU that is not in Xen's table", () => {
  const ebisu = `/ {
	compatible = "renesas,ebisu", "renesas,r8a77990";
	chosen { module { compatible = "multiboot,kernel", "multiboot,module"; reg = <0 0>; }; };
	ipmmu: iommu { compatible = "renesas,ipmmu-r8a77990"; #iommu-cells = <1>; };
	mmc { compatible = "renesas,sdhi-r8a77990"; iommus = <&ipmmu 32>; };
};
`;

  test('would need a table of its own from the creation of the domain on, which Xen on Arm has no mode for', () => {
    const { steps, xen: facts } = reportAt(ebisu, '/mmc', xen);
    expect(facts?.sharesP2m).toBe(false);
    expect(steps.map(({ text }) => text)).toContain(
      'Whether this IPMMU could walk a P2M, only the chip tells: one that does stage 1 alone would need a table of its own for each domain, from its creation on, before the first page of the P2M, with every later change (RAM, `xen,reg`, grants, foreign pages, the doorbell of the ITS); Xen on Arm has no such mode (IOMMU_FORCE_PT_SHARE).',
    );
  });
});
