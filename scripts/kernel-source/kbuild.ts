// SPDX-License-Identifier: MIT
// What Kbuild links together: the sources of each module of a Linux tree.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Sorted paths of the files with such a name. */
export function filesBelow(folder: string, wanted: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** `group-y := a.o`, `group-objs-$(CONFIG_X) += a.o`, `group-y += $(list-y)`: objects by the name of their group. */
function groupsOf(text: string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const [, target, items = ''] =
      /^\s*([\w.-]+?)(?:-objs)?-(?:\$\(\w+\)|y|m|objs)\s*[:+]?=\s*([^#]*)/.exec(line) ?? [];
    if (target === undefined || target === 'obj' || target === 'lib') continue;
    const known = groups.get(target) ?? [];
    groups.set(target, [...known, ...items.split(/\s+/).filter((item) => item !== '')]);
  }
  return groups;
}

/** The sources that are linked with each source below the folders, itself included; by path. */
export function linkedSources(folders: readonly string[]): Map<string, ReadonlySet<string>> {
  const modules = new Map<string, ReadonlySet<string>>();
  const joinGroup = (sources: readonly string[]) => {
    const all = new Set(sources.flatMap((source) => [...(modules.get(source) ?? [source])]));
    for (const source of all) modules.set(source, all);
  };
  for (const folder of folders) {
    for (const makefile of filesBelow(folder, /^(Makefile|Kbuild)$/)) {
      const at = dirname(makefile);
      const groups = groupsOf(readFileSync(makefile, 'utf8'));
      const objectsOf = (items: readonly string[], depth = 0): string[] =>
        items.flatMap((item) => {
          const inner = /^\$\((.*?)-(?:y|m|objs|\$\(\w+\))\)$/.exec(item)?.[1] ?? item.replace(/\.o$/, '');
          const group = depth < 4 ? groups.get(inner) : undefined;
          return group ? objectsOf(group, depth + 1) : [item];
        });
      for (const items of groups.values()) {
        const objects = objectsOf(items).filter((item) => item.endsWith('.o'));
        joinGroup(objects.map((object) => join(at, object.replace(/\.o$/, '.c'))));
      }
    }
  }
  return modules;
}
