// SPDX-License-Identifier: MIT
// What a device is for, by the generic name of its node (Devicetree Specification 2.2.2): to sort and to draw it.
import { baseName } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

const KINDS = {
  network: /^(?:ethernet|wifi|can|ipa|gem|avb)/,
  storage: /^(?:ufs|mmc|sdhci|sdmmc|sata|nvme|nand)/,
  usb: /^usb/,
  pci: /^pci/,
  graphics: /^(?:gpu|gmu|host1x|vic|nvdec|v3d|2d|3d)/,
  display: /^(?:display|dsi|hdmi|vop|lcdif|lcd|dp|mdss|vsp|fcp|dc)/,
  video: /^(?:video|vpu|isp|camera|csi|vin|jpeg|rga|iep)/,
  audio: /^(?:sound|i2s|hda|dais|sai|easrc|spdif|asrc|ahub|audio|admaif)/,
  dma: /^(?:dma|sdma)/,
  crypto: /^(?:crypto|caam|rng|sa)/,
  processor: /^(?:remoteproc|compute-cb|dsp|npu|tpu)/,
  virtio: /^virtio/,
} as const;

export type DeviceKind = keyof typeof KINDS | 'other';

/** In the order in which they are shown. */
export const DEVICE_KINDS: readonly DeviceKind[] = [...(Object.keys(KINDS) as DeviceKind[]), 'other'];

export function kindOfDevice(node: DtNode): DeviceKind {
  const names = [baseName(node), ...node.labels.map(({ name }) => name.replaceAll('_', '-'))];
  for (const name of names) {
    const found = Object.entries(KINDS).find(([, pattern]) => pattern.test(name));
    if (found) return found[0] as DeviceKind;
  }
  return 'other';
}
