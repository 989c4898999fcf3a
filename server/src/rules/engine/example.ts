// SPDX-License-Identifier: MIT
// The pieces from which the rules' examples are put together: they are documentation and test at once.

/** A tree whose root holds these statements, one per line. */
export function board(...statements: readonly string[]): string {
  return `/ {\n${statements.map((statement) => `\t${statement}\n`).join('')}};\n`;
}

/** An SMMUv3 with the label `smmu`. */
export const SMMU_V3 = 'smmu: iommu { compatible = "arm,smmu-v3"; #iommu-cells = <1>; };';

/** The same below a bus with one cell for an address and one for a size. */
export const SMMU_V3_AT =
  'smmu: iommu@1000000 { compatible = "arm,smmu-v3"; reg = <0x1000000 0x20000>; #iommu-cells = <1>; };';

/** An interrupt controller with the label `gic`. */
export const GIC = 'gic: interrupt-controller { interrupt-controller; #interrupt-cells = <1>; };';

/** An SMMUv2 (MMU-500) whose specifiers have this many cells, with the label `smmu`, and its interrupt controller. */
export function mmu500(cells: 1 | 2): string {
  return [
    GIC,
    'smmu: iommu {',
    '\tcompatible = "arm,mmu-500";',
    `\t#iommu-cells = <${cells}>;`,
    '\t#global-interrupts = <1>;',
    '\tinterrupts-extended = <&gic 1>, <&gic 2>;',
    '};',
  ].join('\n\t');
}

/** The node of Xen's grant DMA with the label `xen_iommu`. */
export const GRANT_DMA = 'xen_iommu: xen-iommu { compatible = "xen,grant-dma"; #iommu-cells = <1>; };';

/** A PCI host bridge without `reg`, so that an example stays short. */
export function host(properties: string): string {
  return `pcie { device_type = "pci"; #address-cells = <3>; #size-cells = <2>; ${properties} };`;
}

/** What makes a node a bus of a 32-bit tree. */
export const BUS_CELLS = '#address-cells = <1>; #size-cells = <1>;';

/** A bus of a 32-bit root, with what stands in it. */
export function bus(content: string): string {
  return `bus { compatible = "simple-bus"; ${BUS_CELLS} ranges; ${content} };`;
}

/** A tree like {@link board} with one cell for an address and one for a size. */
export function board32(...statements: readonly string[]): string {
  return board('#address-cells = <1>;', '#size-cells = <1>;', ...statements);
}

/** A partial tree of an example, with the path of its domain's node in the host. */
export interface ExampleDomain {
  readonly file: string;
  /** Absent where the host has no node for it. */
  readonly node?: string;
  readonly text: string;
}

/** An example of several trees: a Xen host and the partial trees of its domains, in the form of test fixtures. */
export function xenSystem(host: string, ...domains: readonly ExampleDomain[]): string {
  // Of many domains a reader wants the number.
  const written = domains.length > 2 ? (text: string) => text : spread;
  const parts = domains.map(({ file, node = '', text }) => `//- ${file} domain:${node}\n${written(text)}`);
  return [`//- /host.dts\n${written(host)}`, ...parts].join('');
}

/** The tree with a line for each statement. */
function spread(text: string): string {
  let depth = 0;
  const lines = [...text.matchAll(/(?:"[^"]*"|[^";{}])*[;{}]/g)].map(([part]) => part.trim().replace(/\s+/g, ' '));
  const result: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (line === ';' && lines[at - 1] === '}') continue;
    if (line === '}') depth--;
    result.push(`${'\t'.repeat(depth)}${line === '}' ? '};' : line}`);
    if (line.endsWith('{')) depth++;
  }
  return `${result.join('\n')}\n`;
}

/** An example as people read it: the headers of its files as comments that say what each is. */
export function readable(example: string): string {
  return example.replace(/^\/\/- \/(\S+)(?: domain:(\S*))?$/gm, (_, file: string, node: string | undefined) => {
    if (node === undefined) return `/* ${file}: the host tree */`;
    return `/* ${file}: the partial tree of ${node === '' ? 'a domain that the boot loader adds' : node} */`;
  });
}
