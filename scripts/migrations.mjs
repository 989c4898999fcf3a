// SPDX-License-Identifier: MIT
// Proves the migrations: each form, and thousands of random trees, mean what they meant, in the binding that Linux reads.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { Bench, dtcBlob, unintended } from './migrations/bench.mjs';
import { BindingCheck } from './migrations/binding-check.mjs';
import { differences } from './migrations/blob-diff.mjs';
import { BASE, randomOverlay } from './migrations/random-overlay.mjs';
import { randomTree } from './migrations/random-tree.mjs';
import { Report } from './oracle/report.mjs';

const { values } = parseArgs({
  options: { trees: { type: 'string', default: '2500' }, seed: { type: 'string', default: '1' } },
});
const trees = Number(values.trees);
const first = Number(values.seed);
/** Starting cpp and dtc takes longer than everything else, so they and dt-schema see one random tree in so many. */
const DTC_EVERY = 25;

const hasDtc = ['dtc', 'cpp'].every((program) => spawnSync(program, ['--version']).status === 0);
if (!hasDtc)
  console.log('without dtc and cpp (Debian: device-tree-compiler, cpp): blobs are only compared with our own');
const bench = await Bench.open();
const bindings = new BindingCheck(bench);
if (bindings.missing) console.log(`not checked against Linux's bindings: ${bindings.missing}`);
const report = new Report();

forms();
siblings();
fuzz();
overlays();
families();
if (hasDtc) bindings.addBooted();
if (!bindings.missing) bindings.run(report);
console.log(`${report.passed} passed, ${report.failed} failed`);
process.exitCode = report.failed > 0 ? 1 : 0;

function forms() {
  const part = report.part('forms');
  for (const form of bench.core.FORMS) {
    const { files } = bench.core.parseFixture(form.before);
    const devices = [{ path: form.device, rid: form.rid, domid: form.domid }];
    attempt(part, form.title, () => {
      const { after } = prove(files, form.overlay ? [] : devices, hasDtc);
      if (!form.overlay) bindings.add(form.title, { before: files, after, devices });
      else if (hasDtc) bindings.addOverlay(form.title, { before: files, after, devices });
    });
  }
  part.done(hasDtc ? "each also with Debian's dtc" : '');
}

/** The migrations beside the one of Xen's grants: the blobs differ in exactly what each form says. */
function siblings() {
  const part = report.part('siblings');
  for (const { title, rule, before, differences: wanted } of bench.core.SIBLINGS) {
    const { files, metadata } = bench.core.parseFixture(before);
    attempt(part, title, () => {
      const after = bench.repair(files, rule, metadata);
      if (!after) throw new Error('it has no fix');
      compare(differences(bench.blob(files), bench.blob(after)), wanted, 'in the blobs');
      if (hasDtc) {
        compare(differences(dtcBlob(files), dtcBlob(after)), wanted, "in dtc's blobs");
        if (!dtcBlob(after).equals(bench.blob(after))) throw new Error("our blob of the result is not dtc's");
      }
      if (bench.repair(after, rule, metadata)) throw new Error('a second run changes more');
      // The bindings are those of 6.12.
      if (metadata.get('kernel') !== '7.2') bindings.addSketch(title, { before: files, after });
    });
  }
  part.done(hasDtc ? "each also with Debian's dtc" : '');
}

function compare(found, wanted, where) {
  const shown = found.filter((line) => !line.endsWith(':phandle'));
  const [one, other] = [shown, wanted].map((lines) => [...lines].sort().join(', '));
  if (one !== other) throw new Error(`${where} differs ${one || 'nothing'} instead of ${other || 'nothing'}`);
}

function fuzz() {
  const part = report.part('random trees', trees);
  let seen = 0;
  let converted = 0;
  for (let n = 0; n < trees; n++) {
    const { files, devices } = randomTree(first + n);
    const dtc = hasDtc && n % DTC_EVERY === 0;
    if (dtc) seen++;
    attempt(part, `--seed ${first + n} --trees 1`, () => {
      const { after, count } = prove(files, devices, dtc);
      converted += count;
      if (n % DTC_EVERY === 0 && count > 0)
        bindings.add(`--seed ${first + n} --trees 1`, {
          before: files,
          after,
          devices: devices.filter(({ plain }) => !plain),
        });
    });
  }
  part.done(`${converted} devices converted; ${seen} trees also with Debian's dtc`);
}

function overlays() {
  const count = Math.ceil(trees / 5);
  const part = report.part('random overlays', count);
  for (let n = 0; n < count; n++) {
    const { files, devices } = randomOverlay(first + n);
    attempt(part, `--seed ${first + n} --trees 1`, () => prove(files, devices, hasDtc && n % DTC_EVERY === 0, BASE));
  }
  part.done('judged on the board that they are for');
}

/** Two boards with one shared file: one is plain, the other has the last word over some devices. In either order. */
function families() {
  const count = Math.ceil(trees / 5);
  const part = report.part('random families', count);
  for (let n = 0; n < count; n++) {
    attempt(part, `--seed ${first + n} --trees 1`, () => {
      const { files, devices } = randomTree(first + n, { split: true });
      const family = new Map([...files, ['/plain.dts', '/dts-v1/;\n#include "guest.dtsi"\n']]);
      const orders = [
        ['/board.dts', '/plain.dts'],
        ['/plain.dts', '/board.dts'],
      ];
      const results = orders.map((boards) => bench.repairAll(family, boards));
      for (const after of results) {
        const filesOf = (board) =>
          new Map([[board, after.get(board)], ...[...after].filter(([path]) => path !== board)]);
        judge(filesOf('/board.dts'), devices);
        judge(
          filesOf('/plain.dts'),
          devices.map(({ shared, domid, plain, ...device }) => ({
            ...device,
            domid: plain || shared !== undefined ? shared : domid,
          })),
        );
        const again = bench.repairAll(after, orders[0]);
        if ([...after].some(([path, text]) => again.get(path) !== text)) throw new Error('a second run changes more');
      }
    });
  }
  part.done('two boards with a shared file, in either order');
}

/** Each device has its domain, or no grants. */
function judge(files, devices) {
  for (const device of devices) {
    const { verdict, domid } = bench.outcome(files, device);
    const name = `${device.function ?? device.path} of ${[...files.keys()][0]}`;
    if (device.domid === undefined && verdict === 'xen-grant') throw new Error(`${name} got grants`);
    if (device.domid === undefined || (verdict === 'xen-grant' && domid === device.domid)) continue;
    throw new Error(`${name} gets ${verdict}, domain ${domid} instead of ${device.domid}`);
  }
}

function attempt(part, title, test) {
  try {
    test();
    part.pass();
  } catch (error) {
    part.fail(`${title}: ${error.message}`);
  }
}

/** With `base` the files are an overlay on it. Throws what does not hold; returns the files after the migration, and how many devices got grants. */
function prove(files, devices, dtc, base) {
  const after = bench.migrate(files);
  const before = bench.blob(files);
  const blob = bench.blob(after);
  none('unintended differences', unintended(before, blob));
  if (dtc) {
    none("unintended differences in dtc's blobs", unintended(dtcBlob(files), dtcBlob(after)));
    if (!dtcBlob(after).equals(blob)) throw new Error("our blob of the result is not dtc's");
  }
  const left = bench.problems(after).problems;
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
    throw new Error(`${device.function ?? device.path} gets ${verdict}, domain ${domid} instead of ${device.domid}`);
  }
  const refused = devices.filter(({ domid, plain }) => domid === undefined && !plain);
  for (const { path, function: fn = path } of refused) {
    if (!left.some(({ node }) => node === fn)) throw new Error(`${fn} has no right answer and got one`);
  }
  for (const device of devices.filter(({ domid }) => domid === undefined)) {
    if (bench.outcome(after, device, base).verdict === 'xen-grant')
      throw new Error(`${device.path} got grants by a guess`);
  }
  if (left.length !== refused.length) throw new Error(`left over: ${left[0]?.message}`);
  none('problems that a fix brings', brought(files, after));
  textKept(files, after);
  return { after, count: wanted.length };
}

/** Rules that complain more often than before. What is left of a linear entry on both sides is as linear as it was. */
function brought(files, after) {
  const before = bench.complaints(files);
  const more = ([rule, count]) => count > (before.get(rule) ?? 0) * (rule === 'xen-grant-map-linear' ? 9 : 1);
  return [...bench.complaints(after)].filter(more).map(([rule]) => rule);
}

/** Lines that no fix is about are there in the same order, to the byte, and line ends are all of the file's kind. */
function textKept(files, after) {
  for (const [path, text] of files) {
    const result = after.get(path);
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

function none(what, list) {
  if (list.length > 0) throw new Error(`${what}: ${list.slice(0, 4).join(', ')}`);
}
