// SPDX-License-Identifier: MIT
// What the cells behind a phandle mean, in a word each: from the bindings of the subsystems and of the provider.
import { own } from '#base/own.ts';
import { cellNamesOf } from '#bindings/facts.ts';
import type { BindingLibrary } from '#bindings/library.ts';
import { compatibles } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';

interface Row {
  /** Compatibles of the providers; absent: every other one. */
  readonly of?: RegExp;
  /** By number of cells. */
  readonly names: Readonly<Record<number, readonly string[]>>;
}

const TABLE: Readonly<Record<string, readonly Row[]>> = {
  // bindings/iommu/*.yaml: what the cells of each IOMMU are.
  '#iommu-cells': [
    { of: /^arm,smmu-v3/, names: { 1: ['stream-id'] } },
    { of: /smmu|^arm,mmu-|^qcom,.*iommu/, names: { 1: ['stream-id'], 2: ['stream-id', 'mask'] } },
    { of: /^xen,grant-dma$/, names: { 1: ['backend-domain'] } },
    { of: /^virtio,|pci1af4,1057/, names: { 1: ['endpoint-id'] } },
    { of: /^mediatek,.*m4u|iommu-(?:mm|infra|apu)/, names: { 1: ['port'] } },
    { of: /^renesas,ipmmu/, names: { 1: ['micro-tlb'] } },
    { of: /^apple,.*dart/, names: { 1: ['stream-id'] } },
    { of: /^riscv,|^rivos,/, names: { 1: ['device-id'] } },
    { of: /^allwinner,|^sprd,/, names: { 1: ['master-id'] } },
    { of: /^ti,.*iommu/, names: { 1: ['id'] } },
    { names: { 1: ['id'], 2: ['id', 'mask'] } },
  ],
  '#interrupt-cells': [
    {
      of: /^arm,(?:gic|cortex-.*-gic|arm11mp-gic)|^brcm,.*-gic|gic-400|^qcom,msm-qgic/,
      names: {
        1: ['interrupt'],
        3: ['type', 'number', 'flags'],
        4: ['type', 'number', 'flags', 'affinity'],
      },
    },
    { names: { 1: ['interrupt'], 2: ['interrupt', 'flags'], 3: ['type', 'number', 'flags'] } },
  ],
  '#gpio-cells': [{ names: { 1: ['pin'], 2: ['pin', 'flags'], 3: ['bank', 'pin', 'flags'] } }],
  '#clock-cells': [
    { of: /sci-clk/, names: { 2: ['device', 'clock'] } },
    { of: /^renesas,.*-cpg/, names: { 2: ['type', 'clock'] } },
    { names: { 1: ['clock'] } },
  ],
  '#reset-cells': [{ of: /sci-reset/, names: { 2: ['device', 'mask'] } }, { names: { 1: ['reset'] } }],
  '#power-domain-cells': [
    { of: /^ti,sci-pm-domain/, names: { 1: ['domain'], 2: ['domain', 'exclusive'] } },
    { names: { 1: ['domain'] } },
  ],
  '#performance-domain-cells': [{ names: { 1: ['domain'] } }],
  '#interconnect-cells': [{ names: { 1: ['node'], 2: ['node', 'tag'] } }],
  '#dma-cells': [
    { of: /^qcom,.*gpi-dma/, names: { 3: ['direction', 'engine', 'protocol'] } },
    { names: { 1: ['channel'] } },
  ],
  '#phy-cells': [{ of: /psgtr/, names: { 4: ['lane', 'type', 'instance', 'clock'] } }, { names: { 1: ['phy'] } }],
  '#mbox-cells': [{ of: /^qcom,.*ipcc/, names: { 2: ['client', 'signal'] } }, { names: { 1: ['channel'] } }],
  '#pwm-cells': [{ names: { 1: ['period'], 2: ['channel', 'period'], 3: ['channel', 'period', 'flags'] } }],
  '#io-channel-cells': [{ names: { 1: ['channel'] } }],
  '#msi-cells': [{ names: { 1: ['msi-id'] } }],
  '#thermal-sensor-cells': [{ names: { 1: ['sensor'] } }],
  '#cooling-cells': [{ names: { 2: ['lowest-state', 'highest-state'] } }],
  '#sound-dai-cells': [{ names: { 1: ['interface'] } }],
  '#hwlock-cells': [{ names: { 1: ['lock'] } }],
  '#mux-control-cells': [{ names: { 1: ['multiplexer'] } }],
  '#mux-state-cells': [{ names: { 1: ['state'], 2: ['multiplexer', 'state'] } }],
  '#access-controller-cells': [{ names: { 1: ['id'] } }],
};

/** One word for each cell; `cell` and a number where no binding is known. Bindings of Zephyr say it themselves. */
export function cellNames(
  library: BindingLibrary | undefined,
  cells: string | undefined,
  provider: DtNode | undefined,
  count: number,
): string[] {
  const stated =
    library && provider && cells !== undefined ? library.ask(() => cellNamesOf(library, provider, cells)) : undefined;
  if (stated?.length === count) return [...stated];
  const known = tableNames(cells, provider, count);
  return Array.from({ length: count }, (_, at) => known[at] ?? `cell${count > 1 ? at + 1 : ''}`);
}

/** Of the bindings that many providers share, and of single ones; empty where nothing is known. */
export function tableNames(cells: string | undefined, provider: DtNode | undefined, count: number): readonly string[] {
  const rows = (cells !== undefined && own(TABLE, cells)) || [];
  const names = provider ? compatibles(provider) : [];
  const row = rows.find(({ of }) => !of || names.some((name) => of.test(name)));
  return row?.names[count] ?? [];
}
