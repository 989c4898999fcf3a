// SPDX-License-Identifier: MIT
// Memory under Xen: what the host has, what dom0 and each domain ask for, and where Xen puts things in a guest.
import { rawCells, readNumber, smaller } from '#model/addresses/addresses.ts';
import type { XenBuild } from '#model/platform/types.ts';
import { compatibles, isAvailable, strings } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { settingsOf, xenArguments } from './command-line.ts';
import { bootModules, inheritedCells, type ModuleKind } from './modules.ts';

export interface Bank {
  readonly start: bigint;
  readonly size: bigint;
}

/**
 * The RAM that the tree describes; `undefined` where it describes none, which the boot loader then does
 * (xen/common/device-tree/bootinfo-fdt.c:device_tree_is_memory_node).
 */
export function hostRam({ root }: DeviceTree): readonly Bank[] | undefined {
  const { address, size } = inheritedCells(root);
  if (address < 1 || size < 1) return undefined;
  const banks = [...root.children.values()]
    .filter((node) => /^memory(@|$)/.test(node.name) && isAvailable(node))
    .filter((node) => strings(node.properties.get('device_type'))[0] === 'memory')
    .flatMap((node) => banksOf(rawCells(node.properties.get('reg')), address, size))
    .filter((bank) => bank.size > 0n)
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  return banks.length > 0 ? joined(banks) : undefined;
}

/** Whole entries of cells. */
export function banksOf(cells: readonly number[], address: number, size: number): Bank[] {
  const width = address + size;
  const list: Bank[] = [];
  for (let at = 0; width > 0 && at + width <= cells.length; at += width) {
    list.push({ start: readNumber(cells, at, address), size: readNumber(cells, at + address, size) });
  }
  return list;
}

/** Banks that touch as one. */
function joined(banks: readonly Bank[]): Bank[] {
  const result: Bank[] = [];
  for (const bank of banks) {
    const last = result.at(-1);
    if (last && last.start + last.size >= bank.start) {
      const end = bank.start + bank.size;
      const size = end > last.start + last.size ? end - last.start : last.size;
      result[result.length - 1] = { start: last.start, size };
    } else result.push(bank);
  }
  return result;
}

export function contains(banks: readonly Bank[], { start, size }: Bank): boolean {
  return banks.some((bank) => bank.start <= start && start + size <= bank.start + bank.size);
}

export function overlaps(a: Bank, b: Bank): boolean {
  return a.start < b.start + b.size && b.start < a.start + a.size;
}

export function total(banks: readonly Bank[]): bigint {
  return banks.reduce((sum, { size }) => sum + size, 0n);
}

const UNITS: Readonly<Record<string, bigint>> = { b: 0n, k: 10n, m: 20n, g: 30n, t: 40n };

/** A size as Xen reads it: without a unit it counts KiB (xen/lib/parse-size.c:parse_size_and_unit). */
export function parseSize(text: string): bigint {
  const [, digits = '', unit = 'k'] = /^(0[xX][\da-fA-F]+|\d*)([bkmgtBKMGT])?/.exec(text) ?? [];
  return BigInt(digits === '' ? '0' : octal(digits)) << (UNITS[unit.toLowerCase()] ?? 10n);
}

/** simple_strtoull with base 0: a leading 0 means octal. */
function octal(digits: string): string {
  const [valid = ''] = /^0[0-7]+/.exec(digits) ?? [];
  return valid === '' ? digits : `0o${valid.slice(1)}`;
}

/** Xen's own choice for a dom0 (xen/arch/arm/domain_build.c:construct_dom0). */
const DOM0_DEFAULT = 512n << 20n;

export interface Dom0Memory {
  readonly bytes: bigint;
  /** `dom0_mem=2G`; absent where Xen chooses. */
  readonly word?: string;
}

/** What `dom0_mem=` gives the dom0, the last one winning. */
export function dom0Memory(tree: DeviceTree, build: XenBuild): Dom0Memory {
  const last = settingsOf(xenArguments(tree, build), 'dom0_mem').filter(({ word }) => !word.startsWith('no-'));
  const words = [...new Set(last.map(({ word }) => word))];
  const word = words.at(-1);
  const bytes = word === undefined ? 0n : parseSize(word.slice(word.indexOf('=') + 1));
  if (word === undefined || bytes === 0n) return { bytes: DOM0_DEFAULT };
  return { bytes, word };
}

/** `memory` of a domain in bytes; `undefined` where Xen cannot read it. */
export function domainMemory(node: DtNode): bigint | undefined {
  const cells = rawCells(node.properties.get('memory'));
  return cells.length < 2 ? undefined : readNumber(cells, 0, 2) * 1024n;
}

/** Where a domain that is not mapped one to one has its RAM (xen/include/public/arch-arm.h:GUEST_RAM_BANK_BASES). */
const GUEST_RAM: readonly Bank[] = [
  { start: 0x40000000n, size: 0xc0000000n },
  { start: 0x200000000n, size: 0xfe00000000n },
];

/** The banks of a guest with so much memory. */
export function guestRam(bytes: bigint): readonly Bank[] {
  let left = bytes;
  return GUEST_RAM.flatMap(({ start, size }) => {
    const own = smaller(left, size);
    left -= own;
    return own > 0n ? [{ start, size: own }] : [];
  });
}

/** What Xen puts into every guest that is not mapped one to one, and into one with `vpl011`. */
export const GUEST_GICD: Bank = { start: 0x3001000n, size: 0x1000n };
export const GUEST_VPL011: Bank = { start: 0x22000000n, size: 0x1000n };

/** Bytes of the modules of one kind in a domain; 0 where they have no place yet. */
export function moduleSize(tree: DeviceTree, domain: DtNode | undefined, ...kinds: readonly ModuleKind[]): bigint {
  return bootModules(tree)
    .filter((module) => module.domain === domain && kinds.includes(module.kind))
    .reduce((sum, { range }) => sum + (range?.size ?? 0n), 0n);
}

/** The banks of `xen,static-mem`, in the cells that the domain's node inherits. */
export function staticMemory(node: DtNode): readonly Bank[] {
  const { address, size } = inheritedCells(node.parent);
  return banksOf(rawCells(node.properties.get('xen,static-mem')), address, size);
}

/** `256 MiB`, `0x30000 bytes`: a size for people. */
export function sizeText(bytes: bigint): string {
  for (const [unit, shift] of [
    ['GiB', 30n],
    ['MiB', 20n],
    ['KiB', 10n],
  ] as const) {
    if (bytes >= 1n << shift && bytes % (1n << shift) === 0n) return `${bytes >> shift} ${unit}`;
  }
  return `0x${bytes.toString(16)} bytes`;
}

/** `arm,gic-400` and the like serve 8 CPUs, a GICv3 as many as Xen can have (xen/arch/arm/vgic.c:vgic_max_vcpus). */
export function mostCpus({ root }: DeviceTree): number {
  const all = [...root.children.values()].flatMap((node) => [node, ...node.children.values()]);
  const v2 = all.some((node) => compatibles(node).some((name) => GIC_V2.includes(name)));
  const v3 = all.some((node) => compatibles(node).includes('arm,gic-v3'));
  return v2 && !v3 ? 8 : 128;
}

/** xen/arch/arm/include/asm/gic.h:DT_COMPAT_GIC_* */
const GIC_V2 = ['arm,cortex-a15-gic', 'arm,cortex-a7-gic', 'arm,gic-400'];
