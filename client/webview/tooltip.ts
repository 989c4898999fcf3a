// SPDX-License-Identifier: MIT
// The sentence about a device, beside it, while the mouse or the focus is on it.
import { element } from './dom.ts';

const DELAY = 350;
const GAP = 6;

/** What is said is the button's description, which screen readers say themselves. */
export function showTooltips(map: HTMLElement): void {
  const tip = element('div', { id: 'tip', 'aria-hidden': 'true', hidden: true });
  document.body.append(tip);
  let pause = 0;
  const hide = (): void => {
    clearTimeout(pause);
    tip.hidden = true;
  };
  const show = ({ target }: Event): void => {
    hide();
    const about = target instanceof Element ? target.closest<HTMLElement>('[aria-description]') : null;
    if (!about) return;
    pause = window.setTimeout(() => {
      tip.textContent = about.getAttribute('aria-description');
      tip.hidden = false;
      place(tip, about.getBoundingClientRect());
    }, DELAY);
  };
  map.addEventListener('mouseover', show);
  map.addEventListener('focusin', show);
  for (const event of ['mouseout', 'focusout', 'keydown', 'click']) map.addEventListener(event, hide);
}

function place(tip: HTMLElement, { left, top, bottom }: DOMRect): void {
  const below = bottom + GAP + tip.offsetHeight <= window.innerHeight;
  tip.style.left = `${Math.max(GAP, Math.min(left, window.innerWidth - tip.offsetWidth - 2 * GAP))}px`;
  tip.style.top = `${below ? bottom + GAP : Math.max(GAP, top - tip.offsetHeight - GAP)}px`;
}
