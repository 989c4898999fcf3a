// SPDX-License-Identifier: MIT
// `npm run bench -- --scale`: how work grows with its size: nodes of a board, a chain of suppliers, findings to repair,
// worker threads, a second run with `--cache`; and how long the command takes to start. CPU seconds of the process and
// its threads, least of the runs, so that a machine that does other things changes little; wall time beside it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../oracle/kernel.ts';

const cli = path.join(ROOT, 'dist/cli.cjs');

/** Twice the size may take so much more than twice as long. */
const TOLERANCE = 1.4;

function row(name: string, ...cells: readonly (string | number)[]): void {
  console.log(name.padEnd(34), ...cells.map((cell) => String(cell).padStart(12)));
}

const seconds = (value: number): string => `${value.toFixed(2)} s`;

/** Nodes of a bus: each tenth does DMA through the IOMMU. */
function board(nodes: number): string {
  let text = `/dts-v1/;
/ { #address-cells = <1>; #size-cells = <1>; compatible = "x,y"; model = "x";
smmu: iommu@1000 { compatible = "arm,smmu-v3"; reg = <0x1000 0x1000>; #iommu-cells = <1>; };
`;
  for (let i = 0; i < nodes; i++) {
    const at = (0x100000 + i * 0x100).toString(16);
    const master = i % 10 === 0 ? ` iommus = <&smmu ${i % 60_000}>;` : '';
    text += `d${i}: device@${at} { compatible = "x,device"; reg = <0x${at} 0x100>;${master} };\n`;
  }
  return `${text}};\n`;
}

/** Each node waits for the one before. */
function chain(length: number): string {
  let text =
    '/dts-v1/;\n/ { compatible = "x,y"; model = "x";\nc0: clock-0 { compatible = "fixed-clock"; #clock-cells = <0>; };\n';
  for (let i = 1; i < length; i++) {
    text += `c${i}: clock-${i} { compatible = "x,clock"; #clock-cells = <0>; clocks = <&c${i - 1}>; };\n`;
  }
  return `${text}};\n`;
}

/** Each device says of its DMA that it is coherent and that it is not. */
function findings(count: number): string {
  let text = '/dts-v1/;\n/ { compatible = "x,y"; model = "x"; #address-cells = <1>; #size-cells = <1>;\n';
  for (let i = 0; i < count; i++) {
    const at = (0x1000 + i * 0x100).toString(16);
    text += `device@${at} { compatible = "x,device"; reg = <0x${at} 0x100>; dma-coherent; dma-noncoherent; };\n`;
  }
  return `${text}};\n`;
}

class Scale {
  readonly #folder: string;
  /** What Node costs alone, in seconds of CPU. */
  #base = 0;
  #isLinear = true;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Runs `node …` with what reports its own CPU time at the end; gives the least of some runs, in seconds. */
  #run(words: readonly string[], runs = 3): { cpu: number; wall: number } {
    const report = path.join(this.#folder, 'report.cjs');
    const write = "process.on('exit',()=>require('fs').writeSync(2,'\\nCPU '+JSON.stringify(process.cpuUsage())))";
    // Not in the worker threads, which have the same process.
    writeFileSync(report, `if(require('worker_threads').isMainThread)${write}`);
    let best = { cpu: Number.POSITIVE_INFINITY, wall: Number.POSITIVE_INFINITY };
    for (let i = 0; i < runs; i++) {
      const start = process.hrtime.bigint();
      const { stderr, status } = spawnSync(process.execPath, ['--require', report, ...words], {
        cwd: this.#folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      const wall = Number(process.hrtime.bigint() - start) / 1e9;
      const used = JSON.parse(/\nCPU (.*)$/.exec(stderr)?.[1] ?? 'null') as { user: number; system: number } | null;
      if (used === null || status === 2) throw new Error(`${words.join(' ')}: ${stderr.slice(0, 300)}`);
      const cpu = (used.user + used.system) / 1e6;
      best = { cpu: Math.min(best.cpu, cpu), wall: Math.min(best.wall, wall) };
    }
    return best;
  }

  /** `make` writes a board of so many parts; the growth is told by the step from each size to the next. */
  #grows(name: string, sizes: readonly number[], make: (size: number) => string, words: readonly string[]): void {
    let before: { readonly own: number; readonly size: number } | undefined;
    for (const size of sizes) {
      writeFileSync(path.join(this.#folder, 'board.dts'), make(size));
      const { cpu, wall } = this.#run([cli, ...words], size >= 50_000 ? 1 : 2);
      // What every run costs is no growth.
      const own = Math.max(0.02, cpu - this.#base);
      const factor = before && own / before.own / (size / before.size);
      const bad = factor !== undefined && own > 1 && factor > TOLERANCE;
      if (bad) this.#isLinear = false;
      row(
        `${name} ${size}`,
        seconds(cpu),
        seconds(wall),
        factor === undefined ? '' : `${factor.toFixed(2)} ×${bad ? ' !' : ''}`,
      );
      before = { own, size };
    }
  }

  /** Whether no step grew more than it may. */
  measure(): boolean {
    row('', 'CPU', 'wall', 'per part');
    const base = this.#run(['-e', '0']);
    this.#base = base.cpu;
    row('node alone', seconds(base.cpu), seconds(base.wall));
    writeFileSync(path.join(this.#folder, 'guest.dts'), board(10));
    for (const words of [['--version'], ['--help'], ['check', 'guest.dts']]) {
      const { cpu, wall } = this.#run([cli, ...words], 5);
      row(`dt-iommu ${words.join(' ')}`, seconds(cpu), seconds(wall));
    }
    this.#grows('check, nodes', [1000, 10_000, 100_000], board, ['check', 'board.dts', '-q', '--fail-on', 'error']);
    this.#grows('explain, chain of suppliers', [1000, 2000, 4000], chain, ['explain', 'board.dts', '--all']);
    this.#grows('fix, findings', [500, 1000, 2000], findings, ['fix', 'board.dts']);

    mkdirSync(path.join(this.#folder, 'boards'));
    for (let i = 0; i < 96; i++) writeFileSync(path.join(this.#folder, `boards/b${i}.dts`), board(800));
    const check = [cli, 'check', 'boards', '-q', '--jobs'];
    const one = this.#run([...check, '1'], 1);
    row('check 96 boards, --jobs 1', seconds(one.cpu), seconds(one.wall));
    const two = this.#run([...check, '2'], 1);
    row('… --jobs 2', seconds(two.cpu), seconds(two.wall), `${((100 * one.wall) / two.wall / 2).toFixed(0)} % of wall`);
    this.#run([...check, '2', '--cache', 'cache'], 1);
    const again = this.#run([...check, '2', '--cache', 'cache'], 2);
    row('… with --cache, again', seconds(again.cpu), seconds(again.wall));
    return this.#isLinear;
  }
}

export function main(): number {
  const folder = mkdtempSync(path.join(tmpdir(), 'dt-iommu-scale-'));
  try {
    if (new Scale(folder).measure()) return 0;
    console.error(`A step took more than ${TOLERANCE} times as long for each part as the one before it.`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
