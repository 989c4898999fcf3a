// SPDX-License-Identifier: MIT
// Bindings for tests, in the form in which Zephyr writes its own.

export const ZEPHYR = '/ws/zephyr/dts/bindings';

export const ZEPHYR_FILES: Readonly<Record<string, string>> = {
  '/ws/zephyr/Kconfig.zephyr': '# Kconfig',
  [`${ZEPHYR}/base/basics.yaml`]: `# What all have
properties:
  compatible:
    type: string-array
    required: true
    description: What it is.
  status:
    type: string
    enum: ["okay", "disabled"]
  reg:
    type: array
    description: Where its registers are.
  old-name:
    type: string
    deprecated: true
  "#address-cells":
    type: int
`,
  [`${ZEPHYR}/bus/twowire-controller.yaml`]: `include: basics.yaml
bus: twowire
properties:
  speed:
    type: int
    enum: [100, 400]
    default: 100
`,
  [`${ZEPHYR}/bus/acme,twowire.yaml`]: `# Comment
title: Acme two-wire controller

description: |
  Talks over two wires.

  And listens.

compatible: "acme,twowire"

include:
  - name: twowire-controller.yaml
    property-blocklist:
      - old-name

properties:
  reg:
    required: true
  speed:
    description: Bits a second.
  key:
    type: uint8-array
    default: [1, 2]
  peer:
    type: path
  fast:
    type: boolean
  tables:
    type: array
    const: [3, 4]
`,
  [`${ZEPHYR}/sensor/acme,meter-twowire.yaml`]: `description: A meter. It counts.
compatible: "acme,meter"
include: [basics.yaml]
on-bus: twowire
properties:
  reg:
    required: true
  on-two-wires:
    type: boolean
`,
  [`${ZEPHYR}/sensor/acme,meter-serial.yaml`]: `description: |
  A meter on a line

  of its own.
compatible: "acme,meter"
include: [basics.yaml, "missing.yaml"]
on-bus: serial
properties:
  on-a-line:
    type: boolean
`,
  [`${ZEPHYR}/gpio/acme,pins.yaml`]: `description: Pins
compatible: "acme,pins"
include: basics.yaml
gpio-cells:
  - pin
  - flags
pwm-cells: [channel, period]
interrupt-cells:
  - irq
  - priority
child-binding:
  description: A group of pins.
  compatible: "acme,pin-group"
  include:
    - name: group.yaml
      property-allowlist: [pull]
  child-binding:
    description: One setting.
    properties:
      drive:
        type: int
        required: true
`,
  [`${ZEPHYR}/gpio/group.yaml`]: `include: group.yaml
properties:
  pull:
    type: string
    enum: [up, down]
    required: true
  other:
    type: int
`,
};

const lines = (files: Readonly<Record<string, string>>): string =>
  Object.entries(files)
    .map(([path, text]) => `//- ${path}\n${text}`)
    .join('\n');

export const ZEPHYR_FIXTURE = lines(ZEPHYR_FILES);
