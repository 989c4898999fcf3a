// SPDX-License-Identifier: MIT
// The project file `dt-iommu.json`: what it may say, read from its text without ever failing.
import { ancestors, dirname, join } from '#base/files.ts';
import type { Severity } from '#base/problem.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { parseKernelVersion } from '#model/platform/kernel-options.ts';
import type { PlatformKind } from '#model/platform/types.ts';
import { parseXenVersion } from '#model/platform/xen-build.ts';
import { parseDtcVersion } from '#tree/dtc/version.ts';

export const PROJECT_FILE = 'dt-iommu.json';

export const PLATFORM_KINDS: readonly PlatformKind[] = ['linux', 'xen-dom0', 'xen-domu', 'xen-host', 'kvm', 'zephyr'];

export type RuleLevel = Severity | 'off';

export const RULE_LEVELS: readonly RuleLevel[] = ['error', 'warning', 'info', 'hint', 'off'];

export interface ProjectBoard {
  readonly name: string;
  /** Absolute. */
  readonly file: string;
  /** Absolute; applied in order. */
  readonly overlays: readonly string[];
  /** Present: the board is the host tree of a Xen that starts these domains. */
  readonly domains?: readonly ProjectDomain[];
}

/** A domain of a Xen host and its partial device tree. */
export interface ProjectDomain {
  /** Path of the domain's node in the host's tree; absent where only the boot loader makes it. */
  readonly node?: string;
  /** Absolute. */
  readonly deviceTree: string;
}

/** The fields of `dt-iommu.json`, all optional; paths are absolute. Editor settings have the same names. */
export interface Project {
  readonly boards?: readonly ProjectBoard[];
  readonly includePaths?: readonly string[];
  readonly defines?: Readonly<Record<string, string>>;
  readonly platform?: PlatformKind;
  /** `6.12`. */
  readonly kernelVersion?: string;
  /** `1.7.2`: the dtc that reads the boards. */
  readonly dtcVersion?: string;
  readonly kernelConfig?: string;
  readonly cmdline?: string;
  /** `4.20`: the Xen that reads the trees. */
  readonly xenVersion?: string;
  /** Its `.config`. */
  readonly xenConfig?: string;
  /** The folder `schemas` of an installed dt-schema. */
  readonly dtSchema?: string;
  readonly rules?: Readonly<Record<string, RuleLevel>>;
}

export interface ProjectReading {
  readonly project: Project;
  /** One sentence per field that was left out because it does not say what the field may say. */
  readonly complaints: readonly string[];
}

/** The nearest `dt-iommu.json` from the file upwards. */
export function findProjectFile(files: FileSystem, file: string): string | undefined {
  for (const folder of ancestors(file)) {
    const path = join(folder, PROJECT_FILE);
    if (files.isFile(path)) return path;
  }
  return undefined;
}

/** Reads the text of a project file; relative paths count from its folder. */
export function parseProject(text: string, file: string): ProjectReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { project: {}, complaints: [`\`${file}\` is not JSON: ${String(error)}`] };
  }
  return readProject(json, dirname(file));
}

/** Reads parsed JSON, a project file or editor settings; relative paths count from `folder`. */
export function readProject(json: unknown, folder: string): ProjectReading {
  if (!isObject(json)) return { project: {}, complaints: ['The project file holds no JSON object; it is ignored.'] };
  const complaints: string[] = [];
  const project: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(json)) {
    const reader = Object.hasOwn(READERS, name) ? READERS[name as keyof Project] : undefined;
    if (!reader) {
      if (name !== '$schema') complaints.push(`\`${name}\` is not a field of ${PROJECT_FILE}; it is ignored.`);
      continue;
    }
    const result = reader.read(value, folder);
    if (result === undefined) complaints.push(`\`${name}\` is not ${reader.expected}; it is ignored.`);
    else project[name] = result;
  }
  return { project: project as Project, complaints };
}

/** The later one wins, field by field; `rules` and `defines` are merged, include paths of the later come first. */
export function mergeProjects(base: Project, over: Project): Project {
  return {
    ...base,
    ...over,
    includePaths: [...(over.includePaths ?? []), ...(base.includePaths ?? [])],
    defines: { ...base.defines, ...over.defines },
    rules: { ...base.rules, ...over.rules },
  };
}

interface Reader<T> {
  readonly expected: string;
  read(value: unknown, folder: string): T | undefined;
}

const READERS: { readonly [K in keyof Project]-?: Reader<NonNullable<Project[K]>> } = {
  boards: { expected: 'a list of `{ "name", "file", "overlays", "domains" }`', read: readBoards },
  includePaths: { expected: 'a list of folders', read: readPaths },
  defines: { expected: 'an object of macro names and their text', read: readDefines },
  platform: { expected: `one of ${PLATFORM_KINDS.join(', ')}`, read: (value) => oneOf(PLATFORM_KINDS, value) },
  kernelVersion: {
    expected: 'a version like "6.12"',
    read: (value) => (typeof value === 'string' && parseKernelVersion(value) ? value : undefined),
  },
  dtcVersion: {
    expected: 'a version like "1.7.2"',
    read: (value) => (typeof value === 'string' && parseDtcVersion(value) ? value : undefined),
  },
  kernelConfig: { expected: 'a path', read: (value, folder) => (isText(value) ? join(folder, value) : undefined) },
  cmdline: { expected: 'a string', read: (value) => (typeof value === 'string' ? value : undefined) },
  xenVersion: {
    expected: 'a release of Xen like "4.20"',
    read: (value) => (typeof value === 'string' && parseXenVersion(value) ? value : undefined),
  },
  xenConfig: { expected: 'a path', read: (value, folder) => (isText(value) ? join(folder, value) : undefined) },
  dtSchema: { expected: 'a path', read: (value, folder) => (isText(value) ? join(folder, value) : undefined) },
  rules: { expected: `an object of rule ids and ${RULE_LEVELS.join(', ')}`, read: readRules },
};

/** What `dt-iommu.json` may say. */
export const PROJECT_FIELDS: readonly string[] = Object.keys(READERS);

function readBoards(value: unknown, folder: string): ProjectBoard[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const boards: ProjectBoard[] = [];
  for (const entry of value) {
    if (!isObject(entry) || !isText(entry.file)) return undefined;
    const overlays = entry.overlays === undefined ? [] : readPaths(entry.overlays, folder);
    const domains = entry.domains === undefined ? undefined : readDomains(entry.domains, folder);
    if (!overlays || (entry.domains !== undefined && !domains)) return undefined;
    const file = join(folder, entry.file);
    boards.push({ name: isText(entry.name) ? entry.name : file, file, overlays, ...(domains && { domains }) });
  }
  return boards;
}

function readDomains(value: unknown, folder: string): ProjectDomain[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const domains: ProjectDomain[] = [];
  for (const entry of value) {
    if (!isObject(entry) || !isText(entry.deviceTree)) return undefined;
    const { node } = entry;
    if (node !== undefined && !(isText(node) && node.startsWith('/'))) return undefined;
    domains.push({ ...(node !== undefined && { node }), deviceTree: join(folder, entry.deviceTree) });
  }
  return domains;
}

function readPaths(value: unknown, folder: string): string[] | undefined {
  return Array.isArray(value) && value.every(isText) ? value.map((path) => join(folder, path)) : undefined;
}

/** What `cpp -D` takes before the `=`. */
const MACRO = /^[A-Za-z_]\w*(?:\([\w\s,.]*\))?$/;

function readDefines(value: unknown): Record<string, string> | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value);
  const isDefine = (name: string, text: unknown) => MACRO.test(name) && ['string', 'number'].includes(typeof text);
  if (!entries.every(([name, text]) => isDefine(name, text))) return undefined;
  return Object.fromEntries(entries.map(([name, text]) => [name, String(text)]));
}

function readRules(value: unknown): Record<string, RuleLevel> | undefined {
  if (!isObject(value)) return undefined;
  const entries = Object.entries(value).map(([id, level]) => [id, oneOf(RULE_LEVELS, level)] as const);
  return entries.every(([, level]) => level) ? (Object.fromEntries(entries) as Record<string, RuleLevel>) : undefined;
}

function oneOf<T extends string>(values: readonly T[], value: unknown): T | undefined {
  return values.find((candidate) => candidate === value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
