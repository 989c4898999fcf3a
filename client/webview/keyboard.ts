// SPDX-License-Identifier: MIT
// The map by keyboard: one stop for Tab, arrows lead to the nearest device in their direction.

const SIDEWAYS = 3;

/** The buttons of the map that are seen. */
function stops(map: HTMLElement): HTMLElement[] {
  return [...map.querySelectorAll<HTMLElement>('button[tabindex]')].filter((each) => each.offsetParent !== null);
}

/**
 * Exactly one button can be reached with Tab: that one, else the selected one, else the first. Asks for no layout, which
 * costs more than everything else on a large board.
 */
export function oneStop(map: HTMLElement, wanted?: HTMLElement): void {
  const stop =
    wanted ?? map.querySelector<HTMLElement>('button.sel[tabindex]') ?? map.querySelector('button[tabindex]');
  for (const each of map.querySelectorAll<HTMLElement>('button[tabindex="0"]')) each.tabIndex = -1;
  if (stop instanceof HTMLElement) stop.tabIndex = 0;
}

/** Where a key leads from the focused button; `undefined` for other keys. */
export function nextStop(map: HTMLElement, key: string): HTMLElement | undefined {
  const all = stops(map);
  if (key === 'Home') return all[0];
  if (key === 'End') return all.at(-1);
  if (!key.startsWith('Arrow')) return undefined;
  const from = all.find((each) => each === document.activeElement);
  if (!from) return all.find((each) => each.tabIndex === 0) ?? all[0];
  return nearest(from, all, key) ?? from;
}

function nearest(from: HTMLElement, all: readonly HTMLElement[], key: string): HTMLElement | undefined {
  const start = middle(from);
  let best: HTMLElement | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const each of all) {
    if (each === from) continue;
    const { x, y } = middle(each);
    const [dx, dy] = [x - start.x, y - start.y];
    const horizontal = key === 'ArrowLeft' || key === 'ArrowRight';
    const forward = key === 'ArrowLeft' ? -dx : key === 'ArrowRight' ? dx : key === 'ArrowUp' ? -dy : dy;
    if (forward <= 4) continue;
    const way = forward + SIDEWAYS * Math.abs(horizontal ? dy : dx);
    if (way < least) {
      least = way;
      best = each;
    }
  }
  return best;
}

function middle(element: HTMLElement): { readonly x: number; readonly y: number } {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}
