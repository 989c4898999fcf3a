// SPDX-License-Identifier: MIT
// Files of a client that is far away (vscode.dev): how often it is asked, and for what. No clock: round trips and
// accesses are counted.
import { describe, expect, test } from 'vitest';
import { Analysis } from '#ide/analysis.ts';
import { advised } from '#ide/problems/advice.ts';
import { grammar } from '#test/support/evaluate.ts';
import { FarFiles } from '#test/support/far-files.ts';
import { MemoryFiles } from '#test/support/memory-files.ts';

const DTS = '/k/arch/arm64/boot/dts';

/** As large as matters: a chip's shared files, its boards, others' boards, and headers of which few are needed. */
function kernel(): Record<string, string> {
  const files: Record<string, string> = {
    '/k/Makefile': 'VERSION = 7\nPATCHLEVEL = 3\nSUBLEVEL = 0\n',
    '/k/include/linux/types.h': '',
    [`${DTS}/chip/Makefile`]: 'dtb-y += board.dtb\n',
    [`${DTS}/chip/board.dts`]:
      '/dts-v1/;\n#include <dt-bindings/gpio/pins.h>\n#include "soc.dtsi"\n/ { a = <PIN_1>; };\n',
    [`${DTS}/chip/soc.dtsi`]: '#include <dt-bindings/clock/clock-7.h>\n#include "pmic.dtsi"\n/ { b = <CLOCK_7>; };\n',
    [`${DTS}/chip/pmic.dtsi`]: '#include <dt-bindings/clock/clock-9.h>\n/ { c = <CLOCK_9 &nobody>; };\n',
    '/k/include/dt-bindings/gpio/pins.h': '#include "../gpio/base.h"\n#define PIN_1 (BASE + 1)\n',
    '/k/include/dt-bindings/gpio/base.h': '#define BASE 4\n',
  };
  for (let i = 0; i < 200; i++) {
    files[`/k/include/dt-bindings/clock/clock-${i}.h`] = `#define CLOCK_${i} ${i}\n`;
    files[`/k/drivers/clk/vendor${i}/clk.c`] = '';
    files[`${DTS}/vendor${i % 20}/board${i}.dts`] = `/dts-v1/;\n#include "shared${i % 5}.dtsi"\n/ {};\n`;
    files[`${DTS}/vendor${i % 20}/shared${i % 5}.dtsi`] = '/ {};\n';
    files[`/k/Documentation/devicetree/bindings/x/b${i}.yaml`] = '';
    if (i < 40) files[`${DTS}/chip/other${i}.dts`] = `/dts-v1/;\n#include "${i % 2 ? 'soc' : 'rest'}.dtsi"\n/ {};\n`;
  }
  for (const path of Object.keys(files).filter((name) => name.startsWith('/k/include/dt-bindings/')))
    files[path.replace('/k/include/', '/k/scripts/dtc/include-prefixes/')] = files[path] ?? '';
  return files;
}

/** Opens a file and waits for its problems, as the server does. */
async function shown(files: FarFiles, path: string, text: string): Promise<{ analysis: Analysis; problems: string[] }> {
  const analysis = new Analysis(grammar, files);
  analysis.open(path, text);
  for (;;) {
    const view = analysis.view(path);
    const problems = view ? advised(view).map(({ rule, message }) => `${rule} ${message}`) : [];
    const changed = await files.load();
    if (changed.length === 0) return { analysis, problems };
    analysis.filesChanged(changed);
  }
}

describe('a kernel on a slow file system', () => {
  const files = kernel();

  test.each(['board.dts', 'soc.dtsi', 'pmic.dtsi'])(
    '%s is ready after few round trips for what it needs',
    async (name) => {
      const far = new FarFiles(files);
      const path = `${DTS}/chip/${name}`;
      const { problems } = await shown(far, path, files[path] ?? '');
      const near = new Analysis(grammar, new MemoryFiles(files));
      near.open(path, files[path] ?? '');
      const view = near.view(path);
      expect(problems).toEqual(view && advised(view).map(({ rule, message }) => `${rule} ${message}`));
      expect(problems.join()).toContain('nobody');
      // Twenty milliseconds each: the folders, the board, what it includes, what that includes.
      expect(far.rounds.length).toBeLessThanOrEqual(7);
      // Nothing twice.
      expect(far.texts).toEqual([...new Set(far.texts)]);
      expect(far.folders).toEqual([...new Set(far.folders)]);
      // No other architecture, no other vendor, and of a hundred headers those that are included.
      expect(far.texts.filter((text) => text.includes('vendor'))).toEqual([]);
      expect(far.texts.filter((text) => text.endsWith('.h')).length).toBeLessThanOrEqual(8);
      expect(far.texts.length).toBeLessThanOrEqual(name === 'board.dts' ? 14 : 60);
      expect(far.folders.length).toBeLessThanOrEqual(130);
    },
  );

  test('folders that cannot be there are not asked for', async () => {
    const far = new FarFiles(files);
    far.list('/k');
    await far.load();
    expect(far.isFile('/k/absent/deep/below/x.h')).toBe(false);
    expect(far.isFolder('/k/Makefile/x')).toBe(false);
    far.isFile('/k/include/dt-bindings/clock/clock-1.h');
    await far.load();
    expect(far.rounds[1]).toEqual({ texts: [], folders: ['/k/Makefile', '/k/include/dt-bindings/clock'] });
    expect(far.isFile('/k/include/dt-bindings/clock/clock-1.h')).toBe(true);
  });

  test('a file in a folder that is new is found', async () => {
    const changing = { ...files };
    const far = new FarFiles(changing);
    far.list('/k');
    far.list('/k/include');
    await far.load();
    expect(far.isFile('/k/include/new/deep/x.h')).toBe(false);
    expect(await far.load()).toEqual([]);
    far.forget('/k/include/new/deep/x.h');
    far.isFile('/k/include/new/deep/x.h');
    expect(far.awaited).toBe(true);
  });

  test('folders above the workspace that are not given say nothing', async () => {
    const far = new FarFiles({});
    far.list('/');
    far.list('/owner');
    await far.load();
    far.list('/owner/repository');
    expect(far.awaited).toBe(true);
  });
});
