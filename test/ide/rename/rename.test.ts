// SPDX-License-Identifier: MIT
// Renaming: before → after in every file that it reaches, with the same blobs; and why it is refused.
import { describe, expect, test } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { Analysis } from '#ide/analysis.ts';
import { prepareRename, rename } from '#ide/rename/rename.ts';
import { grammar } from '#test/support/evaluate.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';
import { type Editor, editor } from '#test/support/views.ts';
import { writeBlob } from '#tree/blob/blob.ts';

function renamed(at: Editor, newName: string, refuses: (file: string) => string | undefined = () => undefined) {
  const steps = rename({ analysis: at.analysis, view: at.view, offset: at.offset, newName, refuses });
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Files that `after` leaves out stay as they are. Blobs stay, too, unless the renaming is one of a node. */
function checkRename(before: string, newName: string, after: string, blobs: 'same' | 'other' = 'same'): void {
  const answer = renamed(editor(before), newName);
  if ('refusal' in answer) throw new Error(answer.refusal);
  const old = new Map([...parseFixture(before).files].map(([file, text]) => [file, text.replace('$0', '')]));
  const now = new Map(old);
  for (const [file, text] of old) {
    const own = answer.edits.filter(({ span }) => span.file === file);
    now.set(file, applyEdits(text, own));
  }
  expect(Object.fromEntries(now)).toEqual({
    ...Object.fromEntries(old),
    ...Object.fromEntries(parseFixture(after).files),
  });
  for (const board of old.keys()) {
    if (!board.endsWith('.dts')) continue;
    const [was, is] = [old, now].map((files) => {
      const { tree } = new Analysis(grammar, new MemoryFiles(Object.fromEntries(files))).board(board);
      expect(tree.problems).toEqual([]);
      return Buffer.from(writeBlob(tree, { symbols: false })).toString('hex');
    });
    if (blobs === 'same') expect(is).toBe(was);
    else if (board === '/a.dts') expect(is).not.toBe(was);
  }
}

function checkRefused(text: string, newName: string, why: RegExp): void {
  const answer = renamed(editor(text), newName);
  expect('refusal' in answer ? answer.refusal : answer.edits).toMatch(why);
}

describe('labels', () => {
  const SOC = '/ { soc: soc { ua$0rt0: uart@0 { reg = <0>; }; }; };\n';

  test('in every file and board that reads the one that makes it', () =>
    checkRename(
      `//- /a.dts
/dts-v1/;
#include "soc.dtsi"
#include "pins.h"
&uart0 { status = "okay"; };
/ { x = CONSOLE; n = <&uart0 1>; aliases { serial0 = &uart0; }; };
//- /b.dts
/dts-v1/;
#include "soc.dtsi"
// uart0 is off
/delete-node/ &uart0;
//- /pins.h
#define CONSOLE <&uart0>
//- /other.dts
/dts-v1/;
/ { n = <&uart0>; uart0: uart@9 { }; };
//- /soc.dtsi
${SOC}`,
      'console',
      `//- /a.dts
/dts-v1/;
#include "soc.dtsi"
#include "pins.h"
&console { status = "okay"; };
/ { x = CONSOLE; n = <&console 1>; aliases { serial0 = &console; }; };
//- /b.dts
/dts-v1/;
#include "soc.dtsi"
// uart0 is off
/delete-node/ &console;
//- /pins.h
#define CONSOLE <&console>
//- /soc.dtsi
${SOC.replace('ua$0rt0', 'console')}`,
    ));

  test('from a reference, in branches that are not taken, in paths that begin with it', () =>
    checkRename(
      `//- /a.dts
/dts-v1/;
/ {
	s = "&l l:";
	r = <&$0l>, <&{/n/m}>;
#ifdef OFF
	q = <&l>, <&{l/m}>;
#endif
	l: n { m { }; };
};
`,
      'new_label',
      `//- /a.dts
/dts-v1/;
/ {
	s = "&l l:";
	r = <&new_label>, <&{/n/m}>;
#ifdef OFF
	q = <&new_label>, <&{new_label/m}>;
#endif
	new_label: n { m { }; };
};
`,
    ));

  test('in the overlays of a board', () =>
    checkRename(
      `//- /a.dts
/dts-v1/;
/ { ua$0rt0: uart@0 { }; };
//- /dt-iommu.json
{ "boards": [{ "file": "a.dts", "overlays": ["o.dtso"] }] }
//- /o.dtso
/dts-v1/;
/plugin/;
&uart0 { x; };
`,
      'uart1',
      `//- /a.dts
/dts-v1/;
/ { uart1: uart@0 { }; };
//- /o.dtso
/dts-v1/;
/plugin/;
&uart1 { x; };
`,
    ));

  test.each([
    ['a name that is taken', `/dts-v1/;\n/ { $0a: a { }; b: b { }; };`, 'b', /^b is there already, in a\.dts\./],
    ['a name that is a macro', `/dts-v1/;\n#define B c\n/ { $0a: a { }; };`, 'B', /^B is there already/],
    ['no name', `/dts-v1/;\n/ { $0a: a { }; };`, 'a-b', /^"a-b" is not a name for a label/],
    ['its own name', `/dts-v1/;\n/ { $0a: a { }; };`, 'a', /^This is its name already/],
    [
      'pasted names',
      `/dts-v1/;\n#define R(x) &uart##x\n/ { $0uart0: a { }; r = <R(0)>; };`,
      'serial',
      /^On a\.dts more than the name would change: /,
    ],
  ])('%s: refused', (_what, text, newName, why) => checkRefused(`//- /a.dts\n${text}\n`, newName, why));

  test('a file that other boards give another meaning: refused', () =>
    checkRefused(
      `//- /a.dts
/dts-v1/;
#include "soc1.dtsi"
#include "common.dtsi"
//- /b.dts
/dts-v1/;
#include "soc2.dtsi"
#include "common.dtsi"
//- /common.dtsi
&uart0 { status = "okay"; };
//- /soc1.dtsi
/ { uart$00: uart@0 { }; };
//- /soc2.dtsi
/ { uart0: uart@1 { }; };
`,
      'uart1',
      /^common\.dtsi also means the label uart0 of soc2\.dtsi, on b\.dts\.$/,
    ));

  test('a file that may not be changed: refused', () => {
    const at = editor('//- /a.dts\n/dts-v1/;\n/ { $0a: a { }; };\n');
    expect(renamed(at, 'b', () => 'is read-only')).toEqual({ refusal: '/a.dts: is read-only.' });
  });
});

describe('macros', () => {
  test('wherever cpp takes the word for it', () =>
    checkRename(
      `//- /a.dts
/dts-v1/;
#include "ids.h"
#ifdef ID
/ { a = <I$0D(1)>, "ID"; b = <(ID(2) + 1)>; X_ID; };
#endif
//- /b.dts
/dts-v1/;
#include "ids.h"
#undef ID
/ { };
//- /ids.h
/* ID */
#define ID(n) \\
	(n + 1)
#define TWO ID(1)
`,
      'NUMBER',
      `//- /a.dts
/dts-v1/;
#include "ids.h"
#ifdef NUMBER
/ { a = <NUMBER(1)>, "ID"; b = <(NUMBER(2) + 1)>; X_ID; };
#endif
//- /b.dts
/dts-v1/;
#include "ids.h"
#undef NUMBER
/ { };
//- /ids.h
/* ID */
#define NUMBER(n) \\
	(n + 1)
#define TWO NUMBER(1)
`,
    ));

  test.each([
    ['a word that is there already', `#define A 1\n/ { x = <$0A>; b: n { }; y = <&b>; };`, 'b', /^b is there already/],
    [
      'a word that would be replaced',
      `#define A 1\n/ { x = <$0A>; status; };`,
      'status',
      /^On a\.dts more than the name/,
    ],
    [
      'pasted words',
      `#define GPIO_A 1\n#define P(x) GPIO_##x\n/ { x = <$0GPIO_A P(A)>; };`,
      'G',
      /^On a\.dts more than/,
    ],
    ['what text shows', `#define S(x) #x\n#define A 1\n/ { x = S(A), <$0A>; };`, 'B', /^On a\.dts more than the name/],
    ['what cpp defines', '/ { x = <__DTS$0__>; };', 'B', /^No file says where macro __DTS__ comes from/],
  ])('%s: refused', (_what, text, newName, why) => checkRefused(`//- /a.dts\n/dts-v1/;\n${text}\n`, newName, why));

  test('a header that C code reads: refused', () =>
    checkRefused(
      '//- /arch/arm64/boot/dts/a.dts\n/dts-v1/;\n#include "../../../../include/dt-bindings/x.h"\n/ { a = <$0X>; };\n//- /include/dt-bindings/x.h\n#define X 1\n',
      'Y',
      /^x\.h is a header that C code reads, too/,
    ));
});

describe('nodes', () => {
  test('with everything that opens, deletes or leads to them', () =>
    checkRename(
      `//- /a.dts
/dts-v1/;
#include "soc.dtsi"
/ {
	r = <&{/soc/uart@0}>;
	s = <&{/soc/uart@0/child}>;
	aliases { serial0 = "/soc/uart@0"; };
	chosen { stdout-path = "/soc/uart@0:115200n8"; };
	soc { uart@0 { status = "okay"; child { }; }; };
	uart@0 { };
};
&{/soc/uart@0} { x; };
//- /b.dts
/dts-v1/;
#include "soc.dtsi"
/ { soc { /delete-node/ uart@0; }; };
//- /soc.dtsi
/ { soc { u: ua$0rt@0 { }; }; };
`,
      'serial@0',
      `//- /a.dts
/dts-v1/;
#include "soc.dtsi"
/ {
	r = <&{/soc/serial@0}>;
	s = <&{/soc/serial@0/child}>;
	aliases { serial0 = "/soc/serial@0"; };
	chosen { stdout-path = "/soc/serial@0:115200n8"; };
	soc { serial@0 { status = "okay"; child { }; }; };
	uart@0 { };
};
&{/soc/serial@0} { x; };
//- /b.dts
/dts-v1/;
#include "soc.dtsi"
/ { soc { /delete-node/ serial@0; }; };
//- /soc.dtsi
/ { soc { u: serial@0 { }; }; };
`,
      'other',
    ));

  test.each([
    ['a name that a sibling has', '/ { $0a { }; b { }; };', 'b', /^\/ has a node b already\.$/],
    [
      'a name out of a macro',
      '#define N(x) n##x\n/ { p { N($01) { }; }; };',
      'b',
      /can be renamed|comes out of a macro/,
    ],
    ['no name', '/ { $0a { }; };', 'a b', /^"a b" is not a name for a node/],
    ['a name that is looked for', '/ { $0chosen { }; };', 'b', /^chosen is found by its name/],
    ['the root', '$0/ { };', 'b', /^The root has no name|none of them/],
    ['a property', '/ { $0a = <1>; };', 'b', /^Labels, macros and names of nodes/],
  ])('%s: refused', (_what, text, newName, why) => checkRefused(`//- /a.dts\n/dts-v1/;\n${text}\n`, newName, why));
});

test('what is renamed is the word at the cursor', () => {
  const spanOf = (text: string) => {
    const at = editor(`//- /a.dts\n/dts-v1/;\n${text}\n`);
    const found = prepareRename(at.view, at.offset);
    return 'refusal' in found ? found.refusal : at.place(found.span);
  };
  expect(spanOf('/ { a: b { }; c = <&$0a>; };')).toBe('a.dts:2 a');
  expect(spanOf('/ { a: b$0@1 { }; };')).toBe('a.dts:2 b@1');
  expect(spanOf('#define A 1\n/ { c = <A$0>; };')).toBe('a.dts:3 A');
  expect(spanOf('/ { c = "$0A"; };')).toMatch(/^Labels, macros/);
});
