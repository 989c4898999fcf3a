// SPDX-License-Identifier: MIT
// The interface of `devicetree-iommu/node`: `dist/library-node.d.ts`, where the other module has its name.
import type { Files } from './api.ts';

/** The files of this machine, read as `dt-iommu` does: bounded in size, blobs as their source, never devices or pipes. */
export declare function diskFiles(): Files;
