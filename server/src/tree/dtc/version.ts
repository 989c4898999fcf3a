// SPDX-License-Identifier: MIT
// Which dtc reads a tree. Its releases and the states that kernels copied differ in what they refuse and write; each
// difference is known by the commit of dtc that made it, and commits are compared by their number: how many there are
// up to them (`git rev-list --count`, repository git.kernel.org/pub/scm/utils/dtc/dtc.git).

export interface DtcVersion {
  /** As a reader knows it: `1.7.2`, `1.7.2-g53373d13`. */
  readonly text: string;
  /** Number of its last commit. */
  readonly commit: number;
}

/** Releases, the newest last. Older ones are taken for 1.6.1, the oldest that was compared. */
const RELEASES: readonly (readonly [string, number])[] = [
  ['1.6.1', 1001],
  ['1.7.0', 1071],
  ['1.7.1', 1172],
  ['1.7.2', 1179],
  ['1.8.0', 1258],
  ['1.8.1', 1261],
];

/** States between releases that kernels have in scripts/dtc (Linux 5.17, 6.2, 6.3, 6.10, 6.12, 6.17, 7.1). */
const COPIED: Readonly<Record<string, number>> = {
  '0a3a9d34': 1020,
  '55778a03': 1064,
  abbd523b: 1067,
  '1df7b047': 1164,
  bcd02b52: 1166,
  '52f07dcc': 1214,
  '53373d13': 1248,
};

/** What changed since dtc 1.6.1, and the commit that did. */
const CHANGES = {
  /** Two names of `bus-range` instead of the first twice (69595a1). */
  busRange: 1010,
  /** `#address-cells` is not asked of interrupt providers any more (d8d1a9a). */
  providersWithoutAddressCells: 1018,
  /** `#interrupt-cells` only in providers (8fd2474). */
  interruptCellsInProviders: 1019,
  /** The check of `interrupt-map` (0a3a9d3). */
  interruptMap: 1020,
  /** `&{label/path}` (ec7986e). */
  relativeReferences: 1042,
  /** No fixup for a reference to a path: it is refused (e37c256). */
  noPathFixups: 1058,
  /** A value that does not fit its cell is cut off with a warning instead of refused (2cd89f8). */
  truncation: 1065,
  /** `dma-ranges` uses the cell counts (2022bb1). */
  dmaRangesUseCells: 1068,
  /** Ten-bit I2C addresses (9cceabe). */
  tenBitI2c: 1083,
  /** An endpoint below the root is reported (44bb89c). */
  rootIsNoPort: 1098,
  /** Graph checks that need the whole tree skip overlays (84b056a). */
  graphInOverlays: 1165,
  /** `ranges` of children use the cell counts (6f183c7). */
  childRangesUseCells: 1187,
  /** `#address-cells` of interrupt parents (267efc7). */
  interruptParentCells: 1193,
  /** `i2c-bus` nodes are found (9cabae6). */
  i2cBusNodes: 1213,
  /** No check of the address of a single child in a graph (cba90ce). */
  noGraphChildAddress: 1226,
  /** Fixups of the source are kept, each once (e1284ee). */
  uniqueFixups: 1227,
  /** Aliases of overlays may lead outside (9197f1c). */
  aliasesInOverlays: 1228,
  /** A node name has something before `@` (7c78c85). */
  emptyNodeNames: 1235,
  /** `__symbols__` of the source gives labels (db65a3a). */
  labelsFromSymbols: 1239,
  /** `__local_fixups__` and `__fixups__` of the source give references (05c524d, a26ef64). */
  referencesFromFixups: 1241,
} as const;

export type DtcChange = keyof typeof CHANGES;

const [newestText, newestCommit] = RELEASES[RELEASES.length - 1] as readonly [string, number];

/** What is taken where no tree and no setting says which. */
export const NEWEST_DTC: DtcVersion = { text: newestText, commit: newestCommit };

/** Whether that dtc has the change. */
export function dtcHas(version: DtcVersion | undefined, change: DtcChange): boolean {
  return (version ?? NEWEST_DTC).commit >= CHANGES[change];
}

/** The release that first had the change, for texts. */
export function dtcReleaseWith(change: DtcChange): string {
  return RELEASES.find(([, commit]) => commit >= CHANGES[change])?.[0] ?? newestText;
}

/**
 * `1.7`, `1.7.2`, `v1.7.2-35-g52f07dcca47c`, or the text of `scripts/dtc/version_gen.h`. A state after a release that is
 * not known counts as that release. `undefined` for what is no version.
 */
export function parseDtcVersion(text: string): DtcVersion | undefined {
  const found = /(?:^|[\s"v])(\d+)\.(\d+)(?:\.(\d+))?(?:-\d+)?(?:-g([0-9a-f]{7,40}))?/.exec(text.trim());
  if (!found) return undefined;
  const [, major = '0', minor = '0', patch, hash] = found;
  const wanted = [Number(major), Number(minor), patch === undefined ? 99 : Number(patch)];
  const copied = hash === undefined ? undefined : COPIED[hash.slice(0, 8)];
  const release = RELEASES.findLast(([name]) => compare(name.split('.').map(Number), wanted) <= 0) ?? RELEASES[0];
  const words = `${major}.${minor}${patch === undefined ? '' : `.${patch}`}${hash === undefined ? '' : `-g${hash.slice(0, 8)}`}`;
  return { text: words, commit: copied ?? release?.[1] ?? newestCommit };
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
