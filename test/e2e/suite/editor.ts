// SPDX-License-Identifier: MIT
// What the editor gives for a device tree, asked through VS Code's own commands.
import * as vscode from 'vscode';

const FOLDER = 'arch/arm64/boot/dts/acme';
const LEGACY = 'xen,backend-domid = <1>;';

/** The repaired device, as Documentation/devicetree/bindings/iommu/xen,grant-dma.yaml wants it. */
const REPAIRED = `		iommus = <&xen_iommu 1>;
	};

	xen_iommu: xen-iommu {
		compatible = "xen,grant-dma";
		#iommu-cells = <1>;
	};
};
`;

function check(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

async function open(name: string): Promise<vscode.TextDocument> {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri;
  check(root, 'no folder is open');
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(root, FOLDER, name));
  await vscode.window.showTextDocument(document);
  return document;
}

/** The server answers after the workbench is up, and VS Code itself now and then gives nothing once. */
async function eventually<T>(what: string, ask: () => PromiseLike<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: nothing within a minute`);
}

function positionOf(document: vscode.TextDocument, text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  check(offset >= 0, `no ${text} in ${document.uri.path}`);
  return document.positionAt(offset + 1);
}

function problem(document: vscode.TextDocument, rule: string): vscode.Diagnostic | undefined {
  return vscode.languages.getDiagnostics(document.uri).find(({ code }) => {
    return (typeof code === 'object' ? code.value : code) === rule;
  });
}

async function hoverText(document: vscode.TextDocument, text: string): Promise<string> {
  const at = positionOf(document, text);
  return eventually('hover', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at,
    );
    const shown = hovers.flatMap(({ contents }) =>
      contents.map((part) => (typeof part === 'string' ? part : part.value)),
    );
    return shown.length > 0 ? shown.join('\n') : undefined;
  });
}

suite('editor', () => {
  test('a .dts file has the language of the extension', async () => {
    const document = await open('board.dts');
    check(document.languageId === 'dts', `the language is ${document.languageId}`);
    // As Documentation/process/coding-style.rst of Linux has it.
    await eventually('a tab of 8', () => (vscode.window.activeTextEditor?.options.tabSize === 8 ? true : undefined));
  });

  test('diagnostics name the rule', async () => {
    const document = await open('guest.dts');
    const found = await eventually('diagnostic', () => problem(document, 'xen-backend-domid-legacy'));
    check(found.severity === vscode.DiagnosticSeverity.Warning, `severity ${found.severity}`);
    const text = document.getText(found.range);
    check(LEGACY.startsWith(text) && text.startsWith('xen,backend-domid'), `the range holds ${text}`);
  });

  test('a mistake is reported as it is typed; when it is undone, the board has no diagnostics', async () => {
    const document = await open('board.dts');
    const before = document.getText();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, document.positionAt(before.length), '\n&nowhere {\n};\n');
    check(await vscode.workspace.applyEdit(edit), 'the edit was refused');
    await eventually('diagnostic', () => problem(document, 'syntax/unresolved-reference'));
    await vscode.commands.executeCommand('undo');
    check(document.getText() === before, document.getText());
    await eventually('no diagnostic', () =>
      vscode.languages.getDiagnostics(document.uri).length === 0 ? true : undefined,
    );
  });

  test('a hover in a shared file speaks of the board that includes it', async () => {
    const document = await open('soc.dtsi');
    const text = await hoverText(document, 'iommus = ');
    check(text.includes('translated (`dma-iommu`, strict)'), text);
    check(text.includes('0x10'), text);
    check(text.includes('arm-smmu-v3'), text);
  });

  test('definition of a label', async () => {
    const document = await open('board.dts');
    const at = positionOf(document, 'ethernet');
    const [place] = await eventually('definition', async () => {
      const places = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        at,
      );
      return places.length > 0 ? places : undefined;
    });
    check(place, 'no place');
    const uri = 'targetUri' in place ? place.targetUri : place.uri;
    check(uri.path.endsWith('/soc.dtsi'), `definition in ${uri.path}`);
    const range = 'targetUri' in place ? (place.targetSelectionRange ?? place.targetRange) : place.range;
    const shared = await vscode.workspace.openTextDocument(uri);
    const line = shared.lineAt(range.start.line).text;
    check(line.includes('ethernet: ethernet@2000000'), `definition at ${line}`);
  });

  test('a header from the include path opens from its #include', async () => {
    const document = await open('soc.dtsi');
    const at = positionOf(document, 'ACME_STREAM_ETHERNET');
    const path = await eventually('definition of a macro', async () => {
      const places = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
        'vscode.executeDefinitionProvider',
        document.uri,
        at,
      );
      return places.map((place) => ('targetUri' in place ? place.targetUri : place.uri).path)[0];
    });
    check(path.endsWith('/include/dt-bindings/acme/streams.h'), `definition in ${path}`);
  });

  test('symbols are the nodes', async () => {
    const document = await open('guest.dts');
    const symbols = await eventually('symbols', async () => {
      const found = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
        'vscode.executeDocumentSymbolProvider',
        document.uri,
      );
      return found && found.length > 0 ? found : undefined;
    });
    const names = symbols.flatMap(({ name, children }) => [name, ...children.map((child) => child.name)]).join(' ');
    for (const name of ['/', 'hypervisor', 'virtio@2000000']) check(names.includes(name), names);
  });

  test('the quick fix turns xen,backend-domid into iommus', async () => {
    const document = await open('guest.dts');
    const before = document.getText();
    const found = await eventually('diagnostic', () => problem(document, 'xen-backend-domid-legacy'));
    const action = await eventually('quick fix', async () => {
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        found.range,
        vscode.CodeActionKind.QuickFix.value,
      );
      return actions.find(({ title }) => title === 'Convert to iommus with xen,grant-dma');
    });
    check(action.edit, 'the fix has no edit');
    check(await vscode.workspace.applyEdit(action.edit), 'the edit was refused');
    const expected = `${before.slice(0, before.indexOf(`\t\t${LEGACY}`))}${REPAIRED}`;
    check(document.getText() === expected, document.getText());
    await eventually('no diagnostic', () => (problem(document, 'xen-backend-domid-legacy') ? undefined : true));
    const text = await hoverText(document, 'iommus = ');
    check(text.includes('back end in domain 1'), text);
    await vscode.commands.executeCommand('undo');
    check(document.getText() === before, `one undo leaves:\n${document.getText()}`);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  test('one rule is repaired in all boards of the workspace, as a change to be confirmed', async () => {
    const document = await open('guest.dts');
    const found = await eventually('diagnostic', () => problem(document, 'xen-backend-domid-legacy'));
    const action = await eventually('review', async () => {
      const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        document.uri,
        found.range,
        vscode.CodeActionKind.QuickFix.value,
        20,
      );
      return actions.find(({ title }) => title === 'Review fixes of xen-backend-domid-legacy in the workspace…');
    });
    const texts = action.edit?.get(document.uri).map(({ newText }) => newText) ?? [];
    check(texts[0] === 'iommus = <&xen_iommu ', `the edit has ${texts.join()}`);
  });

  test('all boards of the folder are checked by a task', async () => {
    const root = vscode.workspace.workspaceFolders?.[0];
    const tasks = await vscode.tasks.fetchTasks({ type: 'dt-iommu' });
    // A browser's own host has no disk and no processes.
    if (root?.uri.scheme !== 'file') return check(tasks.length === 0, `${tasks.length} tasks`);
    const [task] = tasks;
    check(task, 'no task');
    const ended = new Promise<number | undefined>((resolve) => {
      vscode.tasks.onDidEndTaskProcess(({ exitCode }) => resolve(exitCode));
    });
    await vscode.tasks.executeTask(task);
    check((await ended) === 0, 'there is an error in a board');
  });

  test('source.fixAll.dtIommu repairs the file when it is saved', async () => {
    const document = await open('guest.dts');
    const before = document.getText();
    await eventually('diagnostic', () => problem(document, 'xen-backend-domid-legacy'));
    const settings = vscode.workspace.getConfiguration('editor', document.uri);
    const onSave = (value: object | undefined) =>
      settings.update('codeActionsOnSave', value, vscode.ConfigurationTarget.Workspace);
    await onSave({ 'source.fixAll.dtIommu': 'always' });
    try {
      const repaired = `${before.slice(0, before.indexOf(`\t\t${LEGACY}`))}${REPAIRED}`;
      let heads = '';
      // VS Code saves without the fix where the answer takes longer than it waits; the next save has it.
      await eventually('repaired when saved', async () => {
        heads = `// saved\n${heads}`;
        const edit = new vscode.WorkspaceEdit();
        edit.insert(document.uri, new vscode.Position(0, 0), '// saved\n');
        check(await vscode.workspace.applyEdit(edit), 'the edit was refused');
        check(await document.save(), 'not saved');
        const text = document.getText();
        check(text === heads + before || text === heads + repaired, text);
        return text === heads + repaired ? true : undefined;
      });
    } finally {
      await onSave(undefined);
      const back = new vscode.WorkspaceEdit();
      back.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), before);
      await vscode.workspace.applyEdit(back);
      await document.save();
    }
  });
});
