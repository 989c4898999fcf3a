// SPDX-License-Identifier: MIT
// A board that is evaluated again after each edit is what an evaluation from nothing gives: after random edits, several
// thousand in all, everything that can be asked of the two trees is compared.
import { expect, test, vi } from 'vitest';
import type { SourceFile } from '#base/files.ts';
import type { OpenDocument } from '#syntax/parser.ts';
import { describeNode, describeTree, nodesOf, random, toText } from '#test/support/describe-tree.ts';
import { grammar } from '#test/support/evaluate.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { Frontend } from '#tree/frontend.ts';
import { pathOf } from '#tree/query.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';

// A loaded machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const BOARD = `
//- /board.dts
/dts-v1/;
#include "soc.dtsi"
#include <pins.h>
/ {
	model = "board";
	#address-cells = <1>;
	memory@80000000 { device_type = "memory"; reg = <0x80000000 SIZE(2)>; };
	aliases { serial0 = &uart0; console = &{/soc/serial@1000}; };
	chosen: chosen { stdout-path = &uart0; };
};
#define OFF "disabled"
&uart0 {
	status = OFF;
	clocks = <&clk PIN_A>, <&clk 7>;
	/delete-property/ interrupts;
};
#ifdef EXTRA
#include "extra.dtsi"
#endif
&{/soc/dma@2000} { iommus = <&smmu 1>, <&smmu 2>; inner: child { reg = <1>; }; };
/delete-node/ &unused;
#include "late.dtsi"
#include "twice.dtsi"
#include "twice.dtsi"
&smmu { status = "okay"; extra: port@1 { data = [01 02], "text", <PIN_B>; }; };

//- /soc.dtsi
#define EXTRA
#define MODE 1
#define SIZE(n) (n << 20)
/memreserve/ 0x1000 0x2000;
/ {
	soc: soc {
		#address-cells = <1>;
		uart0: serial@1000 { reg = <0x1000>; interrupts = <1 2>; status = "okay"; };
		unused: serial@1100 { reg = <0x1100>; };
		smmu: iommu@5000 { #iommu-cells = <1>; status = "disabled"; };
		dma@2000 { iommus = <&smmu 0>; };
		#include "inner.dtsi"
		/omit-if-no-ref/ spare: spare { phandle = <9>; };
	};
	clk: clock { #clock-cells = <1>; /delete-property/ absent; };
};

//- /inner.dtsi
#include "once.dtsi"
nested: nested { value = <LEVEL>; label-inside = <1 here: 2>; };

//- /once.dtsi
#pragma once
once { };

//- /extra.dtsi
#define MODE 2
#undef SIZE
#define SIZE(n) <n>
/ { extra-node { uses = <&spare>; }; };
&nested { more; };

//- /twice.dtsi
&nested { twice = <1>; after = <2 MODE>; };

//- /late.dtsi
#undef OFF
&nested { /delete-property/ value; last = <&nested>; };
/ { late { clocks = <&clk 1>; }; };

//- /include/pins.h
#ifndef PINS_H
#define PINS_H
#define PIN_A 1
#define PIN_B (PIN_A + 2)
#endif
`;

const OVERLAY = `
//- /overlay.dts
/dts-v1/;
/plugin/;
#include "common.dtsi"
&uart0 { status = "okay"; dma: dma { x = <&dma>, <&elsewhere 1>; }; };
&{/soc} { added { ref = &dma; }; };
/ { fragment@9 { target = <&uart0>; __overlay__ { y; }; }; };
//- /common.dtsi
&i2c { sensor@1 { reg = <1>; }; };
`;

/** Statements, and parts of them, that edits put somewhere. */
const SNIPPETS = [
  '\n\tprop = <1 2>;',
  '\n\tprop = <&smmu 3>;',
  '\n\tnode@9 { reg = <9>; };',
  '\n\tlabel9: node@9 { };',
  '\nuart0: other { };',
  '\n&uart0 { added; };\n',
  '\n&smmu { status = "fail"; };\n',
  '\n/delete-node/ &smmu;\n',
  '\n/delete-node/ dma@2000;',
  '\n/delete-property/ status;',
  '\n/omit-if-no-ref/ &clk;\n',
  '\n#define PIN_A 5\n',
  '\n#undef EXTRA\n',
  '\n#define OFF "okay"\n',
  '\n#include "late.dtsi"\n',
  '\n#include "missing.dtsi"\n',
  '\n#include "once.dtsi"\n',
  '\n#pragma once\n',
  '\n#ifdef EXTRA\n',
  '\n#endif\n',
  '\n/* comment */\n',
  '\n/ { model = "other"; soc { more; }; };\n',
  '<&clk 2>, ',
  'PIN_B ',
  '};',
  '{',
  ';',
  '"',
  '&',
  '0',
  '\n',
];

/** The files of a fixture in an editor. */
class Editor {
  readonly root: string;
  readonly #documents = new Map<string, OpenDocument>();
  readonly #versions = new Map<string, SourceFile>();
  readonly #reader = { read: (path: string) => this.#versions.get(path) };
  readonly #frontend = new Frontend(grammar, this.#reader);
  readonly #live;

  constructor(fixture: string) {
    const { files, root } = parseFixture(fixture);
    this.root = root;
    this.#live = this.#frontend.live(root);
    for (const [path, text] of files) this.#documents.set(path, grammar.open(text));
    for (const path of files.keys()) this.#newVersion(path);
  }

  get paths(): string[] {
    return [...this.#documents.keys()];
  }

  text(path: string): string {
    return this.#documents.get(path)?.text ?? '';
  }

  replace(path: string, start: number, end: number, text: string): void {
    this.#documents.get(path)?.edit([{ start, end, text }]);
    this.#newVersion(path);
  }

  /** A file goes away, or comes back. */
  toggle(path: string): void {
    if (!this.#versions.delete(path)) this.#newVersion(path);
  }

  #newVersion(path: string): void {
    this.#versions.set(path, { path, text: this.text(path) });
    this.#adopt(this.#frontend);
  }

  #adopt(frontend: Frontend): void {
    for (const [path, file] of this.#versions) {
      const ast = this.#documents.get(path)?.ast;
      if (ast && path !== '/include/pins.h') frontend.adopt(file, ast);
    }
  }

  live(): DeviceTree {
    return this.#live.evaluate(OPTIONS);
  }

  fresh(): DeviceTree {
    const frontend = new Frontend(grammar, this.#reader);
    this.#adopt(frontend);
    return frontend.evaluate(this.root, OPTIONS);
  }

  close(): void {
    for (const document of this.#documents.values()) document.close();
  }
}

const OPTIONS = { includePaths: ['/include'], defines: [['LEVEL', '3']] as const };

/** What a node's revision stands for: neither places nor values that hold paths of other nodes. */
function ownState(node: DtNode): string {
  const { labels, origins, children } = node;
  const properties = new Map(
    [...node.properties].filter(([, { value }]) => !value.references.some(({ kind }) => kind === 'path')),
  );
  const state = describeNode({ name: node.name, parent: undefined, labels, origins, properties, children });
  return JSON.stringify(state).replace(/:\d+-\d+"/g, '"');
}

/** What edits put in the place of a value. */
const VALUES = [
  '<1>',
  '<1 0x22>',
  '"text"',
  '<&smmu 3>, <&clk 1>',
  '&uart0',
  'OFF',
  '<PIN_B>',
  '[01]',
  '<SIZE(3)>',
  '<MODE>',
  '<&gone>',
];

/** Another value for a property, or another digit in it. */
function editValue(editor: Editor, path: string, pick: (below: number) => number): void {
  const values = [...editor.text(path).matchAll(/(= *)([^;={}]+);/g)];
  const chosen = values[pick(values.length)];
  if (chosen?.[1] === undefined || chosen[2] === undefined) return;
  const start = chosen.index + chosen[1].length;
  const digit = chosen[2].search(/[0-9]/);
  if (digit >= 0 && pick(2) === 0) editor.replace(path, start + digit, start + digit + pick(2), String(pick(10)));
  else editor.replace(path, start, start + chosen[2].length, VALUES[pick(VALUES.length)] ?? '');
}

/** One random edit: a snippet, a character, a line or a stretch, put in, taken out, or written twice. */
function edit(editor: Editor, pick: (below: number) => number): void {
  const path = editor.paths[pick(editor.paths.length)] ?? editor.root;
  const text = editor.text(path);
  const at = pick(text.length + 1);
  const lineEnd = text.indexOf('\n', at) + 1 || text.length;
  const kind = pick(20);
  if (kind >= 12) editValue(editor, path, pick);
  else if (kind === 0 && path !== editor.root) editor.toggle(path);
  else if (kind < 3) editor.replace(path, at, at + 1, '');
  else if (kind === 3) editor.replace(path, at, lineEnd, '');
  else if (kind === 4) editor.replace(path, at, at, text.slice(at, lineEnd));
  else if (kind === 5) editor.replace(path, at, Math.min(text.length, at + pick(40)), '');
  else if (kind < 8) editor.replace(path, lineEnd, lineEnd, SNIPPETS[pick(SNIPPETS.length)] ?? '');
  else editor.replace(path, at, at, SNIPPETS[pick(SNIPPETS.length)] ?? '');
}

test.each([
  ['a board', BOARD],
  ['an overlay', OVERLAY],
])('%s evaluated again is the board evaluated from nothing', (_name, fixture) => {
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const pick = random(seed);
    const editor = new Editor(fixture);
    editor.live();
    for (let count = 0; count < EDITS; count++) {
      const before = new Map(editor.paths.map((path) => [path, editor.text(path)]));
      edit(editor, pick);
      const live = describeTree(editor.live());
      const fresh = describeTree(editor.fresh());
      if (toText(live) !== toText(fresh)) expect(live, `seed ${seed}, edit ${count}`).toEqual(fresh);
      // Mostly taken back again, so that the board stays one.
      if (pick(4) > 0) {
        for (const [path, text] of before) {
          if (editor.text(path) !== text) editor.replace(path, 0, editor.text(path).length, text);
        }
      }
    }
    editor.close();
  }
});

test('an edit of one value touches one node, and what comes after it moves', () => {
  const editor = new Editor(BOARD);
  const before = new Map(nodesOf(editor.live().root).map((node) => [node, node.revision]));
  const at = editor.text('/soc.dtsi').lastIndexOf('<1>');
  for (const [start, end, text] of [
    [at + 1, at + 2, '23'],
    [at + 3, at + 3, ' 4'],
    [at, at + 6, '&soc, "long text"'],
    [at, at + 17, '<0>'],
  ] as const) {
    editor.replace('/soc.dtsi', start, end, text);
    const live = editor.live();
    expect(toText(describeTree(live))).toBe(toText(describeTree(editor.fresh())));
    const touched = nodesOf(live.root).filter((node) => before.get(node) !== node.revision);
    expect(touched.map((node) => node.name)).toEqual(['clock']);
  }
  editor.close();
});

test.each([
  ['uses a macro that is redefined later', '/soc.dtsi', '#clock-cells = <1>', '#clock-cells = <MODE>'],
  ['stands in a file that is read twice', '/twice.dtsi', 'twice = <1>', 'twice = <111>'],
  ['is overridden later', '/soc.dtsi', 'status = "okay"', 'status = "reserved"'],
  ['is deleted later', '/soc.dtsi', 'interrupts = <1 2>', 'interrupts = <1 22>'],
  ['makes a node referenced that would be omitted', '/board.dts', 'clocks = <&clk PIN_A>', 'clocks = <&spare>'],
  ['is not a value any more', '/soc.dtsi', '#clock-cells = <1>', '#clock-cells = <1> 2'],
])('a value that %s', (_name, path, from, to) => {
  const editor = new Editor(BOARD.replace('extra-node { uses = <&spare>; };', ''));
  editor.live();
  const start = editor.text(path).indexOf(from);
  editor.replace(path, start, start + from.length, to);
  expect(describeTree(editor.live())).toEqual(describeTree(editor.fresh()));
  editor.close();
});

test('a node of the same revision is what it was', () => {
  let kept = 0;
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const pick = random(seed);
    const editor = new Editor(BOARD);
    const known = new Map<DtNode, { revision: number | undefined; state: string }>();
    for (let count = 0; count < EDITS; count++) {
      for (const node of nodesOf(editor.live().root)) {
        const state = ownState(node);
        const before = known.get(node);
        if (before?.revision === node.revision) {
          expect(state, `seed ${seed}, edit ${count}, ${pathOf(node)}`).toBe(before?.state);
          kept++;
        }
        known.set(node, { revision: node.revision, state });
      }
      edit(editor, pick);
    }
    editor.close();
  }
  expect(kept).toBeGreaterThan(ROUNDS * EDITS);
});

const ROUNDS = Number(process.env.LIVE_ROUNDS ?? 8);
const EDITS = 25;
