// SPDX-License-Identifier: MIT
// What the editor marks in `dt-iommu.json` by its schema is what the reader refuses, and nothing else.
import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import { expect, test } from 'vitest';
import { PLATFORM_KINDS, RULE_LEVELS, readProject } from '#ide/boards/project.ts';

const schema = JSON.parse(readFileSync('server/src/host/dt-iommu.schema.json', 'utf8'));
const validator = new Validator(schema, '7');

test.each([
  {},
  { $schema: './dt-iommu.schema.json' },
  { boards: [{ name: 'evk', file: 'evk.dts', overlays: ['lcd.dtso'] }] },
  { boards: [{ file: 'evk.dts' }] },
  { boards: [{ name: 'no file' }] },
  { boards: [{ file: '' }] },
  { boards: [{ file: 'evk.dts', overlays: 'lcd.dtso' }] },
  { boards: { evk: 'evk.dts' } },
  { boards: [{ file: 'host.dts', domains: [{ node: '/chosen/domU1', deviceTree: 'domU1.dts' }] }] },
  { boards: [{ file: 'host.dts', domains: [{ deviceTree: 'domU1.dts' }] }] },
  { boards: [{ file: 'host.dts', domains: [{ node: '/chosen/domU1' }] }] },
  { boards: [{ file: 'host.dts', domains: [{ node: 'domU1', deviceTree: 'domU1.dts' }] }] },
  { boards: [{ file: 'host.dts', domains: 'domU1.dts' }] },
  { includePaths: ['include'] },
  { includePaths: 'include' },
  { includePaths: [1] },
  { defines: { A: '1', B: 2 } },
  { defines: { A: true } },
  { defines: ['A'] },
  { kernelVersion: '6.12' },
  { kernelVersion: 'v6.12.3' },
  { kernelVersion: '6.12-rc1' },
  { kernelVersion: 'six' },
  { kernelVersion: 6.12 },
  { kernelConfig: '.config' },
  { kernelConfig: '' },
  { cmdline: '' },
  { cmdline: ['iommu.strict=0'] },
  { rules: { 'iommus-not-inherited': 'fatal' } },
  { rules: ['iommus-not-inherited'] },
  { platform: 'windows' },
  { platfrom: 'linux' },
  [],
  ...PLATFORM_KINDS.map((platform) => ({ platform })),
  ...RULE_LEVELS.map((level) => ({ rules: { 'iommus-not-inherited': level } })),
])('%j', (project) => {
  expect(validator.validate(project).valid).toBe(readProject(project, '/w').complaints.length === 0);
});
