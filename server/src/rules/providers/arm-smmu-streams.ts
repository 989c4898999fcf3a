// SPDX-License-Identifier: MIT
// Rules about stream IDs and masks on Arm SMMUs: which entries of different masters match the same stream.
import { hex } from '#base/numbers.ts';
import type { Span } from '#base/text.ts';
import { streamPlacement } from '#model/iommu/streams.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import { board, mmu500, SMMU_V3 } from '#rules/engine/example.ts';
import type { Finding, Rule, RuleContext } from '#rules/engine/rule.ts';
import { iommuDriver, isXens, usesByProvider } from '#rules/engine/uses.ts';
import { isLive, nodeSpan, pathOf, u32 } from '#tree/query.ts';
import type { Cell, DtNode } from '#tree/types.ts';

const FIND_SME = 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_find_sme';

/** What one entry of a master makes the SMMU match: the stream IDs that equal `id` outside `mask`. */
interface Match {
  readonly master: DtNode;
  readonly id: number;
  readonly mask: number;
  readonly cell: Cell;
}

/** The matches of platform masters by SMMU; those of PCI functions depend on which functions there are. */
function* matchesBySmmu(context: RuleContext, driver: string): Generator<[DtNode, Match[]]> {
  for (const [provider, uses] of usesByProvider(context)) {
    if (iommuDriver(context, provider)?.driver.name !== driver || !isLive(provider)) continue;
    const common = u32(provider.properties.get('stream-match-mask')) ?? 0;
    const matches = uses.flatMap(({ via, args, master, phandle }) => {
      if (via !== 'iommus') return [];
      const id = driver === 'arm-smmu' ? (args[0]?.value ?? 0) & 0xffff : (args[0]?.value ?? 0);
      return [{ master, id, mask: (args[1]?.value ?? common) & 0xffff, cell: args[0] ?? phandle }];
    });
    yield [provider, matches];
  }
}

/** Both match some stream. */
function meet(a: Match, b: Match): boolean {
  return ((a.id ^ b.id) & ~(a.mask | b.mask)) === 0;
}

/** Everything that `inner` matches, `outer` matches too: arm_smmu_find_sme then shares the entry. */
function within(inner: Match, outer: Match): boolean {
  return (inner.mask & outer.mask) === inner.mask && ((inner.id ^ outer.id) & ~outer.mask) === 0;
}

function text({ id, mask }: Match): string {
  return mask === 0 ? hex(id) : `${hex(id)} mask ${hex(mask)}`;
}

/** Each pair of matches that meet, the earlier one first. */
function* meetings(matches: readonly Match[]): Generator<[Match, Match]> {
  for (const [at, later] of matches.entries()) {
    for (let index = 0; index < at; index++) {
      const earlier = matches[index];
      if (earlier && meet(earlier, later)) yield [earlier, later];
    }
  }
}

const idInsideMask: Rule = {
  id: 'smmu-id-inside-mask',
  severity: 'hint',
  title: 'Stream ID with bits that its own mask ignores',
  properties: ['iommus'],
  doc: `Bits that are set in the mask are not compared, so they have no effect in the stream ID. The entry matches what it
would match without them, but a reader and other entries are easily misled. Clear the bits.`,
  source: 'Linux 6.12 Documentation/devicetree/bindings/iommu/arm,smmu.yaml',
  example: {
    bad: board(mmu500(2), 'dma { iommus = <&smmu 0x81 0x1>; };'),
    good: board(mmu500(2), 'dma { iommus = <&smmu 0x80 0x1>; };'),
  },
  scope: 'tree',
  *check(context) {
    for (const [, matches] of matchesBySmmu(context, 'arm-smmu')) {
      for (const match of matches) {
        if ((match.id & match.mask) === 0) continue;
        yield {
          message: `The mask \`${hex(match.mask)}\` ignores bits that are set in the stream ID \`${hex(match.id)}\`; Linux matches the same without them.`,
          span: match.cell.span,
          node: match.master,
        };
      }
    }
  },
};

const conflict: Rule = {
  id: 'smmu-smr-conflict',
  severity: 'error',
  title: 'Stream matches that overlap in part',
  properties: ['iommus'],
  needs: ['iommu-lost-by-refused-device'],
  doc: `Two entries for one SMMU match a stream in common, and neither contains the other. The SMMU must not have both, so
Linux refuses the device that is set up later with \`-EINVAL\`. Before Linux 6.15 that device gets direct DMA, and its
streams fault; since then the whole SMMU fails to register (\`iommu-lost-by-refused-device\`).
Choose IDs and masks that do not overlap, or write the same pair on both.`,
  source: FIND_SME,
  example: {
    bad: board(mmu500(2), 'dma-a { iommus = <&smmu 0x80 0x3>; };', 'dma-b { iommus = <&smmu 0x80 0x5>; };'),
    good: board(mmu500(2), 'dma-a { iommus = <&smmu 0x80 0x3>; };', 'dma-b { iommus = <&smmu 0x90 0x5>; };'),
    platform: { kernelVersion: [6, 12] },
  },
  scope: 'tree',
  *check(context) {
    for (const [, matches] of matchesBySmmu(context, 'arm-smmu')) {
      for (const [earlier, later] of meetings(matches)) {
        const same = earlier.master === later.master;
        if (within(later, earlier) || (within(earlier, later) && !same)) continue;
        const other = same ? 'an earlier entry' : `\`${pathOf(earlier.master)}\``;
        const end = same
          ? 'Linux refuses the device with `-EINVAL`'
          : 'Linux refuses the one that it probes later with `-EINVAL`';
        yield pairFinding(earlier, later, `${text(later)} and ${text(earlier)} of ${other} overlap; ${end}.`);
      }
    }
  },
};

function pairFinding(earlier: Match, later: Match, message: string): Finding {
  return {
    message: `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
    span: later.cell.span,
    node: later.master,
    related: [{ message: 'the other entry', span: earlier.cell.span }],
  };
}

const shared: Rule = {
  id: 'smmu-shared-stream',
  severity: 'warning',
  title: 'Stream of one device inside the match of another',
  properties: ['iommus'],
  doc: `An entry of one device contains the streams of another. Linux then shares one match register, and both devices are in
one group with one address space; but when the wider entry is probed second, that device is refused with \`-EINVAL\`.
Which happens depends on probe order; since Linux 6.15 the refusal ends the registration of the whole SMMU. Equal entries always share and are reported as a hint. Separate the IDs, or
write the same pair on both.`,
  source: FIND_SME,
  example: {
    bad: board(mmu500(2), 'dma-a { iommus = <&smmu 0x80 0xf>; };', 'dma-b { iommus = <&smmu 0x84 0x0>; };'),
    good: board(mmu500(2), 'dma-a { iommus = <&smmu 0x80 0xf>; };', 'dma-b { iommus = <&smmu 0x90 0x0>; };'),
  },
  scope: 'tree',
  *check(context) {
    for (const [, matches] of matchesBySmmu(context, 'arm-smmu')) {
      const split = new Set([...splitMasters(matches)].map(({ master }) => master));
      for (const [earlier, later] of meetings(matches)) {
        if (split.has(earlier.master) || split.has(later.master)) continue;
        if (earlier.master === later.master || !(within(later, earlier) || within(earlier, later))) continue;
        const equal = within(later, earlier) && within(earlier, later);
        const other = `\`${pathOf(earlier.master)}\``;
        const message = equal
          ? `${other} has the stream ${text(later)} too; Linux puts both devices into one group.`
          : `${text(later)} and ${text(earlier)} of ${other} contain one another; by probe order Linux shares the entry or refuses the wider one.`;
        yield { ...pairFinding(earlier, later, message), ...(equal && { severity: 'hint' as const }) };
      }
    }
  },
};

/** Masters that share streams with two others that share none with each other. */
function* splitMasters(matches: readonly Match[]) {
  const partners = new Map<DtNode, Set<DtNode>>();
  const link = (from: DtNode, to: DtNode): void => {
    partners.set(from, (partners.get(from) ?? new Set<DtNode>()).add(to));
  };
  for (const [a, b] of meetings(matches)) {
    if (a.master === b.master) continue;
    link(a.master, b.master);
    link(b.master, a.master);
  }
  for (const [master, others] of partners) {
    const [first, ...rest] = others;
    const apart = first && rest.find((other) => !partners.get(first)?.has(other));
    if (first && apart) yield { master, first, apart };
  }
}

const splitGroups: Rule = {
  id: 'smmu-split-groups',
  severity: 'warning',
  title: 'Device whose streams belong to two other devices',
  properties: ['iommus'],
  needs: ['iommu-lost-by-refused-device'],
  doc: `The streams of one device are shared with two other devices that share none with each other. What Linux does depends
on the order in which it sets them up, which since 6.15 is that of the tree. Where the device comes first, all three are one group;
where it comes last, two groups have its streams, and Linux refuses it with \`-EINVAL\`. Where it comes between them, the group of its
last stream counts, a stream is used by two groups, and the tables of the one that is attached last translate for both. Give the
device streams of its own.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu/arm-smmu.c:arm_smmu_device_group',
  example: {
    bad: board(
      mmu500(2),
      'dma-a { iommus = <&smmu 0x80 0x0>; };',
      'dma-c { iommus = <&smmu 0x80 0x0>, <&smmu 0x90 0x0>; };',
      'dma-b { iommus = <&smmu 0x90 0x0>; };',
    ),
    good: board(mmu500(2), 'dma-c { iommus = <&smmu 0x80 0x0>; };', 'dma-a { iommus = <&smmu 0x90 0x0>; };'),
  },
  scope: 'tree',
  *check(context) {
    const machine = machineOf(context.tree, context.platform);
    for (const [provider, matches] of matchesBySmmu(context, 'arm-smmu')) {
      for (const { master, first, apart } of splitMasters(matches)) {
        const placed = streamPlacement(machine, provider);
        const refused = placed.get(master)?.refused?.kind === 'streams-of-two-groups';
        const groups = new Set([master, first, apart].map((each) => placed.get(each)?.group));
        const order = inTreeOrder(context) ? '' : ', where Linux sets them up in the order of the tree';
        const end = refused
          ? `Linux refuses this device${order}`
          : groups.size > 1
            ? `two groups use one of its streams${order}`
            : `all three are one group${order}`;
        yield {
          message: `Its streams of ${pathOf(provider)} are shared with ${pathOf(first)} and ${pathOf(apart)}, which share none; ${end}.`,
          ...(refused && { severity: 'error' as const }),
          span: spanOf(matches, master),
          node: master,
        };
      }
    }
  },
};

/** Since 6.15 the registration of an IOMMU sets up the devices that are there, in the order of the bus. */
function inTreeOrder({ platform }: RuleContext): boolean {
  return has(platform.kernelVersion, GATES.configuresAtRegistration);
}

/** The first entry of a master among the matches. */
function spanOf(matches: readonly Match[], master: DtNode): Span {
  return matches.find((match) => match.master === master)?.cell.span ?? nodeSpan(master);
}

/** The most stream match registers that an SMMU has (SMMU_IDR0.NUMSMRG, without extended stream IDs). */
const MOST_SMRS = 128;

const smrCount: Rule = {
  id: 'smmu-smr-count',
  severity: 'info',
  title: 'More stream matches than an SMMU has registers',
  properties: ['iommus'],
  doc: `An SMMU with 16-bit stream IDs has at most 128 stream match registers, and each different entry of a master takes
one. When none is free, Linux refuses the device with \`-ENOSPC\`. Merge entries with masks.`,
  source: `${FIND_SME}; Arm System MMU architecture version 2, SMMU_IDR0`,
  example: {
    bad: board(mmu500(2), `dma { iommus = ${numbered(129)}; };`),
    good: board(mmu500(2), `dma { iommus = ${numbered(2)}; };`),
  },
  scope: 'tree',
  *check(context) {
    for (const [provider, matches] of matchesBySmmu(context, 'arm-smmu')) {
      const distinct = new Set(matches.map(({ id, mask }) => `${id} ${mask}`));
      const last = matches.at(-1);
      if (distinct.size <= MOST_SMRS || !last) continue;
      yield {
        message: `\`${pathOf(provider)}\` would need ${distinct.size} stream match registers and has at most ${MOST_SMRS}; Linux refuses the devices that come last with \`-ENOSPC\`.`,
        span: last.cell.span,
        node: last.master,
      };
    }
  },
};

function numbered(count: number): string {
  return Array.from({ length: count }, (_, id) => `<&smmu ${id} 0>`).join(', ');
}

const duplicateStream: Rule = {
  id: 'smmuv3-duplicate-streamid',
  severity: 'error',
  title: 'Stream ID of an SMMUv3 on two devices',
  properties: ['iommus'],
  doc: `An SMMUv3 stream belongs to one device. Linux refuses the device that is set up second (\`stream … already in tree from
dev …\`; since 6.16 \`Aliasing StreamID … unsupported\`): it gets direct DMA, and its accesses meet the tables of
the first one. Give each device its own stream ID.`,
  source: 'Linux 6.12 drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:arm_smmu_insert_master',
  example: {
    bad: board(SMMU_V3, 'dma-a { iommus = <&smmu 4>; };', 'dma-b { iommus = <&smmu 4>; };'),
    good: board(SMMU_V3, 'dma-a { iommus = <&smmu 4>; };', 'dma-b { iommus = <&smmu 5>; };'),
  },
  scope: 'tree',
  *check(context) {
    for (const [provider, matches] of matchesBySmmu(context, 'arm-smmu-v3')) {
      if (isXens(context, provider)) continue;
      const owners = new Map<number, Match>();
      for (const match of matches) {
        const owner = owners.get(match.id);
        if (!owner) owners.set(match.id, match);
        else if (owner.master !== match.master) {
          const message = `\`${pathOf(owner.master)}\` has stream ${hex(match.id)} of \`${pathOf(provider)}\` too; Linux refuses the device that it probes second.`;
          yield pairFinding(owner, match, message);
        }
      }
    }
  },
};

export const SMMU_STREAM_RULES: readonly Rule[] = [
  idInsideMask,
  conflict,
  shared,
  splitGroups,
  smrCount,
  duplicateStream,
];
