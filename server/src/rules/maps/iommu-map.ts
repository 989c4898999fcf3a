// SPDX-License-Identifier: MIT
// Rules about `iommu-map`: which IDs behind a bridge reach which IOMMU.
import { hex } from '#base/numbers.ts';
import { disabledAbove } from '#model/devices/existence.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { timeoutOf } from '#model/probe/deferral.ts';
import { enabling, planned } from '#rules/edits/repairs.ts';
import { board, host, mmu500, SMMU_V3 } from '#rules/engine/example.ts';
import { isPciHost, lastId, lastTranslated, overlaps, uncovered } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { cellCount, entriesOf, iommuDriver } from '#rules/engine/uses.ts';
import { hasNewForm, withAllCells, withOneCell } from '#rules/migrations/iommu-map-form.ts';
import { cells, cellTarget, isAvailable, isLeftOff, isLive, lastSet, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import { type MapEntry, mapEntries } from '#tree/specifiers.ts';
import type { DtNode, DtProperty } from '#tree/types.ts';

const MAP_ID = 'Linux 6.12 drivers/of/base.c:of_map_id';
const XLATE = 'Linux 6.12 drivers/iommu/of_iommu.c:of_iommu_xlate';

const GOOD = board(SMMU_V3, host('iommu-map = <0x0 &smmu 0x0 0x10000>;'));

/** Empty where Linux reads nothing of sense: see {@link length}. */
function mapOf(context: RuleContext, node: DtNode): readonly MapEntry[] {
  return isTooNew(context, node) ? [] : (entriesOf(context, node, 'iommu-map') ?? []);
}

/** In the form of Linux 7.2, for a kernel that is older. */
function isTooNew({ tree, platform }: RuleContext, node: DtNode): boolean {
  const property = node.properties.get('iommu-map');
  return property !== undefined && !has(platform.kernelVersion, GATES.mapsOneByOne) && hasNewForm(tree, property);
}

const length: Rule = {
  id: 'iommu-map-length',
  severity: 'error',
  fixable: true,
  title: '`iommu-map` whose length is not a multiple of four cells',
  properties: ['iommu-map'],
  knows: 'node',
  doc: `An entry of \`iommu-map\` has four cells: first ID, IOMMU, first output ID, number of IDs.
With any other length, or none, Linux prints \`Error: Bad iommu-map length\`, and every function behind the bridge gets
direct DMA. Complete the entry. From Linux 7.2 on an entry has as many output cells as \`#iommu-cells\` of its IOMMU says,
and with more than one of them it covers one ID; entries are then read as they are tried, so what precedes the broken
one still works. The quick fix goes from one form to the other.`,
  source: MAP_ID,
  example: {
    bad: board(mmu500(2), host('iommu-map = <0x0 &smmu 0x0 0x0 0x1>;')),
    good: board(mmu500(2), host('iommu-map = <0x0 &smmu 0x0 0x1>;')),
  },
  *check(context, node) {
    const property = node.properties.get('iommu-map');
    const wide = has(context.platform.kernelVersion, GATES.mapsOneByOne);
    const newForm = isTooNew(context, node);
    if (!property || (!newForm && entriesOf(context, node, 'iommu-map'))) return;
    const what = lengthText(context, property, newForm);
    const edits = wide ? withAllCells(context, node) : newForm ? withOneCell(context, node) : undefined;
    const title = wide ? 'Write all output cells' : 'Write one output cell per entry';
    const bytes = property.value.bytes.length;
    const end =
      newForm && entriesOf(context, node, 'iommu-map')
        ? 'reads fours that name no IOMMU and no ID behind this node is translated'
        : wide && bytes === 0
          ? 'finds no entry and no ID behind this node is translated'
          : wide && bytes % 4 === 0 && beginsWhole(context, property)
            ? 'translates at most what entries before the broken one cover, and fails for every other ID'
            : 'refuses the whole map and no ID behind this node is translated';
    yield {
      message: `\`iommu-map\` ${what}; Linux ${end}.`,
      span: lastSet(property).name,
      ...(edits && { fix: planned(title, edits) }),
    };
  },
};

/** The first entry has all its cells, as Linux 7.2 counts them. */
function beginsWhole({ tree }: RuleContext, property: DtProperty): boolean {
  const all = cells(tree, property);
  const provider = all[1] && cellTarget(tree, all[1]);
  return provider !== undefined && all.length >= 3 + (u32(provider.properties.get('#iommu-cells')) ?? 1);
}

function lengthText({ tree, platform }: RuleContext, property: DtProperty, newForm: boolean): string {
  const count = property.value.bytes.length / 4;
  if (count === 0) return 'is empty';
  if (newForm) return `has ${count} cells, and an entry needs four (it has the form of Linux 7.2)`;
  if (!has(platform.kernelVersion, GATES.mapsOneByOne)) return `has ${count} cells, and an entry needs four`;
  const old = mapEntries(tree, property)?.find(({ provider }) => provider && cellCount(provider) > 1)?.provider;
  return old
    ? `has entries with one output cell for several IDs, and \`${pathOf(old)}\` has \`#iommu-cells = <${cellCount(old)}>\``
    : `has ${count} cells, which do not divide into entries`;
}

const badPhandle: Rule = {
  id: 'iommu-map-bad-phandle',
  severity: 'error',
  title: '`iommu-map` whose phandle names no node',
  properties: ['iommu-map'],
  knows: 'all',
  doc: `The second cell of the entry is a number that is the phandle of no node.
For every ID that the entry covers Linux gets \`-ENODEV\`, and the function uses direct DMA without a message. Linux 7.2 and
later look at the phandle before the IDs: there every ID that no entry before it covers has this end, also where the entry
has length 0. Write a reference such as \`&smmu\`.`,
  source: MAP_ID,
  example: { bad: board(host('iommu-map = <0x0 0x11 0x0 0x10000>;')), good: GOOD },
  *check(context, node) {
    const oneByOne = has(context.platform.kernelVersion, GATES.mapsOneByOne);
    for (const entry of mapOf(context, node)) {
      if (entry.provider || entry.phandle.ref !== undefined || (entry.length.value === 0 && !oneByOne)) continue;
      const who = oneByOne ? 'functions that no entry before it covers' : `functions with the IDs ${range(entry)}`;
      yield {
        message: `No node has the phandle \`${hex(entry.phandle.value)}\`; ${who} get direct DMA.`,
        span: entry.phandle.span,
      };
      // What follows has no meaning for Linux 7.2.
      if (oneByOne) return;
    }
  },
};

const overlap: Rule = {
  id: 'iommu-map-overlap',
  severity: 'warning',
  title: '`iommu-map` entries that cover the same IDs',
  properties: ['iommu-map'],
  knows: 'node',
  doc: `Two entries cover the same ID. Linux takes the first one that matches, so the later entry is dead for these IDs.
Give each ID to one entry.`,
  source: MAP_ID,
  example: {
    bad: board(SMMU_V3, host('iommu-map = <0x0 &smmu 0x0 0x200>, <0x100 &smmu 0x1000 0x100>;')),
    good: board(SMMU_V3, host('iommu-map = <0x0 &smmu 0x0 0x100>, <0x100 &smmu 0x1000 0x100>;')),
  },
  *check(context, node) {
    for (const { first, later, start, end } of overlaps(mapOf(context, node))) {
      yield {
        message: `IDs ${hex(start)} to ${hex(end)} are in an earlier entry of \`iommu-map\` too; Linux uses that one.`,
        span: later.base.span,
        related: [{ message: 'the earlier entry', span: first.base.span }],
      };
    }
  },
};

const uncoveredIds: Rule = {
  id: 'iommu-map-uncovered',
  severity: 'info',
  title: '`iommu-map` that leaves IDs between its entries without IOMMU',
  properties: ['iommu-map'],
  doc: `Some requester IDs lie between the entries of \`iommu-map\` and belong to none.
Linux prints \`no iommu-map translation for id\` for a function there and gives it direct DMA; its neighbours are translated.
That is right for functions that do not exist. Otherwise extend an entry. Maps that list single functions only, and the
function of a virtio-iommu itself, are not reported.`,
  source: MAP_ID,
  example: {
    bad: board(SMMU_V3, host('iommu-map = <0x0 &smmu 0x0 0x8>, <0x10 &smmu 0x10 0xfff0>;')),
    good: GOOD,
  },
  *check(context, node) {
    const entries = mapOf(context, node);
    if (!isPciHost(node) || !isLive(node) || entries.every((entry) => entry.length.value <= 1)) return;
    for (const { start, end, after } of uncovered(context, node, entries)) {
      const ids = start === end ? `ID ${hex(start)} is` : `IDs ${hex(start)} to ${hex(end)} are`;
      yield {
        message: `${ids} in no entry of \`iommu-map\`; a function there gets direct DMA.`,
        span: after.base.span,
      };
    }
  },
};

const zeroLength: Rule = {
  id: 'iommu-map-zero-length',
  severity: 'info',
  title: '`iommu-map` entry of length 0',
  properties: ['iommu-map'],
  knows: 'node',
  doc: `The last cell of the entry, the number of IDs, is 0. The entry never matches, and functions that were meant get
direct DMA. Some boards ship such an entry for the boot loader to fill in; then the tree that Linux sees is another one.`,
  source: MAP_ID,
  example: { bad: board(SMMU_V3, host('iommu-map = <0x0 &smmu 0x0 0x0>;')), good: GOOD },
  *check(context, node) {
    for (const entry of mapOf(context, node)) {
      if (entry.length.value !== 0) continue;
      yield {
        message: 'This entry of `iommu-map` covers no ID; Linux never uses it unless the boot loader completes it.',
        span: entry.length.span,
      };
    }
  },
};

const wrap: Rule = {
  id: 'iommu-map-wrap',
  severity: 'error',
  title: '`iommu-map` entry that runs over the end of the ID space',
  properties: ['iommu-map'],
  knows: 'node',
  doc: `First ID plus length is 2^32 or more. Linux up to 7.1 adds them in 32 bits, the sum wraps, and the entry never matches:
functions with these IDs get direct DMA. Linux 7.2 and later subtract instead, and the entry works. Shorten the length.`,
  source: `${MAP_ID}; Linux 7.3 drivers/of/base.c:of_map_id`,
  example: {
    bad: board(SMMU_V3, host('iommu-map = <0x1 &smmu 0x0 0xffffffff>;')),
    good: GOOD,
    platform: { kernelVersion: [6, 12] },
  },
  *check(context, node) {
    if (has(context.platform.kernelVersion, GATES.mapsOneByOne)) return;
    for (const { base, length: count } of mapOf(context, node)) {
      if (base.value + count.value < 2 ** 32) continue;
      yield {
        message: `\`${hex(base.value)}\` plus \`${hex(count.value)}\` does not fit 32 bits; Linux never matches this entry.`,
        span: count.span,
      };
    }
  },
};

const outputRange: Rule = {
  id: 'iommu-map-output-range',
  severity: 'error',
  title: '`iommu-map` with output IDs that the IOMMU cannot have',
  properties: ['iommu-map'],
  doc: `The entry maps to IDs beyond what the IOMMU's driver keeps, for example beyond 16 bits on an SMMUv2.
The driver cuts the value or refuses the function: it then uses the streams of another device, or direct DMA.
Lower the output ID or the length.`,
  source: `${MAP_ID}; drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_of_xlate`,
  example: {
    bad: board(mmu500(1), host('iommu-map = <0x0 &smmu 0xff00 0x200>;')),
    good: board(mmu500(1), host('iommu-map = <0x0 &smmu 0xff00 0x100>;')),
  },
  *check(context, node) {
    const mask = u32(node.properties.get('iommu-map-mask'));
    for (const entry of mapOf(context, node)) {
      const match = entry.provider && iommuDriver(context, entry.provider);
      const cell = match?.traits.cells[0];
      const highest = lastTranslated(entry, mask);
      if (!match || !cell || match.driver.name === 'xen-grant-dma' || highest === undefined) continue;
      const last = entry.out.value + highest - entry.base.value;
      if (last <= cell.max) continue;
      yield {
        message: `The entry maps up to the output ID \`${hex(last)}\`, but ${match.driver.title} has IDs up to \`${hex(cell.max)}\`: ${cell.outside}.`,
        span: entry.out.span,
      };
    }
  },
};

const cellsMismatch: Rule = {
  id: 'iommu-map-cells-mismatch',
  severity: 'hint',
  fixable: true,
  title: '`iommu-map` towards an IOMMU whose `#iommu-cells` is not 1',
  properties: ['iommu-map'],
  doc: `Up to Linux 7.1 an entry has four cells whatever \`#iommu-cells\` of the IOMMU says, and one output cell reaches the
driver. From 7.2 on the number of output cells follows \`#iommu-cells\`; the old form towards two cells is still read when
every entry has length 1 and names the same IOMMU, and an entry with several output cells works for one ID alone. Nothing is wrong for an older kernel, and an entry of its own for each
function is read by both.`,
  source: `${MAP_ID}; Linux 7.2 commit ccb2fd725d41 "of: Respect #{iommu,msi}-cells in maps"`,
  example: {
    bad: board(mmu500(2), host('iommu-map = <0x0 &smmu 0x0 0x1>;')),
    good: board(mmu500(2), host('iommu-map = <0x0 &smmu 0x0 0x0 0x1>;')),
    platform: { kernelVersion: [7, 2] },
  },
  *check(context, node) {
    const property = node.properties.get('iommu-map');
    const entries = mapOf(context, node);
    const far = entries.find((each) => each.outCells > 1 && each.length.value > 1 && each.provider);
    if (far) {
      const ids = `${far.length.value} IDs with ${far.outCells} output cells`;
      const message = `This entry covers ${ids}; Linux prints Unsupported iommu-map and gives functions with the IDs ${range(far)} direct DMA.`;
      yield { message, span: far.length.span, severity: 'warning' };
      return;
    }
    const entry = entries.find(({ provider }) => provider?.properties.has('#iommu-cells') && cellCount(provider) !== 1);
    if (!property || !entry?.provider || entry.outCells === cellCount(entry.provider)) return;
    const new72 = has(context.platform.kernelVersion, GATES.mapsOneByOne);
    const single = entries.every((each) => each.length.value === 1);
    // What every release reads is no mistake.
    if (single && !new72) return;
    const edits = new72 ? withAllCells(context, node) : undefined;
    const end = single
      ? 'Linux reads one output cell per entry and takes the others as 0'
      : new72
        ? 'Linux 7.2 refuses such a map'
        : 'Linux reads one output cell per entry up to 7.1, and 7.2 refuses such a map';
    yield {
      message: `\`${pathOf(entry.provider)}\` has \`#iommu-cells = <${cellCount(entry.provider)}>\`; ${end}.`,
      span: lastSet(property).name,
      ...(new72 && !single && { severity: 'warning' as const }),
      ...(edits && { fix: planned('Write all output cells', edits) }),
    };
  },
};

const noCells: Rule = {
  id: 'iommu-map-missing-iommu-cells',
  severity: 'warning',
  title: '`iommu-map` that points to a node without `#iommu-cells`',
  properties: ['iommu-map'],
  knows: 'all',
  doc: `The node that an entry names has no \`#iommu-cells\`, which every IOMMU must have.
The map itself is read without it: every entry then has one output cell, also in Linux 7.3. \`iommus\` of other masters cannot
be read without it. Add it with the number from the binding, or point to the IOMMU.`,
  source: `${MAP_ID}; Linux 7.3 drivers/of/base.c:of_map_id; Documentation/devicetree/bindings/iommu/iommu.txt (Linux 6.12)`,
  example: {
    bad: board(
      'smmu: iommu { compatible = "arm,mmu-401"; #global-interrupts = <0>; interrupts = <1>; };',
      host('iommu-map = <0x0 &smmu 0x0 0x10000>;'),
    ),
    good: GOOD,
  },
  *check(context, node) {
    const seen = new Set<DtNode>();
    for (const { provider, phandle, length: count } of mapOf(context, node)) {
      if (!provider || seen.has(provider) || provider.properties.has('#iommu-cells') || count.value === 0) continue;
      seen.add(provider);
      const known = iommuDriver(context, provider);
      const end = known
        ? 'Linux reads one output cell per entry, and masters with `iommus` need it'
        : 'Linux finds no IOMMU there and the functions get direct DMA';
      yield {
        message: `\`${pathOf(provider)}\` has no \`#iommu-cells\`; ${end}.`,
        span: phandle.span,
        related: [{ message: 'this node', span: nodeSpan(provider) }],
      };
    }
  },
};

const targetDisabled: Rule = {
  id: 'iommu-map-target-disabled',
  severity: 'warning',
  fixable: true,
  judgement: true,
  title: '`iommu-map` that points to a disabled IOMMU',
  properties: ['iommu-map'],
  doc: `The IOMMU of an entry, or a node above it, is not \`okay\`.
Linux gives the functions with these IDs direct DMA, without a message; where only a node above the IOMMU is disabled, they
first wait for the deferred probe timeout. Enable the IOMMU, or remove the entry. It is *info* where the chip's own file
leaves the IOMMU off for boards to enable.`,
  source: XLATE,
  example: {
    bad: board(SMMU_V3.replace(' };', ' status = "disabled"; };'), host('iommu-map = <0x0 &smmu 0x0 0x10000>;')),
    good: GOOD,
  },
  *check(context, node) {
    const property = node.properties.get('iommu-map');
    const provider = disabledProvider(context, node);
    if (!property || !provider) return;
    const own = !isAvailable(provider);
    const status = own ? provider.properties.get('status') : disabledAbove(provider)?.properties.get('status');
    const { seconds } = timeoutOf(machineOf(context.tree, context.platform));
    const wait = seconds === undefined ? 'wait without end' : `wait ${seconds} s for it, then get direct DMA`;
    yield {
      message: own
        ? `\`iommu-map\` points to \`${pathOf(provider)}\`, which is disabled; the functions that it covers get direct DMA.`
        : `iommu-map points to ${pathOf(provider)}, which is below a disabled node and never registers; the functions that it covers ${wait}.`,
      span: lastSet(property).name,
      related: status ? [{ message: 'disabled here', span: lastSet(status).span }] : [],
      ...(isLeftOff(context.tree, provider) && { severity: 'info' as const }),
      ...(own && status && { fix: enabling(context, provider) }),
    };
  },
};

function disabledProvider(context: RuleContext, node: DtNode): DtNode | undefined {
  if (!isLive(node)) return undefined;
  return mapOf(context, node).find(({ provider }) => provider && !isLive(provider))?.provider;
}

function range(entry: MapEntry): string {
  return `${hex(entry.base.value)} to ${hex(lastId(entry))}`;
}

export const IOMMU_MAP_RULES: readonly Rule[] = [
  length,
  badPhandle,
  overlap,
  uncoveredIds,
  zeroLength,
  wrap,
  outputRange,
  cellsMismatch,
  noCells,
  targetDisabled,
];
