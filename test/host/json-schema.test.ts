// SPDX-License-Identifier: MIT
// docs/json.schema.json describes what `explain --format json` prints, of trees that kernels were booted on.
import { readFileSync } from 'node:fs';
import { type Schema, Validator } from '@cfworker/json-schema';
import { expect, test } from 'vitest';
import { main } from '#host/cli/main.ts';

const schema: Schema = JSON.parse(readFileSync('docs/json.schema.json', 'utf8'));
const validator = new Validator(schema, '7', false);

async function explained(...argv: string[]): Promise<{ devices: Record<string, unknown>[] }> {
  let out = '';
  await main(['explain', ...argv, '--format', 'json'], {
    cwd: process.cwd(),
    out: (text) => {
      out += text;
    },
    error: () => {},
    color: false,
    interactive: false,
  });
  return JSON.parse(out);
}

const LAB = 'test/kernel/trees';
const SYSTEMS = 'test/model/systems';

test.each([
  [`${LAB}/smmuv2-conflict.dts`],
  [`${LAB}/pci-map-partial.dts`],
  [`${LAB}/swiotlb-bounce.dts`],
  [`${LAB}/iommus-one-disabled.dts`],
  [`${LAB}/restricted-pool.dts`],
  [`${LAB}/ipmmu.dts`],
  [`${LAB}/virtio-iommu-pci.dts`],
  [`${LAB}/supplier-of-consumer-forever.dts`, '--cmdline', 'deferred_probe_timeout=-1'],
  [`${LAB}/mmu-masters.dts`],
  [`${SYSTEMS}/grant-dma/guest-mmio.dts`, '--platform', 'xen-domu'],
  [`${SYSTEMS}/xen-p2m/salvator/host.dts`],
  ['examples/xen-host.dts', '--platform', 'xen-dom0'],
])('%s', async (...argv) => {
  const printed = await explained(...argv);
  expect(validator.validate(printed).errors).toEqual([]);
  expect(printed.devices.length).toBeGreaterThan(0);
  const decisive = ({ steps }: Record<string, unknown>) =>
    (steps as { decides?: true }[]).filter((step) => step.decides);
  expect(printed.devices.filter((device) => decisive(device).length !== 1).map(({ path }) => path)).toEqual([]);
});

test('a device that is named has what it gets elsewhere, too', async () => {
  const printed = await explained(`${SYSTEMS}/grant-dma/guest-mmio.dts`, '/virtio@2000000', '--kernel-version', '6.12');
  expect(validator.validate(printed).errors).toEqual([]);
  expect(printed.devices[0]?.otherwise).not.toEqual([]);
});

test('a function behind a host bridge', async () => {
  const all = await explained(`${LAB}/pci-map-partial.dts`);
  const host = all.devices.find((device) => device.pci !== undefined);
  const printed = await explained(`${LAB}/pci-map-partial.dts`, String(host?.path), '--rid', '00:01.0');
  expect(validator.validate(printed).errors).toEqual([]);
  expect(printed.devices[0]).toMatchObject({ rid: '0x0008' });
});

test('what the schema does not know, it refuses', async () => {
  const printed = await explained(`${LAB}/swiotlb-bounce.dts`);
  const [device] = printed.devices;
  expect(validator.validate({ ...printed, devices: [{ ...device, verdict: 'maybe' }] }).valid).toBe(false);
  expect(validator.validate({ ...printed, devices: [{ ...device, more: 1 }] }).valid).toBe(false);
});

test('docs/json.md names each field of a device', () => {
  const page = readFileSync('docs/json.md', 'utf8');
  const { device } = schema.definitions ?? {};
  const fields = Object.keys(typeof device === 'object' ? (device.properties ?? {}) : {});
  expect(fields.length).toBeGreaterThan(20);
  const missing = fields.filter((field) => !page.includes(`\`${field}\``) && !['pool', 'cycle'].includes(field));
  expect(missing).toEqual([]);
});
