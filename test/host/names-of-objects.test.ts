// SPDX-License-Identifier: MIT
// Names that every JavaScript object has are names like any other: what is said does not change with them.
import { expect, test } from 'vitest';
import { type Folder, folderOf } from '#test/support/cli.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

/** Each beside an unknown name of the same length. */
const NAMES = [
  ['constructor', 'konstructor'],
  ['toString', 'zoString'],
  ['hasOwnProperty', 'gasOwnProperty'],
  ['valueOf', 'palueOf'],
  ['__proto__', '__zroto__'],
] as const;

const board = (name: string): string => `/dts-v1/;
/ {
	compatible = "${name}";
	#address-cells = <1>;
	#size-cells = <1>;
	smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x20000>; #iommu-cells = <1>; ${name} = <&smmu 1>; };
	${name}: ${name}@40000 {
		compatible = "${name}", "simple-bus"; reg = <0x40000 0x1000>; ranges; dma-ranges; #address-cells = <1>; #size-cells = <1>;
		d1: ${name}@50000 {
			compatible = "${name}"; reg = <0x50000 0x100>; iommus = <&smmu 3>; memory-region = <&${name}>;
			${name} = <1 2>; #${name}-cells = <1>; ${name}-names = "${name}"; ${name}-supply = <&smmu>; status = "${name}";
		};
		d2: d@60000 { compatible = "a,${name}", "virtio,mmio"; device_type = "${name}"; reg = <0x60000 0x100>; iommus = <&smmu 4>; clock-names = "${name}"; };
	};
	chosen {
		bootargs = "${name}.${name}=2 iommu.${name}=0 ${name}=1 ${name}";
		${name} = "x";
	};
	aliases { ${name} = &d2; };
};
`;

async function said(folder: Folder): Promise<string> {
  const runs = [
    ['check'],
    ['explain', '--all'],
    ['explain', '--format', 'json'],
    ['graph', '--format', 'dot'],
    ['tree'],
  ];
  const all = [];
  for (const argv of runs) {
    const { code, out, error } = await folder.run(...argv, 'board.dts');
    all.push(`${argv.join(' ')}: ${code}\n${out}${error}`);
  }
  return all.join('\n').replaceAll(folder.path, '');
}

/** Hover and completion at every place of the text. */
async function shown(text: string): Promise<string> {
  const client = new LanguageClient(new StaticFiles({ '/board.dts': text }));
  await client.initialize();
  client.open('file:///board.dts', text);
  const textDocument = { uri: 'file:///board.dts' };
  const answers = [];
  for (const [line, content] of text.split('\n').entries()) {
    for (let character = 0; character < content.length; character += 3) {
      const position = { line, character };
      answers.push(await client.result('textDocument/hover', { textDocument, position }));
      answers.push(await client.result('textDocument/signatureHelp', { textDocument, position }));
    }
  }
  return answers.map((answer) => JSON.stringify(answer)).join('\n');
}

test.each(NAMES)('%s', async (name, other) => {
  // Without `_`, which Markdown escapes.
  const back = (text: string) => text.replaceAll(other.replaceAll('_', ''), name.replaceAll('_', ''));
  const [of, than] = [folderOf(`//- /board.dts\n${board(name)}`), folderOf(`//- /board.dts\n${board(other)}`)];
  try {
    expect(await said(of)).toBe(back(await said(than)));
  } finally {
    of.remove();
    than.remove();
  }
  expect(await shown(board(name))).toBe(back(await shown(board(other))));
});
