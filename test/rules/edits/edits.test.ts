// SPDX-License-Identifier: MIT
// Edits of quick fixes keep the style of the file: indentation, line ends, blank lines, comments.
import { describe, expect, it } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { addNode, firstBlock, insertProperty, removeProperty, replaceValue } from '#rules/edits/edits.ts';
import { evaluateText } from '#test/support/evaluate.ts';

type Root = ReturnType<typeof evaluateText>['tree']['root'];
type Edit = Parameters<typeof applyEdits>[1][number];

/** The text after the edits that `plan` makes of the root of a board. */
function edited(text: string, plan: (root: Root, textOf: () => string) => readonly (Edit | undefined)[]): string {
  const { tree } = evaluateText(text);
  const edits = plan(tree.root, () => text).filter((edit) => edit !== undefined);
  return applyEdits(text, edits);
}

describe('a property is added', () => {
  it('after the last one, before the children', () => {
    const text = '/dts-v1/;\n/ {\n    a = <1>; /* one */\n    child { };\n};\n';
    expect(edited(text, (root, of) => [insertProperty(of, root, { name: 'b', value: '<2>' })])).toBe(
      '/dts-v1/;\n/ {\n    a = <1>;\n    b = <2>; /* one */\n    child { };\n};\n',
    );
  });

  it('to a node without properties', () => {
    const text = '/dts-v1/;\n/ {\n\tn { };\n};\n';
    const plan = (root: Root, of: () => string) => [insertProperty(of, root.children.get('n')!, { name: 'flag' })];
    expect(edited(text, plan)).toBe('/dts-v1/;\n/ {\n\tn {\n\t\tflag;\n\t};\n};\n');
  });

  it('in a file with \\r\\n', () => {
    const text = '/dts-v1/;\r\n/ {\r\n\ta;\r\n};\r\n';
    expect(edited(text, (root, of) => [insertProperty(of, root, { name: 'b' })])).toBe(
      '/dts-v1/;\r\n/ {\r\n\ta;\r\n\tb;\r\n};\r\n',
    );
  });
});

describe('a value is replaced', () => {
  it('without touching labels, blanks or comments around it', () => {
    const text = '/dts-v1/;\n/ { l: a  =  <1> , <2> ; /* keep */ };\n';
    expect(edited(text, (root, of) => [replaceValue(of, root.properties.get('a')!, '<3>')])).toBe(
      '/dts-v1/;\n/ { l: a  =  <3>; /* keep */ };\n',
    );
  });

  it('of a flag is given', () => {
    const text = '/dts-v1/;\n/ { a; };\n';
    expect(edited(text, (root, of) => [replaceValue(of, root.properties.get('a')!, '<3>')])).toBe(
      '/dts-v1/;\n/ { a = <3>; };\n',
    );
  });
});

describe('a property is removed', () => {
  it('with its line, at every place that sets it', () => {
    const text = '/dts-v1/;\n/ {\n\ta = <1>;\n\tb;\n};\n/ { a = <2>; };\n';
    expect(edited(text, (root, of) => removeProperty(of, root.properties.get('a')!))).toBe(
      '/dts-v1/;\n/ {\n\tb;\n};\n/ { };\n',
    );
  });

  it.each([
    ['between two blank lines', '\tb;\n\n\ta = <1>;\n\n\tc;\n', '\tb;\n\n\tc;\n'],
    ['before a child node', '\ta = <1>;\n\n\tc {\n\t};\n', '\tc {\n\t};\n'],
    ['after a blank line at the end', '\tb;\n\n\ta = <1>;\n', '\tb;\n'],
    ['before a comment on its line', '\tb;\n\ta = <1>; /* why */\n', '\tb;\n\t/* why */\n'],
  ])('without a trace: %s', (_, before, after) => {
    const root = (body: string) => `/dts-v1/;\n/ {\n${body}};\n`;
    expect(edited(root(before), (node, of) => removeProperty(of, node.properties.get('a')!))).toBe(root(after));
  });
});

describe('a property is added', () => {
  it('before `status`, which the coding style has last', () =>
    expect(
      edited('/dts-v1/;\n/ {\n\ta = <1>;\n\tstatus = "okay";\n};\n', (root, of) => [
        insertProperty(of, root, { name: 'b', value: '<2>' })!,
      ]),
    ).toBe('/dts-v1/;\n/ {\n\ta = <1>;\n\tb = <2>;\n\tstatus = "okay";\n};\n'));
});

describe('a node is added', () => {
  const added = (text: string) =>
    edited(text, (root, of) => [addNode(of, firstBlock(root)!, 'n: node', ['a = <1>;', 'b;'])]);

  it('before the symbols that dtc wrote', () =>
    expect(added('/dts-v1/;\n/ {\n\ta;\n\n\t__symbols__ {\n\t};\n};\n')).toBe(
      '/dts-v1/;\n/ {\n\ta;\n\n\tn: node {\n\t\ta = <1>;\n\t\tb;\n\t};\n\n\t__symbols__ {\n\t};\n};\n',
    ));

  it('at the end, after a blank line, in the indentation of the file', () => {
    expect(added('/dts-v1/;\n/ {\n  a;\n};\n')).toBe(
      '/dts-v1/;\n/ {\n  a;\n\n  n: node {\n    a = <1>;\n    b;\n  };\n};\n',
    );
  });

  it('into an empty root', () => {
    expect(added('/dts-v1/;\n/ {\n};\n')).toBe('/dts-v1/;\n/ {\n\tn: node {\n\t\ta = <1>;\n\t\tb;\n\t};\n};\n');
  });
});
