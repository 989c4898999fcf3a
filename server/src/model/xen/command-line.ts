// SPDX-License-Identifier: MIT
// The command line of Xen: where in `/chosen` it stands, its words, and what they make of the IOMMUs.
import type { XenBuild } from '#model/platform/types.ts';
import { strings } from '#tree/query.ts';
import type { DeviceTree, DtProperty } from '#tree/types.ts';
import { dom0Kernel, moduleArguments } from './modules.ts';

/**
 * The property that is Xen's command line: `xen,xen-bootargs`, or else `bootargs` where those of dom0 stand elsewhere, in
 * `xen,dom0-bootargs` or at the kernel's module (xen/common/device-tree/bootinfo-fdt.c:boot_fdt_cmdline).
 */
export function xenArgumentsProperty(tree: DeviceTree): DtProperty | undefined {
  const properties = tree.root.children.get('chosen')?.properties;
  const own = properties?.get('xen,xen-bootargs');
  if (own) return own;
  const kernel = dom0Kernel(tree);
  const elsewhere = properties?.has('xen,dom0-bootargs') || (kernel && moduleArguments(kernel) !== '');
  return elsewhere ? properties?.get('bootargs') : undefined;
}

/** The words of Xen's command line, in order; those that it was built with come first. */
export function xenArguments(tree: DeviceTree, build: XenBuild): readonly string[] {
  const builtIn = build.config?.get('CMDLINE') ?? '';
  const given = strings(xenArgumentsProperty(tree))[0] ?? '';
  const text = build.config?.get('CMDLINE_OVERRIDE') === 'y' && builtIn !== '' ? builtIn : `${builtIn} ${given}`;
  return text.split(' ').filter((word) => word !== '');
}

/** A setting of `name=a,b`, with the word that it stands in. */
export interface Setting {
  readonly word: string;
  readonly setting: string;
}

/**
 * What an option with settings of its own is given, from every place where it stands. `no-name` stands for `name=no`, and
 * `no-name=…` for nothing (xen/common/kernel.c:parse_params).
 */
export function settingsOf(words: readonly string[], name: string): readonly Setting[] {
  return words.flatMap((word): Setting[] => {
    const equals = word.indexOf('=');
    const key = equals < 0 ? word : word.slice(0, equals);
    if (key === `no-${name}`) return equals < 0 || equals === word.length - 1 ? [{ word, setting: 'no' }] : [];
    if (key !== name) return [];
    const value = equals < 0 ? '' : word.slice(equals + 1);
    return value.split(',').map((setting) => ({ word, setting }));
  });
}

const TRUE = new Set(['1', 'on', 'yes', 'true', 'enable']);
const FALSE = new Set(['0', 'no', 'off', 'false', 'disable']);

/** xen/common/kernel.c:parse_bool */
export function parseBool(text: string): boolean | undefined {
  return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
}

/** `name`, `no-name` or `name=BOOL` (xen/common/kernel.c:parse_boolean). */
function parseBoolean(name: string, text: string): boolean | undefined {
  if (text === name) return true;
  if (text === `no-${name}`) return false;
  return text.startsWith(`${name}=`) ? parseBool(text.slice(name.length + 1)) : undefined;
}

export interface IommuSwitch {
  readonly enabled: boolean;
  /** The word that decided, where one did. */
  readonly word?: string;
  /** The word that makes an IOMMU a condition of the boot. */
  readonly forced?: string;
}

/** What `iommu=` amounts to, the last word winning (xen/drivers/passthrough/iommu.c:parse_iommu_param). */
export function iommuSwitch(tree: DeviceTree, build: XenBuild): IommuSwitch {
  let state: { enabled: boolean; word?: string } = { enabled: true };
  let forced: string | undefined;
  for (const { word, setting } of settingsOf(xenArguments(tree, build), 'iommu')) {
    const on = parseBool(setting);
    if (on !== undefined) {
      state = { enabled: on, word };
      continue;
    }
    const force = parseBoolean('force', setting) ?? parseBoolean('required', setting);
    if (force !== undefined) forced = force ? word : undefined;
  }
  return { ...state, ...(forced !== undefined && { forced }) };
}
