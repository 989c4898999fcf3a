// SPDX-License-Identifier: MIT
// The board of an `.overlay`: cmake/modules/dts.cmake, configuration_files.cmake and extensions.cmake (zephyr_file) of
// Zephyr 3.3 and 4.2 say which files its build puts together, in which order.
import { describe, expect, test } from 'vitest';
import { Analysis } from '#ide/analysis.ts';
import { zephyrComposition } from '#ide/boards/zephyr-overlays.ts';
import { grammar } from '#test/support/evaluate.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

const BOARD = '/dts-v1/;\n/ { gpio: gpio { }; };\n';
const ZEPHYR = {
  '/w/zephyr/Kconfig.zephyr': '',
  '/w/zephyr/dts/keep': '',
  '/w/zephyr/boards/acme/kit/kit.dts': BOARD,
  '/w/zephyr/boards/acme/kit/kit_1_2_0.overlay': '/ { revision; };\n',
  '/w/zephyr/boards/acme/duo/board.yml':
    'board:\n  name: duo\n  socs:\n  - name: chip\n    cpuclusters:\n    - name: cpu0\n',
  '/w/zephyr/boards/acme/duo/duo_cpu0.dts': BOARD,
  '/w/zephyr/boards/acme/duo/duo_cpu1.dts': BOARD,
  '/w/zephyr/boards/acme/solo/board.yml': 'board:\n  name: solo\n  socs:\n    - name: "chip"\n',
  '/w/zephyr/boards/acme/solo/solo_chip.dts': BOARD,
  '/w/zephyr/boards/arm/old/old.dts': BOARD,
  '/w/zephyr/boards/shields/hat/hat.overlay': '/ { hat: hat { }; };\n',
};

function composed(overlay: string, more: Record<string, string> = {}) {
  const files = new MemoryFiles({ ...ZEPHYR, [overlay]: '&gpio { ours; };\n', ...more });
  const found = zephyrComposition(files, overlay);
  return found && [found.board, ...found.overlays].map((path) => path.replace('/w/zephyr/boards/', ''));
}

const cache = (...lines: string[]) => ({
  '/w/app/build/CMakeCache.txt': ['ZEPHYR_BASE:PATH=/w/zephyr', 'APPLICATION_SOURCE_DIR:PATH=/w/app', ...lines].join(
    '\n',
  ),
});

describe('by its name', () => {
  test.each([
    ['kit', 'acme/kit/kit.dts'],
    ['duo_chip_cpu1', 'acme/duo/duo_cpu1.dts'],
    ['duo_cpu0', 'acme/duo/duo_cpu0.dts'],
    ['solo', 'acme/solo/solo_chip.dts'],
    ['old', 'arm/old/old.dts'],
  ])('%s', (name, board) => {
    const overlay = `/w/app/boards/${name}.overlay`;
    expect(composed(overlay)).toEqual([board, overlay]);
  });

  test("a revision's comes behind the board's own of that revision and the one for all", () => {
    const overlay = '/w/app/boards/kit_1_2_0.overlay';
    const all = '/w/app/boards/kit.overlay';
    const own = 'acme/kit/kit_1_2_0.overlay';
    expect(composed(overlay, { [all]: '' })).toEqual(['acme/kit/kit.dts', own, all, overlay]);
  });

  test("a shield's own comes before what it has for a board", () => {
    const overlay = '/w/zephyr/boards/shields/hat/boards/kit.overlay';
    const files = ['acme/kit/kit.dts', 'shields/hat/hat.overlay', 'shields/hat/boards/kit.overlay'];
    expect(composed(overlay)).toEqual(files);
  });

  test('boards of the application count, too', () => {
    const overlay = '/w/app/boards/mine.overlay';
    const board = '/w/app/boards/me/mine/mine.dts';
    expect(composed(overlay, { [board]: BOARD })).toEqual([board, overlay]);
  });

  test.each([
    '/w/app/app.overlay',
    '/w/app/boards/kit_pmic.overlay',
    '/w/app/boards/other.overlay',
    '/w/zephyr/boards/shields/hat/hat.overlay',
  ])('%s names none', (overlay) => expect(composed(overlay)).toBeUndefined());
});

describe('by the build', () => {
  test('app.overlay is for the board that was built, behind its shields', () => {
    const overlay = '/w/app/app.overlay';
    const files = ['acme/duo/duo_cpu1.dts', 'shields/hat/hat.overlay', overlay];
    expect(composed(overlay, cache('BOARD:STRING=duo/chip/cpu1', 'CACHED_SHIELD:STRING=hat'))).toEqual(files);
  });

  test('the files that it was given', () => {
    const overlay = '/w/app/extra.overlay';
    const more = cache('BOARD:STRING=kit@1.2.0', 'DTC_OVERLAY_FILE:STRING=first.overlay;extra.overlay');
    const files = ['acme/kit/kit.dts', 'acme/kit/kit_1_2_0.overlay', '/w/app/first.overlay', overlay];
    expect(composed(overlay, more)).toEqual(files);
  });

  test('a shield of Zephyr that it uses', () => {
    const overlay = '/w/zephyr/boards/shields/hat/hat.overlay';
    const build = cache('BOARD:STRING=kit', 'SHIELD:STRING=hat')['/w/app/build/CMakeCache.txt'];
    expect(composed(overlay, { '/w/zephyr/build/CMakeCache.txt': build })).toEqual([
      'acme/kit/kit.dts',
      'shields/hat/hat.overlay',
    ]);
  });

  test('the list that a newer one wrote, of each image', () => {
    const overlay = '/w/app/other.overlay';
    const list = [
      'cmake:',
      ' devicetree:',
      '  bindings-dirs:',
      '   - /w/x',
      '  files:',
      '   - /w/zephyr/boards/acme/kit/kit.dts',
    ];
    const more = {
      '/w/app/build/CMakeCache.txt': '',
      '/w/app/build/app/CMakeCache.txt': '',
      '/w/app/build/app/build_info.yml': [
        ...list,
        "   - '/w/app/a.overlay'",
        `   - ${overlay}`,
        '  include-dirs:',
      ].join('\n'),
    };
    expect(composed(overlay, more)).toEqual(['acme/kit/kit.dts', '/w/app/a.overlay', overlay]);
  });
});

test('the editor shows an overlay on its board, and follows edits of both', () => {
  const overlay = '/w/app/boards/kit.overlay';
  const text = '&gpio { ours; };\n&absent { };\n';
  const analysis = new Analysis(grammar, new MemoryFiles({ ...ZEPHYR, [overlay]: text }));
  analysis.open(overlay, text);
  const said = () =>
    analysis
      .view(overlay)
      ?.snapshot.problems()
      .map(({ message }) => message.slice(0, 13));
  const properties = () => [
    ...(analysis.view(overlay)?.snapshot.tree.root.children.get('gpio')?.properties.keys() ?? []),
  ];
  expect(properties()).toEqual(['ours']);
  expect(said()).toEqual(['&absent names']);
  const board = '/w/zephyr/boards/acme/kit/kit.dts';
  analysis.open(board, BOARD);
  analysis.edit(board, [{ start: 10, end: 10, text: '/ { absent: absent { }; };\n' }]);
  expect(said()).toEqual([]);
  analysis.edit(overlay, [{ start: 8, end: 12, text: 'mine' }]);
  expect(properties()).toEqual(['mine']);
  // The board by itself has nothing of it.
  expect([...(analysis.view(board)?.snapshot.tree.root.children.get('gpio')?.properties.keys() ?? [])]).toEqual([]);
});

test('a fragment of a .config that is called overlay is no device tree', () => {
  const path = '/w/app/no_erase.overlay';
  const analysis = new Analysis(
    grammar,
    new MemoryFiles({ ...ZEPHYR, [path]: '# SPDX: x\n\nCONFIG_ERASE=n\nCONFIG_B="x"\n' }),
  );
  expect(analysis.view(path)?.snapshot.problems()).toEqual([]);
});

test('what the reader of Zephyr takes and dtc refuses', () => {
  const board = '/w/zephyr/boards/acme/kit/kit.dts';
  const text = '/dts-v1/;\n/ { a { b { }; late; reg-names = "x"; late; }; };\n';
  const analysis = new Analysis(grammar, new MemoryFiles({ ...ZEPHYR, [board]: text }));
  expect(analysis.view(board)?.snapshot.problems()).toEqual([]);
  const other = new Analysis(grammar, new MemoryFiles({ '/board.dts': text }));
  const late = { rule: 'syntax/error', message: 'Properties must precede subnodes; dtc stops here.' };
  expect(other.view('/board.dts')?.snapshot.problems()).toContainEqual(expect.objectContaining(late));
});
