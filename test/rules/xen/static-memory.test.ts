// SPDX-License-Identifier: MIT
// Rules about memory that a domain of Xen has by address.
import { describe, expect, it } from 'vitest';
import { only } from '#test/support/analyse.ts';
import { checkDiagnostics, checkNone, checkSilent, diagnose, dts } from '#test/support/check.ts';
import { parseFixture } from '#test/support/fixture.ts';
import { DOM0LESS, instead } from '#test/support/xen-boards.ts';

describe('xen-directmap-needs-static-mem', () => {
  it('memory from anywhere', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        [`			xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;
			direct-map;`]: `			direct-map;
//                      ^^^^^^^^^^ error[xen-directmap-needs-static-mem]`,
      }),
    ));

  it('static memory without `direct-map`', () =>
    checkNone(
      instead(DOM0LESS, {
        [`
			direct-map;`]: '',
      }),
    ));
});

describe('xen-static-mem-cells', () => {
  it('32-bit addresses where `/chosen` has two cells', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': `xen,static-mem = <0x40000000 0x20000000 0x0>;
//                      ^^^^^^^^^^^^^^ error[xen-static-mem-cells]`,
      }),
    ));

  it('two banks', () =>
    checkNone(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;':
          'xen,static-mem = <0x0 0x40000000 0x0 0x10000000>, <0x0 0x60000000 0x0 0x10000000>;',
      }),
    ));
});

describe('xen-static-mem-size', () => {
  it('half of `memory`', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': `xen,static-mem = <0x0 0x40000000 0x0 0x10000000>;
//                      ^^^^^^^^^^^^^^ error[xen-static-mem-size]`,
      }),
    ));

  it('banks of different sizes that add up', () =>
    checkNone(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;':
          'xen,static-mem = <0x0 0x40000000 0x0 0x18000000>, <0x8 0x0 0x0 0x8000000>;',
      }),
    ));
});

describe('xen-static-mem-align', () => {
  it('a bank in the middle of a page', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': `xen,static-mem = <0x0 0x40000200 0x0 0x20000000>;
//                      ^^^^^^^^^^^^^^ error[xen-static-mem-align]`,
      }),
    ));

  // init_staticmem_bank rounds the start up, acquire_static_memory_bank down: the first page is not a static one.
  it('by its start and by its end', () => {
    const of = (bank: string) => {
      const text = instead(DOM0LESS, { '0x0 0x40000000 0x0 0x20000000': bank });
      const { problems } = diagnose(parseFixture(dts(text)), only('xen-static-mem-align'));
      return problems.map(({ message }) => message).join();
    };
    expect(of('0x0 0x40000200 0x0 0x20000000')).toMatch(/: Xen panics\.$/);
    expect(of('0x0 0x40000000 0x0 0x20000200')).toMatch(/: the guest lacks .*, and a debug build of Xen panics\.$/);
  });

  it('a bank on a page that is on no megabyte', () =>
    checkNone(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': 'xen,static-mem = <0x0 0x40001000 0x0 0x20000000>;',
      }),
    ));
});

describe('xen-static-mem-config', () => {
  it('said once per domain', () =>
    checkDiagnostics(
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': `xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;
//                      ^^^^^^^^^^^^^^ hint[xen-static-mem-config]`,
      }),
      only('xen-static-mem-config'),
    ));

  it('the shared memory of Xen is another thing', () =>
    checkSilent(
      'xen-static-mem-config',
      instead(DOM0LESS, {
        'xen,static-mem = <0x0 0x40000000 0x0 0x20000000>;': '/* From the heap. */',
        [`
			direct-map;`]: '',
      }),
    ));
});
