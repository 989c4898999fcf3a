// SPDX-License-Identifier: MIT
// The map's lanes as lines: who stands where, with what, behind which gate; and the picture that is drawn of them.
import { expect, test } from 'vitest';
import type { Card } from '#ide/map/cards.ts';
import { dmaMap } from '#ide/map/dma-map.ts';
import { type Item, type Lanes, lanesOf } from '#ide/map/lanes.ts';
import { lanesSvg } from '#ide/map/lanes-svg.ts';
import { type OutlineNode, outlineOf } from '#ide/map/outline.ts';
import { overviewTable } from '#ide/map/table.ts';
import { editor } from '#test/support/views.ts';

const lanes = (source: string): Lanes => lanesOf(dmaMap(editor(`//- /board.dts\n/dts-v1/;\n${source}`).view.snapshot));

const board = (nodes: string): string =>
  `/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	clocks: clock-controller@100 { compatible = "qcom,sm8550-gcc"; reg = <0x100 0x10>; #clock-cells = <1>; };
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; clocks = <&clocks 0>; };
	${nodes}
};`;

const crypto = (name: string, rest: string) => `${name} { compatible = "qcom,crypto-v5.1"; ${rest} };`;

function cardText({ name, node, way, chips, facts, doubts, bridge }: Card): string {
  const parts = [way, name, ...(node === null ? [] : [`(${node})`]), ...chips.map(({ text }) => text), ...facts];
  const rows = (bridge?.rows ?? []).map(
    ({ from, to, functions }) => `[${from} → ${to ?? 'memory'}${functions.map((each) => ` ${each.name}`).join('')}]`,
  );
  return [...parts, ...(doubts.length > 0 ? ['?'] : []), ...rows].join(' ');
}

function itemText(item: Item): string {
  if ('card' in item) return cardText(item.card);
  const { name, of, ids, cards } = item.series;
  return `${name} ×${cards.length} ${ids} ${of}`;
}

function lines({ lanes: all, idle }: Lanes): string[] {
  return [
    ...all.flatMap(({ gate, bridges, frames, items, sections, pairs, refused }) => [
      [`${gate.kind} ${gate.name}: ${gate.driver}`, ...gate.lines.map(({ text }) => text), ...gate.needs].join(', '),
      ...bridges.map((card) => `  bridge ${cardText(card)}`),
      ...frames.flatMap(({ title, note, items: inner }) => [
        `  ${title}: ${note}`,
        ...inner.map((item) => `    ${itemText(item)}`),
      ]),
      ...items.map((item) => `  ${itemText(item)}`),
      ...sections.flatMap(({ title, items: inner }) => inner.map((item) => `  ${title}: ${itemText(item)}`)),
      ...pairs.flatMap(({ gate: own, cards }) => cards.map((card) => `  ${cardText(card)} at ${own.name}`)),
      ...(refused ? [`  ${refused.title}`, ...refused.cards.map((card) => `    ${cardText(card)}`)] : []),
    ]),
    ...idle.map(({ name, kind }) => `idle ${name} ${kind}`),
  ];
}

test('a lane per IOMMU with bridges, groups and devices; refused ones below; those without an IOMMU by kind', () => {
  const source = board(`
	off: iommu@2000000 { compatible = "arm,smmu-v3"; reg = <0x2000000 0x20000>; #iommu-cells = <1>; status = "disabled"; };
	idle: iommu@3000000 { compatible = "arm,smmu-v3"; reg = <0x3000000 0x20000>; #iommu-cells = <1>; };
	gic: interrupt-controller { interrupt-controller; #interrupt-cells = <3>; };
	both: iommu@4000000 { compatible = "arm,mmu-500"; reg = <0x4000000 0x20000>; #iommu-cells = <1>; #global-interrupts = <1>; interrupt-parent = <&gic>; interrupts = <0 1 4>, <0 2 4>, <0 5 4>, <0 6 4>; };
	ufs: ufs@10000 { compatible = "qcom,ufshc"; reg = <0x10000 0x1000>; iommus = <&smmu 0x60>; dma-coherent; };
	${crypto('one: crypto@11000', 'reg = <0x11000 0x1000>; iommus = <&both 0x70>;')}
	${crypto('two: crypto@12000', 'reg = <0x12000 0x1000>; iommus = <&both 0x70>;')}
	${crypto('left: crypto@13000', 'reg = <0x13000 0x1000>; iommus = <&off 1>;')}
	fec: ethernet@14000 { compatible = "fsl,imx6q-fec"; reg = <0x14000 0x1000>; };
	bridge: pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; bus-range = <0 1>; ranges = <0x2000000 0 0x50000000 0x50000000 0 0x1000000>;
		iommu-map = <0 &smmu 0x100 0x10>;
		wifi@0 { compatible = "pci17cb,1107"; reg = <0x0 0 0 0 0>; compatible = "pci1234,a"; };
		nvme@2 { compatible = "pci1234,1"; reg = <0x1000 0 0 0 0>; compatible = "pci1234,c"; };
	};`);
  expect(lines(lanes(source)).join('\n')).toMatchInlineSnapshot(`
    "translates smmu: arm-smmu-v3, clocks
      bridge translated bridge (pcie@40000000) [00:00.0-00:01.7 → 0x100..0x10f wifi@0] [other functions → memory nvme@2]
      translated ufs (ufs@10000) 0x60 coherent
    translates both: arm-smmu, 1 group, 3 contexts, gic
      One group: all masters share one address space
        translated one (crypto@11000) 0x70
        translated two (crypto@12000) 0x70
    off off: disabled
      1 device names it; it is disabled: direct DMA
        refused left (crypto@13000) 0x1
    none No IOMMU: memory through dma-ranges alone, 1 master
      Network: direct fec (ethernet@14000)
    idle idle idle"
  `);
});

test('the mask that every ID has stands on the gate; siblings are one series', () => {
  const source = `/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	smmu: iommu@1000 { compatible = "nvidia,tegra234-smmu", "nvidia,smmu-500"; reg = <0x1000 0x1000>; #iommu-cells = <1>; stream-match-mask = <0x7f80>; };
	dsp: dsp@2000 { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <0>; ranges;
		${[1, 2, 3, 10].map((id) => `cb@${id} { compatible = "qcom,fastrpc-compute-cb"; reg = <${id}>; iommus = <&smmu ${id}>; };`).join('\n')}
	}; };`;
  const found = lanes(source);
  expect(lines(found)).toEqual(['translates smmu: arm-smmu, mask 0x7f80 on every ID', '  cb ×4 0x1…0xa of dsp@2000']);
  const [item] = found.lanes[0]!.items;
  expect('series' in item! && item.series.cards.map(({ name }) => name)).toEqual(['cb@1', 'cb@2', 'cb@3', 'cb@10']);
});

test('IOMMUs with one master each share a lane', () => {
  const mmu = (at: number) =>
    `mmu${at}: iommu@${at}000 { compatible = "rockchip,iommu"; reg = <0x${at}000 0x100>; #iommu-cells = <0>; };
	vpu${at}: video-codec@${at}1000 { compatible = "rockchip,rk3399-vpu"; reg = <0x${at}1000 0x100>; iommus = <&mmu${at}>; };`;
  const source = `/ { #address-cells = <1>; #size-cells = <1>; dma-ranges; ${[1, 2, 3].map(mmu).join('\n')} };`;
  expect(lines(lanes(source))).toEqual([
    'translates 3 IOMMUs: rockchip, one master each',
    '  translated vpu1 (video-codec@11000) at mmu1',
    '  translated vpu2 (video-codec@21000) at mmu2',
    '  translated vpu3 (video-codec@31000) at mmu3',
  ]);
});

test('a map of the length 0 maps nothing, and its functions are not called translated', () => {
  const source = board(`pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0x50000000 0x50000000 0 0x1000000>; iommu-map = <0 &smmu 0 0>;
	};`);
  const found = lanes(source);
  expect(lines(found)).toContain('  bridge direct pcie@40000000 [00:00.0 → nothing]');
  expect(found.headline.map(({ text }) => text).join('')).toBe('1 direct.');
});

test('functions are called as their IOMMU lets them be: it is disabled, off, without translation, or waits', () => {
  const bridge = (more = '') => `/ { #address-cells = <1>; #size-cells = <1>;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; ${more} };
	pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0x50000000 0x50000000 0 0x1000000>; iommu-map = <0 &smmu 0 0x10000>;
	};
};`;
  const headline = (source: string, project: object = {}) => {
    const files = `//- /.config\nCONFIG_OF=y\n//- /dt-iommu.json\n${JSON.stringify(project)}\n//- /board.dts\n/dts-v1/;\n${source}$0`;
    return lanesOf(dmaMap(editor(files).view.snapshot))
      .headline.map(({ text }) => text)
      .join('');
  };
  expect(headline(bridge())).toBe('1 translated by smmu.');
  expect(headline(bridge('status = "disabled";'))).toBe('No IOMMU is on: smmu is disabled.');
  expect(lanes(bridge('status = "disabled";')).legend.map(({ way, count }) => `${count} ${way}`)).toEqual([
    '1 refused',
  ]);
  expect(headline(bridge(), { cmdline: 'iommu.passthrough=1' })).toBe('1 passes through smmu.');
  expect(headline(bridge(), { kernelConfig: '.config' })).toBe('1 waits.');
});

test('what a card is found by: its stream with the mask, the ranges of a map, the requester IDs behind iommu-map-mask', () => {
  const source = board(`
	mmu: iommu@4000 { compatible = "arm,mmu-500"; reg = <0x4000 0x1000>; #iommu-cells = <2>; };
	mmc: mmc@11000 { compatible = "fsl,imx8mm-usdhc"; reg = <0x11000 0x1000>; iommus = <&mmu 0x1c00 0x2>; };
	pcie@40000000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x40000000 0x1000000>;
		#address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0x50000000 0x50000000 0 0x1000000>;
		iommu-map = <0 &smmu 0x100 0x10>; iommu-map-mask = <0xf>;
	};`);
  const { lanes: all } = lanes(source);
  const cards = all.flatMap(({ bridges, items }) => [
    ...bridges,
    ...items.flatMap((i) => ('card' in i ? [i.card] : [])),
  ]);
  expect(cards.find(({ name }) => name === 'mmc')?.streams).toEqual([{ first: 0x1c00, last: 0x1c00, mask: 2 }]);
  expect(cards.find(({ bridge }) => bridge)).toMatchObject({
    streams: [{ first: 0x100, last: 0x10f, mask: 0, through: { first: 0, mask: 0xf } }],
    requesters: [{ first: 0, last: 0xf, mask: 0xf }],
  });
});

test('no IOMMU, none that is on', () => {
  const text = (source: string) =>
    lanes(source)
      .headline.map((part) => part.text)
      .join('');
  expect(text('/ { };')).toBe('No IOMMU in this tree. Every master reaches memory directly.');
  expect(text('/ { i: iommu@0 { compatible = "arm,smmu-v3"; #iommu-cells = <1>; status = "disabled"; }; };')).toBe(
    'No IOMMU is on: i is disabled.',
  );
});

const drawn = (source: string) => lanesSvg(lanes(source), { board: 'a<b.dts', platform: 'Linux 7.3 on `arm64`' });

test('the picture is well-formed, whatever the tree is called, and has each card with its path', () => {
  const svg = drawn(board(crypto('one: cry_pto,x@11000', 'reg = <0x11000 0x1000>; iommus = <&smmu 0x70>;')));
  expect(svg).toContain('a&lt;b.dts: 1 translated by smmu.');
  expect(svg).toContain('<title>/cry_pto,x@11000: one → smmu, 0x70');
  expect(svg).toContain('Linux 7.3 on arm64');
  expect(svg).not.toMatch(/NaN|undefined|var\(/);
  const opened = svg.match(/<(g|svg|text|title|style)\b/g)?.length;
  expect(svg.match(/<\/(g|svg|text|title|style)>/g)?.length).toBe(opened);
});

test('texts are cut where they do not fit, and the picture of a board without devices is one, too', () => {
  const label = `l${'o'.repeat(60)}ng`;
  expect(drawn(board(`${label}: crypto@11000 { compatible = "qcom,crypto-v5.1"; reg = <0x11000 0x1000>; };`))).toMatch(
    />lo+…</,
  );
  expect(drawn('/ { };')).toContain('No IOMMU in this tree.');
});

test('a device that several IOMMUs know has a place at each, with what is about that one', () => {
  const dart = (label: string, at: string) =>
    `${label}: iommu@${at} { compatible = "apple,t8103-dart"; reg = <0x${at} 0x4000>; #iommu-cells = <1>; interrupts = <1>; };`;
  const fn = (name: string, at: string) => `${name} { compatible = "pci1234,1"; reg = <${at} 0 0 0 0>; };`;
  const source = `/ { #address-cells = <1>; #size-cells = <1>; interrupt-parent = <&aic>;
	aic: interrupt-controller { compatible = "arm,gic-v3"; interrupt-controller; #interrupt-cells = <1>; };
	${dart('one', '1000000')}
	${dart('two', '2000000')}
	usb: usb@10000 { compatible = "snps,dwc3"; reg = <0x10000 0x1000>; iommus = <&one 1>, <&two 2>; };
	pcie: pcie@20000 {
		compatible = "pci-host-ecam-generic"; device_type = "pci"; reg = <0x20000 0x10000>;
		#address-cells = <3>; #size-cells = <2>; ranges = <0x2000000 0 0x40000000 0x40000000 0 0x1000000>;
		iommu-map = <0x0 &one 0x3 0x1>, <0x8 &two 0x4 0x1>;
		${fn('a@0,0', '0x0')} b@1,0 { reg = <0x800 0 0 0 0>; }; ${fn('c@2,0', '0x1000')}
	};
};`;
  expect(lines(lanes(source))).toEqual([
    'translates one: apple-dart',
    '  bridge translated pcie (pcie@20000) [00:00.0 → 0x3 a@0,0] [other functions → memory c@2,0]',
    '  translated usb (usb@10000) 0x1 ?',
    'translates two: apple-dart',
    '  bridge translated pcie (pcie@20000) [00:01.0 → 0x4 b@1,0]',
    '  translated usb (usb@10000) 0x2 ?',
  ]);
  const map = dmaMap(editor(`//- /board.dts\n/dts-v1/;\n${source}`).view.snapshot);
  const table = overviewTable(map, { board: 'board.dts', platform: 'Linux 7.3', width: 100 });
  const rows = table.filter((line) => /^ *(?:one|two|usb|pcie|00:|WITHOUT)/.test(line));
  expect(rows.map((line) => line.split(/ {2,}/).filter(Boolean).slice(0, 2).join(' '))).toEqual([
    'one /iommu@1000000',
    'usb 0x1',
    'pcie by requester ID',
    '00:00.0 0x3',
    'two /iommu@2000000',
    'usb 0x2',
    'pcie by requester ID',
    '00:01.0 0x4',
  ]);
});

test('the entries of the side bar have one id each, as VS Code demands, also where two IOMMUs know a group', () => {
  const source = board(`
	second: iommu@2000000 { compatible = "arm,smmu-v3"; reg = <0x2000000 0x20000>; #iommu-cells = <1>; };
	${['a', 'b'].map((name) => crypto(name, 'iommus = <&smmu 1>, <&second 2>;')).join('')}
`);
  const map = dmaMap(editor(`//- /board.dts\n/dts-v1/;\n${source}`).view.snapshot);
  const idsOf = (nodes: readonly OutlineNode[]): string[] =>
    nodes.flatMap(({ id, children }) => [id, ...idsOf(children)]);
  const ids = idsOf(outlineOf(map));
  expect(ids.filter((id) => id.startsWith('device /a'))).toHaveLength(2);
  expect(new Set(ids).size).toBe(ids.length);
});
