// SPDX-License-Identifier: MIT
// Xen boards as people have them, on which no rule finds anything; tests of rules change one line.

/** The board with other text in place of some of its text, which must be there. */
export function instead(board: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((result, [old, text]) => {
    if (!result.includes(old)) throw new Error(`the board has no \`${old}\``);
    return result.replace(old, () => text);
  }, board);
}

/** A host's tree with dom0: an SMMUv2, a device that is kept for a domain, one of dom0, PCI, one without DMA. */
export const HOST = `//- /board.dts platform:xen-host
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	compatible = "xlnx,zynqmp-zcu102", "xlnx,zynqmp";

	chosen {
		#address-cells = <2>;
		#size-cells = <2>;
		xen,xen-bootargs = "console=dtuart dtuart=serial0 dom0_mem=1G";

		module@48000000 {
			compatible = "multiboot,kernel", "multiboot,module";
			reg = <0x0 0x48000000 0x0 0x2000000>;
		};
	};

	gic: interrupt-controller@f9010000 {
		compatible = "arm,gic-400";
		#interrupt-cells = <3>;
		interrupt-controller;
		reg = <0x0 0xf9010000 0x0 0x10000>, <0x0 0xf9020000 0x0 0x20000>;
	};

	soc {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		dma-ranges;

		smmu: iommu@fd800000 {
			compatible = "arm,mmu-500";
			reg = <0x0 0xfd800000 0x0 0x20000>;
			#iommu-cells = <1>;
			#global-interrupts = <1>;
			interrupts = <0 155 4>, <0 156 4>, <0 157 4>;
		};

		ethernet@ff0e0000 {
			compatible = "cdns,zynqmp-gem";
			reg = <0x0 0xff0e0000 0x0 0x1000>;
			interrupts = <0 63 4>;
			iommus = <&smmu 0x877>;
			xen,passthrough;
		};

		mmc@ff160000 {
			compatible = "arasan,sdhci-8.9a";
			reg = <0x0 0xff160000 0x0 0x1000>;
			interrupts = <0 48 4>;
			iommus = <&smmu 0x870>;
		};

		pcie@fd0e0000 {
			compatible = "xlnx,nwl-pcie-2.11";
			device_type = "pci";
			#address-cells = <3>;
			#size-cells = <2>;
			reg = <0x0 0xfd0e0000 0x0 0x1000>;
			bus-range = <0x0 0xff>;
			ranges = <0x2000000 0x0 0xe0000000 0x0 0xe0000000 0x0 0x10000000>;
			iommu-map = <0x0 &smmu 0x4d0 0x1>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;
		};
	};
};
`;

/** A host's tree of an R-Car M3-N: a root IPMMU, a cache, a master. */
export const RCAR = `//- /board.dts platform:xen-host
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	compatible = "renesas,salvator-x", "renesas,r8a77965";

	gic: interrupt-controller@f1010000 {
		compatible = "arm,gic-400";
		#interrupt-cells = <3>;
		interrupt-controller;
		reg = <0x0 0xf1010000 0x0 0x1000>, <0x0 0xf1020000 0x0 0x20000>;
	};

	soc {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		dma-ranges;

		sysc: system-controller@e6180000 {
			compatible = "renesas,r8a77965-sysc";
			reg = <0x0 0xe6180000 0x0 0x400>;
			#power-domain-cells = <1>;
		};

		chipid@fff00044 {
			compatible = "renesas,prr";
			reg = <0x0 0xfff00044 0x0 0x4>;
		};

		ipmmu_mm: iommu@e67b0000 {
			compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe67b0000 0x0 0x1000>;
			interrupts = <0 196 4>, <0 197 4>;
			power-domains = <&sysc 32>;
			#iommu-cells = <1>;
		};

		ipmmu_ds1: iommu@e7740000 {
			compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe7740000 0x0 0x1000>;
			renesas,ipmmu-main = <&ipmmu_mm 1>;
			power-domains = <&sysc 32>;
			#iommu-cells = <1>;
		};

		mmc@ee100000 {
			compatible = "renesas,sdhi-r8a77965", "renesas,rcar-gen3-sdhi";
			reg = <0x0 0xee100000 0x0 0x2000>;
			interrupts = <0 165 4>;
			iommus = <&ipmmu_ds1 32>;
		};
	};
};
`;

/** A host without dom0: a domain with a partial tree, and one that is mapped one to one. */
export const DOM0LESS = `//- /board.dts platform:xen-host
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	compatible = "xlnx,zynqmp-zcu102", "xlnx,zynqmp";

	chosen {
		#address-cells = <2>;
		#size-cells = <2>;

		domU1 {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;
			xen,enhanced = "no-xenstore";

			module@2000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x2000000 0x0 0x2000000>;
			};

			module@5000000 {
				compatible = "multiboot,device-tree", "multiboot,module";
				reg = <0x0 0x5000000 0x0 0x10000>;
			};
		};

		domU2 {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <2>;
			memory = <0x0 0x80000>;
			xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;
			direct-map;

			module@6000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x6000000 0x0 0x2000000>;
			};
		};
	};

	gic: interrupt-controller@f9010000 {
		compatible = "arm,gic-400";
		#interrupt-cells = <3>;
		interrupt-controller;
		reg = <0x0 0xf9010000 0x0 0x10000>, <0x0 0xf9020000 0x0 0x20000>;
	};

	smmu: iommu@fd800000 {
		compatible = "arm,mmu-500";
		reg = <0x0 0xfd800000 0x0 0x20000>;
		#iommu-cells = <1>;
		#global-interrupts = <1>;
		interrupts = <0 155 4>, <0 156 4>, <0 157 4>;
	};

	ethernet@ff0e0000 {
		compatible = "cdns,zynqmp-gem";
		reg = <0x0 0xff0e0000 0x0 0x1000>;
		interrupts = <0 63 4>;
		iommus = <&smmu 0x877>;
	};
};
`;

/** A partial tree: Ethernet with its clock, and a UART that the guest has at another address. */
export const PARTIAL = `//- /domU1.dts platform:xen-domu
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	gic: gic {
		#interrupt-cells = <3>;
		interrupt-controller;
	};

	aliases {
		ethernet0 = &gem;
	};

	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <2>;

		gem_clk: clock {
			compatible = "fixed-clock";
			#clock-cells = <0>;
			clock-frequency = <125000000>;
		};

		gem: ethernet@ff0e0000 {
			compatible = "cdns,zynqmp-gem";
			reg = <0x0 0xff0e0000 0x0 0x1000>;
			interrupt-parent = <&gic>;
			interrupts = <0 63 4>;
			clocks = <&gem_clk>;
			xen,path = "/soc/ethernet@ff0e0000";
			xen,reg = <0x0 0xff0e0000 0x0 0x1000 0x0 0xff0e0000>;
		};

		serial@10000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0x10000000 0x0 0x1000>;
			interrupt-parent = <&gic>;
			interrupts = <0 21 4>;
			xen,path = "/soc/serial@ff000000";
			xen,reg = <0x0 0xff000000 0x0 0x1000 0x0 0x10000000>;
		};
	};
};
`;

/** A guest's tree as the toolstack writes it: two virtio devices and PCI, served by two domains through grants. */
export const GUEST = `//- /guest.dts platform:xen-domu
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	compatible = "xen,xenvm-4.19", "xen,xenvm";

	hypervisor {
		compatible = "xen,xen-4.19", "xen,xen";
		reg = <0x0 0x38000000 0x0 0x1000000>;
		interrupts = <1 15 0xf08>;
	};

	gic: interrupt-controller@3001000 {
		compatible = "arm,gic-v3";
		#interrupt-cells = <3>;
		interrupt-controller;
		reg = <0x0 0x3001000 0x0 0x10000>, <0x0 0x3020000 0x0 0x1000000>;
	};

	grants: xen_iommu {
		compatible = "xen,grant-dma";
		#iommu-cells = <1>;
	};

	virtio@2000000 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000000 0x0 0x200>;
		interrupts = <0 1 0xf01>;
		iommus = <&grants 1>;
		dma-coherent;
	};

	virtio@2000200 {
		compatible = "virtio,mmio";
		reg = <0x0 0x2000200 0x0 0x200>;
		interrupts = <0 2 0xf01>;
		iommus = <&grants 2>;
		dma-coherent;
	};

	pcie@10000000 {
		compatible = "pci-host-ecam-generic";
		device_type = "pci";
		#address-cells = <3>;
		#size-cells = <2>;
		reg = <0x0 0x10000000 0x0 0x10000000>;
		bus-range = <0x0 0x0>;
		ranges = <0x2000000 0x0 0x23000000 0x0 0x23000000 0x0 0x10000000>;
		dma-coherent;
		iommu-map = <0x8 &grants 0x1 0x1>, <0x10 &grants 0x2 0x1>;
	};
};
`;

/** A host with dom0, and two domains with a device each behind its SMMUv2, which has three contexts. */
export const SYSTEM = `//- /host.dts
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	compatible = "xlnx,zynqmp-zcu102", "xlnx,zynqmp";

	chosen {
		#address-cells = <2>;
		#size-cells = <2>;

		module@48000000 {
			compatible = "multiboot,kernel", "multiboot,module";
			reg = <0x0 0x48000000 0x0 0x2000000>;
		};

		domU1 {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;

			module@5000000 {
				compatible = "multiboot,device-tree", "multiboot,module";
				reg = <0x0 0x5000000 0x0 0x10000>;
			};

			module@49000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x49000000 0x0 0x1000000>;
			};
		};

		domU2 {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;

			module@6000000 {
				compatible = "multiboot,device-tree", "multiboot,module";
				reg = <0x0 0x6000000 0x0 0x10000>;
			};

			module@49000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x49000000 0x0 0x1000000>;
			};
		};
	};

	gic: interrupt-controller@f9010000 {
		compatible = "arm,gic-400";
		#interrupt-cells = <3>;
		interrupt-controller;
		reg = <0x0 0xf9010000 0x0 0x10000>, <0x0 0xf9020000 0x0 0x20000>;
	};

	soc {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		dma-ranges;

		smmu: iommu@fd800000 {
			compatible = "arm,mmu-500";
			reg = <0x0 0xfd800000 0x0 0x20000>;
			#iommu-cells = <1>;
			#global-interrupts = <1>;
			interrupts = <0 155 4>, <0 156 4>, <0 157 4>, <0 158 4>;
		};

		ethernet@ff0e0000 {
			compatible = "cdns,zynqmp-gem";
			reg = <0x0 0xff0e0000 0x0 0x1000>;
			interrupts = <0 63 4>;
			iommus = <&smmu 0x877>;
			xen,passthrough;
		};

		mmc@ff160000 {
			compatible = "arasan,sdhci-8.9a";
			reg = <0x0 0xff160000 0x0 0x1000>;
			interrupts = <0 48 4>;
			iommus = <&smmu 0x870>;
			xen,passthrough;
		};

		usb@fe200000 {
			compatible = "snps,dwc3";
			reg = <0x0 0xfe200000 0x0 0x40000>;
			interrupts = <0 65 4>;
			iommus = <&smmu 0x860>;
		};

		serial@ff000000 {
			compatible = "cdns,uart-r1p12";
			reg = <0x0 0xff000000 0x0 0x1000>;
			interrupts = <0 21 4>;
		};
	};
};
//- /domU1.dts domain:/chosen/domU1
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	gic: gic {
		#interrupt-cells = <3>;
		interrupt-controller;
	};

	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <2>;
		interrupt-parent = <&gic>;

		ethernet@ff0e0000 {
			compatible = "cdns,zynqmp-gem";
			reg = <0x0 0xff0e0000 0x0 0x1000>;
			interrupts = <0 63 4>;
			xen,path = "/soc/ethernet@ff0e0000";
			xen,reg = <0x0 0xff0e0000 0x0 0x1000 0x0 0xff0e0000>;
		};
	};
};
//- /domU2.dts domain:/chosen/domU2
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	gic: gic {
		#interrupt-cells = <3>;
		interrupt-controller;
	};

	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <2>;
		interrupt-parent = <&gic>;

		mmc@ff160000 {
			compatible = "arasan,sdhci-8.9a";
			reg = <0x0 0xff160000 0x0 0x1000>;
			interrupts = <0 48 4>;
			xen,path = "/soc/mmc@ff160000";
			xen,reg = <0x0 0xff160000 0x0 0x1000 0x0 0xff160000>;
		};
	};
};
`;

/** The same on an R-Car M3-N: a driver domain with Ethernet and a domain with a card behind two cache IPMMUs. */
export const RCAR_SYSTEM = `//- /host.dts
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;
	interrupt-parent = <&gic>;
	compatible = "renesas,salvator-x", "renesas,r8a77965";

	chosen {
		#address-cells = <2>;
		#size-cells = <2>;

		module@48000000 {
			compatible = "multiboot,kernel", "multiboot,module";
			reg = <0x0 0x48000000 0x0 0x2000000>;
		};

		domD {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;

			module@5000000 {
				compatible = "multiboot,device-tree", "multiboot,module";
				reg = <0x0 0x5000000 0x0 0x10000>;
			};

			module@49000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x49000000 0x0 0x1000000>;
			};
		};

		domU {
			compatible = "xen,domain";
			#address-cells = <2>;
			#size-cells = <2>;
			cpus = <1>;
			memory = <0x0 0x40000>;

			module@6000000 {
				compatible = "multiboot,device-tree", "multiboot,module";
				reg = <0x0 0x6000000 0x0 0x10000>;
			};

			module@49000000 {
				compatible = "multiboot,kernel", "multiboot,module";
				reg = <0x0 0x49000000 0x0 0x1000000>;
			};
		};
	};

	gic: interrupt-controller@f9010000 {
		compatible = "arm,gic-400";
		#interrupt-cells = <3>;
		interrupt-controller;
		reg = <0x0 0xf9010000 0x0 0x10000>, <0x0 0xf9020000 0x0 0x20000>;
	};

	soc {
		compatible = "simple-bus";
		#address-cells = <2>;
		#size-cells = <2>;
		ranges;
		dma-ranges;

		sysc: system-controller@e6180000 {
			compatible = "renesas,r8a77965-sysc";
			reg = <0x0 0xe6180000 0x0 0x400>;
			#power-domain-cells = <1>;
		};

		chipid@fff00044 {
			compatible = "renesas,prr";
			reg = <0x0 0xfff00044 0x0 0x4>;
		};

		ipmmu_mm: iommu@e67b0000 {
			compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe67b0000 0x0 0x1000>;
			interrupts = <0 196 4>, <0 197 4>;
			power-domains = <&sysc 32>;
			#iommu-cells = <1>;
		};

		ipmmu_ds0: iommu@e6740000 {
			compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe6740000 0x0 0x1000>;
			renesas,ipmmu-main = <&ipmmu_mm 0>;
			power-domains = <&sysc 32>;
			#iommu-cells = <1>;
		};

		ipmmu_ds1: iommu@e7740000 {
			compatible = "renesas,ipmmu-r8a77965";
			reg = <0x0 0xe7740000 0x0 0x1000>;
			renesas,ipmmu-main = <&ipmmu_mm 1>;
			power-domains = <&sysc 32>;
			#iommu-cells = <1>;
		};

		ethernet@e6800000 {
			compatible = "renesas,etheravb-r8a77965";
			reg = <0x0 0xe6800000 0x0 0x1000>;
			interrupts = <0 39 4>;
			iommus = <&ipmmu_ds0 16>;
			xen,passthrough;
		};

		mmc@ee100000 {
			compatible = "renesas,sdhi-r8a77965";
			reg = <0x0 0xee100000 0x0 0x2000>;
			interrupts = <0 165 4>;
			iommus = <&ipmmu_ds1 32>;
			xen,passthrough;
		};

		mmc@ee140000 {
			compatible = "renesas,sdhi-r8a77965";
			reg = <0x0 0xee140000 0x0 0x2000>;
			interrupts = <0 167 4>;
			iommus = <&ipmmu_ds1 34>;
		};
	};
};
//- /domd.dts domain:/chosen/domD
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	gic: gic {
		#interrupt-cells = <3>;
		interrupt-controller;
	};

	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <2>;
		interrupt-parent = <&gic>;

		ethernet@e6800000 {
			compatible = "renesas,etheravb-r8a77965";
			reg = <0x0 0xe6800000 0x0 0x1000>;
			interrupts = <0 39 4>;
			xen,path = "/soc/ethernet@e6800000";
			xen,reg = <0x0 0xe6800000 0x0 0x1000 0x0 0xe6800000>;
		};
	};
};
//- /domu.dts domain:/chosen/domU
/dts-v1/;

/ {
	#address-cells = <2>;
	#size-cells = <2>;

	gic: gic {
		#interrupt-cells = <3>;
		interrupt-controller;
	};

	passthrough {
		compatible = "simple-bus";
		ranges;
		#address-cells = <2>;
		#size-cells = <2>;
		interrupt-parent = <&gic>;

		mmc@ee100000 {
			compatible = "renesas,sdhi-r8a77965";
			reg = <0x0 0xee100000 0x0 0x2000>;
			interrupts = <0 165 4>;
			xen,path = "/soc/mmc@ee100000";
			xen,reg = <0x0 0xee100000 0x0 0x2000 0x0 0xee100000>;
		};
	};
};
`;
