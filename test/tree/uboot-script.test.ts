// SPDX-License-Identifier: MIT
// U-Boot's `fdt` commands as statements: expected texts are a person's reading of U-Boot's cmd/fdt.c (fdt_parse_prop).
import { describe, expect, it } from 'vitest';
import { isUbootScript, ubootStatements } from '#tree/uboot-script.ts';
import { evaluateText } from '../support/evaluate.ts';

describe('one command', () => {
  it.each([
    ['fdt set /chosen \\#address-cells <0x2>', '&{/chosen} { #address-cells = <0x2>; };'],
    [
      'fdt set /chosen/dom0 reg <0x0 0x49000000 0x0 0x510808 >',
      '&{/chosen/dom0} { reg = <0x0 0x49000000 0x0 0x510808>; };',
    ],
    [
      'fdt set /chosen/dom0 compatible  "xen,linux-zimage" "multiboot,module"',
      '&{/chosen/dom0} { compatible = "xen,linux-zimage", "multiboot,module"; };',
    ],
    [
      'fdt set /chosen xen,xen-bootargs "console=dtuart dom0_mem=1G"',
      '&{/chosen} { xen,xen-bootargs = "console=dtuart dom0_mem=1G"; };',
    ],
    ['fdt set /chosen/domU1 vpl011', '&{/chosen/domU1} { vpl011; };'],
    ['fdt set /soc/eth local-mac-address [00 11 22]', '&{/soc/eth} { local-mac-address = [00 11 22]; };'],
    ['fdt set / compatible board', '/ { compatible = "board"; };'],
    ['fdt mknod /chosen domU1', '&{/chosen} { domU1 { }; };'],
    ['fdt mknod / chosen', '/ { chosen { }; };'],
    ['fdt rm /chosen stdout-path', '&{/chosen} { /delete-property/ stdout-path; };'],
    ['fdt rm /chosen/domU1', '/delete-node/ &{/chosen/domU1};'],
    ['fdt addr 0x4; fdt set /a b <1> && fdt set /a c <2>', '&{/a} { b = <1>; }; &{/a} { c = <2>; };'],
    ['if test -n "x"; then fdt set /a b <1>; fi', '&{/a} { b = <1>; };'],
    ['echo fdt set /a b <1>', ''],
    ['# fdt set /a b <1>', ''],
    ['fdt set /a b <1> # why', '&{/a} { b = <1>; };'],
    ['setenv x 0x10; fdt set /a b <$x>', '&{/a} { b = <0x10>; };'],
    ["fdt set /a b '$x'", '&{/a} { b = "$x"; };'],
    // Only the boot knows how long a file is; that the module has a place is certain.
    ['fdt set /m reg <0x0 0x1000 0x0 0x$filesize>', '&{/m} { reg; };'],
  ])('%s', (command, statement) => expect(ubootStatements(command)).toBe(statement));

  it.each([
    ['fdt set /chosen bootargs "$bootargs"', /^#warning the script does not set \$\{bootargs\}/],
    ['fdt set serial0 status okay', /^#warning this command is left out, because only full paths/],
    ['fdt set /a b <1', /^#warning this value is not a list/],
    ['fdt set "/a } ; / {" b <1>', /^#warning this command is left out/],
  ])('%s is left out and says so', (command, warning) => expect(ubootStatements(command)).toMatch(warning));

  it('nothing leaves its string', () =>
    expect(ubootStatements(`fdt set /a b 'x"; }; / { evil; }; #include'`)).toBe(
      '&{/a} { b = "x\\"; }; / { evil; }; #include"; };',
    ));
});

it('a line stays on its line, also behind joined ones', () =>
  expect(ubootStatements('fdt addr 1\nfdt set /a \\\n  b <1>\nfdt set /a c <2>')).toBe(
    '\n&{/a} { b = <1>; };\n\n&{/a} { c = <2>; };',
  ));

it('another tree is left alone', () =>
  expect(
    ubootStatements('fdt addr 0x1\nfdt addr 0x2\nfdt set /a b <1>\nfdt addr 0x1\nfdt set /a c <1>').split('\n'),
  ).toEqual(['', '', '', '', '&{/a} { c = <1>; };']));

describe('a script in the place of a tree', () => {
  it('is told from one', () => {
    expect(isUbootScript('fdt addr 0x1\nfdt set /a b <1>\n')).toBe(true);
    expect(isUbootScript('/dts-v1/;\n/ { fdt = "x"; };\n')).toBe(false);
    expect(isUbootScript('load mmc 0:1 0x1 Image\n')).toBe(false);
  });

  it('says what it is, once', () => {
    const { tree } = evaluateText('//- /boot.dts\nsetenv a 1\nfdt addr 0x1\nfdt set /chosen b <1>\n');
    expect(tree.problems.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^This is a script of U-Boot with `fdt` commands/),
    ]);
  });
});
