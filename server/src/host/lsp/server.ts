// SPDX-License-Identifier: MIT
// The language server's life: what it offers, what it is told of documents, files and settings, what it pushes.
import {
  CancellationToken,
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  LSPErrorCodes,
  PositionEncodingKind,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import { speaking, type Texts } from '#base/language.ts';
import { VERSION } from '#host/version.ts';
import { Analysis } from '#ide/analysis.ts';
import { BoardsShowingProblem } from '#ide/problems/boards-showing-problem.ts';
import { tellActivity } from './activity.ts';
import { type Progress, refreshViews, settingsOfClient, warn, withoutAnswer, withProgress } from './asking.ts';
import { diagnosticOf, type Encoding } from './convert.ts';
import type { Environment } from './environment.ts';
import { offered } from './features/offered.ts';
import { registerFeatures } from './features/standard.ts';
import { textsFor } from './languages.ts';
import { MapWatch } from './map-watch.ts';
import { refusal } from './params.ts';
import { until } from './patience.ts';
import { showProjectProblems } from './project-files.ts';
import { type ClientOptions, dmaMapChanged } from './protocol.ts';
import { remember } from './remembered.ts';
import { registerRequests } from './requests/requests.ts';
import { Scheduler } from './scheduler.ts';
import { type AskSettings, readFolderSettings, SECTION, SHOWN_BY_DEFAULT, type Shown } from './settings.ts';
import { pathOfUri, urisOf } from './uris.ts';
import { type Withdrawn, Workspace } from './workspace.ts';

/** What handlers work with once the client has said what it can do. */
export interface Session {
  readonly analysis: Analysis;
  readonly sightings: BoardsShowingProblem;
  readonly workspace: Workspace;
  readonly client: InitializeParams['capabilities'];
  /** Has `{id}` where the rule's id goes. */
  readonly rulePage: string | undefined;
  readonly options: ClientOptions;
  /** What is not said in English. */
  readonly texts: Texts | undefined;
  /** Hints and lenses: a setting of the window. */
  shown: Shown;
  /** The client was told something new about a document's board. */
  boardChanged(path: string): void;
  /** The client shows the map of this board: it is told when that changes. */
  mapAsked(board: string): void;
}

/** Runs `compute`, again after each load where files come from the client. What it throws is logged and is the answer. */
export type Answer = <T>(name: string, token: CancellationToken, compute: (session: Session) => T) => Promise<T>;

/** Edits tried in the pause after the first document is opened, so that the first keystroke is as fast as the tenth. */
const REHEARSALS = 8;
/** Between two of them, for requests that arrive meanwhile; in milliseconds. */
const REHEARSAL_PAUSE = 10;

/** Without changes, before the other boards of shared files are asked, and between two of them; in milliseconds. */
const PAUSE = 1500;
const TURN = 20;
/** Of holding nodes against their bindings in one turn, in milliseconds: a key does not wait longer. */
const JUDGING = 8;

const WATCHED = '**/*.{dts,dtsi,dtso,overlay,h,config,yaml}';

/** Wires a connection; the caller starts it with `listen()`. */
export function serve(connection: Connection, environment: Environment): void {
  new Server(connection, environment).register();
}

class Server {
  readonly #connection: Connection;
  readonly #environment: Environment;
  readonly #scheduler: Scheduler;
  readonly #published = new Map<string, string>();
  #session: Session | undefined;
  #initialized = false;
  #shutDown = false;
  /** The settings of a client that cannot be asked for them. */
  #sent: unknown;
  #rehearsals = REHEARSALS;
  #pause: ReturnType<typeof setTimeout> | undefined;
  readonly #maps = new MapWatch();

  constructor(connection: Connection, environment: Environment) {
    this.#connection = connection;
    this.#environment = environment;
    this.#scheduler = new Scheduler((path) => void this.#publish(path));
  }

  register(): void {
    const connection = this.#connection;
    connection.onInitialize((params) => this.#initialize(params));
    connection.onInitialized(() => this.#begin());
    connection.onShutdown(() => this.#shutdown());
    // What nothing else answers: the protocol has answers of its own before `initialize` and after `shutdown`.
    connection.onRequest((method, params) => {
      throw refusal(method, params, (asked) => (asked === 'initialize' && !this.#initialized) || this.#running());
    });
    connection.onDidOpenTextDocument(({ textDocument: { uri, version, text } }) =>
      this.#guard('didOpen', ({ analysis, workspace }) => {
        if (!this.#watches()) this.#refreshFiles();
        const path = workspace.open(uri, version, text);
        if (path === undefined) return;
        this.#scheduler.changed(path, analysis.opened());
        this.#rehearse(path);
        this.#askLater();
      }),
    );
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) =>
      this.#guard('didChange', ({ analysis, workspace }) => {
        const path = workspace.change(uri, version, contentChanges);
        this.#rehearsals = 0;
        if (path !== undefined) this.#scheduler.changed(path, analysis.opened());
        this.#askLater();
      }),
    );
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) =>
      this.#guard('didClose', ({ analysis, workspace }) => {
        const path = workspace.close(uri);
        if (path === undefined) return;
        this.#withdraw({ uri, path });
        this.#scheduler.refresh(analysis.opened());
      }),
    );
    connection.onDidSaveTextDocument(() => this.#guard('didSave', () => this.#watches() || this.#refreshFiles()));
    connection.onDidChangeWatchedFiles(({ changes }) =>
      this.#guard('didChangeWatchedFiles', () => this.#filesChanged(changes.map(({ uri }) => pathOfUri(uri)))),
    );
    connection.onDidChangeConfiguration(({ settings }) => this.#readSettings(settings?.[SECTION]));
    connection.languages.diagnostics.on(({ textDocument: { uri } }, token) =>
      this.#answer('diagnostic', token, (session) => ({
        kind: 'full' as const,
        items: this.#diagnosticsOf(session, session.workspace.path(uri)),
      })),
    );
    registerFeatures(connection, this.#answer, this.#environment.files);
    registerRequests(connection, this.#answer, this.#withProgress);
  }

  /** The session, while requests are answered. */
  #running(): Session {
    if (this.#shutDown) throw new ResponseError(ErrorCodes.InvalidRequest, 'the server was shut down');
    if (!this.#session) throw new ResponseError(ErrorCodes.ServerNotInitialized, 'the server is not initialized');
    return this.#session;
  }

  #shutdown(): void {
    this.#running();
    this.#shutDown = true;
    this.#session = undefined;
    this.#rehearsals = 0;
    clearTimeout(this.#pause);
    this.#maps.stop();
  }

  async #initialize(params: InitializeParams): Promise<InitializeResult> {
    if (this.#initialized) throw new ResponseError(ErrorCodes.InvalidRequest, 'the server is initialized already');
    this.#initialized = true;
    const { files, grammar } = this.#environment;
    const { capabilities, initializationOptions, workspaceFolders, rootUri, locale } = params;
    const utf8 = capabilities.general?.positionEncodings?.[0] === PositionEncodingKind.UTF8;
    const encoding: Encoding = utf8 ? 'utf-8' : 'utf-16';
    const analysis = new Analysis(await grammar, files);
    const workspace = new Workspace(analysis, files, encoding);
    workspace.setFolders(workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []));
    const options = (initializationOptions ?? {}) as ClientOptions;
    remember(analysis, options, this.#environment);
    this.#session = {
      analysis,
      sightings: new BoardsShowingProblem(analysis),
      workspace,
      client: capabilities,
      rulePage: options.rulePage ?? this.#environment.rulePage,
      options,
      texts: await textsFor(locale, this.#environment),
      shown: SHOWN_BY_DEFAULT,
      boardChanged: () => this.#refreshAll(),
      mapAsked: (board) => this.#maps.asked(board),
    };
    return {
      serverInfo: { name: 'dt-iommu', version: VERSION },
      capabilities: {
        positionEncoding: encoding,
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        ...(this.#pulls() && {
          diagnosticProvider: { identifier: 'dt-iommu', interFileDependencies: true, workspaceDiagnostics: false },
        }),
        ...offered(options.without),
      },
    };
  }

  async #begin(): Promise<void> {
    const connection = this.#connection;
    try {
      if (this.#watches()) {
        const watchers = [{ globPattern: WATCHED }, { globPattern: '**/dt-iommu.json' }];
        await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
      }
      const workspace = this.#session?.client.workspace;
      if (workspace?.didChangeConfiguration?.dynamicRegistration) {
        await connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION });
      }
      if (workspace?.workspaceFolders) {
        connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) =>
          this.#foldersChanged(urisOf(added), urisOf(removed)),
        );
      }
      if (workspace?.configuration) await this.#readSettings(undefined);
    } catch (error) {
      this.#log('initialized', error);
    }
  }

  /** A client that does not send its settings is asked for them. */
  async #readSettings(sent: unknown): Promise<void> {
    const session = this.#session;
    if (!session) return;
    const asks = session.client.workspace?.configuration === true;
    if (!asks && sent === undefined) return;
    this.#sent = sent;
    const { files } = this.#environment;
    const ask: AskSettings = asks
      ? settingsOfClient(this.#connection, SECTION)
      : async (scopes) => scopes.map(() => sent);
    const read = () => readFolderSettings(session.workspace.folders, files, ask);
    let reading = await read();
    while (files.load && (await files.load()).length > 0) reading = await read();
    for (const complaint of reading.complaints) warn(this.#connection, complaint);
    session.shown = reading.shown;
    session.analysis.setSettings(reading.settings);
    this.#refreshAll();
  }

  /** A folder has settings and a scheme: both can change what is served and how it is judged. */
  async #foldersChanged(added: readonly string[], removed: readonly string[]): Promise<void> {
    this.#guard('didChangeWorkspaceFolders', ({ workspace }) => {
      const kept = workspace.folders.map(({ uri }) => uri).filter((uri) => !removed.includes(uri));
      for (const document of workspace.setFolders([...new Set([...kept, ...added])])) this.#withdraw(document);
    });
    const asks = this.#session?.client.workspace?.configuration === true;
    if (asks || this.#sent !== undefined) await this.#readSettings(this.#sent);
    else this.#refreshAll();
  }

  #withdraw({ uri, path }: Withdrawn): void {
    this.#scheduler.drop(path);
    this.#session?.sightings.forget(path);
    this.#published.delete(path);
    if (!this.#pulls()) void this.#connection.sendDiagnostics({ uri, diagnostics: [] });
  }

  #diagnosticsOf(
    { analysis, sightings, workspace, rulePage }: Session,
    path: string,
  ): ReturnType<typeof diagnosticOf>[] {
    const view = analysis.view(path);
    if (!view) return [];
    for (const crash of view.snapshot.crashes()) this.#log(`rule ${crash.rule} on ${crash.node}`, crash.message);
    return sightings.problems(view).map((problem) => diagnosticOf(workspace, problem, rulePage));
  }

  /** Something changed: the boards of open shared files are asked again once the user pauses. */
  #askLater(): void {
    this.#maps.changed((board) => this.#tellMap(board));
    clearTimeout(this.#pause);
    this.#session?.sightings.changed();
    this.#pause = setTimeout(() => this.#ask([]), PAUSE);
  }

  #tellMap(board: string): void {
    const uri = this.#session?.workspace.uri(board);
    if (uri !== undefined) void this.#connection.sendNotification(dmaMapChanged.method, { board: uri });
  }

  /** One board per turn, so that what arrives meanwhile goes first; a change ends the round. */
  #ask(asked: readonly string[]): void {
    this.#guard('boards', (session) => {
      if (asked.length === 0) showProjectProblems(this.#connection, session);
      const file = session.analysis.opened().find((path) => session.sightings.askNext(path, until(JUDGING)));
      if (file !== undefined) {
        const all = asked.includes(file) ? asked : [...asked, file];
        this.#pause = setTimeout(() => this.#ask(all), TURN);
      } else if (asked.length > 0) this.#show(asked);
      tellActivity(this.#connection, session, 'boards', file !== undefined);
    });
  }

  #show(paths: readonly string[]): void {
    this.#scheduler.refresh(paths);
    if (this.#pulls() && this.#session?.client.workspace?.diagnostics?.refreshSupport)
      withoutAnswer(this.#connection, this.#connection.languages.diagnostics.refresh());
  }

  /** Nothing is sent for a version that is no longer the current one. */
  async #publish(path: string): Promise<void> {
    const session = this.#session;
    const version = session?.workspace.version(path) ?? null;
    if (!session || version === null || this.#pulls()) return;
    const uri = session.workspace.uri(path);
    // What fails leaves the problems that the client has.
    const items = await this.#answer('publish', CancellationToken.None, () => this.#diagnosticsOf(session, path)).catch(
      () => undefined,
    );
    if (!items || session.workspace.version(path) !== version) return;
    const content = JSON.stringify([version, items]);
    if (this.#published.get(path) === content) return;
    this.#published.set(path, content);
    await this.#connection.sendDiagnostics({ uri, version, diagnostics: items });
  }

  readonly #answer: Answer = async (name, token, compute) => {
    const session = this.#running();
    const { files } = this.#environment;
    for (;;) {
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, name);
      try {
        const result = speaking(session.texts, () => compute(session));
        const loaded = files.load ? await files.load() : [];
        if (loaded.length === 0) return result;
        session.analysis.filesChanged(loaded);
      } catch (error) {
        this.#log(name, error);
        throw new ResponseError(ErrorCodes.InternalError, `${name}: ${error instanceof Error ? error.message : error}`);
      } finally {
        this.#environment.rest?.();
      }
    }
  };

  /** Stops at the first change: from then on the user's own keystrokes do it. */
  #rehearse(path: string, edit?: () => void): void {
    if (this.#rehearsals === 0) return;
    setTimeout(() => {
      if (this.#rehearsals === 0) return;
      this.#rehearsals--;
      let next = edit;
      this.#guard('rehearse', ({ analysis }) => {
        next ??= analysis.rehearsal(path);
        next?.();
      });
      this.#rehearse(path, next);
    }, REHEARSAL_PAUSE);
  }

  #guard(name: string, work: (session: Session) => void): void {
    try {
      const session = this.#session;
      if (session) speaking(session.texts, () => work(session));
    } catch (error) {
      this.#log(name, error);
    }
  }

  #filesChanged(paths: readonly string[]): void {
    for (const path of paths) this.#environment.files.forget(path);
    this.#session?.analysis.filesChanged(paths);
    this.#refreshAll();
  }

  #refreshFiles(): void {
    const changed = this.#environment.files.refresh();
    if (changed.length > 0) this.#filesChanged(changed);
  }

  #refreshAll(): void {
    const session = this.#session;
    if (!session) return;
    this.#show(session.analysis.opened());
    this.#askLater();
    refreshViews(this.#connection, session.client);
  }

  readonly #withProgress: Progress = (title, work) => withProgress(this.#connection, this.#running(), title, work);

  #pulls(): boolean {
    const session = this.#session;
    return session?.client.textDocument?.diagnostic !== undefined && !session.options.pushDiagnostics;
  }

  #watches(): boolean {
    return this.#session?.client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
  }

  #log(name: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#connection.console.error(`${name}: ${text}`);
  }
}
