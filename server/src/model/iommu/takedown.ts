// SPDX-License-Identifier: MIT
// An IOMMU that its own masters keep from registering: since Linux 6.15 iommu_device_register sets up every device that is
// there, and one that the driver refuses (with anything but -ENODEV) ends the registration for all.
import type { Span } from '#base/text.ts';
import { madeBy } from '#model/devices/existence.ts';
import { driverFor } from '#model/drivers/index.ts';
import { type Machine, type PerNode, perNode } from '#model/platform/machine.ts';
import { treeNodes } from '#model/platform/nodes.ts';
import { at, doubt, newSteps, otherwise, type Steps, say } from '#model/report/steps.ts';
import type { Alternative, Reason } from '#model/statements/index.ts';
import type { RegistrationReason } from '#model/statements/registration.ts';
import { pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import type { Binding, Bound } from './binding.ts';
import { highestOutput, iommuMap } from './id-map.ts';
import { refusedByDriver } from './master-checks.ts';
import { inProbeOrder, type Master, mastersByIommu, registersForAll } from './masters.ts';
import { type IommuState, iommuState } from './state.ts';
import { streamBits, streamPlacement } from './streams.ts';

const REGISTER = 'Linux 7.3 drivers/iommu/iommu.c:iommu_device_register';

/** The end of a registration. */
export interface Takedown {
  /** The device that the driver refuses; the host bridge of a function. */
  readonly master: DtNode;
  readonly why: Reason;
  /** What the refusal, and then the IOMMU's probe, returns. */
  readonly error: number;
  /** The line that the driver prints about the device. */
  readonly log?: string;
  /** What it hangs on where the tree does not decide it: otherwise the device is taken. */
  readonly condition?: Alternative;
  /** Masters that were set up before, and those that the driver has linked to the IOMMU for good by then. */
  readonly joined: ReadonlySet<DtNode>;
  readonly linked: ReadonlySet<DtNode>;
}

export interface Registering {
  readonly ended?: Takedown;
  /** Ends that hang on something unknown, and that are not assumed. */
  readonly possible: readonly (Takedown & { readonly condition: Alternative })[];
}

const NOTHING: Registering = { possible: [] };

/** What the masters of an IOMMU do to its registration. */
export const takedownOf: PerNode<Registering> = perNode(
  (machine, iommu) => {
    const match = driverFor(iommu, machine.platform.kernelVersion);
    if (!match || !registersForAll(machine)) return NOTHING;
    const links = match.driver.linksMasters === true;
    const joined = new Set<DtNode>();
    const linked = new Set<DtNode>();
    const possible: (Takedown & { readonly condition: Alternative })[] = [];
    const soFar = () => ({ joined: new Set(joined), linked: links ? new Set(linked) : new Set<DtNode>() });
    for (const master of inProbeOrder(machine, mastersByIommu(machine).get(iommu) ?? [])) {
      const { node } = master;
      const refused = refusalOf(machine, iommu, master);
      if (refused?.forgiven) continue;
      if (refused) {
        if (refused.linked) linked.add(node);
        const takedown: Takedown = { master: node, ...refused.facts, error: refused.error, ...soFar() };
        const maker = madeBy(machine, node);
        if (!maker) return { ended: takedown, possible };
        const device = pathOf(node);
        possible.push({ ...takedown, condition: { kind: 'device-before-iommu', device, maker: pathOf(maker) } });
        continue;
      }
      if (possible.length === 0) possible.push(...ofHardware(machine, iommu, { node, ...soFar() }));
      joined.add(node);
      linked.add(node);
    }
    possible.push(...ofDomains(machine, iommu, soFar()), ...ofMaps(machine, iommu, soFar()));
    return { possible };
  },
  () => NOTHING,
);

type Refusal =
  /** -ENODEV: the device goes on alone. */
  | { readonly forgiven: true }
  | { readonly forgiven: false; readonly facts: Facts; readonly error: number; readonly linked: boolean };

interface Facts {
  readonly why: Reason;
  readonly log?: string;
  readonly condition?: Alternative;
}

/** The refusal of a platform device: with an error where it ends the registration. */
function refusalOf(machine: Machine, iommu: DtNode, master: Master): Refusal | undefined {
  const placement = streamPlacement(machine, iommu).get(master.node);
  if (placement?.refused !== undefined) {
    const { refused: why, log, doubt: condition, error, linked = false } = placement;
    if (error === undefined) return { forgiven: true };
    const facts: Facts = { why, ...(log !== undefined && { log }), ...(condition && { condition }) };
    return { forgiven: false, facts, error, linked };
  }
  const checked = refusedByDriver({
    machine,
    node: master.node,
    binding: master.binding,
    bus: 'platform',
    configuredBy: master.node,
    id: undefined,
  });
  if (!checked) return undefined;
  const { why, log, error } = checked;
  if (error === undefined) return { forgiven: true };
  return { forgiven: false, facts: { why, ...(log !== undefined && { log }) }, error, linked: false };
}

type Seen = Pick<Takedown, 'joined' | 'linked'>;

/** A master that the registers of the hardware may have no room for. */
function ofHardware(
  machine: Machine,
  iommu: DtNode,
  { node, ...seen }: Seen & { readonly node: DtNode },
): Registering['possible'] {
  const condition = streamPlacement(machine, iommu).get(node)?.doubt;
  if (condition?.kind === 'stream-bits') {
    const why: Reason = { kind: 'stream-id-too-wide', id: condition.id };
    return [{ master: node, why, error: -34, condition, ...seen }];
  }
  if (condition?.kind !== 'smmu-hardware' || OF_DOMAINS.includes(condition.what.kind)) return [];
  const { what } = condition;
  const error = what.kind === 'stream-id-bits' ? -22 : -28;
  return [{ master: node, why: { kind: 'hardware-full', what }, error, condition, ...seen }];
}

/** What is not asked before all masters are there; with more context banks than interrupts the SMMU itself fails. */
const OF_DOMAINS: readonly string[] = ['context-banks', 'most-context-banks'];

/** Domains come last, when every master has its link: too few context banks for them. */
function ofDomains(machine: Machine, iommu: DtNode, seen: Seen): Registering['possible'] {
  for (const [master, { doubt: condition }] of streamPlacement(machine, iommu)) {
    if (condition?.kind !== 'smmu-hardware' || condition.what.kind !== 'context-banks') continue;
    return [{ master, why: { kind: 'hardware-full', what: condition.what }, error: -28, condition, ...seen }];
  }
  return [];
}

/** A function that a map sends beyond the stream IDs that the SMMUv3 is known to have. */
function ofMaps(machine: Machine, iommu: DtNode, seen: Seen): Registering['possible'] {
  if (driverFor(iommu, machine.platform.kernelVersion)?.driver.name !== 'arm-smmu-v3') return [];
  const most = 2 ** streamBits(machine, iommu) - 1;
  for (const host of treeNodes(machine).withIommuMap) {
    const { map } = iommuMap(machine, host);
    const outputs = map?.rows.flatMap((row) => (row.provider === iommu ? (highestOutput(map, row) ?? []) : [])) ?? [];
    const id = outputs.find((output) => output > most);
    if (id === undefined) continue;
    const condition = { kind: 'stream-bits', iommu: pathOf(iommu), id, assumed: true } as const;
    return [{ master: host, why: { kind: 'stream-id-too-wide', id }, error: -34, condition, ...seen }];
  }
  return [];
}

/** Why an IOMMU whose registration ended is none. */
export function takedownReason({ master, why, error }: Takedown): RegistrationReason {
  return { kind: 'master-refused', master: pathOf(master), why, error };
}

/** The state of an IOMMU after its registration has looked at the masters. */
export function finalState(machine: Machine, node: DtNode): IommuState {
  const state = iommuState(machine, node);
  if (state.registration.kind === 'never') return state;
  const { ended } = takedownOf(machine, node);
  if (!ended) return state;
  const evidence = evidenceOf(ended);
  const why = takedownReason(ended);
  const { error, condition } = ended;
  const doubtful = condition === undefined ? {} : { condition };
  return { ...state, registration: { kind: 'never', reason: 'probe-fails', why, evidence, error, ...doubtful } };
}

function evidenceOf({ master }: Takedown): Span[] {
  return [at(master, master.properties.has('iommus') ? 'iommus' : 'iommu-map')];
}

/** The binding of a device after the registration of its IOMMUs: it waits for the first one that is none. */
export function afterRegistration(machine: Machine, node: DtNode, binding: Binding): Binding {
  if (binding.outcome !== 'bound') return binding;
  const index = binding.reached.findIndex(({ state }) => takedownOf(machine, state.node).ended !== undefined);
  const lost = binding.reached[index];
  const ended = lost && takedownOf(machine, lost.state.node).ended;
  if (!lost || !ended) return binding;
  const { condition } = ended;
  const state = finalState(machine, lost.state.node);
  const reached: Bound[] = [...binding.reached.slice(0, index), { ...lost, state }];
  const steps: Steps = { ...newSteps(), log: [...binding.steps.log], doubts: [...binding.steps.doubts] };
  const { alternatives } = binding.steps;
  steps.alternatives.push(...alternatives);
  for (const step of binding.steps.list) {
    const { statement } = step;
    const isTaken = statement.kind === 'entry-taken' && statement.iommu === state.path;
    if (!isTaken) {
      steps.list.push(step);
      continue;
    }
    const why = takedownReason(ended);
    const { entry, iommu } = statement;
    say(steps, REGISTER, { kind: 'entry-unregistered', entry, iommu, why }, ...step.evidence, ...evidenceOf(ended));
    break;
  }
  steps.decisive = steps.list.at(-1);
  if (condition !== undefined) {
    steps.doubts.push(condition);
    steps.alternatives.push({ when: condition, verdict: 'iommu-dma' });
  }
  doubtTakedown({ machine, node, reached: [lost] }, steps);
  return { outcome: 'waiting', reached, why: takedownReason(ended), steps };
}

/** What else may become of a device whose IOMMU hangs on what the hardware has room for, or on which device comes first. */
export function doubtTakedown(
  { machine, node, reached }: { machine: Machine; node: DtNode; reached: readonly Pick<Bound, 'state'>[] },
  steps: Steps,
): void {
  for (const { state } of reached) {
    for (const { condition, linked } of takedownOf(machine, state.node).possible) {
      doubt(steps, condition);
      otherwise(steps, condition, linked.has(node) ? 'defer' : 'defer->direct');
    }
  }
}
