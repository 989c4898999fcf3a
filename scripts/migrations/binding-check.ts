// SPDX-License-Identifier: MIT
// Whether Linux's bindings refuse a tree before its migration and accept it after, and would notice a wrong one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FORMS, OVERLAID } from '#test/migrations/forms.ts';
import { parseFixture } from '#test/support/fixture.ts';
import type { Report } from '../oracle/report.ts';
import type { Bench, Device, Files } from './bench.ts';
import { bootedBlob } from './dtc.ts';
import { type Complaint, Schemas } from './schemas.ts';

const BOOTED = fileURLToPath(new URL('../../test/kernel/trees', import.meta.url));
/** Where what was wrong is no matter of these bindings: a property of a PCI function or of a bus, a status. */
const UNREAD: ReadonlySet<string> = new Set(['xen-migrate-pci', 'pci-migrate', 'bus-migrate', 'enable-migrate']);

interface Mistake {
  readonly node: string;
  readonly right: string;
  readonly wrong: string;
}

/** Results of a migration made wrong again, one binding each: what dt-schema must then refuse, or it sees nothing. */
const MISTAKES: readonly Mistake[] = [
  { node: 'xen-iommu', right: '#iommu-cells = <1>', wrong: '#iommu-cells = <2>' },
  { node: 'virtio@2000000', right: 'iommus = <&xen_iommu 1>', wrong: 'iommus = <&xen_iommu 1>, <&xen_iommu 2>' },
  { node: 'pcie@10000000', right: '<0x8 &xen_iommu 3 0x1>', wrong: '<0x8 &xen_iommu 3>' },
];

/** Says what is wrong with what is refused before a migration and after it. */
type Judge = (before: readonly Complaint[], after: readonly Complaint[]) => readonly string[];

interface Migrated {
  readonly before: Files;
  readonly after: Files;
}

interface MigratedBoard extends Migrated {
  readonly devices: readonly Device[];
}

/** The blobs are numbers of those in {@link Schemas}. */
interface Pair {
  readonly title: string;
  readonly before: number;
  readonly after: number;
  readonly judge: Judge;
}

export class BindingCheck {
  readonly #bench: Bench;
  readonly #schemas: Schemas;
  readonly #pairs: Pair[] = [];

  /** Throws a sentence that says what is not installed. */
  constructor(bench: Bench) {
    this.#bench = bench;
    this.#schemas = new Schemas();
  }

  /** Files of a board, before and after. */
  add(title: string, { before, after, devices }: MigratedBoard): void {
    this.#keep(title, [this.#bench.blob(before), this.#bench.blob(after)], refusedThenAccepted(devices));
  }

  /** Files of a board that is too small for a binding to accept: the migration adds nothing that one refuses. */
  addSketch(title: string, { before, after }: Migrated): void {
    this.#keep(title, [this.#bench.blob(before), this.#bench.blob(after)], nothingNew);
  }

  /** The same of an overlay, whose blob alone dt-schema does not read: of the board that it is for, with it. */
  addOverlay(title: string, { before, after, devices }: MigratedBoard): void {
    const board = this.#bench.blob(new Map([['/board.dts', OVERLAID]]), { symbols: true });
    const blob = (files: Files) => applied(board, this.#bench.blob(files));
    this.#keep(title, [blob(before), blob(after)], refusedThenAccepted(devices));
  }

  /** The pairs of whole boards that the kernel lab boots before and after, in which not every word is a binding's. */
  addBooted(): void {
    const blob = (name: string) => bootedBlob(join(BOOTED, `${name}.dts`));
    for (const name of readdirSync(BOOTED).filter((name) => name.endsWith('-before.dts'))) {
      const title = name.slice(0, -'-before.dts'.length);
      this.#keep(title, [blob(`${title}-before`), blob(`${title}-after`)], UNREAD.has(title) ? nothingNew : fewer);
    }
  }

  #keep(title: string, [before, after]: readonly [Buffer, Buffer], judge: Judge): void {
    this.#pairs.push({ title, before: this.#schemas.add(before), after: this.#schemas.add(after), judge });
  }

  run(report: Report): void {
    const part = report.part('bindings');
    const mistakes = MISTAKES.map((mistake) => ({ ...mistake, blob: this.#schemas.add(this.#made(mistake)) }));
    const started = Date.now();
    const complaints = this.#schemas.complaints();
    const of = (blob: number): readonly Complaint[] => {
      const said = complaints[blob];
      if (!said) throw new Error(`there is no blob ${blob}`);
      return said;
    };
    for (const { title, before, after, judge } of this.#pairs) {
      const wrong = judge(of(before), of(after));
      if (wrong.length === 0) part.pass();
      else part.fail(`${title}: ${wrong.slice(0, 3).join('; ')}`);
    }
    for (const { wrong, node, blob } of mistakes) {
      if (of(blob).some((complaint) => complaint.node === node)) part.pass();
      else part.fail(`dt-schema accepts \`${wrong}\``);
    }
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    part.done(`refused before, accepted after, and ${mistakes.length} mistakes noticed; dt-schema ${seconds} s`);
  }

  #made({ right, wrong }: Mistake): Buffer {
    const form = FORMS.find(({ after, overlay }) => !overlay && after.includes(right));
    if (!form) throw new Error(`no form has \`${right}\``);
    return this.#bench.blob(parseFixture(form.after.replace(right, wrong)).files);
  }
}

const line = ({ node, text }: Complaint): string => `${node}: ${text}`;

function refusedThenAccepted(devices: readonly Device[]): Judge {
  return (before, after) => [...notRefused(before, devices), ...notAccepted(after, devices)];
}

/** virtio/mmio.yaml names every property there is; what is said of a PCI function no binding reads. */
function notRefused(complaints: readonly Complaint[], devices: readonly Device[]): string[] {
  return devices
    .filter(({ path, rid }) => rid === undefined && !complaints.some(({ node }) => node === basename(path)))
    .map(({ path }) => `${path} was accepted before`);
}

/** Who keeps the old property, because nothing is right for it, is refused as before, and nobody else is. */
function notAccepted(complaints: readonly Complaint[], devices: readonly Device[]): string[] {
  const left = devices.filter(({ domid }) => domid === undefined).map(({ path }) => basename(path));
  return complaints.filter(({ node }) => !left.includes(node)).map(line);
}

function nothingNew(before: readonly Complaint[], after: readonly Complaint[]): string[] {
  const known = new Set(before.map(line));
  return after.map(line).filter((each) => !known.has(each));
}

function fewer(before: readonly Complaint[], after: readonly Complaint[]): string[] {
  const gone = nothingNew(after, before);
  return [...nothingNew(before, after), ...(gone.length === 0 ? ['nothing was refused before'] : [])];
}

function applied(board: Buffer, overlay: Buffer): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-overlay-'));
  try {
    const file = (name: string) => join(folder, name);
    writeFileSync(file('base.dtb'), board);
    writeFileSync(file('overlay.dtbo'), overlay);
    const words = ['-i', file('base.dtb'), '-o', file('result.dtb'), file('overlay.dtbo')];
    const { status, stderr } = spawnSync('fdtoverlay', words);
    if (status !== 0) throw new Error(`fdtoverlay: ${stderr}`);
    return readFileSync(file('result.dtb'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
