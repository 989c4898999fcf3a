// SPDX-License-Identifier: MIT
// Debian's packages of other suites and architectures, unpacked into the lab's cache; the machine's own apt stays as it is.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'devicetree-iommu', 'kernel-lab');

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** The mirror that this machine's own apt uses for Debian. */
function mirror(): string {
  const [file, pattern] = ['/etc/apt/sources.list.d/debian.sources', /^URIs: *(\S+)/m] as const;
  return (existsSync(file) && pattern.exec(readFileSync(file, 'utf8'))?.[1]) || 'http://deb.debian.org/debian';
}

const sourceOf = (suite: string): string => {
  const host = suite.endsWith('-security') ? mirror().replace(/\/debian\/?$/, '/debian-security') : mirror();
  return `deb [signed-by=${keyring}] ${host} ${suite} main\n`;
};

/** What packages come from. */
export interface Debian {
  readonly suite: string;
  readonly architecture: Architecture;
}

export type Architecture = 'arm64' | 'riscv64';

/** The name of what the cache keeps of a Debian: arm64 was the first, and is not told. */
const named = (name: string, { architecture }: Pick<Debian, 'architecture'>): string =>
  architecture === 'arm64' ? name : `${name}-${architecture}`;

/** An apt of its own for one suite and architecture: nothing installed, its lists in the cache. */
function apt(debian: Debian, command: string, args: readonly string[]): string {
  const { suite, architecture } = debian;
  const state = join(cache, 'apt', named(suite, debian));
  for (const folder of ['lists/partial', 'archives/partial']) mkdirSync(join(state, folder), { recursive: true });
  writeFileSync(join(state, 'sources.list'), sourceOf(suite));
  const options = {
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': '',
    'Acquire::Check-Valid-Until': 'false',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': state,
    'Dir::Etc::SourceList': join(state, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
  };
  const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return execFileSync(command, [...flags, ...args], {
    cwd: state,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

const refreshed = new Set<string>();

/** Asks Debian once per run what the suite has. */
function refresh(debian: Debian): void {
  const name = named(debian.suite, debian);
  if (refreshed.has(name)) return;
  apt(debian, 'apt-get', ['update', '-qq']);
  refreshed.add(name);
}

const byVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** The newest package of the suite whose whole name the pattern matches; undefined where there is none. */
export function newestPackage(debian: Debian, prefix: string, pattern: RegExp): string | undefined {
  refresh(debian);
  const names = apt(debian, 'apt-cache', ['pkgnames', prefix]).split('\n');
  return names
    .filter((name) => pattern.test(name))
    .sort(byVersion)
    .at(-1);
}

/** The packages that `name` needs and whose name the pattern matches. */
export function dependencies(debian: Debian, name: string, pattern: RegExp): string[] {
  refresh(debian);
  const depends = apt(debian, 'apt-cache', ['depends', '--no-recommends', '--no-suggests', name]);
  return [...depends.matchAll(/Depends: (\S+)/g)].map(([, found = '']) => found).filter((found) => pattern.test(found));
}

/** Downloads the packages, `name` and its `parts`, if the cache does not have them, and returns the folder that they are unpacked in. */
export function unpacked(debian: Debian, [name, ...parts]: readonly [string, ...string[]]): string {
  const { suite, architecture } = debian;
  const own = name.endsWith(architecture) ? name : named(name, debian);
  const folder = join(cache, 'root', own);
  const names = [name, ...parts];
  if (existsSync(folder)) return folder;
  console.log(`Fetching ${names.join(' ')} (${architecture}, ${suite}) …`);
  refresh(debian);
  apt(debian, 'apt-get', ['download', ...names]);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const state = join(cache, 'apt', named(suite, debian));
  for (const deb of readdirSync(state).filter((file) => file.endsWith('.deb'))) {
    execFileSync('dpkg', ['-x', join(state, deb), partial]);
    rmSync(join(state, deb));
  }
  renameSync(partial, folder);
  return folder;
}
