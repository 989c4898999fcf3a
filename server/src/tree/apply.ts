// SPDX-License-Identifier: MIT
// Applies statements to the live tree, one after the other, with dtc's meaning of each (dtc-parser.y, livetree.c).
import type { Problem } from '#base/problem.ts';
import type { DirectiveItem, Item, MacroItem, NodeItem, OtherItem, PropertyItem } from '#syntax/ast.ts';
import type { OpenBody, TreeBuilder, TreeNode } from './build.ts';
import { tokenIndexAt } from './cpp/expand.ts';
import type { Preprocessor } from './preprocess.ts';
import { pathOf, readU32 } from './query.ts';
import { ItemOrigin, LocatedLabel, type Source, StretchOrigin } from './source.ts';
import type { Head } from './statement-head.ts';
import { parseStatements } from './statement-syntax.ts';
import type { TextReader } from './text-reader.ts';
import type { Label, MemoryReservation } from './types.ts';
import { parseValue, type RawValue } from './value-syntax.ts';

/** Deeper trees are cut off; dtc itself overflows its stack at some ten thousand levels. */
const MAX_DEPTH = 500;
/** Statements in one board; the largest of Linux 6.12 has some 20 000. */
const MAX_STATEMENTS = 3_000_000;

interface Body extends OpenBody {
  /** A child node came already: dtc allows no property after it. */
  nodes: boolean;
}

/** What dtc has read so far at the top: nothing, `/dts-v1/`, or a node. */
type Phase = 'start' | 'header' | 'nodes';

/** How far an applier has come between two statements of the top. */
export interface ApplierMark {
  readonly reservations: number;
  readonly plugin: boolean;
  readonly irregular: boolean;
  readonly unread: boolean;
  readonly omits: boolean;
  readonly statements: number;
  readonly fragments: number;
  readonly phase: Phase;
}

export class StatementApplier {
  readonly reservations: MemoryReservation[] = [];
  plugin = false;
  /** Something that dtc's grammar does not allow was met, so a strict reading has to say what and where. */
  irregular = false;
  /** A body was left out, so nobody knows whether dtc's grammar allows what is in it. */
  unread = false;
  /** Nodes were marked with `/omit-if-no-ref/`. */
  omits = false;
  readonly #cpp: Preprocessor;
  readonly #reader: TextReader;
  readonly #tree: TreeBuilder;
  readonly #standalone: boolean;
  #depth = 0;
  #statements = 0;
  #fragments = 0;
  #phase: Phase = 'start';

  constructor(cpp: Preprocessor, reader: TextReader, tree: TreeBuilder, standalone: boolean) {
    this.#cpp = cpp;
    this.#reader = reader;
    this.#tree = tree;
    this.#standalone = standalone;
  }

  /** What is not there may stand in the board that includes this file, or in an include that is missing. */
  get #mayBeElsewhere(): boolean {
    return this.#standalone || this.#cpp.missing.length > 0;
  }

  mark(): ApplierMark {
    const { plugin, irregular, unread, omits } = this;
    const reservations = this.reservations.length;
    return {
      reservations,
      plugin,
      irregular,
      unread,
      omits,
      statements: this.#statements,
      fragments: this.#fragments,
      phase: this.#phase,
    };
  }

  /** Forgets everything since the mark; the tree and the preprocessor have marks of their own. */
  rewind(mark: ApplierMark): void {
    this.reservations.length = mark.reservations;
    this.plugin = mark.plugin;
    this.irregular = mark.irregular;
    this.unread = mark.unread;
    this.omits = mark.omits;
    this.#statements = mark.statements;
    this.#fragments = mark.fragments;
    this.#phase = mark.phase;
  }

  readonly top = (item: Item, source: Source, at: number): void => this.#apply(item, source, at, undefined);

  /** After the last item. */
  finish(): void {
    if (this.#phase !== 'nodes') this.irregular = true;
  }

  #apply(item: Item, source: Source, at: number, body: Body | undefined): void {
    if (++this.#statements > MAX_STATEMENTS) {
      if (this.#statements === MAX_STATEMENTS + 1) {
        const message = 'The board has more statements than can be analysed; what follows is left out.';
        this.#report('syntax/limit', message, source, { at, length: 1 });
      }
      return;
    }
    switch (item.kind) {
      case 'node':
        this.#node(item, source, at, body);
        break;
      case 'property':
        this.#property(item, source, at, body);
        break;
      case 'delete-node':
      case 'omit-if-no-ref':
        this.#nodeDirective(item, source, at, body);
        break;
      case 'delete-property':
        this.#deleteProperty(item, source, at, body);
        break;
      case 'macro':
        this.#macro(item, source, at, body);
        break;
      case 'memreserve':
      case 'version':
      case 'plugin':
        this.#header(item, source, at, body);
        break;
      default:
        this.irregular = true;
    }
  }

  #report(rule: string, message: string, source: Source, place: { at: number; length: number }, node?: string): void {
    const span = source.span(place.at, place.at + place.length);
    this.#cpp.report({ rule, severity: 'error', message, span, ...(node !== undefined && { node }) } satisfies Problem);
  }

  #header(item: OtherItem, source: Source, at: number, body: Body | undefined): void {
    if (body || this.#phase === 'nodes' || (this.#phase === 'start' && item.kind !== 'version')) this.irregular = true;
    if (this.#phase === 'start') this.#phase = 'header';
    if (item.kind === 'plugin') this.plugin = true;
    if (item.kind !== 'memreserve') return;
    const text = this.#reader.expansion(item.text, source, at).text;
    const numbers = /^[\s\S]*?\/memreserve\/([\s\S]*?);?\s*$/.exec(text)?.[1] ?? '';
    const { bytes, data } = parseValue(`/bits/ 64 <${numbers}>`);
    if (data.length !== 2) this.irregular = true;
    const u64 = (offset: number): bigint =>
      (BigInt(readU32(bytes, offset)) << 32n) | BigInt(readU32(bytes, offset + 4));
    if (data.length >= 2) {
      const { length } = item;
      this.reservations.push({
        address: u64(0),
        size: u64(8),
        get span() {
          return source.span(at, at + length);
        },
      });
    }
  }

  #node(item: NodeItem, source: Source, at: number, body: Body | undefined): void {
    const head = this.#reader.head(item, source, at + item.head.at);
    if (!head.regular || (body && (head.isRoot || head.ref !== undefined))) this.irregular = true;
    if (!body) this.#enterTop(head);
    const target = this.#target(head, item, { source, at, body });
    if (!target || this.#depth >= MAX_DEPTH) {
      this.unread = true;
      if (target)
        this.#report('syntax/limit', 'The tree is nested too deeply; what follows is left out.', source, {
          at,
          length: 1,
        });
      return;
    }
    const { node } = target;
    this.#tree.touch(node);
    node.origins.push(new ItemOrigin('open', source, item, at, head));
    this.#addLabels(node, head, target.fresh, { source, at: at + item.head.at });
    if (head.omit) this.#omit(node);
    if (body) body.nodes = true;
    this.#depth++;
    const inner: Body = { node, fresh: target.fresh, nodes: false };
    this.#cpp.walk(item.body, source, at, (child, childSource, childAt) => {
      this.#apply(child, childSource, childAt, inner);
    });
    this.#depth--;
  }

  #enterTop(head: Head): void {
    if (this.#phase === 'start' || (!head.isRoot && head.ref === undefined)) this.irregular = true;
    this.#phase = 'nodes';
  }

  #omit(node: TreeNode): void {
    this.#tree.touch(node);
    node.omitIfUnreferenced = true;
    this.omits = true;
  }

  #addLabels(node: TreeNode, head: Head, fresh: boolean, place: { source: Source; at: number }): void {
    const labels = locatedLabels(head, place);
    // dtc's list has the label added last in front; on a new node the first label of the text ends up there.
    if (fresh) labels.reverse();
    for (const label of labels) this.#tree.addLabel(node, label);
  }

  /** The node whose body opens: the root, a child, a referenced node, or a new overlay fragment. */
  #target(
    head: Head,
    item: NodeItem,
    { source, at, body }: { source: Source; at: number; body: Body | undefined },
  ): OpenBody | undefined {
    const place = { at: at + item.head.at + head.at, length: head.length };
    if (head.ref !== undefined) {
      const node = this.plugin && head.ref.startsWith('/') ? undefined : this.#tree.byReference(head.ref);
      if (node) return { node, fresh: false };
      if (this.plugin) return this.#fragment(head.ref, source, place);
      if (!this.#mayBeElsewhere) {
        const message = `\`&${head.ref}\` names no node that exists at this point; dtc stops here.`;
        this.#report('syntax/unresolved-reference', message, source, place);
      }
      return undefined;
    }
    if (head.isRoot) {
      const fresh = !this.#tree.rootOpened;
      this.#tree.rootOpened = true;
      return { node: this.#tree.root, fresh };
    }
    if (head.name === '') return undefined;
    const parent = body ?? { node: this.#tree.root, fresh: false };
    const opened = this.#tree.openChild(parent, head.name);
    if (opened.duplicate) {
      const message = `\`${head.name}\` is there twice in the same braces; dtc refuses that (only another \`{…}\` merges).`;
      this.#report('dtc/duplicate_node_names', message, source, place, pathOf(opened.node));
    }
    return opened;
  }

  /** `&label { … }` in an overlay: `fragment@N { target = <&label>; __overlay__ { … }; }` (add_orphan_node). */
  #fragment(ref: string, source: Source, place: { at: number; length: number }): OpenBody {
    const root = { node: this.#tree.root, fresh: false };
    const fragment = this.#tree.openChild(root, `fragment@${this.#fragments++}`);
    fragment.node.origins.push(new StretchOrigin('open', source, place));
    const byPath = ref.startsWith('/');
    const raw = parseValue(byPath ? JSON.stringify(ref) : `<&${ref}>`);
    const whole = (part: RawValue['data'][number]) => ({ ...part, at: 0, width: place.length });
    const located = {
      ...raw,
      data: raw.data.map(whole),
      references: raw.references.map((part) => ({ ...part, at: 0, width: place.length })),
    };
    const property = this.#tree.property(fragment, byPath ? 'target-path' : 'target');
    const written = { raw: located, locator: source, base: place.at, part: undefined };
    property.set(new StretchOrigin('set', source, place), written);
    return this.#tree.openChild(fragment, '__overlay__');
  }

  #property(item: PropertyItem, source: Source, at: number, body: Body | undefined): void {
    if (!body || body.nodes) this.irregular = true;
    const owner = body ?? { node: this.#tree.root, fresh: false };
    const head = this.#reader.head(item, source, at + item.head.at);
    if (!head.regular && !item.value && /^\w+$/.test(item.headText) && source.expands) {
      this.#macro({ ...item, kind: 'macro', text: `${item.headText};` }, source, at + item.head.at, body);
      return;
    }
    if (!head.regular || head.name === '' || head.ref !== undefined) {
      this.irregular = true;
      if (head.name === '') return;
    }
    const raw = this.#reader.value(item, source, at);
    const base = at + (item.value?.at ?? item.length);
    if (raw.faults.length > 0) this.#faults(raw.faults, source, base);
    const property = this.#tree.property(owner, head.name);
    const duplicate = owner.fresh && property.origins.length > 0 && !property.deleted;
    const written = { raw, locator: source, base, part: item.value };
    property.set(new ItemOrigin('set', source, item, at, head), written);
    if (head.labels.length > 0) {
      property.labels = [...property.labels, ...locatedLabels(head, { source, at: at + item.head.at })];
    }
    if (duplicate) {
      const message = `\`${head.name}\` is set twice in the same braces; dtc refuses that (only another \`{…}\` overrides).`;
      const place = { at: at + item.head.at + head.at, length: head.length };
      this.#report('dtc/duplicate_property_names', message, source, place, pathOf(owner.node));
    }
  }

  #faults(faults: RawValue['faults'], source: Source, base: number): void {
    for (const { kind, message, at, width } of faults) {
      if (kind === 'syntax') this.irregular = true;
      else {
        const span = source.span(base + at, base + at + width);
        const unreadable = kind === 'unreadable';
        const rule = unreadable ? 'syntax/unreadable-file' : 'syntax/value';
        this.#cpp.report({ rule, severity: unreadable ? 'error' : kind, message, span });
      }
    }
  }

  #deleteProperty(item: DirectiveItem, source: Source, at: number, body: Body | undefined): void {
    if (!body || body.nodes) this.irregular = true;
    if (!body) return;
    const name = this.#directiveTarget(item, source, at).name;
    const place = { at: at + item.target.at, length: item.target.length };
    const origin = new StretchOrigin('delete', source, { at, length: item.length }, place);
    if (!this.#tree.deleteProperty(body, name, origin)) this.#nothingToDelete('property', name, source, place);
  }

  #directiveTarget(item: DirectiveItem, source: Source, at: number): Head {
    return this.#reader.expandedHead(item.targetText, source, at + item.target.at);
  }

  #nothingToDelete(what: string, name: string, source: Source, place: { at: number; length: number }): void {
    if (this.#mayBeElsewhere) return;
    const message = `There is no ${what} \`${name}\` here to delete; dtc ignores this line.`;
    const span = source.span(place.at, place.at + place.length);
    this.#cpp.report({ rule: 'delete-nothing', severity: 'info', message, span, tag: 'unnecessary' });
  }

  #nodeDirective(item: DirectiveItem, source: Source, at: number, body: Body | undefined): void {
    const target = this.#directiveTarget(item, source, at);
    const place = { at: at + item.target.at, length: item.target.length };
    if (body) {
      if (target.ref !== undefined || target.name === '' || item.kind === 'omit-if-no-ref') this.irregular = true;
      body.nodes = true;
      if (target.name !== '' && !this.#tree.deleteChild(body, target.name)) {
        this.#nothingToDelete('node', target.name, source, place);
      }
      return;
    }
    if (this.#phase !== 'nodes' || target.ref === undefined) this.irregular = true;
    if (target.ref === undefined) return;
    const node = this.#tree.byReference(target.ref);
    if (!node) {
      if (this.#mayBeElsewhere) return;
      const message = `\`&${target.ref}\` names no node that exists at this point; dtc stops here.`;
      this.#report('syntax/unresolved-reference', message, source, place);
    } else if (item.kind === 'delete-node') {
      this.#tree.deleteNode(node);
    } else {
      this.#omit(node);
    }
  }

  /** A macro that stands for statements: expanded, read strictly, and applied with the call as its place. */
  #macro(item: MacroItem, source: Source, at: number, body: Body | undefined): void {
    const expansion = this.#reader.expansion(item.text, source, at);
    if (expansion.text === item.text.trim()) {
      this.irregular = true;
      return;
    }
    const text =
      /[;}]\s*$/.test(expansion.text) || expansion.text.trim() === '' ? expansion.text : `${expansion.text};`;
    const { items, fault } = parseStatements(text, body ? 'body' : 'top');
    if (fault) this.irregular = true;
    const made: Source = {
      file: source.file,
      expands: false,
      span: (start, end) => {
        const first = expansion.tokens[tokenIndexAt(expansion, start)];
        const last = expansion.tokens[tokenIndexAt(expansion, Math.max(start, end - 1))];
        if (!first || !last) return source.span(at, at + item.length);
        return source.span(at + first.at, at + Math.max(first.at + first.length, last.at + last.length));
      },
    };
    for (const statement of items) this.#apply(statement, made, statement.at, body);
  }
}

function locatedLabels({ labels }: Head, { source, at }: { source: Source; at: number }): Label[] {
  return labels.map((label) => new LocatedLabel(label.name, source, at + label.at));
}
