// SPDX-License-Identifier: MIT
// What drivers of IOMMUs do on Linux 6.12 and otherwise on 7.3: expected values are from drivers/iommu of both.
import { describe, expect, it } from 'vitest';
import type { KernelVersion, Platform } from '#model/platform/types.ts';
import { analyse, LINUX, only } from '#test/support/analyse.ts';
import { reportAt, verdicts } from '#test/support/reports.ts';

const OLD: KernelVersion = [6, 12];
const NEW: KernelVersion = [7, 3];

const board = (...nodes: readonly string[]) => `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };
	ccu: clock { #clock-cells = <1>; };
	${nodes.join('\n\t')}
};
`;

/** `severity message` of each finding of one rule. */
function said(rule: string, text: string, kernelVersion: KernelVersion, arch: Platform['arch'] = 'arm64'): string[] {
  const files = new Map([['/board.dts', text]]);
  const { problems } = analyse(files, '/board.dts', { ...only(rule), platform: { ...LINUX, kernelVersion, arch } });
  return problems.map(({ severity, message }) => `${severity} ${message}`);
}

const master = (name: string, iommus: string) => `${name} { compatible = "arasan,sdhci-8.9a"; iommus = ${iommus}; };`;

describe('Rockchip', () => {
  const two = board(
    'a: iommu-a@1000 { compatible = "rockchip,iommu"; reg = <0x1000 0x100>; #iommu-cells = <0>; };',
    'b: iommu-b@2000 { compatible = "rockchip,rk3568-iommu"; reg = <0x2000 0x100>; #iommu-cells = <0>; };',
  );
  const names = board(
    'a: iommu-a@1000 { compatible = "rockchip,iommu"; reg = <0x1000 0x100>; #iommu-cells = <0>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "aclk", "hclk"; };',
  );

  it('drives two generations since 7.3 (rk_iommu_probe)', () => {
    expect(said('rockchip-mixed-generations', two, OLD).length).toBe(1);
    expect(said('rockchip-mixed-generations', two, NEW)).toEqual([]);
  });

  it('takes clocks of any name on 7.3 (devm_clk_bulk_get_all)', () => {
    expect(said('rockchip-clock-names', names, OLD).length).toBe(1);
    expect(said('rockchip-clock-names', names, NEW)).toEqual([]);
  });
});

describe('DART', () => {
  const dart = (name: string, at: number) =>
    `${name}: iommu@${at}000 { compatible = "apple,t8103-dart"; reg = <0x${at}000 0x4000>; #iommu-cells = <1>; interrupts-extended = <&gic ${at}>; };`;
  const darts = ['a', 'b', 'c', 'd'];
  const text = (count: number) =>
    board(
      ...darts.map((name, index) => dart(name, index + 1)),
      master(
        'dma',
        darts
          .slice(0, count)
          .map((name) => `<&${name} 1>`)
          .join(', '),
      ),
    );

  it('is not said to have too many where nobody knows which of the two a release keeps', () => {
    const versions: readonly KernelVersion[] = [
      [6, 14],
      [6, 15],
      [6, 16],
      [6, 17],
    ];
    expect(versions.map((version) => said('dart-too-many', text(3), version).length)).toEqual([1, 0, 0, 0]);
    expect(versions.map((version) => said('dart-too-many', text(4), version).length)).toEqual([1, 1, 1, 1]);
    const unknown = board(
      'm4u: iommu@1000 { compatible = "mediatek,mt6893-iommu-mm"; reg = <0x1000 0x1000>; #iommu-cells = <1>; };',
      master('dma', '<&m4u 1>'),
    );
    expect(versions.map((version) => said('iommus-no-linux-driver', unknown, version).length)).toEqual([1, 0, 0, 0]);
  });

  it('keeps two on 6.12 and three on 7.3 (MAX_DARTS_PER_DEVICE)', () => {
    const found = ([count, version]: readonly [number, KernelVersion]) => [
      said('dart-too-many', text(count), version).length,
      reportAt(text(count), '/dma', { kernelVersion: version }).verdict === 'direct',
    ];
    expect(
      (
        [
          [2, OLD],
          [3, OLD],
          [3, NEW],
          [4, NEW],
        ] as const
      ).map(found),
    ).toEqual([
      [0, false],
      [1, true],
      [0, false],
      [1, true],
    ]);
  });
});

describe('MSM', () => {
  const mdp =
    'mdp: iommu@7500000 { compatible = "qcom,apq8064-iommu"; reg = <0x7500000 0x100000>; #iommu-cells = <1>; clocks = <&ccu 1>, <&ccu 2>; clock-names = "smmu_pclk", "iommu_clk"; interrupts-extended = <&gic 1>; qcom,ncb = <2>; };';
  const ids = (count: number) => Array.from({ length: count }, (_, id) => `<&mdp ${id}>`).join(', ');

  it('counts the IDs of a master on 7.3 (insert_iommu_master)', () => {
    const text = board(mdp, master('gpu', ids(33)));
    expect(said('msm-too-many-ids', text, OLD, 'arm')).toEqual([
      'error `/iommu@7500000` has room for 32 IDs of a master; from this one on Linux overwrites memory.',
    ]);
    expect(said('msm-too-many-ids', text, NEW, 'arm')).toEqual([
      'error `/iommu@7500000` has room for 32 IDs of a master; Linux gives this device direct DMA.',
    ]);
    expect(reportAt(board(mdp, master('gpu', ids(32))), '/gpu', { kernelVersion: NEW, arch: 'arm' }).verdict).not.toBe(
      'direct',
    );
  });
});

describe('MediaTek', () => {
  const m4u = (compatible: string) =>
    [
      'smi: smi { compatible = "mediatek,mt8183-smi-common"; };',
      'larb0: larb-0 { compatible = "mediatek,mt8183-smi-larb"; mediatek,smi = <&smi>; };',
      'larb1: larb-1 { compatible = "mediatek,mt8183-smi-larb"; mediatek,smi = <&smi>; };',
      `m4u: iommu@1000 { compatible = "${compatible}"; reg = <0x1000 0x5000>; #iommu-cells = <1>; mediatek,larbs = <&larb0>, <&larb1>; interrupts-extended = <&gic 1>; clocks = <&ccu 1>; clock-names = "bclk"; };`,
    ].join('\n');

  it('takes several larbs on the MT8189 alone (DL_WITH_MULTI_LARB), and looks at each', () => {
    const two = (compatible: string, iommus: string) => board(m4u(compatible), master('dma', iommus));
    expect(said('mtk-multiple-larbs', two('mediatek,mt8183-m4u', '<&m4u 0x1>, <&m4u 0x21>'), NEW).length).toBe(1);
    expect(said('mtk-multiple-larbs', two('mediatek,mt8189-iommu-mm', '<&m4u 0x1>, <&m4u 0x21>'), NEW)).toEqual([]);
    expect(said('mtk-larb-not-listed', two('mediatek,mt8189-iommu-mm', '<&m4u 0x1>, <&m4u 0x41>'), NEW).length).toBe(1);
  });

  it('reads five bits of the larb (MTK_M4U_TO_LARB)', () => {
    const text = board(m4u('mediatek,mt8183-m4u'), master('dma', '<&m4u 0x1>, <&m4u 0x402>'));
    expect(said('mtk-multiple-larbs', text, NEW)).toEqual([]);
  });
});

describe('SMMUv2', () => {
  const smmu = (names = '"arm,mmu-500"') =>
    `smmu: iommu@1000000 { compatible = ${names}; reg = <0x1000000 0x10000>; #iommu-cells = <2>; #global-interrupts = <1>; interrupts-extended = ${Array.from({ length: 9 }, (_, irq) => `<&gic ${irq}>`).join(', ')}; };`;
  const a = master('dma-a', '<&smmu 0x80 0>');
  const b = master('dma-b', '<&smmu 0x90 0>');
  const both = master('dma-c', '<&smmu 0x80 0>, <&smmu 0x90 0>');
  const reversed = master('dma-c', '<&smmu 0x90 0>, <&smmu 0x80 0>');
  const groups = (...nodes: readonly string[]) =>
    verdicts(board(smmu(), ...nodes), { kernelVersion: NEW })
      .split('\n')
      .filter((each) => each.startsWith('/dma'))
      .map((each) => each.split('  ')[2]);

  // All four were booted on 7.3 (test/kernel/combinations: streams-between-…, streams-both-first, streams-inside-and-own).
  it('gives a device between two others the group of its last stream (arm_smmu_device_group)', () => {
    expect(groups(a, both, b)).toEqual(['/iommu@1000000#0x80', '/iommu@1000000#0x90', '/iommu@1000000#0x90']);
    expect(groups(a, reversed, b)).toEqual(['/iommu@1000000#0x80', '/iommu@1000000#0x80', '/iommu@1000000#0x90']);
    expect(groups(both, a, b)).toEqual(Array(3).fill('/iommu@1000000#0x80'));
  });

  it('says so', () => {
    // Before 6.15 the drivers of the devices decide who comes first.
    const order = ', where Linux sets them up in the order of the tree.';
    const start = 'Its streams of /iommu@1000000 are shared with /dma-a and /dma-b, which share none; ';
    const text = (...nodes: readonly string[]) => board(smmu(), ...nodes);
    expect(said('smmu-split-groups', text(a, both, b), NEW)).toEqual([
      `warning ${start}two groups use one of its streams.`,
    ]);
    expect(said('smmu-split-groups', text(both, a, b), NEW)).toEqual([`warning ${start}all three are one group.`]);
    expect(said('smmu-split-groups', text(a, b, both), OLD)).toEqual([
      `error ${start}Linux refuses this device${order}`,
    ]);
  });

  it('has up to 128 stream match registers', () => {
    const many = (count: number) =>
      board(smmu(), master('dma', Array.from({ length: count }, (_, id) => `<&smmu ${id} 0>`).join(', ')));
    expect(said('smmu-smr-count', many(128), NEW)).toEqual([]);
    expect(said('smmu-smr-count', many(129), NEW).length).toBe(1);
  });

  it('leaves the clients of each release untranslated (qcom_smmu_client_of_match)', () => {
    const text = board(
      smmu('"qcom,sdm845-smmu-500", "arm,mmu-500"'),
      'display { compatible = "qcom,glymur-mdss"; iommus = <&smmu 0x880 0x8>; };',
    );
    expect(said('smmu-qcom-identity-client', text, OLD)).toEqual([]);
    expect(said('smmu-qcom-identity-client', text, NEW).length).toBe(1);
  });
});

describe('SMMUv3', () => {
  it('with another number of cells registers before 6.10', () => {
    const text = board(
      'smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <2>; };',
    );
    const start = 'error The SMMUv3 driver takes one cell and prints `invalid #iommu-cells value (2)`; this IOMMU';
    expect(said('smmuv3-cells', text, [6, 1])).toEqual([`${start} lets every stream through untranslated.`]);
    expect(said('smmuv3-cells', text, NEW)).toEqual([`${start} never registers.`]);
  });
});

describe('virtio-iommu', () => {
  it('is found by reg, whatever its unit address says (of_pci_get_devfn)', () => {
    const host = (unit: string, reg: string) =>
      `/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>; pcie@10000000 { compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0 0x10000000 0 0x1000000>; #address-cells = <3>; #size-cells = <2>; ranges; iommu@${unit} { compatible = "virtio,pci-iommu", "pci1af4,1057"; reg = <${reg}>; #iommu-cells = <1>; }; }; };\n`;
    expect(said('viommu-pci-reg', host('1,0', '0x800 0 0 0 0'), NEW)).toEqual([]);
    expect(said('viommu-pci-reg', host('2,0', '0x800 0 0 0 0'), NEW)).toEqual([
      'warning `reg` says device 1, function 0, and the node is called `iommu@2,0`; Linux goes by `reg`.',
    ]);
    expect(said('viommu-pci-reg', host('1,0', '0x800 0 0 0'), NEW)).toEqual([
      'error A PCI function has a `reg` of five cells; Linux finds no device for this node.',
    ]);
  });
});
