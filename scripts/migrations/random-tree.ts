// SPDX-License-Identifier: MIT
// Trees with the old binding in random forms, from a seed; each says which device must get which domain.
import type { Device, Files } from './bench.ts';

export interface Random {
  below(limit: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
}

/** mulberry32: the same numbers for the same seed on every machine. */
export function generator(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
  };
}

/** Files, the first of which is the board, and its devices. */
export interface RandomFiles {
  readonly files: Files;
  readonly devices: readonly Device[];
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

type Provider = 'none' | 'good' | 'unlabelled' | 'no-cells' | 'wrong-cells' | 'disabled' | 'hidden';

/** How a tree is written. */
interface Style {
  readonly raw: boolean;
  readonly unit: string;
  readonly eol: string;
  readonly split: boolean;
  readonly bom: string;
  readonly lastLine: boolean;
  readonly provider: Provider;
}

/** What a device adds to beside its own node: the devices, and lines before and after the root. */
interface Written {
  readonly devices: Writable<Device>[];
  readonly head: string[];
  readonly tail: string[];
}

export function randomTree(seed: number, forced: Partial<Style> = {}): RandomFiles {
  const random = generator(seed);
  const style: Style = {
    raw: random.chance(0.2),
    unit: random.pick(['\t', '\t', '  ', '    ']),
    eol: random.chance(0.15) ? '\r\n' : '\n',
    split: random.chance(0.25),
    bom: random.chance(0.05) ? '\ufeff' : '',
    lastLine: random.chance(0.9),
    provider: random.pick<Provider>([
      'none',
      'none',
      'good',
      'good',
      'unlabelled',
      'no-cells',
      'wrong-cells',
      'disabled',
      'hidden',
    ]),
    ...forced,
  };
  const written: Written = { devices: [], head: [], tail: [] };
  const { devices, head, tail } = written;
  const body = ['#address-cells = <2>;', '#size-cells = <2>;', ...(random.chance(0.15) ? ['dma-coherent;'] : []), ''];
  body.push('hypervisor {', '>compatible = "xen,xen";', '};', '');
  const { lines: provider, ref } = providerLines(random, style);
  const gicPhandle = provider.length === 0 && random.chance(0.5) ? '0xfde9' : '0x8001';
  const gic = style.raw
    ? ['gic {', `>phandle = <${gicPhandle}>;`, '};']
    : ['gic: interrupt-controller {', '>#interrupt-cells = <1>;', '};'];
  const early = random.chance(0.5);
  body.push(...gic, '', ...(early ? provider : []));
  for (let n = 0, count = 1 + random.below(4); n < count; n++) {
    body.push(...mmioDevice(random, style, n, written), ...(random.chance(0.8) ? [''] : []));
  }
  if (random.chance(0.35)) body.push(...pciHost(random, style, devices, ref), '');
  if (!early) body.push(...provider);
  while (body[body.length - 1] === '') body.pop();
  const root = ['/ {', ...body.map((line) => (line === '' || /^#(if|endif)/.test(line) ? line : `>${line}`)), '};'];
  const render = (lines: readonly string[]) => {
    const text = lines
      .map((line) => line.replace(/^>+/, (depth) => style.unit.repeat(depth.length)) + style.eol)
      .join('');
    return style.bom + (style.lastLine ? text : text.trimEnd());
  };
  // Who needs a provider that stands under an `#if` of its own gets none.
  if (style.provider === 'hidden') {
    for (const device of devices) {
      delete device.domid;
      delete device.shared;
    }
  }
  const files = style.split
    ? new Map([
        ['/board.dts', render(['/dts-v1/;', '#include "guest.dtsi"', ...tail])],
        ['/guest.dtsi', render([...head, ...root])],
      ])
    : new Map([['/board.dts', render(['/dts-v1/;', ...head, '', ...root, ...tail])]]);
  return { files, devices };
}

/** `ref`: how a map names the provider; absent where it cannot. */
function providerLines(random: Random, { raw, provider: kind }: Style): { lines: string[]; ref?: string } {
  if (kind === 'none') return { lines: [] };
  const name = random.pick(['xen_iommu', 'xen-iommu', 'iommu', 'grants']);
  const label = raw || kind === 'unlabelled' ? '' : `${random.pick(['xen_iommu', 'grant_dma', 'x'])}: `;
  const lines = [`${label}${name} {`, '>compatible = "xen,grant-dma";'];
  if (kind !== 'no-cells') lines.push(`>#iommu-cells = <${kind === 'wrong-cells' ? random.pick([0, 2]) : 1}>;`);
  if (kind === 'disabled') lines.push('>status = "disabled";');
  const phandle = random.pick(['0xfde9', '0x02', '65002']);
  let ref = label === '' ? undefined : `&${label.slice(0, -2)}`;
  if (raw && random.chance(0.7)) {
    lines.push(`>phandle = <${phandle}>;`);
    ref = phandle;
  }
  const whole = kind === 'hidden' ? ['#if 1', ...lines, '};', '#endif', ''] : [...lines, '};', ''];
  return { lines: whole, ...(ref !== undefined && { ref }) };
}

interface Statement {
  readonly n: number;
  readonly head: string[];
  readonly name: string;
  readonly domid: number;
}

/** The statement, or a macro that stands for part of it; each macro is only for this device, or for all that use it. */
function statement(random: Random, style: Style, asked: Statement): string {
  const { n, head, name, domid } = asked;
  switch (style.split ? 0 : random.below(14)) {
    case 1:
      head.push(`#define SERVE_${n}(n) ${name} = <n>`);
      return `SERVE_${n}(${domid});`;
    case 2:
      head.push(`#define SERVED_${n} ${name} = <${domid}>;`);
      return `SERVED_${n}`;
    case 3:
      head.push(`#define NAME_${n} ${name}`);
      return `NAME_${n} = <${domid}>;`;
    case 4:
      head.push(`#define VALUE_${n} <${domid}>`);
      return `${name} = VALUE_${n};`;
    case 5:
      if (!head.includes('#define BACKEND(n) xen,backend-domid = < n >')) {
        head.push('#define BACKEND(n) xen,backend-domid = < n >');
      }
      return `BACKEND(${domid});`;
    default:
      return `${name} = ${writing(random, asked)};`;
  }
}

/** A value's text for a domain; macros are defined in `head`. */
function writing(random: Random, { n, head, domid }: Statement): string {
  const hex = `0x${domid.toString(16)}`;
  switch (random.below(7)) {
    case 0:
      return `<${domid}>`;
    case 1:
      return `<${hex}>`;
    case 2:
      head.push(`#define BACKEND_${n} ${domid}`);
      return `<BACKEND_${n}>`;
    case 3:
      head.push(`#define DOM_${n}(base) ((base) + ${domid})`);
      return `<DOM_${n}(0)>`;
    case 4:
      return `<(${domid} + 0)>`;
    case 5:
      return `/bits/ 32 <${hex}>`;
    default:
      return `/* backend */ < ${domid} /* a driver domain */ >`;
  }
}

function mmioDevice(random: Random, style: Style, n: number, { devices, head, tail }: Written): string[] {
  const { raw } = style;
  const address = (0x2000000 + n * 0x200).toString(16);
  const domid = random.pick([0, 1, 2, 3, 42, 0x7fef]);
  const label = raw ? '' : `virtio${n}: `;
  const name = random.pick(['xen,backend-domid', 'xen,backend-domid', 'xen,dev-domid']);
  const path = `/virtio@${address}`;
  const before = ['compatible = "virtio,mmio";', `reg = <0x0 0x${address} 0x0 0x200>;`, `interrupts = <${n}>;`];
  if (!raw && random.chance(0.5)) before.push('interrupt-parent = <&gic>;');
  if (random.chance(0.3)) before.push('dma-coherent;');
  const bad = random.pick(['<1 2>', '<0x7ff0>', '"1"', '/bits/ 64 <1>', '[01]']);
  if (random.chance(0.1)) {
    devices.push({ path });
    return [`${label}virtio@${address} {`, ...[...before, `${name} = ${bad};`].map((line) => `>${line}`), '};'];
  }
  const device: Writable<Device> = { path, domid };
  devices.push(device);
  const tail0 = random.pick(['', '', ' /* served by another domain */', ' // backend']);
  let lines = [`${statement(random, style, { n, head, name, domid })}${tail0}`];
  if (!raw && style.split && random.chance(0.25)) {
    // The board has the last word over its shared file.
    const other = random.below(20);
    const isGone = random.chance(0.5);
    const word = isGone ? `/delete-property/ ${name};` : `${name} = <${other}>;`;
    const isPlain = lines[0]!.includes(name);
    if (isPlain) {
      tail.push('', `&virtio${n} {`, `>${word}`, '};');
      device.shared = domid;
      device.domid = isGone ? undefined : other;
      device.plain = isGone;
    }
  }
  if (random.chance(0.15)) lines = ['#if 1', ...lines, '#endif'];
  if (!raw && random.chance(0.2)) {
    const place = ['', `&virtio${n} {`, ...lines.map((line) => (line.startsWith('#') ? line : `>${line}`)), '};'];
    if (!style.split) {
      tail.push(...place);
      lines = [];
    }
  }
  if (lines.length === 1 && !lines[0]!.includes('//') && random.chance(0.15)) {
    return [`${label}virtio@${address} { ${[...before, ...lines].join(' ')} };`];
  }
  const statements = random.chance(0.5) ? [...before, ...lines] : [...lines, ...before];
  const inner = statements.map((line) => (line.startsWith('#if') || line.startsWith('#endif') ? line : `>${line}`));
  return [`${label}virtio@${address} {`, ...inner, '};'];
}

function pciHost(random: Random, style: Style, devices: Device[], ref: string | undefined): string[] {
  const lines = [
    'pcie@10000000 {',
    '>compatible = "pci-host-ecam-generic";',
    '>device_type = "pci";',
    '>reg = <0x0 0x10000000 0x0 0x10000000>;',
    '>#address-cells = <3>;',
    '>#size-cells = <2>;',
    '>bus-range = <0x0 0xff>;',
    '>ranges = <0x2000000 0x0 0x20000000 0x0 0x20000000 0x0 0x10000000>;',
  ];
  const map = style.provider === 'good' && ref ? random.below(4) : 0;
  // For slots that nobody has; or linear, which is wrong for all that it covers but perhaps one.
  if (map === 1) lines.push(`>iommu-map = <0x40 ${ref} 4 0x1>;`);
  if (map === 2) lines.push(`>iommu-map = <0x8 ${ref} 1 0x20>, <0x40 ${ref} 0x2 0x1>;`);
  for (let slot = 1, count = 1 + random.below(3); slot <= count; slot++) {
    const domid = random.below(10);
    lines.push('', `>virtio@${slot},0 {`, '>>compatible = "pci1af4,1042";');
    lines.push(`>>reg = <0x${(slot << 11).toString(16)} 0x0 0x0 0x0 0x0>;`, `>>xen,backend-domid = <${domid}>;`, '>};');
    devices.push({ path: '/pcie@10000000', function: `/pcie@10000000/virtio@${slot},0`, rid: slot << 3, domid });
  }
  return [...lines, '};'];
}
