// SPDX-License-Identifier: MIT
// Recognising the source tree of a file, and the boards that include it.
import { describe, expect, test } from 'vitest';
import { IncludeIndex } from '#ide/boards/boards.ts';
import { findSourceTree, includePaths, platformDefaults } from '#ide/boards/source-tree.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

const linux = {
  '/src/linux/Makefile': '# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\n',
  '/src/linux/include/linux/of.h': '',
  '/src/linux/include/dt-bindings/clock/a.h': '',
  '/src/linux/scripts/dtc/include-prefixes/keep': '',
  '/src/linux/arch/arm64/boot/dts/acme/soc.dtsi': '#include <dt-bindings/clock/a.h>\n#include "cpus.dtsi"\n',
  '/src/linux/arch/arm64/boot/dts/acme/cpus.dtsi': '/ { };\n',
  '/src/linux/arch/arm64/boot/dts/acme/soc-evk.dts': '/dts-v1/;\n#include "soc.dtsi"\n',
  '/src/linux/arch/arm64/boot/dts/acme/other.dts': '/dts-v1/;\n  # include "soc.dtsi"\n',
  '/src/linux/arch/arm64/boot/dts/far/far.dts': '/dts-v1/;\n#include <arm64/acme/soc.dtsi>\n',
  '/src/linux/arch/arm64/boot/dts/acme/unused.dtsi': '',
};

function recognise(files: Record<string, string>, file: string) {
  const memory = new MemoryFiles(files);
  const tree = findSourceTree(memory, file);
  return (
    tree && { ...tree, includePaths: includePaths(memory, tree, file), platform: platformDefaults(memory, tree, file) }
  );
}

describe('the tree of a file', () => {
  test('Linux: version from the Makefile, include path as Makefile.lib has it', () => {
    expect(recognise(linux, '/src/linux/arch/arm64/boot/dts/acme/soc.dtsi')).toEqual({
      kind: 'linux',
      root: '/src/linux',
      version: [6, 12],
      includePaths: ['/src/linux/scripts/dtc/include-prefixes', '/src/linux/include'],
      platform: { kind: 'linux', arch: 'arm64', kernelVersion: [6, 12] },
    });
  });

  test('U-Boot is not taken for Linux though it has the same folders', () => {
    const uboot = {
      '/u/Makefile': 'VERSION = 2024\nPATCHLEVEL = 10\n',
      '/u/include/linux/of.h': '',
      '/u/include/dt-bindings/a.h': '',
      '/u/include/dm/device.h': '',
      '/u/include/configs/board.h': '',
      '/u/arch/arm/dts/board.dts': '',
      '/u/dts/upstream/src/arm64/acme/soc.dtsi': '',
    };
    expect(recognise(uboot, '/u/arch/arm/dts/board.dts')).toMatchObject({
      kind: 'u-boot',
      includePaths: ['/u/include', '/u/arch/arm/dts', '/u/dts/upstream/src', '/u/dts/upstream/src/arm64/acme'],
      // Boards of arch/arm are 32-bit or 64-bit: their CPUs say which.
      platform: { kind: 'linux' },
    });
  });

  test('Xen and Zephyr set the platform', () => {
    const xen = { '/x/xen/Makefile': '', '/x/xen/include/public/xen.h': '', '/x/xen/arch/arm/x.dts': '' };
    expect(recognise(xen, '/x/xen/arch/arm/x.dts')?.platform.kind).toBe('xen-host');
    const zephyr = { '/z/Kconfig.zephyr': '', '/z/dts/arm/soc.dtsi': '', '/z/boards/a/b/b.dts': '' };
    expect(recognise(zephyr, '/z/boards/a/b/b.dts')?.platform.kind).toBe('zephyr');
  });

  test('a file outside any tree has none', () => {
    expect(recognise({ '/tmp/x/board.dts': '' }, '/tmp/x/board.dts')).toBeUndefined();
  });
});

describe('the boards of a shared file', () => {
  const boardsOf = (name: string, all = false, files = new MemoryFiles(linux)) => {
    const file = `/src/linux/arch/arm64/boot/dts/${name}`;
    const tree = findSourceTree(files, file);
    return tree && new IncludeIndex(files, tree).boardsOf(file, all).map((board) => board.replace(/.*\/dts\//, ''));
  };

  test('through several includes, the nearest name first', () => {
    expect(boardsOf('acme/soc.dtsi')).toEqual(['acme/soc-evk.dts', 'acme/other.dts']);
    expect(boardsOf('acme/cpus.dtsi')).toEqual(['acme/other.dts', 'acme/soc-evk.dts']);
  });

  test('boards of other folders only when asked for all of them', () => {
    expect(boardsOf('acme/soc.dtsi', true)).toEqual(['acme/soc-evk.dts', 'acme/other.dts', 'far/far.dts']);
  });

  test('a file that nothing includes has none', () => {
    expect(boardsOf('acme/unused.dtsi')).toEqual([]);
  });

  test('an include that appears later is seen after update', () => {
    const files = new MemoryFiles(linux);
    const file = '/src/linux/arch/arm64/boot/dts/acme/unused.dtsi';
    const tree = findSourceTree(files, file);
    const index = tree && new IncludeIndex(files, tree);
    expect(index?.boardsOf(file, false)).toEqual([]);
    const board = '/src/linux/arch/arm64/boot/dts/acme/other.dts';
    files.set(board, '#include "unused.dtsi"\n');
    index?.update(board);
    expect(index?.boardsOf(file, false)).toEqual([board]);
  });
});
