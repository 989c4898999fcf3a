// SPDX-License-Identifier: MIT
// Bindings in Zephyr's form: where they lie, what they include, which of them is for a node. Expected: read from
// edtlib.py of Zephyr 4.4 by a person.
import { expect, test } from 'vitest';
import { bindingFor, bindingOfNode, cellNamesOf, factOf } from '#bindings/facts.ts';
import { bindingsFolders } from '#bindings/files.ts';
import { BindingLibrary, titleOf } from '#bindings/library.ts';
import { loadYaml } from '#bindings/yaml.ts';
import { scanZephyr } from '#bindings/zephyr-scan.ts';
import { evaluateText } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';
import { nodeByPath } from '#tree/query.ts';
import { ZEPHYR, ZEPHYR_FILES } from './zephyr-trees.ts';

async function library(more: Readonly<Record<string, string>> = {}, folders = [ZEPHYR]): Promise<BindingLibrary> {
  await loadYaml();
  const made = new BindingLibrary(new MemoryFiles({ ...ZEPHYR_FILES, ...more }), folders);
  while (!made.done) made.step(1000);
  return made;
}

test('the folders are those of Zephyr, of the application and of the modules of its workspace', () => {
  const files = new MemoryFiles({
    ...ZEPHYR_FILES,
    '/ws/.west/config': '',
    '/ws/app/dts/bindings/own.yaml': '',
    '/ws/app/boards/kit.overlay': '',
    '/ws/sdk/dts/bindings/x.yaml': '',
    '/ws/modules/hal/acme/dts/bindings/y.yaml': '',
    '/ws/modules/hal/other/readme': '',
    '/alone/app/dts/bindings/own.yaml': '',
    '/beside/zephyr/Kconfig.zephyr': '',
    '/beside/zephyr/dts/bindings/z.yaml': '',
    '/beside/other/dts/bindings/z.yaml': '',
    '/beside/app/app.overlay': '',
  });
  expect(bindingsFolders(files, '/ws/app/boards/kit.overlay')).toEqual([
    '/ws/app/dts/bindings',
    ZEPHYR,
    '/ws/sdk/dts/bindings',
    '/ws/modules/hal/acme/dts/bindings',
  ]);
  expect(bindingsFolders(files, '/ws/zephyr/boards/acme/kit/kit.dts')[0]).toBe(ZEPHYR);
  expect(bindingsFolders(files, '/alone/app/app.overlay')).toEqual(['/alone/app/dts/bindings']);
  expect(bindingsFolders(files, '/beside/app/app.overlay')).toEqual(['/beside/zephyr/dts/bindings']);
});

test('what is included is filled in, and what the binding says itself counts', async () => {
  const all = await library();
  const binding = bindingFor(all, ['acme,twowire'])!;
  expect(binding.title).toBe('Acme two-wire controller');
  expect(binding.description).toBe('Talks over two wires.\n\nAnd listens.');
  // Its own first, then those of what it includes; `old-name` is on its list of what is left out.
  expect([...binding.properties.keys()]).toEqual([
    'reg',
    'speed',
    'key',
    'peer',
    'fast',
    'tables',
    'compatible',
    'status',
    '#address-cells',
  ]);
  expect([...binding.required].sort()).toEqual(['compatible', 'reg']);
  const fact = (name: string) => factOf(all, binding, name);
  expect(fact('speed')).toMatchObject({ type: 'int', values: [100, 400], default: 100, description: 'Bits a second.' });
  expect(fact('reg')).toMatchObject({ type: 'array', description: 'Where its registers are.' });
  expect(fact('key')).toMatchObject({ type: 'uint8-array', default: '1 2' });
  expect(fact('fast')).toMatchObject({ type: 'flag' });
  expect(fact('compatible')).toMatchObject({ type: 'string-array', values: ['acme,twowire'] });
});

test('among bindings with one compatible the bus above the node decides', async () => {
  const all = await library();
  const { tree } = evaluateText(`/dts-v1/;
/ { bus { compatible = "acme,twowire"; meter { compatible = "acme,meter"; }; mid { meter { compatible = "acme,meter"; }; }; };
    serial { compatible = "acme,unknown"; meter { compatible = "acme,meter"; }; }; };`);
  const names = (path: string) => [...(bindingOfNode(all, nodeByPath(tree, path)!)?.properties.keys() ?? [])];
  expect(names('/bus/meter')).toContain('on-two-wires');
  expect(names('/bus/mid/meter')).toContain('on-two-wires');
  const serial = bindingFor(all, ['acme,meter'], ['serial'])!;
  expect([...serial.properties.keys()]).toContain('on-a-line');
  expect(all.bindingsNaming('acme,meter').map(({ name }) => name)).toEqual([
    'sensor/acme,meter-serial.yaml',
    'sensor/acme,meter-twowire.yaml',
  ]);
});

test('children and their children have what child-binding says, also by a compatible of its own', async () => {
  const all = await library();
  const { tree } = evaluateText(`/dts-v1/;
/ { pins { compatible = "acme,pins"; a { b { }; }; }; other { compatible = "acme,pin-group"; c { }; }; };`);
  const at = (path: string) => bindingOfNode(all, nodeByPath(tree, path)!);
  expect([...at('/pins/a')!.required]).toEqual(['pull']);
  expect(at('/pins/a')!.properties.has('other')).toBe(false);
  expect([...at('/pins/a/b')!.required]).toEqual(['drive']);
  expect([...at('/other')!.required]).toEqual(['pull']);
  expect([...at('/other/c')!.required]).toEqual(['drive']);
  expect(at('/pins/a/b')!.description).toBe('One setting.');
});

test('the cells of a specifier have the names of the list', async () => {
  const all = await library();
  const { tree } = evaluateText('/dts-v1/;\n/ { pins { compatible = "acme,pins"; }; };');
  const pins = nodeByPath(tree, '/pins')!;
  expect(cellNamesOf(all, pins, '#gpio-cells')).toEqual(['pin', 'flags']);
  expect(cellNamesOf(all, pins, '#pwm-cells')).toEqual(['channel', 'period']);
  expect(cellNamesOf(all, pins, '#clock-cells')).toBeUndefined();
});

test('an included file that changes is read anew; nodes are not judged', async () => {
  const files = new MemoryFiles(ZEPHYR_FILES);
  await loadYaml();
  const all = new BindingLibrary(files, [ZEPHYR]);
  // A binding is not whole before it is known where its includes are.
  expect(all.document('bus/acme,twowire.yaml')).toBeUndefined();
  while (!all.done) all.step(1000);
  expect(bindingFor(all, ['acme,twowire'])!.properties.has('status')).toBe(true);
  files.set(`${ZEPHYR}/base/basics.yaml`, 'properties:\n  fresh:\n    type: int\n');
  all.forget(`${ZEPHYR}/base/basics.yaml`);
  expect(bindingFor(all, ['acme,twowire'])!.properties.has('fresh')).toBe(true);
  expect(bindingFor(all, ['acme,twowire'])!.properties.has('status')).toBe(false);
  expect(all.judges).toBe(false);
});

test('hostile files end, and give no names that every object has', async () => {
  const all = await library({
    [`${ZEPHYR}/a.yaml`]: 'compatible: "x,a"\ninclude: [b.yaml, b.yaml, b.yaml, ../../secret.yaml]\nproperties: 3\n',
    [`${ZEPHYR}/b.yaml`]: 'include: [a.yaml, b.yaml, a.yaml]\nproperties:\n  __proto__:\n    type: int\n  ok: 7\n',
    [`${ZEPHYR}/list.yaml`]: '- compatible: "x,list"\n',
  });
  expect([...bindingFor(all, ['x,a'])!.properties.keys()]).toEqual(['compatible']);
  expect(bindingFor(all, ['x,list'])).toBeUndefined();
  expect(all.compatibles().has('x,list')).toBe(false);
});

test('a title is the binding’s own, or how its description begins', async () => {
  const all = await library();
  expect(all.titleFor('acme,twowire')).toBe('Acme two-wire controller');
  expect(all.titleFor('acme,pins')).toBe('Pins');
  expect(scanZephyr(ZEPHYR_FILES[`${ZEPHYR}/sensor/acme,meter-twowire.yaml`]!)?.title).toBe('A meter');
  expect(scanZephyr(ZEPHYR_FILES[`${ZEPHYR}/sensor/acme,meter-serial.yaml`]!)?.title).toBe('A meter on a line');
  expect(scanZephyr('compatible: "x"\ntitle: "Of its own"\n')?.title).toBe('Of its own');
  expect(titleOf(all.bindingsNaming('acme,meter')[0]!)).toBe('');
});
