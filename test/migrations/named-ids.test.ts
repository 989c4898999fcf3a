// SPDX-License-Identifier: MIT
// Numbers in `iommus` get the name that the chip's header has for them; the blob stays what it was.
import { describe, expect, it } from 'vitest';
import { analyse } from '#test/support/analyse.ts';
import { applyFix, checkFix, diagnose } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { writeBlob } from '#tree/blob.ts';

const RULE = 'iommus-unnamed-id';
const MEDIATEK = '#include <dt-bindings/memory/mt8173-larb-port.h>\n';
const GPIO = '#include <dt-bindings/gpio/gpio.h>\n';
const POWER = '#include <dt-bindings/power/power.h>\n';
const HEADERS = `//- /include/dt-bindings/memory/mt8173-larb-port.h
#ifndef PORTS
#define PORTS
#include <dt-bindings/memory/mtk-memory-port.h>
#define M4U_LARB1_ID 1
#define M4U_PORT_HW_VDEC_MC_EXT \\
	MTK_M4U_ID(M4U_LARB1_ID, 0) /* video */
#define M4U_PORT_SAME MTK_M4U_ID(M4U_LARB1_ID, 1)
#define M4U_PORT_OTHER MTK_M4U_ID(M4U_LARB1_ID, 1)
#endif
//- /include/dt-bindings/memory/mtk-memory-port.h
#define MTK_M4U_ID(larb, port) (((larb) << 5) | (port))
//- /include/dt-bindings/gpio/gpio.h
//- /include/dt-bindings/power/power.h
`;

function board(ids: string, head = MEDIATEK): string {
  return `//- /board.dts
${head}
/dts-v1/;
/ {
	m4u: iommu {
		compatible = "mediatek,mt8173-m4u";
		#iommu-cells = <1>;
	};

	codec {
		compatible = "acme,codec";
		iommus = <&m4u ${ids}>;
	};
};
${HEADERS}`;
}

function hints(text: string): string[] {
  return diagnose(parseFixture(text), {})
    .problems.filter(({ rule }) => rule === RULE)
    .map(({ message }) => message);
}

describe('a number for which the header has a name', () => {
  it.each(['32', '0x20'])('%s becomes that name', (id) => {
    checkFix(RULE, board(id), board('M4U_PORT_HW_VDEC_MC_EXT'));
    const fixture = parseFixture(board(id));
    const blob = (files: ReadonlyMap<string, string>) =>
      writeBlob(analyse(files, '/board.dts').tree, { symbols: false });
    expect(blob(applyFix(fixture, RULE).result)).toEqual(blob(fixture.files));
  });

  it('brings the include where the file has others, in their order', () =>
    checkFix(RULE, board('32', GPIO + POWER), board('M4U_PORT_HW_VDEC_MC_EXT', GPIO + MEDIATEK + POWER)));

  it.each([
    ['two names of the header', board('33')],
    ['no name', board('77')],
    ['a name already', board('M4U_PORT_HW_VDEC_MC_EXT')],
    ['a file without includes', board('32', '')],
    ['a board that does not find the header', board('32', GPIO).replaceAll('mt8173-larb', 'mt9999-larb')],
  ])('stays with %s', (_, text) => expect(hints(text)).toEqual([]));
});
