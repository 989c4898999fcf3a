// SPDX-License-Identifier: MIT
// What a board is evaluated with, beside its files.
import type { ErrorCheck } from './dtc/checks.ts';
import type { DtcVersion } from './dtc/version.ts';

export interface EvaluateOptions {
  /** Searched in order after the folder of the including file. */
  readonly includePaths: readonly string[];
  /** `-D`: names and values; a missing value is 1. */
  readonly defines: readonly (readonly [string, string | undefined])[];
  /** Files that the build puts behind the board's text; and headers that it makes, whose macros are unknown. */
  readonly appended?: readonly string[];
  readonly unseen?: readonly string[];
  /** A file that is meant to be included (`.dtsi` without a board): unresolved labels and a missing header are normal. */
  readonly standalone?: boolean;
  /** The board as it is spelled where cpp is called, which `__FILE__` shows; default: its path. */
  readonly boardName?: string;
  /** The include path likewise. */
  readonly includeNames?: readonly string[];
  /** For `__DATE__` and `__TIME__`; where it is not known, cpp writes question marks. */
  readonly time?: { readonly date: string; readonly time: string };
  /** `-@`: dtc then keeps labelled nodes that `/omit-if-no-ref/` names. */
  readonly symbols?: boolean;
  /** Properties may follow child nodes: Zephyr's reader (dtlib.py), which dtc only sees the result of, takes them. */
  readonly lateProperties?: boolean;
  /** Whose refusals count; absent: the newest known. */
  readonly dtc?: DtcVersion;
  /** The tree is written although this check of dtc fails (`-f`): what comes after it is left undone, as dtc does. */
  readonly failedCheck?: ErrorCheck;
}
