// SPDX-License-Identifier: MIT
// `dt-iommu log`: lines as the drivers of Linux and Xen print them, answered with nodes, causes and rules.
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { folderOf } from '#test/support/cli.ts';

const folder = folderOf(`//- /board.dts
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	memory@80000000 {
		device_type = "memory";
		reg = <0x0 0x80000000 0x0 0x40000000>;
	};

	reserved-memory {
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		splash: framebuffer@9d400000 {
			reg = <0x0 0x9d400000 0x0 0x2400000>;
			no-map;
		};
	};

	soc {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;

		smmu2: iommu@15000000 {
			compatible = "arm,mmu-500";
			reg = <0x0 0x15000000 0x0 0x80000>;
			#iommu-cells = <2>;
			#global-interrupts = <1>;
			interrupts = <0 1 4>, <0 2 4>, <0 3 4>, <0 4 4>;
		};

		smmu3: iommu@20000000 {
			compatible = "arm,smmu-v3";
			reg = <0x0 0x20000000 0x0 0x20000>;
			#iommu-cells = <1>;
		};

		display: display@a000000 {
			compatible = "example,display";
			reg = <0x0 0xa000000 0x0 0x1000>;
			iommus = <&smmu2 0x880 0x8>;
			memory-region = <&splash>;
		};

		usb: usb@a600000 {
			compatible = "example,usb";
			reg = <0x0 0xa600000 0x0 0x1000>;
			iommus = <&smmu2 0x740 0x0>;
			status = "disabled";
		};

		pcie@40000000 {
			compatible = "pci-host-ecam-generic";
			device_type = "pci";
			reg = <0x0 0x40000000 0x0 0x10000000>;
			ranges = <0x02000000 0x0 0x50000000 0x0 0x50000000 0x0 0x10000000>;
			#address-cells = <3>;
			#size-cells = <2>;
			iommu-map = <0x0 &smmu3 0x1000 0x10000>;

			bridge@1,0 {
				reg = <0x0800 0 0 0 0>;
				device_type = "pci";
				compatible = "pci10b5,8112";
				bus-range = <2 2>;
				#address-cells = <3>;
				#size-cells = <2>;
				ranges;

				card@2,4,0 {
					reg = <0x022000 0 0 0 0>;
				};
			};
		};
	};
};
//- /shared.dts
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@20000000 { compatible = "arm,smmu-v3"; reg = <0x20000000 0x20000>; #iommu-cells = <1>; };
	a@1000 { compatible = "example,a"; reg = <0x1000 0x100>; iommus = <&smmu 0x10>; };
	b@2000 { compatible = "example,b"; reg = <0x2000 0x100>; iommus = <&smmu 0x10>; };
};
//- /shared.txt
[   10.000001] arm-smmu-v3 20000000.iommu: event 0x10 received:
[   10.000002] arm-smmu-v3 20000000.iommu: 	0x0000001000000010
[   10.000003] arm-smmu-v3 20000000.iommu: 	0x0000020800000000
[   10.000004] arm-smmu-v3 20000000.iommu: 	0x0000000050001000
[   10.000005] arm-smmu-v3 20000000.iommu: 	0x0000000000000000
//- /context.txt
[    0.000000] Linux version 6.12.48 (debian) #1 SMP
[    3.111111] arm-smmu 15000000.iommu: Unhandled context fault: fsr=0x402, iova=0x9d400000, fsynr=0x110, cbfrsynra=0x888, cb=3
[    3.111115] arm-smmu 15000000.iommu: FSR    = 00000402 [Format=2 TF], SID=0x888
[    3.111121] arm-smmu 15000000.iommu: Unhandled context fault: fsr=0x402, iova=0x9d401000, fsynr=0x110, cbfrsynra=0x888, cb=3
//- /global.txt
Nov 30 10:00:00 board kernel: arm-smmu 15000000.iommu: Blocked unknown Stream ID 0x740; boot with "arm-smmu.disable_bypass=0" to allow, but this may have security implications
Nov 30 10:00:00 board kernel: arm-smmu 15000000.iommu:         GFSR 0x80000002, GFSYNR0 0x00000000, GFSYNR1 0x00000740, GFSYNR2 0x00000000
Nov 30 10:00:00 board kernel: arm-smmu 15000000.iommu: Unexpected global fault, this could be serious
Nov 30 10:00:00 board kernel: arm-smmu 15000000.iommu: 	GFSR 0x80000002, GFSYNR0 0x00000000, GFSYNR1 0x00000744, GFSYNR2 0x00000000
//- /event.txt
<6>[   10.000001][  T123] arm-smmu-v3 20000000.iommu: event 0x10 received:
<6>[   10.000002][  T123] arm-smmu-v3 20000000.iommu: 	0x0000120000000010
<6>[   10.000003][  T123] arm-smmu-v3 20000000.iommu: 	0x0000020800000000
<6>[   10.000004][  T123] arm-smmu-v3 20000000.iommu: 	0x0000000050001000
<6>[   10.000005][  T123] arm-smmu-v3 20000000.iommu: 	0x0000000000000000
//- /event73.txt
[   10.000001] arm-smmu-v3 20000000.iommu: event 0x10 received:
[   10.000002] arm-smmu-v3 20000000.iommu: 	0x0000120000000010
[   10.000003] arm-smmu-v3 20000000.iommu: 	0x0000020800000000
[   10.000004] arm-smmu-v3 20000000.iommu: 	0x0000000000000000
[   10.000005] arm-smmu-v3 20000000.iommu: 	0x0000000000000000
[   10.000006] arm-smmu-v3 20000000.iommu: event: F_TRANSLATION client: 0000:02:04.0 sid: 0x1200 ssid: 0x0 iova: 0x0 ipa: 0x0
[   10.000007] arm-smmu-v3 20000000.iommu: unpriv data write s1 "Input address caused fault" stag: 0x0
//- /stream.txt
[   10.000001] arm-smmu-v3 20000000.iommu: event 0x02 received:
[   10.000002] arm-smmu-v3 20000000.iommu: 	0x0000120000000002
[   10.000003] arm-smmu-v3 20000000.iommu: 	0x0000000000000000
[   10.000004] arm-smmu-v3 20000000.iommu: 	0x0000000000000000
[   10.000005] arm-smmu-v3 20000000.iommu: 	0x0000000000000000
[   11.000001] arm-smmu-v3 20000000.iommu: event 0x08 received:
[   11.000002] arm-smmu-v3 20000000.iommu: event: C_BAD_SUBSTREAMID client: 0000:02:04.0 sid: 0x1220 ssid: 0x7
//- /xen.txt
(XEN) [2026-11-30 10:00:00] smmu: /soc/iommu@15000000: Unhandled context fault: fsr=0x402, iova=0x80000000, fsynr=0x11, cb=0
(XEN) XEN_DOMCTL_assign_dt_device: assign "/soc/display@a000000" to dom1 failed (-19)
//- /quiet.txt
[    0.1] arm-smmu 15000000.iommu: probing hardware configuration...
[    0.2] example-usb a600000.usb: probe with driver example-usb failed with error -22
[    0.3] display a000000.display: Adding to iommu group 0
`);
afterAll(() => folder.remove());

interface Answer {
  readonly topic: string;
  readonly line: number;
  readonly count: number;
  readonly iommu: string | null;
  readonly id: number | null;
  readonly addresses: readonly string[];
  readonly devices: readonly { path: string; by: string; functions: readonly string[]; functionNode: string | null }[];
  readonly cause: { readonly kind: string; readonly text: string };
  readonly rules: readonly { readonly rule: string }[];
}

async function answers(name: string, ...more: string[]): Promise<readonly Answer[]> {
  const { out, error } = await folder.run('log', name, '--tree', 'board.dts', '--format', 'json', ...more);
  expect(error).toBe('');
  return JSON.parse(out).findings;
}

test('an ID that two devices have is said of both', async () => {
  const { out } = await folder.run('log', 'shared.txt', '--tree', 'shared.dts', '--format', 'json');
  const texts = (JSON.parse(out).findings as Answer[]).map(({ cause }) => cause.text);
  expect(texts[0]).toContain('2 devices have the ID 0x10: it can be each of them. ');
});

test('an SMMUv3 that has nothing for a stream looked at no address', async () => {
  const found = await answers('stream.txt');
  expect(found.map(({ id, cause }) => [id, cause.kind, cause.text.split(':')[0]])).toEqual([
    [0x1200, 'stream-event', 'The stream table has nothing for this ID'],
    [0x1220, 'stream-event', 'The device used a substream ID (PASID) for which nothing is set up.'],
  ]);
});

test('a fault of an SMMUv2: the stream under its mask, and the region that the address is in', async () => {
  const [fault, ...others] = await answers('context.txt');
  expect(others).toEqual([]);
  expect(fault).toMatchObject({ topic: 'fault', line: 2, count: 2, iommu: '/soc/iommu@15000000', id: 0x888 });
  expect(fault?.devices.map(({ path, by }) => [path, by])).toEqual([['/soc/display@a000000', 'iommus']]);
  expect(fault?.addresses).toEqual(['0x9d400000', '0x9d401000']);
  expect(fault?.cause.kind).toBe('in-region');
  expect(fault?.cause.text).toContain('/reserved-memory/framebuffer@9d400000');
});

test('streams that are blocked: of a device that is switched off, and of nobody', async () => {
  const [blocked, unknown] = await answers('global.txt');
  expect(blocked).toMatchObject({ topic: 'unknown-stream', id: 0x740, cause: { kind: 'owner-off' } });
  expect(unknown).toMatchObject({ topic: 'global-fault', id: 0x744, devices: [], cause: { kind: 'nobody' } });
  expect(unknown?.cause.text).toContain('0x740 (/soc/usb@a600000)');
});

test('an event of an SMMUv3 as 6.12 prints it: the function behind the map, by the alias of its bridge', async () => {
  const [event, ...others] = await answers('event.txt');
  expect(others).toEqual([]);
  expect(event).toMatchObject({ topic: 'fault', id: 0x1200, iommu: '/soc/iommu@20000000', addresses: ['0x50001000'] });
  expect(event?.devices[0]).toMatchObject({
    path: '/soc/pcie@40000000',
    by: 'iommu-map',
    functions: ['0000:02:04.0 (by the alias 0000:02:00.0)'],
    functionNode: '/soc/pcie@40000000/bridge@1,0/card@2,4,0',
  });
  expect(event?.cause.kind).toBe('in-registers');
});

test('an event as 7.3 prints it is one finding, however many lines it has', async () => {
  const found = await answers('event73.txt');
  expect(found.map(({ topic, id, cause }) => [topic, id, cause.kind])).toEqual([['fault', 0x1200, 'null']]);
});

test('lines of Xen name nodes by their paths', async () => {
  const [fault, assign] = await answers('xen.txt');
  expect(fault).toMatchObject({ iommu: '/soc/iommu@15000000', cause: { kind: 'in-ram' } });
  expect(assign).toMatchObject({ topic: 'xen-assign', cause: { kind: 'topic' } });
});

test('what Linux 6.1 and 6.12 print, as their boots did', async () => {
  writeFileSync(
    join(folder.path, 'old.txt'),
    `[    0.1] arm-smmu-v3: probe of 20000000.iommu failed with error -12
[    0.1] pci-host-generic: probe of 70100000.pcie failed with error -12
[    0.1] usb 1-1: probe with driver foo failed with error -5
[    0.0] OF: fdt: Reserved memory: failed to reserve memory for node 'framebuffer@9d400000': base 0x000000009d400000, size 36 MiB
[    0.0] OF: fdt: Reserved memory: unsupported node format, ignoring
[    0.0] cma: Failed to reserve 64 MiB on node -1
[    0.0] cma: Region at 0x000000009d400000 must be aligned to 0x0000000000400000 bytes
`,
  );
  const found = await answers('old.txt');
  expect(found.map(({ topic, iommu }) => [topic, iommu])).toEqual([
    ['iommu-fails', '/soc/iommu@20000000'],
    ['region-fails', null],
    ['regions-ignored', null],
    ['pool-fails', null],
    ['pool-fails', null],
  ]);
});

test('what is not a trouble of DMA gives no answer', async () => {
  expect(await answers('quiet.txt')).toEqual([]);
  expect((await folder.run('log', 'quiet.txt', '--tree', 'board.dts')).code).toBe(0);
});

test('the text for people; the release of the log is the one that counts', async () => {
  const { code, out } = await folder.run('log', 'context.txt', '--tree', 'board.dts');
  expect(code).toBe(1);
  expect(out).toContain('line 2 (2 times, last in line 4): arm-smmu 15000000.iommu: Unhandled context fault');
  expect(out).toContain('  device    /soc/display@a000000 by iommus: stream ID 0x880 mask 0x8 [board.dts:');
  expect(out).toContain('held against Linux 6.12 on arm64 (assumed: kind, arch, kernelConfig, cmdline)');
});

test('hostile logs: lines without end, controls, nonsense of every format', async () => {
  const path = join(folder.path, 'hostile.txt');
  writeFileSync(path, 'arm-smmu 15000000.iommu: event: '.repeat(5000));
  appendFileSync(path, `\n[ 1.000000] ${'('.repeat(5000)}: swiotlb buffer is full (sz: \n`);
  appendFileSync(path, '\u001b[31marm-smmu 15000000.iommu: Unhandled context fault: fsr=0x\n');
  for (let index = 0; index < 1200; index++) {
    appendFileSync(
      path,
      `arm-smmu 15000000.iommu: Blocked unknown Stream ID 0x${index.toString(16)}; boot with "arm-smmu.disable_bypass=0" to allow, but this may have security implications\n`,
    );
  }
  const { out } = await folder.run('log', 'hostile.txt', '--tree', 'board.dts', '--format', 'json');
  expect(JSON.parse(out).findings.length).toBe(1000);
  expect(JSON.parse(out).log.dropped).toBe(200);
});

test('wrong usage says what to do', async () => {
  expect(await folder.run('log', 'context.txt')).toMatchObject({
    code: 2,
    error: 'dt-iommu: --tree BOARD says which tree was booted: its .dts or .dtb\n',
  });
  expect((await folder.run('log', 'none.txt', '--tree', 'board.dts')).error).toContain('none.txt: cannot be read');
});
