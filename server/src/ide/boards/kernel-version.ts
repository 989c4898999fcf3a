// SPDX-License-Identifier: MIT
// Which release of Linux a tree of device trees was copied from: devicetree-rebasing, and what others made of it.
import { join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { KernelVersion } from '#model/platform/types.ts';

/** `VERSION` and `PATCHLEVEL` of Linux's Makefile. */
export function makefileVersion(makefile: string | undefined): KernelVersion | undefined {
  const version = makefile?.match(/^VERSION\s*=\s*(\d+)/m)?.[1];
  const patchLevel = makefile?.match(/^PATCHLEVEL\s*=\s*(\d+)/m)?.[1];
  return version !== undefined && patchLevel !== undefined ? [Number(version), Number(patchLevel)] : undefined;
}

/**
 * A binding that a release was the first to have and that all later ones have, newest first: from the `vX.Y-dts` tags of
 * devicetree-rebasing up to 7.1 and from Linux itself for 7.2 and 7.3. The copy has no file that says its version.
 */
const FIRST_BINDING: readonly (readonly [KernelVersion, string])[] = [
  [[7, 3], 'arm/xen.yaml'],
  [[7, 2], 'iommu/verisilicon,iommu.yaml'],
  [[7, 1], 'pci/eswin,pcie.yaml'],
  [[7, 0], 'pci/qcom,pcie-sdm845.yaml'],
  [[6, 19], 'arm/bst.yaml'],
  [[6, 18], 'arm/axis.yaml'],
  [[6, 17], 'arm/cix.yaml'],
  [[6, 16], 'clock/spacemit,k1-pll.yaml'],
  [[6, 15], 'arm/arm,morello.yaml'],
  [[6, 14], 'arm/blaize.yaml'],
  [[6, 13], 'iommu/riscv,iommu.yaml'],
  [[6, 12], 'pci/altr,pcie-root-port.yaml'],
  [[6, 11], 'clock/fsl,qoriq-clock.yaml'],
  [[6, 10], 'iommu/qcom,tbu.yaml'],
  [[6, 9], 'pci/qcom,pcie-sm8350.yaml'],
];

/** The release of a folder with `Bindings` as devicetree-rebasing has it; what is older than 6.9 is not told apart. */
export function copiedVersion(files: FileSystem, folder: string): KernelVersion | undefined {
  const tagged = taggedVersion(files, folder);
  if (tagged) return tagged;
  const bindings = join(folder, 'Bindings');
  return FIRST_BINDING.find(([, binding]) => files.isFile(join(bindings, binding)))?.[0];
}

/** `v6.12-dts` or `v6.13-rc1-dts`, where that tag of devicetree-rebasing is checked out. */
function taggedVersion(files: FileSystem, folder: string): KernelVersion | undefined {
  const head = files.peek(join(folder, '.git/HEAD'))?.trim();
  if (head === undefined) return undefined;
  const packed = files.peek(join(folder, '.git/packed-refs')) ?? '';
  const branch = /^ref: (.+)$/.exec(head)?.[1];
  const commit =
    branch === undefined ? head : (files.peek(join(folder, `.git/${branch}`))?.trim() ?? refOf(packed, branch));
  if (!commit) return undefined;
  // A tag with a message is followed by the commit that it names.
  for (const [, tag, major, minor, peeled] of packed.matchAll(PACKED_TAG)) {
    if ((peeled ?? tag) === commit) return [Number(major), Number(minor)];
  }
  return undefined;
}

const PACKED_TAG = /^([0-9a-f]{40,}) refs\/tags\/v(\d+)\.(\d+)(?:-rc\d+)?-dts\n(?:\^([0-9a-f]{40,}))?/gm;

function refOf(packed: string, name: string): string | undefined {
  return packed
    .split('\n')
    .find((line) => line.endsWith(` ${name}`))
    ?.split(' ')[0];
}
