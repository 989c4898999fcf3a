// SPDX-License-Identifier: MIT
// Rules about a device that a partial tree assigns, in the light of the host's tree: is it there, free, and protected.
import { basename } from '#base/files.ts';
import type { Repair } from '#base/problem.ts';
import type { XenSystem } from '#model/platform/types.ts';
import { protection } from '#model/xen/host.ts';
import {
  assignments,
  domainName,
  domainNode,
  domainNodes,
  hardwareOwner,
  hardwareOwnerName,
  similarNodes,
} from '#model/xen/system.ts';
import { insertInBoard, replaceValue } from '#rules/edits/edits.ts';
import { deletion, repair } from '#rules/edits/repairs.ts';
import { xenSystem } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { baseName, lastSet, nodeSpan, pathOf, strings } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { failureText, lackText } from '#wording/statements/xen.ts';
import { MMIO, partial, XEN_GUEST } from './partial.ts';
import { xenReg } from './partial-device.ts';
import { assignmentFails } from './release.ts';
import {
  ASSIGNED,
  assignmentAt,
  DOM_U1,
  domU,
  example,
  exampleHost,
  GOOD_SYSTEM,
  GUARDED,
  isRouted,
  pathSpan,
  registers,
  UART,
} from './system.ts';

const ASSIGN = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:handle_passthrough_prop';
const IOMMU_ASSIGN = 'Xen 4.22 xen/drivers/passthrough/device_tree.c:iommu_assign_dt_device';
const FORCE = 'xen,force-assign-without-iommu';

const notFound: Rule = {
  id: 'xen-path-not-found',
  severity: 'error',
  fixable: true,
  title: '`xen,path` that is not a node of the host',
  properties: ['xen,path'],
  platforms: XEN_GUEST,
  needs: ['xen-path-invalid', 'xen-reg-path-pair'],
  judgement: true,
  doc: `Xen looks the path up in the host's tree, name by name with the unit addresses; labels and aliases do not count. This path leads
nowhere there, so Xen prints \`Couldn't find node … in host_dt!\` and panics. Write the path that the device has in the host's tree.`,
  source: ASSIGN,
  example: { bad: GOOD_SYSTEM.replace('"/soc/serial@ff000000"', '"/serial@ff000000"'), good: GOOD_SYSTEM },
  *check(context, node) {
    const { system, made } = assignmentAt(context, node) ?? {};
    const text = strings(made?.path)[0];
    if (!system || !made || made.device || text === undefined || !text.startsWith('/')) return;
    const near = similarNodes(system.host, text.replace(/\/+$/, ''));
    const [only, ...more] = near;
    const { ends, ...severity } = assignmentFails(context, 'with its registers and without its interrupts');
    // dt_node_path_is_equal compares whole paths.
    const slash = text.length > 1 && text.endsWith('/') ? ' (with the slash at its end)' : '';
    yield {
      message: `\`${basename(system.host.file)}\` has no node \`${text}\`${slash}, so Xen does not find the device: ${ends}.`,
      span: pathSpan(made),
      ...severity,
      related: near.slice(0, 3).map((other) => ({ message: `is \`${pathOf(other)}\``, span: nodeSpan(other) })),
      ...(only && more.length === 0 && { fix: writePath(context, node, pathOf(only)) }),
    };
  },
};

function writePath({ text }: RuleContext, node: DtNode, path: string): Repair {
  const property = node.properties.get('xen,path');
  return repair(`Write \`${path}\``, () => property && replaceValue(text, property, `"${path}"`));
}

/** Whether Xen notices a second owner: by an interrupt that is taken, or by the stream of an IOMMU. */
function isExclusive({ host }: XenSystem, device: DtNode, guarded: boolean): boolean {
  return guarded || isRouted(host, device);
}

const notMarked: Rule = {
  id: 'xen-path-not-marked',
  severity: 'error',
  fixable: true,
  title: 'Assigned device that dom0 takes first',
  properties: ['xen,path'],
  platforms: XEN_GUEST,
  judgement: true,
  doc: `Xen builds dom0 before it assigns devices to the other domains, and gives it every device without \`xen,passthrough\`. The
interrupt and the IOMMU's stream of this one then belong to dom0, and the assignment fails with \`-EBUSY\`: Xen panics. With a hardware
domain in place of dom0 it is the same for whichever of the two comes second. A device with neither (an interrupt at another controller than
the GIC is not Xen's) is mapped to both domains. In a tree to
which the boot loader adds dom0 and the domains, this is *info*. Add \`xen,passthrough\` to the node in the host's tree.`,
  source: `Xen 4.22 xen/arch/arm/device.c:handle_device; ${IOMMU_ASSIGN}`,
  example: { bad: example({ device: GUARDED }), good: GOOD_SYSTEM },
  *check(context, node) {
    const { system, host, made } = assignmentAt(context, node) ?? {};
    const device = made?.device;
    if (!system || !host || !device || device.properties.has('xen,passthrough')) return;
    const first = hardwareOwner(system.host);
    // Domains without a dom0 are a system of their own; a tree without either gets both from the boot loader.
    if (!first && domainNodes(system.host).length > 0) return;
    const owner = first ? hardwareOwnerName(first) : 'a dom0 that the boot loader adds';
    const exclusive = isExclusive(system, device, protection(host, device).use !== undefined);
    const failure = assignmentFails(context, 'without its interrupts, and dom0 keeps it as well');
    const severity = !first ? 'info' : exclusive ? (failure.severity ?? 'error') : 'warning';
    yield {
      message: exclusive
        ? `\`${pathOf(device)}\` has no \`xen,passthrough\`, so ${owner} gets it as well as ${domainName(made.domain)}, and the second owner is refused: ${failure.ends}.`
        : `\`${pathOf(device)}\` has no \`xen,passthrough\`, so ${owner} has its registers as well.`,
      span: pathSpan(made),
      related: [{ message: 'the device', span: nodeSpan(device) }],
      fix: repair('Add `xen,passthrough` in the host tree', () =>
        insertInBoard({ tree: system.host, text: context.text }, device, { name: 'xen,passthrough' }),
      ),
      severity,
    };
  },
};

const shared: Rule = {
  id: 'xen-path-shared',
  severity: 'error',
  title: 'Device that is assigned twice',
  properties: ['xen,path'],
  platforms: XEN_GUEST,
  doc: `Two nodes of partial trees name the same device of the host. A device has one owner: its interrupt and its IOMMU stream belong to
the domain that Xen starts first, and the second assignment fails with \`-EBUSY\`, which ends in a panic. Remove one of the nodes.`,
  source: `${IOMMU_ASSIGN}; xen/arch/arm/irq.c:route_irq_to_guest`,
  example: {
    bad: xenSystem(
      exampleHost({ chosen: `${domU('domU1')} ${domU('domU2').replaceAll('44000000', '45000000')}` }),
      { ...DOM_U1, text: partial(ASSIGNED) },
      { file: '/domU2.dts', node: '/chosen/domU2', text: partial(ASSIGNED) },
    ),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const { system, host, made } = assignmentAt(context, node) ?? {};
    if (!system || !host || !made?.device) return;
    const all = assignments(system);
    const earlier = all.slice(0, all.indexOf(made)).find(({ device }) => device === made.device);
    if (!earlier) return;
    const guarded = protection(host, made.device).use !== undefined;
    // One domain may route its own interrupt twice.
    if (earlier.domain === made.domain ? !guarded : !isExclusive(system, made.device, guarded)) return;
    const { ends, ...severity } = assignmentFails(context, 'without its interrupts');
    yield {
      message: `\`${pathOf(made.device)}\` already belongs to ${domainName(earlier.domain)}, and Xen does not assign it a second time: ${ends}.`,
      span: pathSpan(made),
      ...severity,
      related: [{ message: 'the first assignment', span: pathSpan(earlier) }],
    };
  },
};

const noIommu: Rule = {
  id: 'xen-assign-no-iommu',
  severity: 'error',
  title: 'Assigned device that no IOMMU of Xen protects',
  properties: ['xen,path'],
  platforms: XEN_GUEST,
  doc: `Xen assigns a device only when an IOMMU that it drives keeps the device's DMA inside its domain; otherwise it prints
\`Failed to assign device\` and panics. Give the device \`iommus\` in the host's tree. For a device without DMA,
\`xen,force-assign-without-iommu\` permits the assignment; for one with DMA that makes the machine unsafe. It does not help where
\`iommus\` leads to an IOMMU that Xen fails to use: then remove \`iommus\`, too.`,
  source: `${IOMMU_ASSIGN}, iommu_add_dt_device; ${ASSIGN}`,
  example: {
    bad: example({ device: `${UART} xen,passthrough;` }),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const { host, made } = assignmentAt(context, node) ?? {};
    if (!host || !made?.device) return;
    const { use, failure, lack } = protection(host, made.device);
    const path = pathOf(made.device);
    const related = [{ message: 'the device', span: nodeSpan(made.device) }];
    if (failure !== undefined) {
      const { ends, ...severity } = assignmentFails(context, 'without an IOMMU in between');
      const message = `Xen fails to add \`${path}\` to an IOMMU, because ${failureText(failure)}; also where the assignment is forced, ${ends}.`;
      yield { message, span: pathSpan(made), related, ...severity };
    } else if (!use && lack && !made.forced) {
      const { ends, ...severity } = assignmentFails(context, 'and its DMA reaches all memory of the machine');
      const message = `No IOMMU of Xen protects \`${path}\`, because ${lackText(lack)}; without \`${FORCE}\` Xen does not assign it: ${ends}.`;
      yield { message, span: pathSpan(made), related, ...severity };
    }
  },
};

const redundant: Rule = {
  id: 'xen-force-redundant',
  severity: 'info',
  fixable: true,
  title: '`xen,force-assign-without-iommu` on a device that an IOMMU protects',
  properties: [FORCE],
  platforms: XEN_GUEST,
  doc: `An IOMMU of Xen protects the device, so the assignment goes through it with or without the property. Left in, the property lets
the device through unprotected on the day when its IOMMU is missing. Remove it.`,
  source: ASSIGN,
  example: { bad: example({}, `${ASSIGNED} ${FORCE};`), good: GOOD_SYSTEM },
  *check(context, node) {
    const { host, made } = assignmentAt(context, node) ?? {};
    const property = node.properties.get(FORCE);
    if (!host || !made?.device || !property) return;
    const { use, dependsOn } = protection(host, made.device);
    if (!use || dependsOn !== undefined) return;
    yield {
      message: `\`${use.path}\` protects \`${pathOf(made.device)}\`, so nothing has to be forced.`,
      span: lastSet(property).name,
      tag: 'unnecessary',
      fix: deletion(context, property),
    };
  },
};

/** Names of devices (Devicetree Specification, Generic Names Recommendation) that read and write memory themselves. */
const DMA_NAMES = new Set(
  'crypto display dma-controller dma ethernet fpga-region gpu hdmi isp jpeg mmc nand-controller pcie pci sata sdhci ufs usb video-codec vpu'.split(
    ' ',
  ),
);
const DMA_PROPERTIES = ['iommus', 'dma-coherent', 'dma-noncoherent', 'memory-region'];

function doesDma(device: DtNode): boolean {
  return DMA_NAMES.has(baseName(device)) || DMA_PROPERTIES.some((name) => device.properties.has(name));
}

const UNSAFE_HOST = {
  soc: `dma: dma-controller@ff100000 { compatible = "vendor,dma"; reg = <0x0 0xff100000 0x0 0x1000>; interrupts = <0 22 4>; xen,passthrough; };`,
};
const UNSAFE = `${MMIO.replaceAll('ff000000', 'ff100000').replace('serial', 'dma-controller')} interrupt-parent = <&gic>; interrupts = <0 22 4>; ${FORCE};`;

const noDirectMap: Rule = {
  id: 'xen-force-assign-no-directmap',
  severity: 'warning',
  title: 'Device without an IOMMU in a domain that is not mapped one to one',
  properties: [FORCE],
  platforms: XEN_GUEST,
  needs: ['xen-assign-no-iommu', 'xen-force-redundant'],
  doc: `No IOMMU translates what the device reads and writes, and the domain's addresses are not those of the machine: a buffer of the
guest is other memory for the device, perhaps Xen's own. Give the domain \`xen,static-mem\` and \`direct-map\`, or an IOMMU to the
device. For a device without DMA (reported as *info*) it does not matter.`,
  source: `${ASSIGN}; docs/misc/arm/device-tree/passthrough.txt`,
  example: {
    bad: example(UNSAFE_HOST, UNSAFE),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const { system, host, made } = assignmentAt(context, node) ?? {};
    const property = node.properties.get(FORCE);
    if (!system || !host || !made?.device || !property) return;
    const domain = domainNode(system, made.domain);
    if (!domain || domain.properties.has('direct-map') || protection(host, made.device).use) return;
    const certain = doesDma(made.device);
    yield {
      message: `${domain.name} has no \`direct-map\`: ${certain ? '' : 'if the device does DMA, '}the addresses that its driver gives it are the guest's, and without an IOMMU they lead to other memory.`,
      span: lastSet(property).name,
      related: [{ message: 'the domain', span: nodeSpan(domain) }],
      ...(!certain && { severity: 'info' as const }),
    };
  },
};

const otherRegisters: Rule = {
  id: 'xen-reg-other-device',
  severity: 'warning',
  title: '`xen,reg` that maps none of the registers of its device',
  properties: ['xen,reg'],
  platforms: XEN_GUEST,
  needs: ['xen-reg-cells', 'xen-reg-length', 'xen-reg-unaligned'],
  doc: `Xen takes the interrupts and the IOMMU from the node that \`xen,path\` names, and maps what \`xen,reg\` says without comparing the
two. None of these mappings touches the registers that the host's node has: the guest's driver talks to something else, which now
belongs to the guest as well. Write the addresses of the host's node, rounded to pages.`,
  source: ASSIGN,
  example: { bad: GOOD_SYSTEM.replace('xen,reg = <0x0 0xff000000', 'xen,reg = <0x0 0xfe000000'), good: GOOD_SYSTEM },
  *check(context, node) {
    const { host, made } = assignmentAt(context, node) ?? {};
    const reg = xenReg(context, node);
    if (!host || !made?.device || !reg || reg.mappings.length === 0) return;
    const own = registers(host, made.device);
    const touches = ({ physical, size }: (typeof reg.mappings)[number]) =>
      own.some((range) => range.start < physical + size && physical < range.start + range.size);
    if (own.length === 0 || reg.mappings.some(touches)) return;
    const at = own.map(({ start }) => `0x${start.toString(16)}`).join(', ');
    yield {
      message: `The registers of \`${pathOf(made.device)}\` are at ${at}; this maps other ones for ${domainName(made.domain)}.`,
      span: lastSet(reg.property).name,
      related: [{ message: 'the device', span: nodeSpan(made.device) }],
    };
  },
};

export const XEN_ASSIGNMENT_RULES: readonly Rule[] = [
  notFound,
  notMarked,
  shared,
  noIommu,
  redundant,
  noDirectMap,
  otherRegisters,
];
