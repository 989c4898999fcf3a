// SPDX-License-Identifier: MIT
// `npm run release -- --dry-run [--skip-tests] [--out DIR]`: everything a release needs, into `release/`, and a table of
// what was found. Nothing is published: the last lines say how.
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { checkLicences } from './release/licences.mjs';
import { CONTENTS, NPM, packAll } from './release/pack.mjs';
import { billOfMaterials } from './release/sbom.mjs';

const run = promisify(execFile);
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
/** What a marketplace user downloads. */
const MAX_VSIX = 2_000_000;
/** What is made here, and is no source. */
const MADE = ['.git', '.cache', '.types', 'dist', 'node_modules', 'release'];

const { values: options } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    'skip-tests': { type: 'boolean', default: false },
    out: { type: 'string', default: path.join(root, 'release') },
  },
});
const { version } = json('package.json');

/** @param {string} file */
function json(file) {
  return JSON.parse(readFileSync(path.join(root, file), 'utf8'));
}

/** @type {{ step: string, result: 'ok' | 'failed' | 'skipped' | 'not offered', detail: string }[]} */
const rows = [];

/**
 * A step fails by throwing; what it gives is its detail. A failed step does not keep the others from saying theirs.
 * @param {string} name
 * @param {() => unknown} work
 */
async function step(name, work) {
  console.log(`== ${name}`);
  try {
    const detail = await work();
    rows.push({ step: name, result: 'ok', detail: String(detail ?? '') });
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    const result = error instanceof Other ? error.result : 'failed';
    rows.push({ step: name, result, detail: line });
    if (result === 'failed') console.error(error instanceof Error ? error.message : error);
  }
}

/** No success, and no failure of ours. */
class Other extends Error {
  /** @param {'skipped' | 'not offered'} result @param {string} message */
  constructor(result, message) {
    super(message);
    this.result = result;
  }
}

/** @param {boolean} condition @param {string} message */
function need(condition, message) {
  if (!condition) throw new Error(message);
}

/** The version's heading in the changelog. @returns {string} its date */
function changelogDate() {
  const [, named, date] = /^## (\S+)(?: - (\d{4}-\d{2}-\d{2}))?$/m.exec(readFile('CHANGELOG.md')) ?? [];
  if (named !== version || !date)
    throw new Error(`CHANGELOG.md begins with ${named}: "## ${version} - YYYY-MM-DD" is due`);
  return date;
}

/** @param {string} file */
function readFile(file) {
  return readFileSync(path.join(root, file), 'utf8');
}

/** @type {number | undefined} */
let time;

/** Seconds: the commit's, or the changelog's where there is no Git; one for the whole run, whatever is committed. */
function epoch() {
  time ??= readEpoch();
  return time;
}

function readEpoch() {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH);
  const { status, stdout } = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? Number(stdout) : Date.parse(changelogDate()) / 1000;
}

async function audit() {
  const { stdout } = await run(NPM, ['audit', '--json'], { cwd: root, maxBuffer: 1 << 26 }).catch((error) => error);
  const said = JSON.parse(stdout || '{}');
  if (!said.metadata) throw new Other('not offered', `this registry has no audit: ${said.message ?? 'no answer'}`);
  const { total, high, critical } = said.metadata.vulnerabilities;
  need(high + critical === 0, `${high} high and ${critical} critical: npm audit`);
  return `${total} findings`;
}

/** @param {string[]} wanted @param {string[]} found */
function sameContents(wanted, found) {
  const more = found.filter((name) => !wanted.includes(name));
  const less = wanted.filter((name) => !found.includes(name));
  need(more.length + less.length === 0, `not in scripts/release/contents.json: ${more}; missing: ${less}`);
  return `${found.length} files`;
}

/** A copy of the sources in another folder, with another time. @param {string} work */
function copySources(work) {
  const copy = path.join(work, 'again');
  const top = (/** @type {string} */ file) => path.relative(root, file).split(path.sep)[0] ?? '';
  const filter = (/** @type {string} */ file) =>
    !MADE.includes(top(file)) && path.basename(file) !== 'node_modules' && file !== path.resolve(options.out);
  cpSync(root, copy, { recursive: true, filter });
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

const kilobytes = (/** @type {number} */ bytes) => `${Math.round(bytes / 1000)} kB`;

if (!options['dry-run']) {
  console.error('Publishing is done by a person: npm run release -- --dry-run says how when all is in order.');
  process.exit(2);
}
mkdirSync(options.out, { recursive: true });
const work = mkdtempSync(path.join(tmpdir(), 'dt-iommu-release-'));
/** @type {Awaited<ReturnType<typeof packAll>> | undefined} */
let packed;
try {
  await step('changelog', () => `${version}, ${changelogDate()}`);
  await step('commit', () => {
    const git = (/** @type {string[]} */ ...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });
    if (git('rev-parse', 'HEAD').status !== 0) throw new Other('skipped', 'no Git here');
    const changed = git('status', '--porcelain').stdout.split('\n').filter(Boolean).length;
    return `${git('rev-parse', '--short', 'HEAD').stdout.trim()}${changed ? `, and ${changed} files that differ from it` : ''}`;
  });
  await step('tests', () => {
    if (options['skip-tests']) throw new Other('skipped', '--skip-tests');
    need(spawnSync(NPM, ['test'], { cwd: root, stdio: 'inherit' }).status === 0, 'npm test failed');
    return 'npm test';
  });
  await step('packages', async () => {
    packed = await packAll(root, options.out, epoch());
    return path.relative(process.cwd(), options.out) || '.';
  });
  if (packed) await checkPackages(packed);
  await step('npm audit', audit);
} finally {
  rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

/** @param {NonNullable<typeof packed>} first */
async function checkPackages(first) {
  const bundled = json('dist/bundled.json');
  await step('VSIX', () => {
    need(first.vsix.size <= MAX_VSIX, `${kilobytes(first.vsix.size)}, more than ${kilobytes(MAX_VSIX)}`);
    return `${sameContents(CONTENTS.vsix, first.vsix.contents)}, ${kilobytes(first.vsix.size)}`;
  });
  await step('npm package', () => `${sameContents(CONTENTS.npm, first.npm.contents)}, ${kilobytes(first.npm.size)}`);
  await step('the same bytes again', async () => {
    const second = await packAll(copySources(work), path.join(work, 'out'), epoch());
    for (const kind of /** @type {const} */ (['vsix', 'npm'])) {
      need(second[kind].sha256 === first[kind].sha256, `${kind}: ${first[kind].sha256}, then ${second[kind].sha256}`);
    }
    return `vsix ${first.vsix.sha256.slice(0, 12)}, npm ${first.npm.sha256.slice(0, 12)}`;
  });
  await step('licences', () => {
    const { checked, refused } = checkLicences(json('package-lock.json').packages, bundled);
    need(refused.length === 0, refused.join('; '));
    return `${checked} packages, ${bundled.length} of them shipped, with notices`;
  });
  await step('SBOM', async () => {
    const { text, components } = await billOfMaterials(root, bundled, epoch());
    writeFileSync(path.join(options.out, `devicetree-iommu-${version}.cdx.json`), text);
    return `CycloneDX, ${components} components`;
  });
  writeFileSync(
    path.join(options.out, 'SHA256SUMS'),
    [first.vsix, first.npm].map(({ sha256, file }) => `${sha256}  ${path.basename(file)}\n`).join(''),
  );
}

const width = Math.max(...rows.map(({ step }) => step.length));
console.log('');
for (const { step, result, detail } of rows) console.log(`${step.padEnd(width)}  ${result.padEnd(11)}  ${detail}`);
const failed = rows.some(({ result }) => result === 'failed') || !existsSync(path.join(options.out, 'SHA256SUMS'));
if (!failed) {
  const at = path.relative(process.cwd(), options.out) || '.';
  console.log(`\nTo publish: git tag v${version}
  npm publish ${at}/devicetree-iommu-${version}-npm.tgz
  npx vsce publish --packagePath ${at}/devicetree-iommu-${version}.vsix`);
}
process.exitCode = failed ? 1 : 0;
