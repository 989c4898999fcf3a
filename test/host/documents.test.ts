// SPDX-License-Identifier: MIT
// Documents that show a file beside the file: another text never takes its place, in whatever order they come and go.
import { describe, expect, test } from 'vitest';
import type { CodeAction, Diagnostic, TextEdit } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { SourceFile } from '#base/files.ts';
import { LanguageClient, StaticFiles } from '#test/support/language-client.ts';

const FILE = 'file:///repo/guest.dts';
const HEAD = 'git:/repo/guest.dts?%7B%22path%22%3A%22%2Frepo%2Fguest.dts%22%2C%22ref%22%3A%22HEAD%22%7D';
const LEGACY = 'xen-backend-domid-legacy';

const guest = (device: string) => `/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	hypervisor { compatible = "xen,xen-4.19", "xen,xen"; };
	virtio@1000 { compatible = "virtio,mmio"; reg = <0x1000 0x100>; dma-coherent; ${device} };
};
`;
const MINE = guest('xen,backend-domid = <1>;');
const OLD = `/* what HEAD has */\n\n${guest('')}`;

/** A document with what was done to it, as the user sees it. */
class Shown {
  readonly #client: LanguageClient;
  #document: TextDocument;

  constructor(client: LanguageClient, uri: string, text: string) {
    this.#client = client;
    this.#document = TextDocument.create(uri, 'dts', 1, text);
    client.open(uri, text);
  }

  get text(): string {
    return this.#document.getText();
  }

  edit(find: string, replacement: string): void {
    const at = this.text.indexOf(find);
    const range = { start: this.#document.positionAt(at), end: this.#document.positionAt(at + find.length) };
    this.#apply([{ range, newText: replacement }]);
  }

  async problems(): Promise<string[]> {
    const report = await this.#client.result<{ items: Diagnostic[] }>('textDocument/diagnostic', this.#params);
    return report.items.map((item) => String(item.code));
  }

  /** What stands under the range of the first problem of the rule. */
  async under(rule: string): Promise<string> {
    const { items } = await this.#client.result<{ items: Diagnostic[] }>('textDocument/diagnostic', this.#params);
    return this.#document.getText(items.find(({ code }) => code === rule)?.range);
  }

  async fix(rule: string): Promise<void> {
    const end = this.#document.positionAt(this.text.length);
    const params = { ...this.#params, range: { start: { line: 0, character: 0 }, end }, context: { diagnostics: [] } };
    const actions = await this.#client.result<CodeAction[]>('textDocument/codeAction', params);
    const action = actions.find(({ diagnostics }) => diagnostics?.[0]?.code === rule);
    for (const change of action?.edit?.documentChanges ?? []) {
      if ('edits' in change && change.textDocument.uri === this.#document.uri) this.#apply(change.edits as TextEdit[]);
    }
  }

  close(): void {
    this.#client.notify('textDocument/didClose', this.#params);
  }

  get #params() {
    return { textDocument: { uri: this.#document.uri } };
  }

  #apply(edits: TextEdit[]): void {
    const contentChanges = [...edits].reverse().map(({ range, newText }) => ({ range, text: newText }));
    const version = this.#document.version + 1;
    this.#document = TextDocument.create(
      this.#document.uri,
      'dts',
      version,
      TextDocument.applyEdits(this.#document, edits),
    );
    this.#client.notify('textDocument/didChange', {
      textDocument: { uri: this.#document.uri, version },
      contentChanges,
    });
  }
}

async function started(files = new StaticFiles({}), folders: string[] = ['file:///repo']): Promise<LanguageClient> {
  const client = new LanguageClient(files);
  const workspaceFolders = folders.map((uri) => ({ uri, name: uri }));
  await client.initialize({ textDocument: { diagnostic: {} } }, { workspaceFolders });
  return client;
}

const FIXED = MINE.replace('xen,backend-domid = <1>;', 'iommus = <&xen_iommu 1>;');

/** What a person expects of an edit and the fix, whatever else is open. */
async function expectUntouched(mine: Shown): Promise<void> {
  expect(await mine.under(LEGACY)).toBe('xen,backend-domid');
  mine.edit('0x1000 0x100', '0x1000 0x200');
  await mine.fix(LEGACY);
  expect(mine.text).toContain(FIXED.split('\n')[5]?.replace('0x100>', '0x200>').trim());
  expect(mine.text).toContain('xen_iommu: ');
  expect(await mine.problems()).not.toContain(LEGACY);
}

describe.each([
  ['Open Changes', HEAD],
  ['the timeline', 'vscode-local-history:/repo/guest.dts?%7B%22id%22%3A1%7D'],
  ['an input of a merge editor', 'git:/repo/guest.dts?%7B%22ref%22%3A%22%3A2%22%7D'],
  ['GitLens', 'gitlens://6162/repo/guest.dts?%7B%22ref%22%3A%22HEAD%22%7D'],
])('%s', (_, other) => {
  test('opened after the file', async () => {
    const client = await started();
    const mine = new Shown(client, FILE, MINE);
    const beside = new Shown(client, other, OLD);
    expect(await beside.problems()).toEqual([]);
    await expectUntouched(mine);
  });

  test('opened before, changed and closed', async () => {
    const client = await started();
    const beside = new Shown(client, other, OLD);
    const mine = new Shown(client, FILE, MINE);
    beside.edit('/dts-v1/;', '/dts-v1/; / { };');
    beside.close();
    await expectUntouched(mine);
  });

  test('stays open after the file was closed and opened again', async () => {
    const client = await started();
    const beside = new Shown(client, other, OLD);
    new Shown(client, FILE, OLD).close();
    const mine = new Shown(client, FILE, MINE);
    expect(await beside.problems()).toEqual([]);
    await expectUntouched(mine);
  });
});

test.each([
  ['an untitled document that will be saved there', 'untitled:/repo/guest.dts'],
  ['another folder whose file has the same name', 'vscode-vfs://github/repo/guest.dts'],
  ['another machine', 'vscode-vfs://gitlab/repo/guest.dts'],
])('%s is a text of its own', async (_, uri) => {
  const client = await started(new StaticFiles({}), ['file:///repo', 'vscode-vfs://github/repo']);
  const mine = new Shown(client, FILE, MINE);
  const theirs = new Shown(client, uri, `/* theirs */ ${MINE}`);
  await expectUntouched(mine);
  await expectUntouched(theirs);
});

/** A disk on which `link.dts` is a symbolic link to `guest.dts`. */
class Linked extends StaticFiles {
  override read(path: string): SourceFile | undefined {
    return super.read(path === '/repo/link.dts' ? '/repo/guest.dts' : path);
  }
}

test.each([true, false])('a link and its target are two texts (the file first: %s)', async (fileFirst) => {
  const client = await started(new Linked({ '/repo/guest.dts': MINE }));
  const open = [() => new Shown(client, FILE, MINE), () => new Shown(client, 'file:///repo/link.dts', `\n${MINE}`)];
  const [first, second] = (fileFirst ? open : open.reverse()).map((shown) => shown()) as [Shown, Shown];
  await expectUntouched(first);
  await expectUntouched(second);
  first.close();
  second.edit('iommus = <&xen_iommu 1>;', 'xen,backend-domid = <1>;');
  expect(await second.under(LEGACY)).toBe('xen,backend-domid');
});

test('of two URIs that name one path the later waits until the first is closed', async () => {
  const client = await started();
  const mine = new Shown(client, FILE, MINE);
  const same = new Shown(client, 'file:///repo/%67uest.dts', OLD);
  expect(await same.problems()).toEqual([]);
  expect(await mine.under(LEGACY)).toBe('xen,backend-domid');
  mine.close();
  same.edit('dma-coherent;', 'dma-coherent; xen,backend-domid = <1>;');
  expect(await same.under(LEGACY)).toBe('xen,backend-domid');
});

test('a lone carriage return ends a line', async () => {
  const client = await started();
  const shown = new Shown(client, FILE, MINE.replaceAll('\n', '\r'));
  expect(await shown.under(LEGACY)).toBe('xen,backend-domid');
  await shown.fix(LEGACY);
  expect(await shown.problems()).not.toContain(LEGACY);
});
