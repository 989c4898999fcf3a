// SPDX-License-Identifier: MIT
// The editor's settings, `devicetreeIommu.*`: the fields of the project file, checked on arrival.
import { isCoreSchemas } from '#bindings/files.ts';
import type { Settings } from '#ide/boards/context.ts';
import { configComplaint } from '#ide/boards/kernel-config.ts';
import { type Project, readProject } from '#ide/boards/project.ts';
import { noSchemas } from '#ide/boards/project-problems.ts';
import type { FileSystem } from '#ide/files/file-system.ts';
import { LENS_DEFAULTS, type LensKind } from '#ide/hints/code-lenses.ts';
import { HINT_DEFAULTS, type HintKind } from '#ide/hints/inlay-hints.ts';
import type { WorkspaceFolder } from './workspace.ts';

export const SECTION = 'devicetreeIommu';

/** Settings that are not fields of the project file: of the client, and which hints and lenses are shown. */
const OTHER_SETTINGS = ['trace', 'inlayHints', 'codeLens', 'features'];

/** What is shown between the lines of a file, in all folders alike. */
export interface Shown {
  readonly hints: Readonly<Record<HintKind, boolean>>;
  readonly lenses: Readonly<Record<LensKind, boolean>>;
}

export const SHOWN_BY_DEFAULT: Shown = { hints: HINT_DEFAULTS, lenses: LENS_DEFAULTS };

/** `inlayHints` and `codeLens` of the window; what is no boolean is not set. */
export function readShown(value: unknown): Shown {
  return { hints: chosen(HINT_DEFAULTS, value, 'inlayHints'), lenses: chosen(LENS_DEFAULTS, value, 'codeLens') };
}

function chosen<T extends Readonly<Record<string, boolean>>>(
  defaults: T,
  value: unknown,
  name: string,
): Readonly<Record<keyof T & string, boolean>> {
  const stated = fieldOf(value, name);
  const entries = Object.entries(defaults).map(([kind, usual]) => {
    const said = fieldOf(stated, kind);
    return [kind, typeof said === 'boolean' ? said : usual];
  });
  return Object.fromEntries(entries) as Readonly<Record<keyof T & string, boolean>>;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** Every setting of the server, as package.json contributes them; a test compares the two. */
export const SETTINGS = [
  'boards',
  'includePaths',
  'defines',
  'platform',
  'kernelVersion',
  'dtcVersion',
  'kernelConfig',
  'cmdline',
  'xenVersion',
  'xenConfig',
  'dtSchema',
  'rules',
] as const satisfies readonly (keyof Project)[];

export interface SettingsReading {
  readonly settings: Project;
  /** One sentence per setting that is not used. */
  readonly complaints: readonly string[];
}

/** Relative paths count from `folder`. `null` and empty lists mean "not set". */
export function readSettings(value: unknown, folder: string): SettingsReading {
  if (typeof value !== 'object' || value === null) return { settings: {}, complaints: [] };
  const stated = Object.entries(value).filter(([name, field]) => !OTHER_SETTINGS.includes(name) && !isUnset(field));
  const { project, complaints } = readProject(Object.fromEntries(stated), folder);
  return { settings: project, complaints: complaints.map((text) => text.replace('`', `\`${SECTION}.`)) };
}

/** Asks the client for its settings, for one folder or for what lies in none. */
export type AskSettings = (scopes: readonly ({ readonly scopeUri?: string } | undefined)[]) => Promise<unknown[]>;

/** The settings of each folder, and for files in none of them those of the window, whose paths count from the first. */
export async function readFolderSettings(
  folders: readonly WorkspaceFolder[],
  files: FileSystem,
  ask: AskSettings,
): Promise<{ readonly settings: Settings; readonly shown: Shown; readonly complaints: readonly string[] }> {
  const [window, ...values] = await ask([undefined, ...folders.map(({ uri }) => ({ scopeUri: uri }))]);
  const own = readSettings(window, folders[0]?.path ?? '');
  const inFolders = folders.map(({ path }, at) => ({ folder: path, ...readSettings(values[at], path) }));
  const all = [own, ...inFolders];
  const complaints = all.flatMap((each) => [...each.complaints, ...configComplaints(each.settings, files)]);
  return {
    settings: {
      project: own.settings,
      folders: inFolders.map(({ folder, settings }) => ({ folder, project: settings })),
    },
    shown: readShown(window),
    complaints: [...new Set(complaints)],
  };
}

function configComplaints(project: Project, files: FileSystem): string[] {
  const { dtSchema } = project;
  const schemas =
    dtSchema === undefined || isCoreSchemas(files, dtSchema) ? [] : [`\`${SECTION}.dtSchema\`: ${noSchemas(dtSchema)}`];
  const configs = (['kernelConfig', 'xenConfig'] as const).flatMap((name) => {
    const path = project[name];
    const built = name === 'xenConfig' ? 'Xen' : 'kernel';
    const complaint = path === undefined ? undefined : configComplaint(files, path, built);
    return complaint === undefined ? [] : [`\`${SECTION}.${name}\`: ${path} ${complaint}.`];
  });
  return [...schemas, ...configs];
}

function isUnset(field: unknown): boolean {
  if (field === null || field === undefined) return true;
  return Array.isArray(field) && field.length === 0;
}
