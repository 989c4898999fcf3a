// SPDX-License-Identifier: MIT
// Formats of printk as they stand in a driver's source, and how a line of a log is read back through one, as scanf would.

/** What a kind of line is about; wording/log.ts has the likely cause of each. */
export type LogTopic =
  | 'fault'
  | 'unknown-stream'
  | 'global-fault'
  | 'bus-error'
  | 'stuck'
  | 'iommu-fails'
  | 'faults-unseen'
  | 'device-refused'
  | 'id-taken'
  | 'attach-fails'
  | 'group-fails'
  | 'domain-conflict'
  | 'not-trusted'
  | 'aperture'
  | 'reservation'
  | 'direct-mapping'
  | 'timeout'
  | 'no-supplier-driver'
  | 'pending'
  | 'cycle'
  | 'map-mask'
  | 'map-uncovered'
  | 'map-length'
  | 'map-cells'
  | 'list-broken'
  | 'dma-ranges'
  | 'bounce-full'
  | 'bounce-absent'
  | 'bounce-unreachable'
  | 'beyond-mask'
  | 'restricted-pool'
  | 'pool-beyond-mask'
  | 'pool-fails'
  | 'cma-full'
  | 'cma-inactive'
  | 'region-fails'
  | 'regions-ignored'
  | 'regions-overlap'
  | 'grants-fail'
  | 'xen-assign'
  | 'no-cache-operations'
  | 'needs-iommu';

/** A kind of line: the format of one printk. */
export interface LogFormat {
  readonly topic: LogTopic;
  /** As in the source: without what `pr_fmt` and `dev_err` put before it, and without the newline. */
  readonly format: string;
  /**
   * Names of its conversions, in their order; `-` for one that nobody needs. `*` before a name: lines that differ in it are
   * different findings, not one that came often.
   */
  readonly fields: string;
  /** `drivers/iommu/of_iommu.c:iommu_resv_region_get_type`; two functions where releases differ. */
  readonly source: readonly string[];
  /** What `pr_fmt` puts before it; absent for dev_err and its kin, which put the names of driver and device there. */
  readonly prefix?: string;
  /** Whose name dev_err puts before it. */
  readonly named?: 'iommu' | 'device';
  /** The line adds to the finding before it, when that one is of the same device. */
  readonly continues?: true;
  /** Printed by Xen, not by Linux. */
  readonly xen?: true;
  /** The releases whose source has it, where not all that are looked at do. */
  readonly only?: readonly string[];
}

/** What a conversion prints. */
type Conversion = 'hex' | 'hash' | 'int' | 'text';

interface Piece {
  readonly literal: string;
  /** Behind the literal; absent at the end. */
  readonly conversion?: Conversion;
}

/** A format ready to be read back. */
export interface Compiled {
  readonly row: LogFormat;
  readonly pieces: readonly Piece[];
  /** Its longest literal: a line without it is of another kind. */
  readonly anchor: string;
  readonly names: readonly string[];
}

const CONVERSION = /%(?:pOF|pfwf|pad|pap|pa|pr|pd|[#0-9]{0,4}(?:hh|h|ll|l|z|t)?[xdusp])/g;

export function compileFormat(row: LogFormat): Compiled {
  const text = row.format.trimStart();
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(CONVERSION)) {
    pieces.push({ literal: text.slice(from, match.index), conversion: conversionOf(match[0]) });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ literal: text.slice(from) });
  const anchor = pieces.reduce((longest, { literal }) => (rarity(literal) > rarity(longest) ? literal : longest), '');
  return { row, pieces, anchor, names: row.fields === '' ? [] : row.fields.split(' ') };
}

/** Lines are full of colons and hexadecimal numbers. */
function rarity(literal: string): number {
  return literal === ': ' || literal === '0x' ? 1 : literal.length;
}

function conversionOf(written: string): Conversion {
  if (/^%pa/.test(written)) return 'hash';
  if (written.startsWith('%p') || written.endsWith('s')) return 'text';
  if (!written.endsWith('x')) return 'int';
  return written.includes('#') ? 'hash' : 'hex';
}

/** No name of a device, node or register dump is longer. */
const MAX_TEXT = 300;
const HEX = /[0-9a-f]{1,16}/y;
const HASH = /(?:0x)?[0-9a-f]{1,16}/y;
const INT = /-?\d{1,20}/y;
const NUMBERS = { hex: HEX, hash: HASH, int: INT };

/**
 * What the conversions printed, when the text from `start` on is the whole of such a line. Reads forward only: a text ends
 * where the next literal begins for the first time.
 */
export function scan({ pieces }: Compiled, text: string, start: number): string[] | undefined {
  const values: string[] = [];
  let at = start;
  for (const [index, { literal, conversion }] of pieces.entries()) {
    if (!text.startsWith(literal, at)) return undefined;
    at += literal.length;
    if (conversion === undefined) continue;
    const end = conversion === 'text' ? endOfText(text, at, pieces[index + 1]) : endOfNumber(text, at, conversion);
    if (end === undefined) return undefined;
    values.push(text.slice(at, end));
    at = end;
  }
  return text.slice(at).trim() === '' ? values : undefined;
}

function endOfText(text: string, at: number, next: Piece | undefined): number | undefined {
  const end = next === undefined ? text.length : next.literal === '' ? at : text.indexOf(next.literal, at);
  return end < 0 || end - at > MAX_TEXT ? undefined : end;
}

function endOfNumber(text: string, at: number, kind: 'hex' | 'hash' | 'int'): number | undefined {
  const pattern = NUMBERS[kind];
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
