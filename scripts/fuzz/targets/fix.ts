// SPDX-License-Identifier: MIT
// `fix --write` and `compile -o` that are killed, raced and out of space: each file on the disk is the old or the new
// one, whole.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Pick } from '../random.ts';
import { type Run, type Target, timeLeft } from '../run.ts';

export const fix: Target = {
  name: 'fix',
  unit: 'interrupted runs of fix and compile',
  share: 1,
  run: interrupt,
};

const CLI = 'dist/cli.cjs';
const BOARDS = 24;
/** What somebody saves while the boards are being repaired. */
const MINE = `${boardText(99)}// mine\n`;

async function interrupt(run: Run): Promise<number> {
  if (!existsSync(CLI)) {
    run.skip(`all: ${CLI} is not built (npm run build)`);
    return 0;
  }
  const scene = await Scene.prepare(run);
  const small = smallDisk(run);
  let count = 0;
  try {
    for (let number = 0; timeLeft(run); number++) {
      const seed = run.seed * 100_000 + number;
      const pick = new Pick(seed);
      const [what, trial] = pick.of([
        ['killed', () => killed(scene, pick)],
        ['killed', () => killed(scene, pick)],
        ['raced by itself', () => raced(scene, pick)],
        ['raced by an editor', () => overwritten(scene, pick)],
        ['killed while compiling', () => killedCompile(scene, pick)],
        ...(small ? [['out of space', () => outOfSpace(scene, small, pick)] as const] : []),
      ] as const);
      const fault = await trial();
      count++;
      if (fault !== undefined) run.fail({ name: `f${seed}`, what: `${what}: ${fault}`, seed, files: {} });
    }
  } finally {
    if (small) execFileSync('umount', [small]);
  }
  return count;
}

/** Boards that `fix` changes, the texts that they have then, and how long a run takes. */
class Scene {
  readonly folder: string;
  readonly before = new Map<string, string>();
  readonly after = new Map<string, string>();
  readonly blobs = new Map<string, string>();
  /** {@link MINE}, repaired. */
  mineAfter = '';
  milliseconds = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async prepare(run: Run): Promise<Scene> {
    const scene = new Scene(join(run.folder, 'boards'));
    for (let index = 0; index < BOARDS; index++) scene.before.set(`b${index}.dts`, boardText(index));
    scene.reset();
    const start = Date.now();
    await ended(scene.fix());
    scene.milliseconds = Date.now() - start;
    for (const name of scene.before.keys()) scene.after.set(name, scene.text(name));
    if (scene.after.get('b0.dts') === scene.before.get('b0.dts'))
      throw new Error('fix changes nothing: nothing is tested');
    scene.reset();
    writeFileSync(join(scene.folder, 'b0.dts'), MINE);
    await ended(scene.fix());
    scene.mineAfter = scene.text('b0.dts');
    if (!scene.mineAfter.endsWith('// mine\n')) throw new Error('fix does not keep what stands behind the tree');
    scene.reset();
    await ended(scene.compile());
    for (const name of scene.before.keys()) scene.blobs.set(name, scene.blob(name) ?? '');
    return scene;
  }

  /** The folder as it was. */
  reset(folder = this.folder): void {
    if (folder === this.folder) rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of this.before) writeFileSync(join(folder, name), text, { mode: 0o640 });
  }

  fix(folder = this.folder): ChildProcess {
    return spawn(process.execPath, [CLI, 'fix', '--write', folder], { stdio: 'ignore' });
  }

  compile(): ChildProcess {
    const out = `${this.folder}.out`;
    return spawn(process.execPath, [CLI, 'compile', this.folder, '--out-dir', out, '--jobs', '1'], { stdio: 'ignore' });
  }

  text(name: string, folder = this.folder): string {
    return readFileSync(join(folder, name), 'utf8');
  }

  blob(name: string): string | undefined {
    const path = join(`${this.folder}.out`, name.replace(/\.dts$/, '.dtb'));
    return existsSync(path) ? readFileSync(path, 'latin1') : undefined;
  }

  /** Neither the old nor the new one, or with another mode. */
  fault(folder = this.folder, alsoGood?: string): string | undefined {
    for (const [name, before] of this.before) {
      const text = existsSync(join(folder, name)) ? this.text(name, folder) : undefined;
      if (text === undefined) return `${name} is gone`;
      if (text !== before && text !== this.after.get(name) && text !== alsoGood) {
        return `${name} is ${text.length} characters of neither version: ${JSON.stringify(text.slice(0, 80))}`;
      }
      const mode = statSync(join(folder, name)).mode & 0o777;
      if (mode !== 0o640 && alsoGood === undefined) return `${name} has mode ${mode.toString(8)}`;
    }
    return undefined;
  }
}

/** Long, so that a write takes a while. */
function boardText(index: number): string {
  const nodes = Array.from({ length: 20 }, (_, at) => {
    const address = (0x2000000 + (index * 64 + at) * 0x1000).toString(16);
    return `\tvirtio@${address} { compatible = "virtio,mmio"; reg = <0 0x${address} 0 0x200>; xen,backend-domid = <1>; };\n`;
  });
  return [
    '/dts-v1/;\n/ {\n\t#address-cells = <2>;\n\t#size-cells = <2>;\n',
    '\thypervisor { compatible = "xen,xen"; };\n',
    ...nodes,
    `\t/* ${'long '.repeat(2000)}*/\n};\n`,
  ].join('');
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? -1));
  });
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Most of a run is reading; the files are written in its last part. */
function moment(scene: Scene, pick: Pick): number {
  const share = pick.chance(80) ? 60 + pick.below(45) : pick.below(110);
  return (scene.milliseconds * share) / 100;
}

async function killed(scene: Scene, pick: Pick): Promise<string | undefined> {
  scene.reset();
  const child = scene.fix();
  const end = ended(child);
  await Promise.race([pause(moment(scene, pick)), end]);
  child.kill(pick.of(['SIGKILL', 'SIGKILL', 'SIGTERM', 'SIGINT']));
  await end;
  return scene.fault();
}

async function raced(scene: Scene, pick: Pick): Promise<string | undefined> {
  scene.reset();
  const first = ended(scene.fix());
  await pause(pick.below(30));
  await Promise.all([first, ended(scene.fix())]);
  return scene.fault();
}

/** Somebody saves one of the files meanwhile: that text stays, or is what is repaired. */
async function overwritten(scene: Scene, pick: Pick): Promise<string | undefined> {
  scene.reset();
  const end = ended(scene.fix());
  const name = `b${pick.below(BOARDS)}.dts`;
  await Promise.race([pause(moment(scene, pick)), end]);
  writeFileSync(join(scene.folder, name), MINE);
  await end;
  const text = scene.text(name);
  if (text !== MINE && text !== scene.mineAfter) return `${name} lost what was saved meanwhile`;
  return scene.fault(scene.folder, text);
}

async function killedCompile(scene: Scene, pick: Pick): Promise<string | undefined> {
  scene.reset();
  rmSync(`${scene.folder}.out`, { recursive: true, force: true });
  const child = scene.compile();
  const end = ended(child);
  await Promise.race([pause(moment(scene, pick)), end]);
  child.kill('SIGKILL');
  await end;
  for (const [name, whole] of scene.blobs) {
    const blob = scene.blob(name);
    if (blob !== undefined && blob !== whole) return `${name} has ${blob.length} bytes of ${whole.length}`;
  }
  return scene.fault();
}

/** A disk on which not everything has room; a filler leaves less or more. */
async function outOfSpace(scene: Scene, disk: string, pick: Pick): Promise<string | undefined> {
  for (const name of readdirSync(disk)) rmSync(join(disk, name), { recursive: true });
  scene.reset(disk);
  try {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(DISK));
  } catch {
    // Full, as it shall be; now a little room is made.
  }
  const room = pick.below(12) * 4096;
  const filler = join(disk, 'filler');
  writeFileSync(filler, Buffer.alloc(Math.max(0, statSync(filler).size - room)));
  const code = await ended(scene.fix(disk));
  const fault = scene.fault(disk);
  if (fault !== undefined) return `${room} bytes were free, exit code ${code}: ${fault}`;
  const changed = [...scene.before].every(([name, before]) => scene.text(name, disk) !== before);
  return code === 0 && !changed ? `exit code 0 although not every file was written` : undefined;
}

const DISK = 2_000_000;

/** Where this user may mount one. */
function smallDisk(run: Run): string | undefined {
  const folder = join(run.folder, 'small');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    run.skip('a full disk: no right to mount one');
    return undefined;
  }
}
