// SPDX-License-Identifier: MIT
// Rules about the interrupts of assigned devices: Xen routes those of the host's node, under the same numbers.
import { assignments, domainName, domainNode, domainNodes } from '#model/xen/system.ts';
import { replaceValue } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST } from './host.ts';
import { XEN_GUEST } from './partial.ts';
import { assignmentFails } from './release.ts';
import {
  ASSIGNED,
  assignmentAt,
  DEVICE,
  domU,
  example,
  type GicInterrupt,
  GOOD_SYSTEM,
  gicInterrupts,
  interruptName,
  isHostGic,
  pathSpan,
  systemOf,
} from './system.ts';

const MAP_IRQS = 'Xen 4.22 xen/arch/arm/device.c:map_device_irqs_to_domain';

/** The interrupts of a device of the host; `undefined` where some may go to another controller than the GIC. */
function hostInterrupts(context: RuleContext, device: DtNode): readonly GicInterrupt[] | undefined {
  const system = systemOf(context);
  return system && gicInterrupts(system.host, device, isHostGic);
}

const differ: Rule = {
  id: 'xen-partial-interrupts-differ',
  severity: 'warning',
  fixable: true,
  title: 'Interrupt of a partial device tree that the host device does not have',
  properties: ['interrupts', 'interrupts-extended'],
  platforms: XEN_GUEST,
  needs: ['xen-partial-interrupt-parent', 'xen-partial-gic-name'],
  judgement: true,
  doc: `Xen routes to the domain the interrupts of the host's node, with their numbers unchanged, and copies \`interrupts\` of the partial
tree unread. An interrupt that the host's device does not have never arrives, and its driver waits for it. Copy \`interrupts\` from
the host's node.`,
  source: MAP_IRQS,
  example: { bad: example({}, ASSIGNED.replace('<0 21 4>', '<0 12 4>')), good: GOOD_SYSTEM },
  *check(context, node) {
    const { made } = assignmentAt(context, node) ?? {};
    const real = made?.device && hostInterrupts(context, made.device);
    const property = node.properties.get('interrupts') ?? node.properties.get('interrupts-extended');
    if (!made?.device || !real || !property) return;
    const gic = context.tree.root.children.get('gic');
    const wrong = gicInterrupts(context.tree, node, (controller) => controller === gic)?.filter(
      (one) => !real.some((other) => other.type === one.type && other.number === one.number),
    );
    const [first] = wrong ?? [];
    if (!wrong || !first) return;
    const has = real.length === 0 ? 'no interrupt' : real.map(interruptName).join(', ');
    const copy = plainInterrupts(context, made.device);
    yield {
      message: `\`${pathOf(made.device)}\` has ${has}, so ${wrong.map(interruptName).join(', ')} never arrives in ${domainName(made.domain)}.`,
      span: first.span,
      related: [{ message: 'the device', span: nodeSpan(made.device) }],
      ...(copy !== undefined &&
        property.name === 'interrupts' && {
          fix: repair("Copy the host's `interrupts`", () => replaceValue(context.text, property, copy)),
        }),
    };
  },
};

/** `interrupts` of a device as cells, where it has no `interrupts-extended` that counts instead. */
function plainInterrupts(context: RuleContext, device: DtNode): string | undefined {
  const property = device.properties.get('interrupts');
  const interrupts = hostInterrupts(context, device);
  if (!property || device.properties.has('interrupts-extended') || !interrupts?.length) return undefined;
  const { bytes } = property.value;
  if (bytes.length !== interrupts.length * 12) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return interrupts
    .map((_, index) => `<${[0, 4, 8].map((cell) => view.getUint32(index * 12 + cell)).join(' ')}>`)
    .join(', ');
}

const ppi: Rule = {
  id: 'xen-passthrough-ppi',
  severity: 'error',
  title: 'Assigned device with a private interrupt',
  properties: ['xen,path'],
  platforms: XEN_GUEST,
  doc: `The device of the host uses a private interrupt (PPI), of which each CPU has its own. Xen routes only shared ones to a domain, prints
\`IRQ can only be routed to an SPI\` and panics. Such a device (a timer, a PMU, a per-CPU watchdog) cannot be assigned.`,
  source: `${MAP_IRQS}; xen/arch/arm/irq.c:route_irq_to_guest`,
  example: {
    bad: example(
      { device: DEVICE.replace('<0 21 4>', '<1 9 4>') },
      ASSIGNED.replace(' interrupt-parent = <&gic>; interrupts = <0 21 4>;', ''),
    ),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const { made } = assignmentAt(context, node) ?? {};
    const own = made?.device && hostInterrupts(context, made.device)?.find(({ type }) => type === 'PPI');
    if (!made?.device || !own) return;
    const { ends, ...severity } = assignmentFails(context, 'without its interrupts');
    yield {
      message: `\`${pathOf(made.device)}\` uses ${interruptName(own)}, and Xen routes only SPIs to a domain: ${ends}.`,
      span: pathSpan(made),
      ...severity,
      related: [{ message: 'the private interrupt', span: own.span }],
    };
  },
};

const SPI_0 = DEVICE.replace('<0 21 4>', '<0 0 4>');

const vpl011: Rule = {
  id: 'xen-vpl011-irq-clash',
  severity: 'warning',
  title: "Assigned device with the interrupt of the domain's virtual UART",
  properties: ['vpl011'],
  platforms: XEN_HOST,
  doc: `The virtual PL011 of a domain that is not mapped one to one takes SPI 0 (IRQ 32). The domain also gets a device whose interrupt in
the host is SPI 0, and keeps that number, so the two cannot be told apart. Remove \`vpl011\`, or give the device to another domain.`,
  source: 'Xen 4.22 docs/misc/arm/device-tree/booting.txt (vpl011); xen/include/public/arch-arm.h:GUEST_VPL011_SPI',
  example: {
    bad: example({ device: SPI_0, chosen: domU('domU1', 'vpl011;') }, ASSIGNED.replace('<0 21 4>', '<0 0 4>')),
    good: example({ chosen: domU('domU1', 'vpl011;') }),
  },
  *check(context, node) {
    const system = systemOf(context);
    const property = node.properties.get('vpl011');
    if (!system || !property || !domainNodes(context.tree).includes(node) || node.properties.has('direct-map')) return;
    const clash = assignments(system).find(({ domain, device }) => {
      if (domainNode(system, domain) !== node || !device) return false;
      return hostInterrupts(context, device)?.some(({ type, number }) => type === 'SPI' && number === 0);
    });
    if (!clash?.device) return;
    yield {
      message: `\`vpl011\` takes SPI 0, and ${node.name} also gets \`${pathOf(clash.device)}\`, whose interrupt that is.`,
      span: lastSet(property).name,
      related: [{ message: 'is assigned here', span: pathSpan(clash) }],
    };
  },
};

export const XEN_ASSIGNED_INTERRUPT_RULES: readonly Rule[] = [differ, ppi, vpl011];
