// SPDX-License-Identifier: MIT
// Words for groups, streams and what isolates PCI functions.
import { t, texts } from '#base/language.ts';
import { hex } from '#base/numbers.ts';
import type {
  FunctionFact,
  GroupAlternative,
  GroupCondition,
  GroupStatement,
  SharedBecause,
  SmmuHardware,
  StreamReason,
} from '#model/statements/groups.ts';
import { quoted, quotedList } from './terms.ts';
import { type Words, wordsOf } from './words.ts';

function functionText({ name, path }: FunctionFact): string {
  return path === null ? name : `${quoted(path)} (${name})`;
}

/** A path in back-ticks; the name of a PCI function as it is. */
function ownerText(owner: string): string {
  return owner.startsWith('/') ? quoted(owner) : owner;
}

const SHARED: Readonly<Record<SharedBecause, string>> = texts({
  'carries-its-id': 'its DMA carries an ID of that function',
  'one-id-below-bridge': 'what comes from below that bridge carries one ID',
  'conventional-bus': 'a conventional PCI bus isolates nothing',
  'port-without-acs': 'a port above does not isolate what is below it',
  'acs-too-late': 'with a device tree this Linux asks for ACS too late for the ports above',
  'uses-its-id': 'one uses the requester ID of the other',
  'functions-without-acs': 'the functions of one device are not isolated from each other without ACS',
});

export const GROUPS: Words<GroupStatement> = {
  'joins-group': ({ others }) =>
    t('The device joins {0}.', others.length === 0 ? t('a group') : t('the group of {0}', quotedList(others))),
  'function-joins': ({ fn, why }) =>
    t('The function gets the group of {0}, because {1}.', functionText(fn), SHARED[why]),
  'one-stream-for-all': ({ host }) =>
    t('`iommu-map-mask` gives all functions behind {0} one stream, so they are one group.', quoted(host)),
  'acs-above': ({ ports, early }) => {
    const own = early
      ? t('Linux turns it on where they have it')
      : t(
          'this Linux turns it on only for what it finds after it set up the first function; the firmware may do so earlier',
        );
    return t('The ports above ({0}) isolate the function only by ACS; {1}.', quotedList(ports), own);
  },
  crowded: ({ iommu, rival }) => t('{0} serves one master, and {1} also names it.', quoted(iommu), quoted(rival)),
  'streams-overlap': ({ rival, ofFunctions }) => {
    const what = ofFunctions
      ? t('the IDs that {0} gives its functions', quoted(rival))
      : t('those of {0}', quoted(rival));
    return t('Its streams overlap {0}; here it is probed first.', what);
  },
};

const streamText = ({ id, mask }: { readonly id: number; readonly mask: number | null }): string =>
  t('ID {0} mask {1}', hex(id), hex(mask ?? 0));

export const STREAM_REASONS: Words<StreamReason> = {
  'mask-too-wide': ({ mask }) => t('its mask {0} has more bits than stream matching usually has', hex(mask)),
  'stream-overlaps': ({ id, other, owner }) =>
    t('stream {0} overlaps {1} of {2} without lying inside it', streamText(id), streamText(other), quoted(owner)),
  'streams-of-two-groups': () => t('its stream IDs belong to the groups of different devices'),
  'stream-id-too-wide': ({ id }) => t('its stream ID {0} has more bits than the SMMU', hex(id)),
  'hardware-full': ({ what }) => wordsOf(HARDWARE_LACKS, what),
  'stream-taken': ({ id, owner }) => t('stream ID {0} already belongs to {1}', hex(id), ownerText(owner)),
  'overlaps-function': () => t('its stream IDs overlap those of another function'),
};

const HARDWARE: Words<SmmuHardware> = {
  'mask-bits': () => t("whether the SMMU's masks have fewer than 16 bits"),
  'stream-id-bits': ({ id }) => t("whether the SMMU's stream IDs have the 16 bits of {0}", hex(id)),
  'match-registers': ({ count }) => t('whether the SMMU has {0} stream match registers', count),
  'context-banks': ({ count }) => t('whether the SMMU has {0} context banks', count),
  'most-context-banks': ({ count }) => t('whether the SMMU has no more than {0} context banks', count),
};

const HARDWARE_LACKS: Words<SmmuHardware> = {
  'mask-bits': () => t('its mask has more bits than those of the SMMU'),
  'stream-id-bits': ({ id }) => t('its stream ID {0} has more bits than the SMMU', hex(id)),
  'match-registers': ({ count }) => t('the SMMU has fewer than {0} stream match registers', count),
  'context-banks': ({ count }) => t('the SMMU has fewer than {0} context banks', count),
  'most-context-banks': ({ count }) => t('the SMMU has more than {0} context banks', count),
};

const ALTERNATIVES: Words<GroupAlternative> = {
  'function-before-iommu': ({ host }) =>
    t('whether Linux finds the functions behind {0} before the IOMMU registers', quoted(host)),
  'device-before-iommu': ({ device, maker }) =>
    t('whether the driver of {0} makes {1} before the IOMMU registers', quoted(maker), quoted(device)),
  'smmu-hardware': ({ what }) => wordsOf(HARDWARE, what),
  'stream-bits': ({ iommu, id }) =>
    t('whether the stream IDs of {0} have the bits for {1} (IDR1.SIDSIZE)', quoted(iommu), hex(id)),
  'device-first': ({ rival }) => t('whether the device or {0} is probed first', quoted(rival)),
  'function-of-map-first': ({ host }) =>
    t('whether a function behind {0} with the same ID is probed first', quoted(host)),
  'function-first': () => t('whether the function or the other one is probed first'),
  'function-or-device-first': ({ device }) =>
    t('whether the function or {0} with the same stream ID is probed first', quoted(device)),
  'equal-function-first': () => t('whether another function that the mask makes equal is probed first'),
};

export const GROUP_CONDITIONS: Words<GroupCondition | GroupAlternative> = {
  ...ALTERNATIVES,
  'functions-isolated': () => t('whether the functions of the device are isolated from each other (ACS)'),
  'more-functions': () => t('whether the device has more functions (without ACS they share a group)'),
  'acs-on': ({ ports }) => t('whether ACS is on in {0}', quotedList(ports)),
  'rival-takes-iommu': ({ rival }) => t('whether {0} is probed later and takes the IOMMU away', quoted(rival)),
  'rival-first': ({ rival }) => t('whether the device or {0} is probed first', quoted(rival)),
};

export const GROUP_OTHERWISE: Words<GroupAlternative> = {
  'function-before-iommu': () => t('Linux finds it before the IOMMU registers, which it then keeps from registering'),
  'device-before-iommu': ({ device }) => t('{0} is there before the IOMMU registers', quoted(device)),
  'smmu-hardware': () => t('the registers of the SMMU say otherwise'),
  'stream-bits': ({ assumed }) => t('the SMMU has {0} stream ID bits', assumed ? t('fewer') : t('that many')),
  'device-first': () => t('the other one is probed first'),
  'function-of-map-first': () => t('the other one is probed first'),
  'function-first': () => t('it is probed first'),
  'function-or-device-first': () => t('the other one is probed first'),
  'equal-function-first': () => t('another function with the same stream ID is probed first'),
};
