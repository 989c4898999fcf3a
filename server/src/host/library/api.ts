// SPDX-License-Identifier: MIT
// The library's public interface, whole and by itself: what the compiler makes of this file is `dist/library.d.ts`.

/** A zero-based line and UTF-16 column, as in the Language Server Protocol. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export type Severity = 'error' | 'warning' | 'info' | 'hint';

/**
 * Where texts come from. Paths are absolute with `/` between the names. No method may throw; what is not there is
 * `undefined`. What was read is kept until {@link Workspace.changed} names it.
 */
export interface Files {
  read(path: string): string | undefined;
  /** For `/incbin/`. */
  readBinary?(path: string): Uint8Array | undefined;
  isFile?(path: string): boolean;
  isFolder?(path: string): boolean;
  /** Names in a folder, sub-folders with a trailing `/`: how a source tree and the boards of a shared file are found. */
  list?(folder: string): readonly string[];
}

/** The fields of `dt-iommu.json` (docs/command-line.md). */
export interface Settings {
  readonly boards?: readonly {
    readonly name?: string;
    readonly file: string;
    readonly overlays?: readonly string[];
    readonly domains?: readonly { readonly node?: string; readonly deviceTree: string }[];
  }[];
  readonly includePaths?: readonly string[];
  readonly defines?: Readonly<Record<string, string>>;
  readonly platform?: 'linux' | 'xen-dom0' | 'xen-domu' | 'xen-host' | 'kvm' | 'zephyr';
  /** `6.12`. */
  readonly kernelVersion?: string;
  /** The path of a `.config`. */
  readonly kernelConfig?: string;
  readonly cmdline?: string;
  /** `4.20`. */
  readonly xenVersion?: string;
  readonly xenConfig?: string;
  /** `1.7.2`. */
  readonly dtcVersion?: string;
  readonly rules?: Readonly<Record<string, Severity | 'off'>>;
}

export interface OpenOptions {
  /** Texts by path, or what reads them. */
  readonly files: Files | Readonly<Record<string, string>>;
  /** Win over a `dt-iommu.json` among the files; relative paths count from `/`. */
  readonly settings?: Settings;
  /** The two WebAssembly files of the package, where they do not stand beside the module. */
  readonly wasm?: { readonly runtime: Uint8Array; readonly grammar: Uint8Array };
}

/** Loads the grammar. Rejects when the settings say what they may not say, or the grammar is not there. */
export declare function open(options: OpenOptions): Promise<Workspace>;

/** The rules, in the order of `docs/rules.md`. */
export declare const rules: readonly Rule[];

export interface Rule {
  /** Permanent. */
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  /** Markdown. */
  readonly documentation: string;
  readonly source: string;
  /** Whether some of its problems carry a repair. */
  readonly fix: boolean;
}

/** Files and what is asked of them. Everything is synchronous; nothing is written. */
export interface Workspace {
  /**
   * A board as it is now; a shared file gives the board that shows it. Later edits do not change what was given. Throws
   * where there is no such file.
   */
  board(path: string): Board;
  /** The text of a file as an editor has it; it need not be stored anywhere. */
  edit(path: string, text: string): void;
  /** Stored files changed, appeared or went away. */
  changed(paths: readonly string[]): void;
  /**
   * Repairs what can be repaired in a board and the files that it includes, or of some rules alone. Nothing is written:
   * the new texts are the result. Hints and repairs of which one has to be chosen are left out unless their rule is named.
   */
  fix(path: string, options?: { readonly rules?: readonly string[] }): Fixed;
}

export interface Fixed {
  /** How many problems are gone. */
  readonly fixed: number;
  /** The files that change. */
  readonly texts: Readonly<Record<string, string>>;
}

export interface Board {
  readonly file: string;
  /** What was read for it, itself first. */
  readonly files: readonly string[];
  /** Includes that were not found. */
  readonly missing: readonly string[];
  readonly platform: Platform;
  problems(): Problem[];
  /** Every node that names a device or says something about DMA, in the order of the tree. */
  devices(): Device[];
  /** One device with what its probe waits for; by path, `&label` or alias. */
  device(name: string): Device | undefined;
  /** The resolved tree as DTS, each line with the place that set it. */
  tree(): string;
  /** The blob that `cpp` and `dtc -O dtb -b 0` write. Throws where the tree has errors. */
  blob(options?: { readonly symbols?: boolean }): Uint8Array;
}

/** What the answers hold for. */
export interface Platform {
  readonly kind: 'linux' | 'xen-dom0' | 'xen-domu' | 'xen-host' | 'kvm' | 'zephyr';
  readonly arch: string;
  readonly kernelVersion: string;
  readonly kernelConfig: string | null;
  readonly cmdline: string;
  readonly xenVersion?: string;
  readonly xenConfig?: string | null;
  /** What was not stated. */
  readonly assumed: readonly string[];
}

export interface Place {
  readonly file: string;
  readonly range: Range;
}

export interface Problem extends Place {
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  /** The path of the node. */
  readonly node?: string;
  readonly related?: readonly (Place & { readonly message: string })[];
  /** What the repair does; absent where there is none that can only be meant. */
  readonly fix?: string;
  /** The edits of the repair, of the texts that the board was read from; empty where there is no repair. */
  edits(): readonly (Place & { readonly text: string })[];
}

export type Verdict =
  | 'no-device'
  | 'not-configured'
  | 'direct'
  | 'direct+swiotlb'
  | 'restricted-pool'
  | 'iommu-dma'
  | 'iommu-dma-fq'
  | 'iommu-identity'
  | 'defer'
  | 'defer->direct'
  | 'xen-swiotlb'
  | 'xen-grant';

/** A device of `dt-iommu explain --format json`; docs/json.md has every field, of which these are the most used. */
export interface Device {
  readonly path: string;
  readonly label: string | null;
  readonly compatible: readonly string[];
  /** The state that the device ends in. */
  readonly verdict: Verdict;
  readonly certainty: 'certain' | 'depends';
  readonly dependsOn?: string;
  readonly role: 'master' | 'through' | 'none';
  readonly iommus: readonly {
    readonly path: string;
    readonly driver: string | null;
    readonly args: readonly number[];
    readonly ids: readonly { readonly kind: string; readonly id: number; readonly mask: number | null }[];
  }[];
  /** Equal for two devices exactly when Linux puts them into one group. */
  readonly group: string | null;
  readonly coherent: boolean;
  readonly dmaLimit: string | null;
  readonly log: readonly string[];
  /** The decisions in Linux's order; exactly one decides. */
  readonly steps: readonly {
    readonly text: string;
    readonly authority: string;
    readonly evidence: readonly Place[];
    readonly certainty: 'certain' | 'depends';
    readonly decides?: true;
  }[];
}
