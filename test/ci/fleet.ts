// SPDX-License-Identifier: MIT
// What the offers for CI are tried on: an error that is known, in a shared file of two boards, and a third board.
export const OLD = '/ {\n\t#address-cells = <1>;\n\t#size-cells = <1>;\n\told = <&missing>;\n};\n';

export const FLEET = {
  'boards/a.dts': '/dts-v1/;\n#include "soc.dtsi"\n',
  'boards/b.dts': '/dts-v1/;\n#include "soc.dtsi"\n/ { model = "b"; };\n',
  'boards/c.dts': '/dts-v1/;\n/ {};\n',
  'boards/soc.dtsi': OLD,
};
