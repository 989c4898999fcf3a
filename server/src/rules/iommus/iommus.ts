// SPDX-License-Identifier: MIT
// Rules about the list in `iommus`: does it parse, and does each entry reach an IOMMU that Linux will use.
import type { Related } from '#base/problem.ts';
import { knownStrings } from '#model/drivers/index.ts';
import { inVersions } from '#model/platform/releases.ts';
import { xenDriver } from '#model/xen/drivers.ts';
import { insertProperty, isDeleted } from '#rules/edits/edits.ts';
import { deletion, enabling, repair } from '#rules/edits/repairs.ts';
import { board, mmu500, SMMU_V3 } from '#rules/engine/example.ts';
import { outcome } from '#rules/engine/outcome.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, usesOf } from '#rules/engine/uses.ts';
import { xenIommus } from '#rules/xen/host.ts';
import { compatibles, isAvailable, isLeftOff, isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import { type ListStop, specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { noteText } from '#wording/statements/registration.ts';

const PARSE = 'Linux 6.12 drivers/of/base.c:of_phandle_iterator_next, drivers/iommu/of_iommu.c:of_iommu_configure_dev';
const XLATE = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_xlate';

const iommusEmpty: Rule = {
  id: 'iommus-empty',
  severity: 'warning',
  fixable: true,
  title: '`iommus` without an entry',
  properties: ['iommus'],
  knows: 'node',
  doc: `An \`iommus\` that has no value, or whose first entry is the phandle 0, names no IOMMU.
Linux finds nothing to parse at index 0 and treats the device as one without an IOMMU, without any message.
Delete the property, or name the IOMMU.`,
  source: PARSE,
  example: { bad: board('dma { iommus; };'), good: board('dma { };') },
  *check(context, node) {
    const property = node.properties.get('iommus');
    if (!property) return;
    const { entries, stop } = specifiers(context.tree, property, '#iommu-cells');
    if (entries.length > 0 || (stop && stop.reason !== 'empty')) return;
    yield {
      message: '`iommus` has no entry; Linux treats this device as one without an IOMMU.',
      span: lastSet(property).name,
      fix: deletion(context, property),
    };
  },
};

/** Where reading stopped at the first entry, so that nothing of the list is used. */
function firstStop(context: RuleContext, node: DtNode, reason: ListStop['reason']): ListStop | undefined {
  const { entries, stop } = specifiers(context.tree, node.properties.get('iommus'), '#iommu-cells');
  return entries.length === 0 && stop?.reason === reason ? stop : undefined;
}

function shortText(stop: ListStop): string {
  const provider = stop.provider ? pathOf(stop.provider) : '';
  return `\`${provider}\` has \`#iommu-cells = <${stop.wanted}>\`, but ${cellsText(stop.found)} after its phandle`;
}

function cellsText(count: number): string {
  return count === 0 ? 'no cell follows' : count === 1 ? 'one cell follows' : `${count} cells follow`;
}

const iommusLength: Rule = {
  id: 'iommus-length',
  severity: 'error',
  title: '`iommus` with a specifier that is too short',
  properties: ['iommus'],
  doc: `The first specifier has fewer cells than the \`#iommu-cells\` of the IOMMU asks for. Linux prints
\`#iommu-cells = 1 found 0\`, gives up on the whole list, and the device gets direct DMA. Complete the specifier.
Bytes at the end that fill no cell are a *hint*: Linux does not look at them.`,
  source: PARSE,
  example: { bad: board(SMMU_V3, 'dma { iommus = <&smmu>; };'), good: board(SMMU_V3, 'dma { iommus = <&smmu 4>; };') },
  *check(context, node) {
    const property = node.properties.get('iommus');
    if (!property) return;
    const stop = firstStop(context, node, 'short');
    if (stop) {
      yield { message: `${shortText(stop)}; ${outcome(context, node)}.`, span: stop.phandle.span };
      return;
    }
    const { ragged } = specifiers(context.tree, property, '#iommu-cells');
    if (ragged === 0) return;
    const message = `\`iommus\` ends with ${ragged} byte${ragged === 1 ? '' : 's'} that fill no cell; Linux does not look at them.`;
    yield { message, span: lastSet(property).name, severity: 'hint' };
  },
};

const iommusBadPhandle: Rule = {
  id: 'iommus-bad-phandle',
  severity: 'error',
  title: '`iommus` whose phandle names no node',
  properties: ['iommus'],
  knows: 'all',
  doc: `The number at the place of the phandle belongs to no node of the tree.
Linux prints \`could not find phandle\`, gives up on the list, and the device gets direct DMA.
Write a reference such as \`&smmu\` instead of the number, or give the IOMMU that \`phandle\`.`,
  source: PARSE,
  example: {
    bad: board('dma { iommus = <0x11 4>; };'),
    good: board(SMMU_V3.replace('};', 'phandle = <0x11>; };'), 'dma { iommus = <0x11 4>; };'),
  },
  *check(context, node) {
    const stop = firstStop(context, node, 'no-such-phandle');
    if (!stop) return;
    const phandle = `0x${stop.phandle.value.toString(16)}`;
    yield {
      message: `No node has the phandle \`${phandle}\` that \`iommus\` starts with; ${outcome(context, node)}.`,
      span: stop.phandle.span,
    };
  },
};

const iommusMissingIommuCells: Rule = {
  id: 'iommus-missing-iommu-cells',
  severity: 'error',
  fixable: true,
  title: '`iommus` that points to a node without `#iommu-cells`',
  properties: ['iommus'],
  knows: 'all',
  doc: `The node that the first entry names has no \`#iommu-cells\`, so the number of cells that belong to it is unknown.
Linux prints \`could not get #iommu-cells\`, gives up on the list, and the device gets direct DMA.
Add \`#iommu-cells\` with the number from the IOMMU's binding, or point to the IOMMU that you mean.`,
  source: PARSE,
  example: {
    bad: board('smmu: iommu { compatible = "arm,smmu-v3"; };', 'dma { iommus = <&smmu 4>; };'),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const stop = firstStop(context, node, 'no-cells');
    const provider = stop?.provider;
    if (!provider || compatibles(provider).includes('virtio,mmio')) return;
    const count = cellsToAdd(context, provider);
    const title = `Add \`#iommu-cells = <${count}>\` to \`${pathOf(provider)}\``;
    yield {
      message: `\`${pathOf(provider)}\` has no \`#iommu-cells\`; ${outcome(context, node)}.`,
      span: stop.phandle.span,
      related: [{ message: 'this node', span: nodeSpan(provider) }],
      ...(count !== undefined && {
        fix: repair(title, () => insertProperty(context.text, provider, { name: '#iommu-cells', value: `<${count}>` })),
      }),
    };
  },
};

/** What `#iommu-cells` must become; nothing where the tree deletes it, which somebody meant. */
function cellsToAdd(context: RuleContext, provider: DtNode): number | undefined {
  return isDeleted(context.text, provider, '#iommu-cells') ? undefined : bindingCellCount(context, provider);
}

/** The only `#iommu-cells` that the binding of a known IOMMU allows. */
export function bindingCellCount(context: RuleContext, provider: DtNode): number | undefined {
  const counts = iommuDriver(context, provider)?.driver.cellCounts ?? [];
  return counts.length === 1 ? counts[0] : undefined;
}

const iommusTailIgnored: Rule = {
  id: 'iommus-tail-ignored',
  severity: 'error',
  title: '`iommus` with an entry that ends the list early',
  properties: ['iommus'],
  needs: ['iommus-empty', 'iommus-length', 'iommus-bad-phandle', 'iommus-missing-iommu-cells'],
  knows: 'all',
  doc: `The list starts well, but a later entry cannot be parsed: its phandle names no node or is 0, the node has no
\`#iommu-cells\`, or cells are missing. A surplus cell has the same effect, because it is read as the next phandle.
Linux keeps the entries before it and ignores the rest, so the device runs with some of its IDs and faults on the others.`,
  source: PARSE,
  example: {
    bad: board(SMMU_V3, 'dma { iommus = <&smmu 4 7>; };'),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 4>, <&smmu 7>; };'),
  },
  *check(context, node) {
    const { entries, stop } = specifiers(context.tree, node.properties.get('iommus'), '#iommu-cells');
    if (entries.length === 0 || !stop || stop.reason === 'unresolved') return;
    const kept = entries.length === 1 ? 'the first entry' : `the first ${entries.length} entries`;
    yield { message: `${stopText(stop)}; Linux uses ${kept} and ignores the rest.`, span: stop.phandle.span };
  },
};

function stopText(stop: ListStop): string {
  const cell = `0x${stop.phandle.value.toString(16)}`;
  switch (stop.reason) {
    case 'short':
      return shortText(stop);
    case 'no-cells':
      return `\`${stop.provider ? pathOf(stop.provider) : ''}\` has no \`#iommu-cells\``;
    case 'empty':
      return 'The phandle 0 ends `iommus`';
    default:
      return `\`${cell}\` is at a place where \`iommus\` needs the next phandle, but no node has that phandle`;
  }
}

const iommusTargetNotIommu: Rule = {
  id: 'iommus-target-not-iommu',
  severity: 'error',
  title: '`iommus` that points to a node which is not an IOMMU',
  properties: ['iommus'],
  doc: `The node has \`#iommu-cells\`, but its \`compatible\` is of no IOMMU that Linux has a driver for.
The device waits for an IOMMU that never registers; after the deferred probe timeout (10 s with modules) it gets direct DMA.
Point to the IOMMU. If a driver outside Linux binds the node, ignore this.`,
  source: `${XLATE}; drivers/base/dd.c:driver_deferred_probe_check_state`,
  example: {
    bad: board('bridge: bridge { #iommu-cells = <1>; };', 'dma { iommus = <&bridge 4>; };'),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    for (const { provider, phandle } of distinctProviders(context, node)) {
      if (knownStrings(provider).length > 0) continue;
      const strings = compatibles(provider);
      const what = strings[0] === undefined ? 'no `compatible`' : `\`compatible = "${strings[0]}"\``;
      const end = outcome(context, node, 'defer->direct');
      yield {
        message: `\`${pathOf(provider)}\` has ${what}, which no IOMMU driver of Linux that is known to this tool binds; ${end}.`,
        span: phandle.span,
        related: [{ message: 'this node', span: nodeSpan(provider) }],
        ...(strings.length > 0 && { severity: 'warning' as const }),
      };
    }
  },
};

const iommusNoLinuxDriver: Rule = {
  id: 'iommus-no-linux-driver',
  severity: 'warning',
  title: '`iommus` that points to an IOMMU which this Linux does not drive',
  properties: ['iommus'],
  needs: ['iommus-target-not-iommu'],
  doc: `The IOMMU is known, but in the chosen release no driver binds it or the driver cannot take masters:
only the binding names the string and the fallback is missing, the node is a legacy form, or the driver lost its
\`of_xlate\` (OMAP in 6.8 to 6.12, MediaTek v1 since 6.8). The device gets direct DMA, at once or after the deferred probe timeout.
Add the fallback string that the binding asks for, or choose another release.`,
  source: XLATE,
  example: {
    bad: board(mmu500(2).replace('arm,mmu-500', 'qcom,sm8550-smmu-500'), 'dma { iommus = <&smmu 4 0>; };'),
    good: board(
      mmu500(2).replace('arm,mmu-500', 'qcom,sm8550-smmu-500", "qcom,smmu-500", "arm,mmu-500'),
      'dma { iommus = <&smmu 4 0>; };',
    ),
  },
  *check(context, node) {
    const version = context.platform.kernelVersion;
    for (const { provider, phandle } of distinctProviders(context, node)) {
      const match = iommuDriver(context, provider);
      // Xen's grant node translates nothing by design; its rules are in `grant-dma/`.
      if (match?.traits.grouping === 'none') continue;
      if (match && !(match.driver.noXlate && inVersions(version, match.driver.noXlate))) continue;
      const [known] = knownStrings(provider);
      if (!known) continue;
      const release = `Linux ${version.join('.')}`;
      const reason = match
        ? `the driver ${match.driver.name} of ${release} takes no masters`
        : `no driver of ${release} binds \`${known.compatible.name}\``;
      const end = outcome(context, node, match ? 'direct' : 'defer->direct');
      yield {
        message: `\`iommus\` points to \`${pathOf(provider)}\`, but ${reason}; ${end}.`,
        span: phandle.span,
        related: [
          {
            message: known.compatible.note ? noteText(known.compatible.note) : known.driver.title,
            span: nodeSpan(provider),
          },
        ],
      };
    }
  },
};

/** The first entry for each available IOMMU of a device that exists. */
function* distinctProviders(context: RuleContext, node: DtNode) {
  const seen = new Set<DtNode>();
  for (const use of usesOf(context, node)) {
    if (use.via !== 'iommus' || seen.has(use.provider) || !isLive(use.provider)) continue;
    seen.add(use.provider);
    yield use;
  }
}

const DISABLED_SMMU =
  'other_smmu: other-iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; status = "disabled"; };';

const iommusDisabledDropsAll: Rule = {
  id: 'iommus-disabled-drops-all',
  severity: 'error',
  title: '`iommus` with one disabled IOMMU among enabled ones',
  properties: ['iommus'],
  doc: `Several IOMMUs are listed and at least one of them, but not all, is disabled.
Linux stops at the disabled one with \`-ENODEV\` and drops the entries that it had already taken, so the enabled IOMMUs
are not used either and the device gets direct DMA. Enable that IOMMU, or remove its entry.`,
  source: `${XLATE}, of_iommu_configure`,
  example: {
    bad: board(SMMU_V3, DISABLED_SMMU, 'dma { iommus = <&smmu 4>, <&other_smmu 4>; };'),
    good: board(SMMU_V3, DISABLED_SMMU, 'dma { iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const property = node.properties.get('iommus');
    const list = usesOf(context, node).filter((use) => use.via === 'iommus');
    const disabled = list.filter((use) => !isAvailable(use.provider));
    if (!property || !isLive(node) || disabled.length === 0 || disabled.length === list.length) return;
    for (const { provider, phandle } of disabled.slice(0, 1)) {
      yield {
        message: `\`${pathOf(provider)}\` is disabled, so Linux drops all entries of \`iommus\`, also those of enabled IOMMUs; ${outcome(context, node)}.`,
        span: phandle.span,
        related: disabledHere(provider),
      };
    }
  },
};

function disabledHere(provider: DtNode): Related[] {
  for (let at: DtNode | undefined = provider; at; at = at.parent) {
    const status = at.properties.get('status');
    if (status && !isAvailable(at)) return [{ message: 'disabled here', span: lastSet(status).span }];
  }
  return [];
}

const iommusTargetDisabled: Rule = {
  id: 'iommus-target-disabled',
  severity: 'warning',
  fixable: true,
  judgement: true,
  title: '`iommus` that points to a disabled IOMMU',
  properties: ['iommus'],
  needs: ['iommus-disabled-drops-all'],
  doc: `The IOMMU, or a node above it, has a \`status\` other than \`okay\`.
Linux then behaves as if the device had no IOMMU: direct DMA at once and without a message. Where the bus above the IOMMU is
disabled, the IOMMU is never registered and the device first waits for the deferred probe timeout.
Hardware that is not bypassed will fault. Enable the IOMMU, or delete \`iommus\` for this board. It is *info* where the chip's own file leaves
the IOMMU off for boards to enable, and in a tree for Xen: there a disabled IOMMU is not an IOMMU, which is how one is kept out
that Xen cannot drive.`,
  source: `${XLATE}; Documentation/devicetree/bindings/iommu/iommu.txt`,
  example: {
    bad: board(DISABLED_SMMU, 'dma { iommus = <&other_smmu 4>; };'),
    good: board(SMMU_V3, 'dma { iommus = <&smmu 4>; };'),
  },
  *check(context, node) {
    const property = node.properties.get('iommus');
    const use = firstDisabled(context, node);
    if (!property || !use || !isLive(node)) return;
    const own = !isAvailable(use.provider);
    const what = own ? 'which is disabled' : 'which is below a disabled node';
    yield {
      message: `\`iommus\` points to \`${pathOf(use.provider)}\`, ${what}; ${outcome(context, node, own ? 'direct' : 'defer->direct')}.`,
      span: lastSet(property).name,
      related: disabledHere(use.provider),
      ...((context.platform.kind === 'xen-host' || isLeftOff(context.tree, use.provider)) && {
        severity: 'info' as const,
      }),
      ...(own && mayEnable(context, use.provider) && { fix: enabling(context, use.provider) }),
    };
  },
};

function firstDisabled(context: RuleContext, node: DtNode) {
  return usesOf(context, node).find((use) => use.via === 'iommus' && !isLive(use.provider));
}

/** Xen wants IOMMUs of one driver of its own; others are disabled in its trees on purpose. */
function mayEnable(context: RuleContext, iommu: DtNode): boolean {
  if (iommu.parent && !isLive(iommu.parent)) return false;
  if (context.platform.kind !== 'xen-host') return true;
  const driver = xenDriver(context.platform, iommu);
  return driver !== undefined && xenIommus(context).every((other) => xenDriver(context.platform, other) === driver);
}

/** The rules of this family that look at one entry after the other; `device.ts` has those on the whole list. */
export const IOMMUS_RULES: readonly Rule[] = [
  iommusEmpty,
  iommusLength,
  iommusBadPhandle,
  iommusMissingIommuCells,
  iommusTailIgnored,
  iommusTargetNotIommu,
  iommusNoLinuxDriver,
  iommusDisabledDropsAll,
  iommusTargetDisabled,
];
