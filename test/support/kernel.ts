// SPDX-License-Identifier: MIT
// The Linux source for the few unit tests that read some of it: KERNEL_DIR, or what the oracles unpacked.
import { homedir } from 'node:os';
import { join } from 'node:path';

const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');

/** May not exist; a test that needs it is then skipped, and test/oracle reads every file of Linux anyway. */
export const KERNEL = process.env.KERNEL_DIR ?? join(cache, 'devicetree-iommu/linux-6.12');
