// SPDX-License-Identifier: MIT
// Words for the entries of `iommus` and `iommu-map`: taken, refused, waited for.
import { t } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type {
  BindingAlternative,
  BindingReason,
  BindingStatement,
  Entry,
  ListFault,
} from '#model/statements/binding.ts';
import { idText, quoted } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

/** Before "names", "has". */
function entryText(entry: Entry): string {
  if (entry.in === 'iommus') return t('`iommus` entry {0}', entry.index);
  return t(
    '`iommu-map` on {0} maps ID {1} to {2}; its entry',
    quoted(entry.bus),
    hex(entry.id),
    entry.args.map(hex).join(' '),
  );
}

const FAULTS: Words<ListFault> = {
  'phandle-zero': () => t('has phandle 0, which ends the list'),
  'no-label': ({ label }) => t('refers to {0}, which is not in the tree', quoted(`&${label}`)),
  'no-phandle': ({ phandle }) => t('has phandle {0}, which no node has', hex(phandle)),
  'no-cells': ({ target }) => t('names {0}, which has no `#iommu-cells`', quoted(target)),
  'too-short': ({ found, wanted }) => t('has {0} of the {1} cells that `#iommu-cells` asks for', found, wanted),
};

/** What is wrong with an entry of a list: a clause after its name. */
export function faultText(fault: ListFault): string {
  return wordsOf(FAULTS, fault);
}

export const BINDING: Words<BindingStatement> = {
  'no-iommus': () => t('No `iommus`: no IOMMU translates for the device.'),
  'iommus-empty': () => t('`iommus` is empty: no IOMMU.'),
  'iommus-unread': () => t('Linux does not read its `iommus`.'),
  'iommus-stop': ({ index, fault, keepsEarlier }) => {
    const rest = keepsEarlier
      ? t('Linux keeps the entries before it')
      : t('Linux configures the device without an IOMMU');
    return t('`iommus` entry {0} {1}; {2}.', index, faultText(fault), rest);
  },
  'no-iommu-map': ({ bus }) =>
    t('{0} has no `iommu-map`: no IOMMU translates for the functions behind it.', quoted(bus)),
  'iommu-map-of-functions': ({ bus, rows }) => {
    const parts = rows.slice(0, 3).map(({ first, last, iommu, out }) => {
      return t(
        '{0} to {1} from {2}',
        first === last ? hex(first) : t('{0} to {1}', hex(first), hex(last)),
        quoted(iommu),
        hex(out),
      );
    });
    if (parts.length === 0) return t('`iommu-map` on {0} maps no requester ID.', quoted(bus));
    const more = rows.length > 3 ? t('; and {0} more', rows.length - 3) : '';
    return t('`iommu-map` on {0} maps the requester IDs {1}{2}.', quoted(bus), parts.join('; '), more);
  },
  'id-uncovered': ({ bus, id }) => t('No entry of `iommu-map` on {0} covers ID {1}: no IOMMU.', quoted(bus), hex(id)),
  'map-unused': ({ bus, id, why }, { reasonText }) =>
    t('`iommu-map` on {0} is not used for ID {1}, because {2}.', quoted(bus), hex(id), reasonText(why)),
  'other-ids-dropped': ({ id }) => t('Its DMA may also carry ID {0}, so Linux drops the other IDs as well.', hex(id)),
  'entry-taken': ({ entry, iommu, driver, ids }) => {
    const shown = ids.length === 0 ? '' : `: ${ids.map(idText).join(', ')}`;
    return t('{0} names {1}, which has the driver {2}{3}.', entryText(entry), quoted(iommu), driver, shown);
  },
  'entry-refused': ({ entry, iommu, why, dropsEarlier }, { reasonText }) => {
    const lost = dropsEarlier ? t(' and drops the entries before it') : '';
    return t(
      '{0} names {1}, but {2}: Linux continues without an IOMMU{3}.',
      entryText(entry),
      quoted(iommu),
      reasonText(why),
      lost,
    );
  },
  'entry-unregistered': ({ entry, iommu, why }, { reasonText }) =>
    t(
      '{0} names {1}, which is never registered as an IOMMU, because {2}.',
      entryText(entry),
      quoted(iommu),
      reasonText(why),
    ),
  'entry-needs-master': ({ entry, iommu, property }) =>
    t(
      '{0} names {1}, whose {2} names this device: each waits for the other until the deferred probe timeout.',
      entryText(entry),
      quoted(iommu),
      quoted(property),
    ),
  'device-refused': ({ who, why, blocked }, { reasonText }) => {
    const then = blocked ? t(', and the SMMU blocks or mistranslates its DMA') : '';
    return t(
      'The driver refuses the {0}, because {1}; Linux continues without an IOMMU{2}.',
      who,
      reasonText(why),
      then,
    );
  },
};

export const BINDING_REASONS: Words<BindingReason> = {
  'iommu-disabled': () => t('that node is disabled'),
  'later-entry-unregistered': () => t('it is not registered, and before Linux 6.11 a later entry does not wait'),
  'iommu-without-driver': () => t('no driver serves it'),
  'two-drivers': ({ first }) => t('entry 0 belongs to another driver ({0}), and a device can have only one', first),
  'only-own-list': ({ property }) => t('it has {0}, and then its driver takes no other masters', quoted(property)),
  'no-of-xlate': ({ driver }) => t('its driver {0} has no of_xlate in this Linux and takes no masters', driver),
  'cell-count': ({ found, wanted }) => t('its driver refuses {0} cells instead of {1}', found, wanted.join(t(' or '))),
  instances: ({ most }) =>
    most === 1
      ? t('its driver takes one instance per device')
      : t('its driver takes at most {0} instances per device', most),
  ids: ({ most }) => t('its driver takes at most {0} IDs of a device', most),
  'soc-denied': ({ soc }) => t('its driver takes no masters on {0}', quoted(soc)),
  'not-on-list': ({ device, result }) =>
    t('its driver does not have {0} on its list of masters ({1})', quoted(device), result),
  'map-length': ({ property }) => t("the length of `{0}` is not a multiple of an entry's", property),
  'map-cut-off': ({ property }) => t('`{0}` ends within an entry', property),
  'mask-hides-base': ({ property, base }) => t("`{0}-mask` hides bits of the entry's base {1}", property, hex(base)),
  'row-without-node': () => t('its phandle names no node'),
  'range-with-two-cells': () => t('a range of IDs cannot have more than one output cell'),
  'two-larbs': ({ first, other }) =>
    t('its IDs name larb {0} and larb {1}, and a device can have only one', first, other),
  'no-such-larb': ({ iommu, larb }) => t('{0} has no larb {1}', quoted(iommu), larb),
  'no-iova-region': ({ larb }) => t('no IOVA region of the chip has its ports (larb {0})', larb),
  'beyond-directory': ({ id }) => t('its device directory has 24 bits at most, and the ID is {0}', hex(id)),
  'no-context-bank': ({ iommu, bank }) => t('{0} has no context bank {1}', quoted(iommu), bank),
};

export const BINDING_CONDITIONS: Words<BindingAlternative> = {
  'module-in-time': ({ symbol }) =>
    t('the module of CONFIG_{0} being loaded before the deferred probe timeout', symbol),
  'after-the-wait': ({ supplier }) =>
    t(
      'whether the device probes after {0}, a master that the IOMMU itself needs and that waits for it until the deferred probe timeout',
      quoted(supplier),
    ),
  'cut-without-masters': ({ revision }) => t('the revision of the chip: on {0} the driver takes no masters', revision),
};

export const BINDING_OTHERWISE: Words<BindingAlternative> = {
  'module-in-time': () => t('the module is not loaded in time'),
  'after-the-wait': () => t('the device probes before it'),
  'cut-without-masters': ({ revision }) => t('the chip is an {0}', revision),
};
