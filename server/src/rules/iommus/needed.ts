// SPDX-License-Identifier: MIT
// Devices whose drivers do not probe without an IOMMU, and have none.
import { INSISTING, insistingDriver } from '#model/devices/insisting-drivers.ts';
import { inVersions } from '#model/platform/releases.ts';
import { board } from '#rules/engine/example.ts';
import type { Rule } from '#rules/engine/rule.ts';
import { compatibles, isLive, nodeSpan } from '#tree/query.ts';

const insists: Rule = {
  id: 'iommus-needed-by-driver',
  severity: 'error',
  title: 'Device whose driver does not probe without an IOMMU',
  properties: ['compatible'],
  knows: 'all',
  doc: `NVIDIA's drivers of the GPC DMA controller, the MGBE Ethernet controller and the security engine ask for the one stream ID
that \`iommus\` gives their device, and program it into the hardware; on Linux 7.3 Qualcomm's display driver asks for an IOMMU of
its own or of the node above. Without it, or where Linux goes on without the IOMMU, the probe fails. Add \`iommus\`, and build the
driver of the IOMMU.`,
  source: [
    'Linux 6.12 include/linux/iommu.h:tegra_dev_iommu_get_stream_id',
    ...new Set(INSISTING.map(({ source, since }) => `Linux ${since ? since.since.join('.') : '6.12'} ${source}`)),
  ].join(', '),
  example: {
    bad: board('dma@2600000 { compatible = "nvidia,tegra186-gpcdma"; reg = <0x0 0x2600000 0x0 0x210000>; };'),
    good: board(
      'smmu: iommu@12000000 { compatible = "arm,smmu-v3"; reg = <0x0 0x12000000 0x0 0x20000>; #iommu-cells = <1>; };',
      'dma@2600000 { compatible = "nvidia,tegra186-gpcdma"; reg = <0x0 0x2600000 0x0 0x210000>; iommus = <&smmu 1>; };',
    ),
  },
  *check(context, node) {
    const driver = insistingDriver(compatibles(node));
    if (!driver || node.properties.has('iommu-map') || !isLive(node)) return;
    const { platform } = context;
    if (platform.kind === 'xen-host' || !inVersions(platform.kernelVersion, driver)) return;
    const { parent } = node;
    const above = driver.needs === 'iommu' && parent?.properties.has('iommus') ? context.report(parent) : undefined;
    if (above && (above.group !== null || above.dependsOn)) return;
    const report = context.report(node);
    if (!report || report.verdict === 'no-device' || report.dependsOn) return;
    const what = driver.needs === 'one-id' ? 'a stream ID' : 'an IOMMU';
    const ids = report.iommus.flatMap((use) => use.ids).length;
    if (report.group !== null && (driver.needs === 'iommu' || ids <= 1)) return;
    const without =
      report.group !== null
        ? `iommus gives it ${ids}, of which it takes none`
        : node.properties.has('iommus')
          ? 'Linux goes on without the IOMMU'
          : 'it has no iommus';
    yield {
      message: `The driver of this device needs ${what}, and ${without}; its probe ends with ${driver.error}.`,
      span: nodeSpan(node),
    };
  },
};

export const NEEDED_IOMMU_RULES: readonly Rule[] = [insists];
