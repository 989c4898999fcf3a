// SPDX-License-Identifier: MIT
// What cpp and Debian's dtc make of each board: the blob, the blob with symbols, and every message; kept in the cache.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { cacheDir, kernelVersion } from './kernel.ts';

const run = promisify(execFile);
const prefixes = 'scripts/dtc/include-prefixes';

/** dtc's checks that are off by default; switched on so that the messages hold all that dtc can say. */
export const allChecks = [
  'unique_unit_address_if_enabled',
  'node_name_chars_strict',
  'property_name_chars_strict',
  'deprecated_gpio_property',
].map((name) => `-W${name}`);

/** The files that dtc makes of a board; a blob is not there where it makes none. */
export interface Expected {
  readonly blob: string;
  readonly symbols: string;
  readonly messages: string;
}

/** The cache folder for this kernel and this dtc; `arch/…/board.dtb`, `.symbols.dtb` and `.messages.gz` below it. */
export function expectedDir(kernel: string): string {
  const dtc = execFileSync('dtc', ['--version'], { encoding: 'utf8' })
    .trim()
    .replaceAll(/[^\w.]+/g, '-');
  return join(cacheDir, 'expected', `linux-${kernelVersion(kernel)}-${dtc}`);
}

/** The text of a board after the preprocessor, as the kernel's own build makes it. */
export async function preprocess(kernel: string, board: string, output: string): Promise<void> {
  const flags = ['-E', '-nostdinc', `-I${prefixes}`, '-undef', '-D__DTS__', '-x', 'assembler-with-cpp'];
  await run('gcc', [...flags, '-o', output, board], { cwd: kernel, timeout: 60_000 });
}

/** Runs dtc on preprocessed text; `code` is its exit status, `messages` what it said. */
export async function dtc(
  kernel: string,
  board: string,
  text: string,
  flags: readonly string[],
): Promise<{ readonly code: number; readonly messages: string }> {
  const paths = ['-i', dirname(board), '-i', prefixes];
  try {
    const { stderr } = await run('dtc', ['-I', 'dts', '-b', '0', ...paths, ...flags, text], {
      cwd: kernel,
      timeout: 60_000,
      maxBuffer: 1 << 28,
    });
    return { code: 0, messages: stderr };
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    return { code: typeof code === 'number' ? code : -1, messages: stderr ?? String(error) };
  }
}

/** The three files of a board, made when the cache lacks them. */
export async function expected(kernel: string, folder: string, board: string): Promise<Expected> {
  const base = join(
    folder,
    board.replace(/\.(dtso?)$/, (extension) => (extension === '.dtso' ? '.dtbo' : '')),
  );
  const paths = { blob: `${base}.dtb`, symbols: `${base}.symbols.dtb`, messages: `${base}.messages.gz` };
  if (existsSync(paths.messages)) return paths;
  mkdirSync(dirname(base), { recursive: true });
  const text = `${base}.${process.pid}.i`;
  try {
    await preprocess(kernel, board, text);
    const temporary = `${base}.${process.pid}.tmp`;
    const plain = await dtc(kernel, board, text, [...allChecks, '-O', 'dtb', '-o', temporary]);
    if (plain.code === 0) renameSync(temporary, paths.blob);
    const symbols = await dtc(kernel, board, text, ['-q', '-@', '-O', 'dtb', '-o', temporary]);
    if (symbols.code === 0) renameSync(temporary, paths.symbols);
    rmSync(temporary, { force: true });
    const record = { code: plain.code, symbolsCode: symbols.code, messages: plain.messages };
    writeFileSync(`${paths.messages}.tmp`, gzipSync(JSON.stringify(record)));
    renameSync(`${paths.messages}.tmp`, paths.messages);
  } finally {
    rmSync(text, { force: true });
  }
  return paths;
}

/** What dtc said of a board whose files {@link expected} has made, and its exit codes. */
export function readMessages(paths: Expected): {
  readonly code: number;
  readonly symbolsCode: number;
  readonly messages: string;
} {
  return JSON.parse(gunzipSync(readFileSync(paths.messages)).toString('utf8'));
}

/** Makes what the cache lacks for all boards, `jobs` at a time, and calls `tell(done)` every ten seconds. */
export async function expectedForAll(
  kernel: string,
  boards: readonly string[],
  jobs: number,
  tell: (done: number) => void,
): Promise<Map<string, Expected>> {
  const folder = expectedDir(kernel);
  const result = new Map<string, Expected>();
  let next = 0;
  let done = 0;
  let told = Date.now();
  const worker = async () => {
    for (let board = boards[next++]; board !== undefined; board = boards[next++]) {
      result.set(board, await expected(kernel, folder, board));
      done++;
      if (Date.now() - told < 10_000) continue;
      told = Date.now();
      tell(done);
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return result;
}

/** What dtc says of one file that needs no preprocessor, with all its checks and even when it refuses the file. */
export async function checkFile(folder: string, name: string): Promise<string> {
  const { stderr } = await run('dtc', ['-f', '-I', 'dts', '-O', 'dtb', '-o', '/dev/null', ...allChecks, name], {
    cwd: folder,
    timeout: 60_000,
  });
  return stderr;
}
