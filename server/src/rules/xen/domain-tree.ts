// SPDX-License-Identifier: MIT
// Rules about the link between a Xen host and the partial trees of its domains, and what the domains' nodes say of it.
import { basename } from '#base/files.ts';
import type { Repair } from '#base/problem.ts';
import { isSince } from '#model/platform/xen-build.ts';
import {
  domainName,
  domainNode,
  domainNodes,
  hardwareOwner,
  isHardwareDomain,
  partialModule,
  spilledModule,
} from '#model/xen/system.ts';
import { insertInBoard } from '#rules/edits/edits.ts';
import { repair } from '#rules/edits/repairs.ts';
import { board, xenSystem } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { compatibles, lastSet, nodeSpan, pathOf, strings, u32 } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { smmuBoard, XEN_HOST, xenIommus } from './host.ts';
import { isPassedThrough, MMIO, partial, XEN_GUEST } from './partial.ts';
import { named, xen } from './release.ts';
import { ASSIGNED, DOM_U1, domU, example, exampleHost, GOOD_SYSTEM, systemOf } from './system.ts';

const BINDINGS = 'Xen 4.22 xen/common/device-tree/dom0less-bindings.c:parse_dom0less_node';
const MODULE = 'Xen 4.22 xen/common/device-tree/dom0less-build.c:domain_handle_dtb_boot_module';
const BOOTING = 'docs/misc/arm/device-tree/booting.txt';
const HOST = { kind: 'xen-host' } as const;
const CELLS = '#address-cells = <2>; #size-cells = <2>;';

/** The domain whose partial tree this is. */
function ownDomain(context: RuleContext) {
  const system = systemOf(context);
  const domain = system?.domains.find(({ tree }) => tree === context.tree);
  return system && domain && { system, domain };
}

const noPassthrough: Rule = {
  id: 'xen-partial-no-passthrough',
  severity: 'warning',
  title: 'Partial device tree without `/passthrough`',
  scope: 'tree',
  platforms: XEN_GUEST,
  knows: 'all',
  doc: `The project file names this tree as the partial tree of a domain. Of the root's children Xen reads only \`gic\`, \`aliases\` and
\`passthrough\`, and the last is absent: the domain gets no device. Put the devices into \`/passthrough\`.`,
  source: `${MODULE}; docs/misc/arm/device-tree/passthrough.txt`,
  example: {
    bad: xenSystem(exampleHost(), { ...DOM_U1, text: board(CELLS, 'soc { compatible = "simple-bus"; ranges; };') }),
    good: GOOD_SYSTEM,
  },
  *check(context, root) {
    const own = ownDomain(context);
    if (!own || [...root.children.keys()].some((name) => name.toLowerCase() === 'passthrough')) return;
    yield {
      message: `The partial tree of ${domainName(own.domain)} has no \`/passthrough\`, so Xen copies no device from it.`,
      span: nodeSpan(root),
    };
  },
};

const notLinked: Rule = {
  id: 'xen-host-not-linked',
  severity: 'info',
  title: 'Partial device tree beside a Xen host that no project file links',
  scope: 'tree',
  platforms: XEN_GUEST,
  doc: `Whether an assignment works is decided in the host's tree: does the device exist, is it marked, does an IOMMU protect it. A file in
this folder starts domains with partial trees and may be that host; this tree is checked alone until somebody says so. Name both
in \`dt-iommu.json\`: \`"boards": [{ "file": "host.dts", "domains": [{ "node": "/chosen/domU1", "deviceTree": "domU1.dts" }] }]\`.`,
  source: 'Xen 4.22 docs/misc/arm/device-tree/passthrough.txt',
  example: {
    bad: partial(ASSIGNED),
    good: GOOD_SYSTEM,
    platform: { kind: 'xen-domu', xenHostNearby: '/host.dts' },
  },
  *check({ platform }, root) {
    const frame = root.children.get('passthrough');
    if (platform.xen || platform.xenHostNearby === undefined || !frame) return;
    yield {
      message: `\`${basename(platform.xenHostNearby)}\` in this folder starts domains; when it is the host of this tree, \`domains\` in dt-iommu.json has both checked together.`,
      span: nodeSpan(frame),
      node: frame,
    };
  },
};

const notInTree: Rule = {
  id: 'xen-domain-not-in-tree',
  severity: 'warning',
  title: 'Domain of the project file that the host tree does not have',
  scope: 'tree',
  platforms: XEN_HOST,
  knows: 'all',
  doc: `The project file links a partial tree to a node of this host, and no domain is there: the path is wrong, or the node lacks
\`compatible = "xen,domain"\`, without which Xen starts nothing. Correct the path; leave \`node\` out where only the boot loader makes
the node.`,
  source: 'Xen 4.22 xen/common/device-tree/dom0less-build.c:create_domUs',
  example: {
    bad: GOOD_SYSTEM.replace('domain:/chosen/domU1', 'domain:/chosen/domU2'),
    good: GOOD_SYSTEM,
  },
  *check(context, root) {
    const system = systemOf(context);
    for (const domain of system?.domains ?? []) {
      if (!system || domain.node === undefined || domainNode(system, domain)) continue;
      yield {
        message: `The project file links \`${basename(domain.tree.file)}\` to \`${domain.node}\`, and that is not a domain of this tree.`,
        span: nodeSpan(root.children.get('chosen') ?? root),
        node: root.children.get('chosen') ?? root,
      };
    }
  },
};

const noModule: Rule = {
  id: 'xen-dtb-module-missing',
  severity: 'warning',
  title: 'Domain that loads no partial device tree although the project has one',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `The project file has a partial tree for this domain, and the domain's node has no module with \`multiboot,device-tree\`. Xen then
never sees that tree: none of its devices is assigned, and without \`passthrough = "enabled"\` the domain has no IOMMU.
Add the module. Where the node has no modules at all, the boot loader may add them, and this is *info*.`,
  source: `${BINDINGS}; ${BOOTING}`,
  example: {
    bad: example({ chosen: domU('domU1').replace('"multiboot,device-tree"', '"multiboot,ramdisk"') }),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const system = systemOf(context);
    const domain = system?.domains.find((each) => domainNode(system, each) === node);
    if (!domain || partialModule(node)) return;
    const complete = [...node.children.values()].some((child) => compatibles(child).includes('multiboot,module'));
    yield {
      message: `No module of ${node.name} is a \`multiboot,device-tree\`, so Xen does not load \`${basename(domain.tree.file)}\`${complete ? '' : ', unless the boot loader adds the modules'}.`,
      span: nodeSpan(node),
      ...(!complete && { severity: 'info' as const }),
    };
  },
};

const grantsNeedEnhanced: Rule = {
  id: 'xen-grant-dma-needs-enhanced',
  severity: 'error',
  fixable: true,
  title: 'Grant DMA in a domain without grants',
  properties: ['compatible'],
  platforms: XEN_GUEST,
  judgement: true,
  doc: `Without \`xen,enhanced\` Xen gives a domain no \`/hypervisor\` node. Linux in it does not know that it runs
on Xen, so a virtio device behind \`xen,grant-dma\` gets no grants: the kernel waits for the IOMMU and goes on with guest addresses,
which the backend cannot use. Add \`xen,enhanced = "no-xenstore"\` to the domain's node in the host's tree.`,
  source: `Xen 4.22 xen/arch/arm/dom0less-build.c:make_hypervisor_node; ${BINDINGS}; Linux 6.12 drivers/xen/grant-dma-ops.c:xen_is_grant_dma_device`,
  example: { bad: withGrants(''), good: withGrants('xen,enhanced = "no-xenstore";') },
  *check(context, node) {
    if (!compatibles(node).includes('xen,grant-dma') || !isPassedThrough(context, node)) return;
    const { system, domain } = ownDomain(context) ?? {};
    const owner = system && domain && domainNode(system, domain);
    if (!system || !owner) return;
    const property = owner.properties.get('xen,enhanced');
    if (property && strings(property)[0] !== 'disabled') return;
    yield {
      message: `${owner.name} has no \`xen,enhanced\`${property ? ' but "disabled"' : ''}, so Xen gives it no \`/hypervisor\` node: its Linux sets up no grant table, and no device gets grants.`,
      span: nodeSpan(node),
      related: [{ message: 'the domain', span: nodeSpan(owner) }],
      ...(!property && { fix: addEnhanced({ tree: system.host, text: context.text }, owner) }),
    };
  },
};

function addEnhanced(host: Pick<RuleContext, 'tree' | 'text'>, owner: DtNode): Repair {
  const added = { name: 'xen,enhanced', value: '"no-xenstore"' };
  return repair(`Add \`${added.name} = ${added.value}\` in the host tree`, () => insertInBoard(host, owner, added));
}

function withGrants(enhanced: string): string {
  const grants = `${ASSIGNED.replace(MMIO, `${MMIO} dma-coherent;`)} }; xen_iommu: iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>;`;
  return example({ chosen: domU('domU1', enhanced) }, grants);
}

const spilled: Rule = {
  id: 'xen-dtb-module-spill',
  severity: 'info',
  title: "Domain that gets an IOMMU because of a later domain's partial tree",
  properties: ['compatible'],
  platforms: XEN_HOST,
  doc: `To learn whether a domain has a partial tree, Xen looks for \`multiboot,device-tree\` from the domain's node to the end of the whole
tree, so that of a later domain counts for this one, too. The domain is created with an IOMMU that it has no use for, which costs:
when such a guest flushes its caches by set and way, as some boot loaders and older kernels do, Xen injects an undefined instruction in
place of the flush. Put domains without a partial tree last.`,
  source: `${BINDINGS}; xen/common/device-tree/device-tree.c:dt_find_compatible_node; xen/arch/arm/p2m.c:p2m_set_way_flush`,
  example: {
    bad: smmuBoard(`chosen { ${CELLS} ${withoutModule('domU1')} ${domU('domU2')} };`),
    good: smmuBoard(`chosen { ${CELLS} ${domU('domU1')} ${withoutModule('domU2')} };`),
    platform: HOST,
  },
  *check(context, node) {
    if (!domainNodes(context.tree).includes(node) || isHardwareDomain(node) || partialModule(node)) return;
    if (strings(node.properties.get('passthrough'))[0] === 'enabled' || xenIommus(context).length === 0) return;
    const module = spilledModule(context.tree, node);
    if (!module) return;
    yield {
      message: `Xen takes \`${pathOf(module)}\` for a partial tree of ${node.name} as well and creates the domain with an IOMMU.`,
      span: nodeSpan(node),
      related: [{ message: 'the module', span: nodeSpan(module) }],
    };
  },
};

function withoutModule(name: string): string {
  return domU(name).replace('"multiboot,device-tree"', '"multiboot,kernel"').replaceAll('44000000', '45000000');
}

/** Values of `xen,enhanced` that ask for Xenstore; an empty one is `"enabled"`. */
const WANTS_XENSTORE = ['enabled', 'legacy'];
/** Bit 2 of `capabilities`. */
const XENSTORE_CAPABILITY = 4;

const noXenstore: Rule = {
  id: 'xen-enhanced-no-xenstore',
  severity: 'info',
  title: 'Domain that wants Xenstore where nothing provides it',
  properties: ['xen,enhanced'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `\`xen,enhanced\` without \`"no-xenstore"\` asks for Xenstore, which dom0 or a domain with that capability runs. The tree has neither:
Xen panics with \`xenstore requested, but xenstore domain not present\`, or before 4.21 because there is no dom0. That is only *info*, because the boot loader may
add a dom0. Write \`xen,enhanced = "no-xenstore"\` in a system without dom0.`,
  source: `${BINDINGS}; xen/common/device-tree/dom0less-build.c:create_domUs`,
  example: {
    bad: smmuBoard(`chosen { ${CELLS} ${domU('domU1', 'xen,enhanced;')} };`),
    good: smmuBoard(`chosen { ${CELLS} ${domU('domU1', 'xen,enhanced = "no-xenstore";')} };`),
    platform: HOST,
  },
  *check({ tree, platform }, node) {
    const property = node.properties.get('xen,enhanced');
    if (!property || !domainNodes(tree).includes(node)) return;
    const wants = property.value.bytes.length === 0 || WANTS_XENSTORE.includes(strings(property)[0] ?? '');
    if (!wants || hardwareOwner(tree) || domainNodes(tree).some(runsXenstore)) return;
    const build = xen({ platform });
    // Before, only a dom0 could have it (construct_domU: "Xenstore support requires dom0 to be present").
    const who = isSince(build, [4, 21]) ? 'neither a dom0 nor a Xenstore domain' : 'no dom0';
    yield {
      message: `${node.name} asks for Xenstore, and the tree has ${who}; unless the boot loader adds one, ${named(build)} panics.`,
      span: lastSet(property).name,
    };
  },
};

function runsXenstore(node: DtNode): boolean {
  return ((u32(node.properties.get('capabilities')) ?? 0) & XENSTORE_CAPABILITY) !== 0;
}

export const XEN_DOMAIN_TREE_RULES: readonly Rule[] = [
  noPassthrough,
  notLinked,
  notInTree,
  noModule,
  grantsNeedEnhanced,
  spilled,
  noXenstore,
];
