// SPDX-License-Identifier: MIT
// "Add Board…" and "Add Overlay…" on the text of a project file: before and after, read back as the server reads it.
import { expect, it, test } from 'vitest';
import { parseProject } from '#ide/boards/project.ts';
import { relativePath, withBoard, withOverlay } from '../../client/src/boards/project-edit.ts';

const textOf = (edit: ReturnType<typeof withBoard>) => (edit.kind === 'changed' ? edit.text : edit.kind);
const boardsOf = (text: string) => parseProject(text, '/w/dt-iommu.json');

test('a file that is not there yet', () => {
  const text = textOf(withBoard('', 'dts/evk.dts'));
  expect(text).toBe(`{
  "boards": [
    {
      "name": "evk",
      "file": "dts/evk.dts"
    }
  ]
}
`);
  expect(boardsOf(text)).toEqual({
    complaints: [],
    project: { boards: [{ name: 'evk', file: '/w/dts/evk.dts', overlays: [] }] },
  });
});

test('an overlay brings its board along, and joins the others of a board in their order', () => {
  const first = textOf(withOverlay('', 'evk.dts', 'cam.dtso'));
  expect(boardsOf(first).project.boards).toEqual([{ name: 'evk', file: '/w/evk.dts', overlays: ['/w/cam.dtso'] }]);
  const second = textOf(withOverlay(first, './evk.dts', 'lcd.dtso'));
  expect(boardsOf(second).project.boards?.[0]?.overlays).toEqual(['/w/cam.dtso', '/w/lcd.dtso']);
  expect(withOverlay(second, 'evk.dts', './lcd.dtso')).toEqual({ kind: 'there' });
  const third = textOf(withOverlay(textOf(withBoard('', 'evk.dts')), 'evk.dts', 'lcd.dtso'));
  expect(boardsOf(third).project.boards).toEqual([{ name: 'evk', file: '/w/evk.dts', overlays: ['/w/lcd.dtso'] }]);
});

test('tabs, order, comments and the fields of others stay', () => {
  const before =
    '{\n\t// what boots\n\t"platform": "kvm",\n\t"boards": [\n\t\t{ "file": "a.dts" } /* first */\n\t],\n\t"rules": { "x": "off" }\n}\n';
  expect(textOf(withBoard(before, 'b.dts'))).toBe(
    '{\n\t// what boots\n\t"platform": "kvm",\n\t"boards": [\n\t\t{ "file": "a.dts" },\n\t\t{\n\t\t\t"name": "b",\n\t\t\t"file": "b.dts"\n\t\t} /* first */\n\t],\n\t"rules": { "x": "off" }\n}\n',
  );
});

test('line ends of the other kind stay', () => {
  const text = textOf(withBoard('{\r\n    "platform": "kvm"\r\n}\r\n', 'a.dts'));
  expect(text.replaceAll('\r\n', '')).not.toContain('\n');
  expect(text).toContain('\r\n    "boards"');
});

it.each([
  ['{ "boards": [{ "file": "./x/../a.dts" }] }', 'there'],
  ['[]', 'unreadable'],
  ['{ "boards": {} }', 'unreadable'],
  ['{ "boards": [', 'unreadable'],
  ['null', 'unreadable'],
])('changes nothing in %s: %s', (text, kind) => expect(withBoard(text, 'a.dts')).toEqual({ kind }));

test('what stands around the entry keeps its layout: properties on one line, short lists, an empty list', () => {
  expect(textOf(withBoard('{\n  "rules": { "x": "off" }\n}\n', 'a.dts'))).toBe(
    '{\n  "rules": { "x": "off" },\n  "boards": [\n    {\n      "name": "a",\n      "file": "a.dts"\n    }\n  ]\n}\n',
  );
  expect(textOf(withOverlay('{ "boards": [{ "file": "a.dts", "overlays": ["b.dtso"] }] }', 'a.dts', 'c.dtso'))).toBe(
    '{ "boards": [{ "file": "a.dts", "overlays": ["b.dtso", "c.dtso"] }] }',
  );
  expect(
    textOf(withOverlay('{\n  "boards": [\n    { "file": "a.dts", "overlays": [] },\n  ]\n}', 'a.dts', 'c.dtso')),
  ).toBe('{\n  "boards": [\n    { "file": "a.dts", "overlays": [\n      "c.dtso"\n    ] },\n  ]\n}');
  expect(boardsOf(textOf(withBoard('{"boards":[{"file":"a.dts"}]}', 'b.dts'))).project.boards).toHaveLength(2);
});

test('a comma too many, which JSON does not have, goes', () => {
  const text = textOf(withBoard('{\n  "boards": [\n    { "file": "a.dts" },\n  ]\n}\n', 'b.dts'));
  expect(boardsOf(text)).toMatchObject({ complaints: [], project: { boards: [{}, { name: 'b' }] } });
});

it('adds to a list that holds nonsense, which the server complains of', () => {
  expect(textOf(withBoard('{ "boards": [null, 3] }', 'a.dts'))).toContain('"file": "a.dts"');
  expect(withOverlay('{ "boards": [{ "file": "a.dts", "overlays": 3 }] }', 'a.dts', 'b.dtso')).toEqual({
    kind: 'unreadable',
  });
});

it.each([
  ['/w', '/w/a.dts', 'a.dts'],
  ['/w/x', '/w/a.dts', '../a.dts'],
  ['/w/x', '/w/x/y/a.dts', 'y/a.dts'],
  ['/w', '/v/a.dts', '../v/a.dts'],
  ['/', '/a.dts', 'a.dts'],
  ['/w/a.dts', '/w/a.dts', '../a.dts'],
])('from %s to %s is %s', (folder, file, path) => expect(relativePath(folder, file)).toBe(path));
