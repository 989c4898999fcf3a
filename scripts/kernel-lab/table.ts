// SPDX-License-Identifier: MIT
// docs/kernel-lab.md: what was booted, what the model had predicted, what Linux did.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Field } from '#ide/live/agreement.ts';
import type { ObservedDevice } from '#ide/live/observation.ts';
import type { Observed } from '#ide/live/observe.ts';
import type { Run } from './predict.ts';

/** What came of a run. */
export interface Done extends Run {
  readonly observed: Observed;
  readonly fields: readonly Field[];
}

/** Rows of the decision table that QEMU's machine with Debian's kernels cannot show. */
const elsewhere: Readonly<Record<string, string>> = {
  19: 'on 32-bit Arm: `scripts/kernel-lab/arm.ts`, seen in `test/kernel/arm`',
  23: 'needs a cdx bus',
  28: 'is a matter of the virtio device, not of the tree',
};

const rowNames = {
  1: 'node not available',
  2: 'no driver populates the children',
  3: 'bus that configures no DMA',
  4: 'no or empty `dma-ranges`',
  5: '`dma-ranges` limit',
  6: 'hole in the chain of buses',
  7: 'untranslatable `dma-ranges`',
  8: 'coherence',
  9: 'PCI: no map, or not covered',
  10: 'PCI: malformed map',
  11: 'first entry malformed',
  12: 'later entry malformed',
  13: 'disabled IOMMU',
  14: 'no driver: wait, then direct',
  15: 'driver not yet there: wait',
  16: 'two IOMMU drivers in one device',
  17: 'the driver refuses the IDs',
  18: 'identity',
  19: '32-bit Arm',
  20: 'lazy',
  21: '`dma-ranges` outside the aperture',
  22: 'translated',
  23: 'cdx and a late IOMMU',
  24: 'restricted pool',
  25: 'restricted pool behind an IOMMU',
  26: 'Xen dom0',
  27: 'Xen grants',
  28: 'virtio without ACCESS_PLATFORM',
  29: 'untrusted PCI',
};

const count = (fields: readonly Field[], outcome: Field['outcome']): number =>
  fields.filter((field) => field.outcome === outcome).length;

function coverage(runs: readonly Done[]): string[] {
  const lines = Object.entries(rowNames).map(([row, name]) => {
    const trees = [...new Set(runs.filter(({ test }) => test.rows.includes(Number(row))).map(({ test }) => test.name))];
    return `| ${row} | ${name} | ${trees.map((tree) => `\`${tree}\``).join(', ') || `– ${elsewhere[row] ?? ''}`} |`;
  });
  return ['| row | what it decides | trees |', '|---|---|---|', ...lines];
}

/** The devices that a tree is about: those with anything but plain direct DMA, and those that are not agreed upon. */
function verdicts({ observed, fields }: Done): string {
  const disputed = new Set(fields.filter((field) => field.outcome !== 'agrees').map((field) => field.device));
  const cells = observed.devices.flatMap((device) => {
    const name = device.rid ? `${device.node} ${device.rid}` : device.node;
    if (device.verdict === 'direct' && !device.log && !disputed.has(name)) return [];
    const verdict = fields.find((field) => field.device === name && field.field === 'verdict');
    const said = verdict && verdict.predicted !== device.verdict ? `${verdict.predicted} / ` : '';
    return [`\`${name}\` ${said}${device.verdict}${verdict?.outcome === 'open' ? ' (open)' : ''}`];
  });
  return cells.join('<br>') || 'all direct';
}

function results(runs: readonly Done[]): string[] {
  const lines = runs.map((run) => {
    const { fields } = run;
    const wrong = count(fields, 'differs');
    const open = count(fields, 'open');
    const result = `${count(fields, 'agrees')} of ${fields.length}${open ? `, ${open} open` : ''}${wrong ? `, **${wrong} differ**` : ''}`;
    const shows = run.kernel === run.test.kernels[0] ? run.test.shows : 'the same';
    return `| \`${run.test.name}\` | ${run.kernel} | ${shows} | ${verdicts(run)} | ${result} |`;
  });
  return ['| tree | Linux | shows | predicted / observed | fields agree |', '|---|---|---|---|---|', ...lines];
}

function disagreements(runs: readonly Done[]): string[] {
  const lines = runs.flatMap((run) =>
    run.fields
      .filter((field) => field.outcome !== 'agrees')
      .map((field) => {
        const kind = field.outcome === 'open' ? 'open' : 'differs';
        return `| \`${run.test.name}\` ${run.kernel} | \`${field.device}\` | ${field.field} | ${field.predicted || '–'} | ${field.observed || '–'} | ${kind} |`;
      }),
  );
  if (lines.length === 0) return ['None.'];
  return ['| tree | device | field | predicted | observed | |', '|---|---|---|---|---|---|', ...lines];
}

/** Each device whose DMA the migration of a tree changed: the pairs of trees NAME-before and NAME-after. */
function migrations(runs: readonly Done[]): string[] {
  const suffix = '-before';
  const lines = runs
    .filter(({ test }) => test.name.endsWith(suffix))
    .flatMap((run) => {
      const name = run.test.name.slice(0, -suffix.length);
      const after = runs.find(({ test, kernel }) => test.name === `${name}-after` && kernel === run.kernel);
      const now = new Map(after?.observed.devices.map((device) => [device.name, device]));
      return run.observed.devices
        .filter((device) => now.get(device.name)?.verdict !== device.verdict)
        .map(
          (device) =>
            `| \`${name}\` | ${run.kernel} | \`${device.rid ?? device.node}\` | ${dmaOf(device)} | ${dmaOf(now.get(device.name))} |`,
        );
    });
  return ['| trees | Linux | device | before | after |', '|---|---|---|---|---|', ...lines];
}

function dmaOf(device: ObservedDevice | undefined): string {
  if (device === undefined) return 'no device';
  const domain = device.domid === undefined ? '' : ` to domain ${device.domid}`;
  const ring =
    device.ring === undefined
      ? ''
      : `, ring at ${device.ring === 'grant' ? 'a grant reference' : 'an address in memory'}`;
  return `${device.verdict}${domain}${ring}`;
}

/** Writes the page from runs that were all performed. */
export function writeTable(file: string, done: readonly Done[]): void {
  const fields = done.flatMap((run) => run.fields);
  const qemu = execFileSync('qemu-system-aarch64', ['--version'], { encoding: 'utf8' }).split('\n')[0];
  const releases = [...new Set(done.map((run) => `${run.kernel} is ${run.observed.kernel}`))].join(', ');
  const trees = new Set(done.map((run) => run.test.name)).size;
  const page = `# The kernel lab

Written by \`npm run test:kernel -- --all --record\`; \`npm run test:kernel -- --all\` boots every tree again on each kernel
that it names, compares Linux with the observations in \`test/kernel/observations\`, and the model with Linux, and fails
when either differs. Without \`--all\` each tree boots on the newest of its kernels, and a sample that changes with the
commit on the others. Kernels are Debian's packages of several suites; one that cannot be had any more is represented by
its committed observations, and the run says so.

Each tree of \`test/kernel/trees\`, and each that \`test/kernel/combinations\` puts together from pieces, is compiled by cpp and dtc and booted on Debian's kernel for arm64, those of a RISC-V machine on that for riscv64 (${releases}), under
${qemu} (RISC-V: the QEMU of Debian 13, which has its IOMMU). The guest reads sysfs, debugfs, the kernel's log, and a probe at the last step of \`of_dma_configure\`, so
that coherence, DMA limit, stream IDs and the operations are the kernel's own; whom a probe waits for first is what
\`devices_deferred\` says, and in \`waits-*\` also \`/sys/class/devlink\`. An IOMMU that QEMU does not have is a piece
of memory with the registers that its driver reads first: it translates nothing, but Linux decides about it as about any other.
What Debian's kernels leave out is shown by one that \`scripts/build-lab-kernel.sh\` builds from Debian's linux-source-6.12 with
\`test/kernel/own-kernel.config\` (6.12-own); where it has not been built, its committed observations stand for it. Xen is
Debian's 4.17: Linux runs as its dom0, or, where the tree is a partial one, as a guest that Xen gives devices of the host.

${trees} trees, ${done.length} boots, ${fields.length} fields: ${count(fields, 'agrees')} agree, ${count(fields, 'differs')} differ, ${count(fields, 'open')} are open (they
differ, and the model had said that the answer depends on something that no tree shows).

## Before and after a migration

\`NAME-after\` is what \`dt-iommu fix\` makes of \`NAME-before\`, to the byte (test/kernel/migrations.test.ts; when a fix writes
its text otherwise, \`npx vitest run -u test/kernel/migrations.test.ts\` and boot again); both were booted.

On Xen the lab's own kernel also shows the domain that it grants pages to, where it does so (\`find_xen_grant_dma_data\`, called by
\`xen_grant_dma_alloc\` and \`xen_grant_dma_map_page\`), and the address that the device gets for its ring (\`dma_alloc_attrs\`,
called by \`vring_alloc_queue\`). QEMU shows which address the guest then writes into the device's registers
(\`-trace memory_region_ops_write\`): the two must be one. Bit 63 is Xen's mark, and below it is the grant reference:
\`0x8000000000008000\` is grant 8. Devices that are not listed had the same before and after.

${migrations(done).join('\n')}

## Where they differ

${disagreements(done).join('\n')}

## By row of the decision table

What each row decides was seen in a boot of one of these trees at least (test/kernel/rows.test.ts).

${coverage(done).join('\n')}

## By tree

${results(done).join('\n')}
`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, page);
}
