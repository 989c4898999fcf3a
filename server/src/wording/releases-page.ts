// SPDX-License-Identifier: MIT
// docs/releases.md: the gates of the model and the rules, by release.
import { GATES } from '#model/platform/gates.ts';
import { compareVersions, type Gate } from '#model/platform/releases.ts';

const HEAD = `# What changed between releases of Linux

Written by \`npm run docs\` from \`server/src/model/platform/gates.ts\`. Answers and messages hang on these changes; a release
is nowhere else in the code (\`test/model/platform/gates.test.ts\`). How a release is known:

- **booted**: kernels of the releases on both sides were booted, and did otherwise ([the kernel lab](kernel-lab.md)).
- **source**: the place was read in the release and in the last one without it.
- **described**: a commit names the release; what was read beside it is said.

Where the last release without the change is not the one before, it is named, and an answer for a release between is a
doubt: \`depends on whether in Linux 6.15 …\`, with what the device gets otherwise; \`check\` reports there what holds either way.

Read were 5.0, 5.2, 5.3, 5.6 to 5.8, 5.11, 5.12, 5.14 to 6.14, 6.17 to 7.3, of which 6.12, 7.2 and 7.3 are Debian's sources
(6.12.117, 7.2.12, 7.3.4) and the others copies of kernel.org's releases; 6.1.192, 6.12.117, 6.16.12, 6.18.15, 7.2.12 and
7.3.4 were booted. \`npm run check:registry -- TREE\` holds the drivers, strings and suppliers against any of them.

| since | what | known by | where |
|---|---|---|---|
`;

export function releasesPage(): string {
  const gates = Object.values(GATES).sort((a, b) => compareVersions(a.since, b.since));
  return `${HEAD}${gates.map(row).join('\n')}\n`;
}

function row({ since, after, backports = [], what, by, where }: Gate): string {
  const open = after ? ` (${after.join('.')} without)` : '';
  const older =
    backports.length > 0 ? ` and point releases of ${backports.map((each) => each.join('.')).join(', ')}` : '';
  return `| ${since.join('.')}${older}${open} | ${what.replaceAll('|', '\\|')} | ${by} | ${where} |`;
}
