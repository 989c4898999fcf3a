// SPDX-License-Identifier: MIT
// Applies statements to the live tree, one after the other, with dtc's meaning of each (dtc-parser.y, livetree.c).
import type { Problem } from '#base/problem.ts';
import type { DirectiveItem, Item, MacroItem, NodeItem, OtherItem, PropertyItem } from '#syntax/ast.ts';
import { type ApplierMark, NOTHING_READ, type Progress } from './apply-progress.ts';
import type { OpenBody, TreeBuilder, TreeNode } from './build.ts';
import {
  hasRoom,
  hasRoomForDeletion,
  hasRoomForProperty,
  NO_ROOM,
  type StackUse,
  stackInside,
} from './dtc/parser-stack.ts';
import type { Head } from './dtc/statement-head.ts';
import { parseStatements } from './dtc/statement-syntax.ts';
import { undefinedMacro, unresolvedTarget, valueProblem } from './dtc/value-problems.ts';
import { type RawValue, undefinedName } from './dtc/value-syntax.ts';
import { type DtcVersion, dtcHas, NEWEST_DTC } from './dtc/version.ts';
import { isRelative, openFragment } from './fragment.ts';
import { headersAgree, nextHeader, parseReservation } from './headers.ts';
import type { Preprocessor } from './preprocess.ts';
import { expandedSource, ItemOrigin, LocatedLabel, type Source, StretchOrigin } from './source.ts';
import type { TextReader } from './text-reader.ts';
import type { Label, MemoryReservation } from './types.ts';

/** Of nodes whose statements are read as a file has them; deeper ones are read strictly, without recursion. */
const MAX_DEPTH = 500;
/** Of a tree. A text has at most 3330 in dtc; references to the innermost node make more. */
const MAX_LEVELS = 4000;
/** Statements in one board; the largest of Linux 6.12 has some 20 000. */
const MAX_STATEMENTS = 3_000_000;

interface Body extends OpenBody, StackUse {
  /** A child node came already: dtc allows no property after it. */
  nodes: boolean;
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
  readonly #dtc: DtcVersion;
  #depth = 0;
  #progress: Progress = { ...NOTHING_READ };

  constructor(
    cpp: Preprocessor,
    reader: TextReader,
    tree: TreeBuilder,
    { standalone, dtc }: { readonly standalone?: boolean; readonly dtc?: DtcVersion },
  ) {
    this.#cpp = cpp;
    this.#reader = reader;
    this.#tree = tree;
    this.#standalone = standalone ?? false;
    this.#dtc = dtc ?? NEWEST_DTC;
  }

  /** What is not there may stand in the board that includes this file, or in an include that is missing. */
  get #mayBeElsewhere(): boolean {
    return this.#standalone || this.#cpp.missing.length > 0;
  }

  mark(): ApplierMark {
    const { plugin, irregular, unread, omits } = this;
    const reservations = this.reservations.length;
    return { reservations, plugin, irregular, unread, omits, progress: { ...this.#progress } };
  }

  /** Forgets everything since the mark; the tree and the preprocessor have marks of their own. */
  rewind(mark: ApplierMark): void {
    this.reservations.length = mark.reservations;
    this.plugin = mark.plugin;
    this.irregular = mark.irregular;
    this.unread = mark.unread;
    this.omits = mark.omits;
    this.#progress = { ...mark.progress };
  }

  readonly top = (item: Item, source: Source, at: number): void => this.#applyWalked(item, source, at, undefined);

  #applyWalked(item: Item, source: Source, at: number, body: Body | undefined): void {
    const inner = this.#apply(item, source, at, body);
    if (!inner || item.kind !== 'node') return;
    if (this.#depth >= MAX_DEPTH) {
      this.unread = true;
      this.#cpp.doubt();
      return;
    }
    this.#depth++;
    this.#cpp.walk(item.body, source, at, (child, childSource, childAt) => {
      this.#applyWalked(child, childSource, childAt, inner);
    });
    this.#depth--;
  }

  /** After the last item. */
  finish(): void {
    if (this.#progress.phase !== 'nodes') this.irregular = true;
  }

  /** Applies items that {@link parseStatements} made. */
  applyParsed(items: readonly Item[], source: Source, body?: Body): void {
    const open = [{ items, base: 0, body, next: 0 }];
    for (let frame = open[0]; frame; frame = open.at(-1)) {
      const item = frame.items[frame.next++];
      if (!item) open.pop();
      else {
        const at = frame.base + item.at;
        const inner = this.#apply(item, source, at, frame.body);
        if (inner && item.kind === 'node') open.push({ items: item.body, base: at, body: inner, next: 0 });
      }
    }
  }

  /** What stands in a node is left to the caller. */
  #apply(item: Item, source: Source, at: number, body: Body | undefined): Body | undefined {
    if (++this.#progress.statements > MAX_STATEMENTS) {
      if (this.#progress.statements === MAX_STATEMENTS + 1) {
        const message = 'The board has more statements than can be analysed; what follows is left out.';
        this.#report('syntax/limit', message, source, { at, length: 1 });
      }
      return undefined;
    }
    switch (item.kind) {
      case 'node':
        return this.#openNode(item, source, at, body);
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
    return undefined;
  }

  #report(rule: string, message: string, source: Source, place: { at: number; length: number }, node?: string): void {
    const span = source.span(place.at, place.at + place.length);
    this.#cpp.report({ rule, severity: 'error', message, span, ...(node !== undefined && { node }) } satisfies Problem);
  }

  #header(item: OtherItem, source: Source, at: number, body: Body | undefined): void {
    const kind = item.kind as 'version' | 'plugin' | 'memreserve';
    const headers = body || this.#progress.phase === 'nodes' ? undefined : nextHeader(this.#progress.headers, kind);
    if (headers) this.#progress.headers = { ...headers, place: { source, at, length: item.length } };
    else this.irregular = true;
    if (this.#progress.phase === 'start') this.#progress.phase = 'header';
    if (kind === 'plugin') this.plugin = true;
    if (item.kind !== 'memreserve') return;
    const reservation = parseReservation(this.#reader.expansion(item.text, source, at).text);
    if (!reservation?.exact) this.irregular = true;
    if (!reservation) return;
    const { address, size, fault } = reservation;
    const { length } = item;
    if (fault !== undefined) this.#report('syntax/value', fault, source, { at, length });
    this.reservations.push({
      address,
      size,
      get span() {
        return source.span(at, at + length);
      },
    });
  }

  /** The body of the node, whose statements come next; none where they are left out. */
  #openNode(item: NodeItem, source: Source, at: number, body: Body | undefined): Body | undefined {
    const head = this.#reader.head(item, source, at + item.head.at);
    if (!head.regular || (body && (head.isRoot || head.ref !== undefined))) this.irregular = true;
    const first = !body && this.#progress.phase !== 'nodes';
    if (!body) this.#enterTop(head, first);
    const target = this.#target(head, item, { source, at, body, first });
    if (!target) {
      this.unread = true;
      return undefined;
    }
    const { node } = target;
    this.#tree.touch(node);
    node.origins.push(new ItemOrigin('open', source, item, at, head));
    this.#addLabels(node, head, target.fresh, { source, at: at + item.head.at });
    // On a node that was there, dtc's merge_nodes takes over the content alone.
    if (head.omit && target.fresh) this.#omit(node);
    if (body) body.nodes = true;
    const before = head.labels.length + (head.omit ? 1 : 0);
    const fits = !body || this.#room(hasRoom(body, before), source, at);
    const stack = stackInside(body, before, first);
    const inner: Body = { node, fresh: target.fresh, nodes: false, stack, ...(body?.isFull && { isFull: true }) };
    if (node.level < MAX_LEVELS) return inner;
    this.unread = true;
    if (fits && !inner.isFull) {
      const message = `The tree has more than ${MAX_LEVELS} levels; what follows is left out.`;
      this.#report('syntax/limit', message, source, { at, length: 1 });
    }
    return undefined;
  }

  #room(fits: boolean, source: Source, at: number): boolean {
    if (!fits) this.#report('syntax/limit', NO_ROOM, source, { at, length: 1 });
    return fits;
  }

  /** dtc's grammar allows one label, before a reference that is not the first node. */
  #enterTop({ isRoot, ref, labels, omit }: Head, first: boolean): void {
    const labelled = labels.length > (isRoot || first ? 0 : 1);
    if (this.#progress.phase === 'start' || (!isRoot && ref === undefined) || omit || labelled) this.irregular = true;
    this.#progress.phase = 'nodes';
    const { place } = this.#progress.headers;
    if (!first || headersAgree(this.#progress.headers) || !place || this.#mayBeElsewhere) return;
    const message = 'Each `/dts-v1/;` needs a `/plugin/;` behind it, or none may have one; dtc refuses the file.';
    this.#report('syntax/error', message, place.source, place);
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
    { source, at, body, first }: { source: Source; at: number; body: Body | undefined; first: boolean },
  ): OpenBody | undefined {
    const place = { at: at + item.head.at + head.at, length: head.length };
    if (head.ref !== undefined) return this.#referenced(head.ref, first, head.labels.length > 0, { source, place });
    if (head.isRoot) {
      const fresh = !this.#tree.rootOpened;
      this.#tree.rootOpened = true;
      return { node: this.#tree.revived(this.#tree.root), fresh };
    }
    if (head.name === '') return undefined;
    const parent = body ?? { node: this.#tree.root, fresh: false };
    return this.#tree.openChild(parent, head.name);
  }

  /** In an overlay a path or an unknown label makes a fragment; with a label before it, it has to be there. */
  #referenced(
    ref: string,
    first: boolean,
    labelled: boolean,
    { source, place }: { source: Source; place: { at: number; length: number } },
  ): OpenBody | undefined {
    this.#checkRelative(ref, source, place);
    if (this.plugin && isRelative(ref)) {
      const message = `A reference like \`&{${ref}}\` cannot be opened in an overlay; dtc refuses it.`;
      this.#report('syntax/unresolved-reference', message, source, place);
      return undefined;
    }
    const aside = first || (this.plugin && !labelled && ref.startsWith('/'));
    const node = aside ? undefined : this.#tree.byReference(ref);
    if (node) return { node: this.#tree.revived(node), fresh: false };
    if (this.plugin && !labelled)
      return openFragment(this.#tree, { ref, number: this.#progress.fragments++ }, source, place);
    this.#unresolved(ref, source, place);
    return undefined;
  }

  #unresolved(ref: string, source: Source, place: { at: number; length: number }): void {
    if (this.#mayBeElsewhere) return;
    const span = source.span(place.at, place.at + place.length);
    this.#cpp.report(unresolvedTarget(ref, span));
  }

  #checkRelative(ref: string, source: Source, place: { at: number; length: number }): void {
    if (!isRelative(ref) || dtcHas(this.#dtc, 'relativeReferences')) return;
    const message = `dtc ${this.#dtc.text} does not know references like \`&{${ref}}\`; dtc 1.7.0 and newer do.`;
    this.#report('syntax/error', message, source, place);
  }

  #property(item: PropertyItem, source: Source, at: number, body: Body | undefined): void {
    if (!body || body.nodes) this.irregular = true;
    const owner = body ?? { node: this.#tree.root, fresh: false };
    const head = this.#reader.head(item, source, at + item.head.at);
    if (!head.regular && !item.value && /^\w+$/.test(item.headText) && source.expands) {
      this.#macro({ ...item, kind: 'macro', text: `${item.headText};` }, source, at + item.head.at, body);
      return;
    }
    if (!head.regular || head.name === '' || head.ref !== undefined || head.omit) {
      this.irregular = true;
      if (head.name === '') return;
    }
    if (body) this.#room(hasRoomForProperty(body, head.labels.length, item.valueText), source, at);
    const raw = this.#reader.value(item, source, at);
    const base = at + (item.value?.at ?? item.length);
    if (raw.faults.length > 0) this.#faults(raw.faults, source, base);
    for (const { ref, at, width } of raw.references) this.#checkRelative(ref, source, { at: base + at, length: width });
    const property = this.#tree.property(owner, head.name);
    const written = { raw, locator: source, base, part: item.value };
    property.set(new ItemOrigin('set', source, item, at, head), written);
    if (head.labels.length > 0) {
      property.labels = [...property.labels, ...locatedLabels(head, { source, at: at + item.head.at })];
    }
  }

  #faults(faults: RawValue['faults'], source: Source, base: number): void {
    for (const fault of faults) {
      if (fault.kind === 'syntax') this.irregular = true;
      const problem = valueProblem(fault, source.span(base + fault.at, base + fault.at + fault.width), this.#dtc);
      if (problem) this.#cpp.report(problem);
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
      this.#room(hasRoomForDeletion(body), source, at);
      const origin = new StretchOrigin('delete', source, { at, length: item.length }, place);
      if (target.name !== '' && !this.#tree.deleteChild(body, target.name, origin)) {
        this.#nothingToDelete('node', target.name, source, place);
      }
      return;
    }
    if (this.#progress.phase !== 'nodes' || target.ref === undefined) this.irregular = true;
    if (target.ref === undefined) return;
    this.#checkRelative(target.ref, source, place);
    const node = this.#tree.byReference(target.ref);
    if (!node) this.#unresolved(target.ref, source, place);
    else if (item.kind === 'delete-node') this.#tree.deleteNode(node);
    else this.#omit(node);
  }

  /** A macro that stands for statements: expanded, read strictly, and applied with the call as its place. */
  #macro(item: MacroItem, source: Source, at: number, body: Body | undefined): void {
    const expansion = this.#reader.expansion(item.text, source, at);
    if (expansion.text === item.text.trim()) {
      this.irregular = true;
      const name = /^[A-Za-z_]\w*(?=\s*\()/.exec(item.text)?.[0];
      if (name === undefined || this.#cpp.macros.get(name)) return;
      const span = source.span(at, at + name.length);
      this.#cpp.report(undefinedMacro(name, undefinedName(name).message, span));
      return;
    }
    const text =
      /[;}]\s*$/.test(expansion.text) || expansion.text.trim() === '' ? expansion.text : `${expansion.text};`;
    const { items, fault } = parseStatements(text, body ? 'body' : 'top');
    if (fault) this.irregular = true;
    this.applyParsed(items, expandedSource(source, expansion, { at, length: item.length }), body);
  }
}

function locatedLabels({ labels }: Head, { source, at }: { source: Source; at: number }): Label[] {
  return labels.map((label) => new LocatedLabel(label.name, source, at + label.at));
}
