// SPDX-License-Identifier: MIT
// Words for what Xen makes of a host: who owns what, which IOMMU protects it, through which table, within which limits.
import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type {
  NoXenDriver,
  XenCondition,
  XenFailure,
  XenIommuWish,
  XenLack,
  XenStatement,
  XenTable,
  XenTableState,
} from '#model/statements/xen.ts';
import { idName, quoted, quotedList } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

const WITHOUT: Record<Exclude<XenTableState, 'in-step'>, (iommu: string) => string> = {
  'no-flag': () =>
    t(
      'it is created without an IOMMU (no XEN_DOMCTL_CDF_iommu): no device can be assigned to it, and there is nothing to keep in step',
    ),
  'switched-off': () => t("Xen's command line switches the IOMMUs off"),
  'not-up': (iommu) => t('{0} does not come up in Xen', iommu),
  'not-in-table': (iommu) => t('{0} is not in the table of a driver of this Xen', iommu),
};

/** `domU1: the P2M itself, from the creation of the domain on`. */
export function tableText({ domain, iommu, state, table }: XenTable, about: 'domain' | 'iommu'): string {
  const name = about === 'domain' ? iommu : domain;
  if (table === 'shared') return t('{0}: the P2M itself, from the creation of the domain on', name);
  return t('{0}: none, {1}', name, state === 'in-step' ? '' : WITHOUT[state](iommu));
}

const DRIVERS_LACKING: Words<NoXenDriver> = {
  'built-without': ({ symbol }) => t('it is built without CONFIG_{0}', symbol),
  'taken-since': ({ driver, release }) => t('{0} takes it from {1} on', driver, release),
};

const LACKS: Words<XenLack> = {
  'xen-switched-off': ({ word, xen }) => t('{0} on its command line switches the IOMMUs of {1} off', quoted(word), xen),
  'xen-no-driver': ({ iommu, xen, why }) =>
    t('{0} has no driver for {1}: {2}', xen, quoted(iommu), wordsOf(DRIVERS_LACKING, why)),
  'xen-none-up': ({ iommu }) =>
    t('Xen brings up no IOMMU of this tree{0}', iommu === null ? '' : t(', {0} included', quoted(iommu))),
  'xen-no-iommus': () => t('it has no `iommus`'),
  'xen-iommus-malformed': () => t('its `iommus` does not parse'),
  'xen-iommu-disabled': ({ iommu }) => t('{0} is disabled', quoted(iommu)),
};

/** Why no IOMMU of Xen is there: a clause. */
export function lackText(lack: XenLack): string {
  return wordsOf(LACKS, lack);
}

const FAILURES: Words<XenFailure> = {
  'xen-undriven': ({ iommu, xen }) => t('{0} has no driver for {1}, but another IOMMU came up', xen, quoted(iommu)),
  'xen-two-iommus': ({ iommu, other }) =>
    t('`iommus` names {0} and {1}, but Xen allows one IOMMU per device', quoted(iommu), quoted(other)),
  'xen-not-up': ({ iommu }) => t('{0} did not come up in Xen, but another IOMMU did', quoted(iommu)),
  'xen-cells': ({ iommu, cells, wanted }) =>
    cells === null
      ? t("{0} has no `#iommu-cells`, which Xen's driver wants to be {1}", quoted(iommu), wanted)
      : t('{0} has `#iommu-cells = <{1}>` instead of {2}', quoted(iommu), cells, wanted),
  'xen-id-outside': ({ iommu, idKind, id }) => t('{0} has no {1} {2}', quoted(iommu), idName(idKind), id),
};

/** Why Xen fails to add a device to an IOMMU: a clause. */
export function failureText(failure: XenFailure): string {
  return wordsOf(FAILURES, failure);
}

const WISHES: Words<XenIommuWish> = {
  module: () => t('its `multiboot,device-tree` module'),
  'spilled-module': ({ module }) =>
    t('the `multiboot,device-tree` module {0}, which Xen takes for its own,', quoted(module)),
  passthrough: () => t('`passthrough = "enabled"`'),
};

function cleansText(): string {
  return t('Xen cleans each changed entry of the P2M to memory, because the IOMMU does not look into the caches');
}

export const XEN_STATEMENTS: Words<XenStatement> = {
  'xen-not-in-table': ({ iommu, xen, why }) =>
    t(
      "{0} is not in the table of a driver of {1}{2}: Xen leaves it alone, and it protects nothing from Xen's side.",
      quoted(iommu),
      xen,
      why === null ? '' : ` (${wordsOf(DRIVERS_LACKING, why)})`,
    ),
  'xen-own-table': ({ mirrors }) =>
    t(
      'Whether this IPMMU could walk a P2M, only the chip tells: one that does stage 1 alone would need a table of its own for each domain, from its creation on, before the first page of the P2M, with every later change ({0}); Xen on Arm has no such mode (IOMMU_FORCE_PT_SHARE).',
      mirrors.join(', '),
    ),
  'xen-assigned': ({ domain }) =>
    t('The partial tree of {0} names this device: Xen routes its interrupts there and assigns it.', domain),
  'xen-passthrough': () =>
    t('`xen,passthrough`: dom0 gets the node with `status = "disabled"`, so that the device can be given to a domain.'),
  'xen-hardware-domain-too': ({ domain }) =>
    t('Without `xen,passthrough` {0} gets the device, too, and the second of the two fails with -EBUSY.', domain),
  'xen-mapped': ({ owner }) => t('Xen maps the device to {0} and routes its interrupts there.', owner),
  'xen-drives': ({ used }) =>
    used
      ? t('Xen drives the IOMMU itself and leaves its node out of the tree of dom0.')
      : t('Xen has a driver for the IOMMU and leaves its node out of the tree of dom0, although it does not use it.'),
  'xen-iommu-not-up': ({ why }) =>
    t('It does not come up in Xen and protects nothing{0}.', why === null ? '' : t(', because {0}', lackText(why))),
  'xen-unprotected': ({ why }) => t('No IOMMU of Xen protects the device, because {0}.', lackText(why)),
  'xen-entry-malformed': ({ index }) => t('`iommus` entry {0} does not parse; Xen keeps the entries before it.', index),
  'xen-refused': ({ why }) =>
    t('{0}: Xen fails to add the device, and the start of its domain ends in a panic.', failureText(why)),
  'xen-translates': ({ iommu, idKind, ids }) =>
    t(
      "{0} translates the device's {1} {2} in stage 2, through the P2M of the domain that owns it; Xen keeps no second table in step.",
      quoted(iommu),
      idName(idKind),
      ids.map(hex).join(', '),
    ),
  'xen-stage-1-only': () => t('An IPMMU that only does stage 1 could not share the P2M; Xen refuses it.'),
  'xen-domain-number': ({ number }) => t('Xen starts the domain as number {0}.', number),
  'xen-direct-map': ({ on }) =>
    on
      ? t('`direct-map`: guest physical addresses are machine addresses.')
      : t('Guest physical addresses differ from machine addresses: DMA without an IOMMU goes astray.'),
  'xen-without-iommu': () => t('The domain is created without an IOMMU: no device can be assigned to it.'),
  'xen-with-iommu': ({ why }) =>
    t(
      'Because of {0} the domain is created with an IOMMU: its P2M is the table of the IOMMU from the first page on.',
      wordsOf(WISHES, why),
    ),
  'xen-iommu-in-vain': ({ why, lack }) =>
    t(
      'An IOMMU is asked for by {0}, but {1}: devices can only be assigned with `xen,force-assign-without-iommu`.',
      wordsOf(WISHES, why),
      lackText(lack),
    ),
  'xen-partial-tree-unknown': () =>
    t('Its devices are named in its partial tree, which the project file does not link to this host.'),
  'xen-partial-tree': ({ devices }) =>
    t('Its partial tree names {0}.', devices.length > 0 ? quotedList(devices) : t('no device')),
  'xen-context-taken': ({ iommu, used, of }) =>
    t('It takes a context of {0}, of which {1} of {2} are taken.', quoted(iommu), used, of),
  'xen-contexts': ({ used, by, available }) =>
    t(
      'Each domain with a device behind it takes one context: {0}{1} of {2}.',
      used,
      by.length > 0 ? ` (${by.join(', ')})` : '',
      available ?? t('as many as the hardware has'),
    ),
  'xen-micro-tlbs': ({ used, available }) =>
    t(
      '{0} of its {1}micro-TLBs are taken; each belongs to one domain.',
      used,
      available === null ? '' : `${available} `,
    ),
  'xen-stream-matches': ({ used }) =>
    t('{0} stream matching entries are taken, one for each stream ID and mask.', used),
  'xen-stream-table': ({ used }) =>
    t('{0} entries of the stream table are in use; there is no limit on domains.', used),
  'xen-flushes': ({ iommu, flush }) =>
    t('The table is the P2M itself: after a change of it Xen flushes, in {0}, {1}.', quoted(iommu), flush),
  'xen-cleans': ({ unless, cold }) => {
    if (cold.length > 0) return t('{0}: {1} lacks `dma-coherent`.', cleansText(), quotedList(cold));
    return unless ? t('{0}, unless all SMMUs report that they do.', cleansText()) : `${cleansText()}.`;
  },
  'xen-caches-seen': () => t('All SMMUs have `dma-coherent`, so Xen leaves entries of the P2M in the caches.'),
};

export const XEN_CONDITIONS: Words<XenCondition> = {
  'boot-loader-dom0': () => t('whether the boot loader adds a dom0 to the domains in `/chosen`'),
  'xen-built-with': ({ option }) => t('whether Xen is built with {0}', option),
  'chip-cut': () => t('the cut of the chip (R-Car H3 and M3-W from 3.0 on)'),
  'partial-tree': () => t('the partial tree of the domain'),
  'hardware-has': ({ what }) => REGISTERS[what],
};

const REGISTERS: Record<Extract<XenCondition, { kind: 'hardware-has' }>['what'], string> = texts({
  'context-banks': 'the context banks of the hardware (ID1.NUMCB)',
  'stream-matches': 'the entries that the hardware has (ID0.NUMSMRG)',
  'stream-table': 'the size of the stream table (IDR1.SIDSIZE)',
  'coherent-walks': 'ID0.CTTW of the SMMUs',
});
