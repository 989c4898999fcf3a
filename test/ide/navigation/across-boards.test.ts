// SPDX-License-Identifier: MIT
// References in the files of all boards, highlights in one, every place that alters a node, symbols by name.
import { expect, test } from 'vitest';
import { allReferences, highlights, implementations } from '#ide/navigation/all-references.ts';
import { workspaceSymbols } from '#ide/navigation/workspace-symbols.ts';
import { editor } from '#test/support/views.ts';

const BOARDS = `//- /a.dts
/dts-v1/;
#include "soc.dtsi"
&ua$0rt0 { status = "okay"; };
/ { n = <&uart0>; };
//- /b.dts
/dts-v1/;
#include "soc.dtsi"
#include "common.dtsi"
//- /common.dtsi
/* uart0 */
&uart0 { current-speed = <9600>; };
//- /other.dts
/dts-v1/;
/ { n = <&uart0>; uart0: uart@9 { }; };
//- /soc.dtsi
/ { uart0: uart@0 { compatible = "x,uart"; }; };
`;

test('references are those of every board that reads the file which makes the label', () => {
  const { analysis, view, offset, place } = editor(BOARDS);
  expect(allReferences(analysis, view, offset, false).map(place).sort()).toEqual([
    'a.dts:3 &uart0',
    'a.dts:4 &uart0',
    'common.dtsi:2 uart0',
  ]);
  expect(allReferences(analysis, view, offset, true).map(place)).toContain('soc.dtsi:1 uart0');
});

test('a macro is found in files of other boards', () => {
  const { analysis, view, offset, place } = editor(
    `//- /a.dts\n/dts-v1/;\n#include "ids.h"\n/ { x = <I$0D>; };\n//- /b.dts\n/dts-v1/;\n#include "ids.h"\n/ { y = <ID>, "ID"; };\n//- /c.dts\n#define ID 2\n/ { y = <ID>; };\n//- /ids.h\n#define ID 1\n`,
  );
  expect(allReferences(analysis, view, offset, true).map(place).sort()).toEqual([
    'a.dts:3 ID',
    'b.dts:3 ID',
    'ids.h:1 ID',
  ]);
});

test('highlights tell what makes a name from what uses it; values have none', () => {
  const shown = (text: string) => {
    const { view, offset, place } = editor(`/dts-v1/;\n${text}`);
    return highlights(view, offset).map(({ span, write }) => `${write ? 'write' : 'read'} ${place(span)}`);
  };
  expect(shown('/ { n = <&$0a>; a: b { }; };\n&a { };')).toEqual([
    'write board.dts:2 a',
    'read board.dts:3 &a',
    'read board.dts:2 &a',
  ]);
  expect(shown('#define A 1\n/ { n = <A$0>; };')).toEqual(['write board.dts:2 A', 'read board.dts:3 A']);
  expect(shown('/ { n = <$01>; };')).toEqual([]);
});

test('implementations are all places that open or extend the node', () => {
  const { view, offset, place } = editor(BOARDS);
  expect(implementations(view, offset).map(place)).toEqual(['soc.dtsi:1 uart@0', 'a.dts:3 &uart0']);
});

test('symbols of the open board, then of files near it; those that begin with the query first', () => {
  const { analysis, place } = editor(BOARDS);
  const found = (query: string) =>
    workspaceSymbols(analysis, ['/'], query).map(({ kind, span, container }) => `${kind} ${place(span)} ${container}`);
  expect(found('UART')).toEqual([
    'label soc.dtsi:1 uart0 /uart@0',
    'node soc.dtsi:1 uart@0 /',
    'compatible soc.dtsi:1 "x,uart" /uart@0',
  ]);
  expect(found('uart0')).toEqual(['label soc.dtsi:1 uart0 /uart@0']);
  expect(found('nothing')).toEqual([]);
  expect(found('(')).toEqual([]);
});

test('symbols of files that no open board reads', () => {
  const { analysis, place } = editor(
    '//- /a.dts\n/dts-v1/;\n/ { };\n//- /sub/b.dtsi\n/ {\n\tspi0: l: spi@1 {\n\t\tcompatible = "v,a", "v,spi-2";\n\t};\n};\n',
  );
  expect(workspaceSymbols(analysis, ['/'], 'spi').map(({ kind, span }) => `${kind} ${place(span)}`)).toEqual([
    'label sub/b.dtsi:2 spi0',
    'compatible sub/b.dtsi:3 "v,spi-2"',
  ]);
});
