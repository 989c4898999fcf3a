// SPDX-License-Identifier: MIT
// Which addresses virtio devices were told to find their rings at, as QEMU saw the guest write them.

/** QEMU's trace of what a guest writes to registers; `boot.ts` starts it where `ringAddresses` is asked. */
export const wireTrace = ['-trace', 'memory_region_ops_write'];

const WRITE = /^memory_region_ops_write .* addr 0x(\w+) value (0x\w+) size 4 name '(virtio-mmio|virtio-pci-common)/;

/** The lower half of a ring's address in either transport; the upper half follows it (Virtio 1.2, 4.1.4.3, 4.2.2). */
const isLow: Readonly<Record<string, (at: bigint) => boolean>> = {
  'virtio-mmio': (at) => (at & 0x1ffn) === 0x80n,
  'virtio-pci-common': (at) => (at & 0xfffn) === 0x20n,
};

/** Every ring address in QEMU's trace, as `0x…`, in the order of writing. */
export function ringAddresses(trace: string): string[] {
  const found: string[] = [];
  let low: { readonly at: bigint; readonly value: bigint } | undefined;
  for (const line of trace.split('\n')) {
    const [, address, value = '', transport = ''] = WRITE.exec(line) ?? [];
    if (address === undefined) continue;
    const at = BigInt(`0x${address}`);
    if (isLow[transport]?.(at)) low = { at, value: BigInt(value) };
    else if (low?.at === at - 4n) {
      found.push(`0x${((BigInt(value) << 32n) | low.value).toString(16)}`);
      low = undefined;
    }
  }
  return found;
}
