// SPDX-License-Identifier: MIT
// Stands in `dist/library.js` for the modules of Node that web-tree-sitter asks for where it finds Node.
export const createRequire = undefined;
