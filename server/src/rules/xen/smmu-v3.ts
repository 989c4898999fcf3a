// SPDX-License-Identifier: MIT
// Rules about an SMMUv3 under Xen: what stops its probe, and with it Xen, and streams that two devices share.
import { rawCells } from '#model/addresses/addresses.ts';
import { machineOf } from '#model/platform/machine.ts';
import { isSince, xenOption } from '#model/platform/xen-build.ts';
import { iommuSwitch } from '#model/xen/command-line.ts';
import { isProbed, type SmmuV3Failure, smmuV3Failure, xenDriver } from '#model/xen/drivers.ts';
import { type Guarded, guardedDevices } from '#model/xen/limits.ts';
import { board, GIC, host } from '#rules/engine/example.ts';
import { isPciHost } from '#rules/engine/ids.ts';
import type { Rule, RuleContext } from '#rules/engine/rule.ts';
import { cells, cellTarget, isLive, lastSet, nodeSpan, pathOf } from '#tree/query.ts';
import type { DtNode } from '#tree/types.ts';
import { XEN_HOST } from './host.ts';
import { xen } from './release.ts';

const SMMU_V3 = 'Xen 4.22 xen/drivers/passthrough/arm/smmu-v3.c';
const HOST = { kind: 'xen-host' } as const;

function smmu(cellCount: string, size = '0x20000'): string {
  return `smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0x9050000 ${size}>; ${cellCount} interrupts-extended = <&gic 1>; interrupt-names = "combined"; };`;
}

function tree(...statements: readonly string[]): string {
  return board('#address-cells = <1>;', '#size-cells = <1>;', GIC, ...statements);
}

const ONE = '#iommu-cells = <1>;';

const probe: Rule = {
  id: 'xen-smmuv3-probe',
  severity: 'error',
  title: 'SMMUv3 over which Xen stops',
  properties: ['compatible'],
  platforms: XEN_HOST,
  knows: 'all',
  doc: `Xen starts the driver of every enabled SMMUv3, whether or not a domain has a device behind it. An error other than "not there" ends
the boot: \`Couldn't configure correctly all the IOMMUs.\` The driver wants \`#iommu-cells = <1>\` and a first window in \`reg\` of 128 KiB
(64 KiB with \`cavium,cn9900-broken-page1-regspace\`). A Xen without \`CONFIG_ARM_SMMU_V3\`, as Debian's, does not look at the node.
Correct it, or disable the SMMU.`,
  source: `${SMMU_V3}:arm_smmu_device_dt_probe, arm_smmu_device_probe; xen/drivers/passthrough/arm/iommu.c:iommu_hardware_setup`,
  example: { bad: tree(smmu('#iommu-cells = <2>;')), good: tree(smmu(ONE)), platform: HOST },
  *check(context, node) {
    const { platform } = context;
    const driver = xenDriver(platform, node);
    if (driver?.name !== 'smmu-v3' || !isProbed(machineOf(context.tree, platform), node)) return;
    const failure = smmuV3Failure(node);
    if (!failure || !iommuSwitch(context.tree, xen(context)).enabled) return;
    const property = node.properties.get(failure.kind.endsWith('reg') ? 'reg' : '#iommu-cells');
    const who = driver.option === undefined ? 'Xen' : 'A Xen with CONFIG_ARM_SMMU_V3';
    yield {
      message: `${failureText(failure)}: ${who} fails to start the SMMUv3 and panics.`,
      span: property ? lastSet(property).name : nodeSpan(node),
    };
  },
};

function failureText(failure: SmmuV3Failure): string {
  switch (failure.kind) {
    case 'no-cells':
      return 'There is no `#iommu-cells`';
    case 'cells':
      return `\`#iommu-cells\` is ${failure.cells} and not 1`;
    case 'no-reg':
      return 'There is no `reg` with an address and a size';
    case 'small-reg':
      return `The first window has 0x${failure.size.toString(16)} of the 0x${failure.wanted.toString(16)} bytes that the driver asks for`;
  }
}

function* sharing(devices: readonly Guarded[]): Generator<{ first: Guarded; second: Guarded; id: number }> {
  for (const [at, second] of devices.entries()) {
    for (const first of devices.slice(0, at)) {
      const id = first.iommu === second.iommu && second.ids.find(({ id }) => first.ids.some((one) => one.id === id));
      if (!id) continue;
      yield { first, second, id: id.id };
      break;
    }
  }
}

function guarded({ tree, platform }: RuleContext): readonly Guarded[] {
  return guardedDevices(machineOf(tree, platform)).filter(
    ({ iommu }) => xenDriver(platform, iommu)?.name === 'smmu-v3',
  );
}

function iommusSpan(node: DtNode) {
  const property = node.properties.get('iommus');
  return property ? lastSet(property).name : nodeSpan(node);
}

const shared: Rule = {
  id: 'xen-smmuv3-stream-shared',
  severity: 'error',
  title: 'Stream of an SMMUv3 for two devices',
  scope: 'tree',
  properties: ['iommus'],
  platforms: XEN_HOST,
  doc: `An entry of the stream table serves one device in Xen. When the second device with the same stream ID is given to a domain, the
entry is live already, and Xen stops with a \`BUG\`, also where both devices have the same owner (dom0's count, devices that
have no owner do not). Correct the stream IDs, or take \`iommus\` from one of the devices.`,
  source: `${SMMU_V3}:arm_smmu_write_strtab_ent (ste_live)`,
  example: {
    bad: tree(smmu(ONE), 'dma-a { iommus = <&smmu 4>; };', 'dma-b { iommus = <&smmu 4>; };'),
    good: tree(smmu(ONE), 'dma-a { iommus = <&smmu 4>; };', 'dma-b { iommus = <&smmu 5>; };'),
    platform: HOST,
  },
  *check(context) {
    for (const { first, second, id } of sharing(guarded(context))) {
      yield {
        message: `Stream 0x${id.toString(16)} is also one of \`${pathOf(first.device)}\`: Xen's SMMUv3 driver stops with a BUG when the second of the two gets its domain.`,
        span: iommusSpan(second.device),
        node: second.device,
        related: [{ message: 'has the same stream', span: iommusSpan(first.device) }],
      };
    }
  },
};

/** Entries of `iommu-map` as Xen reads them: four cells each. */
function mapped(
  { tree }: RuleContext,
  bridge: DtNode,
): { rid: number; target: DtNode; stream: number; length: number }[] {
  const all = cells(tree, bridge.properties.get('iommu-map'));
  const entries = [];
  for (let at = 0; at + 4 <= all.length; at += 4) {
    const [rid, phandle, stream, length] = all.slice(at, at + 4);
    const target = phandle && cellTarget(tree, phandle);
    if (rid && target && stream && length)
      entries.push({ rid: rid.value, target, stream: stream.value, length: length.value });
  }
  return entries;
}

const withPci: Rule = {
  id: 'xen-smmuv3-stream-pci',
  severity: 'info',
  title: 'Stream of an SMMUv3 for a platform device and a PCI function',
  scope: 'tree',
  properties: ['iommu-map'],
  platforms: XEN_HOST,
  doc: `Since 4.21 a Xen that is built with \`CONFIG_PCI_PASSTHROUGH\` (off by default) gives the PCI functions that dom0 reports streams from the
bridge's \`iommu-map\`. A function with this requester ID gets the stream that a platform device has already, and Xen stops with a \`BUG\`.
Whether there is such a function, only the machine knows; where the tree describes it and the configuration has the option, this is an
*error*, and a Xen without the option is not reported. Let the map leave the stream out, or correct the platform device's ID.`,
  source: `${SMMU_V3}:arm_smmu_add_device, arm_smmu_write_strtab_ent; xen/drivers/passthrough/device_tree.c:iommu_add_dt_pci_sideband_ids; xen/arch/arm/Kconfig:PCI_PASSTHROUGH`,
  example: {
    bad: tree(smmu(ONE), 'dma { iommus = <&smmu 8>; };', host('iommu-map = <0x0 &smmu 0x0 0x10000>;')),
    good: tree(smmu(ONE), 'dma { iommus = <&smmu 0x10008>; };', host('iommu-map = <0x0 &smmu 0x0 0x10000>;')),
    platform: HOST,
  },
  *check(context) {
    const option = xenOption(xen(context), 'PCI_PASSTHROUGH');
    if (!isSince(xen(context), [4, 21]) || option === 'off') return;
    const which = option === 'on' ? 'Xen since 4.21' : 'Xen since 4.21 with CONFIG_PCI_PASSTHROUGH';
    const bridges = context.nodesWith('iommu-map').filter((node) => isPciHost(node) && isLive(node));
    for (const { device, iommu, ids } of guarded(context)) {
      for (const bridge of bridges) {
        if (bridge.properties.has('xen,passthrough')) continue;
        const hit = mapped(context, bridge).flatMap(({ rid, target, stream, length }) => {
          const id = target === iommu && ids.find((one) => one.id >= stream && one.id - stream < length);
          return id ? [{ id: id.id, rid: rid + id.id - stream }] : [];
        })[0];
        if (!hit) continue;
        const described = [...bridge.children.values()].find((child) => functionOf(child) === hit.rid && isLive(child));
        const bdf = `${hex(hit.rid >> 8, 2)}:${hex((hit.rid >> 3) & 31, 2)}.${hit.rid & 7}`;
        yield {
          message: `PCI function ${bdf} behind \`${pathOf(bridge)}\` has stream 0x${hit.id.toString(16)} as well: ${described ? '' : 'where there is one, '}${which} stops with a BUG.`,
          span: iommusSpan(device),
          node: device,
          related: [
            { message: described ? 'the function' : 'maps the function to it', span: nodeSpan(described ?? bridge) },
          ],
          ...(described && { severity: option === 'on' ? ('error' as const) : ('warning' as const) }),
        };
      }
    }
  },
};

/** Bus, device and function in the first cell of a function's `reg`. */
function functionOf(node: DtNode): number | undefined {
  const [first] = rawCells(node.properties.get('reg'));
  return first === undefined ? undefined : (first >> 8) & 0xffff;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

export const XEN_SMMU_V3_RULES: readonly Rule[] = [probe, shared, withPci];
