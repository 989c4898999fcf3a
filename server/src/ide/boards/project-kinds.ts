// SPDX-License-Identifier: MIT
// The kinds of projects that keep device trees: how each is recognised, where its build looks for includes, what it adds
// to a board, which of dtc's checks it switches off, where its boards are. A new kind is one object here.
import { basename, dirname, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { KernelVersion, PlatformKind } from '#model/platform/types.ts';
import { QUIET_IN_LINUX } from '#rules/dtc/index.ts';
import { copiedVersion, makefileVersion } from './kernel-version.ts';
import { zephyrIncludes } from './zephyr.ts';

export type SourceTreeKind =
  | 'linux'
  | 'u-boot'
  | 'barebox'
  | 'devicetree-rebasing'
  | 'op-tee'
  | 'trusted-firmware-a'
  | 'coreboot'
  | 'edk2'
  | 'openwrt'
  | 'armbian'
  | 'radxa-overlays'
  | 'zephyr'
  | 'xen'
  | 'folder';

/** A file in a project. */
export interface Place {
  readonly files: FileSystem;
  readonly root: string;
  readonly file: string;
  /** The file's path below the root. */
  readonly inside: string;
}

export interface ProjectKind {
  readonly id: SourceTreeKind;
  /** Files or folders (`…/`) that such a project has and that the others lack; each list is enough. */
  readonly marks: readonly (readonly string[])[];
  /** Only where the file lies in no project of another kind. */
  readonly fallback?: true;
  /** The `-I` path that its build gives to cpp for this file, in order; those that do not exist are left out. */
  includes(place: Place): readonly string[];
  /** Files that its build puts behind the board's own text. */
  appended?(place: Place): readonly string[];
  /** Files that its build makes and that define macros for the board: without them names may be macros. */
  generated?(place: Place): readonly string[];
  /** Macros that its build defines for cpp. */
  defines?(place: Place): readonly string[];
  /** Files that other tools read, or that are parts of boards, although they are called `.dts`. */
  readonly parts?: RegExp;
  /** The folders below which the boards are that may include this file. */
  boards?(place: Place): readonly string[];
  readonly platform?: PlatformKind;
  /** Its build reads properties that follow child nodes. */
  readonly lateProperties?: true;
  /** The architecture of Linux that runs on the boards of this folder. */
  arch?(place: Place): string | undefined;
  /** The release of Linux that its device trees are of; absent, or `undefined`: the newest one that is known. */
  version?(files: FileSystem, root: string, file: string): KernelVersion | undefined;
  /** dtc's checks that its build switches off. */
  readonly quiet: readonly string[];
}

const dtc = (...names: readonly string[]): readonly string[] => names.map((name) => `dtc/${name}`);

/** The Makefile of devicetree-rebasing, scripts/Makefile.lib of U-Boot 2026.10 and barebox 2026.08, BeagleBoard's. */
const QUIET_IN_COPIES = [...new Set([...QUIET_IN_LINUX, ...dtc('unit_address_format', 'pci_device_reg')])];

/** The first group of a pattern. */
const part = (pattern: RegExp, text: string): string | undefined => pattern.exec(text)?.[1];

/** Folders below one, sorted as make's `$(sort)` does. */
function subfolders({ files, root }: Place, folder: string): string[] {
  const names = files.list(join(root, folder)).filter((name) => name.endsWith('/'));
  return names.map((name) => `${folder}/${name.slice(0, -1)}`).sort();
}

const linux: ProjectKind = {
  id: 'linux',
  marks: [['include/dt-bindings/', 'include/linux/', 'arch/', 'Makefile'], ['scripts/dtc/include-prefixes/']],
  includes({ inside, files, root }) {
    // scripts/Makefile.lib: include-prefixes only; `include` is for checkouts without symbolic links. Before Linux 4.12
    // the path was that of the architecture's folder.
    const own = `arch/${linux.arch?.({ inside } as Place)}/boot/dts`;
    const old = files.isFolder(join(root, 'scripts/dtc/include-prefixes')) ? [] : [own, `${own}/include`];
    return ['scripts/dtc/include-prefixes', ...old, 'include'];
  },
  boards: (place) => [`arch/${linux.arch?.(place)}/boot/dts`],
  arch: ({ inside }) => part(/^arch\/([^/]+)\//, inside),
  platform: 'linux',
  version: (files, root) => makefileVersion(files.peek(join(root, 'Makefile'))),
  quiet: QUIET_IN_LINUX,
};

const uBoot: ProjectKind = {
  id: 'u-boot',
  marks: [['include/configs/', 'include/dm/', 'Makefile']],
  includes(place) {
    // Makefile: UBOOTINCLUDE; scripts/Makefile.lib: dtc_cpp_flags, upstream_dtsi_include. `$(if (CONFIG_ARM64), …)` there
    // has the folders of arm64 for every architecture, because its condition is a text.
    const arch = part(/^arch\/([^/]+)\//, place.inside);
    const upstream = [...new Set([...(arch ? [arch] : []), 'arm64'])].flatMap((name) => {
      const vendors = subfolders(place, `dts/upstream/src/${name}`);
      return [...vendors, ...vendors.flatMap((vendor) => subfolders(place, vendor))];
    });
    const own = arch ? [`arch/${arch}/dts`, `arch/${arch}/dts/include`] : [];
    return [
      'include',
      ...(arch ? [`arch/${arch}/include`] : []),
      'dts/upstream/include',
      dirname(place.file),
      ...own,
      'dts/upstream/src',
      ...upstream,
    ];
  },
  appended(place) {
    // scripts/Makefile.lib: the first of u_boot_dtsi_options is included at the end of a board, not of an overlay.
    const folder = part(/^(arch\/[^/]+\/dts)\/[^/]+\.dts$/, place.inside);
    if (folder === undefined) return [];
    const config = place.files.peek(join(place.root, '.config')) ?? '';
    const set = ['SYS_SOC', 'SYS_CPU', 'SYS_VENDOR'].flatMap((name) => {
      return new RegExp(`^CONFIG_${name}="(.+)"$`, 'm').exec(config)?.[1] ?? [];
    });
    const names = [basename(place.file).replace(/\.dts$/, ''), ...set].map((name) => `${name}-u-boot.dtsi`);
    const found = [...names, 'u-boot.dtsi'].find((name) => place.files.isFile(join(place.root, `${folder}/${name}`)));
    return found === undefined ? [] : [join(folder, found)];
  },
  generated: () => ['include/generated/autoconf.h', 'include/config.h'],
  defines: () => ['__ASSEMBLY__'],
  boards: ({ inside }) => [`arch/${part(/^arch\/([^/]+)\//, inside)}/dts`],
  // arch/arm/dts has boards of both widths.
  arch: ({ inside }) => part(/^arch\/((?!arm\/)[^/]+)\//, inside),
  version: (files, root) => copiedVersion(files, join(root, 'dts/upstream')),
  quiet: QUIET_IN_COPIES,
};

const barebox: ProjectKind = {
  id: 'barebox',
  marks: [['dts/src/', 'dts/include/', 'include/barebox.h', 'Makefile']],
  includes({ inside }) {
    // scripts/Makefile.lib: dtc_cpp_flags, and `-i` of cmd_dtc for what dtc itself includes.
    const arch = part(/^arch\/([^/]+)\//, inside);
    return [
      `arch/${arch}/dts/include`,
      'include',
      'dts/include',
      'dts/src',
      `arch/${arch}/dts`,
      `dts/src/${arch}`,
      'dts/src/arm/ti/omap',
    ];
  },
  boards: ({ inside }) => [`arch/${part(/^arch\/([^/]+)\//, inside)}/dts`],
  version: (files, root) => copiedVersion(files, join(root, 'dts')),
  quiet: [...QUIET_IN_COPIES, ...dtc('interrupt_provider')],
};

/** Linux's device trees by themselves: also U-Boot's `dts/upstream`, barebox's `dts` and BeagleBoard's. */
const rebasing: ProjectKind = {
  id: 'devicetree-rebasing',
  marks: [['src/', 'include/dt-bindings/']],
  includes({ inside }) {
    // Makefile: dtc_cpp_flags. An own board may lie in a folder beside `src`.
    return ['include', `src/${part(/^src\/([^/]+)\//, inside)}`, 'src', 'testcase-data'];
  },
  boards: ({ inside }) => [`src/${part(/^src\/([^/]+)\//, inside)}`],
  arch: ({ inside }) => part(/^src\/([^/]+)\//, inside),
  version: copiedVersion,
  quiet: [...QUIET_IN_COPIES, ...dtc('interrupt_provider')],
};

const opTee: ProjectKind = {
  id: 'op-tee',
  marks: [['core/arch/', 'core/include/', 'mk/']],
  // mk/compile.mk: dtb-cppflags.
  includes: ({ file }) => ['core/include', dirname(file)],
  generated: () => ['out/arm-plat-vexpress/include/generated/conf.h'],
  boards: ({ inside }) => [`core/arch/${part(/^core\/arch\/([^/]+)\//, inside)}/dts`],
  // It reads its trees itself.
  quiet: [...QUIET_IN_COPIES, 'reserved-memory-cells'],
};

const trustedFirmware: ProjectKind = {
  id: 'trusted-firmware-a',
  marks: [['fdts/', 'plat/', 'make_helpers/']],
  // make_helpers/cflags.mk: `-Ifdts`, and the includes of the platform, which begin with these.
  includes: ({ file }) => ['fdts', 'include', 'include/plat/arm/common', dirname(file)],
  // plat/st/stm32mp1/platform.mk; which platform's headers a board gets is said when it is built.
  defines: ({ file }) => /^stm32mp1[35]/.exec(basename(file))?.map((name) => name.toUpperCase()) ?? [],
  generated: ({ file }) => ['platform_def.h', 'platform_oid.h'].map((name) => join(dirname(file), name)),
  // Chains of trust, which tools/cot_dt2c reads, and lists of partitions, which the build puts into others.
  parts: /_(cot_descriptors|sp_list)\.dts$/,
  boards: () => ['fdts', 'plat'],
  quiet: [...QUIET_IN_COPIES, ...dtc('interrupt_provider')],
};

const coreboot: ProjectKind = {
  id: 'coreboot',
  marks: [['src/mainboard/', 'src/Kconfig']],
  includes: ({ file }) => [dirname(file)],
  quiet: QUIET_IN_COPIES,
};

const edk2: ProjectKind = {
  id: 'edk2',
  marks: [
    ['MdePkg/', 'BaseTools/'],
    ['Platform/', 'Silicon/'],
  ],
  // BaseTools/Conf/build_rule.template, Device-Tree-Source-File: the folder of the file and the package's includes.
  includes: ({ file }) => [dirname(file), 'EmbeddedPkg/Include'],
  quiet: QUIET_IN_COPIES,
};

const openWrt: ProjectKind = {
  id: 'openwrt',
  marks: [['target/linux/', 'rules.mk', 'include/kernel-version.mk']],
  includes({ files, root, inside }) {
    // The files lie beside the kernel until its source is unpacked (include/kernel.mk) and they are copied into it.
    const target = part(/^(target\/linux\/[^/]+)\//, inside);
    const own = target ? [`${target}/dts`] : [];
    const patches = target ? files.list(join(root, target)).filter((name) => /^files(-[\d.]+)?\/$/.test(name)) : [];
    const inKernel = part(/\/files[^/]*\/(arch\/[^/]+\/boot\/dts(?:\/[^/]+)*)\/[^/]+$/, inside);
    const kernels = kernelSources(files, join(root, 'build_dir'));
    return [
      ...own,
      ...patches.map((name) => `${target}/${name}include`),
      'target/linux/generic/files/include',
      ...kernels.flatMap((kernel) => [
        join(kernel, 'scripts/dtc/include-prefixes'),
        join(kernel, 'include'),
        ...(inKernel ? [join(kernel, inKernel)] : []),
      ]),
    ];
  },
  boards: ({ inside }) => [`${part(/^(target\/linux\/[^/]+)\//, inside)}/dts`],
  version(files, root, file) {
    const target = part(/^(target\/linux\/[^/]+)\//, file.slice(root.length + 1));
    const makefile = target && files.peek(join(root, `${target}/Makefile`));
    const [, major, minor] = /^KERNEL_PATCHVER:=(\d+)\.(\d+)/m.exec(makefile ?? '') ?? [];
    return major && minor ? [Number(major), Number(minor)] : undefined;
  },
  quiet: QUIET_IN_LINUX,
};

/** `build_dir/target-ARCH/linux-TARGET/linux-X.Y.Z` of OpenWrt. */
function kernelSources(files: FileSystem, buildFolder: string): string[] {
  const below = (folder: string, start: string): string[] =>
    files
      .list(folder)
      .filter((name) => name.startsWith(start) && name.endsWith('/'))
      .map((name) => join(folder, name.slice(0, -1)));
  return below(buildFolder, 'target-')
    .flatMap((target) => below(target, 'linux-'))
    .flatMap((target) => below(target, 'linux-'));
}

const armbian: ProjectKind = {
  id: 'armbian',
  marks: [['patch/kernel/', 'config/boards/'], ['patch/kernel/archive/']],
  // The files are copied into the kernel (lib/functions/compilation/patch); its work trees are in the cache.
  includes({ files, root }) {
    const cache = join(root, 'cache/sources/linux-kernel-worktree');
    const kernels = files.list(cache).filter((name) => name.endsWith('/'));
    return kernels.flatMap((name) => [
      join(cache, `${name}scripts/dtc/include-prefixes`),
      join(cache, `${name}include`),
      join(cache, `${name}arch/arm64/boot/dts`),
    ]);
  },
  version(_files, root, file) {
    const [, major, minor] = /^patch\/kernel\/archive\/[^/]*-(\d+)\.(\d+)\//.exec(file.slice(root.length + 1)) ?? [];
    return major && minor ? [Number(major), Number(minor)] : undefined;
  },
  quiet: QUIET_IN_LINUX,
};

const radxa: ProjectKind = {
  id: 'radxa-overlays',
  marks: [['pkg.conf.template', 'arch/']],
  // debian/control: the overlays are built on the board, against the headers of its kernel.
  includes: ({ files, inside }) =>
    files
      .list('/usr/src')
      .filter((name) => /^linux-headers-.*\/$/.test(name))
      .flatMap((name) => [
        `/usr/src/${name}include`,
        `/usr/src/${name}arch/${part(/^arch\/([^/]+)\//, inside)}/boot/dts`,
      ]),
  arch: ({ inside }) => part(/^arch\/([^/]+)\//, inside),
  quiet: QUIET_IN_LINUX,
};

const xen: ProjectKind = {
  id: 'xen',
  marks: [['xen/include/public/', 'xen/arch/', 'xen/Makefile']],
  includes: () => ['xen/include'],
  platform: 'xen-host',
  quiet: [],
};

const zephyr: ProjectKind = {
  id: 'zephyr',
  marks: [['Kconfig.zephyr', 'dts/']],
  includes: zephyrIncludes,
  boards: () => ['boards'],
  arch: ({ inside }) => part(/^(?:dts|boards)\/([^/]+)\//, inside),
  platform: 'zephyr',
  lateProperties: true,
  // Its reader takes the last one; and what Linux reads does not matter.
  quiet: [
    ...dtc('duplicate_property_names'),
    'property-misspelled',
    'names-without-entry',
    'pinctrl-names-without-state',
    'stdout-path-unknown',
  ],
};

/** A folder with a copy of Linux's headers. */
const folder: ProjectKind = {
  id: 'folder',
  marks: [['include/dt-bindings/'], ['dt-bindings/']],
  fallback: true,
  includes: ({ file }) => ['include', '.', dirname(file)],
  quiet: QUIET_IN_LINUX,
};

/** Asked in this order at each folder on the way up. */
export const PROJECT_KINDS: readonly ProjectKind[] = [
  uBoot,
  barebox,
  linux,
  xen,
  zephyr,
  trustedFirmware,
  opTee,
  openWrt,
  armbian,
  coreboot,
  edk2,
  radxa,
  rebasing,
  folder,
];
