// SPDX-License-Identifier: MIT
// biome-ignore-all lint/style/noExcessiveLinesPerFile: a table
// Drivers that use the DMA API, by the compatible strings that they bind to.
// Written by `node scripts/run.mjs kernel-source/dma-drivers.ts KERNEL KERNEL` from Linux 7.3 and 6.12; do not edit.

/** The releases that were read. */
export const DMA_DRIVER_RELEASES = { newest: '7.3', older: '6.12' };

/**
 * `own`: the driver sets a mask, allocates or maps memory for its device, or a core of Linux does it for the driver.
 * `channel`: it only asks for a channel of a DMA controller. Names by vendor; `both`: in both releases.
 */
export const DMA_DRIVERS: Readonly<
  Record<'own' | 'channel', Readonly<Record<'both' | 'newest' | 'older', Readonly<Record<string, string>>>>>
> = {
  own: {
    both: {
      ALTR: 'tse-1.0',
      SUNW: 'CS4231',
      actions: 'owl-emac s500-dma s700-dma s900-dma',
      adafruit: 'yx240qv29 yx350hv15',
      adaptrum: 'anarion-gmac',
      adi: 'axi-dmac-1.00.a',
      airoha: 'en7581-eth en7581-pcie en7581-snand',
      allegro: 'al5e-1.1',
      allwinner:
        'sun20i-d1-crypto sun20i-d1-de2-mixer-0 sun20i-d1-de2-mixer-1 sun20i-d1-display-engine sun20i-d1-dma sun20i-d1-mmc sun20i-d1-video-engine sun4i-a10-ahci sun4i-a10-csi1 sun4i-a10-display-backend sun4i-a10-display-engine sun4i-a10-dma sun4i-a10-mmc sun4i-a10-video-engine sun50i-a100-dma sun50i-a100-emmc sun50i-a100-mmc sun50i-a64-crypto sun50i-a64-csi sun50i-a64-de2-mixer-0 sun50i-a64-de2-mixer-1 sun50i-a64-display-engine sun50i-a64-dma sun50i-a64-emac sun50i-a64-emmc sun50i-a64-mmc sun50i-a64-video-engine sun50i-h5-crypto sun50i-h5-video-engine sun50i-h6-crypto sun50i-h6-de3-mixer-0 sun50i-h6-display-engine sun50i-h6-dma sun50i-h6-emac sun50i-h6-video-engine sun50i-h6-vpu-g2 sun50i-h616-crypto sun50i-h616-mmc sun5i-a10s-display-engine sun5i-a13-display-backend sun5i-a13-display-engine sun5i-a13-mmc sun5i-a13-video-engine sun6i-a31-csi sun6i-a31-display-backend sun6i-a31-display-engine sun6i-a31-dma sun6i-a31s-display-engine sun7i-a20-csi0 sun7i-a20-display-backend sun7i-a20-display-engine sun7i-a20-gmac sun7i-a20-mmc sun7i-a20-video-engine sun8i-a23-display-backend sun8i-a23-display-engine sun8i-a23-dma sun8i-a33-display-backend sun8i-a33-display-engine sun8i-a33-video-engine sun8i-a83t-crypto sun8i-a83t-csi sun8i-a83t-de2-mixer-0 sun8i-a83t-de2-mixer-1 sun8i-a83t-de2-rotate sun8i-a83t-display-engine sun8i-a83t-dma sun8i-a83t-emac sun8i-a83t-emmc sun8i-h3-crypto sun8i-h3-csi sun8i-h3-de2-mixer-0 sun8i-h3-deinterlace sun8i-h3-display-engine sun8i-h3-dma sun8i-h3-emac sun8i-h3-video-engine sun8i-r40-ahci sun8i-r40-crypto sun8i-r40-de2-mixer-0 sun8i-r40-de2-mixer-1 sun8i-r40-display-engine sun8i-r40-gmac sun8i-r40-video-engine sun8i-v3s-csi sun8i-v3s-de2-mixer sun8i-v3s-display-engine sun8i-v3s-dma sun8i-v3s-emac sun8i-v3s-isp sun8i-v3s-video-engine sun9i-a80-crypto sun9i-a80-display-backend sun9i-a80-display-engine sun9i-a80-mmc',
      altr: 'pcie-root-port-1.0 pcie-root-port-2.0 sdram-edac sdram-edac-a10 socfpga-msgdma socfpga-stmmac socfpga-stmmac-a10-s10 tse-1.0 tse-msgdma-1.0',
      amazon: 'al-alpine-v2-pcie al-alpine-v3-pcie',
      amcc: 'ppc4xx-crypto xor-accelerator',
      amd: 'ccp-seattle-v1a pensando-elba-qspi pensando-elba-sd4hc versal2-dma-1.0 xgbe-seattle-v1a',
      amlogic:
        'aiu-gxbb aiu-gxl aiu-meson8 aiu-meson8b axg-ge2d axg-pcie g12a-pcie g12a-vdec gxbb-vdec gxl-crypto gxl-vdec gxlx-vdec gxm-vdec meson-axg-dwmac meson-axg-mmc meson-axg-nfc meson-g12a-dwmac meson-g12a-mali meson-g12a-vpu meson-gx-mmc meson-gxbb-dwmac meson-gxbb-mmc meson-gxbb-vpu meson-gxl-mmc meson-gxl-nfc meson-gxl-vpu meson-gxm-mali meson-gxm-mmc meson-gxm-vpu meson6-dwmac meson8-sdhc meson8-sdio meson8b-dwmac meson8b-sdhc meson8b-sdio meson8m2-dwmac meson8m2-sdhc sm1-vdec',
      andestech: 'atmac100',
      apm: 'xgene-ahci xgene-ahci-v2 xgene-enet xgene-pcie xgene-slimpro-i2c xgene-storm-dma xgene1-sgenet xgene1-xgenet xgene2-sgenet xgene2-xgenet',
      apple: 'admac mca nvme-ans2 pcie t8103-admac',
      arasan: 'nfc-v3p10 sdhci-4.9a sdhci-5.1 sdhci-8.9a',
      arm: 'cryptocell-630p-ree cryptocell-703-ree cryptocell-710-ree cryptocell-712-ree cryptocell-713-ree hdlcd mali-400 mali-450 mali-bifrost mali-d32 mali-d71 mali-t604 mali-t624 mali-t628 mali-t720 mali-t760 mali-t820 mali-t830 mali-t860 mali-t880 mali-valhall-csf mali-valhall-jm mmu-400 mmu-401 mmu-500 sbsa-uart smmu-v1 smmu-v2 smmu-v3 versatile-pci',
      aspeed:
        'ast2400-gfx ast2400-sdhci ast2400-usb-vhub ast2400-video-engine ast2500-gfx ast2500-hace ast2500-sdhci ast2500-usb-vhub ast2500-video-engine ast2600-acry ast2600-gfx ast2600-hace ast2600-sdhci ast2600-udc ast2600-usb-vhub ast2600-video-engine',
      atmel:
        'at91rm9200-ohci at91sam9261-lcdc at91sam9263-ac97c at91sam9263-lcdc at91sam9g10-lcdc at91sam9g45-ehci at91sam9g45-isi at91sam9g45-lcdc at91sam9g45es-lcdc at91sam9rl-lcdc hlcdc-display-controller sama5d2-adc sama5d2-gem sama5d2-sdhci sama5d29-gem sama5d3-gem sama5d3-macb sama5d4-dma sama5d4-gem',
      axis: 'artpec6-crypto artpec6-pcie artpec6-pcie-ep artpec7-crypto artpec7-pcie artpec7-pcie-ep',
      bcm: 'kona-sdhci',
      brcm: '2711-v3d 2712-v3d 7268-v3d 7278-v3d asp-v2.1 asp-v2.2 asp-v3.0 bcm2711-emmc2 bcm2711-genet-v5 bcm2711-hvs bcm2711-pcie bcm2711-pixelvalve0 bcm2711-pixelvalve1 bcm2711-pixelvalve2 bcm2711-pixelvalve3 bcm2711-pixelvalve4 bcm2711-vc5 bcm2711-xhci bcm2835-dma bcm2835-hvs bcm2835-pixelvalve0 bcm2835-pixelvalve1 bcm2835-pixelvalve2 bcm2835-sdhci bcm2835-txp bcm2835-unicam bcm2835-v3d bcm2835-vc4 bcm2835-vchiq bcm2836-vchiq bcm4908-enet bcm4908-pcie bcm63xx-i2s bcm7211-pcie bcm7211a0-sdhci bcm7216-pcie bcm7278-pcie bcm7425-pcie bcm7435-pcie bcm7445-ehci bcm7445-pcie bcm7445-xhci bcm7712-genet-v5 bcm7712-pcie bdc bdc-udc-v2 cygnus-audio cygnus-v3d cygnus-vc4 ehci-brcm-v2 genet-v1 genet-v2 genet-v3 genet-v4 genet-v5 iproc-fa2-mbox iproc-flexrm-mbox iproc-pdc-mbox iproc-sba iproc-sba-v2 kona-sdhci sdhci-iproc sdhci-iproc-cygnus vc4-v3d xhci-brcm-v2',
      calxeda: 'hb-ahci hb-xgmac',
      cavium:
        'ebt3000-compact-flash octeon-5750-mix octeon-5750-usbc octeon-6130-mmc octeon-6335-ohci octeon-7130-ahci octeon-7890-mmc pci-host-thunder-ecam pci-host-thunder-pem smmu-v2',
      cdns: 'at91rm9200-emac at91sam9260-macb cdns-pcie-ep cdns-pcie-host emac gem hp-nfc macb np4-macb pc302-gem qspi-nor sam9x60-macb sd4hc usb3 xtfpga-i2s zynq-gem zynqmp-gem',
      ceva: 'ahci-1v84',
      chipidea: 'usb2',
      cirrus: 'ep9301-dma-m2m ep9301-dma-m2p ep9301-eth',
      cortina: 'gemini-ethernet-port sl3516-crypto',
      cznic: 'turris-mox-rwtm',
      engleder: 'tsnep',
      faraday: 'fotg200 fotg210 ftgmac100 tve200',
      fsl: 'cpm1-i2c cpm1-scc-enet cpm1-scc-qmc cpm1-scc-uart cpm1-smc-uart cpm2-fcc-enet cpm2-i2c cpm2-scc-enet cpm2-scc-uart cpm2-smc-uart diu elo-dma elo3-dma eloplus-dma esdhc etsec2 imx-capture-subsystem imx-display-subsystem imx21-lcdc imx23-dcp imx23-dma-apbh imx23-dma-apbx imx23-lcdif imx23-usb imx25-esdhc imx25-fec imx25-lcdc imx25-sdma imx27-fec imx27-sahara imx27-usb imx27-vpu imx28-dcp imx28-dma-apbh imx28-dma-apbx imx28-fec imx28-lcdif imx28-usb imx31-sdma imx35-esdhc imx35-sdma imx51-esdhc imx51-sdma imx51-vpu imx53-ahci imx53-esdhc imx53-sahara imx53-sdma imx53-vpu imx6dl-vpu imx6q-ahci imx6q-fec imx6q-pcie imx6q-sdma imx6q-usb imx6q-usdhc imx6q-vdoa imx6q-vpu imx6qp-ahci imx6qp-pcie imx6sl-usb imx6sl-usdhc imx6sll-usdhc imx6sx-fec imx6sx-lcdif imx6sx-pcie imx6sx-usb imx6sx-usdhc imx6ul-csi imx6ul-fec imx6ul-sdma imx6ul-usb imx6ull-pxp imx6ull-usdhc imx7-csi imx7d-pcie imx7d-pxp imx7d-sdma imx7d-usb imx7d-usdhc imx7ulp-edma imx7ulp-usb imx7ulp-usdhc imx8mm-pcie imx8mm-pcie-ep imx8mm-usdhc imx8mn-isi imx8mp-isi imx8mp-isp imx8mp-lcdif imx8mp-pcie imx8mp-pcie-ep imx8mq-csi imx8mq-fec imx8mq-pcie imx8mq-pcie-ep imx8mq-sdma imx8q-pcie imx8q-pcie-ep imx8qm-ahci imx8qm-edma imx8qm-fec imx8qxp-usdhc imx8ulp-edma imx8ulp-usb imx93-edma3 imx93-edma4 imx93-isi imx93-lcdif imx95-edma5 imx95-pcie imx95-pcie-ep imxrt1050-usdhc ls1012a-esdhc ls1012a-pcie ls1021a-esdhc ls1021a-pcie ls1021a-qdma ls1028a-edma ls1028a-pcie ls1043a-esdhc ls1043a-pcie ls1046a-esdhc ls1046a-pcie ls1088a-pcie ls2080a-pcie ls2085a-pcie ls2088a-pcie mpc5121-diu mpc5121-dma mpc5121-fec mpc5121-usb2-dr mpc5125-fec mpc5200-fec mpc5200b-fec mpc8272-cpm-usb mpc8308-dma mpc8323-qe-usb mpc8360-qe-usb mpc8379-esdhc mpc8536-esdhc mvf600-fec p1010-esdhc pq-sata pq-sata-v2 pq1-fec-enet qe-ucc-qmc qman-portal qmc-audio qmc-hdlc raideng-v1.0 s32v234-fec sec-v4.0 sec-v4.0-job-ring sec1.0 sec2.0 sec4.0 sec4.0-job-ring ssi-dma-channel t1040-ucc-uart ucc-hdlc vf610-edma',
      '': 'fsl-usb2-dr fsl-usb2-mph generic-ahci generic-ohci generic-uhci generic-xhci gianfar mipi-i3c-hci mpc5200-fec ohci-be ohci-bigendian ohci-le panel-mipi-dbi-spi pci-host-cam-generic pci-host-ecam-generic platform-uhci test-codec test-codec-verbose test-codec-verbose-component test-codec-verbose-dai test-cpu test-cpu-verbose test-cpu-verbose-component test-cpu-verbose-dai ucc_geth ucc_uart usb-ehci venus-decoder venus-encoder xhci-platform',
      fujitsu: 'mb86s70-sdhci-3.0',
      google: 'cros-ec-codec goldfish-fb goldfish-tty gs101-ufs',
      hisilicon:
        '504-nfc fmc-spi-nor hi3516a-gmac hi3516cv300-femac hi3798cv200-dw-mshc hi3798cv200-gmac hi3798cv200-pcie hi3798cv200-xhci hi3798mv200-dw-mshc hi6220-ade hip04-mac hip06-pcie-ecam hip06-sec hip07-pcie-ecam hip07-sec hisi-ahci hisi-femac-v1 hisi-femac-v2 hisi-gmac-v1 hisi-gmac-v2 hisi-pcm-asp-dma-1.0 hix5hd2-gmac hns-dsaf-v1 hns-dsaf-v2 hns-nic-v1 hns-nic-v2 k3-dma-1.0 kirin960-pcie kirin970-pcie',
      ibm: '476gtr-ahci dma-440spe emac emac4 emac4sync mcmal mcmal2',
      idt: '3243x-emac',
      img: 'e5010-jpeg-enc img-axe pistachio-mdc-dma',
      ingenic:
        'jz4725b-dma jz4725b-ipu jz4725b-lcd jz4740-dma jz4740-lcd jz4755-dma jz4760-bdma jz4760-dma jz4760-ipu jz4760-lcd jz4760-mdma jz4760b-bdma jz4760b-dma jz4760b-lcd jz4760b-mdma jz4770-dma jz4770-lcd jz4775-mac jz4780-dma jz4780-lcd x1000-dma x1000-mac x1600-mac x1830-dma x1830-mac x2000-mac',
      'inside-secure':
        'safexcel-eip197 safexcel-eip197b safexcel-eip197c-mxl safexcel-eip197d safexcel-eip97 safexcel-eip97ies',
      intel:
        'ixp4xx-compact-flash ixp4xx-crypto ixp4xx-ethernet keembay-display keembay-dwmac keembay-hdmi-i2s keembay-i2s keembay-ocs-aes keembay-ocs-hcu keembay-pcie keembay-pcie-ep keembay-sdhci-5.1-emmc keembay-sdhci-5.1-sd keembay-sdhci-5.1-sdio keembay-tdm kmb-axi-dma lgm-cdma lgm-dma0tx lgm-dma1rx lgm-dma1tx lgm-dma2tx lgm-dma3 lgm-pcie lgm-qspi lgm-sdhci-5.1-emmc lgm-sdhci-5.1-sdxc lgm-toe-dma30 lgm-toe-dma31 socfpga-qspi',
      jianda: 'jd-t18003-t01',
      lantiq: 'xrx200-net',
      lego: 'ev3-lcd',
      litex: 'mmc',
      loongson: 'ls1b-apbdma ls1b-gmac ls1c-emac ls2k-pci ls2k1000-apbdma ls7a-pci rs780e-pci',
      lsi: 'zevio-usb',
      marvell:
        'ac5-ehci ac5-nand-controller ac5-sdhci adma-1.0 armada-370-crypto armada-370-neta armada-370-pcie armada-370-sata armada-3700-ahci armada-3700-ehci armada-3700-neta armada-3700-pcie armada-3700-rwtm-firmware armada-3700-sdhci armada-3700-xor armada-375-crypto armada-375-pp2 armada-375-xhci armada-380-ahci armada-380-audio armada-380-xhci armada-380-xor armada-38x-crypto armada-7k-pp22 armada-8k-nand armada-8k-nand-controller armada-ac5-neta armada-ap806-sdhci armada-ap807-sdhci armada-cp110-sdhci armada-xp-crypto armada-xp-neta armada-xp-pcie armada370-audio armada370-nand armada370-nand-controller armada3700-xhci armada8k-pcie armada8k-pcie-ecam dove-audio dove-crypto dove-pcie dove-sdhci kirkwood-audio kirkwood-crypto kirkwood-pcie orion-crypto orion-ehci orion-sata orion-sdio orion-xor pdma-1.0 pxa-ohci pxa168-eth pxa270-lcdc pxa270-qci pxa2xx-lcdc pxa300-gcu pxa300-lcdc pxa3xx-nand pxa3xx-nand-controller pxa910-squ pxau2o-ehci xor-v2',
      maxim: 'max3421',
      mediatek:
        'mt2701-ecc mt2701-eth mt2701-jpgdec mt2701-m4u mt2701-mmc mt2701-nfc mt2701-pcie mt2701-spi mt2712-ecc mt2712-gmac mt2712-i2c mt2712-m4u mt2712-mmc mt2712-nfc mt2712-pcie mt2712-spi mt6577-i2c mt6577-uart-dma mt6589-i2c mt6589-spi mt6765-cqdma mt6765-spi mt6779-gce mt6779-m4u mt6779-mmc mt6795-m4u mt6795-mmc mt6893-spi mt7620-mmc mt7621-eth mt7621-pci mt7622-ecc mt7622-eth mt7622-hsdma mt7622-i2c mt7622-mmc mt7622-nfc mt7622-pcie mt7622-spi mt7623-eth mt7623-hsdma mt7623-pcie mt7629-eth mt7629-pcie mt7629-spi mt7981-eth mt7981-i2c mt7981-wmac mt7986-ecc mt7986-eth mt7986-i2c mt7986-mmc mt7986-wmac mt7988-eth mt8135-mmc mt8135-spi mt8167-m4u mt8168-i2c mt8173-afe-pcm mt8173-gce mt8173-i2c mt8173-jpgdec mt8173-m4u mt8173-mmc mt8173-mtu3 mt8173-nor mt8173-spi mt8173-vcodec-dec mt8173-vcodec-enc mt8173-vcodec-enc-vp8 mt8173-vpu mt8173-xhci mt8175-eth mt8183-audio mt8183-gce mt8183-i2c mt8183-m4u mt8183-mali mt8183-mdp3-rdma mt8183-mmc mt8183-scp mt8183-spi mt8183-ufshci mt8183-vcodec-dec mt8183-vcodec-enc mt8183b-mali mt8186-gce mt8186-i2c mt8186-iommu-mm mt8186-mali mt8186-nor mt8186-scp mt8186-sound mt8186-vcodec-dec mt8188-afe mt8188-gce mt8188-i2c mt8188-iommu-infra mt8188-iommu-vdo mt8188-iommu-vpp mt8188-mali mt8188-mdp3-rdma mt8188-scp mt8188-scp-dual mt8188-vcodec-dec mt8188-vcodec-enc mt8192-audio mt8192-gce mt8192-i2c mt8192-m4u mt8192-mali mt8192-nor mt8192-pcie mt8192-scp mt8192-spi mt8192-vcodec-dec mt8192-vcodec-enc mt8195-audio mt8195-gce mt8195-gmac mt8195-iommu-infra mt8195-iommu-vdo mt8195-iommu-vpp mt8195-jpgdec mt8195-jpgenc mt8195-mdp3-rdma mt8195-mdp3-wrot mt8195-scp mt8195-scp-dual mt8195-vcodec-dec mt8195-vcodec-enc mt8195-xhci mt8365-eth mt8365-m4u mt8516-eth mt8516-mmc mt8518-eth mtk-ahci mtk-jpgenc mtk-xhci mtu3 spi-ipm',
      mellanox: 'bluefield-dw-mshc',
      microchip:
        'dw-sparx5-sdhci lan966x-switch mpfs-macb mpfs-pdma pcie-host-1.0 pic32mzda-sdhci pic32mzda-sqi sam9x60-sdhci sama5d4-vdec sama7g5-adc sama7g5-dma sama7g5-emac sama7g5-gem',
      microsoft: 'vmbus',
      mobileye: 'eyeq-sd4hc eyeq5-ospi',
      moxa: 'moxart-dma moxart-mac',
      mrvl: 'pxav1-mmc pxav2-mmc',
      mscc: 'vsc7514-switch',
      'multi-inno': 'mi0283qt',
      mxicy: 'nand-ecc-engine-rev3',
      newhaven: '1.8-128160EF',
      ni: 'xge-enet-2.00 xge-enet-3.00',
      nintendo: 'hollywood-sdhci',
      nuvoton: 'ma35d1-sdhci npcm750-ehci npcm750-sdhci npcm750-udc npcm750-vcd npcm845-sdhci npcm845-udc npcm845-vcd',
      nvidia:
        'gk20a gm20b gp10b smmu-500 tegra114-apbdma tegra114-dc tegra114-dsi tegra114-gr2d tegra114-gr3d tegra114-hdmi tegra114-host1x tegra114-mc tegra114-sdhci tegra114-udc tegra114-vde tegra124-ahci tegra124-dc tegra124-dsi tegra124-hdmi tegra124-host1x tegra124-mc tegra124-pcie tegra124-sdhci tegra124-sor tegra124-udc tegra124-vde tegra124-vic tegra124-xusb tegra132-dsi tegra132-mc tegra148-apbdma tegra186-adma tegra186-ahci tegra186-bpmp tegra186-ccplex-cluster tegra186-dc tegra186-display tegra186-eqos tegra186-gpcdma tegra186-host1x tegra186-mc tegra186-nvdec tegra186-pcie tegra186-sdhci tegra186-sor tegra186-sor1 tegra186-vic tegra186-xudc tegra186-xusb tegra194-dc tegra194-display tegra194-gpcdma tegra194-host1x tegra194-mc tegra194-nvdec tegra194-pcie tegra194-pcie-ep tegra194-sdhci tegra194-sor tegra194-vic tegra194-xudc tegra194-xusb tegra20-apbdma tegra20-dc tegra20-ehci tegra20-gr2d tegra20-gr3d tegra20-hdmi tegra20-host1x tegra20-mc-gart tegra20-nand tegra20-pcie tegra20-sdhci tegra20-udc tegra20-vde tegra20-vi tegra210-adma tegra210-ahci tegra210-bpmp tegra210-dc tegra210-dsi tegra210-host1x tegra210-mc tegra210-nvdec tegra210-pcie tegra210-sdhci tegra210-sor tegra210-sor1 tegra210-vi tegra210-vic tegra210-xudc tegra210-xusb tegra234-gpcdma tegra234-host1x tegra234-mc tegra234-mgbe tegra234-nvdec tegra234-pcie tegra234-pcie-ep tegra234-sdhci tegra234-se-aes tegra234-se-hash tegra234-vic tegra234-xudc tegra234-xusb tegra30-apbdma tegra30-dc tegra30-ehci tegra30-gr2d tegra30-gr3d tegra30-hdmi tegra30-host1x tegra30-mc tegra30-pcie tegra30-sdhci tegra30-udc tegra30-vde',
      nxp: 'imx8dxl-dwmac-eqos imx8mm-vpu-g1 imx8mp-dw100 imx8mp-dwmac-eqos imx8mq-dcss imx8mq-vpu imx8mq-vpu-g1 imx8mq-vpu-g2 imx8qm-vpu imx8qxp-vpu imx93-dwmac-eqos lpc-eth lpc1850-dwmac lpc3220-udc ohci-nxp s32g2-usdhc usb-isp1760 usb-isp1761 usb-isp1763',
      okaya: 'rh128128t',
      opencores: 'ethoc ocfb',
      ozzmaker: 'piscreen',
      pervasive: 'e1144cs021 e1190cs021 e2200cs021 e2271cs021',
      qca: 'ar7100-eth ar7240-eth ar7241-eth ar7242-eth ar9130-eth ar9330-eth ar9340-eth qca9530-eth qca9550-eth qca9560-eth',
      qcom: 'adm ci-hdrc crypto-v5.1 crypto-v5.4 dsi-ctrl-6g-qcm2290 fastrpc fastrpc-compute-cb fsm9900-emac geni-spi ipq4019-nand ipq4019-wifi ipq5018-wifi ipq6018-nand ipq6018-wifi ipq806x-gmac ipq806x-nand ipq8074-nand ipq8074-wifi mdp4 mdp5 mdss-dsi-ctrl mdss_mdp msm-iommu-v1 msm-iommu-v2 msm8909-mss-pil msm8916-camss msm8916-mss-pil msm8916-venus msm8953-mss-pil msm8974-mss-pil msm8996-camss msm8996-mss-pil msm8996-venus msm8998-dpu msm8998-ipa msm8998-mss-pil msm8998-venus pcie-apq8064 pcie-apq8084 pcie-ipq4019 pcie-ipq6018 pcie-ipq8064 pcie-ipq8064-v2 pcie-ipq8074 pcie-ipq8074-gen3 pcie-ipq9574 pcie-msm8996 pcie-qcs404 pcie-sa8540p pcie-sa8775p pcie-sc7280 pcie-sc8180x pcie-sc8280xp pcie-sdm845 pcie-sdx55 pcie-sm8150 pcie-sm8250 pcie-sm8350 pcie-sm8450-pcie0 pcie-sm8450-pcie1 pcie-sm8550 pcie-x1e80100 q6v5-pil qce qcm2290-dpu qcs404-ethqos qspi-v1 sa8775p-ethqos sa8775p-pcie-ep sc7180-dpu sc7180-ipa sc7180-mss-pil sc7180-sdhci sc7180-venus sc7280-dpu sc7280-gpi-dma sc7280-ipa sc7280-mss-pil sc7280-venus sc8180x-dpu sc8280xp-camss sc8280xp-dpu sc8280xp-ethqos scm scm-apq8064 scm-apq8084 scm-ipq4019 scm-msm8953 scm-msm8974 scm-msm8996 sdhci-msm-v4 sdhci-msm-v5 sdm630-mdp5 sdm660-camss sdm660-mdp5 sdm660-mss-pil sdm660-venus sdm670-dpu sdm670-sdhci sdm845-camss sdm845-dpu sdm845-gpi-dma sdm845-ipa sdm845-mss-pil sdm845-sdhci sdm845-venus sdm845-venus-v2 sdx55-ipa sdx55-nand sdx55-pcie-ep sdx65-ipa sm6115-dpu sm6125-dpu sm6350-dpu sm6350-gpi-dma sm6350-ipa sm6375-dpu sm7150-dpu sm8150-dpu sm8150-ethqos sm8150-gpi-dma sm8250-camss sm8250-dpu sm8250-gpi-dma sm8250-venus sm8350-dpu sm8350-gpi-dma sm8350-ipa sm8450-dpu sm8450-gpi-dma sm8450-pcie-ep sm8550-dpu sm8550-ipa sm8550-ufshc sm8650-dpu smmu-v2 ufshc wcn3990-wifi wcn6750-wifi wcnss-wlan x1e80100-dpu',
      ralink: 'rt5350-eth',
      raspberrypi: 'bcm2835-firmware firmware-ts pispbe',
      realtek: 'rt5514',
      renesas:
        'dmac-r8a779a0 du-r8a7742 du-r8a7743 du-r8a7744 du-r8a7745 du-r8a77470 du-r8a774a1 du-r8a774b1 du-r8a774c0 du-r8a774e1 du-r8a7779 du-r8a7790 du-r8a7791 du-r8a7792 du-r8a7793 du-r8a7794 du-r8a7795 du-r8a7796 du-r8a77961 du-r8a77965 du-r8a77970 du-r8a77980 du-r8a77990 du-r8a77995 du-r8a779a0 du-r8a779g0 ether-r7s72100 ether-r7s9210 ether-r8a7743 ether-r8a7745 ether-r8a7778 ether-r8a7779 ether-r8a7790 ether-r8a7791 ether-r8a7793 ether-r8a7794 etheravb-r8a7790 etheravb-r8a7794 etheravb-r8a7795 etheravb-rcar-gen2 etheravb-rcar-gen3 etheravb-rcar-gen4 etheravb-rzv2m fdp1 gether-r8a7740 gether-r8a77980 ipmmu-r8a774a1 ipmmu-r8a774b1 ipmmu-r8a774c0 ipmmu-r8a774e1 ipmmu-r8a7795 ipmmu-r8a7796 ipmmu-r8a77961 ipmmu-r8a77965 ipmmu-r8a77970 ipmmu-r8a77980 ipmmu-r8a77990 ipmmu-r8a77995 ipmmu-r8a779a0 ipmmu-vmsa jpu-r8a7790 jpu-r8a7791 jpu-r8a7792 jpu-r8a7793 nbpfaxi64dmac1b16 nbpfaxi64dmac1b4 nbpfaxi64dmac1b8 nbpfaxi64dmac4b16 nbpfaxi64dmac4b4 nbpfaxi64dmac4b8 nbpfaxi64dmac8b16 nbpfaxi64dmac8b4 nbpfaxi64dmac8b8 pci-r8a7790 pci-r8a7791 pci-r8a7794 pci-rcar-gen2 pci-rzn1 pcie-r8a7779 pcie-r8a7790 pcie-r8a7791 pcie-r8a7795 pcie-rcar-gen2 pcie-rcar-gen3 r7s72100-ceu r8a7740-ceu r8a7740-lcdc r8a774c0-usb3-peri r8a7795-usb3-peri r8a77990-usb3-peri r8a779f0-ether-switch r8a779f0-pcie r8a779f0-pcie-ep r8a779f0-ufs r8a779g0-ethertsn r9a07g043u-du r9a07g044-du r9a07g044-vsp2 rcar-dmac rcar-gen1-ether rcar-gen2-ether rcar-gen2-jpu rcar-gen2-usbhs rcar-gen2-vin rcar-gen3-nandc rcar-gen3-sdhi rcar-gen3-usb3-peri rcar-gen3-usbhs rcar-gen4-dmac rcar-gen4-ipmmu-vmsa rcar-gen4-pcie rcar-gen4-pcie-ep rcar-gen4-sdhi rcar-gen4-vin rcar_sound-gen1 rcar_sound-gen2 rcar_sound-gen3 rcar_sound-gen4 rcar_sound-r8a77990 rz-dmac rz-ssi rza1-usbhs rza2-usbhs rzg2l-cru rzg2l-gbeth rzg2l-sdhi rzg2l-usbhs rzn1-dma rzn1-gmac rzn1-nandc rzv2m-usb3-peri sdhi-mmc-r8a77470 sdhi-r7s9210 sdhi-r8a774b1 sdhi-r8a774c0 sdhi-r8a774e1 sdhi-r8a7795 sdhi-r8a77961 sdhi-r8a77965 sdhi-r8a77970 sdhi-r8a77990 sdhi-r8a77995 sdhi-r9a09g011 sdhi-r9a09g057 sh73a0-lcdc sh_fsi sh_fsi2 usb-dmac usbhs-r8a774c0 usbhs-r8a7790 usbhs-r8a7791 usbhs-r8a7794 usbhs-r8a7795 usbhs-r8a7796 usbhs-r8a77990 usbhs-r8a77995 usbhs-r9a07g043 usbhs-r9a07g044 usbhs-r9a07g054 vin-r8a774a1 vin-r8a774b1 vin-r8a774c0 vin-r8a774e1 vin-r8a7778 vin-r8a7779 vin-r8a7795 vin-r8a7796 vin-r8a77961 vin-r8a77965 vin-r8a77970 vin-r8a77980 vin-r8a77990 vin-r8a77995 vin-r8a779a0 vin-r8a779g0 vsp1 vsp2',
      rockchip:
        'display-subsystem iommu px30-cif-isp px30-gmac px30-nfc px30-vpu rk2928-nfc rk3036-vpu rk3066-vpu rk3128-gmac rk3228-gmac rk3288-crypto rk3288-gmac rk3288-rga rk3288-vpu rk3308-gmac rk3328-crypto rk3328-gmac rk3328-vpu rk3366-gmac rk3368-gmac rk3399-cif-isp rk3399-crypto rk3399-gmac rk3399-pcie rk3399-rga rk3399-sdhci-5.1 rk3399-vdec rk3399-vpu rk3568-dwcmshc rk3568-gmac rk3568-iommu rk3568-pcie rk3568-pcie-ep rk3568-vpu rk3576-dwcmshc rk3576-gmac rk3588-av1-vpu rk3588-dwcmshc rk3588-gmac rk3588-mali rk3588-pcie-ep rv1108-gmac rv1108-nfc rv1126-gmac sfc',
      samsung:
        'exynos-sysmmu exynos3250-fimd exynos3250-jpeg exynos3250-mfc exynos4210-ehci exynos4210-fimc exynos4210-fimd exynos4210-jpeg exynos4210-mixer exynos4210-ohci exynos4210-sdhci exynos4210-secss exynos4212-fimc exynos4212-fimc-is exynos4212-g2d exynos4212-jpeg exynos4212-mixer exynos5-gsc exynos5-mixer exynos5250-fimd exynos5250-g2d exynos5250-gsc exynos5250-mixer exynos5420-fimd exynos5420-gsc exynos5420-jpeg exynos5420-mixer exynos5433-decon exynos5433-decon-tv exynos5433-gsc exynos5433-jpeg exynos5433-mfc exynos5433-pcie exynos5433-slim-sss exynos7-decon exynos7-ufs exynosautov9-ufs exynosautov9-ufs-vh mfc-v10 mfc-v5 mfc-v6 mfc-v7 mfc-v8 s3c6400-fimd s3c6410-sdhci s5pv210-fimc s5pv210-fimd s5pv210-jpeg s5pv210-secss sxgbe-v2.0a',
      sifive: 'fu540-c000-gem fu540-c000-pdma fu740-pcie pdma0',
      snps: 'arcpgu axi-dma-1.01a designware-i2s dma-spear1340 dw-pcie dw-pcie-ecam dw-pcie-ep dwc-ahci dwc-qos-ethernet-4.10 dwc3 dwcmshc-sdhci dwmac dwmac-3.40a dwmac-3.50a dwmac-3.610 dwmac-3.70a dwmac-3.710 dwmac-4.00 dwmac-4.10a dwxgmac dwxgmac-2.10 spear-ahci',
      socionext:
        'f-sdh30-e51-mmc milbeaut-m10v-hdmac milbeaut-m10v-sdhci-3.0 milbeaut-m10v-xdmac synquacer-netsec synquacer-pcie-ecam uniphier-ld11-ave4 uniphier-ld20-ave4 uniphier-mio-dmac uniphier-nx1-ave4 uniphier-nx1-pcie-ep uniphier-pcie uniphier-pro4-ave4 uniphier-pro5-pcie-ep uniphier-pxs2-ave4 uniphier-pxs3-ave4 uniphier-sd4hc uniphier-xdmac',
      sophgo: 'cv1800b-dwcmshc sg2002-dwcmshc sg2042-dwcmshc',
      sprd: 'display-subsystem iommu-v1 pcm-platform sc9860-dma sdhci-r11 sharkl3-dpu',
      st: 'ahci sdhci spear1340-pcie spear300-sdhci spear600-ehci spear600-gmac spear600-ohci st-delta st-ehci-300x st-hva st-ohci-300x sti-display-subsystem stih407-bdisp stih407-compositor stih407-dwmac stih407-fdma-mpe31-11 stih407-fdma-mpe31-12 stih407-fdma-mpe31-13 stih407-hqvdp stm32-dcmi stm32-dma stm32-dma2d stm32-dwmac stm32-ltdc stm32h7-dfsdm-dai stm32h7-mdma stm32mp1-dwmac stm32mp1-m4 stm32mp13-dcmipp stm32mp13-dwmac stm32mp25-dma3 stm32mp25-dwmac stm32mp25-vdec',
      starfive:
        'jh7100-dwmac jh7110-axi-dma jh7110-dwmac jh7110-i2srx jh7110-i2stx0 jh7110-i2stx1 jh7110-mmc jh7110-qspi jh8100-axi-dma',
      ste: 'mcde',
      sunplus: 'sp7021-emac sp7021-mmc sp7021-spi',
      synopsys: 'dwc3',
      tesla: 'fsd-mfc fsd-ufs',
      thead: 'th1520-dwcmshc',
      ti: '66ak2g-navss-qm am335-sdhci am3356-pruss am3359-cppi41 am33xx-tilcdc am437-sdhci am4376-pruss0 am4376-pruss1 am437x-vpfe am5728-pruss am62-sa3ul am625-dss am625-pruss am62a7-dss am64-pcie-ep am64-pcie-host am64-sa2ul am642-cpsw-nuss am642-icssg am654-cal am654-cpsw-nuss am654-icssg am654-ospi am654-pcie-ep am654-pcie-rc am654-sa2ul am654-sr1-icssg-prueth am65x-dss da830-cppi41 da830-ohci da850-ahci da850-tilcdc dm816-ahci dra7-dispc dra7-dsp dra7-dsp-iommu dra7-dss dra7-hdmi dra7-iommu dra7-ipu dra7-pcie dra7-pcie-ep dra7-sdhci dra7-vpe dra72-cal dra72-pre-es2-cal dra726-pcie-ep dra726-pcie-rc dra746-pcie-ep dra746-pcie-rc dra76-cal ehci-omap j7200-cpswxg-nuss j7200-pcie-ep j7200-pcie-host j721e-cpsw-nuss j721e-cpswxg-nuss j721e-csi2rx-shim j721e-dss j721e-icssg j721e-pcie-ep j721e-pcie-host j721e-sa2ul j721s2-wave521c j784s4-cpswxg-nuss j784s4-pcie-ep j784s4-pcie-host k2g-dss k2g-pruss k2g-qspi k2g-sdhci keystone-navigator-qmss keystone-pcie netcp-1.0 ohci-omap3 omap2-dispc omap2-dss omap2-iommu omap2-venc omap2420-sdma omap2430-sdhci omap2430-sdma omap3-dispc omap3-dsi omap3-dss omap3-isp omap3-sdhci omap3-ssi omap3-ssi-port omap3-venc omap3430-sdma omap3630-sdma omap4-dispc omap4-dsi omap4-dsp omap4-dss omap4-hdmi omap4-iommu omap4-ipu omap4-sdhci omap4-venc omap4430-sdma omap5-dispc omap5-dsi omap5-dsp omap5-dss omap5-hdmi omap5-ipu omap5-sdhci usbhs-host',
      toshiba: 'visconti-dwmac visconti-pcie',
      v3: 'v360epc-pci',
      via: 'velocity-vt6110 vt8500-fb vt8500-rhine',
      virtio: 'mmio',
      vivante: 'gc',
      vot: 'v220hf01a-t',
      waveshare: 'rpi-lcd-35',
      wm: 'wm8505-fb wm8505-sdhc',
      xlnx: 'audio-formatter-1.0 axi-ethernet-1.00.a axi-ethernet-1.01.a axi-ethernet-2.01.a axi-pcie-host-1.00.a nwl-pcie-2.11 plb-dvi-cntlr-ref-1.00.c plb-tft-cntlr-ref-1.00.a qdma-host-3.00 versal-8.9a versal-cpm-host-1.00 versal-cpm5-host versal-fpga versal-gem versal-net-emmc versal-net-r52fss versal-ospi-1.0 versal-qspi-1.0 versal-r5fss video xdma-host-3.00 xps-ll-temac-1.01.b xps-ll-temac-2.00.a xps-ll-temac-2.02.a xps-ll-temac-2.03.a xps-tft-1.00.a xps-tft-2.00.a xps-tft-2.01.a xps-usb-host-1.00.a zynq-devcfg-1.0 zynq-gem zynq-usb-2.20a zynqmp-8.9a zynqmp-dma-1.0 zynqmp-dpdma zynqmp-dpsub-1.7 zynqmp-gem zynqmp-nand-controller zynqmp-nvmem-fw zynqmp-pcap-fpga zynqmp-qspi-1.0 zynqmp-r5fss',
      xylon: 'logicvc-3.02.a-display logicvc-4.01.a-display',
    },
    newest: {
      airoha: 'an7583-eth an7583-npu an7583-pcie en7581-npu',
      allwinner:
        'sun4i-a10-nand sun50i-h616-de33-mixer-0 sun50i-h616-mali sun50i-h616-nand-controller sun55i-a523-gmac200 sun8i-a23-nand-controller suniv-f1c100s-dma',
      altr: 'pcie-root-port-3.0-f-tile pcie-root-port-3.0-p-tile pcie-root-port-3.0-r-tile socfpga-stmmac-agilex5',
      amd: 'imageon versal2-mdb-host versal2-ospi versal2-ufs',
      amlogic: 'a4-spifc a4-spisg c3-isp meson-axg-spicc meson-g12a-spicc meson-gx-spicc',
      andestech: 'qilai-pcie',
      apple: 'h7-display-pipe t6020-pcie t8015-nvme-ans2 t8103-mca t8103-nvme-ans2',
      arm: 'dma-350 ethos-u65 ethos-u85 mali-c55',
      armchina: 'linlon-d6',
      aspeed: 'ast2400-mac ast2500-mac ast2600-mac ast2600-pcie ast2700-pcie ast2700-uhci ast2700-usb-vhub',
      axiado: 'ax3000-sdhci-5.1-emmc',
      brcm: 'bcm2712-hvs bcm2712-mop bcm2712-moplet bcm2712-pcie bcm2712-pixelvalve0 bcm2712-pixelvalve1 bcm2712-vc6',
      bst: 'c1200-sdhci',
      canaan: 'k230-emmc k230-sdio',
      cdns: 'cdnsp',
      cix: 'sky1-ipbloq-hda',
      econet: 'en7528-pcie',
      eswin: 'eic7700-dwcmshc eic7700-pcie eic7700-qos-eth eic7700-qos-eth-clk-inversion',
      fsl: 'imx1-fb imx21-fb imx8qm-isi imx8qxp-dc imx8qxp-isi imx8ulp-isi imx91-isi imx94-usdhc imx95-isi imx95-usb imx95-usdhc',
      hpe: 'gsc-dwcmshc',
      img: 'img-rogue',
      'inside-secure': 'safexcel-eip93i safexcel-eip93ie safexcel-eip93ies safexcel-eip93is',
      linaro: 'optee-tz',
      loongson:
        'ls1b-nand-controller ls1c-nand-controller ls2k0300-dma ls2k0300-i2s ls2k0300-mmc ls2k0500-mmc ls2k0500-nand-controller ls2k1000-i2s ls2k1000-mmc ls2k1000-nand-controller ls2k2000-mmc ls2k3000-dma',
      mayqueen: 'pixpaper',
      mediatek:
        'mt6795-uart-dma mt6835-uart-dma mt6893-iommu-mm mt6985-uart-dma mt6991-spi mt7988-mmc mt8189-afe-pcm mt8189-iommu-apu mt8189-iommu-infra mt8189-iommu-mm mt8189-mmc mt8195-ufshci mt8196-afe mt8196-gce mt8196-mali mt8196-mmc mt8196-pcie mt8370-mali',
      microchip: 'lan9691-switch pic64hpsc-gem sama7d65-i3c-hci',
      mobileye: 'eyeq5-gem',
      nuvoton: 'ma35d1-dwmac ma35d1-nand-controller',
      nvidia:
        'tegra20-dsi tegra210-nvjpg tegra238-mc tegra238-sdhci tegra264-adma tegra264-gpcdma tegra264-host1x tegra264-mc tegra264-pcie tegra264-sdhci tegra264-vic tegra30-dsi',
      nxp: 's32g2-dwmac s32g2-edma s32g2-pcie s32g2-usb s32n79-usdhc',
      qca: 'ar9130-wifi ar9330-wifi ar9340-wifi qca9530-wifi qca9550-wifi qca9560-wifi',
      qcom: 'adreno adreno-3xx eliza-dpu geni-debug-uart geni-uart glymur-dpu hawi-pcie ipq5332-wifi ipq5424-wifi ipq9574-snand kaanapali-dpu kaanapali-fastrpc kgsl-3d0 mdm9607-mss-pil mdm9607-nand milos-dpu milos-ipa milos-iris msm8226-mss-pil msm8917-mdp5 msm8917-mss-pil msm8926-mss-pil msm8937-mdp5 msm8937-mss-pil msm8939-camss msm8939-venus msm8940-mss-pil msm8953-camss msm8953-mdp5 msm8996-mdp5 pcie-ipq5018 pcie-sa8255p qcm2290-camss qcm2290-venus qcs8300-camss qcs8300-iris sa8255p-geni-debug-uart sa8255p-geni-spi sa8255p-geni-uart sa8255p-pcie-ep sa8255p-ufshc sa8775p-camss sa8775p-dpu sar2130p-dpu sar2130p-pcie-ep sc7280-camss sdm670-camss sm6150-camss sm6150-dpu sm6350-camss sm8550-camss sm8550-iris sm8650-camss sm8650-iris sm8650-ufshc sm8750-dpu sm8750-iris x1e80100-camss x1p42100-iris',
      raspberrypi: 'rp1-cfe rp1-gem',
      realtek: 'rtl9301-ecc rtl9301-snand rtl9302b-snand rtl9302c-snand rtl9303-snand',
      renesas:
        'du-r8a779h0 r8a779a0-isp r8a779g0-isp r9a08g045-pcie r9a08g046-gbeth r9a08g046-mali r9a09g047-cru r9a09g047-mali r9a09g047-pcie r9a09g047-sound r9a09g057-dmac r9a09g057-du r9a09g057-ivc r9a09g057-mipi-dsi r9a09g057-pcie r9a09g077-dmac r9a09g077-du r9a09g077-gbeth rcar-gen4-isp rcar-gen4-msiof rzg2l-mipi-dsi rzn1-qspi rzv2h-gbeth sdhi-r8a779md usbhs-r9a09g077',
      rockchip:
        'px30-vip rk3288-vdec rk3328-vdec rk3506-gmac rk3528-gmac rk3568-vicap rk3576-ufshc rk3576-vdec rk3588-hdmirx-ctrler rk3588-rga3 rk3588-rknn-core rk3588-vdec rk3588-vicap',
      samsung: 'exynos7870-decon exynosautov920-ufs',
      sharp:
        'ls010b7dh04 ls011b7dh03 ls012b7dd01 ls013b7dh03 ls013b7dh05 ls018b7dh02 ls027b7dh01 ls027b7dh01a ls032b7dd02 ls044q7dh01',
      snps: 'dwmac-3.72a',
      sophgo: 'cv1800b-axi-dma sg2042-dwmac sg2042-pcie-host sg2044-dwmac sg2044-pcie',
      spacemit: 'k1-emac k1-pcie k1-pdma k1-sdhci k3-dwmac k3-pdma k3-sdhci',
      st: 'stm32mp25-dcmipp stm32mp25-pcie-ep stm32mp25-pcie-rc stm32mp251-ltdc stm32mp255-ltdc',
      tesla: 'fsd-ethqos',
      thead: 'th1520-gmac th1520-gpu',
      ti: 'am62l-dss dra7-vip j722s-cpsw-nuss j722s-pcie-host',
      ultrarisc: 'dp1000-pcie',
      verisilicon: 'dc iommu-1.2',
      xlnx: 'versal-cpm5-host1 versal-cpm5nc-host zynqmp-bram-rproc',
    },
    older: {
      baikal: 'bt1-ahci bt1-pcie',
      cavium: 'octeon-6335-ehci',
      fsl: 'imx35-asrc imx53-asrc imx8qm-asrc imx8qxp-asrc',
      '': 'generic-ehci',
      samsung: 's3c2410-ohci',
      st: 'sf-tc240t-9370-t stih407-c8sectpfe',
      starfive: 'jh7110-camss',
      ti: 'am335x-cpsw am335x-cpsw-switch am3517-emac am4372-cpsw am4372-cpsw-switch cpsw cpsw-switch davinci-dm6467-emac dm816-emac dra7-cpsw dra7-cpsw-switch',
      via: 'vt8500-ehci',
      wm: 'prizm-ehci',
      xlnx: 'zynqmp-aes',
    },
  },
  channel: {
    both: {
      actions: 'owl-mmc',
      adi: 'axi-i2s-1.00.a axi-spdif-tx-1.00.a',
      allwinner:
        'sun4i-a10-codec sun4i-a10-emac sun4i-a10-i2s sun4i-a10-spdif sun4i-emac sun50i-a100-ledc sun50i-a64-codec-i2s sun50i-h6-dmic sun50i-h6-i2s sun50i-h6-spdif sun50i-h616-spdif sun50i-r329-i2s sun50i-r329-spi sun6i-a31-codec sun6i-a31-i2s sun6i-a31-spdif sun6i-a31-spi sun7i-a20-codec sun8i-a23-codec sun8i-a83t-i2s sun8i-h3-codec sun8i-h3-i2s sun8i-h3-spdif sun8i-h3-spi sun8i-v3s-codec',
      alphascale: 'asm9260-auart',
      amcc: 'sata-460ex',
      apple: 's5l-uart',
      arasan: 'cf-spear1340',
      atmel:
        'at91rm9200-i2c at91rm9200-nand at91rm9200-nand-controller at91rm9200-spi at91rm9200-usart-serial at91sam9260-i2c at91sam9260-nand-controller at91sam9261-i2c at91sam9261-nand-controller at91sam9g10-i2c at91sam9g20-i2c at91sam9g45-nand-controller at91sam9g46-aes at91sam9g46-sha at91sam9g46-tdes at91sam9x5-i2c hsmci sama5d2-classd sama5d2-i2c sama5d2-nand sama5d2-pdmic sama5d3-nand-controller sama5d4-i2c sama5d4-nand',
      axis: 'artpec8-uart',
      brcm: 'bcm2711-dsi1 bcm2711-hdmi0 bcm2711-hdmi1 bcm2835-dsi0 bcm2835-dsi1 bcm2835-hdmi bcm2835-i2s bcm2835-sdhost bcm2835-spi',
      cirrus: 'ep9301-spi ep9312-pata',
      faraday: 'ftsdc010',
      fsl: 'imx1-cspi imx1-i2c imx1-uart imx21-cspi imx21-i2c imx21-mmc imx21-uart imx23-auart imx23-gpmi-nand imx23-i2c imx23-mmc imx27-cspi imx28-auart imx28-gpmi-nand imx28-i2c imx28-mmc imx31-cspi imx31-mmc imx35-cspi imx51-ecspi imx53-ecspi imx6q-gpmi-nand imx6q-i2c imx6q-uart imx6sl-i2c imx6sll-i2c imx6sx-gpmi-nand imx6sx-i2c imx6sx-sai imx6ul-ecspi imx6ul-i2c imx6ul-sai imx7d-gpmi-nand imx7d-i2c imx7s-i2c imx7ulp-lpuart imx7ulp-sai imx7ulp-spi imx8mm-i2c imx8mm-micfil imx8mm-sai imx8mn-easrc imx8mn-i2c imx8mn-sai imx8mp-aud2htx imx8mp-i2c imx8mp-micfil imx8mp-sai imx8mp-xcvr imx8mq-i2c imx8mq-sai imx8qm-sai imx8qxp-gpmi-nand imx8qxp-lpuart imx8ulp-lpuart imx8ulp-sai imx93-micfil imx93-sai imx93-spi imx93-xcvr imx95-sai imx95-xcvr imxrt1050-lpuart ls1012a-dspi ls1021a-lpuart ls1021a-v1.0-dspi ls1028a-dspi ls1028a-lpuart ls1043a-dspi ls1046a-dspi ls2080a-dspi ls2085a-dspi lx2160a-dspi mpc5121-sdhc vf610-dspi vf610-i2c vf610-lpuart vf610-sai',
      google: 'gs101-spi gs101-uart',
      hisilicon: 'hi6210-i2s',
      img: 'hash-accelerator i2s-in i2s-out parallel-out spdif-in spdif-out spfi',
      ingenic:
        'jz4725b-mmc jz4740-i2s jz4740-mmc jz4750-spi jz4760-i2s jz4760-mmc jz4770-i2s jz4775-mmc jz4775-spi jz4780-i2s jz4780-mmc jz4780-spi x1000-i2s x1000-mmc x1000-spi x2000-spi',
      intel: 'lgm-ebunand',
      marvell: 'mmp-sspa pxa-mmc',
      microchip:
        'pic32mzda-spi sam9x60-i2c sam9x60-i2smcc sam9x60-nand-controller sama7g5-i2smcc sama7g5-pdmc sama7g5-spdifrx sama7g5-spdiftx',
      moxa: 'moxart-mmc',
      nvidia:
        'tegra114-i2c tegra114-spi tegra124-i2c tegra124-spi tegra186-hsuart tegra186-i2c tegra186-qspi tegra194-hsuart tegra194-i2c tegra194-qspi tegra20-hsuart tegra20-i2c tegra20-i2c-dvc tegra20-slink tegra210-i2c tegra210-i2c-vi tegra210-qspi tegra210-spi tegra234-qspi tegra241-qspi tegra30-hsuart tegra30-i2c tegra30-slink',
      nxp: 'lpc3220-i2s lpc3220-mlc lpc3220-slc',
      qcom: 'bam-dmux geni-i2c geni-i2c-master-hub i2c-qup-v1.1.1 i2c-qup-v2.1.1 i2c-qup-v2.2.1 msm-uart msm-uartdm slim-ngd-v1.5.0 slim-ngd-v2.1.0 spi-qup-v1.1.1 spi-qup-v2.1.1 spi-qup-v2.2.1',
      renesas:
        'hscif i2c-r8a7778 i2c-r8a7779 i2c-r8a7790 i2c-r8a7791 i2c-r8a7792 i2c-r8a7793 i2c-r8a7794 i2c-r8a7795 i2c-r8a7796 i2c-r8a779f0 iic-r8a73a4 iic-r8a7740 iic-r8a774c0 iic-r8a7790 iic-r8a7791 iic-r8a7792 iic-r8a7793 iic-r8a7794 iic-r8a7795 iic-r8a77990 iic-sh73a0 msiof-r8a7795 qspi rcar-gen1-i2c rcar-gen1-scif rcar-gen1-sdhi rcar-gen2-i2c rcar-gen2-iic rcar-gen2-msiof rcar-gen2-scif rcar-gen2-sdhi rcar-gen3-drif rcar-gen3-i2c rcar-gen3-iic rcar-gen3-msiof rcar-gen3-scif rcar-gen4-i2c rcar-gen4-scif rmobile-iic rspi rspi-rz sci scif scif-r7s72100 scif-r7s9210 scif-r9a07g044 scif-r9a09g057 scifa scifb sdhi-r7s72100 sdhi-r8a73a4 sdhi-r8a7740 sdhi-r8a7743 sdhi-r8a7745 sdhi-r8a7778 sdhi-r8a7779 sdhi-r8a7790 sdhi-r8a7791 sdhi-r8a7792 sdhi-r8a7793 sdhi-r8a7794 sdhi-sh73a0 sdhi-shmobile sh-mmcif sh-mobile-msiof sh-msiof shmobile-flctl-sh7372 usdhi6rol0',
      rockchip:
        'pdm px30-i2s px30-i2s-tdm px30-pdm px30-spi rk1808-i2s rk1808-i2s-tdm rk1808-pdm rk3036-i2s rk3036-spi rk3066-i2s rk3066-spi rk3128-i2s rk3188-i2s rk3188-spi rk3228-i2s rk3228-spi rk3288-i2s rk3288-spi rk3308-i2s rk3308-i2s-tdm rk3308-pdm rk3308-spi rk3328-i2s rk3328-spi rk3366-i2s rk3368-i2s rk3368-spi rk3399-i2s rk3399-spi rk3568-i2s-tdm rk3568-pdm rk3588-i2s rk3588-i2s-tdm rv1108-spi rv1126-i2s rv1126-i2s-tdm rv1126-pdm rv1126-spi',
      samsung:
        'exynos4210-spi exynos4210-uart exynos5433-spi exynos5433-uart exynos7-spi exynos850-spi exynos850-uart exynosautov9-spi s3c6400-uart s3c6410-spi s5pv210-spi s5pv210-uart',
      socionext: 'uniphier-scssi uniphier-sd-v2.91 uniphier-sd-v3.1 uniphier-sd-v3.1.1',
      sprd: 'sc9836-uart sc9860-spi',
      st: 'stih407-uni-player-dac stih407-uni-player-hdmi stih407-uni-player-pcm-out stih407-uni-player-spdif stih407-uni-reader-hdmi stih407-uni-reader-pcm_in stm32-dfsdm-adc stm32-dfsdm-dmic stm32-sai-sub-a stm32-sai-sub-b stm32-timers stm32-uart stm32f4-adc stm32f4-spi stm32f456-hash stm32f469-qspi stm32f7-i2c stm32f7-spi stm32f7-uart stm32f756-cryp stm32f756-hash stm32h7-adc stm32h7-i2s stm32h7-spdifrx stm32h7-spi stm32h7-uart stm32mp1-adc stm32mp1-cryp stm32mp1-fmc2-nfc stm32mp13-adc stm32mp13-hash stm32mp13-i2c stm32mp15-fmc2 stm32mp15-i2c stm32mp25-fmc2-nfc stm32mp25-i2c stm32mp25-spi',
      starfive: 'jh7110-crypto jh7110-pwmdac jh7110-tdm',
      stericsson: 'ux500-cryp ux500-hash',
      tesla: 'fsd-spi',
      ti: 'am3359-adc am33xx-mcasp-audio am4372-adc am4372-qspi am654-hbmc da830-mcasp-audio da830-mmc da830-spi dm6441-mmc dm6441-spi dm646x-mcasp-audio dra7-mcasp-audio dra7xxx-qspi keystone-spi omap2-aes omap2-onenand omap2-sham omap2420-mmc omap3-aes omap3-sham omap4-aes omap4-des omap4-mcasp-audio omap4-sham omap5-sham',
    },
    newest: {
      adi: 'axi-spi-engine-1.00.a',
      allwinner: 'sun50i-h616-codec sun55i-a523-spdif sun55i-a523-spi suniv-f1c100s-codec',
      andestech: 'ae350-spi',
      atmel: 'sama5d2-qspi',
      brcm: 'bcm2712-hdmi0 bcm2712-hdmi1',
      fsl: 'imx35-asrc imx53-asrc imx7ulp-lpi2c imx8qm-asrc imx8qm-lpi2c imx8qxp-asrc imx8qxp-lpi2c imx943-micfil imx952-asrc',
      loongson: 'ls1b-ac97',
      microchip: 'lan9691-qspi sam9x60-qspi sam9x7-ospi sama7d65-ospi sama7d65-qspi sama7g5-ospi sama7g5-qspi',
      nvidia: 'tegra256-i2c tegra264-i2c',
      nxp: 'imx94-xspi s32g2-dspi s32g2-i2c s32g2-lpspi s32g2-sar-adc',
      qcom: 'sa8255p-geni-i2c',
      renesas:
        'msiof-r8a779a0 msiof-r8a779f0 r9a08g046-rsci r9a08g046-rspi r9a09g047-rsci r9a09g057-rspi r9a09g077-rsci r9a09g077-rspi rcar-gen5-i2c rcar-gen5-scif',
      rockchip:
        'rk3066-spdif rk3188-spdif rk3228-spdif rk3288-spdif rk3328-spdif rk3366-spdif rk3368-spdif rk3399-spdif rk3568-spdif rk3576-sai',
      samsung: 'exynos8895-uart',
      sophgo: 'cv1800b-i2s',
      spacemit: 'k1-i2s k1-spi k3-i2s',
      sprd: 'sc9632-uart',
      st: 'stm32mp25-i2s stm32mp25-ospi stm32mp25-timers',
      ti: 'am62l-dthev2 am64-nand am654-mcspi omap2-mcspi omap2-nand omap4-mcspi',
    },
    older: {
      allwinner: 'sun4i-a10-nand sun8i-a23-nand-controller',
      renesas:
        'msiof-r8a7743 msiof-r8a7745 msiof-r8a7790 msiof-r8a7791 msiof-r8a7792 msiof-r8a7793 msiof-r8a7794 msiof-r8a7796 rcar-gen4-msiof',
      samsung: 's3c2443-spi',
    },
  },
};
