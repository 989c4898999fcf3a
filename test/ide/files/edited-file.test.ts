// SPDX-License-Identifier: MIT
// Edits made one after the other, told as edits of the original.
import { expect, test } from 'vitest';
import { applyEdits } from '#base/text.ts';
import { EditedFile } from '#ide/files/edited-file.ts';

const text = 'old = <1>;\nkept;\n';
const at = (start: number, end: number) => ({ file: '/a.dts', start, end });

test('changes in one line are one edit; what stands between lines is untouched', () => {
  const file = new EditedFile('/a.dts', text);
  file.apply([{ span: at(0, 3), text: 'iommus' }]);
  file.apply([{ span: at(10, 10), text: '&smmu ' }]);
  file.apply([{ span: at(file.text.length, file.text.length), text: 'new;\n' }]);
  expect(file.edits()).toEqual([
    { span: at(0, 7), text: 'iommus = <&smmu ' },
    { span: at(text.length, text.length), text: 'new;\n' },
  ]);
  expect(applyEdits(text, file.edits())).toBe(file.text);
});
