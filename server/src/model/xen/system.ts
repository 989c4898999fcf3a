// SPDX-License-Identifier: MIT
// A Xen host with the partial trees of its domains: which device of the host each domain gets, and who else there is.
import { basename } from '#base/files.ts';
import { memo } from '#base/memo.ts';
import type { Machine } from '#model/platform/machine.ts';
import type { XenBuild, XenDomain, XenSystem } from '#model/platform/types.ts';
import { isSince } from '#model/platform/xen-build.ts';
import { compatibles, isAvailable, pathOf, strings, u32, walk } from '#tree/query.ts';
import type { DeviceTree, DtNode, DtProperty } from '#tree/types.ts';
import { dom0Kernel } from './modules.ts';

/** A node of a partial tree that names a device of the host. */
export interface Assignment {
  readonly domain: XenDomain;
  /** In the partial tree. */
  readonly node: DtNode;
  readonly path: DtProperty;
  /** In the host's tree; absent when the path leads nowhere. */
  readonly device?: DtNode;
  /** `xen,force-assign-without-iommu`. */
  readonly forced: boolean;
}

/** The host as a machine of its own, for questions that come from a partial tree. */
export const hostMachine = memo(
  (system: XenSystem): Machine => ({
    tree: system.host,
    platform: {
      kind: 'xen-host',
      arch: 'arm64',
      kernelVersion: [6, 12],
      cmdline: '',
      assumed: [],
      xen: system,
      ...(system.build && { xenBuild: system.build }),
    },
  }),
);

/** Every device that a partial tree assigns, domain after domain, in the order in which Xen starts them. */
export const assignments = memo((system: XenSystem): readonly Assignment[] =>
  inStartOrder(system).flatMap((domain) => {
    const frame = domain.tree.root.children.get('passthrough');
    return frame ? [...walk(frame)].flatMap((node) => assignment(system, domain, node)) : [];
  }),
);

function assignment(system: XenSystem, domain: XenDomain, node: DtNode): Assignment[] {
  const path = node.properties.get('xen,path');
  const text = strings(path)[0];
  // Without `xen,reg` Xen refuses the node before it looks for the device.
  if (!path || text === undefined || !node.properties.has('xen,reg')) return [];
  const device = hostNode(system.host, text);
  return [
    {
      domain,
      node,
      path,
      ...(device && { device }),
      forced: node.properties.has('xen,force-assign-without-iommu'),
    },
  ];
}

/** Domains whose nodes the host's tree has come in their order there; the boot loader's follow. */
function inStartOrder({ host, domains }: XenSystem): XenDomain[] {
  const nodes = domainNodes(host).map(pathOf);
  const rank = ({ node }: XenDomain) => {
    const at = node === undefined ? -1 : nodes.indexOf(node);
    return at < 0 ? nodes.length : at;
  };
  return [...domains].sort((a, b) => rank(a) - rank(b));
}

/**
 * The node of a full path, as Xen looks for it: name by name with the unit address, upper and lower case alike
 * (xen/common/device-tree/device-tree.c:dt_find_node_by_path, dt_node_cmp).
 */
export function hostNode(host: DeviceTree, path: string): DtNode | undefined {
  if (!path.startsWith('/')) return undefined;
  let at: DtNode | undefined = host.root;
  for (const part of path.split('/').slice(1)) {
    if (part === '' && at === host.root) continue;
    const wanted = part.toLowerCase();
    at = at?.children.get(part) ?? [...(at?.children.values() ?? [])].find(({ name }) => name.toLowerCase() === wanted);
  }
  return at;
}

/** The node of a domain in the host's tree. */
export function domainNode({ host }: XenSystem, { node }: XenDomain): DtNode | undefined {
  const found = node === undefined ? undefined : hostNode(host, node);
  return found && compatibles(found).includes('xen,domain') ? found : undefined;
}

/** `domU1`: the name of the domain's node, or of its partial tree's file. */
export function domainName({ node, tree }: XenDomain): string {
  return node === undefined ? basename(tree.file).replace(/\.dts$/, '') : basename(node);
}

/** The domains that Xen itself starts: children of `/chosen` with `xen,domain`. */
export function domainNodes({ root }: DeviceTree): DtNode[] {
  const chosen = root.children.get('chosen');
  return [...(chosen?.children.values() ?? [])].filter((node) => compatibles(node).includes('xen,domain'));
}

/** Bit 1 of `capabilities`: the domain that gets the hardware. */
export function isHardwareDomain(node: DtNode): boolean {
  return ((u32(node.properties.get('capabilities')) ?? 0) & 2) !== 0;
}

/**
 * The node that makes a domain which gets all devices that nobody else has: the kernel module of dom0, or a domain with
 * that capability. Absent: there is none in the tree, but the boot loader may add one.
 */
export function hardwareOwner(host: DeviceTree): DtNode | undefined {
  return dom0Kernel(host)?.node ?? domainNodes(host).find(isHardwareDomain);
}

/** What Xen and people call {@link hardwareOwner}. */
export function hardwareOwnerName(node: DtNode): string {
  return compatibles(node).includes('xen,domain') ? node.name : 'dom0';
}

/** The names of the domains that own a device: none for one that is marked and not assigned. */
export function ownersOf({ tree, platform }: Machine, node: DtNode): readonly string[] {
  const taken = platform.xen ? assignments(platform.xen).filter(({ device }) => device === node) : [];
  if (taken.length > 0) return [...new Set(taken.map(({ domain }) => domainName(domain)))];
  if (node.properties.has('xen,passthrough')) return [];
  const hardware = hardwareOwner(tree);
  if (hardware) return [hardwareOwnerName(hardware)];
  // A host's tree without any domain is as the boot loader gets it: it will add dom0.
  return domainNodes(tree).length === 0 ? ['dom0'] : [];
}

/** The partial tree's module of a domain. */
export function partialModule(node: DtNode): DtNode | undefined {
  return [...node.children.values()].find((child) => compatibles(child).includes('multiboot,device-tree'));
}

/** `passthrough = "enabled"`, which Xen reads from 4.19 on. */
export function isPassthroughEnabled(node: DtNode, build: XenBuild): boolean {
  return strings(node.properties.get('passthrough'))[0] === 'enabled' && isSince(build, [4, 19]);
}

/** Whether an IOMMU is asked for: `passthrough`, a partial tree, or one of a later node (see {@link spilledModule}). */
export function asksForIommu(tree: DeviceTree, node: DtNode, build: XenBuild): boolean {
  return (
    isPassthroughEnabled(node, build) || partialModule(node) !== undefined || spilledModule(tree, node) !== undefined
  );
}

/**
 * A partial tree's module after a domain without one. Xen looks for it from the domain's node to the end of the whole
 * tree (xen/common/device-tree/device-tree.c:dt_find_compatible_node), so it counts for this domain, too.
 */
export function spilledModule({ root }: DeviceTree, domain: DtNode): DtNode | undefined {
  let passed = false;
  for (const node of walk(root)) {
    if (node === domain) passed = true;
    else if (passed && compatibles(node).includes('multiboot,device-tree')) return node;
  }
  return undefined;
}

/** Whether the owner's drivers may use addresses of the machine; `undefined` where the tree does not say. */
export function isDirectMapped({ tree, platform }: Machine, owner: string): boolean | undefined {
  const node = domainNodes(tree).find(({ name }) => name === owner);
  if (node) return node.properties.has('direct-map');
  const linked = platform.xen?.domains.some((domain) => domainName(domain) === owner);
  return owner === 'dom0' && !linked ? true : undefined;
}

/** Nodes of a host's tree that could be meant by a path that leads nowhere: same last name, same unit address. */
export function similarNodes({ root }: DeviceTree, path: string): DtNode[] {
  const wanted = basename(path).toLowerCase();
  if (wanted === '') return [];
  const [, address] = wanted.split('@');
  const all = [...walk(root)].filter(isAvailable);
  const same = all.filter(({ name }) => name.toLowerCase() === wanted);
  if (same.length > 0 || address === undefined) return same;
  return all.filter(({ name }) => name.toLowerCase().split('@')[1] === address);
}
