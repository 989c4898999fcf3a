// SPDX-License-Identifier: MIT
// What a tree says is shown as text: nothing of it is markup in a page, or a control on a terminal.
import { expect, test } from 'vitest';
import { printable } from '#base/text.ts';
import { reportText } from '#ide/explain/report-text.ts';
import { hover } from '#ide/navigation/hover.ts';
import { editor } from '#test/support/views.ts';

const HOSTILE = 'a`]\\n\\n[run](command:x) <img src=y> ![z](https://example.test) \\x1b[2J';

const { view, offset } = editor(`//- /board.dts
/dts-v1/;
/ {
	de$0v@1000 { compatible = "${HOSTILE}"; };
};
`);

test('a hover shows it inside a code span, on one line', () => {
  const found = hover(view, offset, { link: (span) => ({ text: 'a]b(c', href: `file:///a b(c).dts#${span.start}` }) });
  const line = found?.markdown.split('\n').find((each) => each.includes('command:'));
  expect(line).toBe("`a']\\x0a\\x0a[run](command:x) <img src=y> ![z](https://example.test) \\x1b[2J`");
  expect(found?.markdown).toMatch(/\[a\\\]b\(c\]\(file:\/\/\/a%20b%28c%29\.dts#\d+\)/);
});

/** What is left when code spans are taken out of a hover at `$0`. */
function outsideCode(rest: string): string {
  const { view, offset } = editor(`//- /board.dts
/dts-v1/;
/ {
	#address-cells = <1>; #size-cells = <1>; compatible = "${HOSTILE}";
	smmu: iommu@1000 { compatible = "${HOSTILE}"; reg = <0x1000 0x1000>; #iommu-cells = <1>; #clock-cells = <1>; #interrupt-cells = <1>; interrupt-controller; };
	${rest}
};
`);
  const found = hover(view, offset, {
    link: ({ start }) => ({ text: HOSTILE, href: `file:///a) [b](command:x)#${start}` }),
    command: (name, node) => `ours:${name}:${node}`,
  });
  const text = found?.markdown ?? '';
  expect(text).not.toBe('');
  return text.replace(/```dts\n[\s\S]*?\n```/g, '').replace(/`[^`\n]*`/g, '');
}

test.each([
  [
    'a device behind an IOMMU without a driver',
    'de$0v@2000 { compatible = "a,b"; reg = <0x2000 4>; iommus = <&smmu 1>; };',
  ],
  [
    'a cell with a name',
    `dev@2000 { compatible = "a,b"; reg = <0x2000 4>; clocks = <&smmu $01>; clock-names = "${HOSTILE}"; };`,
  ],
  [
    'an interrupt with a name',
    `dev@2000 { compatible = "a,b"; interrupt-parent = <&smmu>; interrupts = <1 $02>; interrupt-names = "x", "${HOSTILE}"; };`,
  ],
  ['an entry of iommus', 'dev@2000 { compatible = "a,b"; reg = <0x2000 4>; iommus = <&smmu $01>; };'],
  ['the IOMMU', 'dev@2000 { compatible = "a,b"; reg = <0x2000 4>; iommus = <&smmu 1>; }; use { x = <&sm$0mu>; };'],
  ['a string that is long', `dev@2000 { $0compatible = "${HOSTILE}"; };`],
])('%s: nothing of the tree is markup', (_, rest) => {
  const text = outsideCode(rest);
  expect(text).not.toMatch(/(?<!\\)\]\((?!file:|ours:)/);
  expect(text).not.toMatch(/(?<!\\)<img/);
  expect(text).not.toContain('!\u005bz]');
});

test('a report for a terminal has no control characters but line ends', () => {
  const [report] = view.snapshot.reports();
  const text = report ? reportText(report, () => 'board.dts:1') : '';
  expect(text).toContain('[run](command:x)');
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test.each([
  ['plain', 'plain'],
  ['\u00c3\u00a9', 'é'],
  ['\u00e9', 'é'],
  ['a\u202eb\r\n', 'a\\u202eb\\x0d\\x0a'],
])('%j is printed as %j', (text, expected) => expect(printable(text)).toBe(expected));
