// SPDX-License-Identifier: MIT
// Rules about `iommu-addresses` and the device that it names: whether anybody reads it, and whether the IOMMU reaches it.
import { isPciBus, regRange } from '#model/addresses/addresses.ts';
import { honoursReserved } from '#model/drivers/index.ts';
import { GATES } from '#model/platform/gates.ts';
import { machineOf } from '#model/platform/machine.ts';
import { has } from '#model/platform/releases.ts';
import type { Statement } from '#model/statements/index.ts';
import { board, GIC, SMMU_V3_AT } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { iommuDriver, usesOf } from '#rules/engine/uses.ts';
import { isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import { framebuffer, GOOD_FRAMEBUFFER, READ_BY, readIommuAddresses } from './iommu-addresses.ts';

const noIommu: Rule = {
  id: 'iommu-addresses-without-iommu',
  severity: 'warning',
  title: '`iommu-addresses` for a device that is behind no IOMMU',
  properties: ['iommu-addresses'],
  needs: ['iommu-addresses-not-in-memory-region'],
  knows: 'all',
  doc: `Only drivers of IOMMUs ask for these ranges, for their own masters. The device has no \`iommus\`, so nothing reads the
property: nothing is mapped and nothing is kept free. Add \`iommus\` to the device, or delete \`iommu-addresses\`.`,
  source: READ_BY,
  example: {
    bad: framebuffer('iommu-addresses = <&gpu 0x50000000 0x800000>;').replace('iommus = <&smmu 1>; ', ''),
    good: GOOD_FRAMEBUFFER,
  },
  *check(context, node) {
    for (const { phandle, device } of readIommuAddresses(context, node)?.entries ?? []) {
      if (!isLive(device) || device.properties.has('iommus') || !device.parent || isPciBus(device.parent)) continue;
      yield {
        message: `\`${pathOf(device)}\` has no \`iommus\`, so no IOMMU driver reads this.`,
        span: phandle.span,
        related: [{ message: 'the device', span: nodeSpan(device) }],
      };
    }
  },
};

const beyondAperture: Rule = {
  id: 'iommu-addresses-beyond-aperture',
  severity: 'error',
  title: 'Region to map one to one beyond what the IOMMU translates',
  properties: ['iommu-addresses'],
  needs: ['iommu-addresses-zero-size', 'iommu-addresses-cells', 'iommu-addresses-not-in-memory-region'],
  doc: `The IOVA range is that of the region's memory, so Linux maps it one to one before it attaches the device. It lies above
the last address that this IOMMU translates: mapping fails, Linux prints \`IOMMU driver was not able to establish FW requested
direct mapping.\`, and what the boot loader started faults. Place the region lower, or map it elsewhere in the driver.`,
  source: 'Linux 6.12 drivers/iommu/iommu.c:iommu_create_device_direct_mappings, iommu_setup_default_domain',
  example: {
    bad: dart('0x1 0x0'),
    good: dart('0x0 0x50000000'),
  },
  *check(context, node) {
    const memory = node.properties.has('reg')
      ? regRange(machineOf(context.tree, context.platform), node, 0)
      : undefined;
    for (const { phandle, device, address, size } of readIommuAddresses(context, node)?.entries ?? []) {
      if (!memory || memory.start !== address || memory.size !== size) continue;
      const use = usesOf(context, device).find((each) => each.via === 'iommus' && isLive(each.provider));
      const match = use && iommuDriver(context, use.provider);
      const bits = match?.traits.iovaBits;
      if (
        !use ||
        !match ||
        !honoursReserved(match.driver, context.platform.kernelVersion) ||
        bits === undefined ||
        bits === null
      )
        continue;
      if (address + size <= 1n << BigInt(bits)) continue;
      yield {
        message: `\`${pathOf(use.provider)}\` translates ${bits} bits, and this range ends at \`0x${(address + size - 1n).toString(16)}\`; Linux cannot map it.`,
        span: phandle.span,
      };
    }
  },
};

/** A region at an address of two cells for a master of a DART. */
function dart(start: string): string {
  return board(
    '#address-cells = <2>;',
    '#size-cells = <1>;',
    GIC,
    'dart: iommu@1000000 { compatible = "apple,t8103-dart"; reg = <0x0 0x1000000 0x4000>; #iommu-cells = <1>; interrupts-extended = <&gic 1>; };',
    'gpu: gpu { compatible = "vendor,gpu"; iommus = <&dart 1>; memory-region = <&fb>; };',
    `reserved-memory { #address-cells = <2>; #size-cells = <1>; ranges; fb: framebuffer { reg = <${start} 0x800000>; iommu-addresses = <&gpu ${start} 0x800000>; }; };`,
  );
}

const tooOld: Rule = {
  id: 'iommu-addresses-too-new',
  severity: 'warning',
  title: '`iommu-addresses` in a Linux that does not read it',
  properties: ['iommu-addresses'],
  needs: ['iommu-addresses-unsupported-driver', 'iommu-addresses-without-iommu'],
  knows: 'node',
  doc: `Linux reads \`iommu-addresses\` from 6.3 on. The chosen release is older: the range is neither mapped nor kept free, and a
framebuffer that the boot loader left on faults when the IOMMU starts. Boot a newer kernel, or switch the device off before.`,
  source: `${READ_BY} (not in Linux 6.1)`,
  example: {
    bad: GOOD_FRAMEBUFFER,
    good: framebuffer(''),
    platform: { kernelVersion: [6, 1] },
  },
  *check(context, node) {
    const property = node.properties.get('iommu-addresses');
    if (!property || has(context.platform.kernelVersion, GATES.iommuAddresses) || !isLive(node)) return;
    yield {
      message: `Linux ${context.platform.kernelVersion.join('.')} does not know \`iommu-addresses\`, which came with 6.3; it neither maps nor keeps this range.`,
      span: lastSet(property).name,
    };
  },
};

/** The device on a bus whose `dma-ranges` begin at 1 GiB, with an IOVA to keep for it. */
function behindWindow(iova: string): string {
  return board(
    '#address-cells = <1>;',
    '#size-cells = <1>;',
    SMMU_V3_AT,
    `bus { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; dma-ranges = <0x40000000 0x40000000 0x40000000>; gpu: gpu { compatible = "vendor,gpu"; iommus = <&smmu 1>; memory-region = <&fb>; }; };`,
    `reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges; fb: iova { iommu-addresses = <&gpu ${iova} 0x800000>; }; };`,
  );
}

const untranslatable: Rule = {
  id: 'iommu-addresses-untranslatable',
  severity: 'error',
  title: '`iommu-addresses` that the `dma-ranges` of the device do not pass',
  properties: ['iommu-addresses'],
  knows: 'all',
  doc: `Linux sends the address through the \`dma-ranges\` of the buses above the device. No entry there has it, or a bus on the
way has cell counts that Linux cannot use. The function that reads the entry then returns no position, and its caller goes on reading at
address 0: the kernel oopses when it gives the device its domain, and panics where that is part of the boot. Write an address
that every \`dma-ranges\` above the device passes, or widen those.`,
  source: `${READ_BY}; drivers/of/address.c:of_translate_dma_region`,
  example: { bad: behindWindow('0x10000000'), good: behindWindow('0x50000000') },
  *check(context, node) {
    if (!node.properties.has('iommu-addresses')) return;
    const region = pathOf(node);
    for (const { phandle, device } of readIommuAddresses(context, node)?.entries ?? []) {
      const steps = isLive(device) ? (context.report(device)?.steps ?? []) : [];
      if (!steps.some(({ statement }) => isUntranslatable(statement, region))) continue;
      yield {
        message: `The dma-ranges above ${pathOf(device)} do not pass an address that this entry keeps from it; Linux reads on at address 0 when it gives the device its domain, and the kernel oopses.`,
        span: phandle.span,
        related: [{ message: 'the device', span: nodeSpan(device) }],
      };
      return;
    }
  },
};

function isUntranslatable(statement: Statement, region: string): boolean {
  return statement.kind === 'iova-untranslatable' && statement.region === region;
}

export const IOMMU_ADDRESSES_DEVICE_RULES: readonly Rule[] = [noIommu, beyondAperture, tooOld, untranslatable];
