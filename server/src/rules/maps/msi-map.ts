// SPDX-License-Identifier: MIT
// Rules about who writes which MSI: entries of `msi-map` against each other, their controllers, and `iommu-map`.
import { hex } from '#base/numbers.ts';
import { deletion, enabling } from '#rules/edits/repairs.ts';
import { board, host, SMMU_V3 } from '#rules/engine/example.ts';
import { firstOutside, isPciHost, overlaps } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { entriesOf, iommuDriver } from '#rules/engine/uses.ts';
import { compatibles, isAvailable, isLive, lastSet, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { Cell, DtNode } from '#tree/types.ts';

const MAP_ID = 'Linux 6.12 drivers/of/base.c:of_map_id';
const ITS = 'its: msi-controller { compatible = "arm,gic-v3-its"; msi-controller; #msi-cells = <1>; };';

const overlap: Rule = {
  id: 'msi-map-overlap',
  severity: 'warning',
  title: '`msi-map` entries that cover the same IDs',
  properties: ['msi-map'],
  needs: ['msi-map-format'],
  doc: `Two entries cover the same IDs. Linux takes the first one that fits and never looks at the later one for these IDs, so
their MSIs go with another device ID, or to another controller, than the later entry says. Correct the ranges.`,
  source: MAP_ID,
  example: {
    bad: board(ITS, host('msi-map = <0x0 &its 0x0 0x200>, <0x100 &its 0x1000 0x100>;')),
    good: board(ITS, host('msi-map = <0x0 &its 0x0 0x100>, <0x100 &its 0x1000 0x100>;')),
  },
  *check(context, node) {
    for (const { first, later, start, end } of overlaps(entriesOf(context, node, 'msi-map') ?? [])) {
      yield {
        message: `IDs ${hex(start)} to ${hex(end)} are in an earlier entry of \`msi-map\` too; Linux uses that one.`,
        span: later.base.span,
        related: [{ message: 'the earlier entry', span: first.base.span }],
      };
    }
  },
};

const maskAlone: Rule = {
  id: 'msi-map-mask-alone',
  severity: 'warning',
  fixable: true,
  title: '`msi-map-mask` without `msi-map`',
  properties: ['msi-map-mask'],
  knows: 'all',
  doc: `The mask is applied to IDs before they are looked up in \`msi-map\`, and there is no \`msi-map\` here.
Linux never reads the mask. Add the map, or delete the mask.`,
  source: MAP_ID,
  example: {
    bad: board(host('msi-map-mask = <0xff>;')),
    good: board(ITS, host('msi-map = <0x0 &its 0x0 0x100>; msi-map-mask = <0xff>;')),
  },
  *check(context, node) {
    const property = node.properties.get('msi-map-mask');
    if (!property || node.properties.has('msi-map')) return;
    yield {
      message: 'There is no `msi-map` on this node, so Linux never reads `msi-map-mask`.',
      span: lastSet(property).name,
      fix: deletion(context, property),
      tag: 'unnecessary',
    };
  },
};

interface Named {
  readonly provider: DtNode;
  readonly phandle: Cell;
}

/** The controllers that a node names, in `msi-map` and `msi-parent`. */
function controllers(context: RuleContext, node: DtNode): Named[] {
  const found: Named[] = [];
  for (const { provider, phandle } of entriesOf(context, node, 'msi-map') ?? []) {
    if (provider) found.push({ provider, phandle });
  }
  found.push(...specifiers(context.tree, node.properties.get('msi-parent'), '#msi-cells', 0).entries);
  return found;
}

const OFF_ITS = ITS.replace(' };', ' status = "disabled"; };');

const targetDisabled: Rule = {
  id: 'msi-target-disabled',
  severity: 'warning',
  fixable: true,
  title: '`msi-map` or `msi-parent` to a disabled MSI controller',
  properties: ['msi-parent', 'msi-map'],
  needs: ['msi-map-format', 'msi-parent-cells'],
  doc: `The controller, or a node above it, is disabled, so its driver makes no MSI domain. PCI functions fall back to their
interrupt lines, and a device that needs MSIs does not work. Enable the controller, or name another one.`,
  source: 'Linux 6.12 drivers/of/irq.c:of_msi_get_domain, of_msi_map_get_device_domain',
  example: {
    bad: board(OFF_ITS, host('msi-map = <0x0 &its 0x0 0x10000>;')),
    good: board(ITS, host('msi-map = <0x0 &its 0x0 0x10000>;')),
  },
  *check(context, node) {
    const named = controllers(context, node);
    const dead = named.find(({ provider }) => !isLive(provider));
    if (!dead || !isLive(node) || named.some(({ provider }) => isLive(provider))) return;
    const own = !isAvailable(dead.provider) && (!dead.provider.parent || isLive(dead.provider.parent));
    yield {
      message: `\`${pathOf(dead.provider)}\` ${own ? 'is disabled' : 'is below a disabled node'}; Linux has no MSI domain for this device.`,
      span: dead.phandle.span,
      related: [{ message: 'the controller', span: nodeSpan(dead.provider) }],
      ...(own && { fix: enabling(context, dead.provider) }),
    };
  },
};

/** Device IDs that a node uses at an ITS. */
interface DeviceIds {
  readonly node: DtNode;
  readonly its: DtNode;
  readonly first: number;
  readonly last: number;
  readonly at: Cell;
}

function deviceIds(context: RuleContext): DeviceIds[] {
  const found: DeviceIds[] = [];
  for (const node of context.nodesWith('msi-map')) {
    if (!isLive(node)) continue;
    const mask = u32(node.properties.get('msi-map-mask'));
    for (const { provider, out, length } of entriesOf(context, node, 'msi-map') ?? []) {
      // A mask that keeps some bits makes the outputs uneven.
      if (!provider || !isIts(provider) || length.value === 0 || (mask !== undefined && mask !== 0)) continue;
      const count = mask === 0 ? 1 : length.value;
      found.push({ node, its: provider, first: out.value, last: out.value + count - 1, at: out });
    }
  }
  for (const node of context.nodesWith('msi-parent')) {
    if (!isLive(node) || isPciHost(node) || node.properties.has('msi-map')) continue;
    for (const { provider, args } of specifiers(context.tree, node.properties.get('msi-parent'), '#msi-cells', 0)
      .entries) {
      const [id] = args;
      if (id && isIts(provider)) found.push({ node, its: provider, first: id.value, last: id.value, at: id });
    }
  }
  return found;
}

function isIts(node: DtNode): boolean {
  return compatibles(node).includes('arm,gic-v3-its');
}

const deviceIdTwice: Rule = {
  id: 'msi-device-id-duplicate',
  severity: 'warning',
  title: 'Device ID of an ITS on two devices',
  scope: 'tree',
  properties: ['msi-map', 'msi-parent'],
  needs: ['msi-map-format', 'msi-parent-cells', 'msi-its-platform-cells'],
  doc: `Two devices, or functions behind two bridges, write MSIs with the same device ID to one ITS. Linux takes the second for
an alias of the first and lets both share a translation table of the size of the first: the second may get no MSIs
(\`-ENOSPC\`), and where it does, the ITS cannot tell them apart. Give each its own IDs.`,
  source: 'Linux 6.12 drivers/irqchip/irq-gic-v3-its.c:its_msi_prepare',
  example: {
    bad: board(
      ITS,
      host('msi-map = <0x0 &its 0x0 0x10000>;'),
      'dma { compatible = "vendor,dma"; msi-parent = <&its 0x8>; };',
    ),
    good: board(
      ITS,
      host('msi-map = <0x0 &its 0x0 0x10000>;'),
      'dma { compatible = "vendor,dma"; msi-parent = <&its 0x10008>; };',
    ),
  },
  *check(context) {
    const seen = new Map<DtNode, DeviceIds[]>();
    for (const ids of deviceIds(context)) {
      const others = seen.get(ids.its) ?? [];
      seen.set(ids.its, [...others, ids]);
      const other = others.find(({ node, first, last }) => node !== ids.node && first <= ids.last && ids.first <= last);
      if (!other) continue;
      const start = Math.max(other.first, ids.first);
      const end = Math.min(other.last, ids.last);
      const what = start === end ? `The device ID ${hex(start)}` : `Device IDs ${hex(start)} to ${hex(end)}`;
      yield {
        message: `${what} of \`${pathOf(ids.its)}\` ${start === end ? 'is' : 'are'} used by \`${pathOf(other.node)}\` too; Linux lets both share one table of MSIs.`,
        span: ids.at.span,
        node: ids.node,
        related: [{ message: 'the other device', span: other.at.span }],
      };
    }
  },
};

const withoutIommu: Rule = {
  id: 'iommu-map-misses-msi-ids',
  severity: 'info',
  title: 'IDs with `msi-map` but without `iommu-map`',
  properties: ['iommu-map'],
  needs: ['iommu-map-length', 'iommu-map-uncovered', 'iommu-map-zero-length', 'msi-map-format'],
  doc: `The bridge has IDs that \`msi-map\` covers, so functions with them are expected, but \`iommu-map\` does not cover them.
Linux prints \`no iommu-map translation for id\` for such a function and gives it direct DMA, which an SMMU that is in the way
blocks. Extend \`iommu-map\` unless those functions really bypass the IOMMU.`,
  source: `${MAP_ID}, drivers/iommu/of_iommu.c:of_pci_iommu_init`,
  example: {
    bad: board(SMMU_V3, ITS, host('iommu-map = <0x0 &smmu 0x0 0x100>; msi-map = <0x0 &its 0x0 0x10000>;')),
    good: board(SMMU_V3, ITS, host('iommu-map = <0x0 &smmu 0x0 0x10000>; msi-map = <0x0 &its 0x0 0x10000>;')),
  },
  *check(context, node) {
    const property = node.properties.get('iommu-map');
    const covered = (entriesOf(context, node, 'iommu-map') ?? []).filter(({ length }) => length.value > 0);
    if (!property || covered.length === 0 || !isLive(node) || node.properties.has('iommu-map-mask')) return;
    if (node.properties.has('msi-map-mask')) return;
    if (!covered.some(({ provider }) => provider && isLive(provider) && iommuDriver(context, provider))) return;
    for (const entry of entriesOf(context, node, 'msi-map') ?? []) {
      const missing = entry.length.value === 0 ? undefined : firstOutside(entry, covered);
      if (missing === undefined) continue;
      yield {
        message: `IDs from ${hex(missing)} on are in \`msi-map\` but not in \`iommu-map\`; Linux gives a function there direct DMA.`,
        span: lastSet(property).name,
        related: [{ message: 'the entry of `msi-map`', span: entry.base.span }],
      };
      return;
    }
  },
};

export const MSI_MAP_RULES: readonly Rule[] = [overlap, maskAlone, targetDisabled, deviceIdTwice, withoutIommu];
