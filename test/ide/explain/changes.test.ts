// SPDX-License-Identifier: MIT
// What another platform changes on a board, by kind of change.
import { expect, test } from 'vitest';
import { changeRows, namesOf } from '#ide/explain/changes.ts';
import { configureAll } from '#model/configure.ts';
import { withOption } from '#model/platform/other-platform.ts';
import { editor } from '#test/support/views.ts';

const device = (name: string, id: number) =>
  `${name}@${id}000 { compatible = "qcom,crypto-v5.1"; reg = <0x${id}000 0x100>; iommus = <&smmu ${id}>; };`;

const { snapshot } = editor(`//- /board.dts
/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; dma-ranges;
	smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };
	${[1, 2, 3].map((id) => device('crypto', id)).join('\n')}
	ufs: ${device('ufs', 4)}
	fec: ethernet@14000 { compatible = "fsl,imx6q-fec"; reg = <0x14000 0x1000>; };
};`).view;

const pairs = (option: string) => {
  const { tree, platform } = snapshot;
  const other = new Map(configureAll(tree, withOption(platform, option)).map((report) => [report.path, report]));
  return snapshot.reports().map((left) => ({ left, right: other.get(left.path) }));
};

test('one row for all that change alike, with the step that decides on the other side', () => {
  const { rows, same } = changeRows(pairs('iommu.passthrough=1'));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({
    alike: [
      {
        name: 'verdict',
        before: 'translated by the IOMMU, strict invalidation',
        after: 'behind the IOMMU, passed through untranslated',
      },
    ],
    apart: [],
    why: { text: 'The default domain passes addresses through (`iommu.passthrough=1`).', of: null },
  });
  expect(namesOf(rows[0]!.devices)).toEqual(['crypto ×3', 'ufs']);
  expect(same).toBe(pairs('').length - 4);
});

test('nothing changes, nothing is told', () => {
  expect(changeRows(pairs('quiet')).rows).toEqual([]);
});

test('a node that is gone', () => {
  const { rows } = changeRows(
    pairs('quiet').map((pair) => (pair.left.label === 'ufs' ? { left: pair.left, right: undefined } : pair)),
  );
  expect(rows).toMatchObject([{ why: null, devices: [{ name: 'ufs' }] }]);
  expect(rows[0]?.alike[0]?.after).toBe('no such node');
});
