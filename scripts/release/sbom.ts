// SPDX-License-Identifier: MIT
// The bill of materials in CycloneDX, by npm itself, of what ships: everything is bundled, so npm takes it for tools.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { NPM } from './pack.ts';

const DEVELOPMENT = 'cdx:npm:package:development';

interface Component {
  readonly 'bom-ref': string;
  name: string;
  readonly group?: string;
  readonly version: string;
  properties?: readonly { readonly name: string }[];
}

/** A bill in CycloneDX, as far as it is changed here. */
interface Bill {
  readonly metadata: { readonly component: Component; timestamp: string };
  serialNumber: string;
  components: readonly Component[];
  dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** The bill of `bundled`, the packages in what ships; `epoch` is its time in seconds. */
export async function billOfMaterials(
  root: string,
  bundled: readonly { readonly name: string; readonly version: string }[],
  epoch: number,
): Promise<{ text: string; components: number }> {
  const { stdout } = await promisify(execFile)(NPM, ['sbom', '--sbom-format', 'cyclonedx'], {
    cwd: root,
    maxBuffer: 1 << 26,
  });
  const bom = JSON.parse(stdout) as Bill;
  const kept = new Set(bundled.map(({ name, version }) => `${name}@${version}`));
  const own = bom.metadata.component;
  const missing = [...kept].filter((ref) => !bom.components.some((one) => isOf(one, ref)));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}`);
  bom.components = bom.components.filter((one) => [...kept].some((ref) => isOf(one, ref)));
  const refs = new Set(bom.components.map((one) => one['bom-ref']));
  for (const one of bom.components) {
    one.properties = (one.properties ?? []).filter(({ name }) => name !== DEVELOPMENT);
  }
  const links = bom.dependencies.filter(({ ref }) => refs.has(ref));
  bom.dependencies = [
    { ref: own['bom-ref'], dependsOn: [...refs].sort() },
    ...links.map(({ ref, dependsOn }) => ({
      ref,
      dependsOn: dependsOn.filter((each) => refs.has(each)),
    })),
  ];
  // npm takes the name of the folder, the time of the run and a random number.
  own.name = 'devicetree-iommu';
  bom.metadata.timestamp = new Date(epoch * 1000).toISOString();
  const hash = createHash('sha256')
    .update(JSON.stringify([own, bom.components]))
    .digest('hex');
  bom.serialNumber = `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  return { text: `${JSON.stringify(bom, null, 2)}\n`, components: bom.components.length };
}

function isOf({ name, group, version }: Component, ref: string): boolean {
  return `${group ? `${group}/` : ''}${name}@${version}` === ref;
}
