// SPDX-License-Identifier: MIT
// What is before the first node: `/dts-v1/; [/plugin/;]` once or more, then memory reservations (dtc-parser.y).
import { parseValue } from './dtc/value-syntax.ts';
import { readU32 } from './query.ts';
import type { Source } from './source.ts';

/** The headers read so far. */
export interface Headers {
  readonly last: 'nothing' | 'version' | 'plugin' | 'memreserve';
  readonly versions: number;
  readonly plugins: number;
  /** Where the last of them stands. */
  readonly place?: { readonly source: Source; readonly at: number; readonly length: number };
}

export const NO_HEADERS: Headers = { last: 'nothing', versions: 0, plugins: 0 };

/** What may precede each. */
const BEFORE: Readonly<Record<'version' | 'plugin' | 'memreserve', readonly Headers['last'][]>> = {
  version: ['nothing', 'version', 'plugin'],
  plugin: ['version'],
  memreserve: ['version', 'plugin', 'memreserve'],
};

/** With one more header; `undefined` where dtc's grammar has none. */
export function nextHeader(headers: Headers, kind: 'version' | 'plugin' | 'memreserve'): Headers | undefined {
  if (!BEFORE[kind].includes(headers.last)) return undefined;
  return {
    last: kind,
    versions: headers.versions + (kind === 'version' ? 1 : 0),
    plugins: headers.plugins + (kind === 'plugin' ? 1 : 0),
  };
}

/** Every `/dts-v1/;` has its `/plugin/;` or none has. */
export function headersAgree({ versions, plugins }: Headers): boolean {
  return plugins === 0 || plugins === versions;
}

interface Reservation {
  readonly address: bigint;
  readonly size: bigint;
  /** Nothing else stands there. */
  readonly exact: boolean;
  /** What dtc refuses one of the numbers for. */
  readonly fault: string | undefined;
}

/** What `/memreserve/ ADDRESS SIZE;` reserves. */
export function parseReservation(text: string): Reservation | undefined {
  const numbers = /^[\s\S]*?\/memreserve\/([\s\S]*?);?\s*$/.exec(text)?.[1] ?? '';
  const { bytes, data, faults } = parseValue(`/bits/ 64 <${numbers}>`);
  const fault = faults.find(({ kind }) => kind === 'error' || kind === 'too-large')?.message;
  const u64 = (offset: number): bigint => (BigInt(readU32(bytes, offset)) << 32n) | BigInt(readU32(bytes, offset + 4));
  return data.length < 2 ? undefined : { address: u64(0), size: u64(8), exact: data.length === 2, fault };
}
