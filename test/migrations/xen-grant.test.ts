// SPDX-License-Identifier: MIT
// The former names of Xen's grant binding become `iommus` or `iommu-map` in every form, or the message says why not.
import { describe, expect, it } from 'vitest';
import { checkFix, diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { FORMS, guest, PROVIDER, REFUSED } from './forms.ts';

function legacy(text: string, metadata: Record<string, string> = {}) {
  const fixture = parseFixture(text);
  const analysis = diagnose({ ...fixture, metadata: new Map(Object.entries(metadata)) }, {});
  return { analysis, problems: analysis.problems.filter(({ rule }) => rule.endsWith('-domid-legacy')) };
}

describe('is converted', () => {
  it.each(FORMS)('$title', ({ rule, before, after }) => checkFix(rule, before, after));
});

describe('is refused with the reason', () => {
  it.each(REFUSED)('$title', ({ before, reason }) => {
    const { problems } = legacy(before);
    expect(problems.map(({ message }) => message).join('\n')).toContain(reason);
    for (const problem of problems) expect(problem.fix).toBeUndefined();
  });
});

describe('a board that deletes what its shared file had', () => {
  const BOARD = (name: string) =>
    `//- /board.dts\n/dts-v1/;\n#include "guest.dtsi"\n\n&disk {\n\t/delete-property/ ${name};\n};\n`;
  const GUEST = (binding: string) =>
    `//- /guest.dtsi\n${guest(binding, PROVIDER).replace('/dts-v1/;\n', '').replace('virtio@', 'disk: virtio@')}`;

  it('deletes `iommus` once the shared file is converted', () => {
    const shared = GUEST('\t\tiommus = <&xen_iommu 1>;\n\t\tdma-coherent;');
    checkFix('xen-backend-domid-legacy', BOARD('xen,backend-domid') + shared, BOARD('iommus') + shared);
  });

  it('is left alone where the device never had grants', () =>
    expect(legacy(BOARD('xen,backend-domid') + GUEST('')).problems).toEqual([]));
});

describe('the message', () => {
  const OLD = guest('\t\txen,backend-domid = <1>;', PROVIDER.replace('xen_iommu:', 'grants:'));

  it('names the provider that the fix uses', () =>
    expect(legacy(OLD).problems[0]?.message).toMatchInlineSnapshot(
      `"No Linux reads \`xen,backend-domid\`, so this device gets no grant DMA; since 5.19 it is \`iommus = <&grants 1>\`."`,
    ));

  it('says what a kernel before 5.19 does', () =>
    expect(legacy(OLD, { kernel: '5.15' }).problems[0]?.message).toMatchInlineSnapshot(
      `"No Linux reads \`xen,backend-domid\`, so this device gets no grant DMA; since 5.19 it is \`iommus = <&grants 1>\`, but Linux 5.15 has no driver for it, and the device waits for the probe timeout and then does ordinary virtio."`,
    ));

  it('is silent in Zephyr', () => expect(legacy(OLD, { platform: 'zephyr' }).problems).toEqual([]));

  it('names the macro that the fix changes, with the number of its devices', () => {
    const form = FORMS.find(({ title }) => title === 'a macro that writes whole devices');
    expect(legacy(form?.before ?? '').problems.map(({ fix }) => fix?.title)).toMatchInlineSnapshot(`
      [
        "Convert to \`iommus\` with \`xen,grant-dma\` in \`VIRTIO\`, for its 2 devices",
        "Convert to \`iommus\` with \`xen,grant-dma\` in \`VIRTIO\`, for its 2 devices",
      ]
    `);
  });
});
