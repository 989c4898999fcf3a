// SPDX-License-Identifier: MIT
// What the rules about a Xen system ask in common: the assignment that a node makes, GIC interrupts, examples.
import type { Span } from '#base/text.ts';
import { childCells, rawCells, regRange } from '#model/addresses/addresses.ts';
import type { Machine } from '#model/platform/machine.ts';
import type { XenSystem } from '#model/platform/types.ts';
import { type Assignment, assignments, hostMachine } from '#model/xen/system.ts';
import { board, xenSystem } from '#rules/engine/example.ts';
import type { RuleContext } from '#rules/engine/rule.ts';
import { cells, cellTarget, compatibles, lastSet, u32 } from '#tree/query.ts';
import { specifiers } from '#tree/specifiers.ts';
import type { DeviceTree, DtNode } from '#tree/types.ts';
import { MMIO, partial } from './partial.ts';

/** The system that a tree is part of, where the host's tree is known as a whole. */
export function systemOf({ platform: { xen } }: RuleContext): XenSystem | undefined {
  return xen?.host.complete && !xen.host.plugin ? xen : undefined;
}

/** What a node of a partial tree assigns, with the host's machine. */
export function assignmentAt(
  context: RuleContext,
  node: DtNode,
): { readonly system: XenSystem; readonly host: Machine; readonly made: Assignment } | undefined {
  const system = systemOf(context);
  const made = system && assignments(system).find((each) => each.node === node);
  return system && made && { system, host: hostMachine(system), made };
}

/** An interrupt of a GIC: three cells, of which the first tells shared from private ones. */
export interface GicInterrupt {
  readonly type: 'SPI' | 'PPI';
  readonly number: number;
  readonly span: Span;
}

/**
 * The interrupts of a node that go to a controller of which `isGic` is true; `undefined` where it is not certain to
 * which controller they go.
 */
export function gicInterrupts(
  tree: DeviceTree,
  node: DtNode,
  isGic: (controller: DtNode) => boolean,
): readonly GicInterrupt[] | undefined {
  const extended = node.properties.get('interrupts-extended');
  if (extended) {
    const { entries, stop } = specifiers(tree, extended, '#interrupt-cells');
    if (stop) return undefined;
    return entries.filter(({ provider }) => isGic(provider)).flatMap(({ args }) => interrupt(args) ?? []);
  }
  const property = node.properties.get('interrupts');
  if (!property) return [];
  const controller = interruptParent(tree, node);
  const width = u32(controller?.properties.get('#interrupt-cells')) ?? 0;
  if (!controller || !isGic(controller) || width < 3) return undefined;
  const all = cells(tree, property);
  const found: GicInterrupt[] = [];
  for (let at = 0; at + width <= all.length; at += width) found.push(...(interrupt(all.slice(at, at + width)) ?? []));
  return found;
}

function interrupt([type, number]: readonly { readonly value: number; readonly span: Span }[]):
  | GicInterrupt[]
  | undefined {
  if (!type || !number || type.value > 1) return undefined;
  return [{ type: type.value === 0 ? 'SPI' : 'PPI', number: number.value, span: number.span }];
}

function interruptParent(tree: DeviceTree, node: DtNode): DtNode | undefined {
  for (let at: DtNode | undefined = node; at; at = at.parent) {
    const property = at.properties.get('interrupt-parent');
    if (property) {
      const [cell] = cells(tree, property);
      return cell && cellTarget(tree, cell);
    }
    if (at !== node && at.properties.has('#interrupt-cells')) return at;
  }
  return undefined;
}

/** A GIC of the host. */
export function isHostGic(controller: DtNode): boolean {
  return compatibles(controller).some((name) => /gic/.test(name));
}

/** Whether Xen routes an interrupt of the device: one whose controller is not the GIC it leaves alone (map_device_irqs_to_domain). */
export function isRouted(tree: DeviceTree, device: DtNode): boolean {
  const elsewhere = (controller: DtNode) => controller.properties.has('interrupt-controller') && !isHostGic(controller);
  const extended = device.properties.get('interrupts-extended');
  if (extended) {
    const { entries, stop } = specifiers(tree, extended, '#interrupt-cells');
    return stop !== undefined || entries.some(({ provider }) => !elsewhere(provider));
  }
  const controller = interruptParent(tree, device);
  return device.properties.has('interrupts') && (!controller || !elsewhere(controller));
}

/** `SPI 63`. */
export function interruptName({ type, number }: GicInterrupt): string {
  return `${type} ${number}`;
}

export type RegRange = NonNullable<ReturnType<typeof regRange>>;

/** The ranges of `reg` as the CPU sees them; those that no bus passes on are left out. */
export function registers(machine: Machine, device: DtNode): readonly RegRange[] {
  const counts = device.parent && childCells(machine, device.parent);
  const width = counts ? counts.address + counts.size : 0;
  const count = width > 0 ? Math.floor(rawCells(device.properties.get('reg')).length / width) : 0;
  return Array.from({ length: count }, (_, index) => regRange(machine, device, index)).filter(
    (range) => range !== undefined,
  );
}

/** Where the partial tree names the device. */
export function pathSpan({ path }: Assignment): Span {
  return lastSet(path).name;
}

const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const HOST_GIC =
  'gic: interrupt-controller { compatible = "arm,gic-400"; interrupt-controller; #interrupt-cells = <3>; };';
const DOM0 =
  'module@50000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x50000000 0x0 0x1000000>; };';
const KERNEL =
  'module@60000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x60000000 0x0 0x1000000>; };';
/** The device that the examples assign. */
export const UART = 'reg = <0x0 0xff000000 0x0 0x1000>; interrupts = <0 21 4>;';
export const GUARDED = `${UART} iommus = <&smmu 4>;`;
export const DEVICE = `${GUARDED} xen,passthrough;`;

/** A `xen,domain` node that loads a partial tree. */
export function domU(name: string, more = ''): string {
  return `${name} { compatible = "xen,domain"; ${CELLS} cpus = <1>; memory = <0x0 0x40000>; ${more} ${KERNEL} module@44000000 { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0x0 0x44000000 0x0 0x10000>; }; };`;
}

/** What a host of the examples has beside a GIC and an SMMUv2. */
export interface ExampleHost {
  /** Properties of `/soc/serial@ff000000`. */
  readonly device?: string;
  /** Other nodes of `/soc`. */
  readonly soc?: string;
  /** Nodes of `/chosen`; a domU1 where absent. */
  readonly chosen?: string;
}

/** A host's tree with dom0. */
export function exampleHost({ device = DEVICE, soc = '', chosen = domU('domU1') }: ExampleHost = {}): string {
  return board(
    CELLS,
    'interrupt-parent = <&gic>;',
    HOST_GIC,
    `chosen { ${CELLS} ${DOM0} ${chosen} };`,
    `soc { compatible = "simple-bus"; ${CELLS} ranges;`,
    '\tsmmu: iommu { compatible = "arm,smmu-v2"; #iommu-cells = <1>; #global-interrupts = <1>; interrupts = <0 1 4>, <0 2 4>, <0 3 4>; };',
    `\tserial@ff000000 { compatible = "vendor,uart"; ${device} };`,
    ...(soc === '' ? [] : [`\t${soc}`]),
    '};',
  );
}

/** What the example's partial tree assigns, with its interrupt. */
export const ASSIGNED = `${MMIO} interrupt-parent = <&gic>; interrupts = <0 21 4>;`;

export const DOM_U1 = { file: '/domU1.dts', node: '/chosen/domU1' } as const;

/** A host and the partial tree of its one domain. */
export function example(host: ExampleHost = {}, device: string = ASSIGNED): string {
  return xenSystem(exampleHost(host), { ...DOM_U1, text: partial(device) });
}

export const GOOD_SYSTEM = example();
