// SPDX-License-Identifier: MIT
// Each kind of project, rebuilt in small: no false error without configuration, all includes found, the right boards, the
// release of Linux. The include order of each is that of its own Makefile (named in `ide/boards/project-kinds.ts`).
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { DiskFiles } from '#host/sources.ts';
import { Analysis } from '#ide/analysis.ts';
import { sharedAmong } from '#ide/boards/boards.ts';
import { findSourceTree } from '#ide/boards/source-tree.ts';
import { grammar } from '#test/support/evaluate.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');

/** Boards by project; its kind; the release where it is not the newest one that is known. */
const PROJECTS: Readonly<Record<string, { kind: string; version?: readonly number[]; boards: readonly string[] }>> = {
  linux: {
    kind: 'linux',
    version: [6, 18],
    boards: ['board.dts', 'built.dts', 'pro.dts'].map((name) => `arch/arm64/boot/dts/acme/${name}`),
  },
  'u-boot': {
    kind: 'u-boot',
    version: [7, 1],
    boards: ['arch/arm/dts/board.dts', 'arch/arm/dts/deep.dts', 'dts/upstream/src/arm64/acme/up.dts'],
  },
  barebox: { kind: 'barebox', boards: ['arch/arm/dts/board.dts'] },
  'devicetree-rebasing': { kind: 'devicetree-rebasing', version: [6, 13], boards: ['src/arm64/acme/board.dts'] },
  beagleboard: { kind: 'devicetree-rebasing', boards: ['src/arm64/acme/board.dts'] },
  'op-tee': { kind: 'op-tee', boards: ['core/arch/arm/dts/board.dts'] },
  'trusted-firmware-a': {
    kind: 'trusted-firmware-a',
    boards: ['fdts/acme_cot_descriptors.dts', 'fdts/board.dts', 'fdts/stm32mp157-kit.dts'],
  },
  coreboot: { kind: 'coreboot', boards: ['src/mainboard/acme/board/board.dts'] },
  edk2: { kind: 'edk2', boards: ['Platform/Acme/DeviceTree/board.dts'] },
  openwrt: { kind: 'openwrt', version: [6, 12], boards: ['target/linux/acme/dts/board.dts'] },
  armbian: { kind: 'armbian', version: [6, 18], boards: ['patch/kernel/archive/acme-6.18/overlay/gpio.dtso'] },
  'radxa-overlays': { kind: 'radxa-overlays', boards: ['arch/arm64/boot/dts/acme/overlays/gpio.dts'] },
  'raspberry-pi': { kind: 'linux', version: [6, 12], boards: ['arch/arm/boot/dts/overlays/audio-overlay.dts'] },
  zephyr: {
    kind: 'zephyr',
    boards: [
      'boards/acme/duo/duo_cpu1.dts',
      'boards/acme/kit/kit.dts',
      'boards/acme/kit/kit_1_2_0.overlay',
      'boards/shields/cap/cap.overlay',
      'boards/shields/hat/boards/kit.overlay',
      'boards/shields/hat/hat.overlay',
      'samples/app/boards/kit.overlay',
      'samples/late/boards/kit.overlay',
      'samples/named/boards/duo_chip_cpu1.overlay',
      'samples/named/boards/kit.overlay',
      'samples/named/boards/kit_1_2_0.overlay',
    ],
  },
  folder: { kind: 'folder', boards: ['boards/acme/board.dts'] },
};

function boardsOf(root: string): string[] {
  const files = new DiskFiles();
  const texts = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => `${root}/${path}`);
  const all = texts.filter((path) => /\.(dts|dtso|overlay)$/.test(path)).sort();
  const shared = sharedAmong(files, all);
  return all.filter((path) => !shared.has(path));
}

function problems(board: string) {
  const analysis = new Analysis(grammar, new DiskFiles());
  const snapshot = analysis.view(board)?.snapshot;
  if (!snapshot) throw new Error(`${board} is not read`);
  const said = snapshot.problems().filter(({ severity }) => severity === 'error' || severity === 'warning');
  return { said: said.map(({ rule, message }) => `${rule}: ${message}`), snapshot };
}

describe.each(Object.entries(PROJECTS))('%s', (name, { kind, version, boards }) => {
  const root = `${HERE}/${name}`;

  test('is recognised', () => {
    const board = `${root}/${boards[0]}`;
    expect(findSourceTree(new DiskFiles(), board)).toMatchObject({ kind, root });
    const { platform } = problems(board).snapshot;
    if (kind !== 'zephyr') expect(platform.kernelVersion).toEqual(version ?? [7, 3]);
  });

  test('has these boards', () => expect(boardsOf(root)).toEqual(boards.map((board) => `${root}/${board}`)));

  test.each(boards)('%s is right as it is', (board) => expect(problems(`${root}/${board}`).said).toEqual([]));
});

test('a partial tree of Xen needs no project and no parent', () => {
  const board = `${HERE}/xen-partial/partial.dts`;
  expect(problems(board).said).toEqual([]);
});

test('what U-Boot puts behind a board is part of it', () => {
  const { snapshot } = problems(`${HERE}/u-boot/arch/arm/dts/board.dts`);
  expect(snapshot.tree.files).toContain(`${HERE}/u-boot/arch/arm/dts/board-u-boot.dtsi`);
  expect(snapshot.tree.root.children.get('gpio@1000')?.properties.has('bootph-all')).toBe(true);
  const analysis = new Analysis(grammar, new DiskFiles());
  const choice = analysis.view(`${HERE}/u-boot/arch/arm/dts/board-u-boot.dtsi`)?.choice;
  expect(choice).toMatchObject({ board: `${HERE}/u-boot/arch/arm/dts/board.dts`, reason: 'nearest' });
});

test("the flags of a kernel's build are those of its record", () => {
  const { snapshot } = problems(`${HERE}/linux/arch/arm64/boot/dts/acme/built.dts`);
  expect(new TextDecoder().decode(snapshot.tree.root.properties.get('model')?.value.bytes)).toBe('built\0');
});

test('a file without a header that boards include is shown with one of them', () => {
  const analysis = new Analysis(grammar, new DiskFiles());
  const view = analysis.view(`${HERE}/linux/arch/arm64/boot/dts/acme/common.dts`);
  expect(view?.choice.board).toBe(`${HERE}/linux/arch/arm64/boot/dts/acme/pro.dts`);
});
