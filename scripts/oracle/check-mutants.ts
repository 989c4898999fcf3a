// SPDX-License-Identifier: MIT
// Small changes to texts that dtc's checks concern: another number, property, name or node name, a statement less or
// twice. Most are still trees, and many trigger a check that the text did not.

const NUMBERS = ['0', '1', '2', '3', '4', '5', '0x10', '0x1000', '0xff', '0xffffffff', '(-1)'];
const STRINGS = [
  '',
  'pci',
  'okay',
  'disabled',
  'simple-bus',
  'isa',
  'i2c',
  'memory',
  'cpu',
  'a\\0b',
  '/',
  '/a',
  'UPPER',
  'gpio-controller',
];

interface Chance {
  below(limit: number): number;
  pick<T>(all: readonly [T, ...T[]] | readonly T[]): T;
}

/** The text that belongs to a seed. */
export function checkMutant(seed: number, texts: readonly string[]): string {
  const random = generator(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const chance: Chance = { below, pick: (all) => all[below(all.length)] as (typeof all)[number] };
  let text = chance.pick(texts);
  for (let round = 1 + below(3); round > 0; round--) text = change(text, chance, texts);
  return text;
}

function change(text: string, { below, pick }: Chance, texts: readonly string[]): string {
  const replaceOne = (pattern: RegExp, by: (found: string) => string): string => {
    const all = [...text.matchAll(pattern)];
    if (all.length === 0) return text;
    const { index, 0: found } = pick(all);
    return text.slice(0, index) + by(found) + text.slice(index + found.length);
  };
  const statement = /^[^\n{}]*;[^\n{}]*$/gm;
  switch (below(10)) {
    case 0:
    case 1:
      return replaceOne(/(?<=[<\s(])(?:0x[\da-fA-F]+|\d+)(?=[\s>)])/g, () => pick(NUMBERS));
    case 2:
      return replaceOne(/"[^"\n]*"/g, () => `"${pick(STRINGS)}"`);
    case 3:
      return replaceOne(statement, () => '');
    case 4: {
      const others = [...pick(texts).matchAll(/(?<=[{;]\s*)[\w,#-]+(?: = [^;{}]*)?;/g)].map(([one]) => one);
      if (others.length === 0) return text;
      return replaceOne(/(?<=\{)/g, () => ` ${pick(others)} `);
    }
    case 5:
      return replaceOne(/(?<=[{};]\s*)[\w,#-]+(?=\s*(?:=|;))/g, () => {
        const names = [...pick(texts).matchAll(/(?<=[{};]\s*)[\w,#-]+(?=\s*(?:=|;))/g)].map(([one]) => one);
        return names.length > 0 ? pick(names) : 'reg';
      });
    case 6:
      return replaceOne(/(?<=[\w-])@[\w,]+(?=\s*\{)/g, () =>
        pick(['', '@0', '@1', '@10', '@0x1', '@01', '@1,0', '@A', '@zz', '@1000']),
      );
    case 7:
      return replaceOne(/[\w-]+(?=(?:@[\w,]+)?\s*\{)/g, () => {
        const names = [...pick(texts).matchAll(/[\w-]+(?=(?:@[\w,]+)?\s*\{)/g)].map(([one]) => one);
        return names.length > 0 ? pick(names) : 'node';
      });
    case 8:
      return replaceOne(/<[^<>\n]*>/g, (found) =>
        pick(['<>', `${found}, <1>`, '<0>', '<1>', '<2>', '[00]', '"text"', found.replace(/>$/, ' 0>')]),
      );
    default:
      return replaceOne(/=[^;{}]*(?=;)/g, () => pick(['', '= <0>', '= <1>', '= "text"', '= <0 0>', '= <0xffffffff>']));
  }
}

function generator(seed: number): () => number {
  let state = Math.imul(seed, 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
