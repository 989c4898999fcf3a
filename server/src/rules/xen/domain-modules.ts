// SPDX-License-Identifier: MIT
// Rules about what a domain boots: its kernel, where its modules lie, and how large its partial tree is.
import { rawCells } from '#model/addresses/addresses.ts';
import { isSince } from '#model/platform/xen-build.ts';
import { contains, hostRam, overlaps, sizeText } from '#model/xen/memory.ts';
import { bootModules, inheritedCells, isModule, moduleKind, moduleRange } from '#model/xen/modules.ts';
import { domainNode, domainNodes } from '#model/xen/system.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { writeBlob } from '#tree/blob/blob.ts';
import { compatibles, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST } from './host.ts';
import { named, xen } from './release.ts';
import { domU, example, GOOD_SYSTEM, systemOf } from './system.ts';

const PROBE = 'Xen 4.22 xen/common/device-tree/kernel.c:kernel_probe';
const MULTIBOOT = 'Xen 4.22 xen/common/device-tree/bootinfo-fdt.c:process_multiboot_node';
const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const HOST = { kind: 'xen-host' } as const;
const KERNEL =
  'module@42000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x42000000 0x0 0x1000000>; };';
const RAM = 'memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x40000000>; };';

function tree(domain: string): string {
  const node = `domU1 { compatible = "xen,domain"; ${CELLS} cpus = <1>; memory = <0x0 0x20000>; ${domain} };`;
  return board(CELLS, RAM, `chosen { ${CELLS} ${node} };`);
}

const GOOD = tree(KERNEL);

const kernel: Rule = {
  id: 'xen-domain-kernel',
  severity: 'error',
  title: 'Domain without a kernel',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `A domain boots the module with \`multiboot,kernel\`, which Xen looks for among those that have \`multiboot,module\` as well. There is
none, so Xen prints \`Missing kernel boot module?\` and panics. A tree without any module, to which the boot loader adds them, is left
alone.`,
  source: PROBE,
  example: { bad: tree(KERNEL.replace(', "multiboot,module"', '')), good: GOOD, platform: HOST },
  *check(context, node) {
    if (!domainNodes(context.tree).includes(node)) return;
    const children = [...node.children.values()];
    const named = children.filter((child) => compatibles(child).includes('multiboot,kernel'));
    const registered = bootModules(context.tree).filter(({ kind }) => kind === 'kernel');
    // Xen finds the module by its address, whoever else registered it.
    const known = named.some((child) => {
      const start = moduleRange(child)?.start;
      return registered.some(
        ({ node: own, range }) => own === child || (start !== undefined && range?.start === start),
      );
    });
    if (known) return;
    const [unregistered] = named;
    const property = unregistered?.properties.get('compatible');
    if (unregistered && property) {
      yield {
        message: `Without "multiboot,module" Xen does not register this kernel, ${node.name} has none, and Xen panics.`,
        span: lastSet(property).name,
        node: unregistered,
      };
      return;
    }
    // A tree without any module is one that the boot loader completes.
    const complete = children.some((child) => moduleKind(child) !== 'unknown');
    if (!complete && bootModules(context.tree).length === 0) return;
    yield {
      message: `${node.name} has no module with "multiboot,kernel"; without a kernel Xen panics.`,
      span: nodeSpan(node),
    };
  },
};

const place: Rule = {
  id: 'xen-module-place',
  severity: 'error',
  title: 'Module whose `reg` is not in memory, or in that of another one',
  properties: ['compatible'],
  platforms: XEN_HOST,
  needs: ['xen-module-reg'],
  doc: `Xen reads \`reg\` of a module in the \`#address-cells\` and \`#size-cells\` of the node that it is in; a node without them takes over
those of \`/chosen\`. Read so, the value is too short (\`\\\`reg\\\` property length is too short\`), has no size, does not divide, or names a
place where the tree has no RAM: Xen panics, or finds no kernel there. Since 4.18 Xen registers no module that overlaps an earlier one
(\`Region: … overlapping with mod[0]\`), and the domain lacks it. Write address and size in these cells.`,
  source: `${MULTIBOOT}, device_tree_for_each_node; xen/common/device-tree/bootinfo.c:add_boot_module; ${PROBE}`,
  example: {
    bad: tree(KERNEL.replace('0x0 0x42000000 0x0 0x1000000', '0x42000000 0x1000000')),
    good: GOOD,
    platform: HOST,
  },
  *check(context, node) {
    const property = node.properties.get('reg');
    // An empty `reg` is one that a script of U-Boot fills in with what it only knows at boot.
    if (!property || !isModule(node) || property.value.bytes.length === 0) return;
    if (!bootModules(context.tree).some((module) => module.node === node)) return;
    const { address, size } = inheritedCells(node.parent);
    const count = rawCells(property).length;
    const span = lastSet(property).name;
    const cells = `${address} address and ${size} size cells`;
    if (count < address + size) {
      yield { message: `\`reg\` has ${count} cells, and Xen reads ${cells} here: it panics.`, span };
      return;
    }
    const range = moduleRange(node);
    if (!range) return;
    const read = `With ${cells} Xen reads a module of ${sizeText(range.size)} at 0x${range.start.toString(16)}`;
    const ram = hostRam(context.tree);
    if (range.size === 0n) yield { message: `${read}: an empty one, which it takes for missing.`, span };
    else if (count % (address + size) !== 0) yield { message: `${read}, and cells are left over.`, span };
    else if (ram && !contains(ram, range)) yield { message: `${read}, where the tree has no RAM.`, span };
    else {
      const first = coveredBy(context, node);
      const registers = `${named(xen(context))} registers the first one alone`;
      if (first)
        yield { message: `The module overlaps \`${pathOf(first)}\`: ${registers}, and does not find this one.`, span };
    }
  },
};

/**
 * An earlier module that has some of the same memory; one of the same kind and place is shared
 * (xen/common/device-tree/bootinfo.c:add_boot_module, boot_module_find_by_addr_and_kind).
 */
function coveredBy(context: RuleContext, node: DtNode): DtNode | undefined {
  if (!isSince(xen(context), [4, 18])) return undefined;
  const modules = bootModules(context.tree);
  const own = modules.find((module) => module.node === node);
  const { range, kind } = own ?? {};
  if (!own || !range) return undefined;
  const shares = modules.some((other) => other !== own && other.kind === kind && other.range?.start === range.start);
  if (shares) return undefined;
  const earlier = modules.slice(0, modules.indexOf(own));
  return earlier.find((other) => other.range && other.range.size > 0n && overlaps(other.range, range))?.node;
}

const partialSize: Rule = {
  id: 'xen-partial-too-large',
  severity: 'error',
  title: 'Module that is smaller than the partial device tree in it',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `\`reg\` of the module says how many bytes the boot loader put there, and Xen maps so many. The partial tree that the project links to
this domain is larger as a blob: Xen refuses it (a debug build prints \`Partial FDT totalsize is too big\`) and panics. Write the size of the blob.`,
  source: 'Xen 4.22 xen/common/device-tree/dom0less-build.c:check_partial_fdt',
  example: {
    bad: example({ chosen: domU('domU1').replace('0x44000000 0x0 0x10000', '0x44000000 0x0 0x100') }),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const system = systemOf(context);
    const domain = system?.domains.find((each) => domainNode(system, each) === node);
    if (!system || !domain?.tree.complete) return;
    const module = [...node.children.values()].filter(isDeviceTree).at(-1);
    const range = module && moduleRange(module);
    const property = module?.properties.get('reg');
    if (!module || !range || !property) return;
    const { length } = writeBlob(domain.tree, { symbols: false });
    if (BigInt(length) <= range.size) return;
    yield {
      message: `The partial tree has 0x${length.toString(16)} bytes as a blob, and the module 0x${range.size.toString(16)}; Xen refuses it and panics.`,
      span: lastSet(property).name,
      node: module,
    };
  },
};

function isDeviceTree(node: DtNode): boolean {
  return compatibles(node).includes('multiboot,device-tree');
}

export const XEN_DOMAIN_MODULE_RULES: readonly Rule[] = [kernel, place, partialSize];
