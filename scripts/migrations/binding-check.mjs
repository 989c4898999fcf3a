// SPDX-License-Identifier: MIT
// Whether Linux's bindings refuse a tree before its migration and accept it after, and would notice a wrong one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileTree } from '../kernel-lab/boot.mjs';
import { Schemas } from './schemas.mjs';

const BOOTED = fileURLToPath(new URL('../../test/kernel/trees', import.meta.url));
/** Where what was wrong is no matter of these bindings: a property of a PCI function or of a bus, a status. */
const UNREAD = new Set(['xen-migrate-pci', 'pci-migrate', 'bus-migrate', 'enable-migrate']);

/** Results of a migration made wrong again, one binding each: what dt-schema must then refuse, or it sees nothing. */
const MISTAKES = [
  { node: 'xen-iommu', right: '#iommu-cells = <1>', wrong: '#iommu-cells = <2>' },
  { node: 'virtio@2000000', right: 'iommus = <&xen_iommu 1>', wrong: 'iommus = <&xen_iommu 1>, <&xen_iommu 2>' },
  { node: 'pcie@10000000', right: '<0x8 &xen_iommu 3 0x1>', wrong: '<0x8 &xen_iommu 3>' },
];

export class BindingCheck {
  /** What is not installed, as a sentence; then nothing is checked. */
  missing;
  #bench;
  #schemas;
  #trees = [];

  constructor(bench) {
    this.#bench = bench;
    try {
      this.#schemas = new Schemas();
    } catch (error) {
      this.missing = error.message;
    }
  }

  /** `before` and `after`: files of a board; `devices`: `{ path, rid?, domid }`, without `domid` where nothing is right. */
  add(title, { before, after, devices }) {
    if (this.missing) return;
    const blobs = [before, after].map((files) => this.#bench.blob(files));
    this.#keep(title, blobs, (...said) => refusedThenAccepted(devices, ...said));
  }

  /** Files of a board that is too small for a binding to accept: the migration adds nothing that one refuses. */
  addSketch(title, { before, after }) {
    if (this.missing) return;
    this.#keep(
      title,
      [before, after].map((files) => this.#bench.blob(files)),
      nothingNew,
    );
  }

  /** The same of an overlay, whose blob alone dt-schema does not read: of the board that it is for, with it. */
  addOverlay(title, { before, after, devices }) {
    if (this.missing) return;
    const board = this.#bench.blob(new Map([['/board.dts', this.#bench.core.OVERLAID]]), { symbols: true });
    const blobs = [before, after].map((files) => applied(board, this.#bench.blob(files)));
    this.#keep(title, blobs, (...said) => refusedThenAccepted(devices, ...said));
  }

  /** The pairs of whole boards that the kernel lab boots before and after, in which not every word is a binding's. */
  addBooted() {
    if (this.missing) return;
    const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-booted-'));
    const blob = (name) => readFileSync(compileTree(join(BOOTED, `${name}.dts`), join(folder, `${name}.dtb`)));
    for (const name of readdirSync(BOOTED).filter((name) => name.endsWith('-before.dts'))) {
      const title = name.slice(0, -'-before.dts'.length);
      const judge = UNREAD.has(title) ? nothingNew : fewer;
      this.#keep(title, [blob(`${title}-before`), blob(`${title}-after`)], judge);
    }
    rmSync(folder, { recursive: true });
  }

  #keep(title, blobs, judge) {
    this.#trees.push({ title, blobs: blobs.map((blob) => this.#schemas.add(blob)), judge });
  }

  run(report) {
    const part = report.part('bindings');
    const mistakes = MISTAKES.map((mistake) => ({ ...mistake, blob: this.#schemas.add(this.#made(mistake)) }));
    const started = Date.now();
    const complaints = this.#schemas.complaints();
    for (const { title, blobs, judge } of this.#trees) {
      const wrong = judge(...blobs.map((blob) => complaints[blob]));
      if (wrong.length === 0) part.pass();
      else part.fail(`${title}: ${wrong.slice(0, 3).join('; ')}`);
    }
    for (const { wrong, node, blob } of mistakes) {
      if (complaints[blob].some((complaint) => complaint.node === node)) part.pass();
      else part.fail(`dt-schema accepts \`${wrong}\``);
    }
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    part.done(`refused before, accepted after, and ${mistakes.length} mistakes noticed; dt-schema ${seconds} s`);
  }

  #made({ right, wrong }) {
    const form = this.#bench.core.FORMS.find(({ after, overlay }) => !overlay && after.includes(right));
    return this.#bench.blob(this.#bench.core.parseFixture(form.after.replace(right, wrong)).files);
  }
}

const line = ({ node, text }) => `${node}: ${text}`;

const refusedThenAccepted = (devices, before, after) => [
  ...notRefused(before, devices),
  ...notAccepted(after, devices),
];

/** virtio/mmio.yaml names every property there is; what is said of a PCI function no binding reads. */
function notRefused(complaints, devices) {
  return devices
    .filter(({ path, rid }) => rid === undefined && !complaints.some(({ node }) => node === basename(path)))
    .map(({ path }) => `${path} was accepted before`);
}

/** Who keeps the old property, because nothing is right for it, is refused as before, and nobody else is. */
function notAccepted(complaints, devices) {
  const left = devices.filter(({ domid }) => domid === undefined).map(({ path }) => basename(path));
  return complaints.filter(({ node }) => !left.includes(node)).map(line);
}

function nothingNew(before, after) {
  const known = new Set(before.map(line));
  return after.map(line).filter((each) => !known.has(each));
}

function fewer(before, after) {
  const gone = nothingNew(after, before);
  return [...nothingNew(before, after), ...(gone.length === 0 ? ['nothing was refused before'] : [])];
}

function applied(board, overlay) {
  const folder = mkdtempSync(join(tmpdir(), 'dt-iommu-overlay-'));
  try {
    const [base, added, result] = ['base.dtb', 'overlay.dtbo', 'result.dtb'].map((name) => join(folder, name));
    writeFileSync(base, board);
    writeFileSync(added, overlay);
    const { status, stderr } = spawnSync('fdtoverlay', ['-i', base, '-o', result, added]);
    if (status !== 0) throw new Error(`fdtoverlay: ${stderr}`);
    return readFileSync(result);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
