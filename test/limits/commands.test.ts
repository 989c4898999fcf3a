// SPDX-License-Identifier: MIT
// `compile`, `check` and `explain` of boards far larger than any: what cpp and dtc say of each, in bounded time.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { main } from '#host/cli/main.ts';

const folder = mkdtempSync(join(tmpdir(), 'dt-limits-'));
afterAll(() => rmSync(folder, { recursive: true }));
const hasTools = ['cpp', 'dtc'].every((tool) => spawnSync(tool, ['--version']).status === 0);

async function run(...argv: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const add = (text: string) => {
    said += text;
  };
  const code = await main(argv, { cwd: folder, out: add, error: add, color: false, interactive: false });
  return { code, said };
}

/** What cpp and dtc write; undefined where they refuse it. */
function theirs(text: string): Buffer | undefined {
  writeFileSync(join(folder, 'theirs.dts'), text);
  const cpp = ['-nostdinc', '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', 'theirs.dts', '-o', 'theirs.i'];
  if (spawnSync('cpp', cpp, { cwd: folder }).status !== 0) return undefined;
  const dtc = ['-q', '-I', 'dts', '-O', 'dtb', '-b', '0', '-o', 'theirs.dtb', 'theirs.i'];
  if (spawnSync('dtc', dtc, { cwd: folder }).status !== 0) return undefined;
  return readFileSync(join(folder, 'theirs.dtb'));
}

const CONTROLLER = 'g: ic { interrupt-controller; #interrupt-cells = <1>; };';
const SMMU =
  'smmu: iommu@10000 { compatible = "arm,smmu-v3"; reg = <0 0x10000 0 0x20000>; interrupt-parent = <&g>; interrupts = <1>; interrupt-names = "combined"; #iommu-cells = <1>; };';
const BUS = 'device_type = "pci"; #address-cells = <3>; #size-cells = <2>;';
const host = (map: string, children = '') =>
  `/dts-v1/;\n/ { #address-cells = <2>; #size-cells = <2>; ${CONTROLLER} ${SMMU} pcie@50000 { compatible = "pci-host-ecam-generic"; ${BUS} reg = <0 0x50000 0 0x1000>; ranges = <0x2000000 0 0 0 0x40000000 0 0x1000>; iommu-map = <${map}>; ${children} }; };`;
const times = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, i) => make(i));
const map = (count: number) => host(times(count, (i) => `${i} &smmu ${i} 1`).join(' '));
const BRIDGE = `pci@0,0 { ${BUS} reg = <0 0 0 0 0>; ranges; `;
const bridges = (count: number) => host('0 &smmu 0 0x10000', `${BRIDGE.repeat(count)}${'};'.repeat(count)}`);
const nodes = (groups: number, label: (index: number) => string) =>
  `/dts-v1/;\n/ { ${times(groups, (g) => `g${g} { ${times(1000, (n) => `${label(1000 * g + n)}n${n} { };`).join('')} };`).join('\n')} };`;
const chain = (length: number) =>
  `#define A0 7\n${times(length, (i) => `#define A${i + 1} A${i}\n`).join('')}/dts-v1/;\n/ { p = <A${length}>; };`;
const conditionals = (depth: number, end = depth) =>
  `${'#if 1\n'.repeat(depth)}/dts-v1/;\n/ { p; };\n${'#endif\n'.repeat(end)}`;
const parentheses = (depth: number) => `/dts-v1/;\n/ { p = <${'('.repeat(depth)}5${')'.repeat(depth)}>; };`;

/** `same`: a text of the same blob where dtc would take minutes for this one (it looks each label up by a walk). */
const INPUTS: readonly { what: string; text: string; same?: string }[] = [
  { what: '60,000 entries of iommu-map', text: map(60_000) },
  {
    what: '100,000 nodes with 200,000 labels',
    text: nodes(100, (i) => `l${i}: m${i}: `),
    same: nodes(100, () => ''),
  },
  { what: '20,000 macros in a chain', text: chain(20_000) },
  { what: '5000 nested #if', text: conditionals(5000) },
  { what: '5000 nested #if, one without its end', text: conditionals(5000, 4999) },
  { what: 'parentheses 4000 deep', text: parentheses(4000) },
  { what: '2400 PCI bridges in each other', text: bridges(2400) },
];

test.skipIf(!hasTools).each(INPUTS)('$what: compile and check', async ({ text, same }) => {
  const blob = theirs(same ?? text);
  const file = join(folder, 'board.dts');
  const output = join(folder, 'board.dtb');
  rmSync(output, { force: true });
  writeFileSync(file, text);
  const compiled = await run('compile', file, '-o', output);
  expect(compiled.code).toBe(blob ? 0 : 1);
  if (blob) expect(readFileSync(output).equals(blob)).toBe(true);
  const checked = await run('check', file, '--format', 'json');
  const { problems } = JSON.parse(checked.said) as { problems: { severity: string; rule: string }[] };
  expect(problems.some(({ severity, rule }) => severity === 'error' && rule.startsWith('syntax/'))).toBe(!blob);
});

// The stack of a worker thread or of a browser is smaller than Node's own.
const CLI = join(import.meta.dirname, '../../dist/cli.cjs');
const withStack = (kilobytes: number, ...argv: string[]) =>
  execFileSync(process.execPath, [`--stack-size=${kilobytes}`, CLI, ...argv], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 29,
  });

test('2400 PCI bridges in each other, in a small stack, from a source and from its blob', () => {
  writeFileSync(join(folder, 'bridges.dts'), bridges(2400));
  withStack(300, 'compile', 'bridges.dts', '-o', 'bridges.dtb');
  for (const file of ['bridges.dts', 'bridges.dtb']) expect(withStack(300, 'explain', file)).toContain('pcie@50000');
  const { root } = JSON.parse(withStack(300, 'tree', 'bridges.dtb', '--format', 'json'));
  let levels = 0;
  for (let node = root; node; node = node.children.at(-1)) levels++;
  expect(levels).toBe(2402);
}, 300_000);

test('explain of 60,000 entries of iommu-map', async () => {
  writeFileSync(join(folder, 'map.dts'), map(60_000));
  const { code, said } = await run('explain', 'map.dts');
  expect(code).toBe(0);
  expect(said).toContain('and 59996 more');
});
