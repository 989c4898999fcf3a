// SPDX-License-Identifier: MIT
// Offsets and positions in both encodings, edits in both directions, URIs and paths.
import { describe, expect, test } from 'vitest';
import { Lines } from '#host/lsp/convert.ts';
import { Scheduler } from '#host/lsp/scheduler.ts';

describe('lines', () => {
  const text = 'aü€😀b\r\nsecond\n';
  // offset, UTF-16 column, UTF-8 column on the first line
  const columns = [
    [0, 0, 0],
    [1, 1, 1],
    [2, 2, 3],
    [3, 3, 6],
    [5, 5, 10],
    [6, 6, 11],
  ] as const;

  test.each(columns)('offset %i is column %i in UTF-16 and %i in UTF-8', (offset, utf16, utf8) => {
    expect(new Lines(text, 'utf-16').position(offset)).toEqual({ line: 0, character: utf16 });
    expect(new Lines(text, 'utf-8').position(offset)).toEqual({ line: 0, character: utf8 });
    expect(new Lines(text, 'utf-16').offset({ line: 0, character: utf16 })).toBe(offset);
    expect(new Lines(text, 'utf-8').offset({ line: 0, character: utf8 })).toBe(offset);
  });

  test('a position inside a character counts as before it, one behind the text as its end', () => {
    expect(new Lines(text, 'utf-8').offset({ line: 0, character: 8 })).toBe(3);
    expect(new Lines(text, 'utf-8').offset({ line: 9, character: 0 })).toBe(text.length);
  });
});

// Language Server Protocol 3.17, `Position`: a character behind the end of its line is the end of the line.
test.each(['utf-16', 'utf-8'] as const)(
  'a position behind the end of its line is before what ends it, in %s',
  (encoding) => {
    const text = 'ab\r\n\rcd\ne';
    const ends = [2, 4, 7, 9, 9];
    const lines = new Lines(text, encoding);
    for (const [line, end] of ends.entries()) {
      expect(lines.offset({ line, character: 99 })).toBe(end);
      expect(lines.offset({ line, character: 3 })).toBe(end);
    }
    expect(lines.offset({ line: 2, character: -1 })).toBe(5);
    expect(lines.offset({ line: -1, character: 5 })).toBe(0);
  },
);

describe('scheduler', () => {
  function scheduler() {
    const published: string[] = [];
    const due: { at: number; task: () => void }[] = [];
    let now = 0;
    const timers = {
      now: () => now,
      after: (milliseconds: number, task: () => void) => {
        const entry = { at: now + milliseconds, task };
        due.push(entry);
        return () => void due.splice(due.indexOf(entry), 1);
      },
    };
    const run = (until: number) => {
      for (;;) {
        const next = due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        due.splice(due.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.task();
      }
      now = until;
    };
    return { published, run, scheduler: new Scheduler((path) => published.push(`${path} ${now}`), timers) };
  }

  test('a change after a pause is answered at once, the others when the user pauses', () => {
    const { published, run, scheduler: it } = scheduler();
    run(100);
    it.changed('a', ['a', 'b', 'c']);
    run(250);
    it.changed('a', ['a', 'b', 'c']);
    run(1000);
    expect(published).toEqual(['a 100', 'a 250', 'b 450', 'c 466']);
  });

  test('what is not typed in is worked out at once when nobody types', () => {
    const { published, run, scheduler: it } = scheduler();
    run(100);
    it.refresh(['a', 'b']);
    run(1000);
    expect(published).toEqual(['a 116', 'b 132']);
  });

  test('a burst is answered together, but not put off for ever', () => {
    const { published, run, scheduler: it } = scheduler();
    for (let at = 100; at < 300; at += 10) {
      run(at);
      it.changed('a', []);
    }
    run(400);
    expect(published.length).toBeGreaterThan(1);
    expect(published.length).toBeLessThan(6);
  });

  test('a change that has arrived meanwhile goes first', async () => {
    const published: string[] = [];
    const it = new Scheduler((path) => published.push(path));
    it.changed('a', []);
    // The connection takes one message per turn of Node's loop.
    setImmediate(() => it.changed('a', []));
    await new Promise((done) => setTimeout(done, 50));
    expect(published).toEqual(['a']);
  });

  test('a closed document is not published', () => {
    const { published, run, scheduler: it } = scheduler();
    it.changed('a', []);
    it.drop('a');
    run(100);
    expect(published).toEqual([]);
  });
});
