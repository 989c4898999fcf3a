// SPDX-License-Identifier: MIT
// Rules about what domains share by the host's tree: static shared memory and static event channels.
import { rawCells, readNumber } from '#model/addresses/addresses.ts';
import { isSince, xenOption } from '#model/platform/xen-build.ts';
import { type Bank, contains, hostRam, overlaps } from '#model/xen/memory.ts';
import { inheritedCells } from '#model/xen/modules.ts';
import { domainNodes, hardwareOwner } from '#model/xen/system.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { cells, cellTarget, compatibles, lastSet, nodeSpan, pathOf, strings } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST } from './host.ts';
import { named, xen } from './release.ts';

const SHM = 'Xen 4.22 xen/common/device-tree/static-shmem.c:process_shm_node, process_shm';
const EVTCHN = 'Xen 4.22 xen/common/device-tree/static-evtchn.c:alloc_domain_evtchn, get_evtchn_dt_property';
const CELLS = '#address-cells = <2>; #size-cells = <2>;';
const HOST = { kind: 'xen-host' } as const;
const RAM = 'memory@40000000 { device_type = "memory"; reg = <0x0 0x40000000 0x0 0x40000000>; };';
const SHARED = 'xen,domain-shared-memory-v1';
const CHANNEL = 'xen,evtchn-v1';

function domain(name: string, content: string): string {
  return `${name} { compatible = "xen,domain"; ${CELLS} cpus = <1>; memory = <0x0 0x20000>; module@42000000 { compatible = "multiboot,kernel", "multiboot,module"; reg = <0x0 0x42000000 0x0 0x1000000>; }; ${content} };`;
}

function tree(...domains: readonly string[]): string {
  return board(CELLS, RAM, `chosen { ${CELLS} ${domains.join(' ')} };`);
}

function shared(content: string): string {
  return tree(domain('domU1', `shm@50000000 { compatible = "${SHARED}"; ${content} };`));
}

const ID = 'xen,shm-id = "buffer";';
const GOOD_SHM = shared(`${ID} xen,shared-mem = <0x0 0x50000000 0x0 0x60000000 0x0 0x10000>;`);

/** A node that Xen takes for one of a domain, or of dom0 when it stands in `/chosen` itself. */
function isPart({ tree }: RuleContext, node: DtNode, compatible: string): boolean {
  if (!compatibles(node).includes(compatible)) return false;
  const chosen = tree.root.children.get('chosen');
  return node.parent === chosen || (node.parent !== undefined && domainNodes(tree).includes(node.parent));
}

interface SharedMemory {
  readonly machine?: bigint;
  readonly guest: bigint;
  readonly size: bigint;
}

/** `xen,shared-mem`: machine, guest, size, of which the first may be left out since 4.19; a number of cells that is wrong. */
function sharedMemory(node: DtNode, optional: boolean): SharedMemory | { readonly wanted: string } | undefined {
  const property = node.properties.get('xen,shared-mem');
  if (!property) return undefined;
  const { address, size } = inheritedCells(node.parent);
  const all = rawCells(property);
  if (all.length === 2 * address + size) {
    return {
      machine: readNumber(all, 0, address),
      guest: readNumber(all, address, address),
      size: readNumber(all, 2 * address, size),
    };
  }
  if (optional && all.length === address + size)
    return { guest: readNumber(all, 0, address), size: readNumber(all, address, size) };
  return { wanted: `${2 * address + size}${optional ? ` or ${address + size}` : ''}` };
}

const PAGE = 0xfffn;
/** MAX_SHM_ID_LENGTH with its end. */
const LONGEST_ID = 15;

const sharedMem: Rule = {
  id: 'xen-shared-mem',
  severity: 'error',
  title: 'Static shared memory that Xen cannot set up',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `A \`${SHARED}\` node needs \`xen,shm-id\` (up to ${LONGEST_ID} characters) and \`xen,shared-mem\`: address in the machine, address
in the guest, size, in the cells of the domain, each a multiple of 4 KiB, in RAM that no other domain has. \`role\` is \`"owner"\` or
\`"borrower"\`. On anything else Xen stops while it reads the tree (\`Early FDT parsing failed\`; before 4.19 later, at the domain), and so it does
with any such node when it is built without \`CONFIG_STATIC_SHM\` (before 4.19 it then only ignores what follows in the tree, a *warning*). The machine's address may be left out since 4.19. Correct the node.`,
  source: SHM,
  example: {
    bad: shared('xen,shared-mem = <0x0 0x50000000 0x0 0x60000000 0x0 0x10000>;'),
    good: GOOD_SHM,
    platform: HOST,
  },
  *check(context, node) {
    if (!isPart(context, node, SHARED)) return;
    const memory = node.properties.get('xen,shared-mem');
    const role = node.properties.get('role');
    const id = node.properties.get('xen,shm-id');
    const text = strings(id)[0] ?? '';
    const at = (property = memory) => (property ? lastSet(property).name : nodeSpan(node));
    const panics = `${named(xen(context))} panics`;
    const off = xenOption(xen(context), 'STATIC_SHM') === 'off';
    const ends = isSince(xen(context), [4, 19]);
    if (off)
      yield {
        message: `This Xen is built without CONFIG_STATIC_SHM: ${ends ? `${panics} over any shared memory` : `${named(xen(context))} looks for no module and no memory behind this node`}.`,
        span: nodeSpan(node),
        ...(!ends && { severity: 'warning' as const }),
      };
    else if (!id) yield { message: `The shared memory has no \`xen,shm-id\`: ${panics}.`, span: nodeSpan(node) };
    else if (text === '' || text.length > LONGEST_ID)
      yield {
        message: `\`xen,shm-id\` has 1 to ${LONGEST_ID} characters, and this one ${text.length}: ${panics}.`,
        span: at(id),
      };
    else if (role && !['owner', 'borrower'].includes(strings(role)[0] ?? ''))
      yield { message: `\`role\` is neither "owner" nor "borrower": ${panics}.`, span: at(role) };
    else {
      const problem = memoryProblem(context, node);
      if (problem !== undefined) yield { message: `${problem}: ${panics}.`, span: at() };
    }
  },
};

function memoryProblem(context: RuleContext, node: DtNode): string | undefined {
  const found = sharedMemory(node, isSince(xen(context), [4, 19]));
  if (!found) return 'The shared memory has no `xen,shared-mem`';
  if ('wanted' in found)
    return `\`xen,shared-mem\` has ${found.wanted} cells here, and not ${rawCells(node.properties.get('xen,shared-mem')).length}`;
  const { machine, guest, size } = found;
  if (size === 0n) return 'The shared memory has a size of 0';
  const odd = [machine ?? 0n, guest, size].find((value) => (value & PAGE) !== 0n);
  if (odd !== undefined) return `0x${odd.toString(16)} is not a multiple of 4 KiB`;
  const direct = node.parent?.properties.has('direct-map') && node.parent.name !== 'chosen';
  if (direct && machine === undefined) return 'A domain with `direct-map` needs the address in the machine, too';
  if (direct && machine !== guest)
    return `The domain has \`direct-map\`, and 0x${guest.toString(16)} is not the address in the machine`;
  const ram = hostRam(context.tree);
  if (machine !== undefined && ram && !contains(ram, { start: machine, size }))
    return `At 0x${machine.toString(16)} the tree has no RAM`;
  return machine === undefined ? undefined : clash(context, node, { start: machine, size });
}

/** Another region of the same name, or the same region under another one. */
function clash(context: RuleContext, node: DtNode, own: Bank): string | undefined {
  const name = strings(node.properties.get('xen,shm-id'))[0];
  for (const other of context.nodesWith('compatible')) {
    if (other === node || !isPart(context, other, SHARED)) continue;
    const found = sharedMemory(other, true);
    if (!found || 'wanted' in found || found.machine === undefined) continue;
    const bank = { start: found.machine, size: found.size };
    const same = bank.start === own.start && bank.size === own.size;
    const called = strings(other.properties.get('xen,shm-id'))[0] === name;
    if (called && !same) return `\`${pathOf(other)}\` has the same \`xen,shm-id\` for another region`;
    if (!called && overlaps(bank, own)) return `\`${pathOf(other)}\` has the same memory under another \`xen,shm-id\``;
  }
  return undefined;
}

function channels(first: string, second: string): string {
  const end = (label: string, value: string) => `${label}: evtchn@1 { compatible = "${CHANNEL}"; ${value} };`;
  return tree(domain('domU1', end('ec1', first)), domain('domU2', end('ec2', second)));
}

const GOOD_CHANNEL = channels('xen,evtchn = <0xa &ec2>;', 'xen,evtchn = <0xc &ec1>;');

const evtchn: Rule = {
  id: 'xen-evtchn',
  severity: 'error',
  title: 'Static event channel with one end',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `A static event channel is two \`${CHANNEL}\` nodes in two domains (or \`/chosen\`, for dom0), each with its own port and a reference
to the other: \`xen,evtchn = <port &other>\`. When one lacks the property, refers to no node, or the other does not refer back, or a
port is used twice in a domain, Xen panics: \`Could not set up domains evtchn\`. It does so since 4.17 (with \`CONFIG_STATIC_EVTCHN\`
from 4.19 on). Correct both ends.`,
  source: EVTCHN,
  example: { bad: channels('xen,evtchn = <0xa &ec2>;', ''), good: GOOD_CHANNEL, platform: HOST },
  *check(context, node) {
    if (!isPart(context, node, CHANNEL) || xenOption(xen(context), 'STATIC_EVTCHN') === 'off') return;
    // Without a dom0 or hardware domain Xen does not look at the ends that stand in `/chosen` itself.
    if (node.parent?.name === 'chosen' && !hardwareOwner(context.tree) && domainNodes(context.tree).length > 0) return;
    const property = node.properties.get('xen,evtchn');
    const problem = channelProblem(context, node);
    if (problem === undefined) return;
    yield {
      message: `${problem}: ${named(xen(context))} panics.`,
      span: property ? lastSet(property).name : nodeSpan(node),
    };
  },
};

interface End {
  readonly port: number;
  readonly other: DtNode | undefined;
}

function endOf({ tree }: RuleContext, node: DtNode): End | undefined {
  const [port, phandle] = cells(tree, node.properties.get('xen,evtchn'));
  return port && phandle && { port: port.value, other: cellTarget(tree, phandle) };
}

function channelProblem(context: RuleContext, node: DtNode): string | undefined {
  const own = endOf(context, node);
  if (!own) return 'The event channel has no `xen,evtchn` with a port and the other end';
  if (!own.other) return 'The other end of the event channel is not a node';
  const path = `\`${pathOf(own.other)}\``;
  // An end without the property is reported there.
  if (isPart(context, own.other, CHANNEL) && !own.other.properties.has('xen,evtchn')) return undefined;
  const back = endOf(context, own.other);
  if (!back) return `${path} has no \`xen,evtchn\` with a port and this end`;
  if (back.other !== node) return `${path} does not refer back to this end of the event channel`;
  const twin = context
    .nodesWith('compatible')
    .find(
      (each) => each !== node && each.parent === node.parent && isPart(context, each, CHANNEL) && isFirst(each, node),
    );
  if (own.port === 0 || !twin || endOf(context, twin)?.port !== own.port) return undefined;
  return `Port ${own.port} of the domain is that of \`${pathOf(twin)}\` already`;
}

function isFirst(a: DtNode, b: DtNode): boolean {
  const all = [...(a.parent?.children.values() ?? [])];
  return all.indexOf(a) < all.indexOf(b);
}

export const XEN_DOMAIN_SHARING_RULES: readonly Rule[] = [sharedMem, evtchn];
