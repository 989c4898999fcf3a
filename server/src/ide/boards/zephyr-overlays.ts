// SPDX-License-Identifier: MIT
// Which board an `.overlay` of a Zephyr application, shield or snippet is put behind, and which others before it: as the
// build wrote down, else as Zephyr's own search by names would have it.
import { ancestors, basename, dirname, join } from '#base/files.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import type { Composition } from './overlays.ts';

/** Folders above an overlay in which a build of its application is looked for. */
const MAX_CLIMB = 4;

/** Builds below one `build` folder: sysbuild makes one for each image. */
const MAX_IMAGES = 16;

/** `undefined` where neither a build nor the overlay's name says for which board it is. */
export function zephyrComposition(files: FileSystem, overlay: string): Composition | undefined {
  const builds = buildsAround(files, overlay);
  for (const build of builds) {
    const { board, overlays } = recorded(files, build) ?? cached(files, build) ?? {};
    const at = overlays?.indexOf(overlay) ?? -1;
    if (board !== undefined && overlays && at >= 0) return { board, overlays: overlays.slice(0, at + 1) };
  }
  return byName(files, overlay, builds) ?? byBuild(files, overlay, builds);
}

/** The folders of builds of the applications around a file, the nearest first. */
function buildsAround(files: FileSystem, file: string): string[] {
  return [...ancestors(file)].slice(0, MAX_CLIMB).flatMap((folder) => {
    const build = join(folder, 'build');
    const images = files.list(build).filter((name) => name.endsWith('/'));
    const all = [build, ...images.slice(0, MAX_IMAGES).map((name) => join(build, name.slice(0, -1)))];
    return all.filter((each) => files.isFile(join(each, 'CMakeCache.txt')));
  });
}

/** `build_info.yml` of Zephyr 4: cmake/modules/dts.cmake lists the board's file and the overlays in their order. */
function recorded(files: FileSystem, build: string): Composition | undefined {
  const lines = (files.peek(join(build, 'build_info.yml')) ?? '').split(/\r?\n/);
  const section = lines.findIndex((line) => /^\s*devicetree:\s*$/.test(line));
  const list = lines.findIndex((line, at) => at > section && /^\s*files:\s*$/.test(line));
  if (section < 0 || list < 0) return undefined;
  const found: string[] = [];
  for (const line of lines.slice(list + 1)) {
    const path = /^\s*-\s*(["']?)(.+?)\1\s*$/.exec(line)?.[2];
    if (path === undefined) break;
    found.push(path);
  }
  const [board, ...overlays] = found;
  return board !== undefined && files.isFile(board) ? { board, overlays } : undefined;
}

/** What cmake remembers: the board, its revision's overlay, the shields', the application's and the extra ones. */
function cached(files: FileSystem, build: string): Composition | undefined {
  const cache = cacheOf(files, build);
  const name = cache('BOARD');
  const app = cache('APPLICATION_SOURCE_DIR') ?? cache('CMAKE_HOME_DIRECTORY');
  const base = cache('ZEPHYR_BASE');
  if (name === undefined) return undefined;
  const found = findBoard(files, boardRoots(files, app ?? build, base), name, cache('BOARD_DIR'));
  if (!found) return undefined;
  const shields = words(cache('SHIELD')).flatMap((shield) => shieldFile(files, [base, app], shield) ?? []);
  const named = words(cache('DTC_OVERLAY_FILE')).map((path) => join(app ?? build, path));
  const own = named.length > 0 || app === undefined ? named : defaultOverlays(files, app, name);
  const extra = words(cache('EXTRA_DTC_OVERLAY_FILE')).map((path) => join(app ?? build, path));
  return { board: found.board, overlays: [...found.overlays, ...shields, ...own, ...extra] };
}

type Cache = (name: string) => string | undefined;

function cacheOf(files: FileSystem, build: string): Cache {
  const text = files.peek(join(build, 'CMakeCache.txt')) ?? '';
  return (name) => new RegExp(`^(?:CACHED_)?${name}:\\w+=(.+?)\\r?$`, 'm').exec(text)?.[1];
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/[;\s]+/).filter((word) => word !== '' && !word.includes('$'));
}

/** cmake/modules/configuration_files.cmake: the first of these is the application's own. */
function defaultOverlays(files: FileSystem, app: string, board: string): string[] {
  const name = normalized(board);
  const candidates = [`boards/${name}.overlay`, `${name}.overlay`, 'app.overlay'].map((path) => join(app, path));
  return candidates.filter((path) => files.isFile(path)).slice(0, 1);
}

function shieldFile(files: FileSystem, roots: readonly (string | undefined)[], shield: string): string | undefined {
  for (const root of roots) {
    if (root === undefined) continue;
    const folder = join(root, 'boards/shields');
    const inside = files.list(folder).filter((name) => name.endsWith('/'));
    const likely = [...inside].sort((a, b) => Number(b === `${shield}/`) - Number(a === `${shield}/`));
    const found = likely.map((name) => join(folder, `${name}${shield}.overlay`)).find((path) => files.isFile(path));
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * `boards/BOARD.overlay` and `BOARD.overlay` are for that one (cmake/modules/extensions.cmake: zephyr_file); in the
 * folder of a shield, the shield's own comes before.
 */
function byName(files: FileSystem, overlay: string, builds: readonly string[]): Composition | undefined {
  const folder = dirname(overlay);
  const base = zephyrBase(files, overlay, builds);
  if (base === undefined) return undefined;
  const found = findBoard(files, boardRoots(files, overlay, base), basename(overlay).replace(/\.overlay$/, ''));
  if (!found) return undefined;
  const before = shieldsBefore(files, folder);
  if (before === undefined) return undefined;
  // The overlay of one revision comes behind that of all.
  const all = join(folder, `${basename(found.board).replace(/\.dts$/, '')}.overlay`);
  const own = all !== overlay && files.isFile(all) ? [all, overlay] : [overlay];
  return { board: found.board, overlays: [...new Set([...found.overlays, ...before, ...own])] };
}

/** The overlay of the shield whose `boards/` this is; `undefined` where it may be one of several. */
function shieldsBefore(files: FileSystem, folder: string): string[] | undefined {
  const [, shields, named] = /^(.*\/boards\/shields\/[^/]+)\/boards(?:\/([^/]+))?$/.exec(folder) ?? [];
  if (shields === undefined) return folder.includes('/boards/shields/') ? undefined : [];
  const all = files.list(shields).filter((name) => name.endsWith('.overlay'));
  const chosen = named === undefined ? all : all.filter((name) => name === `${named}.overlay`);
  return chosen.length === 1 ? chosen.map((name) => join(shields, name)) : undefined;
}

/** Any other overlay in the folder of an application that was built: for the board that it was built for. */
function byBuild(files: FileSystem, overlay: string, builds: readonly string[]): Composition | undefined {
  for (const build of builds) {
    const app = cacheOf(files, build)('APPLICATION_SOURCE_DIR') ?? dirname(build);
    const all = dirname(overlay) === app ? (recorded(files, build) ?? cached(files, build)) : undefined;
    if (!all) continue;
    const own = all.overlays.filter((path) => !path.startsWith(`${app}/`));
    return { board: all.board, overlays: [...own, overlay] };
  }
  return undefined;
}

/** Zephyr's own folder for an application: it may lie inside, or beside Zephyr in a west workspace. */
function zephyrBase(files: FileSystem, file: string, builds: readonly string[]): string | undefined {
  const named = builds.flatMap((build) => cacheOf(files, build)('ZEPHYR_BASE') ?? []);
  const around = [...ancestors(file)].flatMap((folder) => [folder, join(folder, 'zephyr')]);
  return [...named, ...around].find((folder) => files.isFile(join(folder, 'Kconfig.zephyr')));
}

/** BOARD_ROOT: Zephyr, and what lies around the application. */
function boardRoots(files: FileSystem, file: string, base: string | undefined): string[] {
  const own = [...ancestors(file)].slice(0, MAX_CLIMB).filter((folder) => files.isFolder(join(folder, 'boards')));
  return [...new Set([...(base === undefined ? [] : [base]), ...own])];
}

/** A name as file names have it: `kit/soc/cpu0` is `kit_soc_cpu0`, and a revision `kit@1.2.0` comes last. */
function normalized(name: string): string {
  const [board = '', revision] = name.replaceAll('/', '_').split('@');
  return board + (revision === undefined ? '' : `_${revision.replaceAll('.', '_')}`);
}

/** `boards/VENDOR/BOARD/NAME.dts` (before Zephyr 3.7 `boards/ARCH/BOARD/…`) and the overlay of the board's revision. */
function findBoard(
  files: FileSystem,
  roots: readonly string[],
  name: string,
  folder?: string,
): Composition | undefined {
  const full = normalized(name);
  const folders = folder === undefined ? roots.flatMap((root) => boardFolders(files, root, full)) : [folder];
  for (const board of folders) {
    const texts = files.list(board).filter((entry) => entry.endsWith('.dts'));
    const names = texts.map((entry) => entry.slice(0, -4)).sort((a, b) => b.length - a.length);
    const socs = socsOf(files, board);
    const short = withoutSoc(full, basename(board), socs);
    const found =
      names.find((each) => each === full || isRevision(full, each)) ??
      names.find((each) => each === short || isRevision(short, each)) ??
      (names.length === 1 ? names.find((each) => withoutSoc(each, basename(board), socs) === full) : undefined);
    if (found === undefined) continue;
    const revision = join(board, `${full}.overlay`);
    const overlays = found !== full && files.isFile(revision) ? [revision] : [];
    return { board: join(board, `${found}.dts`), overlays };
  }
  return undefined;
}

/** `kit_1_2_0` and `kit_b` are revisions of `kit`. */
function isRevision(name: string, board: string): boolean {
  return name.startsWith(`${board}_`) && /^(\d+(_\d+)*|[a-zA-Z])$/.test(name.slice(board.length + 1));
}

/** The SoCs of `board.yml`, which boards have since Zephyr 3.7. */
function socsOf(files: FileSystem, folder: string): string[] {
  const text = files.peek(join(folder, 'board.yml')) ?? '';
  return [...text.matchAll(/^\s*-\s*name:\s*["']?([\w-]+)/gm)].map(([, name = '']) => name);
}

/** A board with one SoC may leave its name out: `kit_soc_cpu0` is also `kit_cpu0`. */
function withoutSoc(name: string, board: string, socs: readonly string[]): string {
  const soc = socs.find((each) => name === `${board}_${each}` || name.startsWith(`${board}_${each}_`));
  return soc === undefined ? name : board + name.slice(board.length + 1 + soc.length);
}

function boardFolders(files: FileSystem, root: string, name: string): string[] {
  const below = (folder: string): string[] =>
    files
      .list(folder)
      .filter((entry) => entry.endsWith('/'))
      .map((entry) => join(folder, entry.slice(0, -1)));
  return below(join(root, 'boards'))
    .filter((vendor) => basename(vendor) !== 'shields')
    .flatMap(below)
    .filter((board) => name === basename(board) || name.startsWith(`${basename(board)}_`))
    .sort((a, b) => basename(b).length - basename(a).length);
}
