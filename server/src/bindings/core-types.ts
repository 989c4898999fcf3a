// SPDX-License-Identifier: MIT
// Types of the properties that the Devicetree Specification and dt-schema's core schemas define, by name. The names of
// the types are those of dt-schema's `types.yaml`.

const rows = (type: string, names: string): [string, string][] => names.split(' ').map((name) => [name, type]);

export const CORE_TYPES: Readonly<Record<string, string>> = Object.fromEntries([
  ...rows('address', 'reg'),
  ...rows(
    'flag',
    'dma-coherent dma-noncoherent nonposted-mmio big-endian little-endian native-endian interrupt-controller gpio-controller gpio-hog no-map reusable msi-controller dma-can-stall bootph-all bootph-pre-ram bootph-pre-sram bootph-some-ram bootph-verify',
  ),
  ...rows('uint32', 'reg-io-width reg-shift phandle #address-cells #size-cells linux,pci-domain'),
  ...rows('string', 'label device_type status secure-status'),
  ...rows('string-array', 'compatible model firmware-name clock-output-names gpio-line-names'),
  ...rows('uint32-matrix', 'interrupts ranges dma-ranges interrupt-map'),
  ...rows('uint32-array', 'assigned-clock-rates bus-range'),
  ...rows('phandle', 'interrupt-parent remote-endpoint'),
  ...rows(
    'phandle-array',
    'clocks resets iommus dmas power-domains phys mboxes interconnects hwlocks pwms io-channels msi-parent memory-region nvmem-cells assigned-clocks assigned-clock-parents sound-dai thermal-sensors cooling-device interrupts-extended gpios gpio gpio-ranges mux-controls access-controllers',
  ),
]);

/** Behind the names that bindings define themselves. */
export const CORE_PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/^#.*-cells$/, 'uint32'],
  [/-names$/, 'non-unique-string-array'],
  [/-supply$/, 'phandle'],
  [/^pinctrl-[0-9]+$/, 'phandle-array'],
  [/(?<!,nr)-gpios?$/, 'phandle-array'],
  [
    /-(?:bits|kBps|mhz|sec|us|ns|ps|mm|microamp|nanoamp|microamp-hours|micro-ohms|microwatt|milliwatt|microwatt-hours|picofarads|femtofarads|kelvin)$/,
    'uint32-array',
  ],
  [/-(?:percent|bp|db|celsius|millicelsius|pascal)$/, 'int32-array'],
  [/-microvolt$/, 'int32-matrix'],
  [/^(?!opp).*-hz$/, 'uint32-matrix'],
];
