// SPDX-License-Identifier: MIT
// A Xen host and the partial trees of its domains in the editor: linked by the project file, judged together, repaired.
import { describe, expect, test } from 'vitest';
import { applyEdits, type Span } from '#base/text.ts';
import { Analysis } from '#ide/analysis.ts';
import { hover } from '#ide/navigation/hover.ts';
import { diagnostics } from '#ide/problems/diagnostics.ts';
import { grammar } from '#test/support/evaluate.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';
import { instead, SYSTEM } from '#test/support/xen-boards.ts';

const PROJECT = {
  boards: [
    {
      file: 'host.dts',
      domains: [
        { node: '/chosen/domU1', deviceTree: 'domU1.dts' },
        { node: '/chosen/domU2', deviceTree: 'domU2.dts' },
      ],
    },
  ],
};

/** The files of a system in `/w`, with a project file unless it is left out. */
function workspace(system: string, project: object | null = PROJECT) {
  const files = [...parseFixture(system).files].map(([path, text]) => [`/w${path}`, text] as const);
  const memory = new MemoryFiles(Object.fromEntries(files));
  if (project) memory.set('/w/dt-iommu.json', JSON.stringify(project));
  const analysis = new Analysis(grammar, memory);
  /** What stands out in a file. */
  const rules = (file: string) =>
    diagnostics(analysis.view(file)!)
      .filter(({ severity }) => severity !== 'hint')
      .map(({ rule }) => rule);
  return { memory, analysis, rules, text: (file: string) => memory.read(file)!.text };
}

const UNMARKED = instead(SYSTEM, { 'iommus = <&smmu 0x870>;\n\t\t\txen,passthrough;': 'iommus = <&smmu 0x870>;' });

describe('the link', () => {
  test('gives each tree its part, whatever the project calls the platform', () => {
    const { analysis } = workspace(SYSTEM, { ...PROJECT, platform: 'xen-host' });
    expect(analysis.view('/w/host.dts')?.snapshot.platform.kind).toBe('xen-host');
    expect(analysis.view('/w/domU1.dts')?.snapshot.platform.kind).toBe('xen-domu');
    const { xen } = analysis.view('/w/domU1.dts')!.snapshot.platform;
    expect(xen?.domains.map(({ node, tree }) => [node, tree.file])).toEqual([
      ['/chosen/domU1', '/w/domU1.dts'],
      ['/chosen/domU2', '/w/domU2.dts'],
    ]);
  });

  test('is none for a platform without Xen', () => {
    const { analysis } = workspace(SYSTEM, { ...PROJECT, platform: 'linux' });
    expect(analysis.view('/w/host.dts')?.snapshot.platform).toMatchObject({ kind: 'linux' });
    expect(analysis.view('/w/host.dts')?.snapshot.platform.xen).toBeUndefined();
  });

  test('finds the one domain that can be meant where the project names none', () => {
    const one = { boards: [{ file: 'host.dts', domains: [{ deviceTree: 'domU1.dts' }] }] };
    const alone = instead(SYSTEM, {
      'domU2 {\n\t\t\tcompatible = "xen,domain";': 'domU2 {\n\t\t\tcompatible = "later";',
    });
    const node = (system: string) => workspace(system, one).analysis.view('/w/domU1.dts')?.snapshot.platform.xen;
    expect(node(alone)?.domains[0]?.node).toBe('/chosen/domU1');
    expect(node(SYSTEM)?.domains[0]?.node, 'two domains load a tree').toBeUndefined();
  });

  test('takes effect when the project file appears, and ends with it', () => {
    const { memory, analysis, rules } = workspace(UNMARKED, null);
    expect(rules('/w/domU2.dts')).toEqual(['xen-host-not-linked']);
    memory.set('/w/dt-iommu.json', JSON.stringify(PROJECT));
    analysis.filesChanged(['/w/dt-iommu.json']);
    expect(rules('/w/domU2.dts')).toEqual(['xen-path-not-marked']);
    memory.delete('/w/dt-iommu.json');
    analysis.filesChanged(['/w/dt-iommu.json']);
    expect(rules('/w/domU2.dts')).toEqual(['xen-host-not-linked']);
  });

  test('is proposed, never guessed: not where two files could be the host, not for the host itself', () => {
    const { memory, analysis, rules, text } = workspace(SYSTEM, null);
    expect(rules('/w/host.dts')).toEqual([]);
    expect(rules('/w/domU1.dts')).toEqual(['xen-host-not-linked']);
    memory.set('/w/other.dts', text('/w/host.dts'));
    analysis.filesChanged(['/w/other.dts']);
    expect(rules('/w/domU2.dts')).toEqual([]);
  });
});

describe('together', () => {
  test('an edit of the host shows in the partial tree, and the other way round', () => {
    const { analysis, rules, text } = workspace(SYSTEM);
    expect(rules('/w/domU2.dts')).toEqual([]);
    analysis.open('/w/host.dts', text('/w/host.dts').replace('mmc@ff160000 {', 'sdhci@ff160000 {'));
    expect(rules('/w/domU2.dts')).toEqual(['xen-path-not-found']);
    analysis.open('/w/domU2.dts', text('/w/domU2.dts').replace('/soc/mmc@', '/soc/sdhci@'));
    expect(rules('/w/domU2.dts')).toEqual([]);
    analysis.close('/w/host.dts');
    expect(rules('/w/domU2.dts')).toEqual(['xen-path-not-found']);
  });

  test('who owns a device of the host follows the partial trees', () => {
    const { analysis, text } = workspace(SYSTEM);
    const owner = () => {
      const { snapshot } = analysis.view('/w/host.dts')!;
      return snapshot.reports().find(({ path }) => path === '/soc/mmc@ff160000')?.xen?.owner;
    };
    expect(owner()).toBe('domU2');
    analysis.open('/w/domU2.dts', text('/w/domU2.dts').replace('/soc/mmc@', '/soc/sdhci@'));
    expect(owner()).toBe('no domain: no partial tree names it');
  });

  test('the hover of an assignment says what the host does for the device', () => {
    const { analysis, text } = workspace(SYSTEM);
    const view = analysis.view('/w/domU2.dts')!;
    const link = ({ file }: Span) => ({ text: file, href: file });
    const { markdown = '' } = hover(view, text('/w/domU2.dts').indexOf('xen,path') + 1, { link }) ?? {};
    expect(markdown).toContain('**mmc@ff160000 belongs to domU2**');
    expect(markdown).toContain('`/soc/iommu@fd800000` translates');
    expect(markdown, 'the place in the host').toContain('[/w/host.dts](/w/host.dts)');
  });

  test('a repair in the host removes the problem of the partial tree, and brings none', () => {
    const { analysis, rules, text } = workspace(UNMARKED);
    const { snapshot } = analysis.view('/w/domU2.dts')!;
    const [problem] = snapshot.problems().filter(({ rule }) => rule === 'xen-path-not-marked');
    const edits = problem?.fix?.plan() ?? [];
    expect(edits.map(({ span }) => span.file)).toEqual(['/w/host.dts']);
    const sandbox = analysis.sandbox('/w/domU2.dts');
    sandbox.apply(edits);
    expect(sandbox.snapshot.problems().filter(({ severity }) => severity !== 'hint')).toEqual([]);
    analysis.open('/w/host.dts', applyEdits(text('/w/host.dts'), edits));
    expect(['/w/host.dts', '/w/domU1.dts', '/w/domU2.dts'].flatMap(rules)).toEqual([]);
  });

  test('a mark that an overlay of the host sets counts', () => {
    const [board] = PROJECT.boards;
    const labelled = instead(UNMARKED, { 'mmc@ff160000 {': 'card: mmc@ff160000 {' });
    const { memory, rules } = workspace(labelled, { boards: [{ ...board, overlays: ['mark.dtso'] }] });
    memory.set('/w/mark.dtso', '/dts-v1/;\n/plugin/;\n&card { xen,passthrough; };\n');
    expect(rules('/w/domU2.dts')).toEqual([]);
  });
});
