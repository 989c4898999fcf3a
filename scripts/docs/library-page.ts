// SPDX-License-Identifier: MIT
// docs/library-api.md from the library's interface: each export with its comment and its text.

const HEAD = `# The library's interface

What \`devicetree-iommu\` and \`devicetree-iommu/node\` export; [library.md](library.md) says how it is used. Written by \`npm run docs\`.
`;

/** `api`: the text of `server/src/host/library/api.ts`; `disk`: that of `disk-api.ts`. */
export function libraryPage(api: string, disk: string): string {
  return [HEAD, '## `devicetree-iommu`\n', ...sections(api), '## `devicetree-iommu/node`\n', ...sections(disk)].join(
    '\n',
  );
}

const EXPORT =
  /^(?:\/\*\*(?<comment>(?:(?!\*\/)[\s\S])*)\*\/\n)?(?<text>export (?:declare )?(?:function|const|interface|type) (?<name>\w+)[\s\S]*?)(?=\n\n\/\*\*\n|\n\n\/\*\* |\n\nexport |\n$)/gm;

function sections(source: string): string[] {
  return [...source.matchAll(EXPORT)].map(({ groups: { comment = '', text = '', name = '' } = {} }) => {
    const words = comment
      .replaceAll(/^ ?\* ?/gm, '')
      .replaceAll(/\{@link ([\w.]+)\}/g, '`$1`')
      .trim()
      .replaceAll('\n', ' ');
    return `### ${name}\n\n${words ? `${words}\n\n` : ''}\`\`\`ts\n${text.trim()}\n\`\`\`\n`;
  });
}
