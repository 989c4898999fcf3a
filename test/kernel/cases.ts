// SPDX-License-Identifier: MIT
// The lab's cases: one tree each, with what it shows and how it is booted in the comment at its head. `Unseen` is what
// decides the outcome and no tree says, in words that the model must use when it doubts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMBINATIONS } from './combinations/index.ts';
import type { Combination } from './combinations/parts.ts';

export interface Case {
  readonly name: string;
  /** Path of the tree. */
  readonly file: string;
  /** Its text, where no file is on the disk: `file` is then where it would be, beside what it includes. */
  readonly text?: string;
  readonly shows: string;
  /** Rows of the decision table that the outcome depends on. */
  readonly rows: readonly number[];
  /** From new to old. */
  readonly kernels: readonly string[];
  readonly unseen: readonly string[];
  readonly cmdline: string;
  readonly qemu: readonly string[];
  /** Xen starts first: Linux is its dom0, or a guest, and the tree is the partial one of that guest. */
  readonly xen: 'dom0' | 'domu' | false;
  /** What the guest does before it reports, in the form of its `lab=` parameter. */
  readonly steps: string;
}

/** ID registers of the SMMUv2 that `smmuv2.dtsi` describes, by offset: QEMU writes them into memory before Linux starts. */
const smmuv2Registers: Readonly<Record<number, number>> = { 32: 0x7c001e10, 36: 0x30000004, 40: 0x00007555 };

const loaders = (base: number): string[] =>
  Object.entries(smmuv2Registers).flatMap(([offset, data]) => [
    '-device',
    `loader,addr=${base + Number(offset)},data=${data},data-len=4`,
  ]);

/** QEMU's options for each `Machine:` of a header. */
const machines: Readonly<Record<string, readonly string[]>> = {
  plain: ['-M', 'virt,gic-version=3'],
  'xen-dom0': ['-M', 'virt,gic-version=3,iommu=smmuv3,virtualization=on'],
  'xen-domu': ['-M', 'virt,gic-version=3,iommu=smmuv3,virtualization=on'],
  registers: ['-M', 'virt,gic-version=3'],
  smmuv3: ['-M', 'virt,gic-version=3,iommu=smmuv3'],
  'virtio-iommu': ['-M', 'virt,gic-version=3', '-device', 'virtio-iommu-pci,addr=1,romfile='],
  smmuv2: ['-M', 'virt,gic-version=3', ...loaders(0x70000000)],
  'riscv-iommu': ['-M', 'virt,aia=aplic-imsic,iommu-sys=on'],
  'riscv-pci': ['-M', 'virt,aia=aplic-imsic', '-device', 'riscv-iommu-pci,addr=1.0'],
  'smmuv2 twice': ['-M', 'virt,gic-version=3', ...loaders(0x70000000), ...loaders(0x70020000)],
};

/** The newest, the middle and the oldest; a tree names others where a gate is claimed between them. */
const standardKernels = (machine = '') =>
  machine.startsWith('riscv') ? '7.2-riscv64, 6.12-riscv64' : '7.3, 6.12, 6.1';

const defaultBoot =
  'load virtio_mmio virtio-rng virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci; snapshot; load virtio-iommu; settle 8';

/** `load a b; wait 2` → `load:a,b+wait:2`, the form that travels on the kernel's command line. */
const steps = (text: string): string =>
  text
    .split(';')
    .map((step) => step.trim().replace(' ', ':').replaceAll(' ', ','))
    .join('+');

const words = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(/\s+/));

/** Reads `Name: value` lines of the first block comment; a line that begins with a blank continues the one before. */
function header(text: string): Map<string, string> {
  const comment = /\/\*([\s\S]*?)\*\//.exec(text)?.[1] ?? '';
  const fields = new Map<string, string>();
  let last: string | undefined;
  for (const line of comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))) {
    const field = /^([A-Z][a-z]+): *(.*)$/.exec(line);
    if (field) {
      last = field[1] ?? '';
      fields.set(last, (field[2] ?? '').trim());
    } else if (last !== undefined && line.trim() !== '') fields.set(last, `${fields.get(last)} ${line.trim()}`);
  }
  return fields;
}

const xenRole = (machine: string | undefined): Case['xen'] =>
  machine === 'xen-dom0' ? 'dom0' : machine === 'xen-domu' && 'domu';

function readCase(folder: string, file: string): Case {
  const fields = header(readFileSync(join(folder, file), 'utf8'));
  const name = file.replace(/\.dts$/, '');
  const machine = machines[fields.get('Machine') ?? ''];
  if (machine === undefined) throw new Error(`${file}: Machine must be one of ${Object.keys(machines).join(', ')}.`);
  const shows = fields.get('Shows');
  if (!shows) throw new Error(`${file}: the head does not say what the tree Shows.`);
  return {
    name,
    file: join(folder, file),
    shows,
    rows: words(fields.get('Rows')?.replaceAll(',', ' ')).map(Number),
    kernels: words((fields.get('Kernels') ?? standardKernels(fields.get('Machine'))).replaceAll(',', ' ')),
    unseen: (fields.get('Unseen') ?? '')
      .split(';')
      .map((fact) => fact.trim())
      .filter((fact) => fact !== ''),
    cmdline: fields.get('Cmdline') ?? '',
    qemu: [...machine, ...words(fields.get('Qemu'))],
    xen: xenRole(fields.get('Machine')),
    steps: steps(fields.get('Boot') ?? defaultBoot),
  };
}

/** The file that describes each machine without more. */
const bases: Readonly<Record<string, string>> = { plain: 'virt.dtsi', 'smmuv2 twice': 'smmuv2.dtsi' };

/** A tree that is put together from pieces (`combinations/`): booted on the newest kernel unless it says more. */
function combined(folder: string, combination: Combination): Case {
  const { name, shows, machine, tree, cmdline, qemu, boot, unseen, kernels = ['7.3'] } = combination;
  return {
    name,
    file: join(folder, `${name}.dts`),
    text: `#include "${bases[machine] ?? `${machine}.dtsi`}"\n\n${tree}`,
    shows,
    rows: [],
    kernels,
    unseen: unseen === undefined ? [] : [unseen],
    cmdline: cmdline ?? '',
    qemu: [...(machines[machine] ?? []), ...words(qemu)],
    xen: false,
    steps: steps(boot ?? defaultBoot),
  };
}

/** All trees of the lab: the files of `folder`, and what `combinations/` puts together from its pieces. */
export function allCases(folder: string): Case[] {
  return [...readCases(folder), ...COMBINATIONS.map((each) => combined(folder, each))];
}

/** Every tree of `folder`, in the order of their names. */
export function readCases(folder: string): Case[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.dts'))
    .sort()
    .map((file) => readCase(folder, file));
}
