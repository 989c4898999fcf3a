// SPDX-License-Identifier: MIT
// The platform that a tree is judged on: what the user states, else what the device tree and its source tree say, else
// an assumption that every answer names.
import type { Platform, PlatformKind } from '#model/types.ts';
import { compatibles, nodeByPath } from '#tree/query.ts';
import type { DeviceTree } from '#tree/types.ts';
import { platformDefaults, type SourceTree } from './kernel-tree.ts';
import type { Project } from './project.ts';

/** The Linux that the model's facts were read from. */
export const DEFAULT_KERNEL_VERSION: Platform['kernelVersion'] = [6, 12];

export interface PlatformSources {
  readonly tree: DeviceTree;
  /** Editor settings, command line and `dt-iommu.json`, merged. */
  readonly project: Project;
  readonly sourceTree?: SourceTree | undefined;
  /** The symbols of {@link Project.kernelConfig}, when that could be read. */
  readonly kernelConfig?: ReadonlyMap<string, string> | undefined;
}

/** The same sources give an equal platform; `assumed` has the fields that none of them states. */
export function platformOf({ tree, project, sourceTree, kernelConfig }: PlatformSources): Platform {
  const defaults = sourceTree && platformDefaults(sourceTree, tree.file);
  const kind = project.platform ?? roleInTree(tree) ?? defaults?.kind;
  const arch = defaults?.arch ?? archInTree(tree);
  const kernelVersion = project.kernelVersion ?? defaults?.kernelVersion;
  const stated = { kind, arch, kernelVersion, kernelConfig, cmdline: project.cmdline };
  return {
    kind: kind ?? 'linux',
    arch: arch ?? 'arm64',
    kernelVersion: kernelVersion ?? DEFAULT_KERNEL_VERSION,
    ...(kernelConfig && { kernelConfig }),
    ...(kernelConfig && project.kernelConfig !== undefined && { kernelConfigPath: project.kernelConfig }),
    cmdline: project.cmdline ?? '',
    assumed: Object.entries(stated).flatMap(([name, value]) => (value === undefined ? [name] : [])),
  };
}

/**
 * Xen's own tree has its modules under `/chosen` (docs/misc/arm/device-tree/booting.txt); a guest's tree is made by the
 * toolstack with `/hypervisor` (Linux Documentation/devicetree/bindings/arm/xen.txt).
 */
function roleInTree(tree: DeviceTree): PlatformKind | undefined {
  const chosen = tree.root.children.get('chosen');
  if (chosen?.properties.has('xen,xen-bootargs')) return 'xen-host';
  for (const child of chosen?.children.values() ?? []) {
    const names = compatibles(child);
    if (names.includes('xen,domain') || names.includes('multiboot,module')) return 'xen-host';
  }
  const hypervisor = tree.root.children.get('hypervisor');
  if (hypervisor && compatibles(hypervisor).includes('xen,xen')) return 'xen-domu';
  if (compatibles(tree.root).some((name) => name.startsWith('xen,xenvm'))) return 'xen-domu';
  return undefined;
}

/** Cores by what their `compatible` or node name says (Documentation/devicetree/bindings/*\/cpus.yaml). */
const CORES: readonly (readonly [RegExp, Platform['arch']])[] = [
  [/^riscv$|^(sifive|thead),/, 'riscv'],
  [/^arm,cortex-a(5|7|8|9|12|15|17|32)$|^arm,(arm|armv7)|^qcom,(scorpion|krait)$|^marvell,pj4/, 'arm'],
  [/^arm,|^apple,|^nvidia,|^qcom,|^cavium,|^brcm,vulcan$/, 'arm64'],
  [/^(mti|mips|brcm,bmips|ingenic),?/, 'mips'],
];

function archInTree(tree: DeviceTree): Platform['arch'] | undefined {
  for (const cpu of nodeByPath(tree, '/cpus')?.children.values() ?? []) {
    if (cpu.name.startsWith('PowerPC')) return 'powerpc';
    for (const name of compatibles(cpu)) {
      const arch = CORES.find(([pattern]) => pattern.test(name))?.[1];
      if (arch) return arch;
    }
  }
  return undefined;
}

/** The symbols of a `.config`, without `CONFIG_`; symbols that are not set are absent. */
export function parseKernelConfig(text: string): Map<string, string> {
  const symbols = new Map<string, string>();
  for (const match of text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)) {
    if (match[1] !== undefined && match[2] !== undefined) symbols.set(match[1], match[2].trim());
  }
  return symbols;
}
