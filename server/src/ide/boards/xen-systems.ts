// SPDX-License-Identifier: MIT
// Which trees boot together: a Xen host and the partial trees of its domains, as the project file names them.
import { dirname, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { Platform, XenDomain, XenSystem } from '#model/platform/types.ts';
import { domainNodes, partialModule } from '#model/xen/system.ts';
import { pathOf } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import type { Project, ProjectBoard } from './project.ts';

/** A host board of a project with its domains. */
export type HostBoard = ProjectBoard & Required<Pick<ProjectBoard, 'domains'>>;

/** The host that a file is, or whose domain it describes; `undefined` when the project names none. */
export function hostBoard({ boards = [] }: Project, file: string): HostBoard | undefined {
  const hosts = boards.filter((board): board is HostBoard => (board.domains?.length ?? 0) > 0);
  return hosts.find((board) => board.file === file || board.domains.some(({ deviceTree }) => deviceTree === file));
}

/** The system of a host board. */
export function xenSystem({ file, domains }: HostBoard, treeOf: (file: string) => DeviceTree): XenSystem {
  const host = treeOf(file);
  const [only, ...more] = domains;
  const node = only && more.length === 0 ? (only.node ?? onlyDomain(host)) : undefined;
  return {
    host,
    domains: domains.map((domain): XenDomain => {
      const path = domain.node ?? node;
      return { tree: treeOf(domain.deviceTree), ...(path !== undefined && { node: path }) };
    }),
  };
}

/** One partial tree and one domain that loads one belong together. */
function onlyDomain(host: DeviceTree): string | undefined {
  const [only, ...more] = domainNodes(host).filter(partialModule);
  return only && more.length === 0 ? pathOf(only) : undefined;
}

/** What the tree is in its system; a partial tree is never the host's. */
export function roleIn({ host }: XenSystem, tree: DeviceTree): Platform['kind'] {
  return tree.file === host.file ? 'xen-host' : 'xen-domu';
}

/** Folders beyond this size are no place where somebody keeps a host and its partial trees. */
const MAX_NEIGHBOURS = 200;

/** The one file in the folder of a partial tree that starts domains with partial trees. */
export function nearbyHost(files: FileSystem, file: string): string | undefined {
  const folder = dirname(file);
  const names = files.list(folder).filter((name) => name.endsWith('.dts'));
  if (names.length > MAX_NEIGHBOURS) return undefined;
  const hosts = names
    .map((name) => join(folder, name))
    .filter((path) => path !== file && /"multiboot,device-tree"/.test(files.peek(path) ?? ''));
  return hosts.length === 1 ? hosts[0] : undefined;
}
