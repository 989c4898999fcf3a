// SPDX-License-Identifier: MIT
// What is wrong in `dt-iommu.json` stands at its place in that file.
import { expect, test } from 'vitest';
import { jsonPlaces } from '#base/json-places.ts';
import { projectProblems } from '#ide/boards/project-problems.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

const FILES = {
  '/w/evk.dts': '/dts-v1/;\n/ { };\n',
  '/w/include/dt-bindings/a.h': '',
  '/w/.config': 'CONFIG_ARM_SMMU=y\n',
  '/w/notes.txt': 'nothing\n',
};

/** Each problem as `severity 'text at its place' message`. */
function problems(text: string): string[] {
  const files = new MemoryFiles({ ...FILES, '/w/dt-iommu.json': text });
  return projectProblems(files, '/w/dt-iommu.json').map(({ severity, message, span, rule }) => {
    expect(rule).toBe('project-file');
    return `${severity} ${text.slice(span.start, span.end)} ${message}`;
  });
}

test.each([
  ['{ "boards": [{ "file": "evk.dts" }], "includePaths": ["include"], "kernelConfig": ".config" }', []],
  [
    '{ "platfrom": "linux" }',
    ['error "platfrom" platfrom is not a field of dt-iommu.json; it is ignored. Is platform meant?'],
  ],
  ['{ "constructor": 1 }', ['error "constructor" constructor is not a field of dt-iommu.json; it is ignored.']],
  ['{ "cmdline": 5 }', ['error 5 cmdline is not a string; it is ignored.']],
  [
    '{ "kernelVersion": "6.12 or so" }',
    ['error "6.12 or so" kernelVersion is not a version like "6.12"; it is ignored.'],
  ],
  ['{ "kernelVersion": "6.12.117+deb13-amd64" }', []],
  ['{ "defines": { "A": 1, "B(x, ...)": "x" } }', []],
  [
    '{ "defines": { "1A": 1 } }',
    ['error { "1A": 1 } defines is not an object of macro names and their text; it is ignored.'],
  ],
  ['{ "kernelVersion": "six" }', ['error "six" kernelVersion is not a version like "6.12"; it is ignored.']],
  ['[]', ['error [] The project file holds no JSON object; it is ignored.']],
  [
    '{ "boards": [{ "file": "evk.dts" }, { "file": "evq.dts", "overlays": ["lcd.dtso"] }] }',
    [
      'warning "evq.dts" There is no file /w/evq.dts. The nearest is evk.dts.',
      'warning "lcd.dtso" There is no file /w/lcd.dtso.',
    ],
  ],
  [
    '{ "includePaths": ["include", "headers"] }',
    ['warning "headers" There is no folder /w/headers; no include is found there.'],
  ],
  ['{ "kernelConfig": "config" }', ['warning "config" config does not exist; correct the path.']],
  [
    '{ "kernelConfig": "notes.txt" }',
    ['warning "notes.txt" notes.txt has no CONFIG_… line; give the .config of a kernel, plain or .gz.'],
  ],
  [
    '{ "rules": { "iommus-target-disabeld": "off", "x": "off" } }',
    [
      'warning "iommus-target-disabeld" No rule is called iommus-target-disabeld; the nearest is iommus-target-disabled.',
      'warning "x" No rule is called x; dt-iommu rules lists them.',
    ],
  ],
])('%s', (text, wanted) => expect(problems(text)).toEqual(wanted));

test('what is not a JSON is marked where it stops to be', () => {
  const [problem] = problems('{ "cmdline": "a",, }');
  expect(problem).toMatch(/^error , This is not JSON, so nothing in the file counts: /);
  expect(problems('{ "cmdline": "a"')[0]).toMatch(/^error " This is not JSON/);
});

test('places are those of the members, whatever their values hold', () => {
  const text = '{ "a": [1, {"b": "x\\"]}"}, []], "c\\u0064" : {"": null}, "a": 2 }';
  const shown = [...jsonPlaces(text)].map(([path, { key, value }]) => [
    path,
    key && text.slice(...key),
    text.slice(...value),
  ]);
  expect(Object.fromEntries(shown.map(([path, ...rest]) => [path, rest]))).toEqual({
    '["a",0]': [undefined, '1'],
    '["a",1,"b"]': ['"b"', '"x\\"]}"'],
    '["a",1]': [undefined, '{"b": "x\\"]}"}'],
    '["a",2]': [undefined, '[]'],
    '["a"]': ['"a"', '2'],
    '["cd",""]': ['""', 'null'],
    '["cd"]': ['"c\\u0064"', '{"": null}'],
    '[]': [undefined, text],
  });
});
