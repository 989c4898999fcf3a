// SPDX-License-Identifier: MIT
// `npm run release -- --dry-run [--skip-tests] [--out DIR]`: everything a release needs, into `release/`, and a table of
// what was found. Nothing is published: the last lines say how.
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { ROOT } from '../oracle/kernel.ts';
import type { Bundled } from './bundled.ts';
import { checkLicences } from './licences.ts';
import { type Artefact, CONTENTS, NPM, packAll } from './pack.ts';
import { billOfMaterials } from './sbom.ts';
import { need, Other, Steps } from './steps.ts';

/** What a marketplace user downloads. */
const MAX_VSIX = 2_000_000;
/** What is made here, and is no source. */
const MADE = ['.git', '.cache', '.types', 'dist', 'node_modules', 'release'];

interface Settings {
  readonly out: string;
  readonly skipTests: boolean;
  readonly version: string;
}

const readFile = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const json = (file: string): unknown => JSON.parse(readFile(file));

const gitOutput = (...args: readonly string[]) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });

/** The date of the version's heading in the changelog. */
function changelogDate(version: string): string {
  const [, named, date] = /^## (\S+)(?: - (\d{4}-\d{2}-\d{2}))?$/m.exec(readFile('CHANGELOG.md')) ?? [];
  if (named !== version || !date)
    throw new Error(`CHANGELOG.md begins with ${named}: "## ${version} - YYYY-MM-DD" is due`);
  return date;
}

/** Seconds: the commit's, or the changelog's where there is no Git. */
function epochOf(version: string): number {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH);
  const { status, stdout } = gitOutput('log', '-1', '--format=%ct');
  return status === 0 ? Number(stdout) : Date.parse(changelogDate(version)) / 1000;
}

/** What `npm audit --json` says, as far as it is read. */
interface Audit {
  readonly message?: string;
  readonly metadata?: {
    readonly vulnerabilities: { readonly total: number; readonly high: number; readonly critical: number };
  };
}

async function audit(): Promise<string> {
  // It fails where it finds something, and says it all the same.
  const { stdout } = await promisify(execFile)(NPM, ['audit', '--json'], { cwd: ROOT, maxBuffer: 1 << 26 }).catch(
    (error: { stdout?: string }) => error,
  );
  const said = JSON.parse(stdout || '{}') as Audit;
  if (!said.metadata) throw new Other('not offered', `this registry has no audit: ${said.message ?? 'no answer'}`);
  const { total, high, critical } = said.metadata.vulnerabilities;
  need(high + critical === 0, `${high} high and ${critical} critical: npm audit`);
  return `${total} findings`;
}

function sameContents(wanted: readonly string[], found: readonly string[]): string {
  const more = found.filter((name) => !wanted.includes(name));
  const less = wanted.filter((name) => !found.includes(name));
  need(more.length + less.length === 0, `not in scripts/release/contents.json: ${more}; missing: ${less}`);
  return `${found.length} files`;
}

/** A copy of the sources in another folder, with another time. */
function copySources(work: string, out: string): string {
  const copy = path.join(work, 'again');
  const top = (file: string) => path.relative(ROOT, file).split(path.sep)[0] ?? '';
  const filter = (file: string) =>
    !MADE.includes(top(file)) && path.basename(file) !== 'node_modules' && file !== path.resolve(out);
  cpSync(ROOT, copy, { recursive: true, filter });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;

/** The commit that is packed, and whether the sources are its own. */
function commit(): string {
  if (gitOutput('rev-parse', 'HEAD').status !== 0) throw new Other('skipped', 'no Git here');
  const changed = gitOutput('status', '--porcelain').stdout.split('\n').filter(Boolean).length;
  const name = gitOutput('rev-parse', '--short', 'HEAD').stdout.trim();
  return `${name}${changed ? `, and ${changed} files that differ from it` : ''}`;
}

function tests({ skipTests }: Settings): string {
  if (skipTests) throw new Other('skipped', '--skip-tests');
  need(spawnSync(NPM, ['test'], { cwd: ROOT, stdio: 'inherit' }).status === 0, 'npm test failed');
  return 'npm test';
}

type Packed = Readonly<Record<'vsix' | 'npm', Artefact>>;

async function packAgain(first: Packed, work: string, { out }: Settings, epoch: number): Promise<string> {
  const second = await packAll(copySources(work, out), path.join(work, 'out'), epoch);
  for (const kind of ['vsix', 'npm'] as const) {
    need(second[kind].sha256 === first[kind].sha256, `${kind}: ${first[kind].sha256}, then ${second[kind].sha256}`);
  }
  return `vsix ${first.vsix.sha256.slice(0, 12)}, npm ${first.npm.sha256.slice(0, 12)}`;
}

function licences(bundled: readonly Bundled[]): string {
  const lock = json('package-lock.json') as { packages: Parameters<typeof checkLicences>[0] };
  const { checked, refused } = checkLicences(lock.packages, bundled);
  need(refused.length === 0, refused.join('; '));
  return `${checked} packages, ${bundled.length} of them shipped, with notices`;
}

async function checkPackages(steps: Steps, first: Packed, work: string, settings: Settings, epoch: number) {
  const { out, version } = settings;
  const bundled = json('dist/bundled.json') as Bundled[];
  await steps.take('VSIX', () => {
    need(first.vsix.size <= MAX_VSIX, `${kilobytes(first.vsix.size)}, more than ${kilobytes(MAX_VSIX)}`);
    return `${sameContents(CONTENTS.vsix, first.vsix.contents)}, ${kilobytes(first.vsix.size)}`;
  });
  await steps.take(
    'npm package',
    () => `${sameContents(CONTENTS.npm, first.npm.contents)}, ${kilobytes(first.npm.size)}`,
  );
  await steps.take('the same bytes again', () => packAgain(first, work, settings, epoch));
  await steps.take('licences', () => licences(bundled));
  await steps.take('SBOM', async () => {
    const { text, components } = await billOfMaterials(ROOT, bundled, epoch);
    writeFileSync(path.join(out, `devicetree-iommu-${version}.cdx.json`), text);
    return `CycloneDX, ${components} components`;
  });
  writeFileSync(
    path.join(out, 'SHA256SUMS'),
    [first.vsix, first.npm].map(({ sha256, file }) => `${sha256}  ${path.basename(file)}\n`).join(''),
  );
}

async function takeSteps(steps: Steps, work: string, settings: Settings): Promise<void> {
  const { out, version } = settings;
  // One time for the whole run, whatever is committed meanwhile.
  let epoch: number | undefined;
  let packed: Packed | undefined;
  await steps.take('changelog', () => `${version}, ${changelogDate(version)}`);
  await steps.take('commit', commit);
  await steps.take('tests', () => tests(settings));
  await steps.take('packages', async () => {
    epoch = epochOf(version);
    packed = await packAll(ROOT, out, epoch);
    return path.relative(process.cwd(), out) || '.';
  });
  if (packed && epoch !== undefined) await checkPackages(steps, packed, work, settings, epoch);
  await steps.take('npm audit', audit);
}

export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'dry-run': { type: 'boolean', default: false },
      'skip-tests': { type: 'boolean', default: false },
      out: { type: 'string', default: path.join(ROOT, 'release') },
    },
  });
  if (!values['dry-run']) {
    console.error('Publishing is done by a person: npm run release -- --dry-run says how when all is in order.');
    return 2;
  }
  const { version } = json('package.json') as { version: string };
  const { out } = values;
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(path.join(tmpdir(), 'dt-iommu-release-'));
  const steps = new Steps();
  try {
    await takeSteps(steps, work, { out, skipTests: values['skip-tests'], version });
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
  steps.print();
  if (steps.failed || !existsSync(path.join(out, 'SHA256SUMS'))) return 1;
  const at = path.relative(process.cwd(), out) || '.';
  console.log(`\nTo publish: git tag v${version}
  npm publish ${at}/devicetree-iommu-${version}-npm.tgz
  npx vsce publish --packagePath ${at}/devicetree-iommu-${version}.vsix`);
  return 0;
}
