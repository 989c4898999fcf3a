// SPDX-License-Identifier: MIT
// Rules about the domains that Xen itself starts: nodes with `xen,domain` in `/chosen`, their modules and privileges.
import { isSince } from '#model/platform/xen-build.ts';
import { isModule } from '#model/xen/modules.ts';
import { partialModule } from '#model/xen/system.ts';
import { insertProperty, replaceValue } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board, GIC } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { compatibles, lastSet, nodeByPath, nodeSpan, strings, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST, XEN_SMMU, xenIommus } from './host.ts';
import { named, xen } from './release.ts';

const BINDINGS = 'Xen 4.22 xen/common/device-tree/dom0less-bindings.c:parse_dom0less_node';
const BUILD = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:construct_domU';
const CREATE = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:create_domUs';

const CELLS = '#address-cells = <2>; #size-cells = <2>;';
export const KERNEL =
  'module@42000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x42000000 0x0 0x1000000>; };';
export const PARTIAL =
  'module@44000000 { compatible = "multiboot,device-tree", "multiboot,module"; reg = <0x0 0x44000000 0x0 0x10000>; };';
export const PLAIN = `cpus = <1>; memory = <0x0 0x40000>;`;
const HOST = { kind: 'xen-host' } as const;

export function domain(content: string): string {
  return `domU1 { compatible = "xen,domain"; ${CELLS} ${content} };`;
}

/** A host tree with an SMMU whose `/chosen` holds these nodes. */
export function chosen(...content: readonly string[]): string {
  return board(CELLS, GIC, XEN_SMMU, `chosen { ${CELLS} ${content.join(' ')} };`);
}

const GOOD = chosen(domain(`${PLAIN} ${KERNEL}`));

export function isDomain({ tree }: RuleContext, node: DtNode): boolean {
  return node.parent === nodeByPath(tree, '/chosen') && compatibles(node).includes('xen,domain');
}

const misplaced: Rule = {
  id: 'xen-domain-misplaced',
  severity: 'warning',
  title: '`xen,domain` that is not a child of `/chosen`',
  properties: ['compatible'],
  platforms: XEN_HOST,
  doc: `Xen looks for domains only among the direct children of \`/chosen\`. This node is somewhere else, so no domain is made of it,
and nothing says so at boot. Move it.`,
  source: CREATE,
  example: {
    bad: board(CELLS, GIC, XEN_SMMU, domain(`${PLAIN} ${KERNEL}`)),
    good: GOOD,
    platform: HOST,
  },
  *check(context, node) {
    if (!compatibles(node).includes('xen,domain') || isDomain(context, node)) return;
    yield {
      message: 'Xen starts only domains that are direct children of `/chosen`; it never looks at this node.',
      span: nodeSpan(node),
    };
  },
};

const cpus: Rule = {
  id: 'xen-domain-cpus',
  severity: 'error',
  fixable: true,
  title: 'Domain without `cpus`',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `A domain must say how many virtual CPUs it has. Without \`cpus\` Xen panics: \`Missing property 'cpus' for domain …\`.
Add \`cpus = <1>\` or more.`,
  source: BINDINGS,
  example: { bad: chosen(domain(`memory = <0x0 0x40000>; ${KERNEL}`)), good: GOOD, platform: HOST },
  *check(context, node) {
    if (!isDomain(context, node) || u32(node.properties.get('cpus')) !== undefined) return;
    const absent = !node.properties.has('cpus');
    yield {
      message: 'The domain has no `cpus` of one cell, and Xen panics.',
      span: nodeSpan(node),
      ...(absent && {
        fix: repair('Add `cpus = <1>`', () => insertProperty(context.text, node, { name: 'cpus', value: '<1>' })),
      }),
    };
  },
};

const memory: Rule = {
  id: 'xen-domain-memory',
  severity: 'error',
  fixable: true,
  title: 'Domain without `memory` of two cells',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `\`memory\` is one 64-bit number of KiB, so two cells. When it is absent or shorter, Xen prints
\`Error building DomU: cannot read "memory" property\` and panics. Write \`memory = <0x0 0x40000>\` for 256 MiB.`,
  source: BUILD,
  example: { bad: chosen(domain(`cpus = <1>; memory = <0x40000>; ${KERNEL}`)), good: GOOD, platform: HOST },
  *check(context, node) {
    const property = node.properties.get('memory');
    if (!isDomain(context, node) || (property?.value.bytes.length ?? 0) >= 8) return;
    const size = property?.value.references.length === 0 ? u32(property) : undefined;
    yield {
      message: property
        ? '`memory` is a 64-bit number of KiB in two cells; Xen cannot read this one and panics.'
        : 'The domain has no `memory`, and Xen panics.',
      span: property ? lastSet(property).name : nodeSpan(node),
      ...(property &&
        size !== undefined && {
          fix: repair('Write `memory` with two cells', () =>
            replaceValue(context.text, property, `<0x0 0x${size.toString(16)}>`),
          ),
        }),
    };
  },
};

/** The property came with 4.19; before, only a partial tree's module gave a domain an IOMMU. */
const PASSTHROUGH = [4, 19] as const;

const passthroughUnknown: Rule = {
  id: 'xen-domain-passthrough-unknown',
  severity: 'warning',
  title: '`passthrough` of a domain under a Xen that does not read it',
  properties: ['passthrough'],
  platforms: XEN_HOST,
  doc: `\`passthrough\` of a domain came with 4.19. An older Xen does not read it: a domain gets an IOMMU only by a
\`multiboot,device-tree\` module. Give the domain such a module, or take a newer Xen.`,
  source: 'Xen 4.19 xen/arch/arm/dom0less-build.c:create_domUs',
  example: {
    bad: chosen(domain(`${PLAIN} passthrough = "enabled"; ${KERNEL}`)),
    good: chosen(domain(`${PLAIN} ${KERNEL} ${PARTIAL}`)),
    platform: { ...HOST, xenBuild: { version: [4, 18, 0], assumed: false } },
  },
  *check(context, node) {
    const property = node.properties.get('passthrough');
    const build = xen(context);
    if (!property || !isDomain(context, node) || isSince(build, PASSTHROUGH)) return;
    yield {
      message: `${named(build)} does not read \`passthrough\`, which came with 4.19: only a "multiboot,device-tree" module gives the domain an IOMMU.`,
      span: lastSet(property).name,
    };
  },
};

const passthroughValue: Rule = {
  id: 'xen-domain-passthrough-value',
  severity: 'warning',
  title: '`passthrough` of a domain with a value that Xen does not know',
  properties: ['passthrough'],
  platforms: XEN_HOST,
  knows: 'node',
  doc: `In the node of a domain, \`passthrough\` is \`"enabled"\` or \`"disabled"\`. Any other text counts as disabled without a message:
the domain gets no IOMMU, unless a \`multiboot,device-tree\` module gives it one, and no device can be assigned to it. Correct the text.`,
  source: `${BINDINGS}; docs/misc/arm/device-tree/booting.txt`,
  example: {
    bad: chosen(domain(`${PLAIN} passthrough = "on"; ${KERNEL}`)),
    good: chosen(domain(`${PLAIN} passthrough = "enabled"; ${KERNEL}`)),
    platform: HOST,
  },
  *check(context, node) {
    const property = node.properties.get('passthrough');
    const value = strings(property)[0];
    if (!property || !isDomain(context, node) || value === 'enabled' || value === 'disabled') return;
    const build = xen(context);
    if (!isSince(build, PASSTHROUGH)) return;
    yield {
      message: `Xen knows \`"enabled"\` and \`"disabled"\`; ${value === undefined ? 'this value' : `\`"${value}"\``} counts as disabled.`,
      span: lastSet(property).name,
    };
  },
};

const overridden: Rule = {
  id: 'xen-domain-passthrough-overridden',
  severity: 'warning',
  title: '`passthrough = "disabled"` next to a partial device tree',
  properties: ['passthrough'],
  platforms: XEN_HOST,
  doc: `A \`multiboot,device-tree\` module suffices for the domain to get an IOMMU; \`passthrough = "disabled"\` does not win over it.
Remove the property, or the module.`,
  source: BINDINGS,
  example: {
    bad: chosen(domain(`${PLAIN} passthrough = "disabled"; ${KERNEL} ${PARTIAL}`)),
    good: chosen(domain(`${PLAIN} ${KERNEL} ${PARTIAL}`)),
    platform: HOST,
  },
  *check(context, node) {
    const property = node.properties.get('passthrough');
    const module = partialModule(node);
    if (!property || !module || !isDomain(context, node) || strings(property)[0] !== 'disabled') return;
    yield {
      message: 'The `multiboot,device-tree` module gives the domain an IOMMU all the same; Xen does not heed this.',
      span: lastSet(property).name,
      related: [{ message: 'the module', span: nodeSpan(module) }],
    };
  },
};

const noIommu: Rule = {
  id: 'xen-domain-passthrough-no-iommu',
  severity: 'warning',
  title: '`passthrough = "enabled"` where Xen brings up no IOMMU',
  properties: ['passthrough'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `The property asks for an IOMMU, and Xen drives none in this tree, so it has no effect: devices can be assigned to the domain only
with \`xen,force-assign-without-iommu\`, which needs \`direct-map\` to be of use. Enable the IOMMU, or remove the property.`,
  source: BINDINGS,
  example: {
    bad: chosen(domain(`${PLAIN} passthrough = "enabled"; ${KERNEL}`)).replace(XEN_SMMU, ''),
    good: chosen(domain(`${PLAIN} passthrough = "enabled"; ${KERNEL}`)),
    platform: HOST,
  },
  *check(context, node) {
    const property = node.properties.get('passthrough');
    if (!property || !isDomain(context, node) || strings(property)[0] !== 'enabled') return;
    if (xenIommus(context).length > 0) return;
    yield {
      message: 'Xen brings up no IOMMU of this tree, so `passthrough = "enabled"` has no effect.',
      span: lastSet(property).name,
    };
  },
};

const moduleReg: Rule = {
  id: 'xen-module-reg',
  severity: 'error',
  title: 'Module of a domain without the place where it was loaded',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `The boot loader puts kernels and partial trees into memory, and \`reg\` of the module's node says where. A module of a domain
without \`reg\` ends in a panic. Write address and size in the cells of the domain's node.`,
  source:
    'Xen 4.22 xen/common/device-tree/bootinfo-fdt.c:process_multiboot_node; docs/misc/arm/device-tree/booting.txt',
  example: {
    bad: chosen(domain(`${PLAIN} module { compatible = "multiboot,kernel", "multiboot,module"; };`)),
    good: GOOD,
    platform: HOST,
  },
  *check(context, node) {
    if (!compatibles(node).includes('multiboot,module') || node.properties.has('reg')) return;
    if (!node.parent || !isDomain(context, node.parent)) return;
    yield { message: 'The module has no `reg`, so Xen does not know where it is, and panics.', span: nodeSpan(node) };
  },
};

const moduleCompatible: Rule = {
  id: 'xen-dtb-module-compat',
  severity: 'error',
  title: '`multiboot,device-tree` without `multiboot,module`',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'node',
  doc: `Xen registers a module by the string \`multiboot,module\` (or the older \`xen,multiboot-module\`). This one lacks it, so the partial tree is never loaded and the domain
gets none of its devices. Add the string after \`multiboot,device-tree\`.`,
  source:
    'Xen 4.22 xen/common/device-tree/bootinfo-fdt.c:early_scan_node; xen/common/device-tree/kernel.c:kernel_probe',
  example: {
    bad: chosen(domain(`${PLAIN} ${KERNEL} ${PARTIAL.replace(', "multiboot,module"', '')}`)),
    good: chosen(domain(`${PLAIN} ${KERNEL} ${PARTIAL}`)),
    platform: HOST,
  },
  *check(_context, node) {
    const names = compatibles(node);
    const property = node.properties.get('compatible');
    if (!property || !names.includes('multiboot,device-tree') || isModule(node)) return;
    yield {
      message: 'Without `"multiboot,module"` Xen does not load this partial device tree.',
      span: lastSet(property).name,
    };
  },
};

const ENHANCED = ['enabled', 'no-xenstore', 'disabled'];
/** It came with 4.21. */
const LEGACY = 'legacy';

const enhanced: Rule = {
  id: 'xen-enhanced-value',
  severity: 'warning',
  title: '`xen,enhanced` with a value that Xen does not know',
  properties: ['xen,enhanced'],
  platforms: XEN_HOST,
  knows: 'node',
  doc: `\`xen,enhanced\` is empty or one of \`"enabled"\`, \`"no-xenstore"\`, \`"disabled"\` and, since 4.21, \`"legacy"\`. Other text counts as
disabled: the domain gets no \`/hypervisor\` node, so that Linux in it does not know of Xen and its virtio devices use no grants.
Correct the text.`,
  source: `${BUILD}, prepare_dtb_domU; docs/misc/arm/device-tree/booting.txt`,
  example: {
    bad: chosen(domain(`${PLAIN} xen,enhanced = "yes"; ${KERNEL}`)),
    good: chosen(domain(`${PLAIN} xen,enhanced = "no-xenstore"; ${KERNEL}`)),
    platform: HOST,
  },
  *check(context, node) {
    const property = node.properties.get('xen,enhanced');
    if (!property || property.value.bytes.length === 0 || !isDomain(context, node)) return;
    const value = strings(property)[0];
    const build = xen(context);
    if (value !== undefined && (ENHANCED.includes(value) || (value === LEGACY && isSince(build, [4, 21])))) return;
    const since = value === LEGACY ? ', which came with 4.21,' : '';
    yield {
      message: `${named(build)} does not know ${value === undefined ? 'this value' : `\`"${value}"\``}${since} and gives the domain no \`/hypervisor\`: its Linux uses no grants.`,
      span: lastSet(property).name,
    };
  },
};

export const XEN_DOM0LESS_RULES: readonly Rule[] = [
  misplaced,
  cpus,
  memory,
  passthroughUnknown,
  passthroughValue,
  overridden,
  noIommu,
  moduleReg,
  moduleCompatible,
  enhanced,
];
