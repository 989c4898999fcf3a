// SPDX-License-Identifier: MIT
// The boards that were chosen for shared files, as the workspace keeps them.
import { expect, it } from 'vitest';
import { RememberedBoards } from '../../client/src/boards/remembered-boards.ts';

/** What VS Code gives an extension: values that survive as JSON. */
function memento(stored?: unknown) {
  let text = JSON.stringify(stored === undefined ? {} : { selectedBoards: stored });
  return {
    keys: () => Object.keys(JSON.parse(text) as object),
    get: (key: string) => (JSON.parse(text) as Record<string, unknown>)[key],
    update: async (key: string, value: unknown) => {
      text = JSON.stringify({ ...(JSON.parse(text) as object), [key]: value });
    },
  } as unknown as ConstructorParameters<typeof RememberedBoards>[0];
}

it('keeps a choice for each file, until the best one is wanted again', async () => {
  const state = memento();
  const boards = new RememberedBoards(state);
  await boards.choose('file:///soc.dtsi', 'file:///a.dts');
  await boards.choose('file:///cpu.dtsi', 'file:///b.dts');
  await boards.choose('file:///soc.dtsi', 'file:///b.dts');
  expect(new RememberedBoards(state).all()).toEqual({
    'file:///soc.dtsi': 'file:///b.dts',
    'file:///cpu.dtsi': 'file:///b.dts',
  });
  await boards.choose('file:///soc.dtsi', null);
  expect(boards.all()).toEqual({ 'file:///cpu.dtsi': 'file:///b.dts' });
});

it('forgets the oldest choices, and starts anew from nonsense', async () => {
  const boards = new RememberedBoards(memento());
  for (let at = 0; at < 205; at++) await boards.choose(`file:///${at}.dtsi`, 'file:///a.dts');
  expect(Object.keys(boards.all())).toHaveLength(200);
  expect(boards.all()).not.toHaveProperty(['file:///4.dtsi']);
  for (const stored of [null, 3, 'x', { a: 1 }]) expect(new RememberedBoards(memento(stored)).all()).toEqual({});
});
