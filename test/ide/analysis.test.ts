// SPDX-License-Identifier: MIT
// Views over time: boards of shared files, edits, files that come and go, and all fixes of a file.
import { describe, expect, test } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { Analysis } from '#ide/analysis.ts';
import { codeActions } from '#ide/fixes/code-actions.ts';
import { fixAll } from '#ide/fixes/fixes.ts';
import { diagnostics } from '#ide/problems/diagnostics.ts';
import { grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';
import { editor } from '#test/support/views.ts';
import { nodeByPath } from '#tree/query.ts';

const tree = {
  '/a.dts': '/dts-v1/;\n#include "soc.dtsi"\n/ { };\n',
  '/b.dts': '/dts-v1/;\n#include "soc.dtsi"\n&dma { status = "okay"; };\n',
  '/soc.dtsi': '/ { dma: dma { status = "disabled"; }; };\n&nowhere { };\n',
};

function workspace(files: Record<string, string> = tree) {
  const memory = new MemoryFiles(files);
  const analysis = new Analysis(grammar, memory);
  const rules = (file: string) => diagnostics(analysis.view(file)!).map((problem) => problem.rule);
  return { memory, analysis, rules };
}

describe('the board of a shared file', () => {
  test('is the nearest, unless one is open, unless one is selected', () => {
    const { analysis } = workspace();
    const board = () => analysis.view('/soc.dtsi')?.choice;
    analysis.open('/soc.dtsi', tree['/soc.dtsi']);
    expect(board()).toMatchObject({ board: '/a.dts', reason: 'nearest' });
    analysis.open('/b.dts', tree['/b.dts']);
    expect(board()).toMatchObject({ board: '/b.dts', reason: 'open' });
    analysis.selectBoard('/soc.dtsi', '/a.dts');
    expect(board()).toMatchObject({ board: '/a.dts', reason: 'selected' });
    analysis.selectBoard('/soc.dtsi', undefined);
    analysis.close('/b.dts');
    expect(board()).toMatchObject({ board: '/a.dts', reason: 'nearest' });
  });

  test('changes when the include is edited away', () => {
    const { analysis } = workspace();
    analysis.open('/a.dts', tree['/a.dts']);
    analysis.open('/soc.dtsi', tree['/soc.dtsi']);
    expect(analysis.view('/soc.dtsi')?.choice.board).toBe('/a.dts');
    const start = tree['/a.dts'].indexOf('#include');
    analysis.edit('/a.dts', [{ start, end: start + '#include "soc.dtsi"'.length, text: '' }]);
    expect(analysis.view('/soc.dtsi')?.choice.board).toBe('/b.dts');
  });

  test('a file that no board includes is shown alone, and its unresolved labels are no errors', () => {
    const { analysis, rules } = workspace({ '/soc.dtsi': tree['/soc.dtsi'] });
    expect(analysis.view('/soc.dtsi')?.choice).toMatchObject({ board: '/soc.dtsi', reason: 'alone' });
    expect(rules('/soc.dtsi').filter((rule) => rule.includes('label') || rule.includes('reference'))).toEqual([]);
  });
});

describe('an overlay', () => {
  const base = '/dts-v1/;\n/ { smmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; }; soc: soc { }; };\n';
  const nic = '/dts-v1/;\n/plugin/;\n&soc { nic: nic { iommus = <&smmu 1>; }; };\n';
  const fast = '/dts-v1/;\n/plugin/;\n&nic { iommus = <&smmu 1 2>; };\n';
  const files = { '/base.dts': base, '/nic.dtso': nic, '/fast.dtso': fast };
  const iommusOf = (analysis: Analysis, file: string) => {
    const { tree } = analysis.view(file)!.snapshot;
    return nodeByPath(tree, '/soc/nic')?.properties.get('iommus')?.value.bytes.length;
  };

  test('is shown on the board that the project applies it to, after the overlays before it', () => {
    const boards = [{ file: 'base.dts', overlays: ['nic.dtso', 'fast.dtso'] }];
    const { analysis, rules } = workspace({ ...files, '/dt-iommu.json': JSON.stringify({ boards }) });
    expect(analysis.view('/nic.dtso')?.choice).toMatchObject({ board: '/base.dts', reason: 'project' });
    expect(iommusOf(analysis, '/nic.dtso')).toBe(8);
    expect(iommusOf(analysis, '/fast.dtso')).toBe(12);
    expect(rules('/fast.dtso')).toContain('iommus-tail-ignored');
    expect(iommusOf(analysis, '/base.dts'), 'the board itself has them all').toBe(12);
  });

  test('is shown on the board with which the Makefile beside it is put together', () => {
    const Makefile = 'fast-dtbs := base.dtb \\\n\tnic.dtbo fast.dtbo\ndtb-y += fast.dtb\n';
    const { analysis } = workspace({ ...files, '/Makefile': Makefile });
    expect(analysis.view('/fast.dtso')?.choice).toMatchObject({ board: '/base.dts', reason: 'nearest' });
    expect(iommusOf(analysis, '/fast.dtso')).toBe(12);
    expect(iommusOf(analysis, '/base.dts'), 'the board alone has none').toBeUndefined();
    expect(analysis.boardsOf('/fast.dtso', false)).toEqual(['/fast.dtso', '/base.dts']);
  });

  test('that names what the board does not have is not applied, and says so', () => {
    const boards = [{ file: 'base.dts', overlays: ['fast.dtso'] }];
    const { analysis, rules } = workspace({ ...files, '/dt-iommu.json': JSON.stringify({ boards }) });
    expect(iommusOf(analysis, '/fast.dtso')).toBeUndefined();
    expect(rules('/fast.dtso')).toEqual(['syntax/unresolved-reference']);
  });

  test('with nodes that no fragment holds is told so on its board, too', () => {
    const boards = [{ file: 'base.dts', overlays: ['nic.dtso'] }];
    const lost = { ...files, '/nic.dtso': `${nic}/ { lost { }; };\n`, '/dt-iommu.json': JSON.stringify({ boards }) };
    const { analysis, rules } = workspace(lost);
    expect(rules('/nic.dtso')).toContain('overlay-outside-fragment');
    expect(nodeByPath(analysis.view('/nic.dtso')!.snapshot.tree, '/lost')).toBeUndefined();
  });

  test('changes what the board says as it is edited', () => {
    const boards = [{ file: 'base.dts', overlays: ['nic.dtso'] }];
    const { analysis } = workspace({ ...files, '/dt-iommu.json': JSON.stringify({ boards }) });
    expect(iommusOf(analysis, '/base.dts')).toBe(8);
    analysis.open('/nic.dtso', nic.replace('smmu 1', 'smmu 1 1'));
    expect(iommusOf(analysis, '/base.dts')).toBe(12);
  });
});

describe('files that come and go', () => {
  test('a missing include is found once it appears', () => {
    const { memory, analysis, rules } = workspace({ '/a.dts': '/dts-v1/;\n#include "late.dtsi"\n/ { };\n' });
    analysis.open('/a.dts', '/dts-v1/;\n#include "late.dtsi"\n/ { };\n');
    expect(rules('/a.dts')).toEqual(['syntax/include-not-found']);
    memory.set('/late.dtsi', '/ { };\n');
    analysis.filesChanged(['/late.dtsi']);
    expect(rules('/a.dts')).toEqual([]);
  });

  test('a file deleted while it is open stays as the editor has it', () => {
    const { memory, analysis } = workspace();
    analysis.open('/a.dts', tree['/a.dts']);
    memory.delete('/a.dts');
    analysis.filesChanged(['/a.dts']);
    expect(analysis.view('/a.dts')?.text).toBe(tree['/a.dts']);
  });

  test('an edit reads no file again', () => {
    const { memory, analysis } = workspace();
    analysis.open('/a.dts', tree['/a.dts']);
    const before = analysis.view('/a.dts')?.snapshot;
    expect(analysis.view('/a.dts')?.snapshot).toBe(before);
    memory.reads.length = 0;
    analysis.open('/other.dts', '/dts-v1/;\n/ { };\n');
    expect(analysis.view('/a.dts')?.snapshot).toBe(before);
  });
});

const legacy = `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	hypervisor { compatible = "xen,xen-4.19", "xen,xen"; };
	virtio@1000 { compatible = "virtio,mmio"; reg = <0x1000 0x100>; dma-coherent; $0xen,backend-domid = <1>; };
	virtio@2000 { compatible = "virtio,mmio"; reg = <0x2000 0x100>; dma-coherent; xen,backend-domid = <2>; };
};
`;

describe('fixes', () => {
  test('the light bulb has the repair and the comment that silences it', () => {
    const { view, offset } = editor(legacy);
    expect(codeActions(view, offset, offset).map(({ title }) => title)).toEqual([
      'Convert to `iommus` with `xen,grant-dma`',
      'Ignore xen-backend-domid-legacy for this node',
    ]);
  });

  test('the comment silences the problem', () => {
    const { view, offset, analysis } = editor(legacy);
    const action = codeActions(view, offset, offset).find(({ title }) => title.startsWith('Ignore'));
    analysis.open('/board.dts', applyEdits(view.text, action?.edits ?? []));
    const rules = diagnostics(analysis.view('/board.dts')!).filter(({ rule }) => rule === 'xen-backend-domid-legacy');
    expect(rules).toHaveLength(1);
  });

  test('the comment for a node behind the brace of another one stands before the node', () => {
    const text = '/dts-v1/;\n/ { a { compatible = ""; }; };\n';
    const { view, analysis } = editor(`//- /board.dts\n${text}`);
    const at = text.indexOf('""');
    const action = codeActions(view, at, at).find(({ title }) => title.startsWith('Ignore'));
    const after = applyEdits(text, action?.edits ?? []);
    expect(after).toBe(text.replace('a {', '/* dt-iommu-ignore compatible-empty: reason */ a {'));
    analysis.open('/board.dts', after);
    expect(diagnostics(analysis.view('/board.dts')!)).toEqual([]);
  });

  test('all fixes of a file, each planned on what the one before left: one IOMMU node for both', () => {
    const { view, analysis } = editor(legacy);
    const { edits, fixed } = fixAll(analysis, { board: '/board.dts', wanted: () => true });
    const after = applyEdits(view.text, edits);
    expect(fixed).toBe(2);
    expect(after.match(/"xen,grant-dma"/g)).toHaveLength(1);
    expect(after).toContain('iommus = <&xen_iommu 1>;');
    expect(after).toContain('iommus = <&xen_iommu 2>;');
  });
});

test.each(['/ { dma { iommus = <1>; }; };\n', '/ { };', '', 'é "open\n/* \r\n'])(
  'a rehearsal in %j leaves no trace',
  (text) => {
    const { analysis } = workspace({ '/a.dts': text });
    analysis.open('/a.dts', text);
    const before = analysis.view('/a.dts')?.snapshot;
    analysis.rehearsal('/a.dts')?.();
    expect(analysis.view('/a.dts')?.text).toBe(text);
    // Not even worked out again.
    expect(analysis.view('/a.dts')?.snapshot).toBe(before);
  },
);
