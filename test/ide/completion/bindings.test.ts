// SPDX-License-Identifier: MIT
// Completion with the bindings of the tree: what they require first, then what they name, their words in strings.
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { loadYaml } from '#bindings/yaml.ts';
import type { View } from '#ide/analysis.ts';
import { anticipate } from '#ide/completion/binding-knowledge.ts';
import { completion } from '#ide/completion/completion.ts';
import { documentation } from '#ide/completion/documentation.ts';
import { FILES } from '#test/bindings/trees.ts';
import { ZEPHYR_FIXTURE } from '#test/bindings/zephyr-trees.ts';
import { editor } from '#test/support/views.ts';

beforeAll(loadYaml);

const BINDINGS = Object.entries(FILES)
  .map(([path, text]) => `//- ${path}\n${text}`)
  .join('\n');

/** The list that comes once everything is read, and what was asked for is prepared. */
function prepared(view: View, offset: number) {
  view.knowledge.bindings(view.file);
  while (view.knowledge.work());
  completion(view, offset);
  while (view.knowledge.work());
  return completion(view, offset);
}

function at(text: string) {
  const { view, offset } = editor(`//- /linux/arch/board.dts\n/dts-v1/;\n${text}\n${BINDINGS}`);
  const { items } = prepared(view, offset);
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

function inZephyr(text: string) {
  const { view, offset } = editor(`//- /ws/zephyr/boards/acme/kit/kit.dts\n/dts-v1/;\n${text}\n${ZEPHYR_FIXTURE}`);
  const { items } = prepared(view, offset);
  return {
    item: (label: string) => items.find((each) => each.label === label),
    labels: items.map(({ label }) => label),
  };
}

test('in a Zephyr tree its bindings say what a node has, as their types are written there', () => {
  const { labels, item } = inZephyr('/ { bus { compatible = "acme,twowire"; $0 }; };');
  expect(labels[0]).toBe('reg');
  expect(item('reg')?.detail).toBe('required');
  expect(item('speed')).toMatchObject({ detail: 'int', snippet: 'speed = <$1>;' });
  expect(item('key')?.snippet).toBe('key = [$1];');
  expect(item('peer')?.snippet).toBe('peer = &$1;');
  expect(item('fast')?.snippet).toBe('fast;');
  // Zephyr does not read what Linux reads about DMA.
  expect(labels.indexOf('iommus')).toBeGreaterThan(labels.indexOf('interrupts'));
});

test('in a Zephyr tree the bus around a node, typed or not, picks its binding', () => {
  const { labels } = inZephyr('/ { bus { compatible = "acme,twowire"; meter { compatible = "acme,meter"; $0 }; }; };');
  expect(labels).toContain('on-two-wires');
  expect(labels).not.toContain('on-a-line');
  const group = inZephyr('/ { pins { compatible = "acme,pins"; a { b { $0 }; }; }; };');
  expect(group.labels[0]).toBe('drive');
});

test('in a Zephyr tree the cells behind a label are holes with the names of its binding', () => {
  const pins = 'pins: pins { compatible = "acme,pins"; gpio-controller; #gpio-cells = <2>; #pwm-cells = <2>; };';
  const { item } = inZephyr(`/ { ${pins} led { pwms = <&$0>; }; };`);
  expect(item('pins')?.snippet).toBe(literalCells('channel', 'period'));
  expect(inZephyr(`/ { ${pins} led { gpios = <&$0>; }; };`).item('pins')?.snippet).toBe(literalCells('pin', 'flags'));
});

// The editor's own syntax for holes.
const literalCells = (first: string, second: string) => `pins \${1:${first}} \${2:${second}}`;

test('children that the binding describes are offered before generic names', () => {
  const bus = '#address-cells = <1>; #size-cells = <0>;';
  const { labels, item } = at(`/ { dma { compatible = "acme,engine-v1"; ${bus} c$0 }; };`);
  expect(labels).toContain('channel@…');
  expect(labels.indexOf('channel@…')).toBeLessThan(labels.indexOf('camera@…'));
  expect(item('channel@…')?.snippet).toContain('reg = <0x');
  const ports = at('/ { dma { compatible = "acme,engine-v1"; p$0 }; };').labels;
  expect(ports.indexOf('port {…}')).toBeLessThan(ports.indexOf('phy {…}'));
  expect(at(`/ { other { ${bus} c$0 }; };`).labels).not.toContain('channel@…');
});

describe('while somebody waits, large bindings are not read', () => {
  const board = (text: string) => editor(`//- /linux/arch/board.dts\n/dts-v1/;\n${text}\n${BINDINGS}`);
  const TEXT = '/ { dma { compatible = "acme,engine-v1"; reg = <1>; $0 }; };';
  const indexed = () => {
    const found = board(TEXT);
    const library = found.view.knowledge.bindings(found.view.file)!;
    while (found.view.knowledge.work());
    return { ...found, library };
  };
  const detail = (items: ReturnType<typeof completion>['items']) =>
    items.find(({ label }) => label === '#dma-cells')?.detail;

  test('the list comes without them, says that it is not final, and the next one has them', () => {
    const { view, offset, library } = indexed();
    // Nobody has patience for one binding.
    const first = completion(view, offset, undefined, () => false);
    expect({ incomplete: first.incomplete, preparing: library.isPreparing }).toEqual({
      incomplete: true,
      preparing: true,
    });
    expect(detail(first.items)).not.toBe('required');
    while (view.knowledge.work());
    const read2 = vi.spyOn(view.files, 'peek');
    const second = completion(view, offset);
    expect(detail(second.items)).toBe('required');
    expect(read2.mock.calls.filter(([path]) => path.endsWith('.yaml'))).toEqual([]);
    read2.mockRestore();
  });

  test('a cursor that comes to a node has them read before anybody types', () => {
    const { view, offset, library } = indexed();
    anticipate(view, offset);
    expect(library.isPreparing).toBe(true);
    while (view.knowledge.work());
    const read = vi.spyOn(view.files, 'peek');
    expect(detail(completion(view, offset).items)).toBe('required');
    expect(read.mock.calls.filter(([path]) => path.endsWith('.yaml'))).toEqual([]);
    read.mockRestore();
    // What is known needs no preparation.
    anticipate(view, offset);
    expect(library.isPreparing).toBe(false);
  });
});
