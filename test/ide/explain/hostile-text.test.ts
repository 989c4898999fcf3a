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
  const found = hover(view, offset, (span) => ({ text: 'a]b(c', href: `file:///a b(c).dts#${span.start}` }));
  const line = found?.markdown.split('\n').find((each) => each.includes('command:'));
  expect(line).toBe("`a']\\x0a\\x0a[run](command:x) <img src=y> ![z](https://example.test) \\x1b[2J`");
  expect(found?.markdown).toMatch(/\[a\\\]b\(c\]\(file:\/\/\/a%20b%28c%29\.dts#\d+\)/);
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
