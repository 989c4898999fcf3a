savedcmd_arch/arm64/boot/dts/acme/built.dtb := gcc -E -Wp,-MMD,arch/arm64/boot/dts/acme/.built.dtb.d.pre.tmp -nostdinc -I ./extra -I ./include -DNAME='"built"' -undef -D__DTS__ -x assembler-with-cpp -o arch/arm64/boot/dts/acme/.built.dtb.dts.tmp arch/arm64/boot/dts/acme/built.dts ; ./scripts/dtc/dtc -o arch/arm64/boot/dts/acme/built.dtb -b 0 -iarch/arm64/boot/dts/acme/ -Wno-unit_address_vs_reg -d arch/arm64/boot/dts/acme/.built.dtb.d.dtc.tmp arch/arm64/boot/dts/acme/.built.dtb.dts.tmp

source_arch/arm64/boot/dts/acme/built.dtb := arch/arm64/boot/dts/acme/built.dts
