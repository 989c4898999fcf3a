// SPDX-License-Identifier: MIT
// An observation as the file that is committed.
import type { Observed } from '#ide/live/observe.ts';

/** JSON with a line per device. */
export function formatObservation(observed: Observed): string {
  const lines = Object.entries(observed).map(([name, value]) => {
    if (name !== 'devices') return `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    return `  "devices": [\n${observed.devices.map((device) => `    ${JSON.stringify(device)}`).join(',\n')}\n  ]`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}
