// SPDX-License-Identifier: MIT
// Translated texts from the disk: from beside the bundle, or from the checkout when the sources run unbundled (tests).
import { readFile } from 'node:fs/promises';
import type { Texts } from '#base/language.ts';
import { type Language, namedTexts, shippedTexts } from './languages.ts';

/** `undefined` where the file is not there, which only a broken installation causes: English serves. */
export async function readTexts(language: Language): Promise<Texts | undefined> {
  // build.mjs puts `__dirname` here.
  const here = import.meta.dirname;
  const shipped = await textOf(`${here}/texts.${language}.json`);
  if (shipped !== undefined) return shippedTexts(shipped);
  const written = await textOf(`${here}/../../../l10n/${language}.json`);
  return written === undefined ? undefined : namedTexts(JSON.parse(written));
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
