// SPDX-License-Identifier: MIT
// Decision table, block 1: which nodes become devices, and on which buses that sets up DMA.
import { expect, test } from 'vitest';
import { reportAt, verdicts } from '#test/support/reports.ts';

const SMMU = 'smmu: iommu@9050000 { compatible = "arm,smmu-v3"; reg = <0x9050000 0x20000>; #iommu-cells = <1>; };';

function tree(body: string): string {
  return `/ { #address-cells = <1>; #size-cells = <1>; ${SMMU} ${body} };`;
}

test('row 1: a node is not a device when it or an ancestor is disabled', () => {
  const source = tree(`
    soc { compatible = "simple-bus"; #address-cells = <1>; #size-cells = <1>; ranges; status = "disabled";
      inside@1000 { compatible = "ex,dev"; reg = <0x1000 0x1000>; iommus = <&smmu 1>; };
    };
    off@2000 { compatible = "ex,dev"; reg = <0x2000 0x1000>; status = "reserved"; };
    ok@3000 { compatible = "ex,dev"; reg = <0x3000 0x1000>; status = "ok"; };`);
  expect(verdicts(source)).toMatchInlineSnapshot(`
    "/iommu@9050000  direct
    /ok@3000  direct"
  `);
  expect(reportAt(source, '/soc/inside@1000').steps.map(({ text }) => text)).toMatchInlineSnapshot(`
    [
      "\`/soc\` is disabled, so Linux does not look at its children.",
      "Linux does not read its \`iommus\`.",
    ]
  `);
});

test('row 2: Linux descends into buses that it knows, and into nodes whose driver populates them', () => {
  const source = tree(`
    mfd@1000 { compatible = "ex,mfd", "simple-mfd"; #address-cells = <1>; #size-cells = <1>; ranges;
      a@1000 { compatible = "ex,a"; reg = <0x1000 0x10>; };
    };
    glue@2000 { compatible = "qcom,dwc3"; #address-cells = <1>; #size-cells = <1>; ranges;
      b@2000 { compatible = "snps,dwc3"; reg = <0x2000 0x10>; iommus = <&smmu 1>; };
    };
    glue@3000 { compatible = "ex,unknown"; #address-cells = <1>; #size-cells = <1>; ranges;
      c@3000 { compatible = "snps,dwc3"; reg = <0x3000 0x10>; iommus = <&smmu 2>; };
    };`);
  expect(verdicts(source)).toMatchInlineSnapshot(`
    "/iommu@9050000  direct
    /mfd@1000  direct
    /mfd@1000/a@1000  direct
    /glue@2000  direct
    /glue@2000/b@2000  iommu-dma  /iommu@9050000#0x1  stream-id 0x1
    /glue@3000  direct"
  `);
  const child = reportAt(source, '/glue@3000/c@3000');
  expect([child.verdict, child.dependsOn, child.alternative]).toMatchInlineSnapshot(`
    [
      "no-device",
      "whether the driver of \`ex,unknown\` makes devices for its children",
      {
        "verdict": "iommu-dma",
        "when": "the driver of the parent makes the device",
      },
    ]
  `);
});

test('row 3: children of I2C, SPI and MDIO controllers have no DMA of their own', () => {
  const source = tree(`
    spi@1000 { compatible = "ex,spi"; reg = <0x1000 0x10>; #address-cells = <1>; #size-cells = <0>; iommus = <&smmu 3>;
      dev@0 { compatible = "ex,spidev"; reg = <0>; iommus = <&smmu 4>; };
    };
    i2c { compatible = "i2c-gpio"; #address-cells = <1>; #size-cells = <0>;
      pmic@8 { compatible = "ex,pmic", "simple-mfd"; reg = <8>;
        rtc { compatible = "ex,rtc"; };
      };
    };`);
  expect(verdicts(source)).toMatchInlineSnapshot(`
    "/iommu@9050000  direct
    /spi@1000  iommu-dma  /iommu@9050000#0x3  stream-id 0x3
    /spi@1000/dev@0  not-configured
    /i2c  direct
    /i2c/pmic@8  not-configured"
  `);
});

test('amba devices count, early devices do not', () => {
  const source = tree(`
    dma@1000 { compatible = "arm,pl330", "arm,primecell"; reg = <0x1000 0x1000>; iommus = <&smmu 2>; };
    clock { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <1>; };
    memory@80000000 { device_type = "memory"; reg = <0x80000000 0x1000>; };
    firmware { scm { compatible = "ex,scm"; }; };
    reserved-memory { #address-cells = <1>; #size-cells = <1>; ranges;
      log@90000000 { compatible = "ramoops"; reg = <0x90000000 0x1000>; };
      pool@91000000 { compatible = "shared-dma-pool"; reg = <0x91000000 0x1000>; };
    };`);
  expect(verdicts(source)).toMatchInlineSnapshot(`
    "/iommu@9050000  direct
    /dma@1000  iommu-dma  /iommu@9050000#0x2  stream-id 0x2
    /firmware/scm  direct
    /reserved-memory/log@90000000  direct"
  `);
});

test('buses below a remote processor: their drivers make platform devices with stream IDs of their own', () => {
  const source = tree(`
    remoteproc@4000 { compatible = "ex,adsp"; reg = <0x4000 0x100>;
      glink-edge {
        fastrpc { compatible = "qcom,fastrpc"; #address-cells = <1>; #size-cells = <0>;
          compute-cb@3 { compatible = "qcom,fastrpc-compute-cb"; reg = <3>; iommus = <&smmu 0x1803>; };
        };
      };
    };
    video-codec@5000 { compatible = "qcom,sc7180-venus"; reg = <0x5000 0x100>; iommus = <&smmu 5>;
      video-firmware { iommus = <&smmu 6>; };
    };`);
  expect(verdicts(source)).toMatchInlineSnapshot(`
    "/iommu@9050000  direct
    /remoteproc@4000  direct
    /remoteproc@4000/glink-edge/fastrpc  not-configured
    /remoteproc@4000/glink-edge/fastrpc/compute-cb@3  iommu-dma  /iommu@9050000#0x1803  stream-id 0x1803
    /video-codec@5000  iommu-dma  /iommu@9050000#0x5  stream-id 0x5
    /video-codec@5000/video-firmware  iommu-dma  /iommu@9050000#0x6  stream-id 0x6"
  `);
});
