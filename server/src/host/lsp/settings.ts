// SPDX-License-Identifier: MIT
// The editor's settings, `devicetreeIommu.*`: the fields of the project file, checked on arrival.
import { type Project, readProject } from '#ide/boards/project.ts';

export const SECTION = 'devicetreeIommu';

/** Settings that are not fields of the project file; the client reads them. */
const CLIENT_SETTINGS = ['trace'];

/** Every setting of the server, as package.json contributes them; a test compares the two. */
export const SETTINGS = [
  'boards',
  'includePaths',
  'defines',
  'platform',
  'kernelVersion',
  'kernelConfig',
  'cmdline',
  'rules',
] as const satisfies readonly (keyof Project)[];

export interface SettingsReading {
  readonly settings: Project;
  /** One sentence per setting that is not used. */
  readonly complaints: readonly string[];
}

/** Relative paths count from `folder`, the first workspace folder. `null` and empty lists mean "not set". */
export function readSettings(value: unknown, folder: string): SettingsReading {
  if (typeof value !== 'object' || value === null) return { settings: {}, complaints: [] };
  const stated = Object.entries(value).filter(([name, field]) => !CLIENT_SETTINGS.includes(name) && !isUnset(field));
  const { project, complaints } = readProject(Object.fromEntries(stated), folder);
  return { settings: project, complaints: complaints.map((text) => text.replace('`', `\`${SECTION}.`)) };
}

function isUnset(field: unknown): boolean {
  if (field === null || field === undefined) return true;
  return Array.isArray(field) && field.length === 0;
}
