// SPDX-License-Identifier: MIT
// A rule about where `xen,reg` puts registers in a guest: not over what Xen puts there itself.
import type { Bank } from '#model/xen/memory.ts';
import { domainMemory, GUEST_GICD, GUEST_VPL011, guestRam, overlaps, sizeText } from '#model/xen/memory.ts';
import { domainNode } from '#model/xen/system.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { lastSet, nodeSpan } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_GUEST } from './partial.ts';
import { xenReg } from './partial-device.ts';
import { ASSIGNED, assignmentAt, example, GOOD_SYSTEM } from './system.ts';

const layout: Rule = {
  id: 'xen-reg-guest-layout',
  severity: 'error',
  title: "`xen,reg` over the guest's memory, interrupt controller or UART",
  properties: ['xen,reg'],
  platforms: XEN_GUEST,
  needs: ['xen-reg-cells', 'xen-reg-length', 'xen-reg-unaligned'],
  doc: `A domain that is not mapped one to one has its RAM from 0x40000000 on, its interrupt controller at 0x3001000 and, with \`vpl011\`, a
virtual UART at 0x22000000. Xen maps \`xen,reg\` after that and without a check: the guest finds registers where it has its memory, or
its interrupt controller or console is not there any more, and it stops without a word. Give the registers another guest address.`,
  source:
    'Xen 4.22 xen/common/device-tree/dom0less-build.c:handle_passthrough_prop; xen/include/public/arch-arm.h:GUEST_RAM_BANK_BASES, GUEST_PL011_BASE, GUEST_GICV3_GICD_BASE',
  example: {
    bad: example(
      {},
      ASSIGNED.replaceAll('0x0 0xff000000 0x0 0x1000', '0x0 0x40000000 0x0 0x1000').replace(
        'xen,reg = <0x0 0x40000000 0x0 0x1000 0x0 0xff000000>',
        'xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x40000000>',
      ),
    ),
    good: GOOD_SYSTEM,
  },
  *check(context, node) {
    const { system, made } = assignmentAt(context, node) ?? {};
    const owner = system && made && domainNode(system, made.domain);
    const reg = xenReg(context, node);
    if (!owner || !reg || owner.properties.has('direct-map')) return;
    for (const { guest, size } of reg.mappings) {
      const hit = taken(owner).find(({ bank }) => overlaps(bank, { start: guest, size }));
      if (!hit) continue;
      yield {
        message: `0x${guest.toString(16)} is ${hit.what} of ${owner.name}; Xen maps the registers over it.`,
        span: lastSet(reg.property).name,
        related: [{ message: 'the domain', span: nodeSpan(owner) }],
      };
      return;
    }
  },
};

/** What is where in a guest that is not mapped one to one. */
function taken(owner: DtNode): { readonly bank: Bank; readonly what: string }[] {
  const ram = guestRam(domainMemory(owner) ?? 0n);
  return [
    ...ram.map((bank) => ({ bank, what: `in the ${sizeText(bank.size)} of memory at 0x${bank.start.toString(16)}` })),
    { bank: GUEST_GICD, what: 'the interrupt controller' },
    ...(owner.properties.has('vpl011') ? [{ bank: GUEST_VPL011, what: 'the virtual UART (`vpl011`)' }] : []),
  ];
}

export const XEN_GUEST_LAYOUT_RULES: readonly Rule[] = [layout];
