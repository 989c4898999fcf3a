// SPDX-License-Identifier: MIT
// Each `.dts`, `.dtsi` and `.dtso` of Linux alone: none has a syntax error for our grammar.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { grammar, type Run } from './core.ts';
import { allArchitectures, deviceTrees } from './kernel.ts';

export function checkSyntax({ kernel, report }: Run): void {
  const files = deviceTrees(kernel, allArchitectures(kernel), ['.dts', '.dtsi', '.dtso']);
  const part = report.part('syntax of single files', files.length);
  for (const file of files) {
    const { hasError, errors } = grammar.parse(readFileSync(join(kernel, file), 'utf8'));
    if (!hasError) part.pass();
    else part.fail(`${file}: ${errors[0]?.message ?? 'a hidden MISSING node'}`);
  }
  part.done();
}
