// SPDX-License-Identifier: MIT
// What the faults of a value mean for the board, in the words of the dtc that reads it.
import type { Problem } from '#base/problem.ts';
import type { Span } from '#base/text.ts';
import type { RawFault } from './value-syntax.ts';
import { type DtcVersion, dtcHas } from './version.ts';

/** `undefined` for what a strict reading has to explain. */
export function valueProblem(fault: RawFault, span: Span, dtc: DtcVersion): Problem | undefined {
  const { kind, message, undefinedName } = fault;
  switch (kind) {
    case 'syntax':
      return undefinedName === undefined ? undefined : undefinedMacro(undefinedName, message, span);
    case 'too-large': {
      const truncates = dtcHas(dtc, 'truncation');
      const outcome = truncates ? 'dtc cuts it off (before 1.7.0 it refused it).' : `dtc ${dtc.text} refuses it.`;
      const severity = truncates ? 'warning' : 'error';
      return { rule: 'syntax/value', severity, message: `${message}; ${outcome}`, span };
    }
    case 'unreadable':
      return { rule: 'syntax/unreadable-file', severity: 'error', message, span };
    default:
      return { rule: 'syntax/value', severity: kind, message, span };
  }
}

/** A name that is no macro where only a macro could stand: certain where nothing of the board is missing. */
export function undefinedMacro(name: string, message: string, span: Span): Problem {
  return { rule: 'syntax/error', severity: 'error', message, span, lacks: { kind: 'macro', name } };
}

export function isUndefinedMacro({ lacks }: Problem): boolean {
  return lacks?.kind === 'macro';
}

/** A block or directive is about a node that nothing before it has made. */
export function unresolvedTarget(ref: string, span: Span): Problem {
  const message = `${written(ref)} names no node that exists at this point; dtc stops here.`;
  const lacks = { kind: 'reference', name: ref } as const;
  return { rule: 'syntax/unresolved-reference', severity: 'error', message, span, lacks };
}

/** A reference as it stands in a source. */
export function written(ref: string): string {
  return ref.includes('/') ? `&{${ref}}` : `&${ref}`;
}
