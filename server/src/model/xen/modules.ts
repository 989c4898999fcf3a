// SPDX-License-Identifier: MIT
// What the boot loader put into memory for Xen: the modules below `/chosen`, each with its kind, place and domain.
import { rawCells, readNumber } from '#model/addresses/addresses.ts';
import { compatibles, strings, u32 } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

export type ModuleKind = 'kernel' | 'ramdisk' | 'xsm' | 'device-tree' | 'microcode' | 'unknown';

export interface BootModule {
  readonly node: DtNode;
  readonly kind: ModuleKind;
  /** The `xen,domain` node that it stands in; absent: one of dom0, or of Xen. */
  readonly domain?: DtNode;
  /** Absent where `reg` does not say it. */
  readonly range?: { readonly start: bigint; readonly size: bigint };
}

/** xen/common/device-tree/bootfdt.c:fdt_node_to_kind, in its order. */
const KINDS: readonly (readonly [ModuleKind, readonly string[]])[] = [
  ['kernel', ['xen,linux-zimage', 'multiboot,kernel']],
  ['ramdisk', ['xen,linux-initrd', 'multiboot,ramdisk']],
  ['xsm', ['xen,xsm-policy']],
  ['device-tree', ['multiboot,device-tree']],
  ['microcode', ['multiboot,microcode']],
];

/** The strings that make a node a module (xen/common/device-tree/bootinfo-fdt.c:early_scan_node). */
const MODULE = ['xen,multiboot-module', 'multiboot,module'];

/** The kind that a node's strings name, whether or not Xen takes it for a module. */
export function moduleKind(node: DtNode): ModuleKind {
  const names = compatibles(node);
  return KINDS.find(([, strings]) => strings.some((name) => names.includes(name)))?.[0] ?? 'unknown';
}

/** Whether Xen registers the node as a module; its place decides as well. */
export function isModule(node: DtNode): boolean {
  return compatibles(node).some((name) => MODULE.includes(name));
}

/**
 * The modules of a host tree as Xen registers them: children and grandchildren of `/chosen`, whether the parent is a
 * domain or just a container such as `/chosen/modules`. The first of unknown kind counts as a kernel, the second as a
 * ramdisk (xen/common/device-tree/bootinfo-fdt.c:process_multiboot_node).
 */
export function bootModules({ root }: DeviceTree): readonly BootModule[] {
  const chosen = root.children.get('chosen');
  const guesses: ModuleKind[] = ['kernel', 'ramdisk'];
  const found: BootModule[] = [];
  const visit = (node: DtNode, depth: number): void => {
    if (isModule(node)) {
      const named = moduleKind(node);
      const parent = node.parent;
      const range = moduleRange(node);
      found.push({
        node,
        kind: named === 'unknown' ? (guesses.shift() ?? named) : named,
        ...(parent && compatibles(parent).includes('xen,domain') && { domain: parent }),
        ...(range && { range }),
      });
    }
    if (depth < 2) for (const child of node.children.values()) visit(child, depth + 1);
  };
  for (const child of chosen?.children.values() ?? []) visit(child, 1);
  return found;
}

/** Where a module was loaded: `reg` in the cells of its parent, which Xen inherits where a node has none. */
export function moduleRange(node: DtNode): BootModule['range'] | undefined {
  const { address, size } = inheritedCells(node.parent);
  const cells = rawCells(node.properties.get('reg'));
  if (address + size === 0 || cells.length < address + size) return undefined;
  return { start: readNumber(cells, 0, address), size: readNumber(cells, address, size) };
}

/** Cells of the nearest node upwards that states them, as xen/common/device-tree/bootfdt.c:device_tree_for_each_node. */
export function inheritedCells(node: DtNode | undefined): { readonly address: number; readonly size: number } {
  const nearest = (name: string, fallback: number): number => {
    for (let at = node; at; at = at.parent) {
      const value = u32(at.properties.get(name));
      if (value !== undefined) return value;
    }
    return fallback;
  };
  return { address: nearest('#address-cells', 2), size: nearest('#size-cells', 1) };
}

/** The kernel of dom0. */
export function dom0Kernel(tree: DeviceTree): BootModule | undefined {
  return bootModules(tree).find(({ kind, domain }) => kind === 'kernel' && !domain);
}

/** Arguments that a module's node gives its kernel. */
export function moduleArguments({ node }: BootModule): string {
  return strings(node.properties.get('bootargs'))[0] ?? '';
}
