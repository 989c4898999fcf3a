// SPDX-License-Identifier: MIT
// The document of "Report a Problem…".
import { expect, it } from 'vitest';
import { reportText } from '../../client/src/report/report-text.ts';

const versions = [
  ['Extension', '0.1.0'],
  ['Server', 'dt-iommu 0.1.0, running'],
] as const;

it('has versions, board, settings, problems and the tree, each under its heading', () => {
  const text = reportText({
    versions,
    board: {
      file: 'soc.dtsi',
      board: 'a.dts',
      reason: 'open',
      platform: 'Linux 6.12 on arm64',
      overlays: ['x.dtso'],
      projectFile: true,
    },
    settings: { 'devicetreeIommu.platform': 'kvm' },
    problems: ['3: dt-iommu/x: no'],
    tree: { title: 'The file', text: '/dts-v1/;\n' },
  });
  const headings = text.split('\n').filter((line) => line.startsWith('## '));
  expect(headings).toEqual([
    '## What happened',
    '## Versions',
    '## Board',
    '## Settings that are not the defaults',
    '## Problems that the file shows',
    '## The file',
  ]);
  expect(text).toContain('- Server: `dt-iommu 0.1.0, running`');
  expect(text).toContain('- Overlay: `x.dtso`');
  expect(text).toContain('```dts\n/dts-v1/;\n```');
  expect(text).toMatch(/^# Problem with Devicetree IOMMU\n\n<!-- This report has not left your machine\./);
});

it('says nothing of a board or a tree that nobody gave', () => {
  const text = reportText({ versions, settings: {}, problems: [] });
  expect(text).not.toContain('## Board');
  expect(text).not.toContain('```');
  expect(text).toContain('## Settings that are not the defaults\n\nnone\n');
});

it('keeps fences shut, whatever the tree says, and is not longer than a form takes', () => {
  const tree = { title: 'The file', text: `/* \`\`\`\` */\n${'x'.repeat(100_000)}` };
  const text = reportText({
    versions,
    settings: {},
    problems: Array.from({ length: 30 }, (_, at) => `${at}: a`),
    tree,
  });
  expect(text).toContain('`````dts\n');
  expect(text.length).toBeLessThan(65_000);
  expect(text).toContain('… and 10 more');
});
