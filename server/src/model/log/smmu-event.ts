// SPDX-License-Identifier: MIT
// The four words of an SMMUv3 event (Arm IHI 0070, 7.3) as Linux prints them before it decodes them itself.

/** Names of events, by number: drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c:event_str of Linux 7.3. */
const EVENTS: Readonly<Record<number, string>> = {
  2: 'C_BAD_STREAMID',
  3: 'F_STE_FETCH',
  4: 'C_BAD_STE',
  6: 'F_STREAM_DISABLED',
  8: 'C_BAD_SUBSTREAMID',
  9: 'F_CD_FETCH',
  10: 'C_BAD_CD',
  16: 'F_TRANSLATION',
  17: 'F_ADDR_SIZE',
  18: 'F_ACCESS',
  19: 'F_PERMISSION',
  37: 'F_VMS_FETCH',
};

/** The name of an event. */
export function eventName(number: number): string | undefined {
  return EVENTS[number];
}

/** The fields of an event whose words are known, as a line of Linux 7.3 has them. */
export function smmuEvent([first = 0n, second = 0n, third]: readonly bigint[]): Map<string, string> {
  const event = Number(first & 0xffn);
  const values = new Map([['sid', hex(first >> 32n)]]);
  const name = EVENTS[event];
  if (name !== undefined) values.set('name', name);
  // SSV (bit 11) says whether the SSID (bits 31:12) counts.
  if ((first & 0x800n) !== 0n) values.set('ssid', hex((first >> 12n) & 0xfffffn));
  if (event >= 16 && event <= 19) {
    if (third !== undefined) values.set('iova', hex(third));
    values.set('access', (second & (1n << 35n)) === 0n ? 'write' : 'read');
  }
  return values;
}

const hex = (value: bigint) => `0x${value.toString(16)}`;
