// SPDX-License-Identifier: MIT
// The DMA of a board at a glance: IOMMUs, the devices that do DMA, and how the one gets through the other. What the map,
// the side bar and the terminal's table show.
import type { Problem, Severity } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { Snapshot } from '#ide/boards/snapshot.ts';
import { isPciBus, rawCells } from '#model/addresses/addresses.ts';
import { claimsOf } from '#model/claims.ts';
import { type DmaRole, dmaRole, type RoleWhy } from '#model/devices/dma-role.ts';
import { driverFor } from '#model/drivers/index.ts';
import { bootWaits } from '#model/probe/boot-order.ts';
import { type DmaOps, dmaOps } from '#model/report/dma-ops.ts';
import type { DecodedId, Deferral, DmaReport, PciMaps, Reserved, Verdict, XenLimit } from '#model/report/types.ts';
import { compatibles, isAvailable, nodeByPath, nodeSpan, pathOf, walk } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DtNode } from '#tree/types.ts';
import { claimText } from '#wording/statements/claims.ts';
import { conditionText } from '#wording/statements/index.ts';
import { ownerText } from '#wording/values.ts';
import { contextsOf } from './contexts.ts';
import { type DeviceKind, kindOfDevice } from './device-kinds.ts';
import { bridgeWay, type Way, wayOf } from './ways.ts';

/** How a device's DMA is shown: its verdict, and what a verdict alone does not tell. */
export interface MapProblem {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
}

export interface MapNode {
  readonly path: string;
  readonly name: string;
  readonly label: string | null;
  readonly compatible: readonly string[];
  /** Where it was opened last. */
  readonly place: Span;
  readonly problems: readonly MapProblem[];
}

export interface MapIommu extends MapNode {
  /** Linux's name for the driver; `null`: none binds it. */
  readonly driver: string | null;
  readonly cells: number | null;
  readonly enabled: boolean;
  /** Translation contexts that its interrupts allow, where the tree tells (arm-smmu with `#global-interrupts`). */
  readonly contexts: number | null;
  /** Bits that no stream ID is compared by (`stream-match-mask`). */
  readonly streamMask: number | null;
  /** The IOMMU that has its tables (`renesas,ipmmu-main`). */
  readonly main: string | null;
  readonly limits: readonly XenLimit[];
  readonly ownedByXen: boolean;
  /** What its own probe waits for, once each. */
  readonly needs: readonly string[];
}

/** An ID, and the IOMMU that knows the device by it. `kind` is `null` where the IOMMU has no IDs. */
export interface MapId {
  readonly iommu: string;
  readonly kind: DecodedId['kind'] | null;
  readonly id: number | null;
  readonly mask: number | null;
}

/** An entry of `iommus` that is not used. */
export interface MapClaim {
  readonly property: 'iommus';
  readonly index: number;
  readonly iommu: string;
  readonly id: number | null;
  /** Linux's function that refuses it or would read it, with file and release. */
  readonly by: string;
  /** The error that it returns; `null`: nobody comes to the entry. */
  readonly code: string | null;
  /** A clause. */
  readonly why: string;
}

export interface MapDevice extends MapNode {
  readonly kind: DeviceKind;
  readonly way: Way;
  readonly verdict: Verdict;
  readonly ops: DmaOps | null;
  readonly roleWhy: RoleWhy;
  readonly coherent: boolean;
  /** Width of the bus addresses that reach memory; `null`: nothing in the tree limits it. */
  readonly bits: number | null;
  readonly ids: readonly MapId[];
  readonly claims: readonly MapClaim[];
  readonly group: string | null;
  readonly owner: string | null;
  readonly reserved: readonly Reserved[];
  readonly deferred: Deferral | null;
  /** What the answer hangs on beyond what it has in common with other devices. */
  readonly doubts: readonly string[];
  /** Of a host bridge or another bus with IDs. */
  readonly host: MapHost | null;
  /** Requester ID of a PCI function with a node. */
  readonly rid: number | null;
  /** Its host bridge. */
  readonly behind: string | null;
  /** Devices that let it do their DMA (`dmas`). */
  readonly serves: number;
  /** Made by the driver of this node. */
  readonly madeBy: string | null;
}

export interface MapHost {
  readonly isPci: boolean;
  readonly maps: PciMaps['maps'];
  readonly mask: number;
  readonly msi: string | null;
}

export interface DmaMap {
  readonly iommus: readonly MapIommu[];
  /** Those that do DMA themselves, in tree order; PCI functions behind their host. */
  readonly devices: readonly MapDevice[];
  /** Labels of what the others mention, by path. */
  readonly labels: ReadonlyMap<string, string>;
  /** What many answers hang on. */
  readonly doubts: readonly { readonly text: string; readonly count: number }[];
  /** Devices that are not shown: they do no DMA, or let a DMA controller do it. */
  readonly left: { readonly none: number; readonly through: number };
  /** Of a map beside that of the board's own platform: what the devices are there that are something else here. */
  readonly was?: ReadonlyMap<string, string>;
  /** Names of those that are there alone. */
  readonly gone?: readonly string[];
}

/** A doubt of so many devices is the board's. */
const SHARED = 8;

export function dmaMap(snapshot: Snapshot): DmaMap {
  const scene = new Scene(snapshot);
  const devices = scene.devices();
  const iommus = scene.iommus();
  const mentioned = [...iommus.flatMap(({ needs }) => needs), ...devices.flatMap(mentions)];
  const labels = new Map(mentioned.flatMap((path) => labelOf(snapshot, path)));
  return { iommus, devices, labels, doubts: scene.shared, left: scene.left };
}

/**
 * Devices with an ID at the IOMMU, hosts whose map leads to it, and those that it does not take. One with several IOMMUs
 * is a master of each, with the IDs and the rows of `iommu-map` that are about that one.
 */
export function mastersOf(map: DmaMap, { path }: MapIommu): MapDevice[] {
  return map.devices
    .filter((device) => device.behind === null && iommusOf(device).includes(path))
    .map((device) => seenBy(device, path));
}

/** Devices that name no IOMMU, or something else in its place; functions are told with their host. */
export function withoutIommu(map: DmaMap): MapDevice[] {
  const known = new Set(map.iommus.map(({ path }) => path));
  return map.devices.filter((device) => device.behind === null && !iommusOf(device).some((path) => known.has(path)));
}

/** Those that know the device, or a function behind it, by an ID, or do not take it; in its order, with repeats. */
export function iommusOf({ ids, host, claims }: MapDevice): string[] {
  return [...ids, ...(host?.maps ?? []), ...claims].map(({ iommu }) => iommu);
}

function seenBy(device: MapDevice, iommu: string): MapDevice {
  const { ids, claims, host } = device;
  const about = (each: { readonly iommu: string }) => each.iommu === iommu;
  if ([...ids, ...claims, ...(host?.maps ?? [])].every(about)) return device;
  const maps = host?.maps.filter(about) ?? [];
  return {
    ...device,
    ids: ids.filter(about),
    claims: claims.filter(about),
    host: host && maps.length > 0 ? { ...host, maps } : null,
  };
}

class Scene {
  readonly #snapshot: Snapshot;
  readonly #problems = new Map<string, MapProblem[]>();
  readonly #reports: readonly DmaReport[];
  readonly #doubts = new Map<string, number>();
  readonly #serves = new Map<string, number>();
  readonly left = { none: 0, through: 0 };

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    for (const problem of snapshot.problems()) this.#remember(problem);
    this.#reports = snapshot.reports();
    for (const report of this.#reports) {
      if (report.verdict === 'no-device') continue;
      for (const doubt of doubtsOf(report)) this.#doubts.set(doubt, (this.#doubts.get(doubt) ?? 0) + 1);
    }
  }

  get shared(): DmaMap['doubts'] {
    return [...this.#doubts].filter(([, count]) => count >= SHARED).map(([text, count]) => ({ text, count }));
  }

  iommus(): MapIommu[] {
    const nodes = walk(this.#snapshot.tree.root).filter((node) => node.properties.has('#iommu-cells'));
    return nodes.map((node) => this.#iommu(node));
  }

  /** Roles first: a DMA controller is told how many devices it serves. */
  devices(): MapDevice[] {
    const { tree, platform } = this.#snapshot;
    const shown: { node: DtNode; report: DmaReport; why: RoleWhy }[] = [];
    for (const report of this.#reports) {
      const node = nodeByPath(tree, report.path);
      if (!node) continue;
      const made = report.verdict !== 'no-device' && report.verdict !== 'not-configured';
      const assigned = report.verdict === 'no-device' && report.xen?.owner !== undefined && report.iommus.length > 0;
      const { role, why } = dmaRole(tree, node, platform.kernelVersion, made || assigned);
      this.#count(role, why, made);
      if (role === 'master') shown.push({ node, report, why });
    }
    return shown.flatMap(({ node, report, why }) => [
      this.#device(node, report, why),
      ...this.#made(node, report, why),
    ]);
  }

  #count(role: DmaRole, why: RoleWhy, made: boolean): void {
    if (role === 'none' && made) this.left.none++;
    if (role !== 'through') return;
    this.left.through++;
    if (why.kind !== 'channels') return;
    for (const path of why.controllers) this.#serves.set(path, (this.#serves.get(path) ?? 0) + 1);
  }

  #remember({ node, rule, severity, message }: Problem): void {
    if (node === undefined) return;
    const known = this.#problems.get(node);
    if (known) known.push({ rule, severity, message });
    else this.#problems.set(node, [{ rule, severity, message }]);
  }

  #node(node: DtNode): MapNode {
    const path = pathOf(node);
    return {
      path,
      name: node.name,
      label: node.labels[0]?.name ?? null,
      compatible: compatibles(node),
      place: node.origins.findLast(({ kind }) => kind === 'open')?.name ?? nodeSpan(node),
      problems: this.#problems.get(path) ?? [],
    };
  }

  #iommu(node: DtNode): MapIommu {
    const { tree, platform } = this.#snapshot;
    const [main] = specifiers(tree, node.properties.get('renesas,ipmmu-main'), '#ipmmu-cells', 0).entries;
    const xen = platform.kind === 'xen-host' ? this.#snapshot.report(node).xen : null;
    return {
      ...this.#node(node),
      driver: driverFor(node, platform.kernelVersion)?.driver.name ?? null,
      cells: rawCells(node.properties.get('#iommu-cells'))[0] ?? null,
      enabled: isAvailable(node),
      contexts: contextsOf(node),
      streamMask: rawCells(node.properties.get('stream-match-mask'))[0] ?? null,
      main: main ? pathOf(main.provider) : null,
      limits: xen?.limits ?? [],
      ownedByXen: xen?.owner === 'Xen',
      needs: needsOf(this.#snapshot, node),
    };
  }

  #device(node: DtNode, report: DmaReport, roleWhy: RoleWhy): MapDevice {
    const claims = report.iommus.length > 0 ? [] : this.#claims(node, report);
    return {
      ...this.#node(node),
      kind: kindOfDevice(node),
      way: bridgeWay(this.#snapshot, node, report) ?? wayOf(report, claims),
      verdict: report.verdict,
      ops: dmaOps(this.#snapshot.platform, report.verdict),
      roleWhy,
      coherent: report.coherent,
      bits: report.dmaLimit === null ? null : BigInt(report.dmaLimit).toString(2).length,
      ids: idsOf(report.iommus),
      claims,
      group: report.group,
      owner: report.xen?.owner === undefined ? null : ownerText(report.xen.owner),
      reserved: report.reserved,
      deferred: report.deferred,
      doubts: doubtsOf(report).filter((doubt) => (this.#doubts.get(doubt) ?? 0) < SHARED),
      host: this.#host(node, report, roleWhy),
      rid: roleWhy.kind === 'pci-function' ? requesterId(node) : null,
      behind: roleWhy.kind === 'pci-function' ? hostOf(node) : null,
      serves: this.#serves.get(report.path) ?? 0,
      madeBy: null,
    };
  }

  /** Devices without nodes: they have the place and the width of the node that makes them. */
  #made(node: DtNode, report: DmaReport, why: RoleWhy): MapDevice[] {
    return (report.makes ?? []).map((made) => ({
      ...this.#device(node, report, why),
      path: `${report.path}#${made.name}`,
      name: made.name,
      label: null,
      problems: [],
      way: wayOf({ ...report, verdict: made.verdict }, []),
      verdict: made.verdict,
      ops: dmaOps(this.#snapshot.platform, made.verdict),
      ids: idsOf(made.iommus),
      claims: [],
      group: made.group,
      host: null,
      serves: 0,
      madeBy: report.path,
    }));
  }

  #claims(node: DtNode, report: DmaReport): MapClaim[] {
    const { tree, platform } = this.#snapshot;
    const { entries } = specifiers(tree, node.properties.get('iommus'), '#iommu-cells');
    return claimsOf(tree, platform, node, report).flatMap(({ property, index, iommu, by, code, why }) => {
      if (property !== 'iommus' || iommu === null) return [];
      return [{ property, index, iommu, id: entries[index]?.args[0]?.value ?? null, by, code, why: claimText(why) }];
    });
  }

  #host(node: DtNode, { pci }: DmaReport, why: RoleWhy): MapHost | null {
    const isPci = why.kind === 'pci-host';
    if (!isPci && !pci) return null;
    const { tree } = this.#snapshot;
    const [parent] = specifiers(tree, node.properties.get('msi-parent'), '#msi-cells', 0).entries;
    const phandle = rawCells(node.properties.get('msi-map'))[1];
    const mapped = phandle === undefined ? undefined : targetOf(this.#snapshot, node);
    const msi = parent?.provider ?? mapped;
    return { isPci, maps: pci?.maps ?? [], mask: pci?.mask ?? 0xffff, msi: msi ? pathOf(msi) : null };
  }
}

/** Groups of masters, with those of the functions behind host bridges that the tree has. */
export function groupCount({ devices }: DmaMap, masters: readonly MapDevice[]): number {
  const functions = devices.filter(({ behind }) => masters.some(({ path }) => path === behind));
  return new Set([...masters, ...functions].flatMap(({ group }) => group ?? [])).size;
}

/** Nodes that need not be on the map themselves. */
function mentions({ host, deferred }: MapDevice): string[] {
  return [host?.msi, deferred?.on].filter((path) => path !== undefined && path !== null);
}

function labelOf({ tree }: Snapshot, path: string): [string, string][] {
  const label = nodeByPath(tree, path)?.labels[0];
  return label ? [[path, label.name]] : [];
}

/** Suppliers that hold back the probe of an IOMMU; not those that are set up before devices exist. */
function needsOf({ tree, platform }: Snapshot, node: DtNode): string[] {
  if (!isAvailable(node) || platform.kind === 'xen-host') return [];
  const waits = bootWaits(tree, platform, node).filter(({ by, end }) => by !== 'parent' && end !== 'nothing');
  return [...new Set(waits.map(({ on }) => on))];
}

/** The controller of the first entry of `msi-map`. */
function targetOf({ tree }: Snapshot, node: DtNode): DtNode | undefined {
  const reference = node.properties.get('msi-map')?.value.references[0];
  return reference && tree.labels.get(reference.ref)?.[0];
}

function doubtsOf({ dependsOn }: DmaReport): string[] {
  return (dependsOn ?? []).map(conditionText);
}

function idsOf(uses: DmaReport['iommus']): MapId[] {
  return uses.flatMap(({ path, ids }): MapId[] =>
    ids.length === 0
      ? [{ iommu: path, kind: null, id: null, mask: null }]
      : ids.map(({ kind, id, mask }) => ({ iommu: path, kind, id, mask })),
  );
}

/** Bus, device and function are in the first cell of `reg` (PCI Bus Binding to IEEE 1275, 2.2.1.1). */
function requesterId(node: DtNode): number | null {
  const [first] = rawCells(node.properties.get('reg'));
  return first === undefined ? null : (first >>> 8) & 0xffff;
}

/** The host bridge above a function. */
function hostOf(node: DtNode): string | null {
  let host = node.parent;
  while (host?.parent && isPciBus(host.parent)) host = host.parent;
  return host ? pathOf(host) : null;
}
