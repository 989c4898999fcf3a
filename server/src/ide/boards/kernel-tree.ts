// SPDX-License-Identifier: MIT
// Which source tree a file belongs to (Linux, U-Boot, Xen, Zephyr), found by walking upwards, and what follows from it:
// where its build looks for includes, which version it is, for which platform its device trees are written.
import { ancestors, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { Platform, PlatformKind } from '#model/platform/types.ts';
import { QUIET_IN_LINUX } from '#rules/dtc/index.ts';

export type SourceTreeKind = 'linux' | 'u-boot' | 'xen' | 'zephyr';

export interface SourceTree {
  readonly kind: SourceTreeKind;
  readonly root: string;
  /** Version and patch level of a Linux tree, from its Makefile. */
  readonly version?: readonly [number, number];
}

type Folders = Pick<FileSystem, 'isFile' | 'isFolder'>;

/** Files or folders (`…/`) that a tree of the kind has, and that the others lack. Asked in this order. */
const MARKS: readonly (readonly [SourceTreeKind, readonly string[]])[] = [
  ['u-boot', ['include/configs/', 'include/dm/', 'Makefile']],
  ['linux', ['include/dt-bindings/', 'include/linux/', 'arch/', 'Makefile']],
  ['linux', ['scripts/dtc/include-prefixes/']],
  ['xen', ['xen/include/public/', 'xen/arch/', 'xen/Makefile']],
  ['zephyr', ['Kconfig.zephyr', 'dts/']],
];

const PLATFORM: Record<SourceTreeKind, PlatformKind> = {
  linux: 'linux',
  'u-boot': 'linux',
  xen: 'xen-host',
  zephyr: 'zephyr',
};

const ZEPHYR_ARCHES = ['arc', 'arm', 'arm64', 'mips', 'nios2', 'posix', 'riscv', 'rx', 'sparc', 'x86', 'xtensa'];

/** The innermost tree that contains the file; `undefined` for a file outside any. */
export function findSourceTree(files: FileSystem, file: string): SourceTree | undefined {
  for (const root of ancestors(file)) {
    const kind = kindOf(files, root);
    if (!kind) continue;
    const version = kind === 'linux' ? makefileVersion(files.peek(join(root, 'Makefile'))) : undefined;
    return { kind, root, ...(version && { version }) };
  }
  return undefined;
}

function kindOf(files: Folders, root: string): SourceTreeKind | undefined {
  const has = (mark: string) =>
    mark.endsWith('/') ? files.isFolder(join(root, mark)) : files.isFile(join(root, mark));
  return MARKS.find(([, marks]) => marks.every(has))?.[0];
}

function makefileVersion(makefile: string | undefined): readonly [number, number] | undefined {
  const version = makefile?.match(/^VERSION\s*=\s*(\d+)/m)?.[1];
  const patchLevel = makefile?.match(/^PATCHLEVEL\s*=\s*(\d+)/m)?.[1];
  return version !== undefined && patchLevel !== undefined ? [Number(version), Number(patchLevel)] : undefined;
}

/** The `-I` path that the tree's own build gives to cpp for this file, folders that exist only. */
export function includePaths(files: Folders, tree: SourceTree, file: string): string[] {
  return candidates(tree, file)
    .map((path) => join(tree.root, path))
    .filter((path) => files.isFolder(path));
}

function candidates(tree: SourceTree, file: string): string[] {
  const arch = archFolder(tree, file);
  switch (tree.kind) {
    case 'linux':
      // Makefile.lib: dtc_cpp_flags names include-prefixes only; `include` is for checkouts without symbolic links.
      return ['scripts/dtc/include-prefixes', 'include'];
    case 'u-boot':
      // scripts/Makefile.lib: the arch's own folder, then what it took over from Linux (OF_UPSTREAM).
      return [
        ...(arch ? [`arch/${arch}/dts`, `arch/${arch}/dts/include`, `dts/upstream/src/${arch}`] : []),
        ...(arch === 'arm' ? ['dts/upstream/src/arm64'] : []),
        'include',
        'dts/upstream/include',
        'scripts/dtc/include-prefixes',
      ];
    case 'xen':
      return ['xen/include'];
    case 'zephyr': {
      // cmake/modules/dts.cmake: include, dts/common, dts/ARCH, dts; the arch of a board folder is not in its path.
      const arches = arch ? [arch, ...ZEPHYR_ARCHES.filter((other) => other !== arch)] : ZEPHYR_ARCHES;
      return ['include', 'include/zephyr', 'dts/common', 'dts/vendor', ...arches.map((name) => `dts/${name}`), 'dts'];
    }
  }
}

/** `arm64` of `arch/arm64/boot/dts/…` or `dts/arm64/…`. */
function archFolder(tree: SourceTree, file: string): string | undefined {
  const inside = file.slice(tree.root.length + 1);
  const match = /^(?:arch|boards|dts\/upstream\/src|dts)\/([^/]+)\//.exec(inside);
  return match?.[1];
}

/** What the tree says about the machine; the fields that it does not say are absent. */
export function platformDefaults(
  tree: SourceTree,
  file: string,
): {
  readonly kind: PlatformKind;
  readonly arch?: Platform['arch'];
  readonly kernelVersion?: readonly [number, number];
} {
  const arch = ARCHES[archFolder(tree, file) ?? ''];
  return {
    kind: PLATFORM[tree.kind],
    ...(arch && { arch }),
    ...(tree.version && { kernelVersion: tree.version }),
  };
}

const ARCHES: Readonly<Record<string, Platform['arch']>> = {
  arm64: 'arm64',
  arm: 'arm',
  riscv: 'riscv',
  powerpc: 'powerpc',
  mips: 'mips',
  x86: 'x86',
};

/** Rules that the tree's own build switches off: what hundreds of its boards do is no news to their authors. */
export function quietRules(tree: SourceTree | undefined): Readonly<Record<string, 'off'>> {
  return tree?.kind === 'linux' || tree?.kind === 'u-boot' ? QUIET : {};
}

const QUIET = Object.fromEntries(QUIET_IN_LINUX.map((id) => [id, 'off' as const]));

/** The folders below which the boards are that may include this file: its architecture's, else every one. */
export function boardFolders(files: FileSystem, tree: SourceTree, file: string): string[] {
  const arch = archFolder(tree, file);
  const own = arch ? boardFolderOf(tree, arch) : undefined;
  if (own && files.isFolder(own)) return [own];
  if (tree.kind === 'zephyr') return [join(tree.root, 'boards')];
  return [];
}

function boardFolderOf(tree: SourceTree, arch: string): string | undefined {
  switch (tree.kind) {
    case 'linux':
      return join(tree.root, `arch/${arch}/boot/dts`);
    case 'u-boot':
      return join(tree.root, `arch/${arch}/dts`);
    default:
      return undefined;
  }
}
