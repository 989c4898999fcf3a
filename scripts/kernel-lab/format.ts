// SPDX-License-Identifier: MIT
// An observation as the file that is committed.

/** JSON with a line per device. */
export function formatObservation(observed) {
  const lines = Object.entries(observed).map(([name, value]) => {
    if (name !== 'devices') return `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`;
    return `  "devices": [\n${value.map((device) => `    ${JSON.stringify(device)}`).join(',\n')}\n  ]`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}
