// SPDX-License-Identifier: MIT
// The version of the product, for reports and the protocol; a test compares it with package.json.

export const VERSION = '0.1.0';
