// SPDX-License-Identifier: MIT
// The text file that the collecting script writes on a running machine (host/cli/snapshot-script.ts), read back.
import { decodeBase64 } from '#base/bytes.ts';
import { type Observed, observe } from './observe.ts';

export interface LiveSnapshot {
  readonly kernel: string;
  readonly cmdline: string | undefined;
  readonly hypervisor: string | undefined;
  /** The blob that was booted; absent when it could not be read, or was taken out. */
  readonly blob: Uint8Array | undefined;
  /** Text of the kernel's `.config`. */
  readonly config: string | undefined;
  readonly observed: Observed;
  /** What the script could not read, in its words; the first word of each is the kind. */
  readonly missing: readonly string[];
}

const HEAD = 'dt-iommu-snapshot 1';

/** The snapshot, or why the text is none. */
export function readSnapshot(text: string): LiveSnapshot | { readonly complaint: string } {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line) => line.endsWith(HEAD));
  if (start < 0)
    return { complaint: `has no line '${HEAD}'; dt-iommu compare-live --print-script gives the script that writes it` };
  const of = (kind: string) =>
    lines.slice(start).flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : []));
  const missing = of('missing');
  if (!lines.includes('end')) missing.push('end: the file ends early');
  const [kernel] = of('kernel');
  if (kernel === undefined) return { complaint: "has no line 'kernel RELEASE'" };
  const blob = blobOf(of('fdt64'), of('fdt16'));
  if (blob === 'damaged') return { complaint: 'has a device tree that is not base64 or hexadecimal text' };
  const config = of('config');
  return {
    kernel,
    cmdline: of('cmdline')[0],
    hypervisor: of('hypervisor')[0],
    blob,
    config: config.length === 0 ? undefined : config.join('\n'),
    observed: observe(lines.slice(start)),
    missing,
  };
}

function blobOf(base64: readonly string[], hex: readonly string[]): Uint8Array | undefined | 'damaged' {
  if (base64.length > 0) return decodeBase64(base64.join('')) ?? 'damaged';
  if (hex.length === 0) return undefined;
  const digits = hex.join('');
  if (digits.length % 2 !== 0 || !/^[\da-f]*$/.test(digits)) return 'damaged';
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) =>
    Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16),
  );
}
