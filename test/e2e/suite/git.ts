// SPDX-License-Identifier: MIT
// Beside a file, VS Code shows other texts of the same name: HEAD, the timeline, the inputs of a merge, another folder's
// file. Whatever is open, an edit and the quick fix leave in the file what a person expects, to the byte.
import * as vscode from 'vscode';

const RULE = 'xen-backend-domid-legacy';
const LEGACY = '\t\txen,backend-domid = <1>;';
/** As Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml wants it. */
const REPAIRED = `		iommus = <&xen_iommu 1>;
	};

	xen_iommu: xen-iommu {
		compatible = "xen,grant-dma";
		#iommu-cells = <1>;
	};
};
`;

/** Of the extension host that runs Node; the project has no Node types here. */
declare const process: { readonly env: Readonly<Record<string, string | undefined>> };

interface GitApi {
  readonly repositories: readonly { readonly state: { readonly HEAD?: { readonly commit?: string } } }[];
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
}

function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

async function eventually<T>(what: string, ask: () => PromiseLike<T | undefined> | T | undefined): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: nothing within a minute`);
}

let api: GitApi;

async function git(): Promise<GitApi> {
  const extension = vscode.extensions.getExtension('vscode.git');
  check(extension, 'there is no Git extension');
  const found = (await extension.activate()).getAPI(1) as GitApi;
  await eventually('the repository', () => found.repositories[0]?.state.HEAD?.commit);
  return found;
}

function uriOf(folder: number, name = 'guest.dts'): vscode.Uri {
  const root = vscode.workspace.workspaceFolders?.[folder]?.uri;
  check(root, `folder ${folder} is not open`);
  return vscode.Uri.joinPath(root, name);
}

async function read(uri: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}

async function show(uri: vscode.Uri): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: false });
  return document;
}

function rulesOf(uri: vscode.Uri): string[] {
  return vscode.languages.getDiagnostics(uri).map(({ code }) => String(typeof code === 'object' ? code.value : code));
}

async function problem(document: vscode.TextDocument): Promise<vscode.Diagnostic> {
  return eventually(`a problem in ${document.uri}`, () => {
    const at = rulesOf(document.uri).indexOf(RULE);
    const found = vscode.languages.getDiagnostics(document.uri)[at];
    // Of an older text it would be elsewhere.
    return found && document.getText(found.range).startsWith('xen,backend-domid') ? found : undefined;
  });
}

async function applyFix(document: vscode.TextDocument): Promise<void> {
  const action = await eventually('quick fix', async () => {
    const { range } = await problem(document);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      range,
      vscode.CodeActionKind.QuickFix.value,
    );
    return actions.find(({ title }) => title === 'Convert to iommus with xen,grant-dma');
  });
  check(action.edit, 'the fix has no edit');
  check(await vscode.workspace.applyEdit(action.edit), 'the edit was refused');
}

/** What a person expects of an edit, the fix and a save; then the file is as before. */
async function expectUntouched(uri: vscode.Uri, original: string): Promise<void> {
  const document = await show(uri);
  check(document.getText() === original, `opened with\n${document.getText()}`);
  const edit = new vscode.WorkspaceEdit();
  const at = document.positionAt(original.indexOf('0x2000000 0x200>') + '0x2000000 '.length);
  edit.replace(uri, new vscode.Range(at, at.translate(0, '0x200'.length)), '0x4000');
  check(await vscode.workspace.applyEdit(edit), 'the edit was refused');
  await applyFix(document);
  check(await document.save(), 'not saved');
  const edited = original.replace('0x2000000 0x200>', '0x2000000 0x4000>');
  const expected = edited.slice(0, edited.indexOf(LEGACY)) + REPAIRED;
  const saved = await read(uri);
  check(saved === expected, `the file holds\n${saved}`);
  await eventually('no problem', () => (rulesOf(uri).includes(RULE) ? undefined : true));
  await restore(document, original);
}

async function restore(document: vscode.TextDocument, text: string): Promise<void> {
  const back = new vscode.WorkspaceEdit();
  back.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(back);
  check(await document.save(), 'not saved');
  check((await read(document.uri)) === text, 'the file is not as before');
}

/** The other texts that are open under a file's name. */
function beside(scheme: string, path: string): vscode.TextDocument[] {
  return vscode.workspace.textDocuments.filter(({ uri }) => uri.scheme === scheme && uri.path === path);
}

/** What VS Code itself kept of the file when it was saved, under the name that the timeline opens it by. */
async function storedVersion(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const data = process.env.E2E_DATA;
  check(data, 'E2E_DATA does not name the folder of the profile');
  const history = vscode.Uri.joinPath(vscode.Uri.file(data), 'User/History');
  for (const [name] of await vscode.workspace.fs.readDirectory(history)) {
    const folder = vscode.Uri.joinPath(history, name);
    const entries = JSON.parse(await read(vscode.Uri.joinPath(folder, 'entries.json')));
    const resource = vscode.Uri.parse(entries.resource);
    const id = entries.entries[0]?.id;
    if (id === undefined || resource.path !== uri.path) continue;
    // As localHistoryFileSystemProvider of VS Code names it, which reaches the folder as it reaches the file.
    const location = resource.with({ path: `${folder.path}/${id}` }).toString(true);
    const query = JSON.stringify({ location, associatedResource: entries.resource });
    return uri.with({ scheme: 'vscode-local-history', query });
  }
  return undefined;
}

/** Read-only texts are device trees to the editor, and no question to the server. */
async function expectQuiet(documents: readonly vscode.TextDocument[]): Promise<void> {
  check(documents.length > 0, 'nothing is open beside the file');
  for (const { uri, languageId, isClosed } of documents) {
    check(isClosed || languageId === 'dts', `${uri} is ${languageId}`);
    check(rulesOf(uri).length === 0, `${uri} has ${rulesOf(uri)}`);
  }
}

async function closeAll(): Promise<void> {
  for (const { uri, isDirty } of vscode.workspace.textDocuments) {
    // A question whether to save would end the tests.
    if (isDirty && uri.scheme === 'file') await vscode.workspace.save(uri);
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await eventually('nothing open', () =>
    vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs)[0] ? undefined : true,
  );
}

suite('Git', () => {
  let guest: string;
  let second: string;

  suiteSetup(async () => {
    api = await git();
    guest = await read(uriOf(0));
    second = await read(uriOf(1));
  });
  teardown(closeAll);

  test('Open Changes: HEAD beside the file', async () => {
    const uri = uriOf(0);
    await show(uri);
    await vscode.commands.executeCommand('git.openChange', uri);
    const heads = await eventually('HEAD', () => {
      const found = beside('git', uri.path);
      return found.length > 0 ? found : undefined;
    });
    check(heads[0]?.getText().startsWith('/* the second version, which is HEAD */'), 'that is not HEAD');
    await expectUntouched(uri, guest);
    await expectQuiet(beside('git', uri.path));
  });

  test('Open Changes first, then the file', async () => {
    const uri = uriOf(0);
    await vscode.commands.executeCommand('git.openChange', uri);
    await eventually('HEAD', () => beside('git', uri.path)[0]);
    await expectUntouched(uri, guest);
    await expectQuiet(beside('git', uri.path));
  });

  test('Timeline: two commits beside each other, then one beside the file', async () => {
    const uri = uriOf(0);
    const [first, head] = ['HEAD~2', 'HEAD'].map((ref) => api.toGitUri(uri, ref));
    await vscode.commands.executeCommand('vscode.diff', first, head, 'Timeline');
    await eventually('both', () => (beside('git', uri.path).length >= 2 ? true : undefined));
    await expectUntouched(uri, guest);
    await vscode.commands.executeCommand('vscode.diff', first, uri, 'Timeline');
    await expectUntouched(uri, guest);
    await expectQuiet(beside('git', uri.path));
  });

  test('Timeline: a version of the local history beside the file', async () => {
    const uri = uriOf(0);
    const history = await eventually('a stored version', () => storedVersion(uri));
    await vscode.commands.executeCommand('vscode.diff', history, uri, 'Local history');
    await expectUntouched(uri, guest);
    await expectQuiet(beside('vscode-local-history', uri.path));
  });

  test('a merge editor: its inputs beside the result', async () => {
    const uri = uriOf(0, 'merged.dts');
    const conflict = await read(uri);
    check(conflict.includes('<<<<<<<'), 'there is no conflict');
    await vscode.commands.executeCommand('git.openMergeEditor', uri);
    await eventually('the inputs', () => (beside('git', uri.path).length >= 2 ? true : undefined));
    const document = await vscode.workspace.openTextDocument(uri);
    const resolved = `// ours\n// ours\n${guest}`;
    // The merge editor writes into the result while it opens, and an edit between is refused.
    await eventually('the resolved text', async () => {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), resolved);
      return (await vscode.workspace.applyEdit(edit)) && document.getText() === resolved ? true : undefined;
    });
    await applyFix(document);
    check(await document.save(), 'not saved');
    const saved = await read(uri);
    check(saved === resolved.slice(0, resolved.indexOf(LEGACY)) + REPAIRED, `the file holds\n${saved}`);
    await expectQuiet(beside('git', uri.path));
  });

  test('files of the same name in two folders, and HEAD of one of them', async () => {
    await show(uriOf(1));
    await vscode.commands.executeCommand('git.openChange', uriOf(0));
    await expectUntouched(uriOf(0), guest);
    await expectUntouched(uriOf(1), second);
  });

  const OPEN: Readonly<Record<string, () => Thenable<unknown>>> = {
    file: () => show(uriOf(0)),
    HEAD: () => show(api.toGitUri(uriOf(0), 'HEAD')),
    changes: () => vscode.commands.executeCommand('git.openChange', uriOf(0)),
    'the other folder': () => show(uriOf(1)),
  };
  for (const order of [
    ['file', 'HEAD', 'the other folder'],
    ['HEAD', 'file', 'changes'],
    ['the other folder', 'changes', 'HEAD'],
    ['changes', 'the other folder', 'file'],
  ]) {
    test(`opened and closed in the order ${order.join(', ')}, and opened again backwards`, async () => {
      for (const each of order) await OPEN[each]?.();
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      for (const tab of tabs) await vscode.window.tabGroups.close(tab);
      for (const each of [...order].reverse()) await OPEN[each]?.();
      await expectUntouched(uriOf(0), guest);
      await expectUntouched(uriOf(1), second);
      const [newest] = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      if (newest) await vscode.window.tabGroups.close(newest);
      await expectUntouched(uriOf(0), guest);
    });
  }
});

/** Files in memory under a scheme that the extension has never heard of. */
class MemoryFiles implements vscode.FileSystemProvider {
  readonly #texts: ReadonlyMap<string, string>;
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = new Map(Object.entries(texts));
  }

  stat({ path }: vscode.Uri): vscode.FileStat {
    const text = this.#texts.get(path);
    const isFolder = [...this.#texts.keys()].some((name) => name.startsWith(`${path.replace(/\/$/, '')}/`));
    if (text === undefined && !isFolder) throw vscode.FileSystemError.FileNotFound(path);
    const type = text === undefined ? vscode.FileType.Directory : vscode.FileType.File;
    return { type, ctime: 0, mtime: 0, size: text?.length ?? 0 };
  }

  readDirectory(): [string, vscode.FileType][] {
    return [...this.#texts.keys()].map((path) => [path.slice(path.lastIndexOf('/') + 1), vscode.FileType.File]);
  }

  readFile({ path }: vscode.Uri): Uint8Array {
    const text = this.#texts.get(path);
    if (text === undefined) throw vscode.FileSystemError.FileNotFound(path);
    return new TextEncoder().encode(text);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }

  createDirectory(): void {}
  writeFile(): void {}
  delete(): void {}
  rename(): void {}
}

suite('folders', () => {
  test('of a new file system are served as long as they are open', async () => {
    const text = await read(uriOf(1));
    vscode.workspace.registerFileSystemProvider('memo', new MemoryFiles({ '/tree/guest.dts': text }));
    const uri = vscode.Uri.parse('memo:/tree/guest.dts');
    const document = await show(uri);
    check(document.languageId === 'dts', document.languageId);
    const before = vscode.workspace.workspaceFolders?.length ?? 0;
    const added = vscode.workspace.updateWorkspaceFolders(before, 0, { uri: vscode.Uri.parse('memo:/tree') });
    check(added, 'the folder was not added');
    await problem(document);
    check(vscode.workspace.updateWorkspaceFolders(before, 1), 'the folder was not removed');
    await eventually('no problem', () => (rulesOf(uri).length === 0 ? true : undefined));
    await closeAll();
  });
});
