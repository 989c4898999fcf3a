// SPDX-License-Identifier: MIT
// Completion with the bindings of the tree: what they require first, then what they name, their words in strings.
import { beforeAll, expect, test } from 'vitest';
import { loadYaml } from '#bindings/yaml.ts';
import { completion } from '#ide/completion/completion.ts';
import { documentation } from '#ide/completion/documentation.ts';
import { FILES } from '#test/bindings/trees.ts';
import { editor } from '#test/support/views.ts';

beforeAll(loadYaml);

const BINDINGS = Object.entries(FILES)
  .map(([path, text]) => `//- ${path}\n${text}`)
  .join('\n');

function at(text: string) {
  const { view, offset } = editor(`//- /linux/arch/board.dts\n/dts-v1/;\n${text}\n${BINDINGS}`);
  view.knowledge.bindings(view.file);
  while (view.knowledge.work());
  const { items } = completion(view, offset);
  const item = (label: string) => items.find((each) => each.label === label);
  return { view, item, labels: items.map(({ label }) => label) };
}

test('required and missing properties come first, then the others of the binding', () => {
  const { labels, item, view } = at('/ { dma { compatible = "acme,engine-v1"; reg = <1>; $0 }; };');
  expect(labels[0]).toBe('#dma-cells');
  expect(item('#dma-cells')?.detail).toBe('required');
  const others = ['interrupts', 'clocks', 'clock-names', 'acme,mode', 'acme,depth'];
  expect(labels.filter((label) => others.includes(label))).toEqual(others);
  for (const label of others) expect(labels.indexOf(label)).toBeLessThan(labels.indexOf('iommus'));
  expect(labels).not.toContain('reg');
  expect(labels).not.toContain('port');
  expect(labels.indexOf('acme,old')).toBeGreaterThan(labels.indexOf('iommus'));
  expect(item('acme,mode')?.snippet).toBe('acme,mode = "$1";');
  expect(item('acme,depth')?.snippet).toBe('acme,depth = <$1>;');
  expect(documentation(view, item('acme,depth')!.about!, () => ({ text: '', href: '' }))).toContain(
    'Depth of the queue.',
  );
});

test('children get what the binding of their parent says', () => {
  const { labels, item } = at('/ { dma { compatible = "acme,engine-v1"; channel@2 { $0 }; }; };');
  expect(labels[0]).toBe('reg');
  expect(item('acme,priority')?.detail).toBe('uint32');
});

test('strings are those of the binding, by their place in a list', () => {
  expect(at('/ { dma { compatible = "acme,engine-v1"; acme,mode = "$0"; }; };').labels).toEqual(['fast', 'slow']);
  expect(at('/ { dma { compatible = "acme,engine-v1"; clock-names = "core", "$0"; }; };').labels).toEqual(['bus']);
  expect(at('/ { dma { compatible = "acme,engine-v1"; clock-names = "$0"; }; };').labels).toEqual(['core', 'bus']);
});

test('compatibles are those of the bindings, with their titles', () => {
  const { item } = at('/ { dma { compatible = "acme,$0"; }; };');
  expect(item('acme,soc2-engine')?.detail).toBe('Acme DMA engine');
});
