// SPDX-License-Identifier: MIT
// Which licences are taken: in what ships only those that ask for no more than their text, in tools a few others too.
import type { Bundled } from './bundled.ts';

const SHIPPED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT'];
const TOOLS = [
  ...SHIPPED,
  'Artistic-2.0',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'MPL-2.0',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
  'Zlib',
];
/** Microsoft's own terms: the part of vsce that signs, which we do not use and never ship. */
const EXCEPTIONS = /^node_modules\/@vscode\/vsce-sign(-|$)/;

/**
 * SPDX expressions of names with AND and OR, as packages have them: AND binds closer.
 */
export function isAllowed(expression: string | undefined, ships: boolean): boolean {
  const names = ships ? SHIPPED : TOOLS;
  if (!expression || /[()]/.test(expression.replace(/^\(([^()]*)\)$/, '$1'))) return false;
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some((all) => all.split(' AND ').every((name) => names.includes(name.trim())));
}

/** `locked` is `packages` of the lock file. */
export function checkLicences(
  locked: Readonly<Record<string, { readonly license?: string; readonly optional?: boolean }>>,
  bundled: readonly Pick<Bundled, 'name' | 'license' | 'text'>[],
): { checked: number; refused: string[] } {
  const refused = bundled
    .filter(({ license, text }) => !isAllowed(license, true) || text === '')
    .map(({ name, license, text }) => `${name} ships: ${text === '' ? 'no text of its licence' : license}`);
  let checked = bundled.length;
  for (const [path, { license, optional }] of Object.entries(locked)) {
    // scripts/complete-lock.ts knows no licence of binaries for other platforms; they are of a package that has one.
    if (path === '' || EXCEPTIONS.test(path) || (optional && license === undefined)) continue;
    checked++;
    if (!isAllowed(license, false)) refused.push(`${path}: ${license ?? 'no licence'}`);
  }
  return { checked, refused };
}
