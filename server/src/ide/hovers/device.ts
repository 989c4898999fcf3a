// SPDX-License-Identifier: MIT
// The hover of a device that does DMA: to whom, by which ID, with which operations, and what decides that.

import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import { code, plain, prose } from '#ide/explain/markup.ts';
import { type Claim, claimsOf } from '#model/claims.ts';
import { machineOf } from '#model/platform/machine.ts';
import { timeoutOf } from '#model/probe/deferral.ts';
import { type DmaOps, dmaOps } from '#model/report/dma-ops.ts';
import { decidingStep } from '#model/report/steps.ts';
import type { Deferral, DmaReport, Step, Verdict } from '#model/report/types.ts';
import type { Alternative, Condition } from '#model/statements/index.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { conditionText, otherwiseClause } from '#wording/statements/index.ts';
import { limitName, ownerText } from '#wording/values.ts';
import { idsText } from './ids.ts';
import {
  type Asked,
  type Counted,
  commandLinks,
  type Icon,
  nameOf,
  placesLine,
  reasonLine,
  type Sheet,
  shortName,
  waitsLink,
} from './sheet.ts';

export function deviceSheet(asked: Asked, node: DtNode): Sheet {
  const report = asked.snapshot.report(node);
  const claims = unusedClaims(asked, node, report);
  return {
    ...headOf(asked, node, report, claims),
    body: madeText(asked, report),
    reason: [...reasonOf(asked, report, claims), ...openLines(asked, report)],
    links: [commandLinks(asked, node, counts(asked, node, report)), placesLine(asked, node)],
  };
}

/** Devices that the driver of the node makes, each with an ID of the node's map. */
function madeText({ snapshot: { tree } }: Asked, { makes = [] }: DmaReport): string[] {
  const [first] = makes;
  const last = makes.at(-1);
  if (!first || !last) return [];
  const names = makes.length === 1 ? plain(first.name) : t('{0} to {1}', plain(first.name), plain(last.name));
  const to = target(tree, first);
  const more = makes.length === 1 ? '' : t(' to {0}', idsText(tree, last.iommus).replace(/^[^`]+/, ''));
  return [t('its driver makes {0} → {1}', names, to === '' ? t('memory, no IOMMU') : `${to}${more}`)];
}

/** What its hover says below the headline. */
export function deviceFacts(asked: Asked, node: DtNode): readonly string[] {
  const report = asked.snapshot.report(node);
  return headOf(asked, node, report, unusedClaims(asked, node, report)).facts;
}

/** Entries of `iommus` that are not used, where none is. */
function unusedClaims({ snapshot: { tree, platform } }: Asked, node: DtNode, report: DmaReport): Claim[] {
  if (report.iommus.length > 0) return [];
  return claimsOf(tree, platform, node, report).filter(
    ({ property, iommu }) => property === 'iommus' && iommu !== null,
  );
}

type Head = Pick<Sheet, 'headline' | 'facts'> & { readonly icon: Icon };

function headOf(asked: Asked, node: DtNode, report: DmaReport, claims: readonly Claim[]): Head {
  const who = plain(nameOf(node));
  const facts = factsOf(asked, report);
  if (report.deferred) return waiting(asked, who, report.deferred, report);
  const module = moduleOf(report);
  if (module) return late(asked, who, report);
  // A device of the host in the partial tree of its domain.
  if (report.xen?.owner !== undefined && report.verdict === 'direct') {
    const { headline, facts: limits } = assigned(asked, who, report);
    return { icon: 'vm', headline, facts: [...facts, ...limits] };
  }
  switch (report.verdict) {
    case 'xen-grant':
      return {
        icon: 'key',
        headline: t('{0} → back end in domain {1}, page by page', who, report.xen?.backendDomid ?? '?'),
        facts: [...facts, t('the back end reaches granted pages only')],
      };
    case 'xen-swiotlb':
      return {
        icon: 'vm',
        headline: t('{0} → memory of dom0, by machine addresses{1}', who, behind(asked, report)),
        facts,
      };
    case 'no-device':
      return assigned(asked, who, report);
    case 'iommu-dma':
    case 'iommu-dma-fq':
      return { icon: 'shield', headline: `${who} → ${target(asked.snapshot.tree, report)}`, facts };
    case 'iommu-identity':
      return {
        icon: 'shield',
        headline: t('{0} → {1}, passed through', who, target(asked.snapshot.tree, report)),
        facts,
      };
    case 'restricted-pool':
      return { icon: 'redo', headline: t('{0} → memory, every transfer copied through its own pool', who), facts };
    default:
      return claims.length > 0 ? refused(asked, who, claims, facts) : direct(who, report, facts);
  }
}

/** `apps_smmu, stream 0x60`. */
function target(tree: DeviceTree, { iommus }: Pick<DmaReport, 'iommus'>): string {
  const names = [...new Set(iommus.map(({ path }) => plain(shortName(tree)(path))))].join(', ');
  const ids = idsText(tree, iommus);
  return ids === '' ? names : `${names}, ${ids}`;
}

function behind(asked: Asked, report: DmaReport): string {
  return report.iommus.length === 0 ? '' : t(', behind {0}', target(asked.snapshot.tree, report));
}

function refused({ snapshot: { tree } }: Asked, who: string, claims: readonly Claim[], facts: readonly string[]): Head {
  const [claim] = claims.filter(({ code }) => code !== null);
  const path = (claim ?? claims[0])?.iommu ?? '';
  const off =
    claim?.why.kind === 'refused' && typeof claim.why.why !== 'string' && claim.why.why.kind === 'iommu-disabled';
  const not = off ? t('which is disabled') : claim ? t('which does not take it') : t('and nothing reads that');
  return {
    icon: 'circle-slash',
    headline: t('{0} names {1}, {2}: direct DMA', who, plain(shortName(tree)(path)), not),
    facts,
  };
}

function direct(who: string, report: DmaReport, facts: readonly string[]): Head {
  if (report.steps.some(({ statement }) => statement.kind === 'nothing-in-reach'))
    return {
      icon: 'circle-slash',
      headline: t('{0} → no memory: its bus has no window, and every transfer fails', who),
      facts,
    };
  const bounced = report.verdict === 'direct+swiotlb';
  return {
    icon: bounced ? 'redo' : 'arrow-right',
    headline: `${who} → ${reachOf(report)}${bounced ? restText(report) : ''}`,
    facts,
  };
}

function restText({ steps }: DmaReport): string {
  const fails = steps.some(({ statement }) => statement.kind === 'out-of-reach' && !statement.bounces);
  return fails ? t('; transfers to the rest fail') : t('; the rest is copied by swiotlb');
}

/** `memory below 4 GiB`, as the windows of `dma-ranges` let it. */
export function reachOf({ dmaRanges }: Pick<DmaReport, 'dmaRanges'>): string {
  const [only, ...more] = dmaRanges;
  if (!only) return t('all memory, no IOMMU');
  if (more.length > 0) return t('memory in {0} windows of dma-ranges, no IOMMU', dmaRanges.length);
  const [start, size] = [BigInt(only.cpuStart), BigInt(only.size)];
  if (start === 0n) return t('memory below {0}, no IOMMU', sizeText(size));
  return t('memory {0} to {1}, no IOMMU', hex(start), hex(start + size - 1n));
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** `64 GiB`; hexadecimal where no unit fits. */
export function sizeText(size: bigint): string {
  let [value, unit] = [size, 0];
  while (value >= 1024n && value % 1024n === 0n && unit < UNITS.length - 1) {
    value /= 1024n;
    unit++;
  }
  return value < 10000n ? `${value} ${UNITS[unit]}` : hex(size);
}

function assigned(asked: Asked, who: string, report: DmaReport): Head {
  const { xen } = report;
  const limits = (xen?.limits ?? []).map((limit) =>
    t('{0} of {1} {2}', limit.used, limit.available ?? '?', limitName(limit)),
  );
  const owner =
    xen?.owner === undefined ? t('is not a device of this Linux') : t('belongs to {0}', plain(ownerText(xen.owner)));
  const p2m = xen?.sharesP2m ? t('Xen translates with the P2M of {0}', plain(ownerText(xen.owner ?? ''))) : '';
  return { icon: 'shield', headline: `${who} ${owner}${behind(asked, report)}`, facts: [p2m, ...limits] };
}

const REASONS: Readonly<Record<string, string>> = texts({
  'no-device': 'Linux makes no device for it',
  'no-driver': 'it has no driver',
  'not-built': 'its driver is not built',
  'probe-fails': 'its probe fails',
  'not-registered': 'it is never registered',
  supplier: 'nothing brings it',
});

function waiting({ snapshot }: Asked, who: string, { on, reason, seconds }: Deferral, { verdict }: DmaReport): Head {
  const supplier = plain(shortName(snapshot.tree)(on));
  const time =
    seconds === null ? t('without end') : seconds === 0 ? t('until the built-in drivers are done') : `${seconds} s`;
  const then =
    verdict === 'defer' ? [] : [t('then direct, without the IOMMU ({0})', opsText(dmaOps(snapshot.platform, verdict)))];
  return {
    icon: 'clock',
    headline: t('{0} waits for {1}: {2}', who, supplier, REASONS[reason] ?? plain(reason)),
    facts: [time, ...then],
  };
}

/** The option whose module brings the IOMMU. */
function moduleOf({ dependsOn }: DmaReport): string | undefined {
  for (const condition of dependsOn ?? []) {
    if (typeof condition !== 'string' && condition.kind === 'module-in-time') return condition.symbol;
  }
  return undefined;
}

function late(asked: Asked, who: string, report: DmaReport): Head {
  const { tree, platform } = asked.snapshot;
  const { seconds } = timeoutOf(machineOf(tree, platform));
  const names = [...new Set(report.iommus.map(({ path }) => plain(shortName(tree)(path))))].join(', ');
  const time =
    seconds === undefined ? t('once it is loaded') : t('loaded within {0} s of the last new driver', seconds);
  const or =
    seconds === undefined ? [] : [t('else: direct, without the IOMMU ({0})', opsText(dmaOps(platform, 'direct')))];
  const then = wayText(report.verdict, opsText(dmaOps(platform, report.verdict)));
  return {
    icon: 'clock',
    headline: t('{0} waits for {1}: its driver is a module', who, names),
    facts: [`${time}: ${then}`, ...or],
  };
}

/** `translated (dma-iommu, strict)`. Markdown. */
export function wayText(verdict: Verdict, ops: string): string {
  switch (verdict) {
    case 'iommu-dma':
      return t('translated ({0}, strict)', ops);
    case 'iommu-dma-fq':
      return t('translated ({0}, lazy)', ops);
    case 'iommu-identity':
      return t('untranslated ({0})', ops);
    case 'xen-grant':
      return t('Xen grants ({0})', ops);
    default:
      return ops;
  }
}

/** Linux's name: `dma-direct` + `swiotlb`. Markdown. */
export function opsText(ops: DmaOps | null): string {
  if (!ops) return t('none set');
  return ops.bounce === undefined ? code(ops.name) : `${code(ops.name)} + ${code(ops.bounce)}`;
}

function factsOf(asked: Asked, report: DmaReport): string[] {
  const { platform } = asked.snapshot;
  const bits = report.dmaLimit === null ? '' : t('{0}-bit', BigInt(report.dmaLimit).toString(2).length);
  // The window of software MSIs is the same for all masters.
  const reserved = report.reserved.filter(({ type }) => type !== 'msi').length;
  return [
    wayText(report.verdict, opsText(dmaOps(platform, report.verdict))),
    report.coherent ? t('coherent') : t('not coherent'),
    bits,
    groupText(asked, report),
    reserved === 0 ? '' : t('{0} reserved {1}', reserved, reserved === 1 ? t('range') : t('ranges')),
  ];
}

function groupText({ snapshot: { tree } }: Asked, { group, steps }: DmaReport): string {
  if (group === null) return '';
  for (const { statement } of steps) {
    if (statement.kind !== 'joins-group') continue;
    const [first, second, ...more] = statement.others.map((path) => plain(shortName(tree)(path)));
    if (first === undefined) return t('its own group');
    return t(
      'one group with {0}{1}',
      [first, ...(second === undefined ? [] : [second])].join(', '),
      more.length > 0 ? ', …' : '',
    );
  }
  return '';
}

/** What would have to be another way; the first refusal where an entry is refused. */
function reasonOf(asked: Asked, report: DmaReport, claims: readonly Claim[]): string[] {
  const { steps } = report;
  const given = steps.findIndex(({ statement }) => statement.kind === 'assigned-from-host');
  // What the host does for the device comes next.
  if (given >= 0) return steps.slice(given, given + 2).map((step) => reasonLine(asked, step));
  const step = decidingStep(report);
  const lines = step ? [reasonLine(asked, { ...step, evidence: evidenceOf(report, step) })] : [];
  const refusal = claims.find(({ code }) => code !== null);
  const [line] = lines;
  if (line === undefined) return [];
  return [refusal?.code && !line.includes(refusal.code) ? `${line} (${refusal.code})` : line];
}

/** What is out of reach follows from the windows of the bus. */
function evidenceOf({ steps }: DmaReport, { statement, evidence }: Step): Step['evidence'] {
  if (statement.kind !== 'out-of-reach') return evidence;
  return steps.find(({ authority }) => authority.endsWith(':of_dma_get_range'))?.evidence ?? evidence;
}

/** What many devices of a board hang on stands at the board. */
const OF_THE_BOARD: readonly string[] = ['ram-from-boot-loader', 'restricted-pools-built', 'module-in-time'];

function isOwn(condition: Condition | Alternative): boolean {
  return !OF_THE_BOARD.includes(condition.kind);
}

/** What is open about this device: one line, with the other outcome where it is known. */
function openLines(asked: Asked, { dependsOn, alternative }: DmaReport): string[] {
  const rename = shortName(asked.snapshot.tree);
  const mark = asked.reader.command ? '$(question) ' : '';
  const own = (dependsOn ?? []).filter(isOwn);
  const [first] = own;
  if (first === undefined) return [];
  const other =
    alternative && isOwn(alternative.when)
      ? t('; if {0}: {1}', prose(otherwiseClause(alternative.when), rename), otherWay(asked, alternative.verdict))
      : '';
  const more = own.length > 1 ? t(' (and {0} more)', own.length - 1) : '';
  return [t('{0}depends on {1}{2}{3}', mark, prose(conditionText(first), rename), more, other)];
}

function otherWay({ snapshot }: Asked, verdict: Verdict): string {
  const ops = opsText(dmaOps(snapshot.platform, verdict));
  if (verdict === 'defer') return t('it waits without end');
  if (verdict === 'no-device' || verdict === 'not-configured') return t('no DMA is set up');
  return wayText(verdict, ops) === ops ? t('direct ({0})', ops) : wayText(verdict, ops);
}

/** `7 reasons`, `13 waits`. */
function counts(asked: Asked, node: DtNode, { steps, verdict }: DmaReport): Counted[] {
  const reasons: Counted = {
    text: `${steps.length} ${steps.length === 1 ? t('reason') : t('reasons')}`,
    leads: 'explain',
  };
  return [reasons, ...(verdict === 'no-device' ? [] : waitsLink(asked, node))];
}
