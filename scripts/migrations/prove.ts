// SPDX-License-Identifier: MIT
// What must hold of every migration. Each of these throws a sentence that says what does not.
import { type Bench, boardOf, type Device, type Files, unintended } from './bench.ts';
import { dtcBlob } from './dtc.ts';

export interface ProveOptions {
  /** Whether cpp and dtc are asked, too. */
  readonly dtc: boolean;
  /** The files are an overlay on it. */
  readonly base?: string;
}

/** Returns the files after the migration, and how many devices got grants. */
export function prove(
  bench: Bench,
  files: Files,
  devices: readonly Device[],
  { dtc, base }: ProveOptions,
): { after: Files; count: number } {
  const after = bench.migrate(files);
  const blob = bench.blob(after);
  none('unintended differences', unintended(bench.blob(files), blob));
  if (dtc) {
    none("unintended differences in dtc's blobs", unintended(dtcBlob(files), dtcBlob(after)));
    if (!dtcBlob(after).equals(blob)) throw new Error("our blob of the result is not dtc's");
  }
  const left = bench.problems(after);
  none(
    'fixes that a second run would make',
    left.filter(({ fix }) => fix !== undefined).map(({ message }) => message),
  );
  const wanted = devices.filter(({ domid }) => domid !== undefined);
  if (![...files.values()].some((text) => /iommus =|iommu-map =/.test(text))) {
    const early = wanted.find((device) => bench.outcome(files, device, base).verdict === 'xen-grant');
    if (early) throw new Error(`${early.path} has grants before the fix`);
  }
  for (const device of wanted) {
    const { verdict, domid } = bench.outcome(after, device, base);
    if (verdict === 'xen-grant' && domid === device.domid) continue;
    throw new Error(`${nameOf(device)} gets ${verdict}, domain ${domid} instead of ${device.domid}`);
  }
  const refused = devices.filter(({ domid, plain }) => domid === undefined && !plain);
  for (const device of refused) {
    const name = nameOf(device);
    if (!left.some(({ node }) => node === name)) throw new Error(`${name} has no right answer and got one`);
  }
  for (const device of devices.filter(({ domid }) => domid === undefined)) {
    if (bench.outcome(after, device, base).verdict === 'xen-grant')
      throw new Error(`${device.path} got grants by a guess`);
  }
  if (left.length !== refused.length) throw new Error(`left over: ${left[0]?.message}`);
  none('problems that a fix brings', brought(bench, files, after));
  textKept(files, after);
  return { after, count: wanted.length };
}

/** Each device has its domain, or no grants. */
export function judge(bench: Bench, files: Files, devices: readonly Device[]): void {
  for (const device of devices) {
    const { verdict, domid } = bench.outcome(files, device);
    const name = `${nameOf(device)} of ${boardOf(files)}`;
    if (device.domid === undefined && verdict === 'xen-grant') throw new Error(`${name} got grants`);
    if (device.domid === undefined || (verdict === 'xen-grant' && domid === device.domid)) continue;
    throw new Error(`${name} gets ${verdict}, domain ${domid} instead of ${device.domid}`);
  }
}

const nameOf = (device: Device): string => device.function ?? device.path;

/** Rules that complain more often than before. What is left of a linear entry on both sides is as linear as it was. */
function brought(bench: Bench, files: Files, after: Files): string[] {
  const before = bench.complaints(files);
  const allowed = (rule: string) => (before.get(rule) ?? 0) * (rule === 'xen-grant-map-linear' ? 9 : 1);
  return [...bench.complaints(after)].filter(([rule, count]) => count > allowed(rule)).map(([rule]) => rule);
}

/** Lines that no fix is about are there in the same order, to the byte, and line ends are all of the file's kind. */
function textKept(files: Files, after: Files): void {
  for (const [path, text] of files) {
    const result = after.get(path) ?? '';
    if (text.includes('\r\n') && /[^\r]\n/.test(result)) throw new Error(`${path} has got a second kind of line end`);
    let at = 0;
    for (const line of text.split('\n')) {
      if (/-domid|iommu|grants|BACKEND|DOMAIN|#define|(NAME|VALUE|SERVED?)_/.test(line)) continue;
      const found = result.indexOf(line, at);
      if (found < 0) throw new Error(`${path} has lost the line \`${line.trim()}\``);
      at = found + line.length;
    }
  }
}

function none(what: string, list: readonly string[]): void {
  if (list.length > 0) throw new Error(`${what}: ${list.slice(0, 4).join(', ')}`);
}
