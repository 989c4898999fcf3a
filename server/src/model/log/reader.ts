// SPDX-License-Identifier: MIT
// Reads a log of Linux or Xen line by line and keeps what it says about DMA: each thing once, with how often it came.
import { ARM_SMMU_LINES } from './arm-smmu-lines.ts';
import { CORE_LINES } from './core-lines.ts';
import { type Compiled, compileFormat, type LogFormat, scan } from './format.ts';
import { IOMMU_LINES } from './iommu-lines.ts';
import { smmuEvent } from './smmu-event.ts';
import { XEN_LINES } from './xen-lines.ts';

/** Every kind of line that is looked for. */
export const LOG_FORMATS: readonly LogFormat[] = [...ARM_SMMU_LINES, ...IOMMU_LINES, ...CORE_LINES, ...XEN_LINES];

/** One thing that the log says. */
export interface LogFinding {
  readonly row: LogFormat;
  /** The name of the device that printed it: `15000000.iommu`, `0000:01:00.0`; of Xen the path of its node. */
  readonly device: string | undefined;
  /** What the conversions printed the first time, by field. */
  readonly values: ReadonlyMap<string, string>;
  /** The line without what was before its text, the first time. */
  readonly text: string;
  /** One-based numbers of the first and the last line. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** Different addresses, the first few of them. */
  readonly addresses: readonly bigint[];
}

export interface LogContents {
  readonly lines: number;
  readonly findings: readonly LogFinding[];
  /** Findings beyond {@link MAX_FINDINGS}. */
  readonly dropped: number;
  /** The release that the log begins with. */
  readonly release: string | undefined;
  readonly cmdline: string | undefined;
}

/** No board has more; a log of nonsense may. */
const MAX_FINDINGS = 1000;
const MAX_ADDRESSES = 8;
/** Longer lines are cut: printk's own have at most 1024 characters. */
export const MAX_LINE = 4096;

/** init/main.c:print_kernel_cmdline and start_kernel. */
const CMDLINE = 'Kernel command line: ';

interface Growing {
  row: LogFormat;
  device: string | undefined;
  values: Map<string, string>;
  words: bigint[];
  text: string;
  line: number;
}

type Kept = { -readonly [Name in keyof LogFinding]: LogFinding[Name] } & { addresses: bigint[] };

export class LogReader {
  readonly #kept = new Map<string, Kept>();
  #pending: Growing | undefined;
  #lines = 0;
  #dropped = 0;
  #release: string | undefined;
  #cmdline: string | undefined;

  /** One line, without its newline. */
  read(whole: string): void {
    this.#lines++;
    const raw = whole.length > MAX_LINE ? whole.slice(0, MAX_LINE) : whole;
    if (this.#release === undefined && raw.includes('Linux version ')) {
      this.#release = /Linux version (\d{1,3}\.\d{1,3}[^ ]{0,80})/.exec(raw)?.[1];
    }
    if (this.#cmdline === undefined && raw.includes(CMDLINE)) {
      this.#cmdline = raw.slice(raw.indexOf(CMDLINE) + CMDLINE.length).trim();
    }
    if (this.#pending?.values.has('event') && WORD && this.#readAs(WORD, raw)) return;
    if (!ANCHORS.test(raw)) return;
    for (const [anchor, formats] of BY_ANCHOR) {
      if (raw.includes(anchor) && formats.some((compiled) => this.#readAs(compiled, raw))) return;
    }
  }

  #readAs(compiled: Compiled, raw: string): boolean {
    const found = readAs(compiled, raw);
    if (found) this.#take(compiled, found);
    return found !== undefined;
  }

  #take({ row, names }: Compiled, { device, values, text }: Match): void {
    const pending = this.#pending;
    const own = pairs(names, values);
    if (row.continues && pending?.device === device && pending !== undefined && !ends(pending, row)) {
      for (const [name, value] of own) {
        if (name === 'word') pending.words.push(BigInt(value.startsWith('0x') ? value : `0x${value}`));
        else pending.values.set(name, value);
      }
      // Where one line says both, the later one is the more telling.
      if (pending.row.topic === row.topic && own.has('name')) pending.row = row;
      return;
    }
    this.#flush();
    // The words of an event whose first line is missing tell nothing.
    if (own.has('word')) return;
    this.#pending = { row, device, values: own, words: [], text, line: this.#lines };
  }

  #flush(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (!pending) return;
    const { row, device, words, line, text } = pending;
    const values = words.length > 1 ? new Map([...smmuEvent(words), ...pending.values]) : pending.values;
    const key = [row.topic, row.source[0], device, ...keyFields(values)].join('|');
    const address = addressOf(values);
    const known = this.#kept.get(key);
    if (known) {
      known.count++;
      known.last = line;
      if (address !== undefined && known.addresses.length < MAX_ADDRESSES && !known.addresses.includes(address))
        known.addresses.push(address);
      return;
    }
    if (this.#kept.size >= MAX_FINDINGS) {
      this.#dropped++;
      return;
    }
    const addresses = address === undefined ? [] : [address];
    this.#kept.set(key, { row, device, values, text, first: line, last: line, count: 1, addresses });
  }

  /** What was found, in the order of the first lines. */
  finish(): LogContents {
    this.#flush();
    const findings = [...this.#kept.values()];
    return { lines: this.#lines, findings, dropped: this.#dropped, release: this.#release, cmdline: this.#cmdline };
  }
}

/** The whole text of a log at once. */
export function readLog(text: string): LogContents {
  const reader = new LogReader();
  for (const line of text.split(/\r?\n/)) reader.read(line);
  return reader.finish();
}

/** An event of an SMMU ends with the line that names it; a global fault with its registers. */
function ends(pending: Growing, row: LogFormat): boolean {
  if (row.fields === 'word') return !pending.values.has('event') || pending.words.length >= 4;
  return row.topic === 'fault'
    ? !pending.values.has('event') || pending.values.has('name')
    : pending.values.has('gfsr');
}

function pairs(names: readonly string[], values: readonly string[]): Map<string, string> {
  const own = new Map<string, string>();
  for (const [index, name] of names.entries()) if (name !== '-') own.set(name.replace('*', ''), values[index] ?? '');
  return own;
}

/** Fields in which findings differ, over all rows: a continued line may bring those of another. */
const KEYS = new Set(
  LOG_FORMATS.flatMap(({ fields }) => fields.split(' '))
    .filter((name) => name.startsWith('*'))
    .map((name) => name.slice(1)),
);

function keyFields(values: ReadonlyMap<string, string>): string[] {
  return [...values].flatMap(([name, value]) => (KEYS.has(name) ? [`${name}=${value}`] : [])).sort();
}

function addressOf(values: ReadonlyMap<string, string>): bigint | undefined {
  const text = values.get('iova') ?? values.get('bus');
  return text === undefined ? undefined : BigInt(text.startsWith('0x') ? text : `0x${text}`);
}

const COMPILED = LOG_FORMATS.map(compileFormat);
/** Looks like anything; read only behind the event that it belongs to. */
const WORD = COMPILED.find(({ row }) => row.fields === 'word');
const BY_ANCHOR = new Map<string, Compiled[]>();
for (const compiled of COMPILED) {
  if (compiled !== WORD) BY_ANCHOR.set(compiled.anchor, [...(BY_ANCHOR.get(compiled.anchor) ?? []), compiled]);
}
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const ANCHORS = new RegExp([...BY_ANCHOR.keys()].map(escaped).join('|'));

interface Match {
  readonly device: string | undefined;
  readonly values: readonly string[];
  readonly text: string;
}

function readAs(compiled: Compiled, raw: string): Match | undefined {
  const line = withoutHead(raw);
  const { row } = compiled;
  if (row.named === undefined) {
    const prefix = row.prefix ?? '';
    const first = prefix + (compiled.pieces[0]?.literal ?? '');
    const start = line.startsWith(first) ? 0 : first === '' ? -1 : line.indexOf(first);
    const values = start < 0 ? undefined : scan(compiled, line, start + prefix.length);
    return values && { device: undefined, values, text: line.slice(start) };
  }
  const [head, , device] = (row.xen ? XEN_HEAD : LINUX_HEAD).exec(line) ?? (row.xen ? [] : (XEN_HEAD.exec(line) ?? []));
  if (head === undefined || device === undefined) return undefined;
  const reason = ERROR.exec(line.slice(head.length))?.[0] ?? '';
  const body = line.slice(head.length + reason.length).trimStart();
  const values = scan(compiled, body, 0);
  return values && { device, values, text: `${head}${body}` };
}

/** `arm-smmu 15000000.iommu: `, as dev_printk begins a line. */
const LINUX_HEAD = /^(\S{1,64}) (\S{1,128}): /;
/** `smmu: /soc/iommu@1000: `, as the drivers in Xen do. */
const XEN_HEAD = /^(smmu|SMMUv3|ipmmu): (\/\S{0,255}): /;
/** `error -EINVAL: `, which dev_err_probe puts before its text. */
const ERROR = /^error -?\w{1,20}: /;

const ESCAPE = String.fromCharCode(27);
const COLOUR = new RegExp(`${ESCAPE}\\[[0-9;]{0,16}m`, 'g');
/** The time, and who printed it where CONFIG_PRINTK_CALLER is set. */
const TIME = /\[ {0,9}\d{1,9}\.\d{3,9}\](?:\[ {0,8}[TC]\d{1,9}\])? ?/;
const JOURNAL = / kernel: /;
const CALENDAR = /^\[\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}\] /;
/** What may stand before the time: a level, a host, a date. Later brackets belong to the text. */
const MAX_HEAD = 160;

/** The text of a line of dmesg, a journal, a serial console or Xen's console. */
export function withoutHead(raw: string): string {
  const line = raw.includes(ESCAPE) ? raw.replace(COLOUR, '') : raw;
  const head = line.slice(0, MAX_HEAD);
  for (const mark of [TIME, JOURNAL, CALENDAR]) {
    const found = mark.exec(head);
    if (found) return unmarked(line.slice(found.index + found[0].length));
  }
  return unmarked(line);
}

/** Without `<3>`, `(XEN) ` and the time that Xen prints. */
function unmarked(line: string): string {
  return line.replace(/^(?:<\d{1,3}>|\(XEN\) )?(?:\[[\d: .-]{1,40}\] )?/, '').trim();
}
