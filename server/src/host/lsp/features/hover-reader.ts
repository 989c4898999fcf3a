// SPDX-License-Identifier: MIT
// What hovers may use of the client that asks: links to places, and to commands where the client is ours.
import { linkOf } from '#host/lsp/convert.ts';
import type { Session } from '#host/lsp/server.ts';
import type { View } from '#ide/analysis.ts';
import type { Reader } from '#ide/hovers/sheet.ts';

/** Our client is known by what it says of the pages of rules. */
export function readerOf({ workspace, rulePage }: Session, { file, snapshot }: View): Reader {
  const link = linkOf(workspace, snapshot);
  if (!rulePage?.startsWith('command:devicetreeIommu.')) return { link };
  const textDocument = { uri: workspace.uri(file) };
  return {
    link,
    command: (name, node) => {
      const given = encodeURIComponent(JSON.stringify([{ textDocument, node, path: node }])).replace(
        /[()']/g,
        encodeByte,
      );
      return `command:devicetreeIommu.${name}?${given}`;
    },
  };
}

/** What a link in Markdown would end at. */
function encodeByte(character: string): string {
  return `%${character.charCodeAt(0).toString(16)}`;
}
