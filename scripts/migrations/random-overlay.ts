// SPDX-License-Identifier: MIT
// Overlays with the old binding in random forms, from a seed, and the board that they are for.
import type { Device } from './bench.ts';
import { generator, type Random, type RandomFiles } from './random-tree.ts';

const DISKS = 3;

/** Has labels for all that the overlays name. */
export const BASE = `/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	hypervisor {
		compatible = "xen,xen";
	};

	pcie: pcie@10000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		reg = <0x0 0x10000000 0x0 0x10000000>;
		#address-cells = <3>;
		#size-cells = <2>;
		bus-range = <0x0 0xff>;
		ranges = <0x2000000 0x0 0x20000000 0x0 0x20000000 0x0 0x10000000>;
	};
${Array.from(
  { length: DISKS },
  (_, n) => `
	disk${n}: virtio@2000${n}00 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000${n}00 0x0 0x100>;
		interrupts = <${n}>;
	};
`,
).join('')}};
`;

/** One fragment: the label and the path of its target, and what is written there. */
interface Part {
  readonly target: string;
  readonly path: string;
  readonly lines: readonly string[];
}

/** `files` with the overlay alone, and `devices` of the board with it. */
export function randomOverlay(seed: number): RandomFiles {
  const random = generator(seed);
  const unit = random.pick(['\t', '  ', '    ']);
  const eol = random.chance(0.2) ? '\r\n' : '\n';
  const byHand = random.chance(0.4);
  const devices: Device[] = [];
  const parts: Part[] = [];
  for (let n = 0; n < DISKS; n++) {
    if (random.chance(0.4)) continue;
    const domid = random.below(40);
    devices.push({ path: `/virtio@2000${n}00`, domid });
    const written = random.pick([String(domid), `0x${domid.toString(16)}`, `(${domid} + 0)`]);
    const lines = [`xen,backend-domid = <${written}>;${random.pick(['', ' /* domD */'])}`];
    if (random.chance(0.3)) lines.push('dma-coherent;');
    parts.push({ target: `disk${n}`, path: `/virtio@2000${n}00`, lines });
  }
  if (random.chance(0.5) || parts.length === 0) parts.push(pciPart(random, devices));
  const open = (part: Part) =>
    byHand && random.chance(0.5) ? `target-path = "${part.path}";` : `target = <&${part.target}>;`;
  const body = byHand
    ? ['/ {', ...parts.flatMap((part, n) => [...(n > 0 ? [''] : []), ...fragment(n, open(part), part.lines)]), '};']
    : parts.flatMap(({ target, lines }, n) => [...(n > 0 ? [''] : []), `&${target} {`, ...lines.map(deeper), '};']);
  const text = ['/dts-v1/;', '/plugin/;', '', ...body]
    .map((line) => line.replace(/^>+/, (depth) => unit.repeat(depth.length)) + eol)
    .join('');
  return { files: new Map([['/board.dtso', random.chance(0.9) ? text : text.trimEnd()]]), devices };
}

function pciPart(random: Random, devices: Device[]): Part {
  const lines: string[] = [];
  if (random.chance(0.3)) lines.push('#address-cells = <3>;', '#size-cells = <2>;', '');
  for (let slot = 1, count = 1 + random.below(2); slot <= count; slot++) {
    const domid = random.below(10);
    devices.push({ path: '/pcie@10000000', function: `/pcie@10000000/virtio@${slot},0`, rid: slot << 3, domid });
    lines.push(
      `virtio@${slot},0 {`,
      '>compatible = "pci1af4,1042";',
      `>reg = <0x${(slot << 11).toString(16)} 0x0 0x0 0x0 0x0>;`,
    );
    lines.push(`>xen,backend-domid = <${domid}>;`, '};');
  }
  return { target: 'pcie', path: '/pcie@10000000', lines };
}

function fragment(n: number, target: string, lines: readonly string[]): string[] {
  return [
    `>fragment@${n} {`,
    `>>${target}`,
    '',
    '>>__overlay__ {',
    ...lines.map((line) => deeper(deeper(deeper(line)))),
    '>>};',
    '>};',
  ];
}

function deeper(line: string): string {
  return line === '' ? '' : `>${line}`;
}
