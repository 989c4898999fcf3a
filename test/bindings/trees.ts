// SPDX-License-Identifier: MIT
// Bindings for tests, in the form in which Linux writes its own.
import { BindingLibrary } from '#bindings/library.ts';
import { loadYaml } from '#bindings/yaml.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

export const ROOT = '/linux/Documentation/devicetree/bindings';

const head = (name: string, title: string) => `# SPDX-License-Identifier: GPL-2.0
%YAML 1.2
---
$id: http://devicetree.org/schemas/${name}#
$schema: http://devicetree.org/meta-schemas/core.yaml#

title: ${title}

`;

export const DMA_ENGINE = `${head('dma/acme,engine.yaml', 'Acme DMA engine')}description: |
  Moves memory to *memory*.

  Has channels.

allOf:
  - $ref: common.yaml#
  - if:
      properties:
        compatible:
          contains:
            const: acme,engine-v2
    then:
      properties:
        clocks:
          minItems: 2
      required:
        - clock-names

properties:
  compatible:
    oneOf:
      - const: acme,engine-v1
      - items:
          - enum:
              - acme,soc1-engine
              - acme,soc2-engine
          - const: acme,engine-v2

  reg:
    maxItems: 1

  interrupts:
    items:
      - description: done
      - description: went wrong

  clocks:
    minItems: 1
    maxItems: 2

  clock-names:
    items:
      - const: core
      - const: bus

  acme,mode:
    $ref: /schemas/types.yaml#/definitions/string
    enum: [ fast, slow ]
    description: How it moves.

  acme,depth:
    description: Depth of the queue.
    $ref: /schemas/types.yaml#/definitions/uint32
    minimum: 1
    maximum: 64
    default: 8

  acme,old:
    deprecated: true
    type: boolean

  port:
    type: object
    properties:
      acme,width:
        $ref: /schemas/types.yaml#/definitions/uint32
    required:
      - acme,width
    additionalProperties: false

patternProperties:
  "^channel@[0-9a-f]$":
    type: object
    properties:
      reg:
        maxItems: 1
      acme,priority:
        $ref: /schemas/types.yaml#/definitions/uint32
        enum: [ 1, 2, 4 ]
    required:
      - reg
    additionalProperties: false

required:
  - compatible
  - reg
  - interrupts

unevaluatedProperties: false

examples:
  - |
    dma { compatible = "acme,engine-v1"; };
`;

export const COMMON = `${head('dma/common.yaml', 'What engines share')}properties:
  '#dma-cells':
    $ref: /schemas/types.yaml#/definitions/uint32
    minimum: 1
    description: Cells of a request.

required:
  - '#dma-cells'

additionalProperties: true
`;

export const WATCH = `${head('misc/acme,watch.yaml', 'Acme watches')}properties:
  compatible:
    pattern: '^acme,watch-[0-9]+$'

additionalProperties: false
`;

export const FILES: Readonly<Record<string, string>> = {
  [`${ROOT}/dma/acme,engine.yaml`]: DMA_ENGINE,
  [`${ROOT}/dma/common.yaml`]: COMMON,
  [`${ROOT}/misc/acme,watch.yaml`]: WATCH,
  [`${ROOT}/misc/broken.yaml`]: '$id: http://devicetree.org/schemas/misc/broken.yaml#\ntitle: [',
};

export async function library(more: Readonly<Record<string, string>> = {}): Promise<BindingLibrary> {
  await loadYaml();
  const made = new BindingLibrary(new MemoryFiles({ ...FILES, ...more }), [ROOT]);
  while (!made.done) made.step(1000);
  return made;
}
