// SPDX-License-Identifier: MIT
// The boards on which cpp and dtc are compared with ours: test/oracle/cpp/cases.txt.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './kernel.ts';

export const folder = join(ROOT, 'test/oracle/cpp');

/** `=== name`, then the text of the board; `@E9@` is a byte. */
export function readCases(): { readonly name: string; readonly bytes: Buffer }[] {
  return readFileSync(join(folder, 'cases.txt'), 'utf8')
    .split(/^=== /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      const name = part.slice(0, end);
      const text = part.slice(end + 1);
      const bytes = Buffer.from(text.replace(/@([0-9A-F]{2})@/g, '\u{10ffff}$1'), 'utf8');
      const marked = bytes
        .toString('latin1')
        .replace(/\xf4\x8f\xbf\xbf([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      const whole = name.startsWith('eof-') || name === 'splice-eof' ? marked.replace(/\n$/, '') : marked;
      return { name, bytes: Buffer.from(whole, 'latin1') };
    });
}
