// SPDX-License-Identifier: MIT
// Rules about the hardware domain: the one that gets, by `capabilities`, all devices that nobody else has.
import { isSince } from '#model/platform/xen-build.ts';
import { dom0Kernel } from '#model/xen/modules.ts';
import { domainNodes, isHardwareDomain, partialModule } from '#model/xen/system.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import { chosen, domain, isDomain, KERNEL, PARTIAL, PLAIN } from './dom0less.ts';
import { XEN_HOST, XEN_SMMU, xenIommus } from './host.ts';
import { named, xen } from './release.ts';

const BINDINGS = 'Xen 4.22 xen/common/device-tree/dom0less-bindings.c:parse_dom0less_node';
const HOST = { kind: 'xen-host' } as const;
/** The property came with 4.21. */
const CAPABILITIES = [4, 21] as const;

const hardwareDomain: Rule = {
  id: 'xen-hwdom-passthrough',
  severity: 'error',
  title: 'Hardware domain with what only other domains may have',
  properties: ['capabilities'],
  platforms: XEN_HOST,
  doc: `Bit 1 of \`capabilities\` makes the hardware domain, which gets all devices that no other domain has. Xen panics when it has
\`passthrough\`, \`nr_spis\` or a \`multiboot,device-tree\` module, and when there is a second one, or a dom0, which is one, too. Remove what is
too much.`,
  source: `${BINDINGS}; xen/arch/arm/dom0less-build.c:arch_parse_dom0less_node`,
  example: {
    bad: chosen(domain(`${PLAIN} capabilities = <2>; passthrough = "enabled"; ${KERNEL}`)),
    good: chosen(domain(`${PLAIN} capabilities = <2>; ${KERNEL}`)),
    platform: HOST,
  },
  *check(context, node) {
    if (!isDomain(context, node) || !isHardwareDomain(node)) return;
    if (!isSince(xen(context), CAPABILITIES)) {
      const property = node.properties.get('capabilities');
      const message = `${named(xen(context))} does not read \`capabilities\`, which came with 4.21: this is a domain like any other.`;
      if (property) yield { message, span: lastSet(property).name, severity: 'warning' };
      return;
    }
    for (const name of ['passthrough', 'nr_spis']) {
      const property = node.properties.get(name);
      if (!property) continue;
      yield { message: `Xen panics over \`${name}\` of the hardware domain.`, span: lastSet(property).name };
    }
    const module = partialModule(node);
    if (module) {
      yield { message: 'Xen panics over a partial device tree of the hardware domain.', span: nodeSpan(module) };
    }
    const dom0 = dom0Kernel(context.tree)?.node;
    const first = dom0 ?? domainNodes(context.tree).find(isHardwareDomain);
    if (first && first !== node) {
      const other = `${dom0 ? 'dom0, whose kernel is ' : ''}\`${pathOf(first)}\`${dom0 ? ',' : ''}`;
      yield { message: `${other} is the hardware domain already, and Xen panics.`, span: nodeSpan(node) };
    }
  },
};

const hardwareIommu: Rule = {
  id: 'xen-hwdom-needs-iommu',
  severity: 'error',
  title: 'Hardware domain without an IOMMU and without `direct-map`',
  properties: ['capabilities'],
  platforms: XEN_HOST,
  knows: 'all',
  needs: ['xen-hwdom-passthrough'],
  doc: `The drivers of the hardware domain program guest addresses. They are right only behind an IOMMU or with \`direct-map\`; with
neither, Xen panics: \`non-direct mapped hardware domain requires iommu\`. Add \`xen,static-mem\` and \`direct-map\`,
or enable an IOMMU that Xen drives.`,
  source: `${BINDINGS}; docs/misc/arm/device-tree/booting.txt`,
  example: {
    bad: chosen(domain(`${PLAIN} capabilities = <2>; ${KERNEL}`)).replace(XEN_SMMU, ''),
    good: chosen(domain(`${PLAIN} capabilities = <2>; ${KERNEL}`)),
    platform: HOST,
  },
  *check(context, node) {
    if (!isDomain(context, node) || !isHardwareDomain(node) || node.properties.has('direct-map')) return;
    if (xenIommus(context).length > 0) return;
    yield {
      message: 'The hardware domain has no `direct-map`, and Xen brings up no IOMMU of this tree: it panics.',
      span: nodeSpan(node),
    };
  },
};

const hardwareOrder: Rule = {
  id: 'xen-hwdom-before-dtb-module',
  severity: 'warning',
  title: 'Hardware domain before the partial device tree of another domain',
  properties: ['capabilities'],
  platforms: XEN_HOST,
  needs: ['xen-hwdom-passthrough'],
  doc: `To learn whether a domain has a partial device tree, Xen looks from its node to the end of the whole tree. A module of a later
domain counts for the hardware domain, too, and Xen panics: \`"multiboot,device-tree" incompatible with hardware domain\`.
Put the hardware domain last.`,
  source: `${BINDINGS}; xen/common/device-tree/device-tree.c:dt_find_compatible_node`,
  example: {
    bad: chosen(
      domain(`${PLAIN} capabilities = <2>; ${KERNEL}`),
      domain(`${PLAIN} ${KERNEL} ${PARTIAL}`).replace('domU1', 'domU2'),
    ),
    good: chosen(
      domain(`${PLAIN} ${KERNEL} ${PARTIAL}`),
      domain(`${PLAIN} capabilities = <2>; ${KERNEL}`).replace('domU1', 'domU2'),
    ),
    platform: HOST,
  },
  *check(context, node) {
    if (!isDomain(context, node) || !isHardwareDomain(node)) return;
    const all = domainNodes(context.tree);
    const later = all.slice(all.indexOf(node) + 1).find((other) => partialModule(other));
    if (!later) return;
    yield {
      message: `Xen takes the partial device tree of \`${pathOf(later)}\` for one of the hardware domain as well and panics.`,
      span: nodeSpan(node),
      related: [{ message: 'has the partial device tree', span: nodeSpan(later) }],
    };
  },
};

export const XEN_HARDWARE_DOMAIN_RULES: readonly Rule[] = [hardwareDomain, hardwareIommu, hardwareOrder];
