// SPDX-License-Identifier: MIT
// What Kbuild links together: the sources of each module of a Linux tree.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function filesBelow(folder, wanted) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** `group-y := a.o`, `group-objs-$(CONFIG_X) += a.o`, `group-y += $(list-y)`: objects by the name of their group. */
function groupsOf(text) {
  const groups = new Map();
  for (const line of text.replace(/\\\n/g, ' ').split('\n')) {
    const [, target, items] = /^\s*([\w.-]+?)(?:-objs)?-(?:\$\(\w+\)|y|m|objs)\s*[:+]?=\s*([^#]*)/.exec(line) ?? [];
    if (target === undefined || target === 'obj' || target === 'lib') continue;
    const known = groups.get(target) ?? [];
    groups.set(target, [...known, ...items.split(/\s+/).filter((item) => item !== '')]);
  }
  return groups;
}

/** The sources that are linked with each source below the folders, itself included; by path. */
export function linkedSources(folders) {
  const modules = new Map();
  const joinGroup = (sources) => {
    const all = new Set(sources.flatMap((source) => [...(modules.get(source) ?? [source])]));
    for (const source of all) modules.set(source, all);
  };
  for (const folder of folders) {
    for (const makefile of filesBelow(folder, /^(Makefile|Kbuild)$/)) {
      const at = dirname(makefile);
      const groups = groupsOf(readFileSync(makefile, 'utf8'));
      const objectsOf = (items, depth = 0) =>
        items.flatMap((item) => {
          const inner = /^\$\((.*?)-(?:y|m|objs|\$\(\w+\))\)$/.exec(item)?.[1] ?? item.replace(/\.o$/, '');
          return depth < 4 && groups.has(inner) ? objectsOf(groups.get(inner), depth + 1) : [item];
        });
      for (const items of groups.values()) {
        const objects = objectsOf(items).filter((item) => item.endsWith('.o'));
        joinGroup(objects.map((object) => join(at, object.replace(/\.o$/, '.c'))));
      }
    }
  }
  return modules;
}
