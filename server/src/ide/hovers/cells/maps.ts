// SPDX-License-Identifier: MIT
// Rows of `iommu-map` and `msi-map`: which IDs of the bus become which IDs of the provider.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { code, plain, prose } from '#ide/explain/markup.ts';
import { type Asked, functionOf, nameOf, shortName } from '#ide/hovers/sheet.ts';
import { functionText } from '#ide/map/names.ts';
import { isPciBus } from '#model/addresses/addresses.ts';
import { claimsOf } from '#model/claims.ts';
import { iommuState } from '#model/iommu/state.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { u32 } from '#tree/query.ts';
import { mapEntries } from '#tree/specifiers.ts';
import type { DtProperty } from '#tree/types.ts';
import { claimText } from '#wording/statements/claims.ts';
import { idName } from '#wording/statements/terms.ts';
import { type Entry, pieceOf } from './entry.ts';

export function mapRows(asked: Asked, property: DtProperty): Entry[] {
  const { tree, platform } = asked.snapshot;
  const { node, name } = property;
  const isMsi = name === 'msi-map';
  // Since Linux 7.2 a row has as many output cells as the provider asks for.
  const wide = has(platform.kernelVersion, GATES.mapsOneByOne);
  const rows = mapEntries(tree, property, wide ? (isMsi ? '#msi-cells' : '#iommu-cells') : undefined) ?? [];
  const isPci = isPciBus(node);
  const mask = u32(node.properties.get(`${name}-mask`)) ?? 0xffffffff;
  const claims = isMsi ? [] : claimsOf(tree, platform, node, asked.snapshot.report(node));
  let at = 0;
  return rows.map(({ index, base, provider, out, outCells, length }) => {
    const first = at;
    at += 3 + outCells;
    const state = provider && !isMsi ? iommuState(machineOf(tree, platform), provider) : undefined;
    const kinds = state?.match?.traits.cells.map(({ kind }) => idName(kind)) ?? [];
    const outName = isMsi ? t('device ID') : (kinds[0] ?? 'ID');
    const named = (id: number) => code(isPci ? functionText(id & 0xffff) : hex(id));
    const count = length.value;
    const from = count <= 1 ? named(base.value) : t('{0} to {1}', named(base.value), named(base.value + count - 1));
    const to =
      count <= 1 ? code(hex(out.value)) : t('{0} to {1}', code(hex(out.value)), code(hex(out.value + count - 1)));
    const whom = provider ? plain(nameOf(provider)) : t('no node');
    const noBits = (mask & 0xffff) === 0;
    const source = count === 0 ? t('No function') : noBits ? `${isPci ? t('All functions') : t('All IDs')}` : from;
    const target = noBits ? code(hex(out.value)) : to;
    const claim = claims.find((each) => each.property === 'iommu-map' && each.index === index);
    const error = claim?.code ? ` (${claim.code})` : '';
    const unused = claim
      ? [
          t(
            'not used: {0} — {1}{2}',
            prose(claimText(claim.why), shortName(tree)),
            functionOf(claim.by).join(''),
            error,
          ),
        ]
      : [];
    return {
      index,
      headline: `${source} → ${whom}, ${outName} ${target}`,
      facts: [
        isMsi ? t('where the MSIs of the functions go') : '',
        (mask & 0xffff) === 0xffff
          ? ''
          : t('{0} {1} is applied to the ID first', code(`${name}-mask`), code(hex(mask))),
      ],
      pieces: [
        pieceOf(
          first,
          1,
          isPci ? t('first requester ID') : t('first ID'),
          isPci ? { note: t('bus, device, function {0}', named(base.value)) } : {},
        ),
        pieceOf(first + 1, 1, isMsi ? t('MSI controller {0}', whom) : `IOMMU ${whom}`, { isPhandle: true }),
        pieceOf(first + 2, 1, t('first {0}', outName)),
        ...Array.from({ length: outCells - 1 }, (_, extra) =>
          pieceOf(first + 3 + extra, 1, kinds[extra + 1] ?? t('cell {0}', extra + 2)),
        ),
        pieceOf(first + 2 + outCells, 1, t('number of IDs')),
      ],
      more: unused,
    };
  });
}
