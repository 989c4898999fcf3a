// SPDX-License-Identifier: MIT
// Which nodes get devices for their children from their own driver, because the generic walk stops above them.

/**
 * Compatible strings by the driver that populates the children of its node, read from the `of_device_id` tables of the
 * files of Linux 6.12 that call of_platform_populate or create a platform device for a child (arm, arm64 and riscv).
 */
const POPULATED_BY: Readonly<Record<string, string>> = {
  'arch/arm/mach-ux500/cpu-db8500.c': 'stericsson,db8500',
  'arch/arm/mach-versatile/integrator_ap.c': 'arm,integrator-ap-syscon',
  'arch/arm/mach-versatile/integrator_cp.c': 'arm,integrator-cp-syscon',
  'drivers/bus/arm-cci.c': 'arm,cci-400 arm,cci-500 arm,cci-550 arm,cci-400-ctrl-if',
  'drivers/bus/arm-integrator-lm.c': 'arm,integrator-ap-syscon arm,integrator-ap-lm',
  'drivers/bus/hisi_lpc.c': 'hisilicon,hip06-lpc hisilicon,hip07-lpc',
  'drivers/bus/imx-weim.c': 'fsl,imx1-weim fsl,imx27-weim fsl,imx50-weim fsl,imx6q-weim fsl,imx51-weim',
  'drivers/bus/omap-ocp2scp.c': 'ti,omap-ocp2scp ti,am437x-ocp2scp',
  'drivers/bus/qcom-ebi2.c': 'qcom,msm8660-ebi2 qcom,apq8060-ebi2',
  'drivers/bus/qcom-ssc-block-bus.c': 'qcom,ssc-block-bus',
  'drivers/bus/simple-pm-bus.c': 'simple-pm-bus',
  'drivers/bus/stm32_etzpc.c': 'st,stm32-etzpc',
  'drivers/bus/stm32_rifsc.c': 'st,stm32mp25-rifsc',
  'drivers/bus/sun50i-de2.c': 'allwinner,sun50i-a64-de2',
  'drivers/bus/tegra-aconnect.c': 'nvidia,tegra210-aconnect',
  'drivers/bus/tegra-gmi.c': 'nvidia,tegra20-gmi nvidia,tegra30-gmi',
  'drivers/bus/ti-pwmss.c': 'ti,am33xx-pwmss',
  'drivers/bus/ti-sysc.c':
    'ti,sysc-omap2 ti,sysc-omap2-timer ti,sysc-omap4 ti,sysc-omap4-timer ti,sysc-omap4-simple ti,sysc-omap3430-sr ti,sysc-omap3630-sr ti,sysc-omap4-sr ti,sysc-omap3-sham ti,sysc-omap-aes ti,sysc-mcasp ti,sysc-dra7-mcasp ti,sysc-usb-host-fs ti,sysc-dra7-mcan ti,sysc-pruss',
  'drivers/bus/ts-nbus.c': 'technologic,ts-nbus',
  'drivers/bus/uniphier-system-bus.c': 'socionext,uniphier-system-bus',
  'drivers/bus/vexpress-config.c': 'arm,vexpress,config-bus',
  'drivers/clk/imx/clk-imx95-blk-ctl.c':
    'nxp,imx95-camera-csr nxp,imx95-display-master-csr nxp,imx95-lvds-csr nxp,imx95-display-csr nxp,imx95-vpu-csr nxp,imx95-netcmix-blk-ctrl',
  'drivers/clk/mediatek/clk-mt2701-aud.c': 'mediatek,mt2701-audsys',
  'drivers/clk/mediatek/clk-mt7622-aud.c': 'mediatek,mt7622-audsys',
  'drivers/clk/mediatek/clk-mt8183-audio.c': 'mediatek,mt8183-audiosys',
  'drivers/clk/mediatek/clk-mt8192-aud.c': 'mediatek,mt8192-audsys',
  'drivers/clk/qcom/gcc-ipq806x.c': 'qcom,gcc-ipq8064',
  'drivers/clk/qcom/gcc-msm8960.c': 'qcom,gcc-msm8960 qcom,gcc-apq8064',
  'drivers/clk/renesas/r9a06g032-clocks.c': 'renesas,r9a06g032-sysctrl',
  'drivers/crypto/caam/ctrl.c': 'fsl,sec-v4.0 fsl,sec4.0',
  'drivers/crypto/sa2ul.c': 'ti,j721e-sa2ul ti,am654-sa2ul ti,am64-sa2ul ti,am62-sa3ul',
  'drivers/dma/fsl_raid.c': 'fsl,raideng-v1.0',
  'drivers/dma/fsldma.c': 'fsl,elo3-dma fsl,eloplus-dma fsl,elo-dma',
  'drivers/edac/altera_edac.c':
    'altr,sdram-edac altr,sdram-edac-a10 altr,socfpga-ecc-manager altr,socfpga-l2-ecc altr,socfpga-ocram-ecc altr,socfpga-a10-l2-ecc altr,socfpga-a10-ocram-ecc altr,socfpga-eth-mac-ecc altr,socfpga-nand-ecc altr,socfpga-dma-ecc altr,socfpga-usb-ecc altr,socfpga-qspi-ecc altr,socfpga-sdmmc-ecc altr,sdram-edac-s10 altr,socfpga-a10-ecc-manager altr,socfpga-s10-ecc-manager',
  'drivers/firmware/arm_scpi.c':
    'amlogic,meson-gxbb-scp-shmem amlogic,meson-axg-scp-shmem arm,juno-scp-shmem arm,scp-shmem arm,scpi arm,scpi-pre-1.0',
  'drivers/firmware/imx/imx-scu.c': 'fsl,imx-scu',
  'drivers/firmware/meson/meson_sm.c': 'amlogic,meson-gxbb-sm',
  'drivers/firmware/stratix10-svc.c': 'intel,stratix10-svc intel,agilex-svc',
  'drivers/firmware/tegra/bpmp.c': 'nvidia,tegra186-bpmp nvidia,tegra210-bpmp',
  'drivers/firmware/ti_sci.c': 'ti,k2g-sci ti,am654-sci',
  'drivers/firmware/xilinx/zynqmp.c': 'xlnx,zynqmp-firmware xlnx,versal-firmware',
  'drivers/fpga/of-fpga-region.c': 'fpga-region',
  'drivers/fpga/stratix10-soc.c': 'intel,stratix10-soc-fpga-mgr intel,agilex-soc-fpga-mgr',
  'drivers/gpu/drm/mcde/mcde_drv.c': 'ste,mcde',
  'drivers/gpu/drm/msm/msm_mdss.c':
    'qcom,mdss qcom,msm8998-mdss qcom,qcm2290-mdss qcom,sdm670-mdss qcom,sdm845-mdss qcom,sc7180-mdss qcom,sc7280-mdss qcom,sc8180x-mdss qcom,sc8280xp-mdss qcom,sm6115-mdss qcom,sm6125-mdss qcom,sm6350-mdss qcom,sm6375-mdss qcom,sm7150-mdss qcom,sm8150-mdss qcom,sm8250-mdss qcom,sm8350-mdss qcom,sm8450-mdss qcom,sm8550-mdss qcom,sm8650-mdss qcom,x1e80100-mdss',
  'drivers/gpu/drm/omapdrm/dss/dss.c': 'ti,omap2-dss ti,omap3-dss ti,omap4-dss ti,omap5-dss ti,dra7-dss',
  'drivers/gpu/drm/sti/sti_drv.c': 'st,sti-display-subsystem',
  'drivers/gpu/drm/tegra/hub.c': 'nvidia,tegra194-display nvidia,tegra186-display',
  'drivers/gpu/host1x/dev.c':
    'nvidia,tegra234-host1x nvidia,tegra194-host1x nvidia,tegra186-host1x nvidia,tegra210-host1x nvidia,tegra124-host1x nvidia,tegra114-host1x nvidia,tegra30-host1x nvidia,tegra20-host1x',
  'drivers/hsi/controllers/omap_ssi_core.c': 'ti,omap3-ssi',
  'drivers/hwmon/aspeed-g6-pwm-tach.c': 'aspeed,ast2600-pwm-tach',
  'drivers/iio/adc/exynos_adc.c':
    'samsung,s3c2410-adc samsung,s3c2416-adc samsung,s3c2440-adc samsung,s3c2443-adc samsung,s3c6410-adc samsung,s5pv210-adc samsung,exynos4212-adc samsung,exynos-adc-v1 samsung,exynos-adc-v2 samsung,exynos3250-adc samsung,exynos7-adc',
  'drivers/iio/adc/stm32-adc-core.c':
    'st,stm32f4-adc-core st,stm32h7-adc-core st,stm32mp1-adc-core st,stm32mp13-adc-core',
  'drivers/iio/adc/stm32-dfsdm-adc.c': 'st,stm32-dfsdm-adc st,stm32-dfsdm-dmic',
  'drivers/iio/adc/stm32-dfsdm-core.c': 'st,stm32h7-dfsdm st,stm32mp1-dfsdm',
  'drivers/iio/dac/stm32-dac-core.c': 'st,stm32f4-dac-core st,stm32h7-dac-core',
  'drivers/iommu/arm/arm-smmu/qcom_iommu.c':
    'qcom,msm-iommu-v1-ns qcom,msm-iommu-v1-sec qcom,msm-iommu-v2-ns qcom,msm-iommu-v2-sec qcom,msm-iommu-v1 qcom,msm-iommu-v2',
  'drivers/irqchip/irq-mbigen.c': 'hisilicon,mbigen-v2',
  'drivers/irqchip/irq-mvebu-icu.c': 'marvell,cp110-icu-nsr marvell,cp110-icu-sei marvell,cp110-icu',
  'drivers/mailbox/imx-mailbox.c':
    'fsl,imx7ulp-mu fsl,imx6sx-mu fsl,imx8ulp-mu fsl,imx8ulp-mu-s4 fsl,imx93-mu-s4 fsl,imx95-mu fsl,imx95-mu-ele fsl,imx95-mu-v2x fsl,imx8-mu-scu fsl,imx8-mu-seco',
  'drivers/media/platform/amphion/vpu_drv.c': 'nxp,imx8qxp-vpu nxp,imx8qm-vpu',
  'drivers/media/platform/mediatek/jpeg/mtk_jpeg_core.c':
    'mediatek,mt8173-jpgdec mediatek,mt2701-jpgdec mediatek,mtk-jpgenc mediatek,mt8195-jpgenc mediatek,mt8195-jpgdec',
  'drivers/media/platform/mediatek/vcodec/decoder/mtk_vcodec_dec_drv.c':
    'mediatek,mt8173-vcodec-dec mediatek,mt8183-vcodec-dec mediatek,mt8192-vcodec-dec mediatek,mt8186-vcodec-dec mediatek,mt8195-vcodec-dec mediatek,mt8188-vcodec-dec',
  'drivers/media/platform/qcom/venus/core.c':
    'qcom,msm8916-venus qcom,msm8996-venus qcom,msm8998-venus qcom,sdm660-venus qcom,sdm845-venus qcom,sdm845-venus-v2 qcom,sc7180-venus qcom,sc7280-venus qcom,sm8250-venus',
  'drivers/media/platform/samsung/exynos4-is/fimc-is.c': 'samsung,exynos4212-fimc-is',
  'drivers/media/platform/samsung/exynos4-is/media-dev.c': 'samsung,fimc',
  'drivers/media/platform/ti/j721e-csi2rx/j721e-csi2rx.c': 'ti,j721e-csi2rx-shim',
  'drivers/memory/atmel-ebi.c':
    'atmel,at91sam9260-ebi atmel,at91sam9261-ebi atmel,at91sam9263-ebi0 atmel,at91sam9263-ebi1 atmel,at91sam9rl-ebi atmel,at91sam9g45-ebi atmel,at91sam9x5-ebi atmel,sama5d3-ebi microchip,sam9x60-ebi',
  'drivers/memory/fsl_ifc.c': 'fsl,ifc',
  'drivers/memory/jz4780-nemc.c': 'ingenic,jz4740-nemc ingenic,jz4780-nemc',
  'drivers/memory/mvebu-devbus.c': 'marvell,mvebu-devbus marvell,orion-devbus',
  'drivers/memory/omap-gpmc.c':
    'ti,omap2420-gpmc ti,omap2430-gpmc ti,omap3430-gpmc ti,omap4430-gpmc ti,am3352-gpmc ti,am64-gpmc',
  'drivers/memory/pl353-smc.c': 'arm,pl353-smc-r2p1',
  'drivers/memory/samsung/exynos-srom.c': 'samsung,exynos4210-srom',
  'drivers/memory/stm32-fmc2-ebi.c': 'st,stm32mp1-fmc2-ebi st,stm32mp25-fmc2-ebi',
  'drivers/memory/tegra/tegra186.c': 'nvidia,tegra186-mc nvidia,tegra194-mc nvidia,tegra234-mc',
  'drivers/memory/ti-aemif.c': 'ti,davinci-aemif ti,da850-aemif',
  'drivers/mfd/atmel-flexcom.c': 'atmel,sama5d2-flexcom',
  'drivers/mfd/exynos-lpass.c': 'samsung,exynos5433-lpass',
  'drivers/mfd/fsl-imx25-tsadc.c': 'fsl,imx25-tsadc',
  'drivers/mfd/omap-usb-host.c': 'ti,usbhs-host',
  'drivers/mfd/palmas.c': 'ti,palmas ti,tps659038 ti,tps65917',
  'drivers/mfd/qcom-pm8xxx.c': 'qcom,pm8058 qcom,pm8821 qcom,pm8921',
  'drivers/mfd/qcom-spmi-pmic.c':
    'qcom,pm660 qcom,pm660l qcom,pm8004 qcom,pm8005 qcom,pm8019 qcom,pm8028 qcom,pm8110 qcom,pm8150 qcom,pm8150b qcom,pm8150c qcom,pm8150l qcom,pm8226 qcom,pm8841 qcom,pm8901 qcom,pm8909 qcom,pm8916 qcom,pm8937 qcom,pm8941 qcom,pm8950 qcom,pm8994 qcom,pm8998 qcom,pma8084 qcom,pmd9635 qcom,pmi8950 qcom,pmi8962 qcom,pmi8994 qcom,pmi8998 qcom,pmk8002 qcom,pmp8074 qcom,smb2351 qcom,spmi-pmic',
  'drivers/mfd/qcom_rpm.c': 'qcom,rpm-apq8064 qcom,rpm-msm8660 qcom,rpm-msm8960 qcom,rpm-ipq8064 qcom,rpm-mdm9615',
  'drivers/mfd/simple-mfd-i2c.c':
    'delta,tn48m-cpld fsl,ls1028aqds-fpga fsl,lx2160aqds-fpga kontron,sl28cpld maxim,max5970 maxim,max5978 maxim,max77705-battery silergy,sy7636a spacemit,p1',
  'drivers/mfd/sprd-sc27xx-spi.c': 'sprd,sc2730 sprd,sc2731',
  'drivers/mfd/ssbi.c': 'qcom,ssbi',
  'drivers/mfd/stm32-lptimer.c': 'st,stm32-lptimer',
  'drivers/mfd/stm32-timers.c': 'st,stm32-timers',
  'drivers/mfd/stpmic1.c': 'st,stpmic1',
  'drivers/misc/fastrpc.c': 'qcom,fastrpc-compute-cb qcom,fastrpc',
  'drivers/mmc/host/meson-mx-sdio.c': 'amlogic,meson8-sdio amlogic,meson8b-sdio',
  'drivers/mmc/host/sdhci-of-aspeed.c':
    'aspeed,ast2400-sdhci aspeed,ast2500-sdhci aspeed,ast2600-sdhci aspeed,ast2400-sd-controller aspeed,ast2500-sd-controller aspeed,ast2600-sd-controller',
  'drivers/net/ethernet/broadcom/asp2/bcmasp.c':
    'brcm,asp-v2.1 brcm,asp-v2.2 brcm,asp-v3.0 brcm,asp-v2.1-mdio brcm,asp-v2.2-mdio brcm,asp-v3.0-mdio',
  'drivers/net/ethernet/cortina/gemini.c': 'cortina,gemini-ethernet-port cortina,gemini-ethernet',
  'drivers/net/ethernet/freescale/fman/fman.c': 'fsl,fman-muram fsl,fman',
  'drivers/net/ethernet/ti/am65-cpsw-nuss.c':
    'ti,am654-cpsw-nuss ti,j721e-cpsw-nuss ti,am642-cpsw-nuss ti,j7200-cpswxg-nuss ti,j721e-cpswxg-nuss ti,j784s4-cpswxg-nuss',
  'drivers/net/ethernet/ti/cpsw.c': 'ti,cpsw ti,am335x-cpsw ti,am4372-cpsw ti,dra7-cpsw',
  'drivers/net/ethernet/ti/cpsw_new.c':
    'ti,cpsw-switch ti,am335x-cpsw-switch ti,am4372-cpsw-switch ti,dra7-cpsw-switch',
  'drivers/phy/tegra/xusb.c':
    'nvidia,tegra124-xusb-padctl nvidia,tegra210-xusb-padctl nvidia,tegra186-xusb-padctl nvidia,tegra194-xusb-padctl nvidia,tegra234-xusb-padctl',
  'drivers/phy/ti/phy-j721e-wiz.c':
    'ti,j721e-wiz-16g ti,j721e-wiz-10g ti,am64-wiz-10g ti,j7200-wiz-10g ti,j784s4-wiz-10g ti,j721s2-wiz-10g',
  'drivers/pinctrl/pinctrl-rockchip.c':
    'rockchip,gpio-bank rockchip,rk3188-gpio-bank0 rockchip,px30-pinctrl rockchip,rv1108-pinctrl rockchip,rv1126-pinctrl rockchip,rk2928-pinctrl rockchip,rk3036-pinctrl rockchip,rk3066a-pinctrl rockchip,rk3066b-pinctrl rockchip,rk3128-pinctrl rockchip,rk3188-pinctrl rockchip,rk3228-pinctrl rockchip,rk3288-pinctrl rockchip,rk3308-pinctrl rockchip,rk3328-pinctrl rockchip,rk3368-pinctrl rockchip,rk3399-pinctrl rockchip,rk3568-pinctrl rockchip,rk3576-pinctrl rockchip,rk3588-pinctrl',
  'drivers/pmdomain/imx/imx8m-blk-ctrl.c':
    'fsl,imx8mm-vpu-blk-ctrl fsl,imx8mm-disp-blk-ctrl fsl,imx8mn-disp-blk-ctrl fsl,imx8mp-media-blk-ctrl fsl,imx8mq-vpu-blk-ctrl fsl,imx8mp-vpu-blk-ctrl',
  'drivers/power/reset/qcom-pon.c': 'qcom,pm8916-pon qcom,pm8941-pon qcom,pms405-pon qcom,pm8998-pon qcom,pmk8350-pon',
  'drivers/remoteproc/mtk_scp.c':
    'mediatek,scp-core mediatek,mt8183-scp mediatek,mt8186-scp mediatek,mt8188-scp mediatek,mt8188-scp-dual mediatek,mt8192-scp mediatek,mt8195-scp mediatek,mt8195-scp-dual',
  'drivers/remoteproc/qcom_q6v5_mss.c':
    'qcom,q6v5-pil qcom,msm8909-mss-pil qcom,msm8916-mss-pil qcom,msm8953-mss-pil qcom,msm8974-mss-pil qcom,msm8996-mss-pil qcom,msm8998-mss-pil qcom,sc7180-mss-pil qcom,sc7280-mss-pil qcom,sdm660-mss-pil qcom,sdm845-mss-pil',
  'drivers/remoteproc/ti_k3_r5_remoteproc.c':
    'ti,am654-r5fss ti,j721e-r5fss ti,j7200-r5fss ti,am64-r5fss ti,am62-r5fss ti,j721s2-r5fss',
  'drivers/remoteproc/xlnx_r5_remoteproc.c': 'xlnx,versal-net-r52fss xlnx,versal-r5fss xlnx,zynqmp-r5fss',
  'drivers/soc/fsl/qe/qmc.c': 'fsl,cpm1-scc-qmc fsl,qe-ucc-qmc',
  'drivers/soc/imx/imx93-src.c': 'fsl,imx93-src',
  'drivers/soc/mediatek/mtk-pmic-wrap.c':
    'mediatek,mt6323 mediatek,mt6331 mediatek,mt6351 mediatek,mt6357 mediatek,mt6358 mediatek,mt6359 mediatek,mt6380-regulator mediatek,mt6397 mediatek,mt2701-pwrap mediatek,mt6765-pwrap mediatek,mt6779-pwrap mediatek,mt6795-pwrap mediatek,mt6797-pwrap mediatek,mt6873-pwrap mediatek,mt7622-pwrap mediatek,mt8135-pwrap mediatek,mt8173-pwrap mediatek,mt8183-pwrap mediatek,mt8186-pwrap mediatek,mt8195-pwrap mediatek,mt8365-pwrap mediatek,mt8516-pwrap',
  'drivers/soc/qcom/qcom-geni-se.c': 'qcom,geni-se-qup qcom,geni-se-i2c-master-hub',
  'drivers/soc/qcom/qcom_gsbi.c': 'qcom,gsbi-v1.0.0',
  'drivers/soc/qcom/rpm-proc.c': 'qcom,rpm-proc',
  'drivers/soc/qcom/rpmh-rsc.c': 'qcom,rpmh-rsc',
  'drivers/soc/qcom/smd-rpm.c':
    'qcom,glink-smd-rpm qcom,smd-rpm qcom,rpm-apq8084 qcom,rpm-ipq6018 qcom,rpm-ipq9574 qcom,rpm-msm8226 qcom,rpm-msm8909 qcom,rpm-msm8916 qcom,rpm-msm8936 qcom,rpm-msm8953 qcom,rpm-msm8974 qcom,rpm-msm8976 qcom,rpm-msm8994 qcom,rpm-msm8996 qcom,rpm-msm8998 qcom,rpm-sdm660 qcom,rpm-sm6115 qcom,rpm-sm6125 qcom,rpm-sm6375 qcom,rpm-qcm2290 qcom,rpm-qcs404',
  'drivers/soc/qcom/wcnss_ctrl.c': 'qcom,wcnss',
  'drivers/soc/samsung/exynos-pmu.c':
    'google,gs101-pmu samsung,exynos3250-pmu samsung,exynos4210-pmu samsung,exynos4212-pmu samsung,exynos4412-pmu samsung,exynos5250-pmu samsung,exynos5410-pmu samsung,exynos5420-pmu samsung,exynos5433-pmu samsung,exynos7-pmu samsung,exynos850-pmu',
  'drivers/soc/samsung/exynos-usi.c': 'samsung,exynos850-usi',
  'drivers/soc/sunxi/sunxi_sram.c':
    'allwinner,sun4i-a10-sram-a3-a4 allwinner,sun4i-a10-sram-c1 allwinner,sun4i-a10-sram-d allwinner,sun50i-a64-sram-c allwinner,sun4i-a10-sram-controller allwinner,sun4i-a10-system-control allwinner,sun5i-a13-system-control allwinner,sun8i-a23-system-control allwinner,sun8i-h3-system-control allwinner,sun20i-d1-system-control allwinner,sun50i-a64-sram-controller allwinner,sun50i-a64-system-control allwinner,sun50i-h5-system-control allwinner,sun50i-h616-system-control',
  'drivers/soc/ti/pruss.c':
    'ti,am3356-pruss ti,am4376-pruss0 ti,am4376-pruss1 ti,am5728-pruss ti,k2g-pruss ti,am654-icssg ti,j721e-icssg ti,am642-icssg ti,am625-pruss',
  'drivers/ufs/host/ti-j721e-ufs.c': 'ti,j721e-ufs',
  'drivers/usb/cdns3/cdns3-imx.c': 'fsl,imx8qm-usb3',
  'drivers/usb/cdns3/cdns3-starfive.c': 'starfive,jh7110-usb',
  'drivers/usb/cdns3/cdns3-ti.c': 'ti,j721e-usb ti,am64-usb',
  'drivers/usb/dwc3/dwc3-am62.c': 'ti,am62-usb',
  'drivers/usb/dwc3/dwc3-exynos.c':
    'samsung,exynos5250-dwusb3 samsung,exynos5433-dwusb3 samsung,exynos7-dwusb3 samsung,exynos850-dwusb3 google,gs101-dwusb3',
  'drivers/usb/dwc3/dwc3-imx8mp.c': 'fsl,imx8mp-dwc3',
  'drivers/usb/dwc3/dwc3-keystone.c': 'ti,keystone-dwc3 ti,am654-dwc3',
  'drivers/usb/dwc3/dwc3-meson-g12a.c':
    'amlogic,meson-gxl-usb-ctrl amlogic,meson-gxm-usb-ctrl amlogic,meson-axg-usb-ctrl amlogic,meson-g12a-usb-ctrl amlogic,meson-a1-usb-ctrl',
  'drivers/usb/dwc3/dwc3-of-simple.c':
    'rockchip,rk3399-dwc3 sprd,sc9860-dwc3 allwinner,sun50i-h6-dwc3 hisilicon,hi3670-dwc3 hisilicon,hi3798mv200-dwc3 intel,keembay-dwc3',
  'drivers/usb/dwc3/dwc3-omap.c': 'ti,dwc3 ti,am437x-dwc3',
  'drivers/usb/dwc3/dwc3-qcom.c': 'qcom,dwc3',
  'drivers/usb/dwc3/dwc3-rtk.c': 'realtek,rtd-dwc3',
  'drivers/usb/dwc3/dwc3-st.c': 'st,stih407-dwc3',
  'drivers/usb/dwc3/dwc3-xilinx.c': 'xlnx,zynqmp-dwc3 xlnx,versal-dwc3',
  'drivers/usb/gadget/udc/rzv2m_usb3drd.c': 'renesas,rzv2m-usb3drd',
  'drivers/usb/mtu3/mtu3_host.c': 'mediatek,mtu3',
  'drivers/usb/musb/da8xx.c': 'ti,da830-musb',
  'drivers/usb/musb/mediatek.c': 'mediatek,mtk-musb',
  'drivers/video/fbdev/omap2/omapfb/dss/dsi.c': 'ti,omap3-dsi ti,omap4-dsi ti,omap5-dsi',
  'sound/soc/generic/simple-card.c': 'simple-audio-card simple-scu-audio-card',
  'sound/soc/qcom/qdsp6/q6adm.c': 'qcom,q6adm',
  'sound/soc/qcom/qdsp6/q6afe.c': 'qcom,q6afe',
  'sound/soc/qcom/qdsp6/q6apm.c': 'qcom,q6apm',
  'sound/soc/qcom/qdsp6/q6asm.c': 'qcom,q6asm',
  'sound/soc/qcom/qdsp6/q6prm.c': 'qcom,q6prm',
  'sound/soc/stm/stm32_sai.c': 'st,stm32f4-sai st,stm32h7-sai',
  'sound/soc/tegra/tegra210_ahub.c': 'nvidia,tegra210-ahub nvidia,tegra186-ahub nvidia,tegra234-ahub',
  'sound/soc/tegra/tegra30_ahub.c': 'nvidia,tegra124-ahub nvidia,tegra114-ahub nvidia,tegra30-ahub',
};

const POPULATING: ReadonlyMap<string, string> = new Map(
  Object.entries(POPULATED_BY).flatMap(([file, names]) => names.split(' ').map((name) => [name, file])),
);

/** The source file of the driver that creates devices for the children of a node with this string. */
export function populatingDriver(compatible: string): string | undefined {
  return POPULATING.get(compatible);
}

/** Nodes below /reserved-memory that get a device (drivers/of/platform.c:reserved_mem_matches). */
export const RESERVED_DEVICES: readonly string[] = [
  'phram',
  'qcom,rmtfs-mem',
  'qcom,cmd-db',
  'qcom,smem',
  'ramoops',
  'nvmem-rmem',
  'google,open-dice',
];

/**
 * Children without `compatible` for which the parent's driver makes a helper device and configures its DMA itself, by
 * node name (Linux 6.12).
 */
export const HELPER_NODES: Readonly<Record<string, string>> = {
  'video-firmware': 'drivers/media/platform/qcom/venus/firmware.c:venus_firmware_init',
  'wifi-firmware': 'drivers/net/wireless/ath/ath10k/snoc.c:ath10k_fw_init',
};
