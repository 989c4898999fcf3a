// SPDX-License-Identifier: MIT
// Which language a client reads, and the texts of it as they ship.
import { type Texts, textKey } from '#base/language.ts';
import type { Environment } from './environment.ts';

/** Languages beside English; each has its file in `server/l10n`. */
export type Language = 'zh-cn';

/** By `zh-CN`, `zh_CN.UTF-8`, `zh-Hans`; `undefined`: English is what there is. */
export function languageOf(locale: string | undefined): Language | undefined {
  const name = (locale ?? '')
    .toLowerCase()
    .replaceAll('_', '-')
    .replace(/[.@].*$/, '');
  return /^zh(?:-hans)?(?:-cn|-sg)?$/.test(name) ? 'zh-cn' : undefined;
}

/** The texts of who says `locale` in `initialize`; `undefined`: English. */
export async function textsFor(locale: string | undefined, environment: Environment): Promise<Texts | undefined> {
  const language = languageOf(locale);
  return language && (await environment.texts?.(language));
}

/** The texts of a bundle: what build.mjs wrote, with names in the place of English. */
export function shippedTexts(json: string): Texts {
  return new Map(Object.entries(JSON.parse(json) as Record<string, string>));
}

/** A table as people write it: translations by English text. */
export function namedTexts(table: Readonly<Record<string, string>>): Texts {
  return new Map(Object.entries(table).map(([text, translated]) => [textKey(text), translated]));
}
