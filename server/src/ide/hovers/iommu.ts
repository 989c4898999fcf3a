// SPDX-License-Identifier: MIT
// The hover of an IOMMU: who is behind it, by which IDs, in which groups, and whom it does not take.
import { t } from '#base/language.ts';
import { code, linkMarkdown, plain, prose } from '#ide/explain/markup.ts';
import { contextsOf } from '#ide/map/contexts.ts';
import { claimsOf } from '#model/claims.ts';
import { iommuMap } from '#model/iommu/id-map.ts';
import { type IommuState, iommuState } from '#model/iommu/state.ts';
import { type Machine, machineOf } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import type { DmaReport, XenLimit } from '#model/report/types.ts';
import { compatibles, isAvailable, isLive, lastSet, nodeSpan, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { reasonText } from '#wording/statements/index.ts';
import { idName } from '#wording/statements/terms.ts';
import { limitName, limitText } from '#wording/values.ts';
import { idsText } from './ids.ts';
import { type Asked, commandLinks, nameOf, placesLine, type Sheet, shortName, waitsLink } from './sheet.ts';

/** Masters that are listed. */
const SHOWN = 4;
/** Groups of several that are told. */
const GROUPS = 2;

interface Master {
  readonly node: DtNode;
  readonly report: DmaReport;
}

interface Company {
  readonly taken: readonly Master[];
  readonly waiting: readonly Master[];
  readonly refused: readonly DtNode[];
  readonly hosts: readonly DtNode[];
}

export function iommuSheet(asked: Asked, node: DtNode): Sheet {
  const { tree, platform } = asked.snapshot;
  const machine = machineOf(tree, platform);
  const state = iommuState(machine, node);
  const own = asked.snapshot.report(node);
  const company = companyOf(asked, machine, node, state);
  const byXen = own.xen?.owner === 'Xen';
  return {
    icon: isUp(state) || byXen ? 'shield' : 'circle-slash',
    headline: headline(state, company, byXen),
    facts: [
      driverOf(state, byXen),
      ...hardware(node),
      ...(own.xen?.limits ?? []).map((limit) => limitOf(asked, limit)),
    ],
    body: [bodyOf(asked, node, state, company)].filter((text) => text !== ''),
    reason: byXen ? [] : reasonOf(asked, state),
    links: [
      commandLinks(asked, node, byXen || !state.available ? [] : waitsLink(asked, node)),
      placesLine(asked, node),
    ],
  };
}

/** `contexts: 3 of 7: domD, domU, dom0`; users have paths or are domains. */
function limitOf({ snapshot: { tree } }: Asked, limit: XenLimit): string {
  return `${limitName(limit)}: ${plain(limitText({ ...limit, by: limit.by.map(shortName(tree)) }))}`;
}

function isUp({ available, registration }: IommuState): boolean {
  return available && registration.kind !== 'never';
}

function companyOf({ snapshot }: Asked, machine: Machine, iommu: DtNode, { path }: IommuState): Company {
  const { withIommus, withIommuMap } = treeNodes(machine);
  const taken: Master[] = [];
  const waiting: Master[] = [];
  const refused: DtNode[] = [];
  for (const node of withIommus) {
    if (!isLive(node)) continue;
    const report = snapshot.report(node);
    if (report.iommus.some((use) => use.path === path)) (report.deferred ? waiting : taken).push({ node, report });
    else if (claimsOf(snapshot.tree, snapshot.platform, node, report).some((claim) => claim.iommu === path))
      refused.push(node);
  }
  const hosts = withIommuMap.filter(
    (host) => isLive(host) && iommuMap(machine, host).map?.rows.some(({ provider }) => provider === iommu),
  );
  return { taken, waiting, refused, hosts };
}

function headline(state: IommuState, { taken, waiting, refused, hosts }: Company, byXen: boolean): string {
  const who = plain(nameOf(state.node));
  if (!byXen && !state.available) {
    const named = refused.length + hosts.length;
    return t(
      '{0} is disabled{1}',
      who,
      named === 0
        ? ''
        : t(
            ': {0} that {1} it {2} DMA without it',
            devicesText(named),
            named === 1 ? t('names') : t('name'),
            named === 1 ? t('does') : t('do'),
          ),
    );
  }
  const { registration } = state;
  if (registration.kind === 'never' && registration.why.kind === 'root-ipmmu')
    return t('{0} has the tables of the other IPMMUs', who);
  if (!byXen && registration.kind === 'never') {
    return t(
      '{0} is never registered{1}',
      who,
      waiting.length === 0
        ? ''
        : t(': {0} {1} for it', devicesText(waiting.length), waiting.length === 1 ? t('waits') : t('wait')),
    );
  }
  const groups = new Set(taken.flatMap(({ report }) => report.group ?? [])).size;
  const inGroups = groups === 0 ? '' : t(' in {0}', `${groups} ${groups === 1 ? t('group') : t('groups')}`);
  const behind =
    hosts.length === 0
      ? []
      : [
          t(
            'the functions behind {0}',
            hosts.length <= 2
              ? hosts.map((host) => plain(nameOf(host))).join(', ')
              : t('{0} host bridges', hosts.length),
          ),
        ];
  const masters =
    taken.length === 0 ? [] : [`${taken.length} ${taken.length === 1 ? t('master') : t('masters')}${inGroups}`];
  const all = [...masters, ...behind];
  if (all.length === 0 && refused.length > 0)
    return t(
      '{0} takes none of the {1} that {2} it',
      who,
      devicesText(refused.length),
      refused.length === 1 ? t('names') : t('name'),
    );
  return `${who}: ${all.length === 0 ? t('no master') : all.join(', ')}`;
}

function devicesText(count: number): string {
  return count === 1 ? t('{0} device', count) : t('{0} devices', count);
}

function driverOf({ match, node }: IommuState, byXen: boolean): string {
  const [name] = compatibles(node);
  const driver = byXen ? t('driven by Xen') : (match?.driver.name ?? t('no Linux driver'));
  return name === undefined ? driver : `${driver} (${code(name)})`;
}

function hardware(node: DtNode): string[] {
  const contexts = contextsOf(node);
  return [
    contexts === null ? '' : t('{0} context interrupts', contexts),
    node.properties.has('dma-coherent') ? t('page walks coherent') : '',
  ];
}

function bodyOf(asked: Asked, node: DtNode, { match }: IommuState, company: Company): string {
  const { tree } = asked.snapshot;
  const cells = u32(node.properties.get('#iommu-cells'));
  const meanings = (match?.traits.cells ?? []).slice(0, cells ?? 0).map(({ kind }) => idName(kind));
  const cellsLine =
    cells === undefined
      ? ''
      : `${code(`#iommu-cells = <${cells}>`)}${meanings.length === 0 ? '' : `: ${meanings.join(', ')}`}`;
  const masters = [...company.taken, ...company.waiting].map((master) => {
    const ids = idsText(tree, master.report.iommus).replace(/^[^`]* (?=`)/, '');
    return `${plain(nameOf(master.node))}${ids === '' ? '' : ` ${ids}`}`;
  });
  const more = masters.length - SHOWN;
  const shown = more > 0 ? [...masters.slice(0, SHOWN), t('{0} more', more)] : masters;
  const refused = company.refused.map((each) => plain(nameOf(each)));
  const refusedLine =
    refused.length === 0
      ? ''
      : t(
          'not taken: {0}{1}',
          refused.slice(0, SHOWN).join(', '),
          refused.length > SHOWN ? t(' and {0} more', refused.length - SHOWN) : '',
        );
  return [cellsLine, shown.join(' · '), ...groupLines(company.taken), refusedLine]
    .filter((line) => line !== '')
    .join('  \n');
}

function groupLines(taken: readonly Master[]): string[] {
  const groups = new Map<string, string[]>();
  for (const { node, report } of taken) {
    if (report.group === null) continue;
    groups.set(report.group, [...(groups.get(report.group) ?? []), plain(nameOf(node))]);
  }
  const shared = [...groups.values()].filter((names) => names.length > 1);
  const lines = shared.slice(0, GROUPS).map((names) => {
    const shown =
      names.length > SHOWN ? [...names.slice(0, SHOWN - 1), t('{0} more', names.length - SHOWN + 1)] : names;
    return t('{0} and {1} share one group', shown.slice(0, -1).join(', '), shown.at(-1));
  });
  const more = shared.length - lines.length;
  return more > 0
    ? [...lines.slice(0, -1), t('{0}; {1} more such {2}', lines.at(-1), more, more === 1 ? t('group') : t('groups'))]
    : lines;
}

function reasonOf({ snapshot, reader }: Asked, { registration, available, node }: IommuState): string[] {
  const { tree } = snapshot;
  if (!available) {
    const status = node.properties.get('status');
    const place = status && isAvailable(node) === false ? lastSet(status).span : nodeSpan(node);
    return [t('{0} is set in {1}', code('status'), linkMarkdown(reader.link(place)))];
  }
  if (registration.kind !== 'never') return [];
  const why = prose(reasonText(registration.why), shortName(tree));
  const [place] = registration.evidence;
  return [`${why.charAt(0).toUpperCase()}${why.slice(1)}${place ? ` — ${linkMarkdown(reader.link(place))}` : ''}`];
}
